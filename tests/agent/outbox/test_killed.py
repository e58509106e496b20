"""A delivery that is killed at any moment: the next one goes on, and everything is told exactly once."""

import itertools
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from agent.outbox.message import Stage
from agent.store.store import Store
from tests.agent.outbox.desk import Desk, booking, meanwhile
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
    return {"client": f"client {turn}", "reference": booking()["reference"] + f"-{turn:010}"}


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
        ended = _wait_for(_delivery(at, step))
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
        child.append(_delivery(at, None))
        forked.set()
        assert _wait_for(child[0]) == -signal.SIGKILL
    at.clock.forward(180)
    at.deliver_all()
    look()


def test_what_a_killed_delivery_held_is_free_again(at: Desk) -> None:
    at.open()
    assert _wait_for(_delivery(at, 4)) == -signal.SIGKILL
    with at.store.delivery_lock():
        pass
    assert OURSELVES not in {one.author_id for ticket in at.zendesk.ours() for one in ticket.comments[1:]}


def _delivery(at: Desk, fatal: int | None) -> int:
    """A delivery in a process of its own, which is killed at its step of that number; gives its process id."""
    at.store._engine.dispose()
    child = os.fork()
    if child == 0:
        _deliver_and_die_at(at, fatal)
    return child


def _wait_for(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _deliver_and_die_at(at: Desk, fatal: int | None) -> None:
    """In a process of its own: deliver, and be killed before or after that request, or before that write or commit.

    Between two reads nothing changes, so that being killed there is as being killed at the write before them.
    """
    try:
        signal.alarm(30)
        seen = itertools.count(1)
        send = requests.Session.send

        def step(*_: object) -> None:
            if next(seen) == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

        def written(connection: object, cursor: object, statement: str, *_: object) -> None:
            if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                step()

        def stepped(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
            step()
            answer = send(session, request, **more)
            step()
            return answer

        requests.Session.send = stepped  # type: ignore[method-assign,assignment]
        at.store = Store(at.store.folder)
        sa.event.listen(at.store._engine, "before_cursor_execute", written)
        sa.event.listen(at.store._engine, "commit", step)
        at.deliver()
        os._exit(0)
    finally:
        os._exit(1)
