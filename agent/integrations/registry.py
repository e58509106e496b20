"""The map of all integrations by their names in the inventory, and the check of their connections."""

from collections.abc import Callable, Mapping
from functools import partial

from agent.config import SecretError
from agent.domain.errors import ServiceError
from agent.integrations.harvest.integration import HarvestIntegration
from agent.integrations.protocol import ClientContext, Integration, OutboxIntegration
from agent.integrations.smtp.delivery import MailIntegration
from agent.integrations.teamwork.client import TeamworkIntegration
from agent.integrations.zendesk.integration import ZendeskIntegration
from agent.outbox.worker import IntegrationFactories
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
"""Creates each integration from the inventory; None where the inventory does not configure it."""


def integrations(services: Services) -> tuple[Integration, ...]:
    """Return the configured integrations."""
    made = (factory(services) for factory in FACTORIES.values())
    return tuple(integration for integration in made if integration is not None)


def outbox_integrations(services: Services) -> Mapping[str, OutboxIntegration]:
    """Return the configured integrations to which messages are delivered, by name."""
    return {
        integration.name: integration
        for integration in integrations(services)
        if isinstance(integration, OutboxIntegration)
    }


def integration_factories(services: Services, context: ClientContext) -> IntegrationFactories:
    """Return what opens the session of each integration to which messages are delivered, by name."""
    return {name: partial(integration.connect, context) for name, integration in outbox_integrations(services).items()}


_REMEDY = "put the secret where the inventory says it is kept"


def check_connections(inventory: Inventory, context: ClientContext) -> tuple[ConnectionStatus, ...]:
    """Check the connection to each configured service, without changing anything there."""
    return tuple(
        _connection_status(integration, inventory, context) for integration in integrations(inventory.services)
    )


def _connection_status(integration: Integration, inventory: Inventory, context: ClientContext) -> ConnectionStatus:
    try:
        result = integration.check_connection(inventory, context)
    except SecretError as error:
        return ConnectionStatus(integration.name, integration.address, str(error), (_REMEDY,), well=False)
    except ServiceError as error:
        return ConnectionStatus(
            integration.name, integration.address, error.reason, (error.remedy,) if error.remedy else (), well=False
        )
    problems = tuple(clean(problem, 300) for problem in result.problems)
    return ConnectionStatus(integration.name, integration.address, clean(result.said, 200), problems, well=not problems)
