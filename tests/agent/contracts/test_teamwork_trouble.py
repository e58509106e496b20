"""Teamwork on its bad days: what it said last serves, nothing is half believed, and nobody is asked for ever."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from inventory.contracts import Contract
from tests.agent.contracts.office import (
    AT,
    BUDGETS,
    FIELDS,
    FILLED,
    LISTS,
    PROJECTS,
    TASKS,
    Office,
)
from tests.agent.contracts.test_teamwork import LATER, SCOPE
from tests.standins import Fault, How, Teamwork

HOWS = [
    Fault(How.FAILED_BEFORE),
    Fault(How.FAILED_BEFORE, retry_after=1),
    Fault(How.TRUNCATED),
    Fault(How.CUT_JSON),
    Fault(How.NOT_JSON),
    Fault(How.LOST),
    Fault(How.NOT_REACHED),
    Fault(How.REDIRECT),
    Fault(How.TOO_MANY),
]


@pytest.mark.parametrize("fault", HOWS, ids=lambda fault: f"{fault.how}{fault.retry_after or ''}")
@pytest.mark.parametrize("days", [1, 8])
def test_an_old_copy_serves_for_a_week(office: Office, teamwork: Teamwork, fault: Fault, days: int) -> None:
    before = office.standing()
    teamwork.fault(PROJECTS, fault, times=2)
    one = office.standing(at=AT + timedelta(days=days))
    if days == 1:
        (remark,) = one.remarks
        assert remark.startswith("Teamwork could not be read (")
        assert remark.endswith("): what it said 1 day ago holds.")
        assert replace(one, remarks=()) == before
    else:
        assert (one.source, one.agreed, one.fetched_at, one.covers("logs")) == ("none", None, None, True)
        assert one.remarks[0].startswith("Teamwork could not be read: ")
        assert one.trouble
        assert one.remedy


@pytest.mark.parametrize("kind", [PROJECTS, FIELDS, LISTS, TASKS, BUDGETS])
def test_a_question_that_was_not_answered_is_asked_again(office: Office, teamwork: Teamwork, kind: str) -> None:
    teamwork.fault(kind, Fault(How.LOST))
    one = office.standing()
    assert (one.agreed, one.in_scope, one.trouble) == (Decimal("4.5"), frozenset({"disk", "versions"}), "")
    assert len(teamwork.asked(kind)) == 2


@pytest.mark.parametrize("kind", [FIELDS, LISTS, TASKS, BUDGETS])
def test_what_cannot_be_read_whole_is_not_half_believed(office: Office, teamwork: Teamwork, kind: str) -> None:
    office.contract("harbour", Contract("extended", Decimal(8)))
    teamwork.fault(kind, Fault(How.CUT_JSON), times=2)
    one = office.standing()
    assert (one.source, one.kind, one.agreed, one.trouble) == ("inventory", "extended", Decimal(8), "")
    assert one.remarks[0].startswith("Teamwork could not be read: ")


def test_one_project_that_cannot_be_read_spoils_no_other(office: Office, teamwork: Teamwork) -> None:
    teamwork.add_project(334, "Quay", {**FILLED, "SLA hours per month": 9}, SCOPE)
    office.client("quay", 334)
    teamwork.fault(LISTS, Fault(How.NOT_JSON), times=2)
    harbour, quay = office.standings().values()
    assert (harbour.source, quay.source, quay.agreed) == ("none", "teamwork", Decimal(9))


def test_a_service_that_fails_is_not_asked_for_every_client(office: Office, teamwork: Teamwork) -> None:
    for number in range(400, 420):
        teamwork.add_project(number, "P", FILLED, SCOPE)
        office.client(f"c{number}", number)
    teamwork.fault(LISTS, Fault(How.CUT_JSON), times=50)
    assert {one.source for one in office.standings().values()} == {"none"}
    assert len(teamwork.asked(LISTS)) == 4


@pytest.mark.parametrize("status", [429, 400])
def test_too_many_requests_in_both_forms(office: Office, teamwork: Teamwork, status: int) -> None:
    teamwork.limit_status = status
    teamwork.fault(PROJECTS, Fault(How.TOO_MANY))
    one = office.standing()
    assert "exceeded your rate limit" in one.trouble
    assert len(teamwork.seen) == 1


def test_a_task_list_that_may_not_be_read(office: Office, teamwork: Teamwork) -> None:
    teamwork.fault(LISTS, Fault(How.FAILED_BEFORE, status=403))
    one = office.standing()
    assert (one.agreed, one.tasks, one.in_scope, one.covers("logs")) == (Decimal("4.5"), None, None, True)
    assert one.remarks[0].startswith('The task list "SLA - in scope" could not be read: Teamwork answered 403')


def test_budgets_that_may_not_be_read(office: Office, teamwork: Teamwork) -> None:
    teamwork.fault(BUDGETS, Fault(How.FAILED_BEFORE, status=403))
    assert (office.standing().agreed, office.standing().remarks) == (Decimal("4.5"), ())
    teamwork.add_project(333, "Harbour", {**FILLED, "SLA hours per month": None}, SCOPE)
    teamwork.fault(BUDGETS, Fault(How.FAILED_BEFORE, status=404))
    one = office.standing(at=LATER)
    assert one.agreed is None
    assert "The budgets in Teamwork may not be read by our account." in one.remarks


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("wrong", "Teamwork answered 401"),
        ("two\nlines", "the secret kept for Teamwork is no token"),
        ("schlüssel", "the secret kept for Teamwork is no token"),
        (None, "the API key for Teamwork cannot be read: env:TEAMWORK: that variable is not set"),
    ],
)
def test_a_key_that_does_not_fit(office: Office, key: str | None, reason: str) -> None:
    office.secrets = {} if key is None else {"TEAMWORK": key}
    one = office.standing()
    assert one.trouble.startswith(reason)
    assert one.remedy
    assert one.covers("logs")


def test_a_site_that_is_not_there(tmp_path: Path) -> None:
    with Teamwork() as gone:
        office = Office(tmp_path, gone)
    office.client("harbour", 333)
    one = office.standing()
    assert one.trouble == f"Teamwork was not reached at {gone.url.removeprefix('http://')}"
    assert one.covers("logs")
