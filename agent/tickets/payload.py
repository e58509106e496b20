"""The payloads of ticket messages: everything that Zendesk's requests are made of, fixed by its round."""

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
from checks.phrases import Phrases
from inventory.model import Inventory
from inventory.services import ClientZendesk, Zendesk
from inventory.subject import Subject, SubjectKind
from reports.contract import ContractStatus
from reports.language import language
from reports.model import Location, ReportedFinding
from reports.ticket import Changed, Problem, TicketText, inert
from reports.wording import phrase_for


@dataclass(frozen=True, slots=True)
class TicketInputs:
    """The inputs of a round for its tickets. `found` holds its findings by the key of their incident."""

    inventory: Inventory
    titles: Mapping[str, str]  # titles of the checks, by name
    standings: Mapping[str, ContractStatus]
    found: Mapping[Key, ReportedFinding]
    phrases: Mapping[str, Phrases]  # that third parties' checks brought, by check


def problem_of(case: TicketCandidate, events: tuple[IncidentEvent, ...], inputs: TicketInputs) -> Problem:
    """Return a problem as it is now: from this round's finding, else from the finding of its last change."""
    incident = case.incident
    finding = inputs.found.get(incident.key) or _finding(case, events[-1] if events else None, inputs.inventory)
    over = incident.phase is Phase.RESOLVED
    summary = finding.finding.summary if over and finding and finding.finding.state is State.OK else incident.summary
    return Problem(
        number=case.number,
        state=incident.state,
        check=inputs.titles.get(incident.key.check, incident.key.check),
        place=place_in_short(incident.key.subject, inputs.inventory),
        where=where(incident.key.subject, inputs.inventory),
        client=_client(case, inputs.inventory),
        summary=summary,
        since=incident.since,
        **_evidence(finding, inputs),
    )


def before(
    case: TicketCandidate, notified: LastNotified, events: tuple[IncidentEvent, ...], inputs: TicketInputs
) -> Problem | None:
    """Return a problem as of the last notification of its ticket. None: that state was not recorded."""
    bad = [past for past in events if past.state is not State.OK]
    earlier = bad if case.incident.phase is Phase.RESOLVED else bad[:-1]
    past = next((one for one in reversed(earlier) if one.state is notified.state), earlier[-1] if earlier else None)
    if past is None:
        return None
    evidence = _evidence(_finding(case, past, inputs.inventory), inputs)
    now = replace(problem_of(case, events, inputs), details=(), remedy="", meaning="", measured="")
    return replace(now, state=past.state, summary=past.summary, **evidence)


def changed(
    update: TicketUpdate,
    events_by_incident: Mapping[int, tuple[IncidentEvent, ...]],
    cases: Mapping[int, TicketCandidate],
    inputs: TicketInputs,
) -> Iterator[Changed]:
    """Yield the changes in an update of a ticket, the most severe first."""
    for number, change in sorted(update.changes.items(), key=lambda one: _ORDER.index(one[1])):
        case, events = cases[number], events_by_incident.get(number, ())
        again = change is Change.REOPENED  # its earlier state is that it was resolved
        earlier = None if again else before(case, update.ticket.items[number], events, inputs)
        yield Changed(change.value, problem_of(case, events, inputs), earlier)
    for word, candidates in (("joined", update.joined), ("left", update.left)):
        for case in candidates:
            yield Changed(word, problem_of(case, events_by_incident.get(case.number, ()), inputs))


_ORDER = (Change.WORSENED, Change.REOPENED, Change.OPENED, Change.EASED, Change.RESOLVED)


def where(subject: Subject, inventory: Inventory) -> str:
    """Return the location of a problem, for an engineer."""
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
    """Return a short location of a problem: the site's host name, where it is a site."""
    kind, name = subject.kind, subject.name
    if kind is SubjectKind.SITE and name in inventory.sites:
        return urlsplit(inventory.sites[name].url).netloc or name
    return where(subject, inventory)


def _client(case: TicketCandidate, inventory: Inventory) -> str:
    client = inventory.clients.get(case.client or "")
    return client.title if client else ""


def _finding(case: TicketCandidate, past: IncidentEvent | None, inventory: Inventory) -> ReportedFinding | None:
    """Return the finding of a past change. None: there was none."""
    if past is None or past.evidence is None:
        return None
    key = case.incident.key
    place = location_of(key.subject, inventory) or Location(None)
    return ReportedFinding(past.evidence, place, key.check)


def _evidence(finding: ReportedFinding | None, estate: TicketInputs) -> dict[str, Any]:
    if finding is None:
        return {}
    measured = "" if finding.finding.value is None else f"{finding.finding.value:g} {finding.finding.unit}".rstrip()
    tongue = language(phrases=estate.phrases)
    meaning = phrase_for(finding, tongue).meaning if finding.finding.state is not State.OK else ""
    return {
        "details": finding.finding.details,
        "remedy": finding.finding.remedy,
        "meaning": meaning,
        "measured": measured,
    }


def numbers_of(update: TicketUpdate) -> Iterable[int]:
    """Return the incidents that an update is about."""
    return (*update.changes, *(case.number for case in (*update.joined, *update.left)))


_TYPES = {TicketKind.INCIDENT: "incident", TicketKind.CAUSE: "problem"}
_NO_NEWS = frozenset({TicketKind.DEBT, TicketKind.RECOMMENDATIONS})
_NOBODY = ClientZendesk()


@dataclass(frozen=True, slots=True)
class TicketPayloads:
    """Builds payloads for one Zendesk account and one round."""

    zendesk: Zendesk
    inputs: TicketInputs

    def opening(self, one: NewTicket, text: TicketText) -> OpenTicket:
        """Return the payload that opens a ticket."""
        ours = all(_is_ours(case.incident.key) for case in one.members)
        managed = one.kind is TicketKind.RECOMMENDATIONS or ours
        standing = self.inputs.standings.get(one.client or "")
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
        """Return the payload of an update; `follow_up` is the ticket to open if this one is closed."""
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
        """Return the most urgent priority among the problems."""
        return max((self._deserved(case) for case in members), key=PRIORITIES.index)

    def _deserved(self, case: TicketCandidate) -> Priority:
        known = (self.inputs.standings.get(client) for client in case.clients)
        return priority(case.incident.state, (standing.kind for standing in known if standing))

    def _client(self, name: str | None) -> ClientZendesk:
        client = self.inputs.inventory.clients.get(name or "")
        return (client.zendesk if client else None) or _NOBODY

    def _tags(self, one: NewTicket, theirs: ClientZendesk) -> tuple[str, ...]:
        places = (tag for case in one.members[:20] for tag in _places(case.incident.key))
        return tuple(dict.fromkeys((*self.zendesk.tags, *theirs.tags, *places)))

    def _fields(self, members: Sequence[TicketCandidate]) -> dict[int, str]:
        """Return the custom fields; one whose value differs between the problems is left empty."""
        values = [self._values(case) for case in members]
        common = {name: one if all(v[name] == one for v in values) else "" for name, one in values[0].items()}
        return {number: inert(template.format(**common)) for number, template in self.zendesk.fields.items()}

    def _values(self, case: TicketCandidate) -> dict[str, str]:
        key = case.incident.key
        place = location_of(key.subject, self.inputs.inventory)
        standing = self.inputs.standings.get(case.client or "")
        return {
            "client": case.client or "",
            "site": (place.site if place else "") or "",
            "host": (place.host if place else "") or "",
            "check": key.check,
            "item": key.item,
            "state": str(case.incident.state),
            "environment": self.inputs.inventory.services.environment,
            "contract": (standing.kind if standing else "") or "",
        }


def notified_states(members: Sequence[TicketCandidate]) -> dict[int, LastNotified]:
    """Return the notified state of each problem, by incident number."""
    return {case.number: LastNotified(case.incident.phase, case.incident.state) for case in members}


def _is_ours(key: Key) -> bool:
    return not key.subject.on_host


def _places(key: Key) -> tuple[str, ...]:
    """Return the tags to search tickets by: "site-shop", "check-disk"."""
    return f"{key.subject.kind}-{key.subject.name}".lower(), f"check-{key.check}".lower()


def contract_lines(
    one: NewTicket | TicketUpdate, members: Sequence[TicketCandidate], payloads: TicketPayloads
) -> tuple[str, ...]:
    """Return the lines about the contract and its hours; none where several clients share the problem."""
    client = one.client if isinstance(one, NewTicket) else one.ticket.client
    standing = payloads.inputs.standings.get(client or "")
    if standing is None or standing.kind is None:
        return (f"Contract of {standing.title}: {standing.hours_line()}",) if standing and standing.agreed else ()
    urgency = payloads.priority(members)
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
