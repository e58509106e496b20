"""The worker of the outbox: delivers due messages, one thread a service, and records the result of each attempt."""

import logging
import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import zip_longest
from typing import TypeVar

import sqlalchemy as sa

from agent.clock import now
from agent.config import SecretError
from agent.domain.errors import AuthenticationError, PermanentError, ServiceError, StoreError
from agent.domain.messages import (
    FIRST_PAUSE,
    Action,
    Delivered,
    DeliverySession,
    Draft,
    Message,
    Postponed,
    Stage,
    SupersededError,
)
from agent.domain.payloads import OpenTicket, TimeEntry, TimeEntryPayload, UpdateTicket
from agent.domain.tickets import Ticket
from agent.store.outbox import add, drop, following
from agent.store.store import Store
from agent.store.tickets import NewTicketRow, TicketRepository
from agent.store.time_entries import TimeEntries


def settle(connection: sa.Connection, message: Message, result: Delivered, at: datetime) -> None:
    """Record a delivered message's number and comment, and queue a new ticket for one that was closed."""
    match message.payload:
        case TimeEntryPayload():
            if result.number is not None:
                TimeEntries(connection).set_number(message.row, result.number)
        case OpenTicket() | UpdateTicket():
            _settle_ticket(TicketRepository(connection), message, result, at)


def _settle_ticket(repository: TicketRepository, message: Message, result: Delivered, at: datetime) -> None:
    if result.number is not None:
        repository.set_number(message.row, result.number, result.submitter)
    if result.commented:
        repository.commented(message.row, at)
    if result.follow_up is not None:
        _open_follow_up(repository, message, result.follow_up, at)
    elif message.action is Action.UPDATE and message.tried_at is None:
        repository.mark_notified(message, at)  # delivered without a request: the change is not reported any more


def _open_follow_up(repository: TicketRepository, message: Message, follow_up: OpenTicket, at: datetime) -> None:
    old = repository.ticket(message.row)
    if old is None:
        raise LookupError(f"the store has no ticket {message.row}")
    repository.detach(old.id, old.items)
    for later in following(repository.connection, message):  # the next round reports their changes in the new ticket
        drop(repository.connection, later, "another ticket follows the one that it was for", at)
    new = repository.open(NewTicketRow(old.kind, old.external_id, old.client, follow_up.tells, old.id), at)
    add(repository.connection, Draft(message.integration, Action.OPEN, f"ticket:{new}", follow_up), at)


def run_in_threads(functions: Sequence[Callable[[], None]]) -> None:
    """Run functions in parallel threads, and raise one of their exceptions after all have ended.

    Ctrl-C interrupts at once and does not wait for them, so they have to tolerate an end at any time.
    """
    if len(functions) < 2:
        for function in functions:
            function()
        return
    raised: list[BaseException] = []

    def do(function: Callable[[], None]) -> None:
        try:
            function()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            raised.append(error)

    threads = [threading.Thread(target=do, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=6)
"""Longest time between two attempts; it doubles with each failure up to this, with a random spread."""
REFUSED_PAUSE = timedelta(minutes=15)
"""Time until a service that rejected our credentials is tried again."""
IN_A_ROW = 3
"""Consecutive failures after which a service is skipped for the rest of the run."""
REWRITTEN = 3
"""How often a message may be rewritten during its attempts before it is left for the next run."""

IntegrationFactories = Mapping[str, Callable[[], DeliverySession]]
"""Opens each service's session, by name; raises ServiceError, SecretError."""


@dataclass(slots=True)
class DeliverySummary:
    """Counts of a delivery. `troubles` holds a sentence and its remedy for each service that was given up."""

    delivered: int = 0
    postponed: int = 0
    failed: int = 0
    parked: int = 0
    troubles: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, tallies: Iterable["DeliverySummary"]) -> "DeliverySummary":
        """Return the sum of several."""
        whole = cls()
        for one in tallies:
            whole.delivered += one.delivered
            whole.postponed += one.postponed
            whole.failed += one.failed
            whole.parked += one.parked
            whole.troubles |= one.troubles
        return whole


def deliver(store: Store, factories: IntegrationFactories, stop: threading.Event | None = None) -> DeliverySummary:
    """Deliver all due messages, the services in parallel. Raises BusyError if another process delivers.

    Once `stop` is set, attempts under way are finished, and no other is begun.
    """
    stop = stop or threading.Event()
    with store.delivery_lock():
        runs = {name: _Run(store, name, stop) for name in factories if store.outbox.due(name, now())}
        try:
            run_in_threads([partial(run.deliver_due, factories[name]) for name, run in runs.items()])
        except BaseException:
            stop.set()
            raise
    tally = DeliverySummary.of(run.tally for run in runs.values())
    for name in {one.integration for one in store.outbox.messages((Stage.WAITING,))} - factories.keys():
        tally.troubles[name] = ("messages wait for it, and the inventory does not name it", f"write services: {name}:")
    return tally


def interleave(due: Sequence[Message]) -> list[Message]:
    """Alternate new tickets and other messages, which Zendesk limits separately."""
    opening = [one for one in due if one.action is Action.OPEN]
    other = [one for one in due if one.action is not Action.OPEN]
    return [one for pair in zip_longest(opening, other) for one in pair if one is not None]


class SqlDeliveryStore:
    """The store, as an integration sees it."""

    def __init__(self, store: Store) -> None:
        """Use this store."""
        self._store = store

    def mark_sending(self, message: Message, key: str, body: bytes) -> Message:
        """Store the body and key that are about to be sent. Raises SupersededError if the message was rewritten."""
        at = now()
        is_update = message.action is Action.UPDATE
        settled = self._store.outbox.mark_sending(
            message,
            key,
            body,
            at,
            lambda connection: TicketRepository(connection).mark_notified(message, at) if is_update else None,
        )
        if settled is None:
            raise SupersededError
        return settled

    def reload(self, message: Message) -> Message:
        """Return the message as it is stored now, after an attempt that was rejected."""
        return _existing(self._store.outbox.get(message.id))

    def ticket(self, number: int) -> Ticket:
        """Return a ticket by its row."""
        with self._store.reading() as (repository, _):
            return _existing(repository.ticket(number))

    def known(self, external_id: str) -> frozenset[int]:
        """Return the Zendesk numbers of our tickets with an external id."""
        with self._store.reading() as (repository, _):
            return repository.numbers(external_id)

    def entry(self, number: int) -> TimeEntry:
        """Return a time entry by its row."""
        with self._store.reading() as (_, time_entries):
            return _existing(time_entries.get(number))


@dataclass(slots=True)
class _Run:
    """The delivery of one service's messages, until none is due or `stop` is set."""

    store: Store
    name: str
    stop: threading.Event
    tally: DeliverySummary = field(default_factory=DeliverySummary)
    tried: set[int] = field(default_factory=set)
    failures: int = 0

    def deliver_due(self, make: Callable[[], DeliverySession]) -> None:
        """Deliver until nothing is due, or the service is given up."""
        try:
            integration = make()
        except SecretError as error:
            self._give_up(str(error), "put the secret where the inventory says it is kept")
            return
        except ServiceError as error:
            self._give_up(error.reason, error.remedy)
            return
        try:
            while due := [one for one in self.store.outbox.due(self.name, now()) if one.id not in self.tried]:
                for message in interleave(due):
                    if self.stop.is_set():
                        return
                    self.tried.add(message.id)
                    self._try(integration, message)
                    if self.name in self.tally.troubles:
                        return
        finally:
            integration.close()

    def _try(self, integration: DeliverySession, message: Message) -> None:
        for _ in range(REWRITTEN):
            try:
                result = integration.deliver(message, SqlDeliveryStore(self.store))
            except SupersededError:
                message = _existing(self.store.outbox.get(message.id))
                if message.stage is not Stage.WAITING:
                    return
            except ServiceError as error:
                self._failed(message, error)
                return
            else:
                self.failures = 0
                if self._settle(message, result):
                    return
                message = _existing(self.store.outbox.get(message.id))

    def _settle(self, message: Message, result: Delivered | Postponed) -> bool:
        """Record a result. False means that the message was rewritten without being sent, so that it is tried again."""
        if isinstance(result, Postponed):
            self.tally.postponed += 1
            self.store.outbox.postponed(message, result.until, why=result.why)
            return True
        at = now()
        if not self.store.outbox.delivered(
            message, result, at, lambda repository, last: settle(repository, last, result, at)
        ):
            return False
        self.tally.delivered += 1
        log.info("%s message %d: %s", message.integration, message.id, result.outcome)
        return True

    def _failed(self, tried: Message, error: ServiceError) -> None:
        message = _existing(self.store.outbox.get(tried.id))
        attempts = max(message.attempts, tried.attempts + 1)  # a failed look-up counts, too
        log.info("%s message %d: %s", message.integration, message.id, error.reason)
        if (
            isinstance(error, PermanentError) and error.code != 403
        ):  # a right may be granted, and then nobody has to retry
            self.tally.parked += 1
            self.failures = 0
            self.store.outbox.parked(message, error.reason, error.remedy, uncertain=tried.uncertain)
            return
        self.tally.failed += 1
        self.failures += 1
        refused = isinstance(error, AuthenticationError)
        pause = REFUSED_PAUSE if refused or error.code == 403 else _pause(attempts, error.after)
        self.store.outbox.failed(message, now() + pause, error.reason, error.remedy, attempts)
        if refused or error.code == 429 or self.failures >= IN_A_ROW:
            self._give_up(error.reason, error.remedy)

    def _give_up(self, reason: str, remedy: str) -> None:
        self.tally.troubles[self.name] = (reason, remedy)


def _pause(attempts: int, after: float | None) -> timedelta:
    """Return the pause after so many attempts: doubling, never less than the service asks, with a random spread."""
    doubled: timedelta = FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 12))
    spread = random.uniform(1.0, 1.5)  # noqa: S311 - it keeps tries apart, and hides nothing
    return max(min(doubled, LONGEST_PAUSE) * spread, timedelta(seconds=after or 0.0))


T = TypeVar("T")


def _existing(found: T | None) -> T:
    if found is None:
        raise StoreError("the store lacks a row that another one refers to: restore it from its backup")
    return found
