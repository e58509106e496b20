"""The outbox worked off: each message tried once a run, settled by what came of it, and nothing lost on the way."""

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
from agent.domain.payloads import OpenTicket, TimeEntryPayload, UpdateTicket
from agent.domain.tickets import Ticket
from agent.domain.time_entries import TimeEntry
from agent.secrets import SecretError
from agent.store.outbox import add, drop, following
from agent.store.store import Store
from agent.store.tickets import NewTicketRow, TicketRepository
from agent.store.time_entries import TimeEntries


def settle(connection: sa.Connection, message: Message, result: Delivered, at: datetime) -> None:
    """Note numbers and comments; have another ticket follow one that was closed."""
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
        _follow(repository, message, result.follow_up, at)
    elif message.action is Action.UPDATE and message.tried_at is None:
        repository.mark_notified(message, at)  # nothing was sent, and nothing will be


def _follow(repository: TicketRepository, message: Message, follow_up: OpenTicket, at: datetime) -> None:
    old = repository.ticket(message.row)
    if old is None:
        raise LookupError(f"the books have no ticket {message.row}")
    repository.detach(old.id, old.items)
    for later in following(repository.connection, message):  # what they tell, the next round tells the new ticket
        drop(repository.connection, later, "another ticket follows the one that it was for", at)
    new = repository.open(NewTicketRow(old.kind, old.external_id, old.client, follow_up.tells, old.id), at)
    add(repository.connection, Draft(message.integration, Action.OPEN, f"ticket:{new}", follow_up), at)


def run_in_threads(works: Sequence[Callable[[], None]]) -> None:
    """Do them at once, and raise what one of them raised, once all have ended.

    Ctrl-C is heard at once, and does not wait for them: what they are in the middle of has to bear an end at any time.
    """
    if len(works) < 2:
        for work in works:
            work()
        return
    raised: list[BaseException] = []

    def do(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            raised.append(error)

    threads = [threading.Thread(target=do, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if raised:
        raise raised[0]


log = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=6)
"""Between two tries; the first pause is doubled by each failure until then, and no two messages wait alike."""
REFUSED_PAUSE = timedelta(minutes=15)
"""Until a service that refused our credentials is tried again."""
IN_A_ROW = 3
"""Failures in a row after which a service is left alone for this run."""
REWRITTEN = 3
"""How often a message may be rewritten under our hands before it is left for the next run."""

IntegrationFactories = Mapping[str, Callable[[], DeliverySession]]
"""What opens each service's session; raises ServiceError, SecretError."""


@dataclass(slots=True)
class DeliverySummary:
    """What a delivery did. `troubles` are a sentence and its remedy for each service that was given up on."""

    delivered: int = 0
    postponed: int = 0
    failed: int = 0
    parked: int = 0
    troubles: dict[str, tuple[str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, tallies: Iterable["DeliverySummary"]) -> "DeliverySummary":
        """Several as one."""
        whole = cls()
        for one in tallies:
            whole.delivered += one.delivered
            whole.postponed += one.postponed
            whole.failed += one.failed
            whole.parked += one.parked
            whole.troubles |= one.troubles
        return whole


def deliver(store: Store, makers: IntegrationFactories, stop: threading.Event | None = None) -> DeliverySummary:
    """Try everything that is due, all services side by side. One process at a time: BusyError for a second one.

    Once `stop` is set, what is being tried is brought to its end, and nothing else is begun.
    """
    stop = stop or threading.Event()
    with store.delivery_lock():
        runs = {name: _Run(store, name, stop) for name in makers if store.outbox.due(name, now())}
        try:
            run_in_threads([partial(run.deliver_due, makers[name]) for name, run in runs.items()])
        except BaseException:
            stop.set()
            raise
    tally = DeliverySummary.of(run.tally for run in runs.values())
    for name in {one.integration for one in store.outbox.messages((Stage.WAITING,))} - makers.keys():
        tally.troubles[name] = ("messages wait for it, and the inventory does not name it", f"write services: {name}:")
    return tally


def interleave(due: Sequence[Message]) -> list[Message]:
    """Tickets to be opened in turn with what there is to tell of others, which Zendesk counts apart, too."""
    opening = [one for one in due if one.action is Action.OPEN]
    other = [one for one in due if one.action is not Action.OPEN]
    return [one for pair in zip_longest(opening, other) for one in pair if one is not None]


class SqlDeliveryStore:
    """Our own books, as an integration sees them."""

    def __init__(self, store: Store) -> None:
        """Read and write this store."""
        self._store = store

    def mark_sending(self, message: Message, key: str, body: bytes) -> Message:
        """Settle what is about to be sent, before it is; raises SupersededError."""
        at = now()
        told = message.action is Action.UPDATE
        settled = self._store.outbox.mark_sending(
            message,
            key,
            body,
            at,
            lambda connection: TicketRepository(connection).mark_notified(message, at) if told else None,
        )
        if settled is None:
            raise SupersededError
        return settled

    def reload(self, message: Message) -> Message:
        """The message as it is after a try that was declined."""
        return _known(self._store.outbox.get(message.id))

    def ticket(self, number: int) -> Ticket:
        """A ticket by our own number."""
        with self._store.reading() as (repository, _):
            return _known(repository.ticket(number))

    def known(self, external_id: str) -> frozenset[int]:
        """The tickets in Zendesk that are ours under an external id."""
        with self._store.reading() as (repository, _):
            return repository.numbers(external_id)

    def entry(self, number: int) -> TimeEntry:
        """A time entry by our own number."""
        with self._store.reading() as (_, time_entries):
            return _known(time_entries.get(number))


@dataclass(slots=True)
class _Run:
    """The messages of one service, worked off in one go, or until somebody wants it to end."""

    store: Store
    name: str
    stop: threading.Event
    tally: DeliverySummary = field(default_factory=DeliverySummary)
    tried: set[int] = field(default_factory=set)
    failures: int = 0

    def deliver_due(self, make: Callable[[], DeliverySession]) -> None:
        """Try what is due until nothing is, or the service is to be left alone."""
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
                message = _known(self.store.outbox.get(message.id))
                if message.stage is not Stage.WAITING:
                    return
            except ServiceError as error:
                self._failed(message, error)
                return
            else:
                self.failures = 0
                if self._settle(message, result):
                    return
                message = _known(self.store.outbox.get(message.id))

    def _settle(self, message: Message, result: Delivered | Postponed) -> bool:
        """Record what came of it; False where nothing was sent, and what was decided was about other words."""
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
        message = _known(self.store.outbox.get(tried.id))
        attempts = max(message.attempts, tried.attempts + 1)  # a look that failed counts, too
        log.info("%s message %d: %s", message.integration, message.id, error.reason)
        if (
            isinstance(error, PermanentError) and error.code != 403
        ):  # a right may be given, and then nobody has to retry
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
    """How long to wait after so many tries: longer each time, never less than the service asks, all differently."""
    doubled: timedelta = FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 12))
    spread = random.uniform(1.0, 1.5)  # noqa: S311 - it keeps tries apart, and hides nothing
    return max(min(doubled, LONGEST_PAUSE) * spread, timedelta(seconds=after or 0.0))


T = TypeVar("T")


def _known(found: T | None) -> T:
    if found is None:
        raise StoreError("the store lacks a row that another one refers to: restore it from its backup")
    return found
