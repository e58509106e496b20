"""Contracts as they stand in Teamwork, read from a server that is as strict as the real one."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from inventory.contracts import Contract
from inventory.services import TEAMWORK_FIELDS
from tests.agent.contracts.office import (
    AT,
    FIELDS,
    FILLED,
    PROJECTS,
    SCOPE_WORDS,
    TASK_LIST,
    Office,
)
from tests.plugin_example.siterounds_example import mail_queue
from tests.standins import Teamwork

SCOPE = {TASK_LIST: [{"name": "Disk space"}]}
LATER = AT + timedelta(hours=7)


def budget(hours: float, **values: Any) -> dict[str, Any]:
    return {"capacity": int(hours * 60), **values}


def test_everything_that_a_project_says(office: Office) -> None:
    one = office.standing()
    assert (one.kind, one.source, one.fetched_at) == ("standard", "teamwork", AT)
    assert (one.agreed, one.cap) == (Decimal("4.5"), Decimal("4.5"))
    assert one.month == (date(2026, 11, 15), date(2026, 12, 14))
    assert (one.first_response, one.resolution, one.calendar) == ({"urgent": 1.0}, {"urgent": 4.25}, "business")
    assert one.tasks == ("Disk space", "Plugin updates")
    assert one.in_scope == frozenset({"disk", "versions"})
    assert one.out_of_scope == set(SCOPE_WORDS) - {"disk", "versions"}
    assert [one.covers(check) for check in ("disk", "logs", "mail-queue")] == [True, False, True]
    assert (one.zendesk_organization, one.harvest_project) == (456, 111)
    assert (one.remarks, one.trouble, one.used_unknown) == ((), "", "no Harvest is configured")


@pytest.mark.parametrize("options_as", ["id", "text id", "name"])
def test_a_dropdown_may_be_told_in_three_ways(office: Office, teamwork: Teamwork, options_as: str) -> None:
    teamwork.options_as = options_as
    teamwork.add_project(333, "Harbour", {**FILLED, "SLA tier": "Extended", "SLA hours calendar": "24x7"}, SCOPE)
    one = office.standing()
    assert (one.kind, one.calendar, one.remarks) == ("extended", "24x7", ())


def test_a_choice_that_came_later_is_looked_up(office: Office, teamwork: Teamwork) -> None:
    office.config = {"kinds": {"standard": (), "extended": ("L3",)}}
    office.standing()
    tier = teamwork.fields["SLA tier"]
    teamwork.fields["SLA tier"] = replace(tier, choices={**tier.choices, 9001: "l3"})
    teamwork.add_project(333, "Harbour", {**FILLED, "SLA tier": "l3"}, SCOPE)
    assert office.standing(at=LATER).kind == "extended"


def test_a_field_that_was_made_anew_is_found_within_a_day_or_at_once(office: Office, teamwork: Teamwork) -> None:
    office.standing()
    teamwork.fields["SLA tier"] = replace(teamwork.fields["SLA tier"], id=9002)
    assert office.standing(at=LATER).kind is None
    assert office.standing(at=LATER, copy_age=timedelta(0)).kind == "standard"
    teamwork.fields["SLA tier"] = replace(teamwork.fields["SLA tier"], id=9003)
    assert office.standing(at=AT + timedelta(days=2)).kind == "standard"


def test_words_for_kinds_and_fields_can_be_set(office: Office, teamwork: Teamwork) -> None:
    office.config = {
        "kinds": {"standard": ("Gold",), "extended": ()},
        "fields": {**TEAMWORK_FIELDS, "hours_a_month": "Hours", "start": "No such field"},
        "task_list": "Other",
        "scope": {"logs": ("log",)},
    }
    teamwork.define_field("  HOURS ", "number-integer")
    fields = {"SLA tier": "Gold", "  HOURS ": 7, "SLA contract start": "2026-01-15"}
    teamwork.add_project(333, "Harbour", fields, {"OTHER": [{"name": "The log, and disk space"}]})
    one = office.standing()
    assert (one.kind, one.agreed) == ("standard", Decimal(7))
    assert one.in_scope == frozenset({"logs", "disk"})
    assert one.out_of_scope == set(SCOPE_WORDS) - {"logs", "disk"}
    assert one.month == (date(2026, 11, 1), date(2026, 11, 30))
    assert one.remarks == ('Teamwork has no field "No such field" for projects.',)


def test_a_check_of_a_third_party_is_put_in_scope_by_its_own_words(office: Office, teamwork: Teamwork) -> None:
    teamwork.add_project(333, "Harbour", FILLED, {TASK_LIST: [{"name": "Postfix and its queue"}]})
    before = office.standing()
    assert before.in_scope == frozenset()
    assert "mail-queue" not in before.out_of_scope
    office.scope_words = {**SCOPE_WORDS, mail_queue.check.name: mail_queue.check.scope_words}
    assert office.standing().in_scope == frozenset({"mail-queue"})  # at once: the copy was made by other words
    teamwork.add_project(333, "Harbour", FILLED, SCOPE)
    assert office.standing(at=LATER).covers("mail-queue") is False


def test_lists_are_read_to_their_end(office: Office, teamwork: Teamwork) -> None:
    teamwork.page_cap = 1
    lists: dict[str, Any] = {"A": [], "B": [], TASK_LIST: [{"name": "Disk"}, {"name": "Logs"}, {"name": "Users"}]}
    teamwork.add_project(400, "Another")
    teamwork.add_project(500, "Quay", FILLED, lists, [budget(4.5), budget(9, type="FINANCIAL")])
    office.clients.clear()
    office.client("quay", 500)
    one = office.standing("quay")
    assert (one.kind, one.agreed, one.tasks, one.remarks) == ("standard", Decimal("4.5"), ("Disk", "Logs", "Users"), ())


def test_a_project_is_found_by_a_site_of_the_client(office: Office, teamwork: Teamwork) -> None:
    address = "http://HARBOUR.example:80"
    teamwork.add_project(334, "Harbour", {**FILLED, "SLA site URL": address, "SLA hours per month": 2}, SCOPE)
    office.client("harbour")
    office.client("quay")
    harbour, quay = office.standings().values()
    assert (harbour.source, harbour.agreed) == ("teamwork", Decimal(2))
    assert (quay.source, quay.agreed, quay.kind, quay.covers("disk"), quay.month) == ("none", None, None, True, None)
    assert quay.remarks == (
        'No project in Teamwork has one of this client\'s sites in its field "SLA site URL"; `teamwork: project:` '
        "names one.",
    )


def test_of_two_projects_for_one_site_none_is_guessed(office: Office, teamwork: Teamwork) -> None:
    for number in (334, 335):
        teamwork.add_project(number, f"P{number}", {**FILLED, "SLA site URL": "harbour.example/"}, SCOPE)
    office.client("harbour")
    one = office.standing()
    assert (one.source, one.agreed) == ("none", None)
    assert "P334 (334), P335 (335)" in one.remarks[0]


@pytest.mark.parametrize("status", ["archived", "deleted"])
def test_a_project_that_is_no_longer_there(office: Office, teamwork: Teamwork, status: str) -> None:
    teamwork.add_project(333, "Harbour", FILLED, SCOPE, status=status)
    one = office.standing()
    assert (one.source, one.covers("logs")) == ("none", True)
    assert one.remarks == ("Teamwork has no active project 333 that our account may see.",)


@pytest.mark.parametrize(
    ("field", "budgets", "agreed", "cap"),
    [
        (4, [], 4, 4),
        (None, [budget(4)], 4, 4),
        (4, [budget(4)], 4, 4),
        (4.17, [{"capacity": 250}], "4.17", "4.17"),
        (None, [budget(4), budget(4)], 4, 4),
        (4, [budget(5)], None, 4),
        (5, [budget(4)], None, 4),
        (None, [budget(6), budget(5)], None, 5),
        (4, [budget(9, type="FINANCIAL"), budget(9, status="ARCHIVED"), budget(9, status="UPCOMING")], 4, 4),
        (4, [budget(9, isRepeating=False), budget(9, repeatUnit="YEAR"), budget(9, repeatPeriod=3)], 4, 4),
        (None, [{"capacity": "240"}, {"capacity": -60}, {"capacity": True}, {"capacity": None}], None, None),
        (None, [], None, None),
        (0, [], 0, 0),
    ],
)
def test_hours_by_the_field_and_by_the_budget(
    office: Office, teamwork: Teamwork, *, field: float | None, budgets: list[dict[str, Any]], agreed: Any, cap: Any
) -> None:
    teamwork.add_project(333, "Harbour", {**FILLED, "SLA hours per month": field}, SCOPE, budgets)
    one = office.standing()
    assert one.agreed == (None if agreed is None else Decimal(agreed))
    assert one.cap == (None if cap is None else Decimal(cap))
    contradicted = agreed is None and cap is not None
    assert bool(one.trouble) is contradicted
    assert any("contradicts itself" in remark for remark in one.remarks) is contradicted
    assert any("No hours were agreed" in remark for remark in one.remarks) is (agreed is None and not contradicted)


def test_a_contradiction_names_both_numbers(office: Office, teamwork: Teamwork) -> None:
    teamwork.add_project(333, "Harbour", FILLED, SCOPE, [budget(6)])
    one = office.standing()
    assert one.remarks == (
        "Teamwork contradicts itself: its field says 4.5 h a month, its monthly budget says 6 h; the hours agreed are "
        "not known until both say the same.",
    )
    assert (one.trouble, one.remedy) == (
        "Teamwork contradicts itself: it says 4.5 h and 6 h a month",
        "make both say the same in Teamwork",
    )


@pytest.mark.parametrize(
    ("name", "value", "remark"),
    [
        ("SLA hours per month", "four", 'holds "four", which is no number of hours of a month.'),
        ("SLA hours per month", -1, 'holds "-1", which is no number of hours of a month.'),
        ("SLA hours per month", 1e9, 'holds "1000000000.0", which is no number of hours of a month.'),
        ("SLA hours per month", True, 'holds "True", which is no number of hours of a month.'),
        ("SLA hours per month", {"a": [1]}, "which is no number of hours of a month."),
        ("SLA contract start", "soon", 'holds "soon", which is no day.'),
        ("SLA contract start", 20260115, "which is no day."),
        ("SLA contract end", "2026-02-30", 'holds "2026-02-30", which is no day.'),
        ("SLA first response (h) high", 0, 'holds "0", which is no number of hours.'),
        ("SLA resolution (h) low", "1,000", 'holds "1,000", which is no number of hours.'),
        ("Harvest project id", "shop", 'holds "shop", which is no number.'),
        ("Harvest project id", 1.5, 'holds "1.5", which is no number.'),
        ("Zendesk organization id", "\u202e12\x1b[31m3", "which is no number."),
        ("SLA tier", "Gold", "which is no kind of contract that `services: teamwork: kinds:` knows."),
    ],
)
def test_a_value_of_the_wrong_kind_is_remarked_and_not_known(
    office: Office, teamwork: Teamwork, name: str, value: Any, remark: str
) -> None:
    teamwork.add_project(333, "Harbour", {**FILLED, name: value}, SCOPE)
    one = office.standing()
    assert one.remarks[0].startswith(f'Teamwork\'s field "{name}" holds ')
    assert one.remarks[0].endswith(remark)
    assert "\x1b" not in one.remarks[0]
    assert "\u202e" not in one.remarks[0]


@pytest.mark.parametrize(("written", "hours"), [("4,5", "4.5"), (" 4.50 ", "4.50"), ("4", "4"), (0.1, "0.1")])
def test_hours_are_read_exactly_as_written(office: Office, teamwork: Teamwork, written: Any, hours: str) -> None:
    teamwork.add_project(333, "Harbour", {**FILLED, "SLA hours per month": written}, SCOPE)
    assert office.standing().agreed == Decimal(hours)


def test_hostile_names_are_made_harmless(office: Office, teamwork: Teamwork) -> None:
    tasks = [{"name": "\x1b]0;owned\x07Disk\nspace \u202eevil"}, {"name": "x" * 5000}, {"name": ""}]
    teamwork.add_project(333, "\x1b[2JHarbour", FILLED, {TASK_LIST: tasks})
    one = office.standing()
    assert one.tasks is not None
    assert one.tasks[0] == "Disk space \N{REPLACEMENT CHARACTER}evil"
    assert (len(one.tasks[1]), one.tasks[2]) == (120, "?")
    assert one.in_scope == frozenset({"disk"})


def test_completed_tasks_are_in_scope_and_excluded_ones_are_not(office: Office, teamwork: Teamwork) -> None:
    excluded: dict[str, Any] = {"name": "Logs", "status": "completed", "tags": ["monthly", "Excluded"]}
    tasks = [{"name": "Disk", "status": "completed"}, excluded, {"name": "Weekly", "tags": ["users"]}]
    teamwork.add_project(333, "Harbour", FILLED, {TASK_LIST: tasks})
    one = office.standing()
    assert (one.in_scope, one.tasks) == (frozenset({"disk", "users"}), ("Disk", "Weekly"))


def test_a_list_without_tasks_puts_nothing_in_scope(office: Office, teamwork: Teamwork) -> None:
    teamwork.add_project(333, "Harbour", FILLED, {TASK_LIST: []})
    one = office.standing()
    assert not any(one.covers(check) for check in (*SCOPE_WORDS, "mail-queue"))
    assert one.remarks == ('The task list "SLA - in scope" names nothing, so nothing is in scope.',)


def test_without_the_list_everything_is_in_scope(office: Office, teamwork: Teamwork) -> None:
    teamwork.add_project(333, "Harbour", FILLED, {"SLA": [{"name": "Disk"}]})
    one = office.standing()
    assert (one.tasks, one.in_scope, one.covers("logs")) == (None, None, True)
    assert one.remarks == (
        'The project in Teamwork has no task list "SLA - in scope".',
        "What is in scope is not known, so everything counts as in scope.",
    )


def test_the_inventory_fills_what_teamwork_does_not_say(office: Office, teamwork: Teamwork) -> None:
    teamwork.add_project(333, "Harbour", {"SLA tier": "Standard", "SLA first response (h) urgent": 2})
    office.contract(
        "harbour",
        Contract(
            "extended",
            Decimal(8),
            start=date(2026, 1, 20),
            scope=frozenset({"disk"}),
            first_response={"urgent": 1, "low": 24},
            calendar="business",
        ),
    )
    one = office.standing()
    assert (one.source, one.kind, one.agreed) == ("teamwork", "standard", Decimal(8))
    assert one.month == (date(2026, 11, 20), date(2026, 12, 19))
    assert (one.in_scope, one.covers("logs")) == (frozenset({"disk"}), False)
    assert (one.first_response, one.calendar) == ({"urgent": 2.0, "low": 24}, "business")
    assert one.remarks == ('The project in Teamwork has no task list "SLA - in scope".',)


def test_an_empty_project_leaves_the_inventorys_contract(office: Office, teamwork: Teamwork) -> None:
    teamwork.add_project(333, "Harbour", {"Zendesk organization id": "77"})
    office.contract("harbour", Contract("extended", Decimal(8)))
    one = office.standing()
    assert (one.source, one.kind, one.agreed, one.zendesk_organization) == ("inventory", "extended", Decimal(8), 77)


# Copies.


def test_a_copy_is_good_for_six_hours(office: Office, teamwork: Teamwork) -> None:
    office.standing()
    asked = len(teamwork.seen)
    soon = office.standing(at=AT + timedelta(hours=5))
    assert (len(teamwork.seen), soon.fetched_at) == (asked, AT)
    late = office.standing(at=LATER)
    assert late.fetched_at == LATER
    assert [len(teamwork.asked(kind)) for kind in (PROJECTS, FIELDS)] == [2, 1]
    forced = office.standing(at=LATER, copy_age=timedelta(0))
    assert forced.agreed == late.agreed
    assert len(teamwork.asked(PROJECTS)) == 3


def test_a_copy_of_another_project_does_not_serve(office: Office, teamwork: Teamwork) -> None:
    office.standing()
    teamwork.add_project(334, "Other", {**FILLED, "SLA hours per month": 9}, SCOPE)
    office.client("harbour", 334)
    assert office.standing(at=AT + timedelta(minutes=1)).agreed == Decimal(9)
