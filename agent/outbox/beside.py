"""Several things done at once, each in a thread of its own."""

import threading
from collections.abc import Callable, Sequence


def side_by_side(works: Sequence[Callable[[], None]]) -> None:
    """Do them at once, and raise what one of them raised, once all have ended.

    Ctrl-C is heard at once, and does not wait for them: what they are in the middle of has to bear an end at any time.
    """
    if len(works) < 2:
        for work in works:
            work()
        return
    raised: list[BaseException] = []

    def do(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            raised.append(error)

    threads = [threading.Thread(target=do, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]
