"""The store: one SQLite database with rounds, findings, memory, incidents, and all else by its attributes."""

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
    """The transaction that records a round. What else is written in it is committed with the round, or not at all."""

    connection: sa.Connection
    round_id: int
    repository: TicketRepository
    time_entries: TimeEntries


@dataclass(frozen=True, slots=True)
class RoundRecord:
    """A round to record, with all that is written in the same transaction."""

    info: RoundInfo
    coverage: Coverage
    findings: Sequence[ReportedFinding]
    memories: Mapping[tuple[Subject, str], Memory]  # by subject and check; an empty one is deleted
    steps: Sequence[IncidentUpdate]
    looked: Sequence[tuple[Subject, str]] = ()  # (subject, check) of the checks that ran
    standings: Sequence[ContractStatus] = ()  # the contracts of the clients and their hours
    whole: Sequence[str] = ()  # the clients of which the round covered all sites and hosts
    settles: Sequence[Slot] = ()  # the slots that it completes
    on_record: Callable[[Recording], None] = lambda _: (
        None
    )  # called last in the transaction, to write what depends on it


class Store:
    """One SQLite file in the state folder. Every method raises StoreError, whose message says what to do."""

    def __init__(self, folder: Path) -> None:
        """Open the store. It is created, or migrated, where needed."""
        self.folder = folder
        self.path = folder / "siterounds.sqlite"
        self._engine = open_engine(folder)
        self.cache = Cache(self._engine, self.path)
        self.outbox = Outbox(self._engine, self.path)
        self.silences = Silences(self._engine, self.path)
        self.reports = Reports(self._engine, self.path)
        self.schedule_runs = ScheduleRuns(self._engine, self.path)
        self.retention = Retention(self._engine, self.path)

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether a folder has a store. Raises StoreError if the folder cannot be read."""
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
        """Hold the lock of a round. Raises BusyError if another round holds it."""
        with exclusive_lock(self.folder / "lock", "another round is under way ({}); this one was not begun"):
            yield

    @contextmanager
    def delivery_lock(self) -> Iterator[None]:
        """Hold the lock of a delivery. Raises BusyError if another process holds it."""
        with exclusive_lock(self.folder / "delivery-lock", "another process is delivering ({})"):
            yield

    @contextmanager
    def reading(self) -> Iterator[tuple[TicketRepository, TimeEntries]]:
        """Read tickets and time entries in one transaction, that is as of one moment."""
        with store_errors(self.path), self._engine.connect() as connection:
            yield TicketRepository(connection), TimeEntries(connection)

    def memories(self) -> Mapping[tuple[Subject, str], Memory]:
        """Return the memory of each check, by (subject, check)."""
        rows = self._rows(sa.select(tables.memories))
        return {(row["subject"], row["check"]): row["data"] for row in rows}

    def incidents(self) -> Mapping[Key, tuple[int, Incident]]:
        """Return all incidents by key, with their numbers, in the order in which they were first seen."""
        rows = self._rows(sa.select(tables.incidents).order_by(tables.incidents.c.id))
        return {(incident := incident_of(row)).key: (row["id"], incident) for row in rows}

    def last_round(self) -> tuple[RoundInfo, Coverage] | None:
        """Return the newest round and its coverage. None means that there is no round."""
        rows = self._rows(sa.select(tables.rounds).order_by(tables.rounds.c.id.desc()).limit(1))
        if not rows:
            return None
        info = RoundInfo(rows[0]["id"], rows[0]["started_at"], rows[0]["ended_at"])
        due = self._rows(sa.select(tables.due_checks).where(tables.due_checks.c.round_id == info.id).order_by("id"))
        missed = self._rows(sa.select(tables.not_run).where(tables.not_run.c.round_id == info.id).order_by("id"))
        not_run = tuple(
            NotRun(
                row["host"],
                row["site"],
                row["check"],
                row["reason"],
                row["remedy"],
                bool(row["partly"]),
                Cause.of(row["cause"]),
                bool(row["internal"]),
            )
            for row in missed
        )
        return info, Coverage.of((DueCheck(row["host"], row["site"], row["check"]) for row in due), not_run)

    def findings(self, round_id: int) -> tuple[ReportedFinding, ...]:
        """Return the findings of a round, in the round's order."""
        table = tables.findings
        query = sa.select(*(table.c[name] for name in FINDING_COLUMNS)).where(table.c.round_id == round_id)
        return tuple(finding_of(tuple(row.values())) for row in self._rows(query.order_by(table.c.id)))

    def standings(self, round_id: int) -> tuple[ContractStatus, ...]:
        """Return the contracts and hours as of a round, one a client, in the order of the inventory at that time."""
        rows = self._rows(sa.select(tables.standings).where(tables.standings.c.round_id == round_id).order_by("id"))
        return tuple(standing_of(row) for row in rows)

    def changes_in(self, round_id: int) -> Mapping[int, Change]:
        """Return the changes of a round, by incident number."""
        rows = self._rows(sa.select(tables.changes).where(tables.changes.c.round_id == round_id))
        return {row["incident_id"]: Change(row["change"]) for row in rows}

    def history(self, incident_id: int) -> tuple[IncidentEvent, ...]:
        """Return the changes of an incident, oldest first."""
        query = sa.select(tables.changes).where(tables.changes.c.incident_id == incident_id).order_by("id")
        return tuple(incident_event(row) for row in self._rows(query))

    def record(self, record: RoundRecord) -> int:
        """Write a round in one transaction. Returns its number."""
        info = record.info
        with write_transaction(self._engine, self.path) as connection:
            round_id = _insert(connection, tables.rounds, {"started_at": info.started_at, "ended_at": info.ended_at})
            _insert_all(
                connection,
                tables.due_checks,
                [_row(tables.due_checks, one, round_id) for one in record.coverage.checks],
            )
            _insert_all(
                connection, tables.not_run, [_row(tables.not_run, one, round_id) for one in record.coverage.not_run]
            )
            _insert_all(
                connection,
                tables.findings,
                [finding_row(finding) | {"round_id": round_id} for finding in record.findings],
            )
            standings = [standing_row(standing) | {"round_id": round_id} for standing in record.standings]
            _insert_all(connection, tables.standings, standings)
            _insert_all(
                connection, tables.whole_rounds, [{"client": client, "round_id": round_id} for client in record.whole]
            )
            for (subject, check), data in record.memories.items():
                _put_memory(connection, subject, check, data, info.ended_at)
            for update in record.steps:
                _put_incident(connection, update, round_id, info.ended_at)
            _put_first_looks(connection, record.looked, info.ended_at)
            if record.settles:
                settle(connection, record.settles, info.ended_at, f"round {round_id}", round_id)
            record.on_record(Recording(connection, round_id, TicketRepository(connection), TimeEntries(connection)))
        return round_id

    def _rows(self, query: sa.Select[Any]) -> Sequence[Mapping[str, Any]]:
        with store_errors(self.path), self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]


def _insert(connection: sa.Connection, table: sa.Table, row: Mapping[str, Any]) -> int:
    return int(connection.execute(sa.insert(table).returning(table.c.id), dict(row)).scalar_one())


def _insert_all(connection: sa.Connection, table: sa.Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(sa.insert(table), rows)


def _row(table: sa.Table, value: DueCheck | NotRun, round_id: int) -> dict[str, Any]:
    row = {name: getattr(value, name) for name in value.__dataclass_fields__ if name in table.c}
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


def _put_incident(connection: sa.Connection, update: IncidentUpdate, round_id: int, at: datetime) -> None:
    table = tables.incidents
    where = (table.c.subject == update.key.subject, table.c.check == update.key.check, table.c.item == update.key.item)
    number = connection.execute(sa.select(table.c.id).where(*where)).scalar()
    if update.incident is None:
        connection.execute(sa.delete(table).where(*where))
        return
    incident = update.incident
    row = {name: getattr(incident, name) for name in incident.__dataclass_fields__ if name != "key"}
    if number is None:
        key = {"subject": update.key.subject, "check": update.key.check, "item": update.key.item}
        number = _insert(connection, table, key | row)
    else:
        connection.execute(sa.update(table).where(*where), row)
    if update.change:
        change = {
            "incident_id": number,
            "round_id": round_id,
            "at": at,
            "change": update.change,
            "state": incident.state,
            "summary": incident.summary,
            "evidence": evidence_row(update.evidence),
        }
        connection.execute(sa.insert(tables.changes), change)
    if update.change is Change.RESOLVED:
        end_acknowledgement(connection, number, at)
