"""An outbox with messages written by hand, the stand-ins that it is delivered to, and one clock for all of them."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from pydantic import TypeAdapter

import agent.clock
import agent.integrations.http
from agent.config import SecretError
from agent.domain.incidents import Change, Incident, IncidentUpdate, Key, Phase
from agent.domain.messages import Action, Draft, Message, Stage
from agent.domain.payloads import OpenTicket, Payload, TimeEntry, TimeEntryPayload, UpdateTicket
from agent.domain.tickets import LastNotified, Ticket, TicketKind
from agent.integrations.protocol import ClientContext
from agent.integrations.registry import integration_factories
from agent.outbox.worker import DeliverySummary, deliver
from agent.store import tables
from agent.store.outbox import add
from agent.store.store import RoundRecord, Store
from agent.store.tickets import NewTicketRow, TicketRepository
from agent.store.time_entries import TimeEntries
from checks import State
from inventory.secrets import Reference
from inventory.services import Harvest as HarvestConfig
from inventory.services import Services
from inventory.services import Zendesk as ZendeskConfig
from inventory.subject import Subject
from reports.model import Coverage, RoundInfo
from tests.agent.store.beside import transaction
from tests.agent.store.filled import fresh
from tests.standins import HandClock, Harvest, Zendesk
from tests.standins.exchange import Answer, Asked
from tests.standins.service import Service
from tests.standins.zendesk_desk import OURSELVES

NAME = "siterounds:test:site:shop:disk:/var"
DAY = date(2026, 11, 23)
SECRETS = {"ZENDESK": "zendesk-client-secret", "HARVEST": "harvest-token", "LEGACY": "legacy-token"}
OPEN_AND_CRITICAL = {"1": ["open", "critical"]}
_OPENING: Mapping[str, Any] = {
    "external_id": NAME, "subject": "shop: disk is full", "html": "<p>96 % used</p>", "attachment": None,
    "public": False, "type": "incident", "priority": "high", "tags": ["siterounds", "site-shop"], "fields": {},
    "organization": None, "requester": None, "group": None, "assignee": None, "brand": None, "form": None,
    "tells": OPEN_AND_CRITICAL,
}  # fmt: skip
_TELLING: Mapping[str, Any] = {
    "html": "<p>98 % used</p>", "attachment": None, "public": False, "aim": "comment", "urgent": False,
    "priority": None, "tags": [], "tells": OPEN_AND_CRITICAL, "left": [], "follow_up": None,
}  # fmt: skip
_BOOKING: Mapping[str, Any] = {
    "client": "harbour", "project": 14, "task": 82, "spent_on": DAY.isoformat(), "minute": 9 * 60, "hours": "0.25",
    "notes": "Routine round", "reference": "siterounds-test-harbour-2026-11-23",
}  # fmt: skip


def opening(**changed: Any) -> OpenTicket:
    """What a message that opens a ticket says."""
    return TypeAdapter(OpenTicket).validate_python({**_OPENING, **changed})


def telling(**changed: Any) -> UpdateTicket:
    """What a message that comments on a ticket says."""
    return TypeAdapter(UpdateTicket).validate_python({**_TELLING, **changed})


def booking(**changed: Any) -> TimeEntryPayload:
    """What a message that books time says."""
    return TypeAdapter(TimeEntryPayload).validate_python({**_BOOKING, **changed})


@contextmanager
def by_hand(clock: HandClock) -> Iterator[HandClock]:
    """Let all of siterounds live by this clock, which its waiting moves."""
    moving = threading.Lock()  # several threads may wait at once

    def sleep(seconds: float) -> None:
        with moving:
            clock.forward(seconds)

    machine = SimpleNamespace(now=lambda _: clock())
    sleeping = SimpleNamespace(sleep=sleep)
    with patch.object(agent.clock, "datetime", machine), patch.object(agent.integrations.http, "time", sleeping):
        yield clock


@dataclass
class Desk:
    """Everything that a delivery needs."""

    store: Store
    clock: HandClock
    zendesk: Zendesk
    harvest: Harvest
    secrets: dict[str, str] = field(default_factory=lambda: dict(SECRETS))
    config: dict[str, Any] = field(default_factory=dict)  # of Zendesk

    @property
    def services(self) -> Services:
        """What the inventory says of them."""
        way_in = {"client_id": "siterounds", "client_secret": Reference("env", "ZENDESK"), **self.config}
        zendesk = ZendeskConfig(self.zendesk.url, **{"requests_a_minute": 2500, **way_in})
        harvest = HarvestConfig(1234, Reference("env", "HARVEST"), "l2@agency.example", self.harvest.url, 82, 2500)
        return Services("test", zendesk=zendesk, harvest=harvest)

    def secret(self, reference: Reference) -> str:
        """The secret that a reference names."""
        if reference.name not in self.secrets:
            raise SecretError(f"{reference}: that variable is not set")
        return self.secrets[reference.name]

    # What rounds have written.

    def ticket(self, number: int | None = None, name: str = NAME, before: int | None = None, **noted: Any) -> int:
        """A ticket in our books, about one problem that is open and critical; gives our own number of it."""
        self._problem()
        told = {1: LastNotified(Phase.OPEN, State.CRITICAL)}
        with transaction(self.store) as connection:
            made = TicketRepository(connection).open(
                NewTicketRow(TicketKind.INCIDENT, name, "harbour", told, before), self.clock()
            )
            values = {"number": number, "submitter": OURSELVES if number else None, **noted}
            connection.execute(sa.update(tables.tickets).where(tables.tickets.c.id == made), values)
        return made

    def known(self, **noted: Any) -> tuple[int, int]:
        """A ticket that was opened before; our own number of it, and Zendesk's."""
        with self.zendesk.held():
            there = self.zendesk.new_ticket("shop: disk is full", OURSELVES, OURSELVES)
            there.external_id, there.priority = NAME, "normal"
            self.zendesk.write(there, OURSELVES, "<p>96 % used</p>", public=False, is_html=True)
        return self.ticket(there.id, **noted), there.id

    def open(self, before: int | None = None, **changed: Any) -> int:
        """A message that opens a ticket."""
        payload = opening(**changed)
        ticket = self.ticket(None, payload.external_id, before)
        return self.write("zendesk", Action.OPEN, f"ticket:{ticket}", payload)

    def tell(self, ticket: int, **changed: Any) -> int:
        """A message that comments on a ticket of ours."""
        return self.write("zendesk", Action.UPDATE, f"ticket:{ticket}", telling(**changed))

    def book(self, **changed: Any) -> int:
        """A message that books time."""
        return self._time(Action.BOOK, booking(**changed))

    def correct(self, **changed: Any) -> int:
        """A message that corrects it."""
        return self._time(Action.CORRECT, booking(**changed))

    def _time(self, action: Action, payload: TimeEntryPayload) -> int:
        slot, reference = payload.reference[-10:], payload.reference
        entry = TimeEntry(payload.client, slot, payload.spent_on, payload.hours, reference=reference)
        with transaction(self.store) as connection:
            row = TimeEntries(connection).put(entry)
        return self.write("harvest", action, f"time:{row}", payload)

    def write(self, integration: str, action: Action, stream: str, payload: Payload) -> int:
        """Any message, due at once."""
        with transaction(self.store) as connection:
            return add(connection, Draft(integration, action, stream, payload), self.clock())

    def _problem(self) -> None:
        key, at = Key(Subject.parse("site:shop"), "disk", "/var"), self.clock()
        incident = Incident(key, Phase.OPEN, State.CRITICAL, "disk-space", "96 % used", at, at, 0, at)
        self.store.record(
            RoundRecord(
                RoundInfo(None, at, at), Coverage.of([], []), [], {}, [IncidentUpdate(key, incident, Change.OPENED)]
            )
        )

    # What a delivery does.

    def deliver(self) -> DeliverySummary:
        """One delivery, now."""
        return deliver(self.store, integration_factories(self.services, ClientContext(self.store.cache, self.secret)))

    def deliver_later(self, seconds: float = 180) -> DeliverySummary:
        """One delivery, some time from now."""
        self.clock.forward(seconds)
        return self.deliver()

    def deliver_all(self, runs: int = 20) -> None:
        """Deliveries, each when something is due, until nothing waits but behind what is parked."""
        for _ in range(runs):
            ahead: dict[str, Message] = {}
            for one in self.store.outbox.messages((Stage.WAITING, Stage.PARKED)):
                ahead.setdefault(one.stream, one)
            waiting = [one for one in ahead.values() if one.stage is Stage.WAITING]
            if not waiting:
                return
            self.clock.now = max(self.clock.now, min(one.due_at for one in waiting))
            self.deliver()
        raise AssertionError([(one.id, one.trouble) for one in waiting])

    def retry(self, number: int) -> None:
        """A person has a message tried again."""
        message = self.message(number)
        self.store.outbox.requeue(message, message.payload, self.clock())

    def message(self, number: int) -> Message:
        """A message as it is now."""
        found = self.store.outbox.get(number)
        assert found
        return found

    def in_books(self, ticket: int) -> Ticket:
        """A ticket as our books have it."""
        with self.store.reading() as (repository, _):
            found = repository.ticket(ticket)
        assert found
        return found

    def entry(self, number: int = 1) -> TimeEntry:
        """A time entry as our books have it."""
        with self.store.reading() as (_, time_entries):
            found = time_entries.get(number)
        assert found
        return found


@contextmanager
def meanwhile(service: Service, kind: str, happens: Callable[[], object], times: int = 1) -> Iterator[None]:
    """Let something happen just before the next requests of that kind are carried out."""
    route, left = service.routes[kind], iter(range(times))

    def interrupted(asked: Asked) -> Answer:
        if next(left, None) is not None:
            happens()
        return route(asked)

    with patch.dict(service.routes, {kind: interrupted}):
        yield


@contextmanager
def desk(folder: Path, clock: HandClock | None = None, **harvest: Any) -> Iterator[Desk]:
    """A desk with nothing to deliver yet, whose services no good client could complain about in the end."""
    with (
        by_hand(clock or HandClock()) as hand,
        Zendesk(requests_a_minute=2500) as zendesk,
        Harvest(requests_in_15_seconds=2500, **harvest) as there,
        fresh(folder) as store,
    ):
        zendesk.clock = there.clock = hand
        there.add_project(14, "Shop care", "Harbour Books", {81: "Support", 82: "Rounds"})
        yield Desk(store, hand, zendesk, there)
        assert zendesk.violations + there.violations == []
        assert zendesk.elsewhere.credentials + there.elsewhere.credentials == []
        assert (zendesk.created_twice(), zendesk.said_twice(), there.booked_twice()) == ([], [], [])


def moment(hour: int, minute: int = 0, day: int = 23) -> datetime:
    """A time of the test's month."""
    return HandClock().now.replace(day=day, hour=hour, minute=minute)


LATER = timedelta(hours=3)
"""Long enough for an Idempotency-Key to be forgotten."""
