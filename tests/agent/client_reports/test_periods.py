"""Which report is due: once for each round, week or contract month, late rather than never."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.client_reports.periods import beginning, due_period, midnight
from inventory.contracts import Contract
from inventory.reports import Reporting, When
from reports.health_report import Period

BERLIN = "Europe/Berlin"
ZONES = ["UTC", BERLIN, "America/New_York", "America/Santiago", "Asia/Kathmandu", "Pacific/Auckland", "Africa/Cairo"]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def due(
    when: When,
    now: str,
    last: str | None = None,
    *,
    day: int = 0,
    start: str | None = None,
    changed: bool = False,
    made: tuple[str, ...] = (),
) -> str | None:
    """The key of the report that is due in Berlin."""
    contract = Contract("standard", start=date.fromisoformat(start)) if start else None
    before = at(last) if last else None
    found = due_period(Reporting(when=when, day=day), contract, before, at(now), BERLIN, changed=changed, made=made)
    assert found is None or (found.since, found.until) == (before, at(now))
    return found.key if found else None


MONDAY = "2026-12-14T06:05:07+01:00"


@pytest.mark.parametrize("changed", [True, False])
def test_nobody_is_written_to_unasked(changed: bool) -> None:
    assert due("never", MONDAY, changed=changed) is None


def test_a_round_that_changed_something_has_its_own_report() -> None:
    assert due("change", MONDAY, changed=True) == "2026-12-14T05:05:07Z"
    assert due("change", MONDAY, "2026-12-13T06:00:00+01:00", changed=True) == "2026-12-14T05:05:07Z"
    assert due("change", MONDAY, "2026-12-13T06:00:00+01:00") is None
    assert due("change", MONDAY, MONDAY, changed=True) is None
    assert due("change", MONDAY, "2026-12-15T06:00:00+01:00", changed=True) is None
    assert due("change", MONDAY, changed=True, made=("2026-12-14T05:05:07Z",)) is None


@pytest.mark.parametrize(
    ("day", "now", "last", "expected"),
    [
        (0, MONDAY, None, "2026-W51"),
        (0, "2026-12-14T00:00:00+01:00", "2026-12-07T06:00:00+01:00", "2026-W51"),
        (0, "2026-12-13T23:59:59+01:00", "2026-12-07T06:00:00+01:00", None),
        (0, "2026-12-14T18:00:00+01:00", MONDAY, None),
        (0, "2026-12-16T06:00:00+01:00", "2026-12-07T06:00:00+01:00", "2026-W51"),  # late
        (0, "2026-12-28T06:00:00+01:00", "2026-12-07T06:00:00+01:00", "2026-W53"),  # late, and the newest alone
        (4, "2026-12-15T06:00:00+01:00", "2026-12-04T06:00:00+01:00", "2026-W50"),  # last Friday's, on Tuesday
        (4, "2026-12-18T06:00:00+01:00", "2026-12-15T06:00:00+01:00", "2026-W51"),  # and this Friday's all the same
        (0, "2027-01-04T06:00:00+01:00", "2026-12-28T06:00:00+01:00", "2027-W01"),
        (6, "2027-01-03T06:00:00+01:00", "2026-12-27T06:00:00+01:00", "2026-W53"),  # a Sunday of the week before
    ],
)
def test_weekly_ones(day: int, now: str, last: str | None, expected: str | None) -> None:
    assert due("weekly", now, last, day=day) == expected


def test_a_day_that_was_changed_gives_no_second_report_of_a_week() -> None:
    thursday = "2026-12-17T06:00:00+01:00"
    assert due("weekly", thursday, MONDAY, day=3) == "2026-W51"
    assert due("weekly", thursday, MONDAY, day=3, made=("2026-W51",)) is None


@pytest.mark.parametrize(
    ("start", "now", "last", "expected"),
    [
        (None, "2026-12-01T00:00:00+01:00", "2026-11-01T06:00:00+01:00", "2026-11-01"),
        (None, "2026-11-30T23:59:59+01:00", "2026-11-01T06:00:00+01:00", None),
        (None, "2026-12-24T06:00:00+01:00", "2026-11-01T06:00:00+01:00", "2026-11-01"),  # late
        (None, "2027-03-02T06:00:00+01:00", "2026-11-01T06:00:00+01:00", "2027-02-01"),  # late, the newest alone
        (None, "2026-12-02T06:00:00+01:00", "2026-12-01T06:00:00+01:00", None),
        (None, "2026-12-02T06:00:00+01:00", None, "2026-11-01"),
        ("2026-01-15", "2026-12-15T06:00:00+01:00", "2026-11-15T06:00:00+01:00", "2026-11-15"),
        ("2026-01-15", "2026-12-14T23:00:00+01:00", "2026-11-15T06:00:00+01:00", None),
        ("2026-01-31", "2026-02-28T06:00:00+01:00", "2026-02-01T06:00:00+01:00", "2026-01-31"),
        ("2026-01-31", "2026-03-31T06:00:00+02:00", "2026-03-01T06:00:00+01:00", "2026-02-28"),
        ("2026-12-01", "2026-12-20T06:00:00+01:00", None, None),  # no month of it has ended
        ("2027-01-15", "2026-12-20T06:00:00+01:00", None, None),  # it has not begun
        ("2026-12-01", "2027-01-01T06:00:00+01:00", None, "2026-12-01"),
    ],
)
def test_monthly_ones(start: str | None, now: str, last: str | None, expected: str | None) -> None:
    assert due("monthly", now, last, start=start) == expected


def test_days_are_those_of_the_zone() -> None:
    before = at("2026-12-07T12:00:00Z")
    sunday_evening = at("2026-12-13T23:30:00+00:00")
    keys = {
        zone: due_period(
            Reporting(when="weekly"), None, at("2026-12-07T12:00:00Z"), sunday_evening, zone, changed=False
        )
        for zone in ("UTC", BERLIN)
    }
    assert keys["UTC"] is None
    assert keys[BERLIN] == Period("week", "2026-W51", before, sunday_evening)


MINUTE = timedelta(minutes=1)
MOMENTS = st.integers(0, 12 * 365 * 24 * 60).map(lambda count: at("2020-01-01T00:00:00Z") + count * MINUTE)
STEPS = st.lists(st.integers(1, 60 * 24 * 45).map(lambda count: count * MINUTE), min_size=1, max_size=40)
CONTRACTS = st.none() | st.dates(date(2015, 1, 1), date(2019, 12, 1)).map(lambda day: Contract("standard", start=day))


REPORTINGS = st.builds(Reporting, when=st.sampled_from(["weekly", "monthly"]), day=st.integers(0, 6))


@given(REPORTINGS, CONTRACTS, st.sampled_from(ZONES), MOMENTS, STEPS)
def test_never_twice_for_one_key_and_without_a_gap(
    reporting: Reporting, contract: Contract | None, zone: str, now: datetime, steps: list[timedelta]
) -> None:
    made: list[Period] = []
    for step in steps:
        now += step
        last = made[-1].until if made else None
        if period := due_period(reporting, contract, last, now, zone, changed=False):
            made.append(period)
    keys = [one.key for one in made]
    assert keys
    assert keys == sorted(set(keys))
    assert made[0].since is None
    assert all(before.until == after.since for before, after in pairwise(made))
    longest = timedelta(days=7 if reporting.when == "weekly" else 31, hours=1)
    assert now - made[-1].until <= longest
    assert all(after.until - before.until <= longest + max(steps) for before, after in pairwise(made))


@given(zone=st.sampled_from(ZONES), day=st.dates(date(2020, 1, 1), date(2032, 1, 1)), contract=CONTRACTS)
def test_a_report_is_due_from_the_first_moment_of_its_day_on(zone: str, day: date, contract: Contract | None) -> None:
    begins = midnight(day, zone)
    monday = Reporting(when="weekly", day=day.weekday())
    long_ago = begins - timedelta(days=3)
    assert due_period(monday, None, long_ago, begins, zone, changed=False)
    assert due_period(monday, None, long_ago, begins - timedelta(seconds=1), zone, changed=False) is None

    month = (contract or Contract("standard")).month_of(day)
    ends = midnight(month.last + timedelta(days=1), zone)
    monthly, said = Reporting(when="monthly"), midnight(month.first, zone)
    owed = due_period(monthly, contract, said, ends, zone, changed=False)
    assert owed == Period("month", month.first.isoformat(), said, ends)
    assert due_period(monthly, contract, said, ends - timedelta(seconds=1), zone, changed=False) is None


@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 1), date(2032, 1, 1)))
def test_midnight_is_the_first_moment_of_the_day(zone: str, day: date) -> None:
    own = ZoneInfo(zone)
    begins = midnight(day, zone)
    assert begins.tzinfo is UTC
    assert begins.astimezone(own).date() == day
    assert (begins - timedelta(seconds=1)).astimezone(own).date() < day


def test_the_first_report_tells_of_its_own_time_alone() -> None:
    until = at("2026-12-15T06:00:00+01:00")
    assert beginning(Period("week", "2026-W51", None, until), BERLIN) == until - timedelta(days=7)
    assert beginning(Period("month", "2026-11-15", None, until), BERLIN) == at("2026-11-15T00:00:00+01:00")
    assert beginning(Period("round", "x", None, until), BERLIN) == until - timedelta(days=1)
    assert beginning(Period("round", "x", at(MONDAY), until), BERLIN) == at(MONDAY)
