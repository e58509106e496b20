"""The integrations that there are, by the name that the inventory gives them."""

from collections.abc import Callable, Mapping
from functools import partial

from agent.domain.errors import ServiceError
from agent.integrations.harvest.integration import HarvestIntegration
from agent.integrations.protocol import ClientContext, Integration, OutboxIntegration
from agent.integrations.smtp.delivery import MailIntegration
from agent.integrations.teamwork.integration import TeamworkIntegration
from agent.integrations.zendesk.integration import ZendeskIntegration
from agent.outbox.worker import IntegrationFactories
from agent.secrets import SecretError
from checks.text import clean
from inventory.model import Inventory
from inventory.services import Services
from reports.terminal.outbox import ConnectionStatus

FACTORIES: Mapping[str, Callable[[Services], Integration | None]] = {
    "zendesk": lambda services: ZendeskIntegration(services.zendesk) if services.zendesk else None,
    "harvest": lambda services: HarvestIntegration(services.harvest) if services.harvest else None,
    "teamwork": lambda services: TeamworkIntegration(services.teamwork) if services.teamwork else None,
    "mail": lambda services: MailIntegration(services.mail) if services.mail else None,
}
"""What makes each integration from the inventory; None where the inventory does not name it."""


def integrations(services: Services) -> tuple[Integration, ...]:
    """Those that the inventory names."""
    made = (factory(services) for factory in FACTORIES.values())
    return tuple(one for one in made if one is not None)


def outbox_integrations(services: Services) -> Mapping[str, OutboxIntegration]:
    """Those of them that messages are delivered to, by name."""
    return {one.name: one for one in integrations(services) if isinstance(one, OutboxIntegration)}


def integration_factories(services: Services, context: ClientContext) -> IntegrationFactories:
    """What opens the session of each integration that messages are delivered to."""
    return {name: partial(one.connect, context) for name, one in outbox_integrations(services).items()}


_MENDED = "put the secret where the inventory says it is kept"


def check_connections(inventory: Inventory, context: ClientContext) -> tuple[ConnectionStatus, ...]:
    """One for each service that the inventory names; nothing is changed there."""
    return tuple(_connection_status(one, inventory, context) for one in integrations(inventory.services))


def _connection_status(one: Integration, inventory: Inventory, context: ClientContext) -> ConnectionStatus:
    try:
        found = one.check_connection(inventory, context)
    except SecretError as error:
        return ConnectionStatus(one.name, one.address, str(error), (_MENDED,), well=False)
    except ServiceError as error:
        return ConnectionStatus(
            one.name, one.address, error.reason, (error.remedy,) if error.remedy else (), well=False
        )
    problems = tuple(clean(each, 300) for each in found.problems)
    return ConnectionStatus(one.name, one.address, clean(found.said, 200), problems, well=not problems)
