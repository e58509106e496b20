"""What a message to Zendesk holds: everything that its bytes are made from, settled in the round that wrote it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from agent.domain.incidents import Change, Key, Phase
from agent.domain.payloads import OpenTicket, UpdateTicket, address
from agent.domain.tickets import PRIORITIES, LastNotified, Priority, TicketCandidate, TicketKind, priority
from agent.presenter import location_of
from agent.store.rows import IncidentEvent
from agent.tickets.decide import NewTicket, TicketUpdate
from checks import State
from inventory.model import Inventory
from inventory.services import ClientZendesk, Zendesk
from inventory.subject import Subject, SubjectKind
from reports.contract import ContractStatus
from reports.model import Location, ReportedFinding
from reports.ticket import Changed, Problem, TicketText
from reports.wording import phrase_for


@dataclass(frozen=True, slots=True)
class TicketInputs:
    """What a round knows when it tells of its problems. `found` are its findings by the key of their incident."""

    inventory: Inventory
    titles: Mapping[str, str]  # of checks
    standings: Mapping[str, ContractStatus]
    found: Mapping[Key, ReportedFinding]


def problem_of(case: TicketCandidate, lived: tuple[IncidentEvent, ...], estate: TicketInputs) -> Problem:
    """A problem as it is now: by what this round found, else by what was found when it last changed."""
    incident = case.incident
    finding = estate.found.get(incident.key) or _finding(case, lived[-1] if lived else None, estate.inventory)
    over = incident.phase is Phase.RESOLVED
    told = finding.finding.summary if over and finding and finding.finding.state is State.OK else incident.summary
    return Problem(
        number=case.number,
        state=incident.state,
        check=estate.titles.get(incident.key.check, incident.key.check),
        place=place_in_short(incident.key.subject, estate.inventory),
        where=where(incident.key.subject, estate.inventory),
        client=_client(case, estate.inventory),
        summary=told,
        since=incident.since,
        **_evidence(finding),
    )


def before(
    case: TicketCandidate, told: LastNotified, lived: tuple[IncidentEvent, ...], estate: TicketInputs
) -> Problem | None:
    """A problem as its ticket last heard of it; None where that was never recorded."""
    bad = [past for past in lived if past.state is not State.OK]
    earlier = bad if case.incident.phase is Phase.RESOLVED else bad[:-1]
    past = next((one for one in reversed(earlier) if one.state is told.state), earlier[-1] if earlier else None)
    if past is None:
        return None
    evidence = _evidence(_finding(case, past, estate.inventory))
    now = replace(problem_of(case, lived, estate), details=(), remedy="", meaning="", measured="")
    return replace(now, state=past.state, summary=past.summary, **evidence)


def changed(
    telling: TicketUpdate,
    lives: Mapping[int, tuple[IncidentEvent, ...]],
    cases: Mapping[int, TicketCandidate],
    estate: TicketInputs,
) -> Iterator[Changed]:
    """Everything that a ticket is told, the worst news first."""
    for number, change in sorted(telling.changes.items(), key=lambda one: _ORDER.index(one[1])):
        case, lived = cases[number], lives.get(number, ())
        again = change is Change.REOPENED  # what it was before is that it was over
        earlier = None if again else before(case, telling.ticket.items[number], lived, estate)
        yield Changed(change.value, problem_of(case, lived, estate), earlier)
    for word, those in (("joined", telling.joined), ("left", telling.left)):
        for case in those:
            yield Changed(word, problem_of(case, lives.get(case.number, ()), estate))


_ORDER = (Change.WORSENED, Change.REOPENED, Change.OPENED, Change.EASED, Change.RESOLVED)


def where(subject: Subject, inventory: Inventory) -> str:
    """The place of a problem, for an engineer."""
    kind, name = subject.kind, subject.name
    if kind is SubjectKind.SITE and name in inventory.sites:
        site = inventory.sites[name]
        return f"{name} ({site.url}) on {site.host}"
    if kind is SubjectKind.CLIENT and name in inventory.clients:
        return f"contract of {inventory.clients[name].title}"
    if kind is SubjectKind.AGENCY:
        return "siterounds itself"
    return f"server {name}" if kind is SubjectKind.HOST else name


def place_in_short(subject: Subject, inventory: Inventory) -> str:
    """The place of a problem in a few words: the site's own address, where it is one."""
    kind, name = subject.kind, subject.name
    if kind is SubjectKind.SITE and name in inventory.sites:
        return urlsplit(inventory.sites[name].url).netloc or name
    return where(subject, inventory)


def _client(case: TicketCandidate, inventory: Inventory) -> str:
    client = inventory.clients.get(case.client or "")
    return client.title if client else ""


def _finding(case: TicketCandidate, past: IncidentEvent | None, inventory: Inventory) -> ReportedFinding | None:
    """What was found when a problem changed."""
    if past is None or past.evidence is None:
        return None
    key = case.incident.key
    place = location_of(key.subject, inventory) or Location(None)
    return ReportedFinding(past.evidence, place, key.check)


def _evidence(finding: ReportedFinding | None) -> dict[str, Any]:
    if finding is None:
        return {}
    measured = "" if finding.finding.value is None else f"{finding.finding.value:g} {finding.finding.unit}".rstrip()
    meaning = phrase_for(finding).meaning if finding.finding.state is not State.OK else ""
    return {
        "details": finding.finding.details,
        "remedy": finding.finding.remedy,
        "meaning": meaning,
        "measured": measured,
    }


def numbers_of(telling: TicketUpdate) -> Iterable[int]:
    """The incidents that a ticket is told of."""
    return (*telling.changes, *(case.number for case in (*telling.joined, *telling.left)))


_TYPES = {TicketKind.INCIDENT: "incident", TicketKind.CAUSE: "problem"}
_NO_NEWS = frozenset({TicketKind.DEBT, TicketKind.RECOMMENDATIONS})
_NOBODY = ClientZendesk()


@dataclass(frozen=True, slots=True)
class TicketPayloads:
    """The account that tickets are kept in, and what they are about."""

    zendesk: Zendesk
    estate: TicketInputs

    def opening(self, one: NewTicket, text: TicketText) -> OpenTicket:
        """The payload that opens a ticket."""
        ours = all(_is_ours(case.incident.key) for case in one.members)
        managed = one.kind is TicketKind.RECOMMENDATIONS or ours
        standing = self.estate.standings.get(one.client or "")
        known = standing.zendesk_organization if standing else None
        theirs = self._client(one.client)
        return OpenTicket(
            external_id=one.external_id,
            client=one.client,
            managed=managed,
            subject=text.subject,
            html=text.html,
            attachment=text.attachment,
            public=self.zendesk.public,
            type=_TYPES.get(one.kind, "task"),
            priority="normal" if one.kind in _NO_NEWS else self.priority(one.members),
            tags=self._tags(one, theirs),
            fields=self._fields(one.members),
            tells=notified_states(one.members),
        ).addressed(address(self.zendesk, theirs, managed=managed, organization=known))

    def telling(
        self, one: TicketUpdate, text: TicketText, changed: Sequence[TicketCandidate], follow_up: OpenTicket | None
    ) -> UpdateTicket:
        """The payload that tells a ticket something; `follow_up` opens a new one, should this one be closed."""
        return UpdateTicket(
            html=text.html,
            attachment=text.attachment,
            public=self.zendesk.public,
            aim=one.aim,
            urgent=one.urgent,
            priority=self.priority(changed) if one.urgent else None,
            tags=tuple(sorted({tag for case in one.joined for tag in _places(case.incident.key)})),
            tells=notified_states((*changed, *one.joined)),
            left=tuple(case.number for case in one.left),
            follow_up=follow_up,
        )

    def priority(self, members: Sequence[TicketCandidate]) -> Priority:
        """The most urgent of what each problem deserves."""
        return max((self._deserved(case) for case in members), key=PRIORITIES.index)

    def _deserved(self, case: TicketCandidate) -> Priority:
        known = (self.estate.standings.get(client) for client in case.clients)
        return priority(case.incident.state, (standing.kind for standing in known if standing))

    def _client(self, name: str | None) -> ClientZendesk:
        client = self.estate.inventory.clients.get(name or "")
        return (client.zendesk if client else None) or _NOBODY

    def _tags(self, one: NewTicket, theirs: ClientZendesk) -> tuple[str, ...]:
        places = (tag for case in one.members[:20] for tag in _places(case.incident.key))
        return tuple(dict.fromkeys((*self.zendesk.tags, *theirs.tags, *places)))

    def _fields(self, members: Sequence[TicketCandidate]) -> dict[int, str]:
        """The custom fields; what differs between problems is left empty."""
        values = [self._values(case) for case in members]
        common = {name: one if all(v[name] == one for v in values) else "" for name, one in values[0].items()}
        return {number: template.format(**common) for number, template in self.zendesk.fields.items()}

    def _values(self, case: TicketCandidate) -> dict[str, str]:
        key = case.incident.key
        place = location_of(key.subject, self.estate.inventory)
        standing = self.estate.standings.get(case.client or "")
        return {
            "client": case.client or "",
            "site": (place.site if place else "") or "",
            "host": (place.host if place else "") or "",
            "check": key.check,
            "item": key.item,
            "state": str(case.incident.state),
            "environment": self.estate.inventory.services.environment,
            "contract": (standing.kind if standing else "") or "",
        }


def notified_states(members: Sequence[TicketCandidate]) -> dict[int, LastNotified]:
    """How each problem stands by what the ticket will then have been told."""
    return {case.number: LastNotified(case.incident.phase, case.incident.state) for case in members}


def _is_ours(key: Key) -> bool:
    return not key.subject.on_host


def _places(key: Key) -> tuple[str, ...]:
    """Tags by which tickets are found: "site-shop", "check-disk"."""
    return f"{key.subject.kind}-{key.subject.name}".lower(), f"check-{key.check}".lower()


def contract_lines(
    one: NewTicket | TicketUpdate, members: Sequence[TicketCandidate], desk: TicketPayloads
) -> tuple[str, ...]:
    """What the contract says to the problem, and where its hours stand; nothing where several clients share it."""
    client = one.client if isinstance(one, NewTicket) else one.ticket.client
    standing = desk.estate.standings.get(client or "")
    if standing is None or standing.kind is None:
        return (f"Contract of {standing.title}: {standing.hours_line()}",) if standing and standing.agreed else ()
    urgency = desk.priority(members)
    level = {"standard": "standard (L2)", "extended": "extended (L3)"}[standing.kind]
    targets = [
        f"{what} within {hours[urgency]:g} h"
        for what, hours in (("first response", standing.first_response), ("resolution", standing.resolution))
        if urgency in hours and any(case.incident.state is not State.OK for case in members)
    ]
    said = f"Contract of {standing.title}: {level}" + (
        f"; {', '.join(targets)} ({standing.calendar})" if targets else ""
    )
    return said, f"Hours: {standing.hours_line()}"
