"""The outbox: messages are added in the transaction of the change that they report, then updated by each attempt."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.domain.messages import FIRST_PAUSE, Action, Delivered, Draft, Message, Stage
from agent.domain.payloads import Payload, UpdateTicket
from agent.store import tables
from agent.store.engine import store_errors, write_transaction
from agent.store.rows import payload_json, payload_of_json

table = tables.messages
_TEXT = sa.type_coerce(table.c.payload, sa.Text).label(
    "payload"
)  # text: parsed by `from_json`, whose errors name the row
_COLUMNS = [_TEXT if column is table.c.payload else column for column in table.c]
Then = Callable[[sa.Connection], None]
"""Writes more in the transaction of a message's first attempt."""
Settle = Callable[[sa.Connection, Message], None]
"""Writes more in the transaction of a message's delivery, given the message as it is then."""


def add(connection: sa.Connection, draft: Draft, at: datetime) -> int:
    """Insert a message, due at once. Returns its number."""
    row = {
        "integration": draft.integration, "action": draft.action, "stream": draft.stream,
        "payload": payload_json(draft.payload), "stage": Stage.WAITING, "created_at": at, "due_at": at, "attempts": 0,
        "key": "", "uncertain": 0, "trouble": "", "remedy": "", "outcome": "",
    }  # fmt: skip
    return int(connection.execute(sa.insert(table).returning(table.c.id), row).scalar_one())


def latest(connection: sa.Connection, stream: str) -> Message | None:
    """Return the last message of a stream that was not dropped. None means that there is none."""
    last = sa.select(*_COLUMNS).where(table.c.stream == stream, table.c.stage != Stage.DROPPED)
    row = connection.execute(last.order_by(table.c.id.desc()).limit(1)).mappings().first()
    return _message(row) if row else None


def of_stream(connection: sa.Connection, stream: str) -> tuple[Message, ...]:
    """Return all messages of a stream, oldest first."""
    query = sa.select(*_COLUMNS).where(table.c.stream == stream).order_by(table.c.id)
    return tuple(_message(row) for row in connection.execute(query).mappings())


def untried(connection: sa.Connection, stream: str, action: Action) -> Message | None:
    """Return the last message of a stream if it has this action and was never sent, else None."""
    message = latest(connection, stream)
    unfinished = message is not None and message.stage in (Stage.WAITING, Stage.PARKED)
    return message if message and unfinished and message.action is action and message.tried_at is None else None


@dataclass(frozen=True, slots=True)
class UntriedUpdate:
    """An update of a ticket that was never sent, with its payload."""

    message: Message
    says: UpdateTicket


def untried_updates(connection: sa.Connection) -> Mapping[str, UntriedUpdate]:
    """Return the updates that were never sent, by stream: one a stream, for later changes are merged into it."""
    unfinished = table.c.stage.in_((Stage.WAITING, Stage.PARKED))
    query = sa.select(*_COLUMNS).where(unfinished, table.c.action == Action.UPDATE, table.c.tried_at.is_(None))
    messages = [_message(row) for row in connection.execute(query.order_by(table.c.id)).mappings()]
    return {one.stream: UntriedUpdate(one, one.payload) for one in messages if isinstance(one.payload, UpdateTicket)}


def following(connection: sa.Connection, message: Message) -> tuple[Message, ...]:
    """Return the unfinished messages after a message in its stream."""
    unfinished = table.c.stage.in_((Stage.WAITING, Stage.PARKED))
    query = sa.select(*_COLUMNS).where(table.c.stream == message.stream, table.c.id > message.id, unfinished)
    return tuple(_message(row) for row in connection.execute(query.order_by(table.c.id)).mappings())


def rewrite(connection: sa.Connection, message: Message, payload: Payload) -> None:
    """Replace the payload of a message that was never sent; its due time stays."""
    connection.execute(sa.update(table).where(table.c.id == message.id), {"payload": payload_json(payload)})


def hurry(connection: sa.Connection, message: Message, at: datetime) -> None:
    """Make a waiting message due at once."""
    connection.execute(sa.update(table).where(table.c.id == message.id, table.c.due_at > at), {"due_at": at})


def drop(connection: sa.Connection, message: Message, why: str, at: datetime) -> None:
    """Drop a message: it will not be sent."""
    ended = {"stage": Stage.DROPPED, "outcome": why, "ended_at": at}
    connection.execute(sa.update(table).where(table.c.id == message.id), ended)


class Outbox:
    """The outbox for the delivery and the commands. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def messages(self, stages: Collection[Stage]) -> tuple[Message, ...]:
        """Return the messages in these stages, oldest first."""
        return self._read(sa.select(*_COLUMNS).where(table.c.stage.in_(stages)).order_by(table.c.id))

    def get(self, number: int) -> Message | None:
        """Return a message by its number. None means that there is none."""
        return next(iter(self._read(sa.select(*_COLUMNS).where(table.c.id == number))), None)

    def due(self, integration: str, at: datetime) -> tuple[Message, ...]:
        """Return the messages to send now: those that are due and the first unfinished one of their stream."""
        ahead = table.alias()
        unfinished = ahead.c.stage.in_((Stage.WAITING, Stage.PARKED))
        before = sa.exists().where(ahead.c.stream == table.c.stream, ahead.c.id < table.c.id, unfinished)
        due = (table.c.integration == integration, table.c.stage == Stage.WAITING, table.c.due_at <= at)
        return self._read(sa.select(*_COLUMNS).where(*due, ~before).order_by(table.c.id))

    def mark_sending(self, message: Message, key: str, body: bytes, at: datetime, then: Then) -> Message | None:
        """Store the body and key that are about to be sent. None means that the message was changed meanwhile.

        `then` is called at the first attempt only. Until its outcome is known, the attempt counts as uncertain.
        """
        with write_transaction(self._engine, self._path) as connection:
            now = _current(connection, message)
            if now is None or (now.stage, now.payload, now.attempts) != (
                Stage.WAITING, message.payload, message.attempts,
            ):  # fmt: skip
                return None
            if now.tried_at is None:
                then(connection)
            first = now.tried_at if (now.key, now.body) == (key, body) and now.tried_at else at
            values: dict[str, Any] = {
                "key": key,
                "body": body,
                "tried_at": first,
                "uncertain": True,
                "attempts": now.attempts + 1,
            }
            values |= {"due_at": at + FIRST_PAUSE}  # in case the outcome is never recorded
            connection.execute(sa.update(table).where(table.c.id == message.id), values)
        return replace(now, **values)

    def delivered(self, message: Message, result: Delivered, at: datetime, then: Settle) -> bool:
        """Record that a message was delivered, and call `then`. False means that it was rewritten: nothing is done."""
        ended = {"stage": Stage.DELIVERED, "outcome": result.outcome, "ended_at": at, "trouble": "", "remedy": ""}
        with write_transaction(self._engine, self._path) as connection:
            now = _current(connection, message)
            if now is None or now.payload != message.payload:
                return False
            connection.execute(sa.update(table).where(table.c.id == message.id), {**ended, "uncertain": 0})
            then(connection, now)
        return True

    def postponed(self, message: Message, until: datetime, *, why: str) -> None:
        """Record that a message is not to be delivered before a moment."""
        self._update(message, {"due_at": until, "trouble": why, "remedy": ""})

    def failed(self, message: Message, until: datetime, trouble: str, remedy: str, attempts: int) -> None:
        """Record a failed attempt and when to retry. A message that is uncertain stays so."""
        self._update(message, {"due_at": until, "trouble": trouble, "remedy": remedy, "attempts": attempts})

    def parked(self, message: Message, trouble: str, remedy: str, *, uncertain: bool) -> None:
        """Record that the service rejected a message. `uncertain` means that an earlier attempt may have succeeded."""
        values = {"stage": Stage.PARKED, "trouble": trouble, "remedy": remedy, "uncertain": int(uncertain)}
        self._update(message, values)

    def requeue(self, message: Message, payload: Payload, at: datetime) -> None:
        """Make a message due now. One that was rejected gets the given payload and a new body and key.

        One that is uncertain waits for up to FIRST_PAUSE, so that the service can show whether it succeeded.
        """
        due = min(message.due_at, at + FIRST_PAUSE) if message.uncertain else at
        values: dict[str, Any] = {"stage": Stage.WAITING, "due_at": due}
        if message.stage is Stage.PARKED:
            values |= {"payload": payload_json(payload), "key": "", "body": None}
        with write_transaction(self._engine, self._path) as connection:
            unchanged = (table.c.id == message.id, table.c.stage == message.stage)
            connection.execute(sa.update(table).where(*unchanged), values)

    def dropped(self, number: int, why: str, at: datetime) -> bool:
        """Drop a message that waits or is parked. False means that there is none.

        The payload is not read, so that an unreadable message can be dropped, too.
        """
        unfinished = (table.c.id == number, table.c.stage.in_((Stage.WAITING, Stage.PARKED)))
        ended = {"stage": Stage.DROPPED, "outcome": why, "ended_at": at}
        with write_transaction(self._engine, self._path) as connection:
            return connection.execute(sa.update(table).where(*unfinished), ended).rowcount > 0

    def _update(self, message: Message, values: Mapping[str, Any]) -> None:
        """Update a message, unless it was dropped or rewritten during the attempt."""
        with write_transaction(self._engine, self._path) as connection:
            now = _current(connection, message)
            if now is not None and (now.stage, now.payload) == (Stage.WAITING, message.payload):
                connection.execute(sa.update(table).where(table.c.id == message.id), dict(values))

    def _read(self, query: sa.Select[Any]) -> tuple[Message, ...]:
        with store_errors(self._path), self._engine.connect() as connection:
            rows: Sequence[Any] = connection.execute(query).mappings().all()
        return tuple(_message(row) for row in rows)


def _current(connection: sa.Connection, message: Message) -> Message | None:
    row = connection.execute(sa.select(*_COLUMNS).where(table.c.id == message.id)).mappings().first()
    return _message(row) if row else None


def _message(row: Mapping[Any, Any]) -> Message:
    values = {name: row[name] for name in Message.__dataclass_fields__}
    values |= {
        "payload": payload_of_json(row["payload"], row),
        "action": Action(row["action"]),
        "stage": Stage(row["stage"]),
        "uncertain": bool(row["uncertain"]),
    }
    return Message(**values)
