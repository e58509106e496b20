"""Schedules and the runs of their slots, stored so that what is due survives the end of the process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from agent.domain.schedule import AnySchedule, LastAttempt, Slot, SlotOutcome, StartSlot
from agent.store import tables
from agent.store.engine import store_errors, write_transaction
from inventory.subject import Subject

table = tables.slots


@dataclass(frozen=True, slots=True)
class SlotRun:
    """A slot that was started, with its attempts and its result."""

    slot: Slot
    started_at: datetime  # of its last attempt
    ended_at: datetime | None  # of its last attempt; None: it runs, or its end is unknown
    outcome: SlotOutcome | None
    late: timedelta
    skipped: int  # slots before it that were missed and are not started any more
    begun: int
    failures: int
    round_id: int | None
    said: str

    @property
    def tried(self) -> LastAttempt:
        """Return the last attempt, by which a retry is decided."""
        return LastAttempt(self.slot, self.begun, self.failures, self.outcome, self.ended_at or self.started_at)


class ScheduleRuns:
    """The schedules and their runs. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def hold(self, rhythms: Mapping[Subject, AnySchedule], at: datetime) -> Mapping[Subject, datetime]:
        """Replace the schedules, by subject. Returns since when each is in force; an unchanged one keeps that."""
        schedules = tables.schedules
        with write_transaction(self._engine, self._path) as connection:
            rows = connection.execute(sa.select(schedules)).mappings()
            known = {row["subject"]: (row["rhythm"], row["since"]) for row in rows}
            for subject in known.keys() - rhythms.keys():
                connection.execute(sa.delete(schedules).where(schedules.c.subject == subject))
            since = {}
            for subject, rhythm in rhythms.items():
                rhythm_then, begun = known.get(subject, ("", at))
                since[subject] = begun if rhythm_then == str(rhythm) else at
                if rhythm_then != str(rhythm):
                    row = {"subject": subject, "rhythm": str(rhythm), "since": at}
                    put = insert(schedules).on_conflict_do_update(index_elements=[schedules.c.subject], set_=row)
                    connection.execute(put, row)
        return since

    def since(self) -> Mapping[Subject, datetime]:
        """Return since when each schedule is in force, by subject."""
        with store_errors(self._path), self._engine.connect() as connection:
            return {row.subject: row.since for row in connection.execute(sa.select(tables.schedules))}

    def newest(self, subjects: Collection[Subject] | None = None) -> Mapping[Subject, SlotRun]:
        """Return the newest slot that was started, by subject; `subjects` None means all."""
        last = sa.select(table.c.subject, sa.func.max(table.c.due_at).label("due_at")).group_by(table.c.subject)
        newest = (last if subjects is None else last.where(table.c.subject.in_(subjects))).subquery()
        both = sa.and_(table.c.subject == newest.c.subject, table.c.due_at == newest.c.due_at)
        runs = self._read(sa.select(table).join(newest, both).order_by(table.c.id))
        return {run.slot.subject: run for run in runs}

    def list(self, limit: int, *, unusual: bool = False) -> Sequence[SlotRun]:
        """Return the last slots that were started, newest first; `unusual`: only those late, missed or failed."""
        query = sa.select(table).order_by(table.c.due_at.desc(), table.c.id.desc()).limit(limit)
        if unusual:
            failed = sa.or_(table.c.outcome == SlotOutcome.FAILED, table.c.attempts > 0)
            query = query.where(sa.or_(table.c.late > 0, table.c.skipped > 0, failed))
        return self._read(query)

    def begin(self, begins: Sequence[StartSlot], at: datetime) -> None:
        """Record the start of slots, before they are started."""
        rows = [
            {
                "subject": one.slot.subject, "key": one.slot.key, "due_at": one.slot.due_at, "started_at": at,
                "late": int(one.late.total_seconds()), "skipped": one.skipped, "begun": 1, "attempts": 0, "said": "",
            }
            for one in begins
        ]  # fmt: skip
        put = insert(table)
        again = {
            "due_at": put.excluded.due_at, "started_at": put.excluded.started_at, "ended_at": None, "outcome": None,
            "begun": table.c.begun + 1, "late": sa.func.max(table.c.late, put.excluded.late),
        }  # fmt: skip
        with write_transaction(self._engine, self._path) as connection:
            put = put.on_conflict_do_update(index_elements=[table.c.subject, table.c.key], set_=again)
            connection.execute(put, rows)

    def done(self, slots: Sequence[Slot], at: datetime, said: str, round_id: int | None = None) -> None:
        """Record that slots are done; `said` is the result in words."""
        with write_transaction(self._engine, self._path) as connection:
            settle(connection, slots, at, said, round_id)

    def failed(self, slots: Sequence[Slot], at: datetime, said: str) -> None:
        """Record that slots failed; a slot that is done stays so."""
        values = {"ended_at": at, "outcome": SlotOutcome.FAILED, "said": said, "attempts": table.c.attempts + 1}
        self._change(slots, values)

    def released(self, slots: Sequence[Slot]) -> None:
        """Record that the attempts of slots were cancelled; the slots stay due."""
        self._change(slots, {"begun": table.c.begun - 1})

    def forget(self, subject: Subject, before: datetime) -> None:
        """Delete the slots of a subject that were due before a moment."""
        with write_transaction(self._engine, self._path) as connection:
            connection.execute(sa.delete(table).where(table.c.subject == subject, table.c.due_at < before))

    def _change(self, slots: Sequence[Slot], values: Mapping[str, Any]) -> None:
        with write_transaction(self._engine, self._path) as connection:
            not_done = sa.or_(table.c.outcome.is_(None), table.c.outcome != SlotOutcome.DONE)
            connection.execute(sa.update(table).where(_is_one_of(slots), not_done).values(dict(values)))

    def _read(self, query: sa.Select[Any]) -> Sequence[SlotRun]:
        with store_errors(self._path), self._engine.connect() as connection:
            return [_slot_run(row) for row in connection.execute(query).mappings()]


def settle(
    connection: sa.Connection, slots: Sequence[Slot], at: datetime, said: str, round_id: int | None = None
) -> None:
    """Record that slots are done, within the caller's transaction: with the round, or not at all."""
    values = {"ended_at": at, "outcome": SlotOutcome.DONE, "said": said, "round_id": round_id}
    connection.execute(sa.update(table).where(_is_one_of(slots)).values(values))


def _is_one_of(slots: Sequence[Slot]) -> sa.ColumnElement[bool]:
    return sa.tuple_(table.c.subject, table.c.key).in_([(slot.subject, slot.key) for slot in slots])


def _slot_run(row: Mapping[Any, Any]) -> SlotRun:
    return SlotRun(
        Slot(row["due_at"], row["subject"], row["key"]),
        row["started_at"],
        row["ended_at"],
        SlotOutcome(row["outcome"]) if row["outcome"] else None,
        timedelta(seconds=row["late"]),
        row["skipped"],
        row["begun"],
        row["attempts"],
        row["round_id"],
        row["said"],
    )
