"""What an integration is to the rest of the agent, and what it needs of us."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable

from agent.domain.errors import PermanentError
from agent.domain.messages import DeliverySession, DeliveryStore, Message
from agent.integrations.rate_limit import Limit, RateLimitStore
from agent.secrets import read_secret
from inventory.model import Inventory
from inventory.secrets import Reference

OnResponse = Callable[[str, int, Mapping[str, str], datetime], None]
"""Told of each response by HTTP: the service's name, the status code, the headers, and when it came by our clock."""


def _ignore(service: str, code: int, headers: Mapping[str, str], at: datetime) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class ClientContext:
    """What a client of a service needs of us. `secrets` raises SecretError."""

    paces: RateLimitStore
    secrets: Callable[[Reference], str] = read_secret
    on_response: OnResponse = _ignore


@dataclass(frozen=True, slots=True)
class ConnectionResult:
    """How a service received us: as whom, and what in the inventory it does not know or does not allow."""

    said: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """What a message would be sent as. `path` is the recipient where the method is SEND, of SMTP; `body` is JSON."""

    method: str
    path: str
    body: Mapping[str, Any]


class Integration(Protocol):
    """A service that the inventory names."""

    name: str  # as in the inventory and in the outbox
    label: str  # under which its rate limits are counted
    address: str  # URL, or host and port

    def limits(self) -> Sequence[Limit]:
        """The rate limits that it documents."""

    def check_connection(self, inventory: Inventory, context: ClientContext) -> ConnectionResult:
        """Log in and look for the clients; changes nothing there. Raises ServiceError, SecretError."""


@runtime_checkable
class OutboxIntegration(Integration, Protocol):
    """A service that messages are delivered to."""

    def connect(self, context: ClientContext) -> DeliverySession:
        """A session, to be closed by whoever uses it. Raises ServiceError, SecretError."""

    def preview(self, message: Message, store: DeliveryStore) -> Request:
        """What would be sent, as far as that is known without asking the service; raises StoreError."""

    def readdress(self, message: Message, inventory: Inventory) -> Message:
        """The message, to whom the inventory names today."""


P = TypeVar("P")


def payload_of(message: Message, kind: type[P]) -> P:
    """What a message says; RejectedError where it is of another kind than this integration takes."""
    if isinstance(message.payload, kind):
        return message.payload
    raise PermanentError(
        f"message #{message.id} says {message.action}, which {message.integration} cannot carry out",
        f"say `siterounds outbox drop {message.id}`",
    )
