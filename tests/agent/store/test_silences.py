"""What people said about telling problems on: the last word holds, until its day or until it is taken back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from agent.domain.incidents import Change, Phase
from agent.domain.tickets import SilenceKind
from agent.store.store import Store
from agent.store.tickets import Wish
from tests.agent.store.filled import AT, HOUR, fresh, problem

ACK = Wish(SilenceKind.ACK, "I am on it", "ann")
MUTE = Wish(SilenceKind.MUTE, "moves next week", "ben", AT + HOUR)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as made:
        yield made


def held(store: Store, at: timedelta = timedelta()) -> dict[int, tuple[SilenceKind, str]]:
    return {number: (one.kind, one.by) for number, one in store.silences.holding(AT + at).items()}


def test_what_was_said_holds_until_its_day(store: Store) -> None:
    first, second = problem(store), problem(store, "/home")
    store.silences.say(first, ACK, AT)
    store.silences.say(second, MUTE, AT)
    assert held(store) == {first: (SilenceKind.ACK, "ann"), second: (SilenceKind.MUTE, "ben")}
    assert held(store, HOUR - timedelta(seconds=1)) == held(store)
    assert held(store, HOUR) == {first: (SilenceKind.ACK, "ann")}


def test_the_last_word_holds_alone(store: Store) -> None:
    number = problem(store)
    store.silences.say(number, ACK, AT)
    store.silences.say(number, MUTE, AT)
    assert held(store) == {number: (SilenceKind.MUTE, "ben")}
    assert held(store, 2 * HOUR) == {}, "what was said before does not come back"


def test_what_was_said_can_be_taken_back_once(store: Store) -> None:
    number = problem(store)
    store.silences.say(number, ACK, AT)
    assert store.silences.end(number, AT)
    assert held(store) == {}
    assert not store.silences.end(number, AT)
    assert not store.silences.end(number + 1, AT)


def test_a_mute_that_has_run_out_is_not_there_to_be_taken_back(store: Store) -> None:
    number = problem(store)
    store.silences.say(number, MUTE, AT)
    assert not store.silences.end(number, AT + 2 * HOUR)


def test_that_somebody_knows_ends_with_the_problem_and_a_mute_does_not(store: Store) -> None:
    first, second = problem(store), problem(store, "/home")
    store.silences.say(first, ACK, AT)
    store.silences.say(second, MUTE, AT)
    for item in ("/var", "/home"):
        problem(store, item, Phase.RESOLVED, Change.RESOLVED)
    assert held(store) == {second: (SilenceKind.MUTE, "ben")}
