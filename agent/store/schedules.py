"""Schedules and the slots that were begun, so that what is due survives whatever ends the process."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from agent.domain.schedule import LastAttempt, Rhythm, Slot, SlotOutcome, StartSlot
from agent.store import tables
from agent.store.engine import store_errors, write_transaction
from inventory.subject import Subject

table = tables.slots


@dataclass(frozen=True, slots=True)
class SlotRun:
    """A slot as it is kept, with all that is known of it."""

    slot: Slot
    started_at: datetime  # of its last try
    ended_at: datetime | None  # of its last try; None while it runs, or where nobody saw it end
    outcome: SlotOutcome | None
    late: timedelta
    skipped: int  # slots before it that were missed, and are not made up for
    begun: int
    failures: int
    round_id: int | None
    said: str

    @property
    def tried(self) -> LastAttempt:
        """What decides whether it is tried again."""
        return LastAttempt(self.slot, self.begun, self.failures, self.outcome, self.ended_at or self.started_at)


class ScheduleRuns:
    """The schedules' own books. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def hold(self, rhythms: Mapping[Subject, Rhythm], at: datetime) -> Mapping[Subject, datetime]:
        """Have these schedules hold, by subject, and no others; gives since when each one does."""
        known_as = tables.schedules
        with write_transaction(self._engine, self._path) as connection:
            rows = connection.execute(sa.select(known_as)).mappings()
            known = {row["subject"]: (row["rhythm"], row["since"]) for row in rows}
            for subject in known.keys() - rhythms.keys():
                connection.execute(sa.delete(known_as).where(known_as.c.subject == subject))
            since = {}
            for subject, rhythm in rhythms.items():
                said, begun = known.get(subject, ("", at))
                since[subject] = begun if said == str(rhythm) else at
                if said != str(rhythm):
                    row = {"subject": subject, "rhythm": str(rhythm), "since": at}
                    put = insert(known_as).on_conflict_do_update(index_elements=[known_as.c.subject], set_=row)
                    connection.execute(put, row)
        return since

    def since(self) -> Mapping[Subject, datetime]:
        """Since when each schedule holds, by subject."""
        with store_errors(self._path), self._engine.connect() as connection:
            return {row.subject: row.since for row in connection.execute(sa.select(tables.schedules))}

    def newest(self, subjects: Collection[Subject] | None = None) -> Mapping[Subject, SlotRun]:
        """The newest slot of each subject that was ever begun; of these subjects, or of all."""
        last = sa.select(table.c.subject, sa.func.max(table.c.due_at).label("due_at")).group_by(table.c.subject)
        newest = (last if subjects is None else last.where(table.c.subject.in_(subjects))).subquery()
        both = sa.and_(table.c.subject == newest.c.subject, table.c.due_at == newest.c.due_at)
        found = self._read(sa.select(table).join(newest, both).order_by(table.c.id))
        return {one.slot.subject: one for one in found}

    def list(self, limit: int, *, unusual: bool = False) -> Sequence[SlotRun]:
        """The last slots that were begun, the newest first; or only those that were late, missed or failed."""
        query = sa.select(table).order_by(table.c.due_at.desc(), table.c.id.desc()).limit(limit)
        if unusual:
            failed = sa.or_(table.c.outcome == SlotOutcome.FAILED, table.c.attempts > 0)
            query = query.where(sa.or_(table.c.late > 0, table.c.skipped > 0, failed))
        return self._read(query)

    def begin(self, begins: Sequence[StartSlot], at: datetime) -> None:
        """Note that these slots are begun, before they are."""
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
        """Note that these slots are over, and what came of them."""
        with write_transaction(self._engine, self._path) as connection:
            settle(connection, slots, at, said, round_id)

    def failed(self, slots: Sequence[Slot], at: datetime, said: str) -> None:
        """Note that these slots failed; a slot that is over stays so."""
        values = {"ended_at": at, "outcome": SlotOutcome.FAILED, "said": said, "attempts": table.c.attempts + 1}
        self._change(slots, values)

    def released(self, slots: Sequence[Slot]) -> None:
        """Note that these slots were left before they had ended, because we were asked to: they stay due."""
        self._change(slots, {"begun": table.c.begun - 1})

    def forget(self, subject: Subject, before: datetime) -> None:
        """Forget the slots of a subject that were due before a moment."""
        with write_transaction(self._engine, self._path) as connection:
            connection.execute(sa.delete(table).where(table.c.subject == subject, table.c.due_at < before))

    def _change(self, slots: Sequence[Slot], values: Mapping[str, Any]) -> None:
        with write_transaction(self._engine, self._path) as connection:
            unended = sa.or_(table.c.outcome.is_(None), table.c.outcome != SlotOutcome.DONE)
            connection.execute(sa.update(table).where(_these(slots), unended).values(dict(values)))

    def _read(self, query: sa.Select[Any]) -> Sequence[SlotRun]:
        with store_errors(self._path), self._engine.connect() as connection:
            return [_begun(row) for row in connection.execute(query).mappings()]


def settle(
    connection: sa.Connection, slots: Sequence[Slot], at: datetime, said: str, round_id: int | None = None
) -> None:
    """Note, within a transaction that somebody has begun, that slots are over: with the round, or not at all."""
    values = {"ended_at": at, "outcome": SlotOutcome.DONE, "said": said, "round_id": round_id}
    connection.execute(sa.update(table).where(_these(slots)).values(values))


def _these(slots: Sequence[Slot]) -> sa.ColumnElement[bool]:
    return sa.tuple_(table.c.subject, table.c.key).in_([(slot.subject, slot.key) for slot in slots])


def _begun(row: Mapping[Any, Any]) -> SlotRun:
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
