"""What the books say of a message that was delivered, written in the same transaction as its end."""

from datetime import datetime

import sqlalchemy as sa

from agent.domain.messages import Action, Delivered, Draft, Message
from agent.store.books import Books, Entry, told_of
from agent.store.outbox import add, drop, following
from agent.store.timesheet import Timesheet


def settle(connection: sa.Connection, message: Message, result: Delivered, at: datetime) -> None:
    """Note numbers and comments; have another ticket follow one that was closed."""
    if message.action in (Action.BOOK, Action.CORRECT):
        if result.number is not None:
            Timesheet(connection).found(message.row, result.number)
        return
    if message.action is Action.SEND:
        return
    books = Books(connection)
    if result.number is not None:
        books.found(message.row, result.number, result.submitter)
    if result.commented:
        books.commented(message.row, at)
    if result.follow_up is not None:
        _follow(books, message, at)
    elif message.action is Action.UPDATE and message.tried_at is None:
        books.told(message, at)  # nothing was sent, and nothing will be


def _follow(books: Books, message: Message, at: datetime) -> None:
    old, payload = books.ticket(message.row), message.payload["follow_up"]
    if old is None:
        raise LookupError(f"the books have no ticket {message.row}")
    items = told_of(payload["tells"])
    books.leave(old.id, old.items)
    for later in following(books.connection, message):  # what they tell, the next round tells the new ticket
        drop(books.connection, later, "another ticket follows the one that it was for", at)
    new = books.open(Entry(old.kind, old.external_id, old.client, items, old.id), at)
    add(books.connection, Draft(message.integration, Action.OPEN, f"ticket:{new}", payload), at)
