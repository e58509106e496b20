"""Time entries in the store. The repository works within a transaction that the caller has begun."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from agent.domain.messages import Stage
from agent.domain.payloads import TimeEntry, TimeEntryPayload
from agent.store import tables
from agent.store.outbox import of_stream

table = tables.time_entries


class TimeEntries:
    """Time entries, within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Use the transaction of this connection."""
        self.connection = connection

    def get(self, number: int) -> TimeEntry | None:
        """Return an entry by its row. None means that there is none."""
        return self._first(table.c.id == number)

    def of_slot(self, client: str, slot: str) -> TimeEntry | None:
        """Return the entry of a client's routine round. None means that there is none."""
        return self._first(sa.and_(table.c.client == client, table.c.slot == slot))

    def within(self, client: str, first: date, last: date) -> tuple[TimeEntry, ...]:
        """Return a client's entries between two days, both included."""
        days = table.c.spent_on.between(first.isoformat(), last.isoformat())
        rows = self.connection.execute(sa.select(table).where(table.c.client == client, days).order_by(table.c.id))
        return tuple(_entry(row) for row in rows.mappings())

    def unseen(self, client: str, first: date, last: date, since: datetime) -> Decimal:
        """Return the hours of these days that a report of Harvest read at `since` cannot include yet.

        Of an entry whose correction is not delivered yet, that is what the correction adds.
        """
        booked = (entry for entry in self.within(client, first, last) if not entry.withheld)
        return sum((self._unseen(entry, since) for entry in booked), Decimal(0))

    def _unseen(self, entry: TimeEntry, since: datetime) -> Decimal:
        messages = of_stream(self.connection, f"time:{entry.id}")
        ended = [one for one in messages if one.ended_at and one.ended_at <= since]
        if len(ended) == len(messages):
            return Decimal(0)
        seen = [one.payload for one in ended if one.stage is Stage.DELIVERED]
        last = seen[-1] if seen else None
        return entry.hours - (last.hours if isinstance(last, TimeEntryPayload) else Decimal(0))

    def refused(self, entry: TimeEntry) -> bool:
        """Whether a person dropped the message that would have booked it."""
        message = tables.messages
        query = sa.select(message.c.stage).where(message.c.stream == f"time:{entry.id}")
        stages = set(self.connection.execute(query).scalars())
        return stages == {Stage.DROPPED}

    def put(self, entry: TimeEntry) -> int:
        """Insert an entry, or update the one of its slot. Returns its row."""
        values = {"hours": str(entry.hours), "spent_on": entry.spent_on.isoformat(), "withheld": entry.withheld}
        if known := self.of_slot(entry.client, entry.slot):
            self.connection.execute(sa.update(table).where(table.c.id == known.id), values)
            return int(known.id or 0)
        row = {**values, "client": entry.client, "slot": entry.slot, "reference": entry.reference}
        return int(self.connection.execute(sa.insert(table).returning(table.c.id), row).scalar_one())

    def set_number(self, entry: int, number: int) -> None:
        """Record the id that Harvest gave the entry."""
        self.connection.execute(sa.update(table).where(table.c.id == entry), {"number": number})

    def _first(self, where: sa.ColumnElement[bool]) -> TimeEntry | None:
        row = self.connection.execute(sa.select(table).where(where)).mappings().first()
        return _entry(row) if row else None


def _entry(row: Mapping[Any, Any]) -> TimeEntry:
    same = {name: row[name] for name in ("client", "slot", "withheld", "id", "number", "reference")}
    return TimeEntry(spent_on=date.fromisoformat(row["spent_on"]), hours=Decimal(row["hours"]), **same)
