"""The picture of the running service: what it does now, for whoever asks from another thread."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class ServiceSnapshot:
    """The service at one moment; times are aware."""

    started_at: datetime
    paused: bool = False  # no rounds begin until it is resumed
    draining: bool = False  # it ends once what runs has ended
    running: Mapping[str, datetime] = field(default_factory=dict)  # what is under way, by its words, and since when
    ticked_at: datetime | None = None  # when it last looked at what is due
    next_due: datetime | None = None
    next_what: str = ""
    loaded_at: datetime | None = None  # when the inventory was read that holds now
    mistakes: tuple[str, ...] = ()  # of a newer inventory that was therefore not taken


class HeartbeatKind(StrEnum):
    """What is told, by the end of the address as healthchecks.io has it."""

    START = "start"  # a round, or the service, has begun
    SUCCESS = ""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class HeartbeatResult:
    """What became of the last beat. `trouble` says why it was not heard, without the address, which is a secret."""

    kind: HeartbeatKind
    at: datetime
    trouble: str = ""
    heard_at: datetime | None = None  # when one was last heard
    failures: int = 0  # in a row
    skew: float | None = None  # seconds by which our clock is ahead of theirs


class ServiceState:
    """Changed by the service, read by metrics, health, and control. Safe between threads."""

    def __init__(self, started_at: datetime) -> None:
        """A service that has just begun."""
        self._lock = threading.Lock()
        self._picture = ServiceSnapshot(started_at)

    @property
    def picture(self) -> ServiceSnapshot:
        """All of it as it is now, which does not change any more."""
        with self._lock:
            return self._picture

    def change(self, **values: Any) -> None:
        """Have these fields of the picture be so."""
        with self._lock:
            self._picture = replace(self._picture, **values)

    @contextmanager
    def running(self, what: str, since: datetime) -> Iterator[None]:
        """While this runs, the picture shows it as under way."""
        with self._lock:
            self._picture = replace(self._picture, running={**self._picture.running, what: since})
        try:
            yield
        finally:
            with self._lock:
                rest = {name: at for name, at in self._picture.running.items() if name != what}
                self._picture = replace(self._picture, running=rest)
