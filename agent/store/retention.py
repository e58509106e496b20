"""What is forgotten after a while, and what never is: what is open, what was last seen, what was told."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from agent.domain.incidents import Phase
from agent.domain.messages import Action, Stage
from agent.domain.payloads import MailPayload, PrunedMail
from agent.store import tables
from agent.store.engine import store_errors, write_transaction
from agent.store.payloads import from_json, to_json

STEP = 200
"""Rounds that are forgotten in one transaction: others write in between."""
SLACK = 0.25
"""Of the file that is empty before it is made smaller."""


class Retention:
    """Forgets what is old. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def forget(self, before: datetime) -> Mapping[str, int]:
        """Forget rounds, delivered messages and slots that were over before a moment; gives how many of each.

        Rounds stay that are the evidence of a problem that is open, or was until then, the newest ones of each client,
        and the newest of all. Of a message that was delivered, what it said is forgotten, and that it was stays.
        """
        counts = {"rounds": 0, "messages": self._messages(before), "slots": self._slots(before)}
        while count := self._rounds(before):
            counts["rounds"] += count
        return counts

    def tidy(self) -> bool:
        """Have SQLite look after itself; gives whether the file was made smaller. Nothing may be under way."""
        with store_errors(self._path), self._engine.connect() as connection:
            raw = connection.connection.cursor()
            try:
                raw.execute("PRAGMA optimize")
                pages, empty = (
                    raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count")
                )
                smaller = bool(empty > max(1_000, pages * SLACK))
                if smaller:
                    raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()
        return smaller

    def _rounds(self, before: datetime) -> int:
        rounds, changes, incidents = tables.rounds, tables.changes, tables.incidents
        whole = tables.whole_rounds
        lively = sa.or_(incidents.c.phase != Phase.RESOLVED, incidents.c.resolved_at >= before)
        evidence = sa.select(changes.c.round_id).join(incidents, incidents.c.id == changes.c.incident_id).where(lively)
        newest = sa.select(sa.func.max(whole.c.round_id)).group_by(whole.c.client)
        last = sa.select(sa.func.max(rounds.c.id)).scalar_subquery()
        old = sa.select(rounds.c.id).where(
            rounds.c.ended_at < before, rounds.c.id.not_in(evidence), rounds.c.id.not_in(newest), rounds.c.id != last
        )
        with write_transaction(self._engine, self._path) as connection:
            numbers = connection.execute(old.order_by(rounds.c.id).limit(STEP)).scalars().all()
            if numbers:
                connection.execute(sa.delete(rounds).where(rounds.c.id.in_(numbers)))
        return len(numbers)

    def _messages(self, before: datetime) -> int:
        table = tables.messages
        over = (table.c.stage.in_((Stage.DELIVERED, Stage.DROPPED)), table.c.ended_at < before)
        with write_transaction(self._engine, self._path) as connection:
            bodies = connection.execute(sa.update(table).where(*over, table.c.body.is_not(None)), {"body": None})
            text = sa.type_coerce(table.c.payload, sa.Text).label("payload")
            sent = sa.select(table.c.id, table.c.action, table.c.stage, text).where(
                *over, table.c.action == Action.SEND
            )
            for row in connection.execute(sent.where(sa.func.length(text) > LONGEST)).mappings().all():
                mail = from_json(row["payload"], row)
                if isinstance(mail, MailPayload | PrunedMail):
                    short = {"payload": to_json(PrunedMail(mail.to, mail.client))}
                    connection.execute(sa.update(table).where(table.c.id == row["id"]), short)
        return bodies.rowcount

    def _slots(self, before: datetime) -> int:
        table, other = tables.slots, tables.slots.alias()
        newer = sa.exists().where(other.c.subject == table.c.subject, other.c.due_at > table.c.due_at)
        with write_transaction(self._engine, self._path) as connection:
            gone = sa.delete(table).where(table.c.due_at < before, newer)
            return connection.execute(gone).rowcount


LONGEST = 2_000
"""Letters of a mail's row that stay without looking at it."""
