"""What a delivery would send is shown without a look at any service, and is what is sent then."""

import json
from typing import Any

import pytest

from agent.domain.messages import Stage
from agent.outbox_admin import build_previews, list_messages
from tests.agent.outbox.office import Desk
from tests.standins import Fault, How


def sent(at: Desk) -> list[tuple[str, str, Any]]:
    """What changed anything: method, path, JSON."""
    changes = [one for service in (at.zendesk, at.harvest) for one in service.seen if one.method != "GET"]
    return [(one.method, one.path, json.loads(one.body)) for one in changes if one.path != "/oauth/tokens"]


def shown(at: Desk) -> list[tuple[str, str, Any]]:
    return [(one.method, one.path, one.body) for one in build_previews(at.store, at.services)]


def test_what_would_be_opened_and_booked_is_what_is_sent(at: Desk) -> None:
    at.open(priority="urgent")
    at.book(hours="1.25")
    before = shown(at)
    assert (at.zendesk.seen, at.harvest.seen) == ([], [])
    at.deliver()
    assert before == sent(at)


@pytest.mark.parametrize(("aim", "status"), [("comment", None), ("solve", "solved"), ("reopen", "open")])
def test_what_would_be_told_is_shown_as_it_would_be_of_an_untouched_ticket(
    at: Desk, aim: str, status: str | None
) -> None:
    ours, number = at.known()
    at.zendesk.tickets[number].status = "solved" if aim == "reopen" else "open"
    at.tell(ours, aim=aim)
    ((method, path, body),) = shown(at)
    assert (method, path) == ("PUT", f"/api/v2/tickets/{number}")
    at.deliver()
    ((_, _, really),) = sent(at)
    assert body["ticket"]["comment"] == really["ticket"]["comment"]
    assert body["ticket"].get("status") == really["ticket"].get("status") == status


def test_a_correction_is_shown_with_the_number_of_its_entry(at: Desk) -> None:
    at.book()
    at.deliver()
    at.correct(hours="0.5")
    number = at.entry().number
    assert shown(at) == [("PATCH", f"/v2/time_entries/{number}", {"hours": 0.5, "notes": "Routine round"})]


def test_only_what_is_due_is_shown(at: Desk) -> None:
    at.zendesk.fault("POST /api/v2/tickets", Fault(How.FAILED_BEFORE))
    at.open()
    at.tell(1)
    at.deliver()
    assert shown(at) == []


def test_the_list_says_what_each_is_about_and_what_holds_it(at: Desk) -> None:
    first = at.open(organization=456)
    behind = at.tell(1, aim="solve")
    booked = at.book()
    at.deliver()
    ours, number = at.known()
    told = at.tell(ours)
    rows = {one.id: one for one in list_messages(at.store, tuple(Stage))}
    assert rows[first].what == "open a ticket: shop: disk is full"
    assert (rows[first].stage, rows[first].behind) == ("parked", None)
    assert (rows[behind].what, rows[behind].behind) == ("solve a ticket that is not there yet", first)
    assert rows[booked].what == "book 0.25 h for harbour on 2026-11-23"
    assert rows[told].what == f"comment ticket #{number}"
    assert [one.id for one in list_messages(at.store, (Stage.PARKED,))] == [first]
