"""Our own books of tickets: what each speaks for, what it was told, and which may still be owed something."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.domain.incidents import Change, IncidentUpdate, Phase
from agent.domain.messages import Action, Message, Stage
from agent.domain.tickets import LastNotified, Ticket, TicketKind
from agent.store.store import RoundRecord, Store
from agent.store.tickets import NewTicketRow, TicketRepository
from checks import State
from inventory.subject import Subject
from reports.model import Coverage, RoundInfo
from tests.agent.outbox.office import telling
from tests.agent.store.beside import transaction
from tests.agent.store.filled import AT, HOUR, fresh, incident, problem, record, write

OPEN = LastNotified(Phase.OPEN, State.CRITICAL)
OVER = LastNotified(Phase.RESOLVED, State.CRITICAL)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as made:
        yield made


def opened(store: Store, *incidents: int, name: str = "x", before: int | None = None) -> int:
    entry = NewTicketRow(TicketKind.INCIDENT, name, "harbour", dict.fromkeys(incidents, OPEN), before)
    return write(store, lambda connection: TicketRepository(connection).open(entry, AT))


def ticket(store: Store, number: int) -> Ticket:
    with store.reading() as (repository, _):
        found = repository.ticket(number)
    assert found
    return found


def lively(store: Store, since: timedelta = HOUR) -> list[int]:
    with store.reading() as (repository, _):
        return [one.id for one in repository.tickets(AT + since)]


def update(ticket: int, **says: Any) -> Message:
    return Message(1, "zendesk", Action.UPDATE, f"ticket:{ticket}", telling(**says), Stage.WAITING, AT, AT)


def told(store: Store, number: int, phase: str = "resolved", aim: str = "solve", incident: int = 1) -> None:
    message = update(number, tells={str(incident): [phase, "critical"]}, aim=aim)
    write(store, lambda connection: TicketRepository(connection).mark_notified(message, AT))


def test_a_ticket_comes_back_as_it_was_opened(store: Store) -> None:
    one = problem(store)
    first = opened(store, one)
    second = opened(store, name="y", before=first)
    assert ticket(store, first) == Ticket(first, TicketKind.INCIDENT, "x", "harbour", AT, {one: OPEN})
    assert ticket(store, second).predecessor == first
    with store.reading() as (repository, _):
        assert repository.ticket(99) is None
        assert [each.id for each in repository.all()] == [first, second]


def test_what_zendesk_and_we_did_with_it_is_noted(store: Store) -> None:
    number = opened(store, problem(store))
    write(store, lambda connection: TicketRepository(connection).set_number(number, 35436, 900))
    write(store, lambda connection: TicketRepository(connection).set_number(number, 35437, None))
    write(store, lambda connection: TicketRepository(connection).commented(number, AT + HOUR))
    one = ticket(store, number)
    assert (one.number, one.submitter, one.commented_at) == (35437, 900, AT + HOUR), "who we are is not forgotten"


def test_being_told_changes_what_it_knows_and_whether_it_is_over(store: Store) -> None:
    one = problem(store)
    number = opened(store, one)
    told(store, number, "open", "comment")
    assert (ticket(store, number).items, ticket(store, number).over) == ({one: OPEN}, False)
    told(store, number)
    assert (ticket(store, number).items, ticket(store, number).over) == ({one: OVER}, True)
    told(store, number, "open", "reopen")
    assert (ticket(store, number).items, ticket(store, number).over) == ({one: OPEN}, False)


def test_a_problem_that_left_may_join_again(store: Store) -> None:
    one, two = problem(store), problem(store, "/home")
    number = opened(store, one, two)
    write(store, lambda connection: TicketRepository(connection).detach(number, [one]))
    assert ticket(store, number).items == {two: OPEN}
    write(store, lambda connection: TicketRepository(connection).detach(number, []))
    write(store, lambda connection: TicketRepository(connection).attach(number, {one: OVER}))
    assert ticket(store, number).items == {one: OVER, two: OPEN}


def test_tickets_that_are_over_for_long_with_all_their_problems_are_owed_nothing(store: Store) -> None:
    one = problem(store)
    number = opened(store, one)
    assert lively(store) == [number]
    told(store, number)
    assert lively(store) == [number], "its problem is not over"
    problem(store, phase=Phase.RESOLVED, change=Change.RESOLVED)
    assert lively(store) == []
    assert lively(store, -HOUR) == [number], "it was solved after that"
    problem(store, phase=Phase.PENDING, change=None)
    assert lively(store) == [number], "it may come back"


def test_problems_that_are_over_are_known_until_their_ticket_is_told(store: Store) -> None:
    one, two = problem(store), problem(store, "/home")
    number = opened(store, one)
    for item in ("/var", "/home"):
        problem(store, item, Phase.RESOLVED, Change.RESOLVED)
    with store.reading() as (repository, _):
        assert list(repository.incidents()) == [one], "nobody was told of the other"
    told(store, number)
    with store.reading() as (repository, _):
        assert (list(repository.incidents()), two) == ([], 2)


def test_tickets_are_known_by_their_name_and_by_their_problems(store: Store) -> None:
    one = problem(store)
    first, second, third = opened(store, one), opened(store, one), opened(store, name="y")
    for ours, number in ((first, 11), (second, 12), (third, 13)):
        with transaction(store) as connection:
            TicketRepository(connection).set_number(ours, number, None)
    with store.reading() as (repository, _):
        assert repository.numbers("x") == {11, 12}
        assert repository.numbers("z") == frozenset()
        assert repository.numbers_by_incident() == {one: 12}, "the newest speaks for it"
    write(store, lambda connection: TicketRepository(connection).detach(second, [one]))
    with store.reading() as (repository, _):
        assert repository.numbers_by_incident() == {one: 11}


def test_a_ticket_without_a_number_is_not_known_by_it(store: Store) -> None:
    one = problem(store)
    opened(store, one)
    with store.reading() as (repository, _):
        assert (repository.numbers("x"), repository.numbers_by_incident()) == (frozenset(), {})


def test_the_life_of_a_problem_is_told_from_its_beginning(store: Store) -> None:
    one = problem(store)
    problem(store, phase=Phase.RESOLVED, change=Change.RESOLVED)
    other = problem(store, "/home")
    with store.reading() as (repository, _):
        life = repository.life([one, other, 99])
        assert {number: [past.change for past in lived] for number, lived in life.items()} == {
            one: [Change.OPENED, Change.RESOLVED],
            other: [Change.OPENED],
        }
        assert repository.life([]) == {}


def test_the_first_look_stays_the_first(store: Store) -> None:
    for at in (AT, AT + HOUR):
        info = RoundInfo(None, at, at)
        store.record(RoundRecord(info, Coverage.of([], []), [], {}, [], looked=[(Subject.parse("host:web1"), "disk")]))
    with store.reading() as (repository, _):
        assert repository.first_looks() == {(Subject.parse("host:web1"), "disk"): AT}


def test_a_problem_that_is_forgotten_leaves_its_ticket(store: Store) -> None:
    one = problem(store)
    number = opened(store, one)
    record(store, IncidentUpdate(incident().key, None))
    assert ticket(store, number).items == {}
    assert lively(store) == [number], "it is told that all of it is over"
