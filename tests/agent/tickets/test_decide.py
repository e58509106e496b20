"""What tickets are owed: one for each problem, told of each change once, and nothing that nobody wants to hear."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.incidents import Change, Phase
from agent.domain.tickets import (
    LastNotified,
    SilenceKind,
    Ticket,
    TicketAction,
    TicketCandidate,
    TicketKind,
    incident_external_id,
    pending_change,
)
from agent.tickets.decide import Decisions, Rules, decide
from checks import State
from tests.agent.tickets.cases import CRITICAL, DAY, NOW, OK, OPEN, PENDING, RESOLVED, UNKNOWN, WARNING, case, ticket

RULES = Rules()


def decided(cases: Iterable[TicketCandidate], tickets: Iterable[Ticket] = (), rules: Rules = RULES) -> Decisions:
    return decide({one.number: one for one in cases}, tuple(tickets), rules, NOW)


def opened(decisions: Decisions) -> dict[TicketKind, list[list[int]]]:
    found: dict[TicketKind, list[list[int]]] = {}
    for one in decisions.openings:
        found.setdefault(one.kind, []).append([member.number for member in one.members])
    return found


@pytest.mark.parametrize(
    ("told", "phase", "state", "change"),
    [
        (LastNotified(OPEN, WARNING), OPEN, CRITICAL, Change.WORSENED),
        (LastNotified(OPEN, WARNING), OPEN, UNKNOWN, Change.WORSENED),
        (LastNotified(OPEN, CRITICAL), OPEN, WARNING, Change.EASED),
        (LastNotified(OPEN, CRITICAL), OPEN, CRITICAL, None),
        (LastNotified(OPEN, CRITICAL), RESOLVED, OK, Change.RESOLVED),
        (LastNotified(RESOLVED, OK), RESOLVED, OK, None),
        (LastNotified(RESOLVED, OK), OPEN, WARNING, Change.REOPENED),
        (LastNotified(RESOLVED, OK), PENDING, WARNING, None),
        (LastNotified(OPEN, CRITICAL), PENDING, WARNING, None),
    ],
)
def test_what_a_ticket_has_not_heard(told: LastNotified, phase: Phase, state: State, change: Change | None) -> None:
    assert pending_change(told, case(1, phase, state).incident) is change


def test_a_new_problem_opens_a_ticket_of_its_own() -> None:
    decisions = decided([case(1), case(2, item="/srv")])
    assert opened(decisions) == {TicketKind.INCIDENT: [[1], [2]]}
    assert [one.external_id for one in decisions.openings] == [
        "siterounds:production:site:shop:disk:/var",
        "siterounds:production:site:shop:disk:/srv",
    ]
    assert decisions.updates == ()


def test_a_problem_with_a_ticket_opens_no_other() -> None:
    decisions = decided([case(1)], [ticket({1: LastNotified(OPEN, CRITICAL)})])
    assert decisions == Decisions((), (), {})


@pytest.mark.parametrize("phase", [PENDING, RESOLVED])
def test_what_is_not_confirmed_or_over_opens_nothing(phase: Phase) -> None:
    assert decided([case(1, phase)]).openings == ()


def test_what_was_there_at_the_first_look_is_one_list() -> None:
    decisions = decided([case(1, debt=True), case(2, item="/srv", debt=True, client="regatta"), case(3, item="/new")])
    assert opened(decisions) == {TicketKind.DEBT: [[1, 2]], TicketKind.INCIDENT: [[3]]}
    debt = decisions.openings[0]
    assert (debt.client, debt.external_id) == (None, "siterounds:production:debt:2026-12-01T06:00:00Z")


def test_what_is_believed_later_joins_the_list_of_its_first_look() -> None:
    known = replace(ticket({1: LastNotified(OPEN, WARNING)}, TicketKind.DEBT), opened_at=NOW - DAY)
    late = case(2, item="/srv", debt=True)
    decisions = decided([case(1, OPEN, WARNING), late], [known])
    assert decisions.openings == ()
    assert [[one.number for one in telling.joined] for telling in decisions.updates] == [[2]]
    older = replace(known, opened_at=NOW - 2 * DAY)
    assert opened(decided([case(1, OPEN, WARNING), late], [older])) == {TicketKind.DEBT: [[2]]}


def test_a_list_of_one_client_is_that_clients() -> None:
    assert decided([case(1, debt=True), case(2, item="/srv", debt=True)]).openings[0].client == "harbour"


def test_beyond_the_limit_the_least_severe_are_one_list() -> None:
    some = [case(number, OPEN, CRITICAL if number == 4 else WARNING, item=str(number)) for number in range(1, 6)]
    assert opened(decided(some, rules=replace(RULES, new_tickets=2))) == {
        TicketKind.INCIDENT: [[4], [1]],
        TicketKind.DIGEST: [[2, 3, 5]],
    }
    assert opened(decided(some, rules=replace(RULES, new_tickets=0))) == {TicketKind.DIGEST: [[4, 1, 2, 3, 5]]}


@pytest.mark.parametrize("kind", [TicketKind.DEBT, TicketKind.DIGEST])
@pytest.mark.parametrize("told", [LastNotified(OPEN, WARNING), LastNotified(RESOLVED, OK)])
def test_what_a_list_named_gets_a_ticket_of_its_own_once_it_gets_worse_or_comes_back(
    kind: TicketKind, told: LastNotified
) -> None:
    known = ticket({1: told, 2: LastNotified(OPEN, WARNING)}, kind)
    decisions = decided([case(1, debt=True), case(2, OPEN, WARNING, item="/srv")], [known])
    assert opened(decisions) == {TicketKind.INCIDENT: [[1]]}
    assert decisions.leaving == {7: (1,)}
    (telling,) = decisions.updates
    assert ([one.number for one in telling.left], telling.aim, telling.urgent) == ([1], TicketAction.COMMENT, False)


def test_a_list_of_which_all_is_over_or_has_left_is_solved() -> None:
    known = ticket({1: LastNotified(OPEN, WARNING), 2: LastNotified(RESOLVED, OK)}, TicketKind.DEBT)
    (telling,) = decided([case(1), case(2, RESOLVED, OK)], [known]).updates
    assert telling.aim is TicketAction.SOLVE


def test_what_no_contract_covers_is_one_list_for_the_account_manager_and_joins_it_later() -> None:
    first = decided(
        [case(1, covered=False), case(2, item="/srv", covered=False), case(3, client="regatta", covered=False)]
    )
    assert opened(first) == {TicketKind.RECOMMENDATIONS: [[1, 2], [3]]}
    assert [one.client for one in first.openings] == ["harbour", "regatta"]
    known = ticket({1: LastNotified(OPEN, CRITICAL)}, TicketKind.RECOMMENDATIONS, name=first.openings[0].external_id)
    later = decided([case(1), case(2, item="/srv", covered=False)], [known])
    assert later.openings == ()
    (telling,) = later.updates
    assert ([one.number for one in telling.joined], telling.aim) == ([2], TicketAction.COMMENT)


def test_one_cause_on_many_sites_is_one_ticket_where_that_is_wanted() -> None:
    sites = [case(number, site=f"shop{number}", cause="disk:full:") for number in (1, 2, 3)]
    assert opened(decided(sites)) == {TicketKind.INCIDENT: [[1], [2], [3]]}
    wanted = replace(RULES, by_cause=True)
    decisions = decided([*sites, case(4, site="club", client="regatta", cause="disk:full:")], rules=wanted)
    assert opened(decisions) == {TicketKind.CAUSE: [[1, 2, 3], [4]]}
    name = decisions.openings[0].external_id
    solved = ticket({1: LastNotified(RESOLVED, OK)}, TicketKind.CAUSE, name=name, solved=True)
    again = decided([case(1, RESOLVED, OK), sites[1]], [solved], wanted)
    assert again.openings == ()
    assert [(one.aim, [case.number for case in one.joined]) for one in again.updates] == [(TicketAction.REOPEN, [2])]


def test_a_cause_is_over_when_it_is_over_everywhere() -> None:
    both = ticket({1: LastNotified(OPEN, CRITICAL), 2: LastNotified(OPEN, CRITICAL)}, TicketKind.CAUSE)
    (half,) = decided([case(1, RESOLVED, OK), case(2)], [both]).updates
    assert half.aim is TicketAction.COMMENT
    (whole,) = decided([case(1, RESOLVED, OK), case(2, RESOLVED, OK)], [both]).updates
    assert whole.aim is TicketAction.SOLVE


@pytest.mark.parametrize(("days", "reopened"), [(1, True), (13, True), (15, False)])
def test_what_comes_back_soon_reopens_its_ticket_and_later_gets_another(days: int, reopened: bool) -> None:
    old = replace(ticket({1: LastNotified(RESOLVED, OK)}, solved=True), solved_at=NOW - timedelta(days=days))
    decisions = decided([case(1)], [old])
    if reopened:
        assert [one.aim for one in decisions.updates] == [TicketAction.REOPEN]
        assert decisions.openings == ()
    else:
        assert decisions.updates == ()
        assert [(one.kind, one.predecessor) for one in decisions.openings] == [(TicketKind.INCIDENT, old)]


@pytest.mark.parametrize(
    ("silencing", "told", "phase", "state", "heard"),
    [
        (SilenceKind.ACK, LastNotified(OPEN, WARNING), OPEN, CRITICAL, True),
        (SilenceKind.ACK, LastNotified(OPEN, CRITICAL), OPEN, WARNING, False),
        (SilenceKind.ACK, LastNotified(OPEN, CRITICAL), RESOLVED, OK, True),
        (SilenceKind.MUTE, LastNotified(OPEN, WARNING), OPEN, CRITICAL, False),
        (SilenceKind.MUTE, LastNotified(OPEN, CRITICAL), RESOLVED, OK, True),
        (SilenceKind.MUTE, LastNotified(RESOLVED, OK), OPEN, CRITICAL, False),
        (SilenceKind.MAINTENANCE, LastNotified(OPEN, WARNING), OPEN, CRITICAL, False),
        (SilenceKind.MAINTENANCE, LastNotified(OPEN, CRITICAL), RESOLVED, OK, False),
    ],
)
def test_what_people_want_to_hear(
    silencing: SilenceKind, told: LastNotified, phase: Phase, state: State, heard: bool
) -> None:
    known = ticket({1: told}, solved=told.phase is RESOLVED)
    silent = decided([case(1, phase, state, silencing=silencing)], [known])
    assert bool(silent.updates) is heard
    assert silent.openings == ()
    afterwards = decided([case(1, phase, state)], [known])
    assert len(afterwards.updates) == 1  # what was not told is owed until it is


def test_a_silenced_problem_opens_no_ticket() -> None:
    assert all(decided([case(1, silencing=one)]).openings == () for one in SilenceKind)


numbers = st.integers(1, 6)
tolds = st.sampled_from(
    [LastNotified(OPEN, WARNING), LastNotified(OPEN, CRITICAL), LastNotified(OPEN, UNKNOWN), LastNotified(RESOLVED, OK)]
)
states = st.sampled_from([(OPEN, WARNING), (OPEN, CRITICAL), (OPEN, UNKNOWN), (RESOLVED, OK), (PENDING, WARNING)])


@st.composite
def estates(draw: st.DrawFn) -> tuple[list[TicketCandidate], list[Ticket], Rules]:
    """Any mixture of problems, each in at most one ticket."""
    rules = Rules(new_tickets=draw(st.integers(0, 3)), by_cause=draw(st.booleans()))
    cases, items = [], {}
    for number in sorted(draw(st.sets(numbers, min_size=1))):
        phase, state = draw(states)
        cases.append(
            case(
                number,
                phase,
                state,
                site=f"s{number}",
                covered=draw(st.booleans()),
                debt=draw(st.booleans()),
                silencing=draw(st.sampled_from([None, *SilenceKind])),
                cause=draw(st.sampled_from(["", "disk:full:"])),
            )
        )
        if draw(st.booleans()):
            items[number] = draw(tolds)
    tickets = [
        ticket({number: told}, draw(st.sampled_from(list(TicketKind))), number=100 + number, name=f"n{number}",
               solved=told.phase is RESOLVED)
        for number, told in items.items()
    ]  # fmt: skip
    return cases, tickets, rules


@given(estates())
def test_each_problem_stands_in_one_place_and_each_ticket_is_told_once(
    estate: tuple[list[TicketCandidate], list[Ticket], Rules],
) -> None:
    cases, tickets, rules = estate
    decisions = decided(cases, tickets, rules)
    by_number = {one.number: one for one in cases}
    left = {number for numbers in decisions.leaving.values() for number in numbers}
    housed = [number for one in tickets for number in one.items if number not in left]
    placed = [member.number for one in decisions.openings for member in one.members]
    placed += [member.number for one in decisions.updates for member in one.joined]
    assert len(placed) == len(set(placed))
    assert not set(placed) & set(housed)
    wanting = {n for n, one in by_number.items() if one.incident.phase is OPEN and one.silencing is None}
    assert wanting <= set(placed) | set(housed)
    assert len({one.ticket.id for one in decisions.updates}) == len(decisions.updates)
    news = [one for one in decisions.openings if one.kind in (TicketKind.INCIDENT, TicketKind.CAUSE)]
    assert len(news) <= rules.new_tickets
    assert sum(one.kind is TicketKind.DIGEST for one in decisions.openings) <= 1


@given(estates())
def test_what_was_told_is_not_owed_again(estate: tuple[list[TicketCandidate], list[Ticket], Rules]) -> None:
    cases, tickets, rules = estate
    decisions = decided(cases, tickets, rules)
    after = [_told(one, decisions, {c.number: c for c in cases}) for one in tickets]
    after += [
        ticket({c.number: _now(c) for c in one.members}, one.kind, number=500 + place, name=one.external_id)
        for place, one in enumerate(decisions.openings)
    ]
    assert decided(cases, after, rules) == Decisions((), (), {})


def _now(one: TicketCandidate) -> LastNotified:
    return LastNotified(one.incident.phase, one.incident.state)


def _told(one: Ticket, decisions: Decisions, cases: Mapping[int, TicketCandidate]) -> Ticket:
    items = {number: told for number, told in one.items.items() if number not in decisions.leaving.get(one.id, ())}
    telling = next((each for each in decisions.updates if each.ticket.id == one.id), None)
    if telling is None:
        return replace(one, items=items)
    items |= {number: _now(cases[number]) for number in telling.changes} | {c.number: _now(c) for c in telling.joined}
    solved = {TicketAction.SOLVE: NOW, TicketAction.REOPEN: None}.get(telling.aim, one.solved_at)
    return replace(one, items=items, solved_at=solved)


@given(st.text(max_size=400), st.text(min_size=1, max_size=80))
def test_names_are_short_ascii_and_tell_apart(item: str, site: str) -> None:
    one = case(1, site=site, item=item).incident.key
    name = incident_external_id("production", one)
    assert name.isascii()
    assert name.isprintable()
    assert len(name) <= 255
    assert incident_external_id("staging", one) != name
    assert incident_external_id("production", replace(one, item=item + "x")) != name
