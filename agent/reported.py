"""From judgements to what reports show: every finding with its place, and how much of what was due was looked at."""

from collections.abc import Mapping, Sequence

from agent.incidents import Change, Incident, Phase
from agent.judge import Judged
from checks import Finding, State
from inventory.model import Inventory
from reports.model import Coverage, DueCheck, NotRun, Place, ReportedFinding, ReportedIncident


def place_of(subject: str, inventory: Inventory) -> Place | None:
    """Where a subject stands; None where the inventory does not know it any more."""
    scope, _, name = subject.partition(":")
    if scope == "site" and name in inventory.sites:
        site = inventory.sites[name]
        return Place(site.host, site.name, site.client, (site.client,))
    if scope == "host" and name in inventory.hosts:
        clients = inventory.clients_on(name)
        return Place(name, None, clients[0] if len(clients) == 1 else None, clients)
    return None


def reported_findings(judged: Sequence[Judged], inventory: Inventory) -> tuple[ReportedFinding, ...]:
    """Every finding of a round with its place, in the order of the inventory."""
    return tuple(
        _reported(one, finding, place)
        for one in judged
        if (place := place_of(one.due.target.subject, inventory))
        for finding in one.findings
    )


def _reported(one: Judged, finding: Finding, place: Place) -> ReportedFinding:
    return ReportedFinding(
        client=place.client,
        clients=place.clients,
        site=place.site,
        host=place.host,
        check=one.due.check.name,
        **{name: getattr(finding, name) for name in finding.__dataclass_fields__},
    )


def coverage(judged: Sequence[Judged]) -> Coverage:
    """How many of the checks that were due ran; what did not, or saw a part only, with the reason."""
    due = (DueCheck(*_place(one), one.due.check.name) for one in judged)
    return Coverage.of(due, (missed for one in judged for missed in _not_run(one)))


def _place(one: Judged) -> tuple[str, str | None]:
    target = one.due.target
    return target.host.name, target.site.name if target.site else None


def _not_run(one: Judged) -> list[NotRun]:
    host, site = _place(one)
    if one.stale:
        return [NotRun(host, site, one.due.check.name, one.stale)]
    partly = any(finding.state is not State.UNKNOWN for finding in one.findings)
    unseen = one.unseen if partly else one.unseen[:1]
    return [NotRun(host, site, one.due.check.name, seen.summary, seen.remedy, partly) for seen in unseen]


def reported_incident(
    number: int, incident: Incident, inventory: Inventory, change: Change | None = None
) -> ReportedIncident:
    """An incident with its place as the inventory has it today."""
    place = place_of(incident.key.subject, inventory)
    return ReportedIncident(
        id=number,
        client=place.client if place else None,
        clients=place.clients if place else (),
        site=place.site if place else _name(incident, "site"),
        host=place.host if place else _name(incident, "host"),
        check=incident.key.check,
        item=incident.key.item,
        phase=Phase(incident.phase).value,
        state=incident.state,
        summary=incident.summary,
        since=incident.since,
        opened_at=incident.opened_at,
        resolved_at=incident.resolved_at,
        seen_at=incident.seen_at,
        change=Change(change).value if change else None,
    )


def _name(incident: Incident, scope: str) -> str | None:
    subject_scope, _, name = incident.key.subject.partition(":")
    return name if subject_scope == scope else None


def reported_incidents(
    known: Mapping[int, Incident], inventory: Inventory, changes: Mapping[int, Change]
) -> tuple[ReportedIncident, ...]:
    """Incidents that matter now: open or pending ones, and those that a round has just changed."""
    return tuple(
        reported_incident(number, incident, inventory, changes.get(number))
        for number, incident in known.items()
        if incident.phase is not Phase.RESOLVED or number in changes
    )
