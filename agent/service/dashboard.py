"""The values of the dashboard, from the status, findings and silences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from agent.domain.incidents import Phase
from agent.presenter import IncidentContext, incident_context, reported_incident
from agent.self_check.rules import HealthProblem, health_problems
from agent.self_check.status import AgentStatus
from agent.store.last_seen import CurrentFinding, TargetKey, TargetStatus
from agent.store.store import Store
from checks import State
from inventory.model import Inventory, Site
from reports.contract import age
from reports.dashboard import ClientGroup, Dashboard, Notice, Tile, TileProblem

SHARED = "Shared servers"
"""The group of the servers that do not belong to a single client."""


@dataclass(frozen=True, slots=True)
class _Said:
    """Data about one problem beyond its finding: its ticket, and whether it is silenced."""

    ticket: int | None
    quiet: bool


_Problem = tuple[TargetKey, str, str]
"""A target, a check, and an item."""


def build_dashboard(store: Store, inventory: Inventory, titles: Mapping[str, str], vitals: AgentStatus) -> Dashboard:
    """Return the dashboard of everything monitored. `titles` are the checks' names for people. Raises StoreError."""
    said = _said(store, inventory, vitals.at)
    found: dict[TargetKey, list[CurrentFinding]] = {}
    for one in vitals.looks.found:
        found.setdefault(one.place, []).append(one)
    scene = _Scene(inventory, titles, vitals.looks.by_place, found, said)
    return Dashboard(
        at=vitals.at,
        zone=inventory.services.zone,
        owners=tuple(scene.owners()),
        stale=timedelta(hours=inventory.service.stale_hours),
        agency=inventory.brand.name or "",
        notes=tuple(_note(one) for one in health_problems(vitals, inventory)),
        facts=tuple(facts(vitals, inventory.services.zone)),
        running=tuple(_running(vitals)),
    )


def _note(reason: HealthProblem) -> Notice:
    return Notice(reason.message, reason.critical)


def _said(store: Store, inventory: Inventory, at: datetime) -> Mapping[_Problem, _Said]:
    """Return the data of the unresolved problems."""
    about: IncidentContext = incident_context(store, inventory, at)
    said: dict[_Problem, _Said] = {}
    for key, (number, incident) in store.incidents().items():
        if incident.phase is not Phase.RESOLVED:
            one = reported_incident(number, incident, about)
            if one.host is not None:
                said[(one.host, one.site), key.check, key.item] = _Said(one.ticket, one.silence is not None)
    return said


@dataclass(frozen=True, slots=True)
class _Scene:
    inventory: Inventory
    titles: Mapping[str, str]
    looks: Mapping[TargetKey, TargetStatus]
    found: Mapping[TargetKey, Sequence[CurrentFinding]]
    said: Mapping[_Problem, _Said]

    def owners(self) -> Iterable[ClientGroup]:
        """Return each client with its sites and servers, then the servers that are not of a single client."""
        servers: dict[str | None, list[Tile]] = {}
        for name in self.inventory.hosts:
            if (name, None) in self.looks:  # a jump host only is not monitored
                whose = self.inventory.clients_on(name)
                tile = self.tile((name, None), name)
                servers.setdefault(whose[0] if len(whose) == 1 else None, []).append(tile)
        sites: dict[str, list[Tile]] = {}
        for site in self.inventory.sites.values():
            sites.setdefault(site.client, []).append(self.tile((site.host, site.name), site_title(site)))
        for client in self.inventory.clients.values():
            if tiles := (*sites.get(client.name, ()), *servers.get(client.name, ())):
                yield ClientGroup(client.title, tiles)
        if None in servers:
            yield ClientGroup(SHARED, tuple(servers[None]))

    def tile(self, place: TargetKey, name: str) -> Tile:
        """Return one target as last seen."""
        look = self.looks.get(place)
        if look is None:
            return Tile(name, State.UNKNOWN, None, server=place[1] is None)
        loud: dict[str, list[CurrentFinding]] = {}
        known = 0
        for one in self.found.get(place, ()):
            if one.state is not State.OK:
                said = self.said.get((place, one.check, one.item))
                if said and said.quiet:
                    known += 1
                else:
                    loud.setdefault(one.check, []).append(one)
        troubles = sorted((self.trouble(pile) for pile in loud.values()), key=lambda one: -one.state.severity)
        states = [one.state for one in troubles] + ([State.UNKNOWN] if look.blind else [])
        state = max(states, key=lambda one: one.severity, default=State.OK)
        return Tile(name, state, look.looked_at, tuple(troubles), known, server=place[1] is None)

    def trouble(self, pile: Sequence[CurrentFinding]) -> TileProblem:
        """Return one check's findings on one target."""
        said = [self.said.get((one.place, one.check, one.item)) for one in pile]
        tickets = dict.fromkeys(one.ticket for one in said if one and one.ticket)
        worst = max((one.state for one in pile), key=lambda state: state.severity)
        check = pile[0].check
        return TileProblem(self.titles.get(check, check), worst, len(pile), tuple(tickets))


def site_title(site: Site) -> str:
    """Return a site's URL without its scheme."""
    parts = urlsplit(site.url)
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}" or site.name


def facts(vitals: AgentStatus, zone: str) -> Iterable[str]:
    """Return sentences about what siterounds did last and does next."""
    if vitals.last is not None:
        yield f"The last round ended {age(vitals.at - vitals.last.ended_at)} ago and took {_span(vitals.last.seconds)}."
    else:
        yield "No round was made yet."
    picture = vitals.picture
    if picture is not None and picture.next_due is not None:
        what = f" ({picture.next_what})" if picture.next_what else ""
        yield f"Next, at {_clock(picture.next_due, vitals.at, zone)}{what}."
    for pile in vitals.outbox:
        if pile.waiting:
            noun = "message waits" if pile.waiting == 1 else "messages wait"
            yield f"{pile.waiting} {noun} for {pile.integration}."


def _running(vitals: AgentStatus) -> Iterable[str]:
    for what, since in (vitals.picture.running if vitals.picture else {}).items():
        yield f"{what}, for {age(vitals.at - since)}"


def _clock(at: datetime, now: datetime, zone: str) -> str:
    here, today = (one.astimezone(ZoneInfo(zone)) for one in (at, now))
    return f"{here:%H:%M}" if here.date() == today.date() else f"{here:%A %H:%M}"


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} minutes"
