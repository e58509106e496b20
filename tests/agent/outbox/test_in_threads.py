"""Services are delivered to at once, and none has to wait for another, or loses anything by one."""

import os
import signal
import threading

import pytest

from agent.domain.errors import StoreError
from agent.domain.messages import Action, Delivered, DeliverySession, DeliveryStore, Message, Stage
from agent.outbox.worker import deliver, interleave, run_in_threads
from tests.agent.outbox.office import Desk, meanwhile, moment, opening, telling


def test_all_are_done_and_what_one_raised_is_raised_in_the_end() -> None:
    done: list[str] = []
    other = threading.Event()

    def fail() -> None:
        raise StoreError("no")

    def late() -> None:
        assert other.wait(10)
        done.append("late")

    def early() -> None:
        done.append("early")
        other.set()

    with pytest.raises(StoreError):
        run_in_threads([fail, late, early])
    assert done == ["early", "late"], "both went on, at once"
    run_in_threads([])


def test_one_alone_is_done_here() -> None:
    seen: list[threading.Thread] = []
    run_in_threads([lambda: seen.append(threading.current_thread())])
    assert seen == [threading.current_thread()]


def test_somebody_who_wants_it_to_end_is_heard_at_once() -> None:
    go_on, waited = threading.Event(), threading.Event()

    def long() -> None:
        go_on.wait(20)
        waited.set()

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_in_threads([long, lambda: os.kill(os.getpid(), signal.SIGINT)])
    finally:
        signal.signal(signal.SIGINT, before)
    assert not waited.is_set()
    go_on.set()
    assert waited.wait(20)


def _message(number: int, action: Action) -> Message:
    says = opening() if action is Action.OPEN else telling()
    return Message(number, "zendesk", action, f"ticket:{number}", says, Stage.WAITING, moment(9), moment(9))


@pytest.mark.parametrize(
    ("actions", "order"),
    [("", []), ("ooo", [1, 2, 3]), ("uu", [1, 2]), ("ooouu", [1, 4, 2, 5, 3]), ("uuuo", [4, 1, 2, 3])],
)
def test_openings_and_updates_go_in_turn(actions: str, order: list[int]) -> None:
    kinds = {"o": Action.OPEN, "u": Action.UPDATE}
    due = [_message(number, kinds[letter]) for number, letter in enumerate(actions, 1)]
    assert [one.id for one in interleave(due)] == order


def test_no_service_waits_for_another(at: Desk) -> None:
    """Zendesk answers only once Harvest was asked."""
    booked = threading.Event()
    at.open()
    at.book()
    waits = meanwhile(at.zendesk, "POST /api/v2/tickets", lambda: booked.wait(10))
    with waits, meanwhile(at.harvest, "POST /v2/time_entries", booked.set):
        assert at.deliver().delivered == 2
    assert booked.is_set()


def test_a_fault_of_ours_with_one_service_does_not_cost_the_other_its_messages(at: Desk) -> None:
    number, other = at.open(), at.book()

    class Broken:
        name = "zendesk"

        def deliver(self, message: Message, store: DeliveryStore) -> Delivered:
            raise StoreError("the store lacks a row")

        def close(self) -> None:
            """Nothing."""

    class Sound(Broken):
        name = "harvest"

        def deliver(self, message: Message, store: DeliveryStore) -> Delivered:
            return Delivered("done")

    makers: dict[str, type[DeliverySession]] = {"zendesk": Broken, "harvest": Sound}
    with pytest.raises(StoreError):
        deliver(at.store, makers)
    assert (at.message(number).stage, at.message(other).stage) == (Stage.WAITING, Stage.DELIVERED)


def test_many_messages_to_both_services_are_each_delivered_once(at: Desk) -> None:
    for number in range(12):
        at.open(external_id=f"siterounds:{number}")
        at.book(reference=f"siterounds-test-harbour-{number:010}")
    tally = at.deliver()
    assert (tally.delivered, tally.failed, tally.troubles) == (24, 0, {})
    assert (len(at.zendesk.ours()), len(at.harvest.ours())) == (12, 12)
