"""Who promised to be heard of again, and by when: the watchdog is fed only while all promises are kept."""

import threading
import time
from collections.abc import Callable


class WatchdogDeadlines:
    """Promises of the service's threads. Safe between threads. `clock` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def extend(self, who: str, seconds: float) -> None:
        """Be heard of again within so many seconds, by another promise or by `rest`."""
        with self._lock:
            self._until[who] = self._clock() + seconds

    def rest(self, who: str) -> None:
        """Promise nothing any more."""
        with self._lock:
            self._until.pop(who, None)

    def expired(self) -> tuple[str, ...]:
        """Who broke a promise."""
        with self._lock:
            now = self._clock()
            return tuple(who for who, until in self._until.items() if until < now)
