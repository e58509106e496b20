"""Tickets and silences in the store. The repository works within a transaction that the caller has begun."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from agent.domain.incidents import Incident, Phase
from agent.domain.messages import Message
from agent.domain.payloads import OpenTicket, UpdateTicket
from agent.domain.tickets import LastNotified, Silence, SilenceKind, Ticket, TicketAction, TicketKind
from agent.store import tables
from agent.store.engine import store_errors, write_transaction
from agent.store.rows import IncidentEvent, incident_event, incident_of
from checks import State
from inventory.subject import Subject

table = tables.silences


@dataclass(frozen=True, slots=True)
class Wish:
    """A request to silence an incident. `until` is None where it has no end."""

    kind: SilenceKind
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
        """Return the silences in force at a moment, by incident number."""
        with store_errors(self._path), self._engine.connect() as connection:
            return holding(connection, at)

    def say(self, incident: int, wish: Wish, at: datetime) -> None:
        """Silence an incident. Earlier silences of it end."""
        with write_transaction(self._engine, self._path) as connection:
            _end(connection, table.c.incident_id == incident, at)
            row = {"incident_id": incident, "kind": wish.kind, "reason": wish.reason, "by": wish.by}
            connection.execute(sa.insert(table), {**row, "since": at, "until": wish.until})

    def end(self, incident: int, at: datetime) -> bool:
        """End the silences of an incident. Returns whether one was in force."""
        with write_transaction(self._engine, self._path) as connection:
            held = incident in holding(connection, at)
            _end(connection, table.c.incident_id == incident, at)
        return held


def holding(connection: sa.Connection, at: datetime) -> Mapping[int, Silence]:
    """Return the silences in force at a moment, by incident number; the newest where there are several."""
    rows = connection.execute(sa.select(table).order_by(table.c.id)).mappings()
    return {silence.incident: silence for row in rows if (silence := _silence(row)).holds(at)}


def end_acknowledgement(connection: sa.Connection, incident: int, at: datetime) -> None:
    """End the acknowledgement of an incident that was resolved."""
    _end(connection, sa.and_(table.c.incident_id == incident, table.c.kind == SilenceKind.ACK), at)


def _end(connection: sa.Connection, where: sa.ColumnElement[bool], at: datetime) -> None:
    connection.execute(sa.update(table).where(where, table.c.ended_at.is_(None)), {"ended_at": at})


def _silence(row: Mapping[Any, Any]) -> Silence:
    same = {name: row[name] for name in ("id", "reason", "by", "since", "until", "ended_at")}
    return Silence(kind=SilenceKind(row["kind"]), incident=row["incident_id"], **same)


@dataclass(frozen=True, slots=True)
class NewTicketRow:
    """A ticket to insert. `predecessor` is the row of the closed ticket that it follows."""

    kind: TicketKind
    external_id: str
    client: str | None
    items: Mapping[int, LastNotified]
    predecessor: int | None = None


class TicketRepository:
    """Tickets, their last notifications, and silences, within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Use the transaction of this connection."""
        self.connection = connection

    def incidents(self) -> Mapping[int, Incident]:
        """Return the incidents that are not resolved, and those whose ticket was not yet notified of the resolution."""
        table, item = tables.incidents, tables.ticket_items
        not_notified = sa.exists().where(item.c.incident_id == table.c.id, item.c.left == 0, item.c.phase == Phase.OPEN)
        query = sa.select(table).where(sa.or_(table.c.phase != Phase.RESOLVED, not_notified)).order_by(table.c.id)
        return {row["id"]: incident_of(row) for row in self.connection.execute(query).mappings()}

    def tickets(self, since: datetime) -> tuple[Ticket, ...]:
        """Return the tickets that may need an update: not solved before `since`, or with an unresolved incident."""
        table, item, incident = tables.tickets, tables.ticket_items, tables.incidents
        unresolved = sa.exists().where(
            item.c.ticket_id == table.c.id,
            item.c.left == 0,
            item.c.incident_id == incident.c.id,
            incident.c.phase != Phase.RESOLVED,
        )
        return self._tickets(sa.or_(table.c.solved_at.is_(None), table.c.solved_at >= since, unresolved))

    def all(self) -> tuple[Ticket, ...]:
        """Return all tickets."""
        return self._tickets(sa.true())

    def numbers_by_incident(self) -> Mapping[int, int]:
        """Return the Zendesk number of the ticket of each incident, by incident number."""
        table, item = tables.tickets, tables.ticket_items
        joined = sa.select(item.c.incident_id, table.c.number).join(table, table.c.id == item.c.ticket_id)
        query = joined.where(item.c.left == 0, table.c.number.is_not(None)).order_by(table.c.id)
        return {row[0]: row[1] for row in self.connection.execute(query)}

    def ticket(self, number: int) -> Ticket | None:
        """Return a ticket by its row. None means that there is none."""
        return next(iter(self._tickets(tables.tickets.c.id == number)), None)

    def numbers(self, external_id: str) -> frozenset[int]:
        """Return the Zendesk numbers of the tickets with an external id."""
        table = tables.tickets
        query = sa.select(table.c.number).where(table.c.external_id == external_id, table.c.number.is_not(None))
        return frozenset(self.connection.execute(query).scalars())

    def silences(self, at: datetime) -> Mapping[int, Silence]:
        """Return the silences in force at a moment, by incident number."""
        return holding(self.connection, at)

    def first_looks(self) -> Mapping[tuple[Subject, str], datetime]:
        """Return when each check first ran on each subject."""
        rows = self.connection.execute(sa.select(tables.first_looks)).mappings()
        return {(row["subject"], row["check"]): row["at"] for row in rows}

    def life(self, incidents: Collection[int]) -> Mapping[int, tuple[IncidentEvent, ...]]:
        """Return the changes of these incidents, by incident number, oldest first."""
        table = tables.changes
        query = sa.select(table).where(table.c.incident_id.in_(incidents)).order_by(table.c.id)
        events_by_incident: dict[int, list[IncidentEvent]] = {}
        for row in self.connection.execute(query).mappings():
            events_by_incident.setdefault(row["incident_id"], []).append(incident_event(row))
        return {number: tuple(events) for number, events in events_by_incident.items()}

    def open(self, entry: NewTicketRow, at: datetime) -> int:
        """Insert a ticket with its incidents. Returns its row."""
        row = {
            "kind": entry.kind, "external_id": entry.external_id, "client": entry.client,
            "predecessor_id": entry.predecessor, "opened_at": at,
        }  # fmt: skip
        query = sa.insert(tables.tickets).returning(tables.tickets.c.id)
        number = int(self.connection.execute(query, row).scalar_one())
        self.attach(number, entry.items)
        return number

    def attach(self, ticket: int, items: Mapping[int, LastNotified]) -> None:
        """Add incidents to a ticket, or replace their last notification."""
        table = tables.ticket_items
        for incident, notified in items.items():
            where = (table.c.ticket_id == ticket, table.c.incident_id == incident)
            self.connection.execute(sa.delete(table).where(*where))
            row = {
                "ticket_id": ticket,
                "incident_id": incident,
                "phase": notified.phase,
                "state": notified.state,
                "left": 0,
            }
            self.connection.execute(sa.insert(table), row)

    def detach(self, ticket: int, incidents: Iterable[int]) -> None:
        """Remove incidents from a ticket."""
        table = tables.ticket_items
        where = (table.c.ticket_id == ticket, table.c.incident_id.in_(tuple(incidents)))
        self.connection.execute(sa.update(table).where(*where), {"left": 1})

    def mark_notified(self, message: Message, at: datetime) -> None:
        """Record a message's content as the ticket's last notification, at the first attempt to send it."""
        payload = message.payload
        if isinstance(payload, OpenTicket | UpdateTicket):
            self.attach(message.row, payload.tells)
        if isinstance(payload, UpdateTicket) and payload.aim is not TicketAction.COMMENT:
            self._update(message.row, solved_at=at if payload.aim is TicketAction.SOLVE else None)

    def set_number(self, ticket: int, number: int, submitter: int | None) -> None:
        """Record the ticket's number in Zendesk. `submitter` is our user id there; None leaves it as it is."""
        self._update(ticket, number=number, **({} if submitter is None else {"submitter": submitter}))

    def commented(self, ticket: int, at: datetime) -> None:
        """Record when our last comment was added to the ticket."""
        self._update(ticket, commented_at=at)

    def _update(self, ticket: int, **values: Any) -> None:
        self.connection.execute(sa.update(tables.tickets).where(tables.tickets.c.id == ticket), values)

    def _tickets(self, where: sa.ColumnElement[bool]) -> tuple[Ticket, ...]:
        table, item = tables.tickets, tables.ticket_items
        selected = sa.select(table.c.id).where(where)
        items: dict[int, dict[int, LastNotified]] = {}
        query = sa.select(item).where(item.c.left == 0, item.c.ticket_id.in_(selected)).order_by(item.c.incident_id)
        for row in self.connection.execute(query).mappings():
            notified = LastNotified(Phase(row["phase"]), State(row["state"]))
            items.setdefault(row["ticket_id"], {})[row["incident_id"]] = notified
        rows = self.connection.execute(sa.select(table).where(where).order_by(table.c.id)).mappings()
        return tuple(_ticket(row, items.get(row["id"], {})) for row in rows)


def _ticket(row: Mapping[Any, Any], items: Mapping[int, LastNotified]) -> Ticket:
    same = ("id", "external_id", "client", "opened_at", "number", "submitter", "commented_at", "solved_at")
    values = {name: row[name] for name in same}
    return Ticket(kind=TicketKind(row["kind"]), items=items, predecessor=row["predecessor_id"], **values)
