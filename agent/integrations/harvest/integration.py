"""The integration of Harvest: connection check, preview and delivery of time entries."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from agent.domain.messages import Action, DeliveryStore, Message
from agent.domain.payloads import TimeEntryPayload
from agent.integrations.harvest.client import REPORTS, general, harvest_service
from agent.integrations.harvest.delivery import HarvestDelivery, durations, identity
from agent.integrations.http import HttpClient, read, rows
from agent.integrations.protocol import ClientContext, ConnectionResult, Request, payload_of
from agent.integrations.rate_limit import Limit
from inventory.model import Inventory
from inventory.services import Harvest


class HarvestIntegration:
    """Time entries in Harvest."""

    name = "harvest"
    label = "Harvest"

    def __init__(self, config: Harvest) -> None:
        """Create it without a connection."""
        self._config = config
        self.address = config.url

    def limits(self) -> tuple[Limit, ...]:
        """Return the limits of all requests, and of reports."""
        return general(self._config), REPORTS

    def check_connection(self, inventory: Inventory, context: ClientContext) -> ConnectionResult:
        """Check the account, and whether we may book on the projects of the clients."""
        with self._service(context) as service:
            company = read(service, "/v2/company", (general(self._config),))
            bookable = dict(_assignments(service, self._config))
        kept = "times of day" if company.get("wants_timestamp_timers") else "durations"
        said = f"lets us into {company.get('name') or 'an account'}, which keeps {kept}"
        return ConnectionResult(said, tuple(_unbookable(self._config, inventory, bookable)))

    def connect(self, context: ClientContext) -> HarvestDelivery:
        """Open a session. Raises SecretError, ServiceError."""
        return HarvestDelivery(self._config, self._service(context))

    def preview(self, message: Message, store: DeliveryStore) -> Request:
        """Return the request for an account that keeps durations."""
        payload, number = payload_of(message, TimeEntryPayload), store.entry(message.row).number
        if message.action is Action.CORRECT and number is not None:
            return Request("PATCH", f"/v2/time_entries/{number}", durations(payload))
        return Request("POST", "/v2/time_entries", durations(payload) | identity(payload))

    def readdress(self, message: Message, inventory: Inventory) -> Message:
        """Return the message with the project and task of the present inventory."""
        payload = message.payload
        if not isinstance(payload, TimeEntryPayload):
            return message
        client = inventory.clients.get(payload.client)
        if client is None or client.harvest is None:
            return message
        task = client.harvest.task or self._config.task or payload.task
        return replace(message, payload=replace(payload, project=client.harvest.project, task=task))

    def _service(self, context: ClientContext) -> HttpClient:
        return harvest_service(self._config, context)


def _assignments(service: HttpClient, config: Harvest) -> Iterator[tuple[int, frozenset[int]]]:
    """Yield the projects on which we may book, with their tasks."""
    page: int | None = 1
    while page is not None:
        answer = read(service, "/v2/users/me/project_assignments", (general(config),), {"page": page})
        for one in rows(answer, "project_assignments", service.name):
            tasks = (each.get("task", {}).get("id") for each in one.get("task_assignments", ()))
            yield one.get("project", {}).get("id", 0), frozenset(tasks)
        following = answer.get("next_page")
        page = following if isinstance(following, int) and following > page else None


def _unbookable(config: Harvest, inventory: Inventory, bookable: Mapping[int, frozenset[int]]) -> Iterator[str]:
    for name, client in inventory.clients.items():
        if client.harvest is None:
            continue
        task = client.harvest.task or config.task
        if client.harvest.project not in bookable:
            yield f"clients.{name}: we may not book on project {client.harvest.project}: assign us to it"
        elif task not in bookable[client.harvest.project]:
            yield f"clients.{name}: project {client.harvest.project} has no task {task}: add it there"
