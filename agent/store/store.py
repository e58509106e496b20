"""The store: rounds, findings, memory, incidents. A round is recorded in one transaction or not at all."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

import sqlalchemy as sa

from agent.domain.errors import StoreError
from agent.domain.incidents import Change, Incident, IncidentUpdate, Key
from agent.domain.schedule import Slot
from agent.store import tables
from agent.store.cache import Cache
from agent.store.engine import exclusive_lock, open_engine, store_errors, write_transaction
from agent.store.outbox import Outbox
from agent.store.reports import Reports
from agent.store.retention import Retention
from agent.store.rows import (
    FINDING_COLUMNS,
    IncidentEvent,
    evidence_row,
    finding_of,
    finding_row,
    incident_event,
    incident_of,
    standing_of,
    standing_row,
)
from agent.store.schedules import ScheduleRuns, settle
from agent.store.tickets import Silences, TicketRepository, end_acknowledgement
from agent.store.time_entries import TimeEntries
from checks import Cause, Memory
from inventory.subject import Subject
from reports.contract import ContractStatus
from reports.model import Coverage, DueCheck, NotRun, ReportedFinding, RoundInfo


@dataclass(frozen=True, slots=True)
class Recording:
    """A round that is being recorded: what else is written now is there if the round is, and else not at all."""

    connection: sa.Connection
    round_id: int
    books: TicketRepository
    timesheet: TimeEntries


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """A round as it is recorded, and all that follows from it."""

    info: RoundInfo
    coverage: Coverage
    findings: Sequence[ReportedFinding]
    memories: Mapping[tuple[Subject, str], Memory]  # by subject and check; an empty one is forgotten
    steps: Sequence[IncidentUpdate]
    looked: Sequence[tuple[Subject, str]] = ()  # the checks that could look, by subject
    standings: Sequence[ContractStatus] = ()  # what was agreed with the clients
    whole: Sequence[str] = ()  # the clients that the round was for as a whole
    settles: Sequence[Slot] = ()  # the slots that are over with it
    on_record: Callable[[Recording], None] = lambda _: None  # writes what depends on the store as it then is


class Store:
    """One SQLite file in the state folder. Every method raises StoreError with a sentence for a person."""

    def __init__(self, folder: Path) -> None:
        """Open the store, making or upgrading it where needed."""
        self.folder = folder
        self.path = folder / "siterounds.sqlite"
        self._engine = open_engine(folder)
        self.kept = Cache(self._engine, self.path)
        self.outbox = Outbox(self._engine, self.path)
        self.silences = Silences(self._engine, self.path)
        self.archive = Reports(self._engine, self.path)
        self.slots = ScheduleRuns(self._engine, self.path)
        self.pruning = Retention(self._engine, self.path)

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether anything was ever recorded in a folder; StoreError where that cannot be seen."""
        path = folder / "siterounds.sqlite"
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            raise StoreError(f"{path} cannot be opened: {error.strerror}") from error
        return True

    def __enter__(self) -> Self:
        """Use the store as a context."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close all connections."""
        self._engine.dispose()

    @contextmanager
    def round_lock(self) -> Iterator[None]:
        """Held for a whole round; a second one raises BusyError."""
        with exclusive_lock(self.folder / "lock", "another round is under way ({}); this one was not begun"):
            yield

    @contextmanager
    def delivery_lock(self) -> Iterator[None]:
        """Held while messages are delivered; a second one raises BusyError."""
        with exclusive_lock(self.folder / "delivery-lock", "another process is delivering ({})"):
            yield

    @contextmanager
    def reading(self) -> Iterator[tuple[TicketRepository, TimeEntries]]:
        """Our books as they are at one moment."""
        with store_errors(self.path), self._engine.connect() as connection:
            yield TicketRepository(connection), TimeEntries(connection)

    def memories(self) -> Mapping[tuple[Subject, str], Memory]:
        """What each check remembered, by (subject, check)."""
        rows = self._rows(sa.select(tables.memories))
        return {(row["subject"], row["check"]): row["data"] for row in rows}

    def incidents(self) -> Mapping[Key, tuple[int, Incident]]:
        """All incidents with their numbers, in the order they were first seen."""
        rows = self._rows(sa.select(tables.incidents).order_by(tables.incidents.c.id))
        return {(incident := incident_of(row)).key: (row["id"], incident) for row in rows}

    def last_round(self) -> tuple[RoundInfo, Coverage] | None:
        """The newest recorded round."""
        rows = self._rows(sa.select(tables.rounds).order_by(tables.rounds.c.id.desc()).limit(1))
        if not rows:
            return None
        info = RoundInfo(rows[0]["id"], rows[0]["started_at"], rows[0]["ended_at"])
        due = self._rows(sa.select(tables.due_checks).where(tables.due_checks.c.round_id == info.id).order_by("id"))
        missed = self._rows(sa.select(tables.not_run).where(tables.not_run.c.round_id == info.id).order_by("id"))
        listed = tuple(
            NotRun(
                row["host"],
                row["site"],
                row["check"],
                row["reason"],
                row["remedy"],
                bool(row["partly"]),
                Cause.of(row["cause"]),
            )
            for row in missed
        )
        return info, Coverage.of((DueCheck(row["host"], row["site"], row["check"]) for row in due), listed)

    def findings(self, round_id: int) -> tuple[ReportedFinding, ...]:
        """What a round found, in its order."""
        table = tables.findings
        query = sa.select(*(table.c[name] for name in FINDING_COLUMNS)).where(table.c.round_id == round_id)
        return tuple(finding_of(tuple(row.values())) for row in self._rows(query.order_by(table.c.id)))

    def standings(self, round_id: int) -> tuple[ContractStatus, ...]:
        """What was agreed and used when a round was made, a client each, in the order of the inventory then."""
        rows = self._rows(sa.select(tables.standings).where(tables.standings.c.round_id == round_id).order_by("id"))
        return tuple(standing_of(row) for row in rows)

    def changes_in(self, round_id: int) -> Mapping[int, Change]:
        """What a round changed, by incident number."""
        rows = self._rows(sa.select(tables.changes).where(tables.changes.c.round_id == round_id))
        return {row["incident_id"]: Change(row["change"]) for row in rows}

    def history(self, incident_id: int) -> tuple[IncidentEvent, ...]:
        """Every change of an incident, oldest first."""
        query = sa.select(tables.changes).where(tables.changes.c.incident_id == incident_id).order_by("id")
        return tuple(incident_event(row) for row in self._rows(query))

    def record(self, one: RoundRecord) -> int:
        """Write a round and all that follows from it in one transaction; gives the round's number."""
        info = one.info
        with write_transaction(self._engine, self.path) as connection:
            round_id = _insert(connection, tables.rounds, {"started_at": info.started_at, "ended_at": info.ended_at})
            _insert_all(connection, tables.due_checks, [_row(due, round_id) for due in one.coverage.checks])
            _insert_all(connection, tables.not_run, [_row(missed, round_id) for missed in one.coverage.not_run])
            _insert_all(
                connection, tables.findings, [finding_row(finding) | {"round_id": round_id} for finding in one.findings]
            )
            agreed = [standing_row(standing) | {"round_id": round_id} for standing in one.standings]
            _insert_all(connection, tables.standings, agreed)
            _insert_all(connection, tables.whole_rounds, [{"client": it, "round_id": round_id} for it in one.whole])
            for (subject, check), data in one.memories.items():
                _put_memory(connection, subject, check, data, info.ended_at)
            for step in one.steps:
                _put_step(connection, step, round_id, info.ended_at)
            _put_first_looks(connection, one.looked, info.ended_at)
            if one.settles:
                settle(connection, one.settles, info.ended_at, f"round {round_id}", round_id)
            one.on_record(Recording(connection, round_id, TicketRepository(connection), TimeEntries(connection)))
        return round_id

    def _rows(self, query: sa.Select[Any]) -> Sequence[Mapping[str, Any]]:
        with store_errors(self.path), self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _insert(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> int:
    return int(connection.execute(sa.insert(table).returning(table.c.id), dict(row)).scalar_one())


def _insert_all(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _row(value: DueCheck | NotRun, round_id: int) -> dict[str, Any]:
    row = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return row | {"round_id": round_id}


def _put_memory(connection: sa.Connection, subject: Subject, check: str, data: Memory, at: datetime) -> None:
    table = tables.memories
    connection.execute(sa.delete(table).where(table.c.subject == subject, table.c.check == check))
    if data:
        connection.execute(sa.insert(table), {"subject": subject, "check": check, "data": dict(data), "kept_at": at})


def _put_first_looks(connection: sa.Connection, looked: Iterable[tuple[Subject, str]], at: datetime) -> None:
    rows = [{"subject": subject, "check": check, "at": at} for subject, check in looked]
    if rows:
        connection.execute(sa.insert(tables.first_looks).prefix_with("OR IGNORE"), rows)


def _put_step(connection: sa.Connection, step: IncidentUpdate, round_id: int, at: datetime) -> None:
    table = tables.incidents
    where = (table.c.subject == step.key.subject, table.c.check == step.key.check, table.c.item == step.key.item)
    number = connection.execute(sa.select(table.c.id).where(*where)).scalar()
    if step.incident is None:
        connection.execute(sa.delete(table).where(*where))
        return
    incident = step.incident
    row = {name: getattr(incident, name) for name in incident.__dataclass_fields__ if name != "key"}
    if number is None:
        key = {"subject": step.key.subject, "check": step.key.check, "item": step.key.item}
        number = _insert(connection, table, key | row)
    else:
        connection.execute(sa.update(table).where(*where), row)
    if step.change:
        change = {
            "incident_id": number,
            "round_id": round_id,
            "at": at,
            "change": step.change,
            "state": incident.state,
            "summary": incident.summary,
            "evidence": evidence_row(step.evidence),
        }
        connection.execute(sa.insert(tables.changes), change)
    if step.change is Change.RESOLVED:
        end_acknowledgement(connection, number, at)
