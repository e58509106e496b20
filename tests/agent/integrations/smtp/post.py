"""An outbox with reports in it, the mail server that it is delivered to, and one clock for both."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import agent.integrations.smtp.delivery
from agent.config import SecretError
from agent.domain.messages import Message, Stage
from agent.integrations.protocol import ClientContext
from agent.integrations.registry import integration_factories
from agent.integrations.smtp.delivery import ReportIdentity, drafts
from agent.outbox.worker import DeliverySummary, deliver
from agent.store.outbox import add
from agent.store.store import Store
from inventory.mail import Address, Mail
from inventory.secrets import Reference
from inventory.services import Services
from tests.agent.integrations.smtp.certificates import Authority
from tests.agent.integrations.smtp.inbox import Inbox, inbox
from tests.agent.integrations.smtp.reports import ANN, AT, PASSWORD, config, parts
from tests.agent.outbox.office import by_hand
from tests.agent.store.beside import transaction
from tests.standins import HandClock


@dataclass
class Post:
    """Everything that a delivery of reports needs."""

    store: Store
    clock: HandClock
    inbox: Inbox
    authority: Authority
    secrets: dict[str, str] = field(default_factory=lambda: {"SMTP": PASSWORD})
    changed: dict[str, Any] = field(default_factory=dict)  # of the inventory

    @property
    def config(self) -> Mail:
        """What the inventory says."""
        return config(self.inbox.port, self.authority.file, **self.changed)

    @property
    def services(self) -> Services:
        """What it says of all services."""
        return Services("test", mail=self.config)

    def write(
        self,
        recipients: Sequence[Address] = (ANN,),
        period: str = "2026-12",
        client: str | None = "harbour",
        **said: Any,
    ) -> list[int]:
        """A report, due at once; gives the numbers of its messages."""
        made = drafts(parts(**said), self.config, recipients, ReportIdentity("test", client, period, AT))
        with transaction(self.store) as connection:
            return [add(connection, one, self.clock()) for one in made]

    def deliver(self, seconds: float = 0) -> DeliverySummary:
        """One delivery, so much later."""
        self.clock.forward(seconds)
        return deliver(self.store, integration_factories(self.services, ClientContext(self.store.cache, self._secret)))

    def message(self, number: int) -> Message:
        """A message as it is now."""
        found = self.store.outbox.get(number)
        assert found
        return found

    def stages(self) -> list[Stage]:
        """Where all messages are."""
        return [one.stage for one in self.store.outbox.messages(tuple(Stage))]

    def _secret(self, reference: Reference) -> str:
        if reference.name not in self.secrets:
            raise SecretError(f"{reference}: that variable is not set")
        return self.secrets[reference.name]


@contextmanager
def post(folder: Path, authority: Authority) -> Iterator[Post]:
    """Nothing to deliver yet."""
    clock = HandClock()
    with (
        by_hand(clock),
        patch.object(agent.integrations.smtp.delivery, "time", SimpleNamespace(sleep=clock.forward)),
        inbox(starttls=authority.server(), auth_required=True) as there,
        Store(folder) as store,
    ):
        yield Post(store, clock, there, authority)
