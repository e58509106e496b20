"""The sessions that messages are delivered through, opened only where there is something to deliver."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from agent.domain.errors import RefusedError, ServiceError
from agent.domain.messages import Integration
from agent.integrations.harvest import Timekeeper, general, harvest_service
from agent.integrations.http import Service, read, rows
from agent.integrations.rate_limit import Paces
from agent.integrations.smtp.client import Relay
from agent.integrations.smtp.delivery import Postman, Seal
from agent.integrations.teamwork import Teamwork, teamwork_service
from agent.integrations.zendesk.auth import access
from agent.integrations.zendesk.client import Api
from agent.integrations.zendesk.delivery import Desk
from agent.outbox.worker import Makers
from agent.secrets import SecretError, read_secret
from checks.text import clean
from inventory import services
from inventory.model import Inventory
from inventory.services import Dkim, Harvest, Mail, Services, Zendesk
from reports.terminal.outbox import Greeted


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
        from agent.integrations.smtp.dkim import (  # here, because it takes long to load, and few need it
            KeyUnsoundError,
            Signer,
        )
    except ImportError as error:
        raise RefusedError("DKIM needs dkimpy, which is not installed", "pip install 'siterounds[dkim]'") from error
    try:
        return Signer(config, read_secret).signed
    except KeyUnsoundError as error:
        raise RefusedError(str(error), "make one: openssl genrsa 2048") from error


_MENDED = "put the secret where the inventory says it is kept"


def greetings(inventory: Inventory, paces: Paces) -> tuple[Greeted, ...]:
    """One for each service that the inventory names; nothing is changed there."""
    named = inventory.services
    found = []
    if named.zendesk is not None:
        found.append(_greeted("zendesk", named.zendesk.url, partial(_zendesk, named.zendesk, inventory, paces)))
    if named.harvest is not None:
        found.append(_greeted("harvest", named.harvest.url, partial(_harvest, named.harvest, inventory, paces)))
    if named.teamwork is not None:
        found.append(_greeted("teamwork", named.teamwork.url, partial(_teamwork, named.teamwork, inventory, paces)))
    if named.mail is not None:
        found.append(_greeted("mail", f"{named.mail.host}:{named.mail.port}", partial(_mail, named.mail)))
    return tuple(found)


def _greeted(name: str, url: str, greet: Callable[[], tuple[str, tuple[str, ...]]]) -> Greeted:
    try:
        said, troubles = greet()
    except SecretError as error:
        return Greeted(name, url, str(error), (_MENDED,), well=False)
    except ServiceError as error:
        return Greeted(name, url, error.reason, (error.remedy,) if error.remedy else (), well=False)
    return Greeted(name, url, clean(said, 200), tuple(clean(one, 300) for one in troubles), well=not troubles)


def _zendesk(config: services.Zendesk, inventory: Inventory, paces: Paces) -> tuple[str, tuple[str, ...]]:
    with Api(config, access(config, read_secret, paces), paces) as api:
        me = api.me()
        troubles = [] if me.get("role") in ("agent", "admin") else ["it needs the role of an agent to open tickets"]
        for name, client in inventory.clients.items():
            if (
                client.zendesk
                and client.zendesk.organization
                and not api.knows_organization(client.zendesk.organization)
            ):
                troubles.append(f"clients.{name}: there is no organization {client.zendesk.organization}")
    return f"lets us in as {me.get('name') or me.get('email') or 'somebody'}", tuple(troubles)


def _harvest(config: services.Harvest, inventory: Inventory, paces: Paces) -> tuple[str, tuple[str, ...]]:
    with harvest_service(config, read_secret(config.token), paces) as service:
        limits = (general(config),)
        company = read(service, "/v2/company", limits)
        bookable = dict(_assignments(service, config))
    kept = "times of day" if company.get("wants_timestamp_timers") else "durations"
    return f"lets us into {company.get('name') or 'an account'}, which keeps {kept}", tuple(
        _unbookable(config, inventory, bookable)
    )


def _mail(config: services.Mail) -> tuple[str, tuple[str, ...]]:
    relay = Relay(config, read_secret(config.password) if config.password else None)
    try:
        relay.ready()
    finally:
        relay.close()
    return "takes mail from us", ()


def _assignments(service: Service, config: services.Harvest) -> Iterator[tuple[int, frozenset[int]]]:
    """The projects that we may book on, each with its tasks."""
    page: int | None = 1
    while page is not None:
        answer = read(service, "/v2/users/me/project_assignments", (general(config),), {"page": page})
        for one in rows(answer, "project_assignments", service.name):
            tasks = (each.get("task", {}).get("id") for each in one.get("task_assignments", ()))
            yield one.get("project", {}).get("id", 0), frozenset(tasks)
        following = answer.get("next_page")
        page = following if isinstance(following, int) and following > page else None


def _unbookable(
    config: services.Harvest, inventory: Inventory, bookable: Mapping[int, frozenset[int]]
) -> Iterator[str]:
    for name, client in inventory.clients.items():
        if client.harvest is None:
            continue
        task = client.harvest.task or config.task
        if client.harvest.project not in bookable:
            yield f"clients.{name}: we may not book on project {client.harvest.project}: assign us to it"
        elif task not in bookable[client.harvest.project]:
            yield f"clients.{name}: project {client.harvest.project} has no task {task}: add it there"


def _teamwork(config: services.Teamwork, inventory: Inventory, paces: Paces) -> tuple[str, tuple[str, ...]]:
    with teamwork_service(config, read_secret(config.token), paces) as service:
        projects = {
            row.get("id") for page in Teamwork(service, config).pages("projects.json", "projects") for row in page.rows
        }
    wanted = {name: one.teamwork.project for name, one in inventory.clients.items() if one.teamwork}
    missing = (
        f"clients.{name}: there is no project {number}" for name, number in wanted.items() if number not in projects
    )
    return f"lets us in, and shows {len(projects)} projects", tuple(missing)
