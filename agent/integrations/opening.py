"""The sessions that messages are delivered through, opened only where there is something to deliver."""

from collections.abc import Callable
from functools import partial

from agent.integrations.harvest import Timekeeper
from agent.integrations.harvest_session import harvest_service
from agent.integrations.pace import Paces
from agent.integrations.zendesk.access import access
from agent.integrations.zendesk.api import Api
from agent.integrations.zendesk.delivery import Desk
from agent.outbox.delivering import Makers
from agent.outbox.ledger import Integration
from agent.secret import read_secret
from inventory.services import Harvest, Services, Zendesk


def makers(services: Services, paces: Paces) -> Makers:
    """What opens each service that the inventory names."""
    found: dict[str, Callable[[], Integration]] = {}
    if services.zendesk is not None:
        found[Desk.name] = partial(_desk, services.zendesk, paces)
    if services.harvest is not None:
        found[Timekeeper.name] = partial(_timekeeper, services.harvest, paces)
    return found


def _desk(config: Zendesk, paces: Paces) -> Desk:
    return Desk(Api(config, access(config, read_secret, paces), paces))


def _timekeeper(config: Harvest, paces: Paces) -> Timekeeper:
    return Timekeeper(config, harvest_service(config, read_secret(config.token), paces))
