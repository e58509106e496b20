"""Deletion of old rounds, message bodies and slots, and the upkeep of the SQLite file."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from agent.domain.incidents import Phase
from agent.domain.messages import Action, Stage
from agent.domain.payloads import MailPayload, PrunedMail
from agent.store import tables
from agent.store.engine import store_errors, write_transaction
from agent.store.rows import payload_json, payload_of_json

STEP = 200
"""Rounds deleted in one transaction; other processes can write in between."""
SLACK = 0.25
"""The part of the file's pages that may be unused before the file is compacted."""


class Retention:
    """Deletes old rows. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def forget(self, before: datetime) -> Mapping[str, int]:
        """Delete rounds, contents of ended messages, and slots from before a moment. Returns the count of each.

        A round is kept if an incident that is open, or was resolved since then, changed in it, and if it is the newest
        of a client or of all. An ended message is kept without its body.
        """
        counts = {"rounds": 0, "messages": self._messages(before), "slots": self._slots(before)}
        while count := self._rounds(before):
            counts["rounds"] += count
        return counts

    def tidy(self) -> bool:
        """Optimize the database. Returns whether the file was compacted. No transaction may be open."""
        with store_errors(self._path), self._engine.connect() as connection:
            raw = connection.connection.cursor()
            try:
                raw.execute("PRAGMA optimize")
                pages, unused = (
                    raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count")
                )
                compact = bool(unused > max(1_000, pages * SLACK))
                if compact:
                    raw.execute("VACUUM")
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                raw.close()
        return compact

    def _rounds(self, before: datetime) -> int:
        rounds, changes, incidents = tables.rounds, tables.changes, tables.incidents
        whole = tables.whole_rounds
        unresolved = sa.or_(incidents.c.phase != Phase.RESOLVED, incidents.c.resolved_at >= before)
        evidence = (
            sa.select(changes.c.round_id).join(incidents, incidents.c.id == changes.c.incident_id).where(unresolved)
        )
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
                mail = payload_of_json(row["payload"], row)
                if isinstance(mail, MailPayload | PrunedMail):
                    short = {"payload": payload_json(PrunedMail(mail.to, mail.client))}
                    connection.execute(sa.update(table).where(table.c.id == row["id"]), short)
        return bodies.rowcount

    def _slots(self, before: datetime) -> int:
        table, other = tables.slots, tables.slots.alias()
        newer = sa.exists().where(other.c.subject == table.c.subject, other.c.due_at > table.c.due_at)
        with write_transaction(self._engine, self._path) as connection:
            gone = sa.delete(table).where(table.c.due_at < before, newer)
            return connection.execute(gone).rowcount


LONGEST = 2_000
"""Characters of a mail's payload from which on it is pruned."""
