"""What people said about telling problems on, kept with the reason and until when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.domain.tickets import Silence, Silencing
from agent.store import tables
from agent.store.opening import told_plainly, writing

table = tables.silences


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants of a problem."""

    kind: Silencing
    reason: str
    by: str
    until: datetime | None = None


class Silences:
    """Acknowledgements and mutes. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def holding(self, at: datetime) -> Mapping[int, Silence]:
        """What holds at a moment, by incident."""
        with told_plainly(self._path), self._engine.connect() as connection:
            return holding(connection, at)

    def say(self, incident: int, wish: Wish, at: datetime) -> None:
        """Silence a problem, instead of what was said before."""
        with writing(self._engine, self._path) as connection:
            _end(connection, table.c.incident_id == incident, at)
            row = {"incident_id": incident, "kind": wish.kind, "reason": wish.reason, "by": wish.by}
            connection.execute(sa.insert(table), {**row, "since": at, "until": wish.until})

    def end(self, incident: int, at: datetime) -> bool:
        """Tell a problem on again; whether anything had silenced it."""
        with writing(self._engine, self._path) as connection:
            held = incident in holding(connection, at)
            _end(connection, table.c.incident_id == incident, at)
        return held


def holding(connection: sa.Connection, at: datetime) -> Mapping[int, Silence]:
    """What holds at a moment, by incident; the newest where there are several."""
    rows = connection.execute(sa.select(table).order_by(table.c.id)).mappings()
    return {one.incident: one for row in rows if (one := _silence(row)).holds(at)}


def end_acknowledgement(connection: sa.Connection, incident: int, at: datetime) -> None:
    """A problem is over: with it ends that somebody knows of it."""
    _end(connection, sa.and_(table.c.incident_id == incident, table.c.kind == Silencing.ACK), at)


def _end(connection: sa.Connection, meant: sa.ColumnElement[bool], at: datetime) -> None:
    connection.execute(sa.update(table).where(meant, table.c.ended_at.is_(None)), {"ended_at": at})


def _silence(row: Mapping[Any, Any]) -> Silence:
    same = {name: row[name] for name in ("id", "reason", "by", "since", "until", "ended_at")}
    return Silence(kind=Silencing(row["kind"]), incident=row["incident_id"], **same)
