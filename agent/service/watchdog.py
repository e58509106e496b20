"""The internal watchdog: each thread promises a sign of life, and systemd's is fed only while all promises are kept."""

import threading
import time
from collections.abc import Callable


class WatchdogDeadlines:
    """Promises of the service's threads. Thread-safe. `clock` returns monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def extend(self, who: str, seconds: float) -> None:
        """Promise another call of this method or of `rest` within so many seconds."""
        with self._lock:
            self._until[who] = self._clock() + seconds

    def rest(self, who: str) -> None:
        """Withdraw the promise."""
        with self._lock:
            self._until.pop(who, None)

    def expired(self) -> tuple[str, ...]:
        """Return the names of those who broke a promise."""
        with self._lock:
            now = self._clock()
            return tuple(who for who, until in self._until.items() if until < now)
