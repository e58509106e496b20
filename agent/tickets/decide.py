"""The decision which tickets to open and update after a round: a pure function of incidents, tickets and rules."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from agent.domain.incidents import Change, Incident, Phase
from agent.domain.tickets import (
    LISTS,
    Silence,
    SilenceKind,
    Ticket,
    TicketAction,
    TicketCandidate,
    TicketKind,
    cause_external_id,
    incident_external_id,
    list_external_id,
    pending_change,
    recommendations_external_id,
)
from agent.presenter import location_of, open_window
from inventory.model import Inventory
from inventory.subject import Subject
from reports.contract import ContractStatus
from reports.model import Location


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits for opening and reopening tickets, from the inventory."""

    environment: str = "production"
    new_tickets: int = 20  # a round
    reopen: timedelta = timedelta(days=14)
    by_cause: bool = False


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket to open for these incidents."""

    kind: TicketKind
    external_id: str
    client: str | None
    members: tuple[TicketCandidate, ...]
    predecessor: Ticket | None = None


@dataclass(frozen=True, slots=True)
class TicketUpdate:
    """An update of a ticket with the changes that it was not notified of."""

    ticket: Ticket
    changes: Mapping[int, Change]
    joined: tuple[TicketCandidate, ...]
    left: tuple[TicketCandidate, ...]  # incidents that move to a ticket of their own
    aim: TicketAction
    urgent: bool  # not subject to the limit of one comment a day


@dataclass(frozen=True, slots=True)
class Decisions:
    """The tickets to open and to update. `leaving` holds the incidents that leave each ticket, by ticket."""

    openings: tuple[NewTicket, ...]
    updates: tuple[TicketUpdate, ...]
    leaving: Mapping[int, tuple[int, ...]]


@dataclass(slots=True)
class _Round:
    """The state while the tickets are gone through."""

    cases: Mapping[int, TicketCandidate]
    rules: Rules
    at: datetime
    unassigned: dict[int, tuple[TicketCandidate, Ticket | None]] = field(default_factory=dict)
    changes: dict[int, dict[int, Change]] = field(default_factory=dict)
    joined: dict[int, list[TicketCandidate]] = field(default_factory=dict)
    leaving: dict[int, list[int]] = field(default_factory=dict)


def decide(cases: Mapping[int, TicketCandidate], tickets: Sequence[Ticket], rules: Rules, at: datetime) -> Decisions:
    """Compare every incident with the last notification of its ticket. `cases` are by incident number."""
    round_ = _Round(cases, rules, at)
    assigned = {number for ticket in tickets for number in ticket.items}
    for ticket in tickets:
        _collect_changes(ticket, round_)
    for number, case in cases.items():
        if number not in assigned and case.incident.phase is Phase.OPEN and case.silencing is None:
            round_.unassigned[number] = (case, None)
    openings = tuple(_new_tickets(round_, tickets))
    updates = tuple(update for ticket in tickets if (update := _ticket_update(ticket, round_)))
    return Decisions(openings, updates, {key: tuple(left) for key, left in round_.leaving.items()})


def _collect_changes(ticket: Ticket, round_: _Round) -> None:
    for number, notified in ticket.items.items():
        case = round_.cases.get(number)
        change = pending_change(notified, case.incident) if case else None
        if case is None or change is None or case.suppresses(change):
            continue
        if _moves(ticket, change, round_):
            round_.leaving.setdefault(ticket.id, []).append(number)
            round_.unassigned[number] = (case, ticket)
        else:
            round_.changes.setdefault(ticket.id, {})[number] = change


def _moves(ticket: Ticket, change: Change, round_: _Round) -> bool:
    """Whether a problem moves to another ticket."""
    if ticket.kind in LISTS:
        return change in (Change.WORSENED, Change.REOPENED)
    if change is not Change.REOPENED or not ticket.over:
        return False
    return _too_old(ticket, round_)


def _too_old(ticket: Ticket, round_: _Round) -> bool:
    """Whether a ticket was solved too long ago to be reopened."""
    return ticket.solved_at is not None and round_.at - ticket.solved_at > round_.rules.reopen


def _new_tickets(round_: _Round, tickets: Sequence[Ticket]) -> Iterable[NewTicket]:
    """Return the new tickets: lists for debt and what is not covered, then the most severe ones up to the limit."""
    joinable = {one.external_id: one for one in tickets if one.kind in _JOINED and not _too_old(one, round_)}
    groups: dict[str, NewTicket] = {}
    for case, old in round_.unassigned.values():
        kind, client, name = _ticket_for(case, old, round_)
        existing = _earlier_debt_list(case, tickets) if kind is TicketKind.DEBT else joinable.get(name)
        if existing is not None:
            round_.joined.setdefault(existing.id, []).append(case)
            continue
        others = groups[name].members if name in groups else ()
        before = old if old is not None and old.kind not in LISTS else None
        groups[name] = NewTicket(kind, name, client, (*others, case), before)
    lists = [one for one in groups.values() if one.kind not in _NEWS]
    news = sorted((one for one in groups.values() if one.kind in _NEWS), key=_urgency)
    most = round_.rules.new_tickets
    yield from (_with_common_client(one) for one in lists + news[:most])
    if rest := tuple(case for one in news[most:] for case in one.members):
        name = list_external_id(round_.rules.environment, TicketKind.DIGEST, round_.at)
        yield _with_common_client(NewTicket(TicketKind.DIGEST, name, None, rest))


def _earlier_debt_list(case: TicketCandidate, tickets: Sequence[Ticket]) -> Ticket | None:
    """Return the list of debt of the round that first saw the problem, if it was confirmed later. None means none."""
    lists = (one for one in tickets if one.kind is TicketKind.DEBT and not one.over)
    return next((one for one in lists if one.opened_at >= case.incident.since), None)


_JOINED = frozenset({TicketKind.CAUSE, TicketKind.RECOMMENDATIONS})
_NEWS = frozenset({TicketKind.INCIDENT, TicketKind.CAUSE})


def _urgency(one: NewTicket) -> tuple[int, int]:
    return -max(case.incident.state.severity for case in one.members), one.members[0].number


def _ticket_for(case: TicketCandidate, old: Ticket | None, round_: _Round) -> tuple[TicketKind, str | None, str]:
    """Return the kind, client and external id of the ticket for a problem without one."""
    environment = round_.rules.environment
    first_client = case.client or next(iter(case.clients), None)
    if not case.covered and first_client:
        return TicketKind.RECOMMENDATIONS, first_client, recommendations_external_id(environment, first_client)
    if case.debt and old is None:
        return TicketKind.DEBT, None, list_external_id(environment, TicketKind.DEBT, round_.at)
    if round_.rules.by_cause and case.cause and case.client:
        return TicketKind.CAUSE, case.client, cause_external_id(environment, case.client, case.cause)
    return TicketKind.INCIDENT, case.client, incident_external_id(environment, case.incident.key)


def _with_common_client(one: NewTicket) -> NewTicket:
    """Return the ticket with its client set, if it is a list and all of its problems belong to one client."""
    clients = {case.client for case in one.members}
    return replace(one, client=clients.pop()) if one.kind in LISTS and len(clients) == 1 else one


def _ticket_update(ticket: Ticket, round_: _Round) -> TicketUpdate | None:
    changes = round_.changes.get(ticket.id, {})
    joined = tuple(round_.joined.get(ticket.id, ()))
    gone = round_.leaving.get(ticket.id, ())
    left = tuple(round_.cases[number] for number in gone) if ticket.kind in LISTS else ()
    phases = [
        round_.cases[number].incident.phase if number in changes else notified.phase
        for number, notified in ticket.items.items()
        if number not in gone
    ]
    all_over = not joined and all(phase is Phase.RESOLVED for phase in phases)
    reopened = bool(joined) or Change.REOPENED in changes.values()
    if not (changes or joined or left or (all_over and not ticket.over)):
        return None
    aim = (
        TicketAction.SOLVE
        if all_over and not ticket.over
        else TicketAction.REOPEN
        if ticket.over and reopened
        else TicketAction.COMMENT
    )
    return TicketUpdate(ticket, changes, joined, left, aim, urgent=Change.WORSENED in changes.values())


@dataclass(frozen=True, slots=True)
class TicketContext:
    """The inputs of the decision besides the incidents."""

    inventory: Inventory
    standings: Mapping[str, ContractStatus]
    silences: Mapping[int, Silence]
    first_looks: Mapping[tuple[Subject, str], datetime]  # when each check first ran, by subject and check


def candidate_of(number: int, incident: Incident, context: TicketContext, at: datetime) -> TicketCandidate:
    """Return the candidate for one incident."""
    key = incident.key
    place = location_of(key.subject, context.inventory)
    first = context.first_looks.get((key.subject, key.check))
    about_us = not key.subject.on_host
    return TicketCandidate(
        number,
        incident,
        client=place.client if place else None,
        clients=place.clients if place else (),
        covered=about_us or place is None or covered(key.check, place.clients, context.standings),
        debt=not about_us and (first is None or incident.since <= first),
        silencing=_silencing(number, key.check, place, context, at),
        cause=f"{key.check}:{incident.kind}:{key.item}" if place and place.site else "",
    )


def covered(check: str, clients: tuple[str, ...], standings: Mapping[str, ContractStatus]) -> bool:
    """Whether a check's findings are in scope of the contract of any of these clients; unknown counts as in scope."""
    known = [standings[client] for client in clients if client in standings]
    return not known or any(standing.covers(check) for standing in known)


def _silencing(
    number: int, check: str, place: Location | None, context: TicketContext, at: datetime
) -> SilenceKind | None:
    if place and open_window(check, place, context.inventory, at):
        return SilenceKind.MAINTENANCE
    silence = context.silences.get(number)
    return silence.kind if silence and silence.holds(at) else None
