"""Messages of the outbox, and the two protocols between the outbox and an integration that delivers them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from agent.domain.payloads import OpenTicket, Payload, TimeEntry
from agent.domain.tickets import Ticket

FIRST_PAUSE = timedelta(minutes=1)
"""Between a first attempt that failed or has an unknown outcome and the next: a service may show its work late."""


class Stage(StrEnum):
    """The stage of a message."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    PARKED = "parked"  # the service rejected it, and would again: a person has to act
    DROPPED = "dropped"  # by a person, or because nothing is left to say


class Action(StrEnum):
    """What the service shall do."""

    OPEN = "open"  # a ticket
    UPDATE = "update"  # a ticket: one comment, and the changes of fields that come with it
    BOOK = "book"  # a time entry
    CORRECT = "correct"  # a time entry
    SEND = "send"  # a report, to one recipient


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that is not stored yet. `payload` holds no secrets."""

    integration: str
    action: Action
    stream: str  # "ticket:12", "time:5", "mail:(Message-ID)"
    payload: Payload


@dataclass(frozen=True, slots=True)
class Message:
    """A stored message. From the first attempt on its body and key are fixed, and it is not rewritten."""

    id: int
    integration: str
    action: Action
    stream: str
    payload: Payload
    stage: Stage
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    key: str = ""  # idempotency key: by it the service, or we, recognise a second attempt
    body: bytes | None = None  # as first sent
    tried_at: datetime | None = None  # when this body was first sent; None: never
    uncertain: bool = False  # whether an earlier attempt may have succeeded without a response
    trouble: str = ""
    remedy: str = ""
    outcome: str = ""
    ended_at: datetime | None = None

    @property
    def row(self) -> int:
        """The row in the store of the ticket or time entry that it is about."""
        return int(self.stream.partition(":")[2])


@dataclass(frozen=True, slots=True)
class Delivered:
    """The result of a message that was delivered."""

    outcome: str  # a sentence for people
    number: int | None = None  # the service's id of the ticket or time entry that was created or found
    submitter: int | None = None  # our user id there; None: the response does not say
    commented: bool = False
    follow_up: OpenTicket | None = None  # the ticket was closed: the new one to open instead


@dataclass(frozen=True, slots=True)
class Postponed:
    """The message is not to be sent before a moment; this is no failure."""

    until: datetime
    why: str


class SupersededError(Exception):
    """The message was rewritten meanwhile: read it again before anything is sent."""


class DeliveryStore(Protocol):
    """What an integration may read and write in the store. Every method raises StoreError."""

    def mark_sending(self, message: Message, key: str, body: bytes) -> Message:
        """Store the body and key that are about to be sent. Raises SupersededError if the message was rewritten."""

    def reload(self, message: Message) -> Message:
        """Return the message as it is stored now, after an attempt that was rejected."""

    def ticket(self, number: int) -> Ticket:
        """Return a ticket by its row in the store."""

    def known(self, external_id: str) -> frozenset[int]:
        """Return the Zendesk numbers of our tickets with an external id."""

    def entry(self, number: int) -> TimeEntry:
        """Return a time entry by its row in the store."""


class DeliverySession(Protocol):
    """A session with a service that messages are delivered to."""

    name: str

    def deliver(self, message: Message, store: DeliveryStore) -> Delivered | Postponed:
        """Deliver a message to the service, effectively once. Raises ServiceError, SupersededError."""

    def close(self) -> None:
        """Close the connections."""
