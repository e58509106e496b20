"""A wish to end all visits at once, heard wherever one waits."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SLICE = 0.2
"""Seconds after which every wait looks up."""


class CancelledError(Exception):
    """Somebody asked for the end in the middle of a wait."""


class CancellationToken:
    """Shared by the visits of one round. Safe between threads."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._closers: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether the end is wished for."""
        return self._asked.is_set()

    def cancel(self) -> None:
        """End everything: what is open is closed, what waits raises StoppedError."""
        self._asked.set()
        with self._lock:
            closers = tuple(self._closers)
        for close in closers:
            close()

    def check(self) -> None:
        """Raise StoppedError if the end is wished for."""
        if self.cancelled:
            raise CancelledError

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for an event; False after that many seconds."""
        deadline = time.monotonic() + seconds
        while not event.is_set():
            self.check()
            left = deadline - time.monotonic()
            if left <= 0:
                return event.is_set()
            event.wait(min(SLICE, left))
        return True

    @contextmanager
    def closing(self, close: Callable[[], None]) -> Iterator[None]:
        """Have `close` called, from another thread, should the end be wished for meanwhile."""
        with self._lock:
            self._closers.append(close)
        try:
            yield
        finally:
            with self._lock:
                self._closers.remove(close)
