"""A delivery that is killed at any moment: the next one goes on, and everything is told exactly once."""

import itertools
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests

from agent.domain.messages import Stage
from tests.agent.outbox.dying import delivery, end_of
from tests.agent.outbox.office import Desk, booking, meanwhile
from tests.standins.zendesk_desk import OURSELVES

Write = Callable[[Desk, int], Callable[[], None]]
"""Has one message written, and gives what looks at the result; the number keeps several apart."""


def opening(at: Desk, turn: int) -> Callable[[], None]:
    name = f"siterounds:{turn}"
    at.open(external_id=name, attachment="evidence")

    def look() -> None:
        (ticket,) = (one for one in at.zendesk.ours() if one.external_id == name)
        assert len(ticket.comments) == len(ticket.comments[0].attachments) == 1

    return look


def telling(at: Desk, turn: int) -> Callable[[], None]:
    ours, number = at.known()
    ticket = at.zendesk.tickets[number]
    ticket.external_id = f"siterounds:{turn}"
    at.tell(ours, aim="solve", html=f"<p>{turn}</p>", tags=["site-club"], tells={"1": ["resolved", "critical"]})

    def look() -> None:
        assert (ticket.status, ticket.tags, len(ticket.comments)) == ("solved", ["site-club"], 2)
        assert at.in_books(ours).solved_at is not None

    return look


def _references(at: Desk, turn: int) -> dict[str, Any]:
    return {"client": f"client {turn}", "reference": booking().reference + f"-{turn:010}"}


def booking_time(at: Desk, turn: int) -> Callable[[], None]:
    told = _references(at, turn)
    at.book(**told, hours="0.25")
    return lambda: _look_for(at, told["reference"], 0.25)


def correcting(at: Desk, turn: int) -> Callable[[], None]:
    told = _references(at, turn)
    at.book(**told, hours="0.25")
    at.deliver()
    at.correct(**told, hours="0.5")
    return lambda: _look_for(at, told["reference"], 0.5)


def _look_for(at: Desk, reference: str, hours: float) -> None:
    (entry,) = (one for one in at.harvest.ours() if (one.external_reference or {})["id"] == reference)
    assert entry.hours == hours


ALL: list[Write] = [opening, telling, booking_time, correcting]


@pytest.mark.parametrize("write", ALL, ids=lambda write: write.__name__)
def test_killed_at_any_write_commit_or_request(at: Desk, write: Write) -> None:
    killed = 0
    for step in itertools.count(1):
        look = write(at, step)
        ended = end_of(delivery(at, step, _stepping))
        at.clock.forward(180)
        at.deliver_all()
        look()
        assert at.store.outbox.messages((Stage.WAITING, Stage.PARKED)) == ()
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        killed += 1
    assert killed >= 10


@pytest.mark.parametrize(
    ("write", "service", "kind"),
    [
        (opening, "zendesk", "POST /api/v2/tickets"),
        (opening, "zendesk", "POST /api/v2/uploads"),
        (telling, "zendesk", "PUT /api/v2/tickets/{id}"),
        (telling, "zendesk", "PUT /api/v2/tickets/{id}/tags"),
        (booking_time, "harvest", "POST /v2/time_entries"),
        (correcting, "harvest", "PATCH /v2/time_entries/{id}"),
    ],
)
def test_killed_while_the_service_carries_it_out(at: Desk, write: Write, service: str, kind: str) -> None:
    look = write(at, 1)
    child: list[int] = []
    forked = threading.Event()

    def kill() -> None:
        assert forked.wait(10)
        os.kill(child[0], signal.SIGKILL)

    with meanwhile(getattr(at, service), kind, kill):
        child.append(delivery(at, None, _stepping))
        forked.set()
        assert end_of(child[0]) == -signal.SIGKILL
    at.clock.forward(180)
    at.deliver_all()
    look()


def test_what_a_killed_delivery_held_is_free_again(at: Desk) -> None:
    at.open()
    assert end_of(delivery(at, 4, _stepping)) == -signal.SIGKILL
    with at.store.delivery_lock():
        pass
    assert OURSELVES not in {one.author_id for ticket in at.zendesk.ours() for one in ticket.comments[1:]}


def _stepping(step: Callable[[], None]) -> None:
    send = requests.Session.send

    def stepped(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
        step()
        answer = send(session, request, **more)
        step()
        return answer

    requests.Session.send = stepped  # type: ignore[method-assign,assignment]
