"""What the tickets are owed after a round: a pure function of problems, tickets and rules."""

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
    """How many tickets are opened and when an old one serves again, as the inventory has it."""

    environment: str = "production"
    new_tickets: int = 20  # a round
    reopen: timedelta = timedelta(days=14)
    by_cause: bool = False


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket to be opened, about these incidents."""

    kind: TicketKind
    external_id: str
    client: str | None
    members: tuple[TicketCandidate, ...]
    predecessor: Ticket | None = None


@dataclass(frozen=True, slots=True)
class TicketUpdate:
    """A ticket to be told what it has not heard yet."""

    ticket: Ticket
    changes: Mapping[int, Change]
    joined: tuple[TicketCandidate, ...]
    left: tuple[TicketCandidate, ...]  # which have a ticket of their own now
    aim: TicketAction
    urgent: bool  # it may not wait until tomorrow


@dataclass(frozen=True, slots=True)
class Decisions:
    """All that is owed. `leaving` are the incidents that a ticket no longer speaks for, by ticket."""

    openings: tuple[NewTicket, ...]
    tellings: tuple[TicketUpdate, ...]
    leaving: Mapping[int, tuple[int, ...]]


@dataclass(slots=True)
class _Round:
    """What comes together while the tickets are gone through."""

    cases: Mapping[int, TicketCandidate]
    rules: Rules
    at: datetime
    homeless: dict[int, tuple[TicketCandidate, Ticket | None]] = field(default_factory=dict)
    changes: dict[int, dict[int, Change]] = field(default_factory=dict)
    joined: dict[int, list[TicketCandidate]] = field(default_factory=dict)
    leaving: dict[int, list[int]] = field(default_factory=dict)


def decide(cases: Mapping[int, TicketCandidate], tickets: Sequence[Ticket], rules: Rules, at: datetime) -> Decisions:
    """Compare every problem with what its ticket was told; `cases` are by incident number."""
    round_ = _Round(cases, rules, at)
    housed = {number for ticket in tickets for number in ticket.items}
    for ticket in tickets:
        _go_through(ticket, round_)
    for number, case in cases.items():
        if number not in housed and case.incident.phase is Phase.OPEN and case.silencing is None:
            round_.homeless[number] = (case, None)
    openings = tuple(_new_tickets(round_, tickets))
    tellings = tuple(telling for ticket in tickets if (telling := _ticket_update(ticket, round_)))
    return Decisions(openings, tellings, {key: tuple(left) for key, left in round_.leaving.items()})


def _go_through(ticket: Ticket, round_: _Round) -> None:
    for number, told in ticket.items.items():
        case = round_.cases.get(number)
        change = pending_change(told, case.incident) if case else None
        if case is None or change is None or case.suppresses(change):
            continue
        if _leaves(ticket, change, round_):
            round_.leaving.setdefault(ticket.id, []).append(number)
            round_.homeless[number] = (case, ticket)
        else:
            round_.changes.setdefault(ticket.id, {})[number] = change


def _leaves(ticket: Ticket, change: Change, round_: _Round) -> bool:
    """Whether a problem needs another ticket than the one that spoke for it."""
    if ticket.kind in LISTS:
        return change in (Change.WORSENED, Change.REOPENED)
    if change is not Change.REOPENED or not ticket.over:
        return False
    return _too_old(ticket, round_)


def _too_old(ticket: Ticket, round_: _Round) -> bool:
    """Whether a ticket was solved too long ago to serve again."""
    return ticket.solved_at is not None and round_.at - ticket.solved_at > round_.rules.reopen


def _new_tickets(round_: _Round, tickets: Sequence[Ticket]) -> Iterable[NewTicket]:
    """New tickets: lists for what is no news or not covered, then the most severe problems up to the limit."""
    joinable = {one.external_id: one for one in tickets if one.kind in _JOINED and not _too_old(one, round_)}
    piles: dict[str, NewTicket] = {}
    for case, old in round_.homeless.values():
        kind, client, name = _ticket_for(case, old, round_)
        home = _debt_of_that_time(case, tickets) if kind is TicketKind.DEBT else joinable.get(name)
        if home is not None:
            round_.joined.setdefault(home.id, []).append(case)
            continue
        others = piles[name].members if name in piles else ()
        before = old if old is not None and old.kind not in LISTS else None
        piles[name] = NewTicket(kind, name, client, (*others, case), before)
    lists = [one for one in piles.values() if one.kind not in _NEWS]
    news = sorted((one for one in piles.values() if one.kind in _NEWS), key=_urgency)
    most = round_.rules.new_tickets
    yield from (_with_common_client(one) for one in lists + news[:most])
    if rest := tuple(case for one in news[most:] for case in one.members):
        name = list_external_id(round_.rules.environment, TicketKind.DIGEST, round_.at)
        yield _with_common_client(NewTicket(TicketKind.DIGEST, name, None, rest))


def _debt_of_that_time(case: TicketCandidate, tickets: Sequence[Ticket]) -> Ticket | None:
    """The list that the first look at a problem made, where it took a later one to believe it."""
    lists = (one for one in tickets if one.kind is TicketKind.DEBT and not one.over)
    return next((one for one in lists if one.opened_at >= case.incident.since), None)


_JOINED = frozenset({TicketKind.CAUSE, TicketKind.RECOMMENDATIONS})
_NEWS = frozenset({TicketKind.INCIDENT, TicketKind.CAUSE})


def _urgency(one: NewTicket) -> tuple[int, int]:
    return -max(case.incident.state.severity for case in one.members), one.members[0].number


def _ticket_for(case: TicketCandidate, old: Ticket | None, round_: _Round) -> tuple[TicketKind, str | None, str]:
    """Which kind of ticket a problem without one belongs to, whose, and the name that all who share it have."""
    environment = round_.rules.environment
    whose = case.client or next(iter(case.clients), None)
    if not case.covered and whose:
        return TicketKind.RECOMMENDATIONS, whose, recommendations_external_id(environment, whose)
    if case.debt and old is None:
        return TicketKind.DEBT, None, list_external_id(environment, TicketKind.DEBT, round_.at)
    if round_.rules.by_cause and case.cause and case.client:
        return TicketKind.CAUSE, case.client, cause_external_id(environment, case.client, case.cause)
    return TicketKind.INCIDENT, case.client, incident_external_id(environment, case.incident.key)


def _with_common_client(one: NewTicket) -> NewTicket:
    """A list is a client's where all of it is."""
    clients = {case.client for case in one.members}
    return replace(one, client=clients.pop()) if one.kind in LISTS and len(clients) == 1 else one


def _ticket_update(ticket: Ticket, round_: _Round) -> TicketUpdate | None:
    changes = round_.changes.get(ticket.id, {})
    joined = tuple(round_.joined.get(ticket.id, ()))
    gone = round_.leaving.get(ticket.id, ())
    left = tuple(round_.cases[number] for number in gone) if ticket.kind in LISTS else ()
    phases = [
        round_.cases[number].incident.phase if number in changes else told.phase
        for number, told in ticket.items.items()
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
    """What decides about problems besides the problems themselves."""

    inventory: Inventory
    standings: Mapping[str, ContractStatus]
    silences: Mapping[int, Silence]
    first_looks: Mapping[tuple[Subject, str], datetime]  # by subject and check


def candidate_of(number: int, incident: Incident, around: TicketContext, at: datetime) -> TicketCandidate:
    """One problem as it is decided upon."""
    key = incident.key
    place = location_of(key.subject, around.inventory)
    first = around.first_looks.get((key.subject, key.check))
    ours = not key.subject.on_host
    return TicketCandidate(
        number,
        incident,
        client=place.client if place else None,
        clients=place.clients if place else (),
        covered=ours or place is None or covered(key.check, place.clients, around.standings),
        debt=not ours and (first is None or incident.since <= first),
        silencing=_silencing(number, key.check, place, around, at),
        cause=f"{key.check}:{incident.kind}:{key.item}" if place and place.site else "",
    )


def covered(check: str, clients: tuple[str, ...], standings: Mapping[str, ContractStatus]) -> bool:
    """Whether the contract of any of these clients has what a check finds in scope; so too where none is known."""
    known = [standings[client] for client in clients if client in standings]
    return not known or any(standing.covers(check) for standing in known)


def _silencing(
    number: int, check: str, place: Location | None, around: TicketContext, at: datetime
) -> SilenceKind | None:
    if place and open_window(check, place, around.inventory, at):
        return SilenceKind.MAINTENANCE
    silence = around.silences.get(number)
    return silence.kind if silence and silence.holds(at) else None
