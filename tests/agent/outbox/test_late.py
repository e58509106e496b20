"""Answers that come after we have stopped to wait for them: what was carried out is found, and not done again."""

import pytest

from agent.domain.messages import Stage
from agent.integrations import http
from tests.agent.outbox.office import Desk
from tests.standins import Fault, How

LATE = Fault(How.SLOW, seconds=0.3)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUTS", (1.0, 0.1))


@pytest.mark.parametrize("blind", [0, 3600])
def test_a_ticket_is_opened_once(at: Desk, blind: float) -> None:
    at.zendesk.blind_seconds = blind
    at.zendesk.fault("POST /api/v2/tickets", LATE)
    number = at.open()
    assert at.deliver().failed == 1
    assert "broke before it had answered" in at.message(number).trouble
    at.deliver_all(50)
    (ticket,) = at.zendesk.ours()
    assert at.in_books(1).number == ticket.id


def test_a_comment_is_made_once(at: Desk) -> None:
    ours, number = at.known()
    at.zendesk.fault("PUT /api/v2/tickets/{id}", LATE)
    at.tell(ours)
    assert at.deliver().failed == 1
    at.deliver_all()
    assert len(at.zendesk.tickets[number].comments) == 2


def test_time_is_booked_once(at: Desk) -> None:
    at.harvest.fault("POST /v2/time_entries", LATE)
    number = at.book()
    assert at.deliver().failed == 1
    at.deliver_all()
    assert at.message(number).stage is Stage.DELIVERED
    assert [entry.hours for entry in at.harvest.ours()] == [0.25]
