"""The outbox worked off: in order within a stream, left alone when a service is in trouble, and never twice at once."""

import itertools
import os
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from agent.domain.errors import AuthenticationError, BusyError
from agent.domain.messages import (
    FIRST_PAUSE,
    Action,
    Delivered,
    DeliverySession,
    DeliveryStore,
    Message,
    Postponed,
    Stage,
    SupersededError,
)
from agent.integrations.rate_limit import LONGEST_HOLD
from agent.outbox.worker import IN_A_ROW, LONGEST_PAUSE, REFUSED_PAUSE, deliver
from agent.store.outbox import rewrite, untried
from tests.agent.outbox.office import Desk, meanwhile, moment, opening, telling
from tests.agent.store.beside import transaction
from tests.standins import Fault, How
from tests.standins.limits import Window

CREATE = "POST /api/v2/tickets"
UPDATE = "PUT /api/v2/tickets/{id}"
SHOW = "GET /api/v2/tickets/{id}"
LIST = "GET /api/v2/tickets"
BOOK = "POST /v2/time_entries"


class Script:
    """An integration that does what it is told to, message by message; the last of it ever after."""

    name = "zendesk"

    def __init__(self, *acts: Callable[[Message, DeliveryStore], Delivered | Postponed]) -> None:
        self.acts = acts
        self.seen: list[Message] = []
        self.closed = False

    def deliver(self, message: Message, store: DeliveryStore) -> Delivered | Postponed:
        self.seen.append(message)
        return self.acts[min(len(self.seen), len(self.acts)) - 1](message, store)

    def close(self) -> None:
        self.closed = True


def done(message: Message, store: DeliveryStore) -> Delivered:
    return Delivered("done")


def rewritten(at: Desk, message: Message, **changed: Any) -> None:
    """A round has a message say something else."""
    with transaction(at.store) as connection:
        waiting = untried(connection, message.stream, message.action)
        assert waiting
        rewrite(connection, waiting, telling(**changed))


# The order.


def test_messages_of_one_stream_go_in_their_order_in_one_run(at: Desk) -> None:
    at.open()
    for number in range(3):
        at.write("zendesk", Action.UPDATE, "ticket:1", telling(html=f"<p>no. {number}</p>", urgent=True))
    tally = at.deliver()
    (ticket,) = at.zendesk.ours()
    assert tally.delivered == 4
    assert [one.body.splitlines()[0] for one in ticket.comments] == ["96 % used", "no. 0", "no. 1", "no. 2"]


def test_what_follows_waits_until_what_was_before_is_there(at: Desk) -> None:
    first = at.open()
    second = at.write("zendesk", Action.UPDATE, "ticket:1", telling(urgent=True))
    at.zendesk.fault(CREATE, Fault(How.NOT_REACHED))
    at.deliver()
    assert at.zendesk.asked(SHOW) == []
    assert at.message(second).attempts == 0
    at.deliver_all()
    assert [at.message(one).stage for one in (first, second)] == [Stage.DELIVERED] * 2


def test_a_parked_message_holds_its_own_stream_and_no_other(at: Desk) -> None:
    parked = at.open(organization=456)
    behind = at.write("zendesk", Action.UPDATE, "ticket:1", telling(urgent=True))
    other = at.open(external_id="another")
    at.deliver()
    stages = {one: at.message(one).stage for one in (parked, behind, other)}
    assert stages == {parked: Stage.PARKED, behind: Stage.WAITING, other: Stage.DELIVERED}
    at.deliver_later(86_400)
    assert at.message(behind).attempts == 0


@pytest.mark.parametrize("again", [True, False])
def test_a_person_tries_a_parked_message_again_or_drops_it(at: Desk, again: bool) -> None:
    at.zendesk.fault(CREATE, Fault(How.FAILED_BEFORE, status=422))
    number = at.open()
    at.deliver()
    assert at.message(number).stage is Stage.PARKED
    if again:
        at.retry(number)
    else:
        at.store.outbox.dropped(at.message(number).id, "by hand", at.clock())
    at.deliver_later()
    assert at.message(number).stage is (Stage.DELIVERED if again else Stage.DROPPED)
    assert len(at.zendesk.ours()) == again


# A service in trouble.


def test_a_service_that_fails_three_times_in_a_row_is_left_alone_for_this_run(at: Desk) -> None:
    for number in range(5):
        at.open(external_id=f"siterounds:{number}")
    at.book()
    at.zendesk.fault(LIST, Fault(How.FAILED_BEFORE), 9)
    tally = at.deliver()
    assert (tally.failed, tally.delivered) == (IN_A_ROW, 1), "the other service has its own run"
    assert list(tally.troubles) == ["zendesk"]
    assert len(at.zendesk.asked(LIST)) == IN_A_ROW


def test_failures_between_successes_stop_nothing(at: Desk) -> None:
    for number in range(8):
        at.open(external_id=f"siterounds:{number}")
    for fault in (How.FAILED_BEFORE, How.FAILED_BEFORE, How.SLOW) * 2:
        at.zendesk.fault(CREATE, Fault(fault, seconds=0))
    tally = at.deliver()
    assert (tally.delivered, tally.failed, tally.troubles) == (4, 4, {})
    at.deliver_all()


def test_a_service_that_declines_is_not_in_trouble(at: Desk) -> None:
    for number in range(5):
        at.open(external_id=f"siterounds:{number}", organization=456)
    tally = at.deliver()
    assert (tally.parked, tally.troubles) == (5, {})


@pytest.mark.parametrize(
    ("retry_after", "waits"), [(7, 60), (300, 300), (301, 301), (3600, 3600), ("soon", 60), ("", 60), (-5, 60)]
)
def test_too_many_requests_ends_the_run_and_the_wait_is_kept(at: Desk, retry_after: int | str, waits: float) -> None:
    numbers = [at.open(external_id=f"siterounds:{number}") for number in range(3)]
    at.zendesk.fault(CREATE, Fault(How.TOO_MANY, retry_after=retry_after))
    tally = at.deliver()
    assert (tally.failed, len(at.zendesk.asked(CREATE))) == (1, 1)
    assert "429" in tally.troubles["zendesk"][0]
    assert at.message(numbers[0]).due_at - at.clock() >= timedelta(seconds=waits)
    if waits > LONGEST_HOLD:  # then we look again ourselves, as the stand-in would tell on us
        at.clock.forward(waits)
    at.deliver_all()
    assert len(at.zendesk.ours()) == 3


def test_credentials_that_are_refused_end_the_run_and_are_tried_again_later(at: Desk) -> None:
    at.secrets["ZENDESK"] = "wrong"
    numbers = [at.open(external_id=f"siterounds:{number}") for number in range(3)]
    tally = at.deliver()
    reason, remedy = tally.troubles["zendesk"]
    assert "401" in reason
    assert "client_secret" in remedy or "its secret" in remedy
    assert at.message(numbers[0]).due_at == at.clock() + REFUSED_PAUSE
    assert len(at.zendesk.seen) == 1
    at.secrets["ZENDESK"] = "zendesk-client-secret"
    at.deliver_all()
    assert len(at.zendesk.ours()) == 3


def test_a_secret_that_is_not_there_is_one_trouble_and_the_other_service_goes_on(at: Desk) -> None:
    del at.secrets["ZENDESK"]
    number = at.open()
    at.book()
    tally = at.deliver()
    assert tally.troubles == {
        "zendesk": ("env:ZENDESK: that variable is not set", "put the secret where the inventory says it is kept")
    }
    assert (tally.delivered, at.message(number).attempts, at.message(number).due_at) == (1, 0, at.clock())
    assert at.zendesk.seen == []


def test_a_service_that_cannot_be_opened_is_one_trouble(at: Desk) -> None:
    number = at.open()

    def make() -> DeliverySession:
        raise AuthenticationError("no way in", "write one")

    assert deliver(at.store, {"zendesk": make}).troubles == {"zendesk": ("no way in", "write one")}
    assert at.message(number).stage is Stage.WAITING


def test_nothing_due_asks_nobody_for_anything(at: Desk) -> None:
    at.secrets.clear()
    tally = at.deliver()
    assert (tally.troubles, at.zendesk.seen, at.harvest.seen) == ({}, [], [])


def test_the_pause_grows_and_is_never_shorter_than_the_service_asks(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda least, most: least)
    number = at.open()
    at.zendesk.fault(LIST, Fault(How.FAILED_BEFORE), 8)
    at.zendesk.fault(LIST, Fault(How.FAILED_BEFORE, retry_after=30_000))
    pauses = []
    for _ in range(9):
        at.clock.now = max(at.clock.now, at.message(number).due_at)
        at.deliver()
        pauses.append(at.message(number).due_at - at.clock())
    grown = [min(FIRST_PAUSE * 2**step, LONGEST_PAUSE) for step in range(8)]
    assert pauses == [*grown, timedelta(seconds=30_000)]
    at.clock.forward(30_000)
    at.deliver()
    assert at.message(number).stage is Stage.DELIVERED


def test_no_two_messages_wait_alike(at: Desk) -> None:
    numbers = [at.open(external_id=f"siterounds:{number}") for number in range(2)]
    at.zendesk.fault(LIST, Fault(How.FAILED_BEFORE), 2)
    at.deliver()
    waits = {at.message(one).due_at - at.clock() for one in numbers}
    assert len(waits) == 2
    assert all(FIRST_PAUSE <= wait <= FIRST_PAUSE * 1.5 for wait in waits)


def test_many_messages_go_at_the_pace_that_the_services_document(at: Desk) -> None:
    """The stand-ins complain about every request that comes too early; the waiting moves the clock."""
    at.config["requests_a_minute"] = 200
    at.zendesk.pace, at.harvest.pace = Window(200, 60), Window(2500, 15)
    for number in range(130):
        at.open(external_id=f"siterounds:{number}")
    begun = at.clock()
    assert at.deliver().delivered == 130
    assert timedelta(minutes=1) < at.clock() - begun < timedelta(minutes=3)
    assert at.zendesk.violations == []


# One at a time.


def test_a_second_process_does_not_deliver(at: Desk) -> None:
    at.open()
    with at.store.delivery_lock(), pytest.raises(BusyError, match=rf"process {os.getpid()}, since"):
        at.deliver()
    assert at.zendesk.seen == []
    assert at.deliver().delivered == 1


# A message that changes under our hands.


def test_a_message_that_a_round_rewrites_is_sent_as_it_is_then(at: Desk) -> None:
    ours, number = at.known()
    message = at.message(at.tell(ours))
    with meanwhile(at.zendesk, SHOW, lambda: rewritten(at, message, html="<p>99 % used</p>")):
        assert at.deliver().delivered == 1
    assert [one.body.splitlines()[0] for one in at.zendesk.tickets[number].comments[1:]] == ["99 % used"]


def test_a_message_that_is_dropped_while_it_is_looked_at_is_not_sent(at: Desk) -> None:
    ours, number = at.known()
    message = at.tell(ours)
    drop = lambda: at.store.outbox.dropped(at.message(message).id, "by hand", at.clock())  # noqa: E731
    with meanwhile(at.zendesk, SHOW, drop):
        assert at.deliver().delivered == 0
    assert at.message(message).stage is Stage.DROPPED
    assert len(at.zendesk.tickets[number].comments) == 1


@pytest.mark.parametrize("status", [403, 503])
def test_a_message_that_is_dropped_while_it_fails_stays_dropped(at: Desk, status: int) -> None:
    def declined(message: Message, store: DeliveryStore) -> Delivered:
        at.store.outbox.dropped(message.id, "by hand", at.clock())
        at.zendesk.fault(LIST, Fault(How.FAILED_BEFORE, status=status))
        from agent.domain.errors import PermanentError, UnknownOutcomeError

        raise (PermanentError if status == 403 else UnknownOutcomeError)("no", code=status)

    number = at.open()
    deliver(at.store, {"zendesk": lambda: Script(declined)})
    assert (at.message(number).stage, at.message(number).outcome) == (Stage.DROPPED, "by hand")


def test_what_was_decided_about_other_words_is_not_recorded(at: Desk) -> None:
    """The ticket is closed, which ends a mere comment; meanwhile a round has made urgent news of it."""
    ours, number = at.known()
    at.zendesk.set_status(number, "closed")
    message = at.message(at.tell(ours))
    news = opening(html="<p>It is worse</p>", external_id="another")
    with meanwhile(at.zendesk, SHOW, lambda: rewritten(at, message, urgent=True, follow_up=news)):
        at.deliver()
    at.deliver_all()
    assert at.message(message.id).outcome == f"#{number} is closed: another ticket follows"
    assert at.zendesk.ours()[-1].follows == number


def test_what_was_put_off_is_not_put_off_once_it_is_urgent(at: Desk) -> None:
    ours, _ = at.known()
    at.tell(ours)

    def put_off(message: Message, store: DeliveryStore) -> Postponed:
        rewritten(at, message, urgent=True)
        return Postponed(at.clock() + timedelta(days=1), "tomorrow")

    deliver(at.store, {"zendesk": lambda: Script(put_off)})
    assert at.message(1).due_at <= at.clock()
    assert at.deliver().delivered == 1


def test_a_message_that_is_rewritten_again_and_again_is_left_for_the_next_run(at: Desk) -> None:
    ours, _ = at.known()
    number = at.tell(ours)
    counted = itertools.count()

    def superseded(message: Message, store: DeliveryStore) -> Delivered:
        rewritten(at, message, html=f"<p>{next(counted)}</p>")
        store.mark_sending(message, "key", b"body")
        raise AssertionError("it was sent with the words of before")

    script = Script(superseded)
    tally = deliver(at.store, {"zendesk": lambda: script})
    assert (len(script.seen), tally.delivered, tally.failed) == (3, 0, 0)
    assert script.closed
    assert (at.message(number).stage, at.message(number).attempts) == (Stage.WAITING, 0)


def test_from_the_first_try_on_a_message_is_settled(at: Desk) -> None:
    ours, _ = at.known()
    number = at.tell(ours)

    def tried(message: Message, store: DeliveryStore) -> Delivered:
        first = store.mark_sending(message, "key", b"body")
        assert (first.key, first.body, first.attempts, first.uncertain) == ("key", b"body", 1, True)
        with pytest.raises(SupersededError):
            store.mark_sending(message, "key", b"body")  # by what is known of it before the first try
        assert store.reload(message) == first
        with transaction(at.store) as connection:
            assert untried(connection, message.stream, message.action) is None
        return Delivered("done", commented=True)

    deliver(at.store, {"zendesk": lambda: Script(tried)})
    assert at.message(number).stage is Stage.DELIVERED
    assert not at.message(number).uncertain


def test_a_clock_that_jumps_back_leaves_nothing_undelivered_for_good(at: Desk) -> None:
    number = at.open()
    at.zendesk.fault(CREATE, Fault(How.LOST))
    at.deliver()
    at.clock.now = moment(7)
    at.zendesk.expire_tokens()
    at.deliver_all()
    assert at.message(number).stage is Stage.DELIVERED
    assert len(at.zendesk.ours()) == 1
