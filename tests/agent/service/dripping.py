"""Connections that send a byte now and then, and never a whole request."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


@contextmanager
def dripping(count: int, address: str | tuple[str, int]) -> Iterator[Callable[[], int]]:
    """So many of them at a Unix socket or an address; gives how many threads more than before there were at most."""
    before = threading.active_count()
    most, stop = [0], threading.Event()
    open_now: list[socket.socket] = []

    def drip() -> None:
        while not stop.wait(0.02):
            for one in tuple(open_now):
                with suppress(OSError):
                    one.send(b"x")
            most[0] = max(most[0], threading.active_count() - before - 1)

    dripper = threading.Thread(target=drip)
    try:
        for _ in range(count):
            one = socket.socket(socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX)
            open_now.append(one)
            one.connect(address)
            one.sendall(b"G")
            one.settimeout(0)
        dripper.start()
        yield lambda: most[0]
    finally:
        stop.set()
        if dripper.is_alive():
            dripper.join()
        for one in open_now:
            one.close()
