"""A token by which all waits of a round are cancelled."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SLICE = 0.2
"""Seconds between two looks of every wait at the token."""


class CancelledError(Exception):
    """The wait was cancelled."""


class CancellationToken:
    """Shared by the visits of one round. Thread-safe."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._closers: list[Callable[[], None]] = []

    @property
    def cancelled(self) -> bool:
        """Whether the round was cancelled."""
        return self._asked.is_set()

    def cancel(self) -> None:
        """Cancel: open connections are closed, and waits raise an error."""
        self._asked.set()
        with self._lock:
            closers = tuple(self._closers)
        for close in closers:
            close()

    def check(self) -> None:
        """Raise CancelledError if the end is wished for."""
        if self.cancelled:
            raise CancelledError

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait for an event. Returns False if it did not happen within that many seconds."""
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
        """Call `close`, from another thread, if the round is cancelled while the context lasts."""
        with self._lock:
            self._closers.append(close)
        try:
            yield
        finally:
            with self._lock:
                self._closers.remove(close)
