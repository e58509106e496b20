"""Tickets opened: exactly one, whatever fails on the way and however often it is tried."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.domain.messages import Stage
from agent.integrations.zendesk.delivery import KEY_LIFE, UPLOAD_LIFE
from agent.store.store import Store
from tests.agent.outbox.office import NAME, Desk, desk
from tests.standins import Fault, HandClock, How
from tests.standins.zendesk_once import Kept
from tests.standins.zendesk_tickets import Ticket

CREATE = "POST /api/v2/tickets"
LIST = "GET /api/v2/tickets"
SHOW = "GET /api/v2/tickets/{id}"
UPLOAD = "POST /api/v2/uploads"
BAD = [Fault(how, retry_after=2 if how is How.TOO_MANY else None) for how in How if how is not How.SLOW]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "state") as made:
        yield made


def only(at: Desk) -> Ticket:
    """The one ticket that there is of ours."""
    (ticket,) = at.zendesk.ours()
    return ticket


def created(at: Desk) -> list[tuple[str, bytes]]:
    """The key and the body of each creation that was asked for."""
    return [(seen.headers["idempotency-key"], seen.body) for seen in at.zendesk.asked(CREATE)]


def test_a_ticket_is_opened_as_it_was_written(at: Desk) -> None:
    at.zendesk.add_user(20, organizations=[456])
    at.zendesk.add_field(27642, "Site")
    at.zendesk.groups.add(7)
    number = at.open(
        organization=456, requester=20, group=7, fields={"27642": "shop"}, attachment="all of it", priority="urgent"
    )
    tally = at.deliver()
    ticket = only(at)
    assert (tally.delivered, at.message(number).outcome) == (1, f"ticket #{ticket.id}")
    assert (ticket.subject, ticket.external_id, ticket.priority, ticket.type) == (
        "shop: disk is full", NAME, "urgent", "incident",
    )  # fmt: skip
    assert (ticket.organization_id, ticket.requester_id, ticket.group_id) == (456, 20, 7)
    assert (ticket.tags, ticket.custom_fields) == (["siterounds", "site-shop"], {27642: "shop"})
    assert [(one.public, one.sent) for one in ticket.comments] == [(False, "<p>96 % used</p>")]
    assert [file.content for file in ticket.comments[0].attachments] == [b"all of it"]
    assert (at.in_books(1).number, at.in_books(1).submitter) == (ticket.id, 900)


@pytest.mark.parametrize("kind", [CREATE, LIST])
@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.how)
def test_whatever_fails_there_is_one_ticket_in_the_end(at: Desk, kind: str, fault: Fault) -> None:
    at.open()
    at.zendesk.fault(kind, fault, 2)
    at.deliver_all()
    assert at.in_books(1).number == only(at).id
    assert len(only(at).comments) == 1
    assert any(seen.fault for seen in at.zendesk.seen)
    assert at.zendesk.elsewhere.seen == []
    assert at.message(1).stage is Stage.DELIVERED


@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.how)
def test_one_that_is_not_listed_yet_is_not_opened_again(at: Desk, fault: Fault) -> None:
    at.zendesk.blind_seconds = 1800
    at.open()
    at.zendesk.fault(CREATE, fault, 2)
    at.deliver_all()
    assert at.in_books(1).number == only(at).id
    assert len(set(created(at))) == 1, "a second try has the key and the bytes of the first"


def test_the_key_holds_for_less_than_two_hours_and_then_another_one_begins(at: Desk) -> None:
    at.open()
    at.zendesk.fault(CREATE, Fault(How.NOT_REACHED), 3)
    at.deliver()
    at.deliver_later(KEY_LIFE.total_seconds() - 60)
    first, again = created(at)
    assert first == again
    at.deliver_later(7200)
    at.deliver_later(7200)
    assert len({key for key, _ in created(at)}) == 3, "each of the others began anew"
    assert len({body for _, body in created(at)}) == 1
    assert only(at).external_id == NAME


def test_one_that_was_created_unseen_is_found_after_its_key_has_ended(at: Desk) -> None:
    at.open()
    at.zendesk.fault(CREATE, Fault(How.LOST))
    at.deliver()
    at.deliver_later(86_400)
    assert at.message(1).outcome == f"ticket #{only(at).id}, which was there"
    assert at.in_books(1).number == only(at).id


@pytest.mark.parametrize("ended", ["solved", "closed"])
def test_one_that_was_created_unseen_and_is_over_by_now_is_found(at: Desk, ended: str) -> None:
    at.open()
    at.zendesk.fault(CREATE, Fault(How.LOST))
    at.deliver()
    at.zendesk.set_status(only(at).id, ended)
    at.deliver_later(86_400)
    assert at.in_books(1).number == only(at).id


def _there(at: Desk, **changed: Any) -> Ticket:
    """A ticket of a store that was lost: Zendesk has it, and our books do not know it."""
    ticket = at.zendesk.add_ticket("shop: disk is full", external_id=NAME)
    for name, value in changed.items():
        setattr(ticket, name, value)
    at.clock.forward(86_400)
    return ticket


@pytest.mark.parametrize("status", ["new", "open", "pending", "hold"])
def test_a_lost_store_finds_its_tickets_again(at: Desk, status: str) -> None:
    known = _there(at, status=status)
    at.open()
    at.deliver()
    assert at.in_books(1).number == known.id
    assert at.zendesk.asked(CREATE) == []


@pytest.mark.parametrize("changed", [{"status": "solved"}, {"status": "closed"}, {"deleted": True}, {"archived": True}])
def test_one_that_is_over_for_long_does_not_serve_for_a_new_problem(at: Desk, changed: dict[str, Any]) -> None:
    known = _there(at, **changed)
    at.open()
    at.deliver()
    assert at.in_books(1).number == only(at).id != known.id


def test_one_that_our_books_know_already_is_not_taken_for_another(at: Desk) -> None:
    _, known = at.known()
    at.open()
    at.deliver()
    assert at.in_books(2).number not in (None, known)
    at.zendesk.tickets[known].external_id = "another"  # two of one name are what was wanted here


def test_a_store_from_a_backup_finds_what_was_opened_since(tmp_path: Path) -> None:
    folder, backup = tmp_path / "state", tmp_path / "backup"
    clock = HandClock()
    with desk(folder, clock) as at:
        at.open()
        shutil.copytree(folder, backup)
        at.deliver()
        there = at.zendesk
        number = only(at).id
        there.set_status(number, "solved")
        clock.forward(3600)
        with Store(backup) as restored:
            at.store = restored
            at.deliver()
            assert at.in_books(1).number == number
        assert len(there.asked(CREATE)) == 1


def test_one_of_many_with_our_name_is_found_on_a_later_page(at: Desk) -> None:
    for _ in range(150):
        at.zendesk.add_ticket("old", external_id=NAME).status = "closed"
    at.clock.forward(86_400)
    known = at.zendesk.add_ticket("new", external_id=NAME)
    at.open()
    at.deliver()
    assert at.in_books(1).number == known.id
    assert len(at.zendesk.asked(LIST)) == 2


def test_a_link_to_the_next_page_is_not_followed_elsewhere(at: Desk) -> None:
    for _ in range(101):
        at.zendesk.add_ticket("old", external_id=NAME).status = "closed"
    at.clock.forward(86_400)
    at.zendesk.links_elsewhere = True
    at.open()
    tally = at.deliver()
    assert "leads elsewhere" in tally.troubles["zendesk"][0]
    assert at.zendesk.elsewhere.seen == []
    assert at.zendesk.ours() == []


# What comes with it.


@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.how)
def test_an_attachment_comes_with_the_ticket_whatever_fails(at: Desk, fault: Fault) -> None:
    at.open(attachment="all of it")
    at.zendesk.fault(UPLOAD, fault, 2)
    at.zendesk.fault(CREATE, fault)
    at.deliver_all()
    assert [file.content for file in only(at).comments[0].attachments] == [b"all of it"]


@pytest.mark.parametrize("passed", [UPLOAD_LIFE.total_seconds() - 60, UPLOAD_LIFE.total_seconds() + 60, 4000, 90_000])
@pytest.mark.parametrize("how", [How.NOT_REACHED, How.LOST])
def test_an_attachment_that_was_handed_in_long_ago_is_handed_in_again(at: Desk, how: How, passed: float) -> None:
    at.open(attachment="all of it")
    at.zendesk.fault(CREATE, Fault(how))
    at.deliver()
    at.deliver_later(passed)
    assert at.message(1).stage is Stage.DELIVERED
    assert len(only(at).comments[0].attachments) == 1


def _after(at: Desk, status: str) -> tuple[int, dict[str, Any]]:
    """Open a ticket that another one came before; the number of that one, and the body of the new one."""
    before, number = at.known()
    at.zendesk.add_tags(number, "by-a-person")
    if status == "deleted":
        at.zendesk.delete(number)
    else:
        at.zendesk.set_status(number, status)
    at.open(before, external_id="another")
    at.deliver_all()
    return number, json.loads(at.zendesk.asked(CREATE)[-1].body)["ticket"]


def test_one_that_follows_a_closed_one_is_its_follow_up(at: Desk) -> None:
    number, body = _after(at, "closed")
    assert body["via_followup_source_id"] == number
    assert at.zendesk.tickets[number].followup_ids == [at.in_books(2).number]
    assert str(number) not in body["comment"]["html_body"]


@pytest.mark.parametrize("status", ["solved", "open", "deleted"])
def test_one_that_follows_another_that_is_not_closed_names_it(at: Desk, status: str) -> None:
    number, body = _after(at, status)
    assert "via_followup_source_id" not in body
    assert f"It was there before: #{number}" in body["comment"]["html_body"]


@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.how)
def test_whatever_fails_with_the_one_before_there_is_one_ticket(at: Desk, fault: Fault) -> None:
    at.zendesk.fault(SHOW, fault, 2)
    number, body = _after(at, "closed")
    assert body["via_followup_source_id"] == number
    assert len(at.zendesk.ours()) == 2


# What Zendesk declines.


def test_what_is_declined_is_parked_with_what_was_wrong(at: Desk) -> None:
    at.zendesk.add_user(20)
    at.zendesk.add_organization(456)
    number = at.open(organization=456, requester=20)
    tally = at.deliver()
    message = at.message(number)
    assert (tally.parked, message.stage) == (1, Stage.PARKED)
    assert "the requester does not belong to it" in message.trouble
    at.zendesk.add_user(20, organizations=[456])
    at.retry(number)
    at.clock.forward(61)
    at.deliver()
    assert at.in_books(1).number == only(at).id


@pytest.mark.parametrize("same", [True, False])
def test_a_key_that_is_in_use_or_stands_for_other_bytes_is_waited_out(at: Desk, same: bool) -> None:
    at.open()
    at.zendesk.fault(CREATE, Fault(How.NOT_REACHED))
    at.deliver()
    ((key, body),) = created(at)
    at.zendesk.once.keys[key] = Kept(hashlib.sha256(body if same else b"other").digest(), at.clock())
    at.deliver_later()
    assert at.message(1).stage is Stage.WAITING
    assert at.zendesk.ours() == []
    at.deliver_later(KEY_LIFE.total_seconds())
    assert at.in_books(1).number == only(at).id
    assert created(at)[-1][0] != key
