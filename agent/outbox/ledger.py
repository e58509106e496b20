"""What an integration may know and must say of our own books while it delivers a message."""

from typing import Protocol

from agent.hours.model import TimeEntry
from agent.outbox.message import Delivered, Message, Postponed
from agent.tickets.model import Ticket


class SupersededError(Exception):
    """The message says something else by now: it is to be read anew before anything is sent."""


class Ledger(Protocol):
    """Our own books. Every method raises StoreError."""

    def sending(self, message: Message, key: str, body: bytes) -> Message:
        """Settle what is about to be sent, before it is; raises SupersededError."""

    def resent(self, message: Message) -> Message:
        """The message as it is after a try that was declined."""

    def ticket(self, number: int) -> Ticket:
        """A ticket by our own number."""

    def known(self, external_id: str) -> frozenset[int]:
        """The tickets in Zendesk that are ours under an external id."""

    def entry(self, number: int) -> TimeEntry:
        """A time entry by our own number."""


class Integration(Protocol):
    """A service that messages are delivered to."""

    name: str

    def deliver(self, message: Message, ledger: Ledger) -> Delivered | Postponed:
        """Have the service carry a message out, once; raises ServiceError, SupersededError."""

    def close(self) -> None:
        """End its connections."""
