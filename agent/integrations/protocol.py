"""The protocols between an integration and the rest of the agent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar, runtime_checkable

from agent.config import read_secret
from agent.domain.errors import PermanentError
from agent.domain.messages import DeliverySession, DeliveryStore, Message
from agent.integrations.rate_limit import Limit, RateLimitStore
from inventory.model import Inventory
from inventory.secrets import Reference

OnResponse = Callable[[str, int, Mapping[str, str], datetime], None]
"""Called for each HTTP response with the service's name, the status code, the headers, and the time by our clock."""


def _ignore(service: str, code: int, headers: Mapping[str, str], at: datetime) -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True)
class ClientContext:
    """What a client of a service needs. `secrets` raises SecretError."""

    paces: RateLimitStore
    secrets: Callable[[Reference], str] = read_secret
    on_response: OnResponse = _ignore


@dataclass(frozen=True, slots=True)
class ConnectionResult:
    """The result of a connection check. `problems` are errors of the inventory or missing rights, each a sentence."""

    said: str
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """A preview of a request. For SMTP, `method` is SEND and `path` the recipient; `body` is JSON."""

    method: str
    path: str
    body: Mapping[str, Any]


class Integration(Protocol):
    """A service that the inventory configures."""

    name: str  # the name in the inventory and in the outbox
    label: str  # the name under which its rate limits are counted
    address: str  # URL, or host and port

    def limits(self) -> Sequence[Limit]:
        """Return the rate limits that the service documents."""

    def check_connection(self, inventory: Inventory, context: ClientContext) -> ConnectionResult:
        """Log in and look the clients up, without changing anything. Raises ServiceError, SecretError."""


@runtime_checkable
class OutboxIntegration(Integration, Protocol):
    """A service to which messages are delivered."""

    def connect(self, context: ClientContext) -> DeliverySession:
        """Open a session, which the caller closes. Raises ServiceError, SecretError."""

    def preview(self, message: Message, store: DeliveryStore) -> Request:
        """Return the request of a message, as far as it is known without the service. Raises StoreError."""

    def readdress(self, message: Message, inventory: Inventory) -> Message:
        """Return the message, addressed by the present inventory."""


P = TypeVar("P")


def payload_of(message: Message, kind: type[P]) -> P:
    """Return a message's payload. Raises PermanentError if it is of a kind that the integration does not deliver."""
    if isinstance(message.payload, kind):
        return message.payload
    raise PermanentError(
        f"message #{message.id} says {message.action}, which {message.integration} cannot carry out",
        f"say `siterounds outbox drop {message.id}`",
    )
