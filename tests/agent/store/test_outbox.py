"""The outbox's rows: what may be sent when, and what may still be said differently."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.domain.messages import FIRST_PAUSE, Action, Delivered, Draft, Message, Stage
from agent.store.outbox import add, drop, hurry, latest, rewrite, untried
from agent.store.store import Store
from tests.agent.outbox.office import booking, opening, telling
from tests.agent.store.filled import AT, HOUR, fresh, write


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as made:
        yield made


def put(
    store: Store, stream: str = "ticket:1", action: Action = Action.UPDATE, integration: str = "zendesk", **says: Any
) -> Message:
    payload = booking(**says) if action is Action.BOOK else telling(**says)
    number = write(store, lambda connection: add(connection, Draft(integration, action, stream, payload), AT))
    return now(store, number)


def now(store: Store, number: int) -> Message:
    found = store.outbox.get(number)
    assert found
    return found


def due(store: Store, at: datetime = AT, integration: str = "zendesk") -> list[int]:
    return [one.id for one in store.outbox.due(integration, at)]


def send(store: Store, message: Message, body: bytes = b"body", at: datetime = AT) -> Message | None:
    return store.outbox.mark_sending(message, "key", body, at, lambda _: None)


def nothing(*_: object) -> None:
    """What is written beside it."""


def test_a_message_comes_back_as_it_was_written(store: Store) -> None:
    says = telling(html="<p>\u00fc \U0001f4be</p>", tells={1: ("open", "critical")}, follow_up=opening(), left=[2, 3])
    number = write(store, lambda connection: add(connection, Draft("zendesk", Action.UPDATE, "ticket:1", says), AT))
    message = now(store, number)
    assert message == Message(1, "zendesk", Action.UPDATE, "ticket:1", says, Stage.WAITING, AT, AT)
    assert message.row == 1
    assert store.outbox.get(2) is None


def test_only_the_first_of_a_stream_is_due(store: Store) -> None:
    first, second, other = put(store), put(store), put(store, "ticket:10")
    booking = put(store, "time:1", Action.BOOK, "harvest")
    assert due(store) == [first.id, other.id]
    assert due(store, integration="harvest") == [booking.id]
    assert due(store, AT - timedelta(seconds=1)) == []
    store.outbox.delivered(first, Delivered("done"), AT, nothing)
    assert due(store) == [second.id, other.id]


@pytest.mark.parametrize("stage", ["waiting for later", "parked", "dropped"])
def test_what_is_before_it_holds_a_message_unless_it_has_ended(store: Store, stage: str) -> None:
    first, second = put(store), put(store)
    if stage == "parked":
        store.outbox.parked(first, "no", "", uncertain=False)
    elif stage == "dropped":
        store.outbox.dropped(first.id, "by hand", AT)
    else:
        store.outbox.failed(first, AT + HOUR, "no", "", 1)
    assert due(store) == ([second.id] if stage == "dropped" else [])


def test_what_is_about_to_be_sent_is_settled_before_it_is(store: Store) -> None:
    message = put(store)
    wrote: list[str] = []
    first = store.outbox.mark_sending(message, "key", b"body", AT, lambda _: wrote.append("told"))
    assert first == now(store, message.id)
    assert (first.key, first.body, first.tried_at, first.attempts, first.uncertain) == ("key", b"body", AT, 1, True)
    assert first.due_at == AT + FIRST_PAUSE, "should nobody see the outcome"
    same = store.outbox.mark_sending(first, "key", b"body", AT + HOUR, lambda _: wrote.append("told"))
    assert same
    assert (same.tried_at, same.attempts) == (AT, 2), "the bytes were first sent then"
    other = store.outbox.mark_sending(same, "key", b"other", AT + HOUR, lambda _: wrote.append("told"))
    assert other
    assert (other.tried_at, other.body) == (AT + HOUR, b"other")
    assert wrote == ["told"], "with the first try only"


def test_what_has_changed_is_not_sent(store: Store) -> None:
    message = put(store, html="old")
    write(store, lambda connection: rewrite(connection, message, telling(html="new")))
    assert send(store, message) is None
    fresh = now(store, message.id)
    assert send(store, fresh)
    assert send(store, fresh) is None, "somebody has tried it since"
    dropped = put(store)
    store.outbox.dropped(dropped.id, "by hand", AT)
    assert send(store, dropped) is None


def test_a_first_try_whose_books_cannot_be_written_is_none(store: Store) -> None:
    message = put(store)

    def fail(connection: sa.Connection) -> None:
        raise RuntimeError("the books are closed")

    with pytest.raises(RuntimeError):
        store.outbox.mark_sending(message, "key", b"body", AT, fail)
    assert now(store, message.id) == message


def test_an_end_whose_books_cannot_be_written_is_none(store: Store) -> None:
    message = put(store)
    tried = send(store, message)
    assert tried

    def fail(connection: sa.Connection, ended: Message) -> None:
        raise RuntimeError("the books are closed")

    with pytest.raises(RuntimeError):
        store.outbox.delivered(tried, Delivered("done"), AT, fail)
    assert now(store, message.id) == tried


def test_an_end_is_written_with_the_message_as_it_is_then(store: Store) -> None:
    message = put(store)
    tried = send(store, message)
    seen: list[Message] = []
    assert store.outbox.delivered(message, Delivered("done"), AT, lambda _, last: seen.append(last))
    assert seen == [tried], "and not as it was read before the try"
    ended = now(store, message.id)
    assert (ended.stage, ended.outcome, ended.ended_at, ended.uncertain) == (Stage.DELIVERED, "done", AT, False)


@pytest.mark.parametrize("how", ["delivered", "postponed", "failed", "parked"])
def test_what_came_of_other_words_is_not_recorded(store: Store, how: str) -> None:
    message = put(store, html="old")
    write(store, lambda connection: rewrite(connection, message, telling(html="new")))
    before = now(store, message.id)
    if how == "delivered":
        assert store.outbox.delivered(message, Delivered("done"), AT, nothing) is False
    elif how == "postponed":
        store.outbox.postponed(message, AT + HOUR, why="later")
    elif how == "failed":
        store.outbox.failed(message, AT + HOUR, "no", "", 1)
    else:
        store.outbox.parked(message, "no", "", uncertain=True)
    assert now(store, message.id) == before


@pytest.mark.parametrize("how", ["postponed", "failed", "parked"])
def test_what_a_person_dropped_meanwhile_stays_dropped(store: Store, how: str) -> None:
    message = put(store)
    store.outbox.dropped(message.id, "by hand", AT)
    dropped = now(store, message.id)
    if how == "postponed":
        store.outbox.postponed(message, AT + HOUR, why="later")
    elif how == "failed":
        store.outbox.failed(message, AT + HOUR, "no", "", 1)
    else:
        store.outbox.parked(message, "no", "", uncertain=True)
    assert now(store, message.id) == dropped


def test_what_was_sent_counts_as_delivered_even_if_a_person_dropped_it(store: Store) -> None:
    message = put(store)
    tried = send(store, message)
    assert tried
    store.outbox.dropped(tried.id, "by hand", AT)
    assert store.outbox.delivered(tried, Delivered("done"), AT, nothing)
    assert now(store, message.id).stage is Stage.DELIVERED


# What may still be said differently.


def untried_of(store: Store, action: Action = Action.UPDATE) -> int | None:
    found = write(store, lambda connection: untried(connection, "ticket:1", action))
    return found.id if found else None


def test_only_the_last_message_of_a_stream_may_be_rewritten_and_only_before_it_is_tried(store: Store) -> None:
    assert untried_of(store) is None
    first = put(store)
    assert untried_of(store) == first.id
    assert untried_of(store, Action.OPEN) is None
    second = put(store)
    assert untried_of(store) == second.id
    assert send(store, second)
    assert untried_of(store) is None
    third = put(store)
    store.outbox.parked(third, "no", "", uncertain=False)
    assert untried_of(store) == third.id, "it was declined before it was sent"
    store.outbox.dropped(third.id, "by hand", AT)
    assert untried_of(store) is None
    fourth = put(store)
    assert store.outbox.delivered(fourth, Delivered("nothing"), AT, nothing)
    assert untried_of(store) is None


def test_rewriting_keeps_the_waiting_time_and_hurrying_ends_it(store: Store) -> None:
    message = put(store, html="old")
    store.outbox.postponed(message, AT + HOUR, why="one comment a day")
    write(store, lambda connection: rewrite(connection, message, telling(html="new")))
    assert (now(store, 1).payload, now(store, 1).due_at) == (telling(html="new"), AT + HOUR)
    write(store, lambda connection: hurry(connection, message, AT))
    assert now(store, 1).due_at == AT
    write(store, lambda connection: hurry(connection, message, AT + HOUR))
    assert now(store, 1).due_at == AT, "it is never slowed down"


def test_the_latest_is_the_last_that_was_not_dropped(store: Store) -> None:
    def of(stream: str) -> int | None:
        found = write(store, lambda connection: latest(connection, stream))
        return found.id if found else None

    assert of("ticket:1") is None
    first, second, _ = put(store), put(store), put(store, "ticket:11")
    assert of("ticket:1") == second.id
    write(store, lambda connection: drop(connection, second, "nothing left to tell", AT))
    assert of("ticket:1") == first.id


@pytest.mark.parametrize("parked", [True, False])
def test_a_message_is_tried_again_when_a_person_wants_it(store: Store, parked: bool) -> None:
    message = put(store, html="old")
    if parked:
        store.outbox.parked(message, "no", "", uncertain=False)
    else:
        store.outbox.failed(message, AT + 6 * HOUR, "no", "", 9)
    store.outbox.requeue(now(store, 1), telling(html="old"), AT + HOUR)
    assert (now(store, 1).stage, now(store, 1).due_at) == (Stage.WAITING, AT + HOUR)
    assert due(store, AT + HOUR) == [1]


@pytest.mark.parametrize(("later", "waits"), [(timedelta(seconds=5), 55), (HOUR, 60), (6 * HOUR, 0)])
def test_one_that_may_have_been_carried_out_is_not_tried_before_the_service_can_show_it(
    store: Store, later: timedelta, waits: int
) -> None:
    tried = send(store, put(store))
    assert tried
    if later > FIRST_PAUSE:
        store.outbox.failed(tried, AT + 6 * HOUR, "lost", "", 1)
    store.outbox.requeue(now(store, 1), tried.payload, AT + later)
    assert now(store, 1).due_at == AT + later + timedelta(seconds=waits)


@pytest.mark.parametrize("ended", [Stage.DELIVERED, Stage.DROPPED])
def test_what_has_ended_meanwhile_is_not_tried_again(store: Store, ended: Stage) -> None:
    message = put(store)
    if ended is Stage.DROPPED:
        store.outbox.dropped(message.id, "by hand", AT)
    else:
        assert store.outbox.delivered(message, Delivered("done"), AT, nothing)
    store.outbox.requeue(message, message.payload, AT)
    assert now(store, 1).stage is ended


# Two processes.


def test_of_two_processes_that_have_read_a_message_one_may_send_it(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        message = put(store)
    children = [os.fork() or _send_and_tell(tmp_path, message) for _ in range(2)]
    said = sorted(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children)
    assert said == [0, 7]
    with Store(tmp_path) as store:
        assert now(store, 1).attempts == 1


def _send_and_tell(folder: Path, message: Message) -> NoReturn:
    """In a process of its own: 0 where it was let, 7 where it was not."""
    code = 1
    try:
        with Store(folder) as store:
            code = 0 if send(store, message) else 7
    finally:
        os._exit(code)


ACTS = st.sampled_from(["put", "send", "deliver", "park", "drop", "again", "fail", "rewrite"])


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(ACTS, st.integers(0, 3)), max_size=25))
def test_whatever_happens_a_stream_is_delivered_in_its_order(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    ends: list[int] = []
    with fresh(tmp_path_factory.mktemp("acts")) as store:
        for act, which in acts:
            those = store.outbox.messages(tuple(Stage))
            if act == "put" or not those:
                put(store, f"ticket:{which % 2}")
                continue
            one = those[which % len(those)]
            _do(store, act, one, ends)
            for stream in ("ticket:0", "ticket:1"):
                first = [each for each in store.outbox.messages((Stage.WAITING, Stage.PARKED)) if each.stream == stream]
                allowed = {first[0].id} if first and first[0].stage is Stage.WAITING else set()
                assert {each for each in due(store, AT + 9 * HOUR) if now(store, each).stream == stream} <= allowed
        assert len(ends) == len(set(ends)), "no message ends twice"


def _do(store: Store, act: str, one: Message, ends: list[int]) -> None:
    if act == "send" and one.id in due(store, AT + 9 * HOUR):
        assert send(store, one)
    elif act == "deliver" and one.id in due(store, AT + 9 * HOUR):
        assert store.outbox.delivered(one, Delivered("done"), AT, lambda _, last: ends.append(last.id))
    elif act == "park":
        store.outbox.parked(one, "no", "", uncertain=one.uncertain)
    elif act == "fail":
        store.outbox.failed(one, AT + HOUR, "no", "", one.attempts + 1)
    elif act == "drop" and one.stage in (Stage.WAITING, Stage.PARKED):
        store.outbox.dropped(one.id, "by hand", AT)
    elif act == "again" and one.stage in (Stage.WAITING, Stage.PARKED):
        store.outbox.requeue(one, one.payload, AT)
    elif act == "rewrite" and one.tried_at is None and one.stage is Stage.WAITING:
        write(store, lambda connection: rewrite(connection, one, telling(html=f"turn {len(ends)}")))
