"""A store with problems in it, made quickly."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import sqlalchemy as sa

from agent.domain.incidents import Change, Incident, IncidentUpdate, Key, Phase
from agent.store.store import RoundRecord, Store
from checks import Finding, State
from inventory.subject import Subject
from reports.model import Coverage, RoundInfo
from tests.agent.store.beside import transaction

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
T = TypeVar("T")


@cache
def _empty() -> bytes:
    """An empty store; to make one takes longer than most tests."""
    with TemporaryDirectory() as folder:
        with Store(Path(folder)) as store:
            path = store.path
        return path.read_bytes()


def fresh(folder: Path) -> Store:
    """A store in a folder, which is empty unless there was one."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "siterounds.sqlite"
    if not path.exists():
        path.write_bytes(_empty())
    return Store(folder)


def write(store: Store, does: Callable[[sa.Connection], T]) -> T:
    """Do something in a transaction."""
    with transaction(store) as connection:
        return does(connection)


def incident(item: str = "/var", phase: Phase = Phase.OPEN, state: State = State.CRITICAL) -> Incident:
    """A problem of web1."""
    over = AT if phase is Phase.RESOLVED else None
    key = Key(Subject.parse("host:web1"), "disk", item)
    return Incident(key, phase, state, "disk-space", "96 % used", AT, AT, 0, AT, resolved_at=over)


def record(store: Store, *steps: IncidentUpdate, at: datetime = AT) -> None:
    """Make a round."""
    store.record(RoundRecord(RoundInfo(None, at, at), Coverage.of([], []), [], {}, steps))


def problem(store: Store, item: str = "/var", phase: Phase = Phase.OPEN, change: Change | None = Change.OPENED) -> int:
    """A round that finds a problem so; gives its number."""
    known = incident(item, phase)
    record(store, IncidentUpdate(known.key, known, change, Finding(known.state, known.kind, item, known.summary)))
    return store.incidents()[known.key][0]
