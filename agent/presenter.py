"""From evaluations to the values of reports: findings with locations, coverage, incidents with tickets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from agent.collect.evaluate import Evaluation
from agent.domain.errors import StoreError
from agent.domain.incidents import Change, Incident, Key, Phase
from agent.domain.tickets import Silence, SilenceKind
from checks import Cause, Finding, State
from checks.siterounds import SUBJECT as ITSELF
from inventory.maintenance import Window
from inventory.model import Inventory
from inventory.subject import Subject, SubjectKind
from reports.model import (
    Coverage,
    DueCheck,
    Location,
    NotRun,
    ReportedFinding,
    ReportedIncident,
    ReportedWindow,
    Round,
    SilenceView,
    SilenceViewKind,
)

if TYPE_CHECKING:
    from agent.store.store import Store


def location_of(subject: Subject, inventory: Inventory) -> Location | None:
    """Return the location of a subject. None: it is no longer in the inventory."""
    kind, name = subject.kind, subject.name
    if kind is SubjectKind.SITE and name in inventory.sites:
        site = inventory.sites[name]
        return Location(site.host, site.name, site.client, (site.client,))
    if kind is SubjectKind.HOST and name in inventory.hosts:
        clients = inventory.clients_on(name)
        return Location(name, None, clients[0] if len(clients) == 1 else None, clients)
    if kind is SubjectKind.CLIENT and name in inventory.clients:
        return Location(None, None, name, (name,))
    return Location(None) if subject == ITSELF else None


def reported_findings(judged: Sequence[Evaluation], inventory: Inventory) -> tuple[ReportedFinding, ...]:
    """Return every finding of a round with its location, in the order of the inventory."""
    placed = (
        finding_at(one.due.target.subject, one.due.check.name, finding, inventory)
        for one in judged
        for finding in one.findings
    )
    return tuple(finding for finding in placed if finding)


def open_window(check: str, place: Location, inventory: Inventory, at: datetime) -> Window | None:
    """Return the maintenance window that covers a problem now. None: there is none."""
    concerned = (
        window
        for window in inventory.maintenance.values()
        if window.concerns(place.client, place.clients, place.host, place.site, check)
    )
    return next((window for window in concerned if window.covers(at)), None)


def finding_at(subject: Subject, check: str, finding: Finding, inventory: Inventory) -> ReportedFinding | None:
    """Return a finding with its location. None: the subject is no longer in the inventory."""
    place = location_of(subject, inventory)
    if place is None:
        return None
    return ReportedFinding(finding, place, check)


def worst_by_key(findings: Iterable[ReportedFinding]) -> Mapping[Key, ReportedFinding]:
    """Return the findings by the key of their incident; the worst where several have one key."""
    worst: dict[Key, ReportedFinding] = {}
    for one in findings:
        key = Key(_subject(one), one.check, one.finding.item)
        if key not in worst or one.finding.state.severity > worst[key].finding.state.severity:
            worst[key] = one
    return worst


def _subject(one: ReportedFinding) -> Subject:
    if one.place.site:
        return Subject(SubjectKind.SITE, one.place.site)
    if one.place.host:
        return Subject(SubjectKind.HOST, one.place.host)
    return Subject(SubjectKind.CLIENT, one.place.client) if one.place.client else ITSELF


def coverage(judged: Sequence[Evaluation]) -> Coverage:
    """Return which due checks ran, and which did not or only partly, with the reason."""
    due = (DueCheck(*_place(one), one.due.check.name) for one in judged)
    return Coverage.of(due, (missed for one in judged for missed in _not_run(one)))


def _place(one: Evaluation) -> tuple[str, str | None]:
    target = one.due.target
    return target.host.name, target.site.name if target.site else None


def _not_run(one: Evaluation) -> list[NotRun]:
    host, site = _place(one)
    if one.stale:
        return [NotRun(host, site, one.due.check.name, one.stale, cause=one.cause)]
    partly = any(finding.state is not State.UNKNOWN for finding in one.findings)
    unseen = one.unseen if partly else one.unseen[:1]
    return [
        NotRun(
            host,
            site,
            one.due.check.name,
            seen.summary,
            seen.remedy,
            partly,
            Cause.of(seen.data.get("cause")),
            internal=seen.data.get("audience") == "agency",
        )
        for seen in unseen
    ]


@dataclass(frozen=True, slots=True)
class IncidentContext:
    """Data about incidents from elsewhere: tickets, silences, and maintenance windows."""

    inventory: Inventory
    tickets: Mapping[int, int]  # numbers in Zendesk by incident
    silences: Mapping[int, Silence]
    at: datetime


def reported_incident(
    number: int, incident: Incident, around: IncidentContext, change: Change | None = None
) -> ReportedIncident:
    """Return an incident with its location in the present inventory."""
    inventory = around.inventory
    place = location_of(incident.key.subject, inventory)
    return ReportedIncident(
        id=number,
        client=place.client if place else None,
        clients=place.clients if place else (),
        site=place.site if place else _name(incident, SubjectKind.SITE),
        host=place.host if place else _name(incident, SubjectKind.HOST),
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
        ticket=around.tickets.get(number),
        silence=_silence(number, incident, place, around),
    )


def _silence(number: int, incident: Incident, place: Location | None, around: IncidentContext) -> SilenceView | None:
    """Return why nobody is notified of it now. None: people are notified."""
    if incident.phase is Phase.RESOLVED:
        return None
    if place and (window := open_window(incident.key.check, place, around.inventory, around.at)):
        span = window.covers(around.at)
        return (
            SilenceView(SilenceViewKind.MAINTENANCE, f" until {span[1]:%Y-%m-%d %H:%M} UTC: {window.title}")
            if span
            else None
        )
    silence = around.silences.get(number)
    if silence is None:
        return None
    until = f" until {silence.until:%Y-%m-%d %H:%M} UTC" if silence.until else ""
    return SilenceView(_KINDS[silence.kind], f" by {silence.by} on {silence.since:%Y-%m-%d}{until}: {silence.reason}")


_KINDS = {
    SilenceKind.ACK: SilenceViewKind.ACKNOWLEDGED,
    SilenceKind.MUTE: SilenceViewKind.MUTED,
    SilenceKind.MAINTENANCE: SilenceViewKind.MAINTENANCE,
}


def _name(incident: Incident, kind: SubjectKind) -> str | None:
    subject = incident.key.subject
    return subject.name if subject.kind is kind else None


def reported_incidents(
    known: Mapping[int, Incident], around: IncidentContext, changes: Mapping[int, Change]
) -> tuple[ReportedIncident, ...]:
    """Return the open and pending incidents, and those that a round has just changed."""
    return tuple(
        reported_incident(number, incident, around, changes.get(number))
        for number, incident in known.items()
        if incident.phase is not Phase.RESOLVED or number in changes
    )


def last_round(store: "Store", inventory: Inventory) -> Round:
    """Return the newest round with its findings and current incidents. Raises StoreError if there is none."""
    last = store.last_round()
    if last is None or last[0].id is None:
        raise StoreError(f"no round was recorded in {store.folder} yet: make one by `siterounds run`")
    info, coverage = last
    incidents = dict(store.incidents().values())
    changes = store.changes_in(last[0].id)
    known = reported_incidents(incidents, incident_context(store, inventory, info.ended_at), changes)
    agreed = store.standings(last[0].id)
    return Round(
        info, coverage, store.findings(last[0].id), known, agreed, tuple(open_windows(inventory, info.ended_at))
    )


def open_windows(inventory: Inventory, at: datetime) -> Iterator[ReportedWindow]:
    """Return the maintenance windows open at a moment."""
    for window in inventory.maintenance.values():
        if span := window.covers(at):
            subjects = (window.clients, window.hosts, window.sites, window.checks)
            yield ReportedWindow(window.name, window.title, *span, *(tuple(sorted(names)) for names in subjects))


def incident_context(store: "Store", inventory: Inventory, at: datetime) -> IncidentContext:
    """What is known of incidents besides themselves."""
    with store.reading() as (repository, _):
        return IncidentContext(inventory, repository.numbers_by_incident(), repository.silences(at), at)
