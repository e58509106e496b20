"""Routine rounds of two clients, as the tests of their time make them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from agent.collect.evaluate import Evaluation
from agent.collect.plan import PlannedCheck, Selection
from agent.domain.messages import Action, Delivered, Message, Stage
from agent.domain.payloads import TimeEntryPayload
from agent.store.store import Store
from agent.store.time_entries import TimeEntries
from agent.time_tracking import PlannedEntry, RoutineRound, book, planned_entries
from checks import Finding, Target
from checks.registry import CHECKS
from inventory.contracts import TimeRule
from inventory.model import Client, Host, Inventory, Site
from inventory.secrets import Reference
from inventory.services import ClientHarvest, Harvest, Services
from reports.contract import ContractStatus
from tests.agent.store.beside import transaction

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
MONTH = date(2026, 11, 15), date(2026, 12, 14)
WHOSE = {"books": ("harbour", "web1"), "shop": ("harbour", "web2"), "club": ("regatta", "web1")}
CHECK = next(check for check in CHECKS if check.name == "users")
MEASURED = TimeRule()
PER_SITE = TimeRule("per_site", Decimal("0.1"))
MINIMUM = TimeRule("minimum", Decimal("0.25"))


@dataclass
class Agency:
    """Two clients, who share a host, and what each was promised."""

    store: Store
    rules: dict[str, TimeRule] = field(default_factory=lambda: {"harbour": MEASURED, "regatta": PER_SITE})
    standing: dict[str, Any] = field(default_factory=dict)  # of harbour
    task: int | None = 222
    seconds: dict[str, float] = field(default_factory=lambda: {"web1": 360.0, "web2": 36.0})
    stale: frozenset[str] = frozenset()  # hosts that were not reached
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)

    @property
    def inventory(self) -> Inventory:
        there = Harvest(1, Reference("env", "X"), "l2@agency.example", task=self.task)
        clients = {name: Client(name, name.title(), harvest=ClientHarvest(111)) for name in self.rules}
        sites = {
            name: Site(name, client, host, f"https://{name}.example/", "/srv") for name, (client, host) in WHOSE.items()
        }
        hosts = {name: Host(name) for name in ("web1", "web2")}
        return Inventory(clients, hosts, sites, services=Services("test", "Europe/Berlin", harvest=there))

    def round(self, slot: str = "2026-11-23") -> RoutineRound:
        inventory = self.inventory
        standings = {
            name: ContractStatus(name, name.title(), time=rule, harvest_project=111, month=MONTH)
            for name, rule in self.rules.items()
        }
        harbour = {"time": self.rules["harbour"], "harvest_project": 111, "month": MONTH, **self.standing}
        standings["harbour"] = ContractStatus("harbour", "Harbour", **harbour)
        judged = tuple(
            Evaluation(
                PlannedCheck(CHECK, Target(inventory.hosts[site.host], site), CHECK.settings),
                self.findings.get(site.name, ()),
                stale="the host was not reached" if site.host in self.stale else "",
            )
            for site in inventory.sites.values()
        )
        return RoutineRound(inventory, standings, {"users": "Accounts"}, judged, self.seconds, NOW, slot)

    def planned(self, slot: str = "2026-11-23", **selected: Any) -> dict[str, PlannedEntry]:
        """What a round owes, by client."""
        selection = Selection(**{name: frozenset(values) for name, values in selected.items()})
        with self.store.reading() as (_, time_entries):
            return {one.entry.client: one for one in planned_entries(self.round(slot), selection, time_entries)}

    def booked(self, slot: str = "2026-11-23") -> PlannedEntry:
        """Make a round, and have what it owes harbour written down."""
        planned = self.planned(slot)["harbour"]
        with transaction(self.store) as connection:
            book(TimeEntries(connection), planned, NOW)
        return planned

    def delivered(self, number: int = 1) -> None:
        """Harvest has what a message says."""
        message = self.store.outbox.get(number)
        assert message
        with transaction(self.store) as connection:
            TimeEntries(connection).set_number(message.row, 636)
        self.store.outbox.mark_sending(message, "key", b"body", NOW, lambda _: None)
        assert self.store.outbox.delivered(message, Delivered("entry"), NOW, lambda *_: None)

    def messages(self, *stages: Stage) -> list[Message]:
        return list(self.store.outbox.messages(stages or tuple(Stage)))

    def hours(self) -> list[tuple[Action, str]]:
        """What the messages say, those left out that were dropped."""
        those = self.messages(Stage.WAITING, Stage.PARKED, Stage.DELIVERED)
        return [(one.action, str(said_by(one).hours)) for one in those]


def said_by(message: Message) -> TimeEntryPayload:
    """The payload of a message about a time entry."""
    assert isinstance(message.payload, TimeEntryPayload)
    return message.payload
