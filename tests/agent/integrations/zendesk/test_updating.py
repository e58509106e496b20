"""Tickets told: one comment for one message, whatever fails, and never against what people did with the ticket."""

import shutil
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agent.domain.incidents import Phase
from agent.domain.messages import Action, Stage
from agent.store.store import Store
from checks import State
from tests.agent.outbox.office import DAY, Desk, desk, meanwhile, opening, telling
from tests.standins import Fault, How
from tests.standins.zendesk_desk import OURSELVES
from tests.standins.zendesk_tickets import Ticket

SHOW = "GET /api/v2/tickets/{id}"
UPDATE = "PUT /api/v2/tickets/{id}"
COMMENTS = "GET /api/v2/tickets/{id}/comments"
TAGS = "PUT /api/v2/tickets/{id}/tags"
BAD = [Fault(how, retry_after=2 if how is How.TOO_MANY else None) for how in How if how is not How.SLOW]
SOLVE = {"aim": "solve", "tells": {"1": ["resolved", "critical"]}}
FOLLOW_UP = opening(html="<p>It is worse</p>")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as made:
        yield made


@pytest.fixture
def ours(at: Desk) -> int:
    """A ticket that was opened two days ago; our own number of it."""
    made, _ = at.known()
    at.clock.forward(2 * 86_400)
    return made


def theirs(at: Desk) -> Ticket:
    """The ticket as Zendesk has it."""
    number = at.in_books(1).number
    assert number
    return at.zendesk.tickets[number]


def said(at: Desk) -> list[str]:
    """What was said since it was opened."""
    return [one.sent for one in theirs(at).comments[1:] if one.author_id == OURSELVES]


def test_a_ticket_is_told_in_one_private_comment(at: Desk, ours: int) -> None:
    message = at.tell(ours, attachment="all of it", priority="high")
    assert at.deliver().delivered == 1
    comment = theirs(at).comments[-1]
    assert (len(said(at)), comment.public, len(comment.attachments)) == (1, False, 1)
    assert "<p>98 % used</p>" in comment.sent
    assert at.message(message).outcome == f"comment on #{theirs(at).id}"
    assert at.in_books(ours).commented_at == at.clock()
    assert len(at.zendesk.asked(COMMENTS)) == 0, "nothing was tried before: there is nothing to look for"


@pytest.mark.parametrize("kind", [SHOW, UPDATE, COMMENTS, TAGS])
@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.how)
def test_whatever_fails_it_is_told_once(at: Desk, ours: int, kind: str, fault: Fault) -> None:
    if kind == COMMENTS:
        at.zendesk.fault(UPDATE, Fault(How.LOST))
    at.zendesk.fault(kind, fault, 2)
    at.tell(ours, tags=["site-club"])
    at.deliver_all()
    assert len(said(at)) == 1
    assert theirs(at).tags == ["site-club"]
    assert any(seen.fault is fault.how for seen in at.zendesk.seen)
    assert at.zendesk.elsewhere.seen == []


@pytest.mark.parametrize("how", [How.LOST, How.FAILED_AFTER, How.TRUNCATED, How.CUT_JSON, How.NOT_JSON])
def test_solving_that_was_not_seen_is_not_said_again(at: Desk, ours: int, how: How) -> None:
    at.zendesk.fault(UPDATE, Fault(how))
    at.tell(ours, **SOLVE)
    at.deliver_all()
    assert (theirs(at).status, len(said(at))) == ("solved", 1)


@pytest.mark.parametrize("ahead", [-7 * 3600, -600, 600, 7 * 3600])
def test_a_clock_that_differs_from_theirs_has_nothing_said_twice(at: Desk, ours: int, ahead: float) -> None:
    at.zendesk.clock = lambda: at.clock() + timedelta(seconds=ahead)
    at.zendesk.fault(UPDATE, Fault(How.LOST))
    message = at.tell(ours)
    at.deliver_all()
    assert len(said(at)) == 1
    assert at.message(message).outcome.endswith("which was there")


def test_a_comment_is_found_behind_many_others(at: Desk, ours: int) -> None:
    at.zendesk.fault(UPDATE, Fault(How.LOST))
    at.tell(ours)
    at.deliver()
    for number in range(150):
        at.zendesk.comment(theirs(at).id, f"busy {number}")
    at.deliver_later()
    assert len(said(at)) == 1
    assert len(at.zendesk.asked(COMMENTS)) == 2


def test_what_was_sent_is_still_looked_for_after_it_was_declined(at: Desk, ours: int) -> None:
    """Lost, then declined at the look, then tried again by a person: it may have been carried out all the time."""
    at.zendesk.fault(UPDATE, Fault(How.LOST))
    message = at.tell(ours)
    at.deliver()
    at.zendesk.fault(SHOW, Fault(How.FAILED_BEFORE, status=400))
    at.deliver_later()
    assert at.message(message).stage is Stage.PARKED
    assert at.message(message).uncertain
    at.retry(message)
    at.deliver_later()
    assert at.message(message).stage is Stage.DELIVERED
    assert len(said(at)) == 1


def test_a_store_from_a_backup_does_not_say_again_what_was_said_since(tmp_path: Path) -> None:
    folder, backup = tmp_path / "state", tmp_path / "backup"
    with desk(folder) as at:
        ours, _ = at.known()
        at.clock.forward(2 * 86_400)
        message = at.tell(ours)
        shutil.copytree(folder, backup)
        at.deliver()
        at.clock.forward(3600)
        with Store(backup) as restored:
            at.store = restored
            at.deliver()
            assert at.message(message).outcome.endswith("which was there")
            assert len(said(at)) == 1


# What people do goes before.

LEFT: list[tuple[dict[str, Any], str]] = [
    ({"status": "hold"}, "It is on hold"),
    ({"assignee_id": 901}, "It is assigned to somebody"),
]


@pytest.mark.parametrize(("person", "remark"), LEFT)
def test_what_a_person_has_in_hand_is_not_solved(at: Desk, ours: int, person: dict[str, Any], remark: str) -> None:
    for name, value in person.items():
        setattr(theirs(at), name, value)
    message = at.tell(ours, **SOLVE)
    at.deliver()
    assert theirs(at).status == person.get("status", "open")
    assert remark in said(at)[0]
    assert remark in at.message(message).outcome


@pytest.mark.parametrize("assignee", [None, OURSELVES])
@pytest.mark.parametrize("status", ["new", "open", "pending"])
def test_what_nobody_has_in_hand_is_solved_by_us(at: Desk, ours: int, status: str, assignee: int | None) -> None:
    theirs(at).status, theirs(at).assignee_id = status, assignee
    at.tell(ours, **SOLVE)
    at.deliver()
    assert (theirs(at).status, theirs(at).assignee_id) == ("solved", OURSELVES)
    assert at.in_books(ours).solved_at == at.clock()
    assert at.in_books(ours).items[1].phase is Phase.RESOLVED


def test_a_ticket_that_may_not_be_solved_is_told_why_it_is_not(at: Desk) -> None:
    ours, _ = at.known(submitter=None)  # so that nobody can be its assignee
    at.tell(ours, **SOLVE)
    at.deliver()
    assert theirs(at).status == "new"
    assert len(said(at)) == 1
    assert "It could not be changed" in said(at)[0]
    assert "Assignee: is required" in said(at)[0]


def test_a_solved_ticket_is_told_and_stays_solved(at: Desk, ours: int) -> None:
    theirs(at).status = "solved"
    at.tell(ours, **SOLVE)
    at.deliver()
    assert (theirs(at).status, theirs(at).assignee_id, len(said(at))) == ("solved", None, 1)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"aim": "reopen"}, "open"),
        ({"urgent": True}, "open"),
        ({"aim": "comment"}, "solved"),
    ],
)
def test_a_solved_ticket_is_opened_again_for_news_that_needs_somebody(
    at: Desk, ours: int, told: dict[str, Any], status: str
) -> None:
    theirs(at).status = "solved"
    theirs(at).assignee_id = OURSELVES
    at.tell(ours, **told)
    at.deliver()
    assert (theirs(at).status, len(said(at))) == (status, 1)


END = ["closed", "deleted", "archived"]


def end(at: Desk, how: str) -> None:
    """A person ends a ticket."""
    number = theirs(at).id
    {"closed": partial(at.zendesk.set_status, number, "closed"), "deleted": partial(at.zendesk.delete, number),
     "archived": partial(at.zendesk.archive, number)}[how]()  # fmt: skip


@pytest.mark.parametrize("how", END)
@pytest.mark.parametrize("told", [{"aim": "comment"}, SOLVE], ids=["comment", "solve"])
def test_a_ticket_that_takes_nothing_more_is_left_alone(at: Desk, ours: int, how: str, told: dict[str, Any]) -> None:
    end(at, how)
    message = at.tell(ours, **told, follow_up=FOLLOW_UP)
    at.deliver_all()
    assert at.message(message).outcome.startswith("nothing: ")
    assert (len(said(at)), len(at.zendesk.ours())) == (0, 1)
    solved = told["aim"] == "solve"
    assert at.in_books(ours).items[1].phase is (Phase.RESOLVED if solved else Phase.OPEN), "it counts as told"


@pytest.mark.parametrize("how", END)
@pytest.mark.parametrize("told", [{"urgent": True}, {"aim": "reopen"}, {"tags": ["site-club"]}], ids=str)
@pytest.mark.parametrize("fault", [None, Fault(How.LOST)])
def test_news_that_needs_somebody_has_another_ticket_follow(
    at: Desk, ours: int, how: str, told: dict[str, Any], fault: Fault | None
) -> None:
    end(at, how)
    if fault:
        at.zendesk.fault("POST /api/v2/tickets", fault)
    at.tell(ours, **told, follow_up=FOLLOW_UP)
    at.deliver_all()
    old, new = at.zendesk.ours()
    assert new.comments[0].sent.startswith("<p>It is worse</p>")
    assert new.follows == (None if how == "deleted" else old.id)
    assert at.in_books(ours).items == {}, "the other one speaks for it now"
    assert at.in_books(2).number == new.id
    assert at.in_books(2).items[1].state is State.CRITICAL
    at.zendesk.tickets[old.id].external_id = "the first of both"


def test_what_is_waiting_for_a_ticket_that_a_person_dropped_is_not_said(at: Desk) -> None:
    first = at.open()
    for urgent in (False, True):
        at.write("zendesk", Action.UPDATE, "ticket:1", telling(urgent=urgent, follow_up=FOLLOW_UP))
    at.store.outbox.dropped(at.message(first).id, "opened by hand", at.clock())
    at.deliver_all()
    assert at.message(2).outcome == "nothing: somebody has dropped the ticket itself"
    assert at.message(3).outcome == "somebody has dropped the ticket itself: another ticket follows"
    assert len(at.zendesk.ours()) == 1
    assert at.zendesk.ours()[0].comments[0].sent == "<p>It is worse</p>"


WONT_FIX = "siterounds-wont-fix"


@pytest.mark.parametrize("tag", [WONT_FIX, "siterounds_wont_fix", f"{WONT_FIX}-until-2026-13-45"])
def test_what_will_not_be_mended_is_told_no_more(at: Desk, ours: int, tag: str) -> None:
    at.zendesk.add_tags(theirs(at).id, tag)
    message = at.tell(ours, urgent=True, priority="urgent")
    at.deliver()
    assert (said(at), theirs(at).priority) == ([], "normal")
    assert tag in at.message(message).outcome


@pytest.mark.parametrize("form", ["{0}-until-{1:%Y-%m-%d}", "siterounds_wont_fix_until_{1:%Y_%m_%d}"])
def test_what_will_not_be_mended_until_a_day_is_told_then(at: Desk, ours: int, form: str) -> None:
    until = DAY + timedelta(days=9)
    at.zendesk.add_tags(theirs(at).id, form.format(WONT_FIX, until))
    message = at.tell(ours)
    assert at.deliver().postponed == 1
    assert at.message(message).due_at.date() == until
    assert "until then" in at.message(message).trouble
    assert said(at) == []
    at.deliver_all()
    assert at.clock().date() == until
    assert len(said(at)) == 1


def test_that_it_is_over_is_told_although_it_was_not_to_be_mended(at: Desk, ours: int) -> None:
    at.zendesk.add_tags(theirs(at).id, WONT_FIX, "not-siterounds-wont-fix-at-all")
    at.tell(ours, **SOLVE)
    at.deliver()
    assert (theirs(at).status, len(said(at))) == ("solved", 1)


@pytest.mark.parametrize("aim", ["comment", "solve"])
def test_what_somebody_changes_meanwhile_is_looked_at_again(at: Desk, ours: int, aim: str) -> None:
    def person() -> None:
        at.clock.forward(5)
        at.zendesk.assign(theirs(at).id, 901)

    at.tell(ours, aim=aim)
    with meanwhile(at.zendesk, UPDATE, person):
        at.deliver()
    assert [seen.answered for seen in at.zendesk.asked(UPDATE)] == [409, 200]
    assert len(said(at)) == 1
    assert theirs(at).status == "open"


def test_what_others_keep_changing_is_tried_later(at: Desk, ours: int) -> None:
    def person() -> None:
        at.clock.forward(5)
        at.zendesk.comment(theirs(at).id, "wait")

    message = at.tell(ours)
    with meanwhile(at.zendesk, UPDATE, person, times=3):
        at.deliver()
    assert "others keep changing" in at.message(message).trouble
    at.deliver_all()
    assert len(said(at)) == 1


def test_a_comment_that_is_declined_is_parked(at: Desk, ours: int) -> None:
    message = at.tell(ours)
    at.zendesk.fault(UPDATE, Fault(How.FAILED_BEFORE, status=422))
    assert at.deliver().parked == 1
    assert at.message(message).stage is Stage.PARKED
    assert said(at) == []


@pytest.mark.parametrize("how", ["deleted", "closed"])
@pytest.mark.parametrize("told", [{"aim": "comment"}, SOLVE], ids=["comment", "solve"])
def test_what_ends_while_it_is_told_is_left_alone(at: Desk, ours: int, how: str, told: dict[str, Any]) -> None:
    message = at.tell(ours, **told)
    with meanwhile(at.zendesk, UPDATE, lambda: end(at, how)):
        at.deliver_all()
    assert at.message(message).outcome.startswith("nothing: ")
    assert said(at) == []


# What a ticket's fields become.


@pytest.mark.parametrize(
    ("there", "wanted", "then"),
    [
        ("normal", "high", "high"),
        (None, "low", "low"),
        ("urgent", "high", "urgent"),
        ("high", "high", "high"),
        ("high", None, "high"),
    ],
)
def test_a_priority_is_only_ever_raised(at: Desk, ours: int, there: str | None, wanted: str | None, then: str) -> None:
    theirs(at).priority = there
    at.tell(ours, priority=wanted)
    at.deliver()
    assert (theirs(at).priority, len(said(at))) == (then, 1)


def test_tags_are_added_to_those_of_people(at: Desk, ours: int) -> None:
    at.zendesk.add_tags(theirs(at).id, "by-a-person", "site-club")
    at.tell(ours, tags=["site-club", "site-shop"])
    at.deliver()
    assert theirs(at).tags == ["by-a-person", "site-club", "site-shop"]
    assert len(said(at)) == 1


# Not too often.


def test_a_ticket_gets_one_comment_a_day(at: Desk, ours: int) -> None:
    at.tell(ours)
    at.deliver()
    begun = at.clock()
    second = at.tell(ours)
    assert at.deliver_later().postponed == 1
    assert "one comment a day" in at.message(second).trouble
    at.deliver_all()
    assert at.clock() - begun == timedelta(days=1)
    assert len(said(at)) == 2


def test_what_gets_worse_does_not_wait_for_tomorrow(at: Desk, ours: int) -> None:
    at.tell(ours)
    at.deliver()
    at.tell(ours, urgent=True)
    assert at.deliver_later().delivered == 1
    assert len(said(at)) == 2


def test_a_lost_try_is_looked_after_at_once_and_not_tomorrow(at: Desk, ours: int) -> None:
    at.tell(ours)
    at.deliver()
    at.clock.forward(90_000)
    message = at.tell(ours)
    at.zendesk.fault(UPDATE, Fault(How.NOT_REACHED))
    at.deliver()
    at.deliver_later()
    assert at.message(message).stage is Stage.DELIVERED
    assert len(said(at)) == 2
