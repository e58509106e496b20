"""An agency with its services on loopback: clients, a Teamwork site, a Harvest account, and what is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.config import SecretError
from agent.contracts import contract_statuses
from agent.store.store import Store
from checks.registry import CHECKS
from inventory.contracts import Contract
from inventory.model import Client, Host, Inventory, Site
from inventory.secrets import Reference
from inventory.services import TEAMWORK_FIELDS, ClientHarvest, ClientTeamwork, Services
from inventory.services import Harvest as HarvestConfig
from inventory.services import Teamwork as TeamworkConfig
from reports.contract import ContractStatus
from tests.standins import Harvest, Teamwork

SCOPE_WORDS = {check.name: check.scope_words for check in CHECKS if check.scope_words}
AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
TASK_LIST = "SLA - in scope"
PROJECTS = "GET /projects/api/v3/projects.json"
FIELDS = "GET /projects/api/v3/customfields.json"
LISTS = "GET /projects/api/v3/projects/{id}/tasklists.json"
TASKS = "GET /projects/api/v3/tasklists/{id}/tasks.json"
BUDGETS = "GET /projects/api/v3/projects/budgets.json"
REPORT = "GET /v2/reports/time/projects"

FILLED: Mapping[str, Any] = {
    "SLA tier": "Standard",
    "SLA hours per month": 4.5,
    "SLA contract start": "2026-01-15",
    "SLA contract end": "2027-01-14",
    "SLA first response (h) urgent": 1,
    "SLA resolution (h) urgent": 4.25,
    "SLA hours calendar": "Business hours",
    "Zendesk organization id": "456",
    "Harvest project id": 111,
}
_CHOICES = {"kind": ["Standard", "Extended", "Gold"], "calendar": ["24x7", "Business hours"]}


def define_fields(teamwork: Teamwork) -> None:
    """All custom fields under their usual names."""
    texts = {"site_url": "url", "start": "date", "end": "date", "zendesk_organization": "text-short"}
    for ours, name in TEAMWORK_FIELDS.items():
        choices = _CHOICES.get(ours, [])
        teamwork.define_field(name, "dropdown" if choices else texts.get(ours, "number-decimal"), choices)


@dataclass
class Office:
    """One agency. What is None is not configured."""

    folder: Path
    teamwork: Teamwork | None = None
    harvest: Harvest | None = None
    clients: dict[str, Client] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    secrets: dict[str, str] = field(
        default_factory=lambda: {"TEAMWORK": "teamwork-api-key", "HARVEST": "harvest-token"}
    )
    zone: str = "Europe/Berlin"
    config: dict[str, Any] = field(default_factory=dict)
    scope_words: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(SCOPE_WORDS))

    def client(self, name: str, project: int | None = None, harvest: int | None = None, **values: Any) -> None:
        """Let there be one, with a site of its own."""
        there = ClientTeamwork(project) if project else None
        booked = ClientHarvest(harvest) if harvest else None
        self.clients[name] = Client(name, name.title(), teamwork=there, harvest=booked, **values)
        self.sites[name] = Site(name, name, "web1", f"https://{name}.example/", "/srv")

    def contract(self, name: str, contract: Contract) -> None:
        """Write one into the inventory."""
        self.clients[name] = replace(self.clients[name], contract=contract)

    @property
    def inventory(self) -> Inventory:
        """What the agent reads."""
        teamwork = harvest = None
        if self.teamwork:
            key = Reference("env", "TEAMWORK")
            teamwork = TeamworkConfig(self.teamwork.url, key, **self.config)
        if self.harvest:
            harvest = HarvestConfig(
                self.harvest.account, Reference("env", "HARVEST"), "l2@agency.example", self.harvest.url
            )
        services = Services(zone=self.zone, teamwork=teamwork, harvest=harvest)
        return Inventory(self.clients, {"web1": Host("web1")}, self.sites, services=services)

    def secret(self, reference: Reference) -> str:
        """The secret that a reference names."""
        if reference.name not in self.secrets:
            raise SecretError(f"{reference}: that variable is not set")
        return self.secrets[reference.name]

    def standings(self, at: datetime = AT, **ages: timedelta) -> Mapping[str, ContractStatus]:
        """What is known of every client."""
        with Store(self.folder) as store:
            return contract_statuses(
                self.inventory, store, at, secrets=self.secret, scope_words=self.scope_words, **ages
            )

    def standing(self, name: str = "harbour", at: datetime = AT, **ages: timedelta) -> ContractStatus:
        """What is known of one client."""
        return self.standings(at, **ages)[name]
