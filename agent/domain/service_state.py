"""The state of the running service, shared between its threads, and the result of its last heartbeat."""

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
    running: Mapping[str, datetime] = field(default_factory=dict)  # description of each running job → when it began
    ticked_at: datetime | None = None  # when the scheduler last ran
    next_due: datetime | None = None
    next_what: str = ""
    loaded_at: datetime | None = None  # when the inventory in use was read
    mistakes: tuple[str, ...] = ()  # errors of a newer inventory, which was therefore not taken


class HeartbeatKind(StrEnum):
    """The kind of a heartbeat. The value is the suffix of the URL, as healthchecks.io defines it."""

    START = "start"  # a round, or the service, has begun
    SUCCESS = ""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class HeartbeatResult:
    """The result of the last heartbeat. `trouble` says why it failed, without the URL, which is a secret; "" if not."""

    kind: HeartbeatKind
    at: datetime
    trouble: str = ""
    heard_at: datetime | None = None  # when one last succeeded
    failures: int = 0  # consecutive
    skew: float | None = None  # seconds by which our clock is ahead of the receiver's; None: unknown


class ServiceState:
    """Holds the present snapshot: the service changes it, metrics, health and control read it. Thread-safe."""

    def __init__(self, started_at: datetime) -> None:
        """Hold the snapshot of a service that has just started."""
        self._lock = threading.Lock()
        self._snapshot = ServiceSnapshot(started_at)

    @property
    def picture(self) -> ServiceSnapshot:
        """Return the present snapshot, an immutable value."""
        with self._lock:
            return self._snapshot

    def change(self, **values: Any) -> None:
        """Set these fields of the snapshot."""
        with self._lock:
            self._snapshot = replace(self._snapshot, **values)

    @contextmanager
    def running(self, what: str, since: datetime) -> Iterator[None]:
        """Show a job as running while the context lasts."""
        with self._lock:
            self._snapshot = replace(self._snapshot, running={**self._snapshot.running, what: since})
        try:
            yield
        finally:
            with self._lock:
                rest = {name: at for name, at in self._snapshot.running.items() if name != what}
                self._snapshot = replace(self._snapshot, running=rest)
