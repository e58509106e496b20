"""An estate of two clients, and rounds over it that are recorded as the agent records them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agent.client_reports import build_report
from agent.domain.incidents import Change, Incident, IncidentUpdate, Key, Phase
from agent.presenter import finding_at
from agent.store.store import RoundRecord, Store
from checks import Finding, State
from inventory.model import Client, Host, Inventory, Site
from inventory.reports import Reporting
from inventory.subject import Subject
from reports.contract import ContractStatus
from reports.health_report import HealthReport, Period
from reports.model import Coverage, DueCheck, NotRun, ReportedFinding, RoundInfo
from tests.agent.store.filled import fresh

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
DAY = timedelta(days=1)
INVENTORY = Inventory(
    clients={
        "harbour": Client("harbour", "Harbour Books", report=Reporting(zone="Europe/Berlin")),
        "quay": Client("quay", "Quay & Söhne", language="de"),
    },
    hosts={"web1": Host("web1"), "web2": Host("web2", client="harbour")},
    sites={
        "shop": Site("shop", "harbour", "web1", "https://shop.example", "/srv/shop"),
        "books": Site("books", "harbour", "web2", "https://books.example", "/srv/books"),
        "blog": Site("blog", "quay", "web1", "https://blog.example", "/srv/blog"),
    },
)
DUE = (
    *(DueCheck(host, None, "disk") for host in INVENTORY.hosts),
    *(DueCheck(site.host, site.name, "versions") for site in INVENTORY.sites.values()),
)


def akismet(version: str, state: State = State.WARNING, **data: Any) -> Finding:
    """What the check of versions says of a plugin."""
    kind = "version-current" if state is State.OK else "version-outdated"
    said = {"name": "Akismet", "what": "plugin", "version": version, **data}
    return Finding(state, kind, "plugin:akismet", f"Akismet {version}", data=said)


def disk(used: float, state: State = State.OK, **data: Any) -> Finding:
    """What the check of disks says of /var."""
    return Finding(state, "disk-space", "/var", f"/var is {used:g} % full", used, "%", data={"mount": "/var", **data})


def found(text: str, check: str, finding: Finding) -> ReportedFinding:
    """A finding in its place."""
    one = finding_at(Subject.parse(text), check, finding, INVENTORY)
    assert one is not None
    return one


def step(text: str, check: str, change: Change, finding: Finding, at: datetime) -> IncidentUpdate:
    """What a round made of a problem."""
    over = change is Change.RESOLVED
    key = Key(Subject.parse(text), check, finding.item)
    phase = Phase.RESOLVED if over else Phase.OPEN
    state = State.OK if over else finding.state
    incident = Incident(key, phase, state, finding.kind, finding.summary, at, at, 0, at, at if over else None)
    return IncidentUpdate(key, incident, change, finding)


@dataclass
class Estate:
    """Rounds over the estate, one after the other."""

    store: Store
    kinds: dict[Key, str] = field(default_factory=dict)  # of what was bad last

    def round(
        self,
        at: datetime,
        findings: Iterable[tuple[str, str, Finding]] = (),
        changes: Iterable[tuple[str, str, Change, Finding]] = (),
        *,
        whole: Iterable[str] = tuple(INVENTORY.clients),
        due: Iterable[DueCheck] = DUE,
        missed: Iterable[NotRun] = (),
        standings: Iterable[ContractStatus] = (),
    ) -> int:
        """Record a round that was for all of some clients; gives its number."""
        return self.store.record(
            RoundRecord(
                RoundInfo(None, at - timedelta(minutes=1), at),
                Coverage.of(due, missed),
                [found(*one) for one in findings],
                {},
                [self._step(*one, at) for one in changes],
                standings=tuple(standings),
                whole=tuple(whole),
            )
        )

    def _step(self, text: str, check: str, change: Change, finding: Finding, at: datetime) -> IncidentUpdate:
        made = step(text, check, change, finding, at)
        if made.incident and change is Change.RESOLVED:  # what is over keeps the kind that it had
            incident = replace(made.incident, kind=self.kinds.get(made.key, finding.kind))
            return replace(made, incident=incident)
        self.kinds[made.key] = finding.kind
        return made


def estate(folder: Path) -> Estate:
    """An estate that nobody has looked at yet."""
    return Estate(fresh(folder))


def report(
    rounds: Estate, client: str | None = "harbour", since: datetime | None = AT, until: datetime = AT + 9 * DAY
) -> HealthReport:
    """The report of the first December week, or of another time; `client` None: the agency's overview."""
    period = Period("week", "2026-W49", since, until)
    return build_report(rounds.store, INVENTORY, client, period, until)
