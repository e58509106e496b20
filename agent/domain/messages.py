"""A message: one thing that a service is to be told, from the round that wrote it until the service has it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from agent.domain.payloads import OpenTicket, Payload
from agent.domain.tickets import Ticket
from agent.domain.time_entries import TimeEntry

FIRST_PAUSE = timedelta(minutes=1)
"""After a first try that failed, or whose outcome nobody saw: a service may need that long to show what it did."""


class Stage(StrEnum):
    """Where a message is."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    PARKED = "parked"  # the service declined it, and would again: a person has to look
    DROPPED = "dropped"  # by a person, or because there is nothing left to tell


class Action(StrEnum):
    """What is to be done."""

    OPEN = "open"  # a ticket
    UPDATE = "update"  # a ticket: one comment, and what follows from it
    BOOK = "book"  # a time entry
    CORRECT = "correct"  # a time entry
    SEND = "send"  # a report, to one recipient


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is not written down yet. `payload` holds nothing secret."""

    integration: str
    action: Action
    stream: str  # "ticket:12", "time:5", "mail:(Message-ID)"
    payload: Payload


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept. From the first try on its bytes and key are settled, and it is not rewritten."""

    id: int
    integration: str
    action: Action
    stream: str
    payload: Payload
    stage: Stage
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    key: str = ""  # by which the service, or we, know a second try
    body: bytes | None = None  # as first sent
    tried_at: datetime | None = None  # when these bytes were first sent
    uncertain: bool = False  # whether a try may have been carried out unseen
    trouble: str = ""
    remedy: str = ""
    outcome: str = ""
    ended_at: datetime | None = None

    @property
    def row(self) -> int:
        """The number of the ticket or time entry, in our own books, that it is about."""
        return int(self.stream.partition(":")[2])


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of a message that the service has."""

    outcome: str  # for people
    number: int | None = None  # of the ticket or time entry, in the service, that it made or found
    submitter: int | None = None  # who we are there, where the answer tells
    commented: bool = False
    follow_up: OpenTicket | None = None  # the ticket was closed: what a new one says


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not to be sent yet, and nothing is wrong with that."""

    until: datetime
    why: str


class SupersededError(Exception):
    """The message says something else by now: it is to be read anew before anything is sent."""


class DeliveryStore(Protocol):
    """Our own books. Every method raises StoreError."""

    def mark_sending(self, message: Message, key: str, body: bytes) -> Message:
        """Settle what is about to be sent, before it is; raises SupersededError."""

    def reload(self, message: Message) -> Message:
        """The message as it is after a try that was declined."""

    def ticket(self, number: int) -> Ticket:
        """A ticket by our own number."""

    def known(self, external_id: str) -> frozenset[int]:
        """The tickets in Zendesk that are ours under an external id."""

    def entry(self, number: int) -> TimeEntry:
        """A time entry by our own number."""


class DeliverySession(Protocol):
    """A session with a service that messages are delivered to."""

    name: str

    def deliver(self, message: Message, ledger: DeliveryStore) -> Delivered | Postponed:
        """Have the service carry a message out, once; raises ServiceError, SupersededError."""

    def close(self) -> None:
        """End its connections."""
