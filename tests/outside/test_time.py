"""A routine round's time is booked once for each client and slot, and what the contract allows is kept to."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from tests.outside.agency import MANAGER, Agency

TODAY = datetime.now(UTC).date().isoformat()


def booked(at: Agency) -> dict[tuple[int, str], float]:
    return {(one.project_id, one.spent_date.isoformat()): one.hours for one in at.harvest.ours()}


def test_each_client_gets_one_entry_by_the_rule_of_its_contract(at: Agency) -> None:
    at.siterounds("run")
    assert booked(at) == {(111, TODAY): 0.25, (112, TODAY): 0.1}
    entry = at.harvest.ours()[0]
    assert entry.external_reference == {"id": f"siterounds-rehearsal-harbour-{TODAY}", "group_id": "harbour"}
    assert entry.notes is not None
    assert "2 sites (books, shop)." in entry.notes
    assert "Checked: Rehearsal. 2 of 2 checks ran.\nFound: all in order." in entry.notes
    assert at.harvest.running == []


def test_a_round_made_again_for_its_slot_corrects_its_entry(at: Agency) -> None:
    at.siterounds("run", "--slot", f"{TODAY}T06")
    at.problems("shop", "disk critical It is full")
    at.contracts["harbour"] = "{kind: standard, hours_a_month: 4, time: {rule: minimum, hours: 0.5}}"
    at.write()
    at.siterounds("run", "--slot", f"{TODAY}T06")
    assert booked(at) == {(111, TODAY): 0.5, (112, TODAY): 0.1}
    assert "Found: 1 critical." in (at.harvest.ours()[0].notes or "")
    at.siterounds("run", "--slot", f"{TODAY}T18")
    assert len(at.harvest.ours()) == 4


@pytest.mark.parametrize("arguments", [("--no-time",), ("--site", "shop"), ("--check", "rehearsal")])
def test_what_is_no_routine_round_is_not_booked(at: Agency, arguments: tuple[str, ...]) -> None:
    assert at.siterounds("run", *arguments).code == 0
    assert at.harvest.ours() == []


def test_a_round_for_one_client_is_booked_for_that_one(at: Agency) -> None:
    at.siterounds("run", "--client", "regatta")
    assert booked(at) == {(112, TODAY): 0.1}


def test_a_round_that_could_look_at_nothing_is_not_booked(at: Agency) -> None:
    at.problems("club", "blind")
    at.siterounds("run")
    assert booked(at) == {(111, TODAY): 0.25}


def test_an_account_that_keeps_times_of_day_gets_them(at: Agency) -> None:
    at.harvest.wants_timestamp_timers = True
    at.siterounds("run")
    entry = at.harvest.ours()[0]
    assert entry.started_time is not None
    assert entry.ended_time is not None
    assert at.harvest.running == []
    assert booked(at) == {(111, TODAY): 0.25, (112, TODAY): 0.1}


def test_a_locked_period_is_parked_with_what_to_do(at: Agency) -> None:
    at.harvest.locked_until = date.fromisoformat(TODAY)
    at.siterounds("run")
    stuck = at.json("outbox")
    assert [one["stage"] for one in stuck] == ["parked", "parked"]
    assert f"siterounds outbox retry {stuck[0]['id']}" in stuck[0]["remedy"]
    at.harvest.locked_until = None
    assert at.siterounds("outbox", "retry", str(stuck[0]["id"])).code == 0
    assert at.siterounds("outbox", "drop", str(stuck[1]["id"]), "--reason", "booked by hand").code == 0
    assert at.siterounds("deliver").code == 0
    assert booked(at) == {(111, TODAY): 0.25}
    at.siterounds("run")  # what a person dropped stays dropped
    assert booked(at) == {(111, TODAY): 0.25}


def test_beyond_the_cap_nothing_is_booked_and_the_account_manager_is_told(at: Agency) -> None:
    at.harvest.add_entry(111, 3.8, date.fromisoformat(TODAY), task=222)
    at.siterounds("run", "--slot", f"{TODAY}T06")
    assert booked(at) == {(112, TODAY): 0.1}
    incidents = {(one["check"], one["item"]): one for one in at.json("incidents")}
    assert incidents["contract", "cap"]["summary"] == (
        "the time of 1 routine round was not booked: the cap of 4 h is reached"
    )
    assert incidents["contract", "hours"]["summary"] == "3.8 of 4 h used this contract month, 0.2 h left"
    tickets = {one.subject: one for one in at.zendesk.ours()}
    assert set(tickets) == {
        "[WARNING] contract of Harbour Books: Contract hours: 3.8 of 4 h used this contract month, 0.2 h left",
        "[WARNING] contract of Harbour Books: Contract hours: the time of 1 routine round was not booked: "
        "the cap of 4 h is reached",
    }
    assert {one.assignee_id for one in tickets.values()} == {MANAGER}


def test_hours_that_a_look_into_harvest_cannot_know_yet_count(at: Agency) -> None:
    at.contracts["harbour"] = "{kind: standard, hours_a_month: 1, time: {rule: minimum, hours: 0.25}}"
    at.write()
    for hour in range(6, 12):  # within a quarter of an hour, for which one look into Harvest serves
        at.siterounds("run", "--slot", f"{TODAY}T{hour:02}")
    ours = [one for one in at.harvest.ours() if one.project_id == 111]
    assert sum(Decimal(str(one.hours)) for one in ours) == 1
    assert len(ours) == 4


def test_contracts_show_a_standard_and_an_extended_one(at: Agency) -> None:
    at.contracts["harbour"] = "{kind: standard, hours_a_month: 4, scope: [rehearsal, disk], first_response: {high: 4}}"
    at.write()
    at.harvest.add_entry(111, 3.5, date.fromisoformat(TODAY), task=222)
    at.harvest.add_entry(112, 12.25, date.fromisoformat(TODAY), task=222)
    shown = at.siterounds("contracts").out
    assert "3.5 of 4 h used" in shown
    assert "12.25 of 10 h used" in shown
    known = {one["client"]: one for one in at.json("contracts")}
    assert [known["harbour"]["kind"], known["regatta"]["kind"]] == ["standard", "extended"]
    assert [known["harbour"]["state"], known["regatta"]["state"]] == ["warning", "critical"]
    assert max(map(len, shown.splitlines())) <= 80
