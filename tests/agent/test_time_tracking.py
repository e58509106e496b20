"""The time of routine rounds: whose, how much, up to which cap, and with which message."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.domain.messages import Action
from agent.time_tracking import slot_of, withheld
from checks import Finding, State
from inventory.contracts import TimeRule
from tests.agent.routine import MEASURED, MINIMUM, MONTH, NOW, PER_SITE, Agency, said_by
from tests.agent.store.filled import fresh


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Agency]:
    with fresh(tmp_path) as store:
        yield Agency(store)


# How much, and whose.


@pytest.mark.parametrize(
    ("rule", "hours"),
    [
        (MEASURED, "0.06"),  # half of the six minutes on the shared host, and the 36 s on the other
        (PER_SITE, "0.20"),
        (MINIMUM, "0.25"),
        (TimeRule("minimum", Decimal("0.3"), Decimal("0.25")), "0.50"),
        (TimeRule("minimum", Decimal("0.3"), Decimal("0.1")), "0.30"),
        (TimeRule("per_site", Decimal(0)), "0.00"),
    ],
)
def test_a_round_is_worth_what_the_rule_says(at: Agency, rule: TimeRule, hours: str) -> None:
    at.rules["harbour"] = rule
    assert at.planned()["harbour"].payload.hours == Decimal(hours)


def test_what_several_clients_share_is_divided_between_them(at: Agency) -> None:
    at.rules |= {"harbour": MEASURED, "regatta": MEASURED}
    at.seconds = {"web1": 7200.0, "web2": 3600.0}
    hours = {name: one.entry.hours for name, one in at.planned().items()}
    assert hours == {"harbour": Decimal("2.00"), "regatta": Decimal("1.00")}


def test_a_host_whose_visit_was_not_measured_counts_for_nothing(at: Agency) -> None:
    at.seconds = {}
    assert at.planned()["harbour"].entry.hours == Decimal("0.01"), "but a round is never nothing"


def test_an_entry_says_what_was_done(at: Agency) -> None:
    at.findings = {"shop": (Finding(State.CRITICAL, "x", "i", "bad"),)}
    payload = at.planned()["harbour"].payload
    same = {name: getattr(payload, name) for name in ("client", "project", "task", "spent_on", "minute", "reference")}
    assert same == {
        "client": "harbour", "project": 111, "task": 222, "spent_on": date(2026, 11, 23), "minute": 9 * 60 + 30,
        "reference": "siterounds-test-harbour-2026-11-23",
    }  # fmt: skip
    assert "2 sites (books, shop)" in payload.notes
    assert "1 critical" in payload.notes


@pytest.mark.parametrize("narrowed", [{"sites": {"shop"}}, {"hosts": {"web1"}}, {"checks": {"users"}}, {"tags": {"x"}}])
def test_a_narrowed_round_is_not_booked(at: Agency, narrowed: dict[str, Any]) -> None:
    assert at.planned(**narrowed) == {}


def test_a_round_for_one_client_is_booked_for_that_one(at: Agency) -> None:
    assert list(at.planned(clients={"regatta"})) == ["regatta"]


@pytest.mark.parametrize(
    "changed",
    [
        {"task": None},
        {"standing": {"harvest_project": None}},
        {"stale": frozenset({"web1", "web2"})},
        {
            "findings": {
                name: (Finding(State.UNKNOWN, "not-checked", "", "permission denied"),) for name in ("books", "shop")
            }
        },
    ],
    ids=["no task", "no project", "not reached", "not allowed to look"],
)
def test_nothing_is_booked_where_nothing_was_done_or_nowhere_to(at: Agency, changed: dict[str, Any]) -> None:
    for name, value in changed.items():
        setattr(at, name, value)
    assert "harbour" not in at.planned()


def test_sites_that_were_not_reached_are_not_named(at: Agency) -> None:
    at.rules["harbour"] = PER_SITE
    at.stale = frozenset({"web2"})
    planned = at.planned()["harbour"]
    assert planned.payload.hours == Decimal("0.10")
    assert "1 site (books)" in planned.payload.notes


@pytest.mark.parametrize(
    ("at_utc", "zone", "slot"),
    [
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "Europe/Berlin", "2026-11-24"),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), "UTC", "2026-11-23"),
        (datetime(2026, 11, 24, 3, 0, tzinfo=UTC), "America/New_York", "2026-11-23"),
    ],
)
def test_a_round_is_of_the_day_where_the_agency_is(at_utc: datetime, zone: str, slot: str) -> None:
    assert slot_of(at_utc, zone) == slot


def test_a_slot_is_booked_on_its_own_day_whenever_it_is_made(at: Agency) -> None:
    assert at.planned("2026-11-20 evening")["harbour"].entry.spent_on == date(2026, 11, 20)


# With which message.


def test_a_round_is_booked_once_and_one_made_again_corrects_it(at: Agency) -> None:
    at.booked()
    at.booked()
    assert at.hours() == [(Action.BOOK, "0.06")]
    at.seconds["web2"] = 360.0
    at.booked()
    assert at.hours() == [(Action.BOOK, "0.15")], "what nobody has sent yet says it anew"
    at.delivered()
    at.booked()
    assert at.hours() == [(Action.BOOK, "0.15")]
    at.seconds["web2"] = 720.0
    at.booked()
    at.seconds["web2"] = 1080.0
    at.booked()
    assert at.hours() == [(Action.BOOK, "0.15"), (Action.CORRECT, "0.35")]
    assert len({one.stream for one in at.messages()}) == 1


def test_what_was_sent_already_is_corrected_and_not_rewritten(at: Agency) -> None:
    at.booked()
    (message,) = at.messages()
    assert at.store.outbox.mark_sending(message, "key", b"body", NOW, lambda _: None)
    at.seconds["web2"] = 360.0
    at.booked()
    assert at.hours() == [(Action.BOOK, "0.06"), (Action.CORRECT, "0.15")]


def test_other_words_of_the_same_hours_are_a_correction(at: Agency) -> None:
    at.booked()
    at.delivered()
    at.findings = {"shop": (Finding(State.WARNING, "x", "i", "bad"),)}
    at.booked()
    assert at.hours() == [(Action.BOOK, "0.06"), (Action.CORRECT, "0.06")]


def test_rounds_of_several_slots_are_several_entries(at: Agency) -> None:
    for slot in ("2026-11-23", "2026-11-24", "2026-11-24 evening"):
        at.booked(slot)
    assert [one.stream for one in at.messages()] == ["time:1", "time:2", "time:3"]
    assert len({said_by(one).reference for one in at.messages()}) == 3


def test_what_a_person_dropped_is_not_booked_again(at: Agency) -> None:
    at.booked()
    at.store.outbox.dropped(at.messages()[0].id, "by hand", NOW)
    at.seconds["web2"] = 360.0
    at.booked()
    assert at.hours() == []
    at.booked("2026-11-24")
    assert at.hours() == [(Action.BOOK, "0.15")], "another slot is another matter"


def test_a_correction_that_a_person_dropped_does_not_stop_later_ones(at: Agency) -> None:
    at.booked()
    at.delivered()
    at.seconds["web2"] = 360.0
    at.booked()
    at.store.outbox.dropped(at.messages()[1].id, "by hand", NOW)
    at.seconds["web2"] = 720.0
    at.booked()
    assert at.hours() == [(Action.BOOK, "0.06"), (Action.CORRECT, "0.25")]


# Up to the cap.

BEFORE, AFTER = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
"""Looks into Harvest before and after what is delivered in these tests."""


def capped(at: Agency, used: str, used_at: datetime = BEFORE, cap: str = "4") -> None:
    """From now on harbour has used so many hours, as Harvest said then."""
    at.rules["harbour"] = MINIMUM
    at.standing = {"cap": Decimal(cap), "used": Decimal(used), "used_at": used_at}


@pytest.mark.parametrize(("used", "is_booked"), [("3.75", True), ("3.76", False), ("4", False), ("9", False)])
def test_time_is_booked_up_to_the_cap_and_not_beyond(at: Agency, used: str, is_booked: bool) -> None:
    capped(at, used)
    planned = at.booked()
    assert (planned.entry.withheld == "") is is_booked
    assert at.hours() == ([(Action.BOOK, "0.25")] if is_booked else [])


def test_what_is_withheld_says_why(at: Agency) -> None:
    capped(at, "3.80")
    reason = "2026-11-23: 0.25 h would make 4.05 h, and the cap is 4 h"
    planned = at.planned()["harbour"]
    assert planned.entry.withheld == reason
    with at.store.reading() as (_, time_entries):
        assert withheld(time_entries, "harbour", MONTH, planned) == (reason,)
    at.booked()
    with at.store.reading() as (_, time_entries):
        assert withheld(time_entries, "harbour", MONTH, None) == (reason,)
        assert withheld(time_entries, "harbour", (date(2026, 12, 15), date(2027, 1, 14)), None) == ()


@pytest.mark.parametrize("unknown", ["cap", "used", "used_at", "month"])
def test_without_a_cap_or_known_hours_time_is_booked(at: Agency, unknown: str) -> None:
    capped(at, "9")
    at.standing[unknown] = None
    assert at.booked().entry.withheld == ""


def test_a_slot_of_another_month_is_not_held_against_this_months_hours(at: Agency) -> None:
    capped(at, "9")
    assert at.booked("2026-11-14").entry.withheld == ""


@pytest.mark.parametrize("sent", ["waiting", "parked", "delivered since"])
def test_what_harvest_cannot_have_counted_yet_is_counted(at: Agency, sent: str) -> None:
    capped(at, "3.5")
    at.booked()
    (message,) = at.messages()
    if sent == "parked":
        at.store.outbox.parked(message, "no", "", uncertain=False)
    elif sent == "delivered since":
        at.delivered()
    assert at.booked("2026-11-24").entry.withheld == "", "3.5 and 0.25 and 0.25 h are 4 h"
    assert "0.25 h would make 4.25 h" in at.booked("2026-11-25").entry.withheld


def test_what_harvest_has_counted_is_not_counted_twice(at: Agency) -> None:
    capped(at, "3.5")
    at.booked()
    at.delivered()
    capped(at, "3.75", AFTER)
    assert at.booked("2026-11-24").entry.withheld == ""


@pytest.mark.parametrize("seen", [True, False])
def test_a_round_made_again_is_not_held_against_itself(at: Agency, seen: bool) -> None:
    capped(at, "3.75")
    at.booked()
    at.delivered()
    if seen:
        capped(at, "4.00", AFTER)
    again = at.booked()
    assert (again.entry.withheld, again.entry.hours) == ("", Decimal("0.25"))


@pytest.mark.parametrize("sent", ["waiting", "parked"])
def test_of_a_correction_on_its_way_only_what_it_adds_is_counted(at: Agency, sent: str) -> None:
    capped(at, "3.00")
    at.booked()
    at.delivered()
    capped(at, "3.25", AFTER)
    at.rules["harbour"] = TimeRule("minimum", Decimal("0.50"))
    at.booked()
    if sent == "parked":
        at.store.outbox.parked(at.messages()[1], "locked", "", uncertain=False)
    assert at.hours() == [(Action.BOOK, "0.25"), (Action.CORRECT, "0.50")]
    assert at.booked("2026-11-24").entry.withheld == "", "3.25 and 0.25 and 0.50 h are 4 h"
    assert "would make 4.50 h" in at.planned("2026-11-25")["harbour"].entry.withheld


def test_a_correction_beyond_the_cap_leaves_what_was_booked(at: Agency) -> None:
    capped(at, "3.75")
    at.booked()
    at.delivered()
    capped(at, "4.00", AFTER)
    at.rules["harbour"] = TimeRule("minimum", Decimal("0.50"))
    assert "would make 4.25 h" in at.booked().entry.withheld
    assert at.hours() == [(Action.BOOK, "0.25")]
    with at.store.reading() as (_, time_entries):
        entry = time_entries.of_slot("harbour", "2026-11-23")
        assert entry
        assert (entry.hours, entry.withheld) == (Decimal("0.25"), "")
        assert withheld(time_entries, "harbour", MONTH, at.planned()["harbour"]) == ()


def test_what_was_withheld_is_booked_once_there_is_room(at: Agency) -> None:
    capped(at, "4")
    at.booked()
    capped(at, "4", cap="5")
    assert at.booked().entry.withheld == ""
    assert at.hours() == [(Action.BOOK, "0.25")]
    with at.store.reading() as (_, time_entries):
        assert withheld(time_entries, "harbour", MONTH, None) == ()


def test_hours_of_one_client_are_nothing_to_another(at: Agency) -> None:
    capped(at, "3.75")
    at.booked()
    with at.store.reading() as (_, time_entries):
        assert time_entries.unseen("harbour", *MONTH, BEFORE) == Decimal("0.25")
        assert time_entries.unseen("regatta", *MONTH, BEFORE) == 0
        assert time_entries.unseen("harbour", date(2026, 12, 15), date(2027, 1, 14), BEFORE) == 0
