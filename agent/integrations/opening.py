"""The sessions that messages are delivered through, opened only where there is something to deliver."""

from collections.abc import Callable
from functools import partial

from agent.domain.errors import RefusedError
from agent.domain.messages import Integration
from agent.integrations.harvest import Timekeeper
from agent.integrations.harvest_session import harvest_service
from agent.integrations.mail import Postman
from agent.integrations.pace import Paces
from agent.integrations.zendesk.access import access
from agent.integrations.zendesk.api import Api
from agent.integrations.zendesk.delivery import Desk
from agent.mail.payload import Seal
from agent.mail.smtp import Relay
from agent.outbox.worker import Makers
from agent.secret import read_secret
from inventory.services import Dkim, Harvest, Mail, Services, Zendesk


def makers(services: Services, paces: Paces) -> Makers:
    """What opens each service that the inventory names."""
    found: dict[str, Callable[[], Integration]] = {}
    if services.zendesk is not None:
        found[Desk.name] = partial(_desk, services.zendesk, paces)
    if services.harvest is not None:
        found[Timekeeper.name] = partial(_timekeeper, services.harvest, paces)
    if services.mail is not None:
        found[Postman.name] = partial(_postman, services.mail, paces)
    return found


def _desk(config: Zendesk, paces: Paces) -> Desk:
    return Desk(Api(config, access(config, read_secret, paces), paces))


def _timekeeper(config: Harvest, paces: Paces) -> Timekeeper:
    return Timekeeper(config, harvest_service(config, read_secret(config.token), paces))


def _postman(config: Mail, paces: Paces) -> Postman:
    password = read_secret(config.password) if config.password else None
    return Postman(config, Relay(config, password), _seal(config.dkim) if config.dkim else None, paces)


def _seal(config: Dkim) -> Seal:
    try:
        from agent.mail.signing import KeyUnsoundError, Signer  # here, because it takes long to load, and few need it
    except ImportError as error:
        raise RefusedError("DKIM needs dkimpy, which is not installed", "pip install 'siterounds[dkim]'") from error
    try:
        return Signer(config, read_secret).signed
    except KeyUnsoundError as error:
        raise RefusedError(str(error), "make one: openssl genrsa 2048") from error
