"""When a schedule is due: every day once, whatever clocks do, by names that never meet."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.schedule import AnySchedule, Interval, Slot, newest_slot, next_slot, slots, spread_of
from inventory.schedule import Cron, Daily, Schedule
from inventory.subject import Subject, SubjectKind
from inventory.types import EVERY_DAY

BERLIN, APIA = "Europe/Berlin", "Pacific/Apia"
ZONES = (
    "UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Africa/Cairo", "Asia/Tehran",
    "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "America/St_Johns", "Asia/Kolkata", "Africa/Casablanca",
)  # fmt: skip
"""Clocks that leap by an hour or by half of one, at midnight, or over a whole day; and those that never do."""
START = datetime(2011, 1, 1, tzinfo=UTC)
CLIENT, HARBOUR, SITE = (Subject.parse(text) for text in ("client:c", "client:harbour", "site:s"))
moments = st.integers(0, 19 * 366 * 1_440).map(lambda minutes: START + timedelta(minutes=minutes))
times = st.times().map(lambda one: one.replace(second=0, microsecond=0))
dailies = st.builds(Daily, times, st.integers(0, 720), st.sets(st.integers(0, 6), min_size=1).map(frozenset))
CRONS = (
    "* * * * *",
    "*/7 */3 * * *",
    "0 6 * * mon-fri",
    "30 2 * * *",
    "15,45 0-3 * * *",
    "0 12 13 * fri",
    "5 0 1 */2 *",
)
rhythms: st.SearchStrategy[AnySchedule] = st.one_of(
    st.builds(Schedule, st.one_of(dailies, st.sampled_from(CRONS).map(Cron.parse)), st.sampled_from(ZONES)),
    st.builds(Interval, st.integers(1, 1_440)),
)


def daily(around: str, zone: str, spread: int = 0, days: frozenset[int] = EVERY_DAY) -> Schedule:
    return Schedule(Daily(time.fromisoformat(around), spread, days), zone)


def cron(text: str, zone: str = "Europe/Berlin") -> Schedule:
    return Schedule(Cron.parse(text), zone)


def numbered(count: int) -> list[Subject]:
    return [Subject(SubjectKind.CLIENT, str(number)) for number in range(count)]


def due(rhythm: AnySchedule, after: str, count: int) -> list[str]:
    found = islice(slots(rhythm, CLIENT, datetime.fromisoformat(after)), count)
    return [f"{one.key} {one.due_at:%d %H:%M}" for one in found]


@given(times, st.integers(0, 720), st.sampled_from(ZONES), moments)
def test_a_daily_round_is_due_once_on_each_day(around: time, spread: int, zone: str, after: datetime) -> None:
    found = list(islice(slots(Schedule(Daily(around, spread), zone), CLIENT, after), 400))
    days = [date.fromisoformat(one.key[:10]) for one in found]

    assert Counter(days).most_common(1)[0][1] == 1
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=1)}
    assert {one.key[10:] for one in found} == {f"T{around:%H:%M}"}


@given(rhythms, moments, st.text(max_size=5))
def test_slots_come_in_order_and_no_two_have_a_name_in_common(rhythm: AnySchedule, after: datetime, name: str) -> None:
    found = list(islice(slots(rhythm, Subject(SubjectKind.SITE, name), after), 40))

    assert len(found) == 40
    assert after < found[0].due_at
    assert all(earlier.due_at <= later.due_at for earlier, later in pairwise(found))
    assert len({one.key for one in found}) == 40


@given(rhythms, moments, st.timedeltas(timedelta(0), timedelta(days=5)))
def test_whoever_looks_later_sees_the_same(rhythm: AnySchedule, after: datetime, gone: timedelta) -> None:
    until = after + gone
    between = [one for one in islice(slots(rhythm, SITE, after), 8_000) if one.due_at <= until]
    newest, before = newest_slot(rhythm, SITE, after, until)

    assert newest == (between[-1] if between else None)
    assert before == max(0, len(between) - 1)
    coming = next_slot(rhythm, SITE, until)
    assert coming is not None
    assert coming in list(islice(slots(rhythm, SITE, after), len(between) + 2))


SPRING, AUTUMN = datetime(2026, 3, 27, 22, tzinfo=UTC), datetime(2026, 10, 24, 12, tzinfo=UTC)
HOURLY = ("* * * * *", "*/15 * * * *", "7,37 */2 * * *")
SOUTH = datetime(2026, 4, 4, 12, tzinfo=UTC)


@given(st.sampled_from((SPRING, AUTUMN, SOUTH)), st.sampled_from(ZONES), st.sampled_from(HOURLY))
def test_what_goes_by_the_hours_follows_the_clock_on_the_wall(after: datetime, zone: str, text: str) -> None:
    """Every minute of two days, compared with what a clock shows."""
    rule = Cron.parse(text)
    shown = [(after + timedelta(minutes=minute)).astimezone(ZoneInfo(zone)) for minute in range(1, 2 * 1_440)]
    expected = [one.astimezone(UTC) for one in shown if one.hour in rule.hours and one.minute in rule.minutes]
    found = list(islice(slots(Schedule(rule, zone), SITE, after), len(expected)))

    assert [one.due_at for one in found] == expected


@pytest.mark.parametrize(
    ("rhythm", "after", "expected"),
    [
        # clocks leap over 02:30: it is due an hour later by the clock
        (daily("02:30", BERLIN), "2026-03-28T12:00Z", ["2026-03-29T02:30 29 01:30", "2026-03-30T02:30 30 00:30"]),
        (cron("30 2 * * *"), "2026-03-28T12:00Z", ["2026-03-29T02:30 29 01:30", "2026-03-30T02:30 30 00:30"]),
        (cron("30 * * * *"), "2026-03-29T00:00Z", ["2026-03-29T01:30 29 00:30", "2026-03-29T03:30 29 01:30"]),
        # 02:30 comes twice: it is due the first time
        (daily("02:30", BERLIN), "2026-10-24T12:00Z", ["2026-10-25T02:30 25 00:30", "2026-10-26T02:30 26 01:30"]),
        (cron("30 2 * * *"), "2026-10-24T12:00Z", ["2026-10-25T02:30 25 00:30", "2026-10-26T02:30 26 01:30"]),
        (cron("30 * * * *"), "2026-10-25T00:00Z", ["2026-10-25T02:30 25 00:30", "2026-10-25T02:30-again 25 01:30"]),
        # a day that Samoa never had
        (daily("06:00", APIA), "2011-12-29T00:00Z", ["2011-12-29T06:00 29 16:00", "2011-12-30T06:00 30 16:00"]),
        (cron("0 6 29 2 *"), "2024-03-01T00:00Z", ["2028-02-29T06:00 29 05:00"]),
        (Interval(7), "1970-01-01T00:00Z", ["1970-01-01T00:07 01 00:07", "1970-01-01T00:14 01 00:14"]),
    ],
)  # fmt: skip
def test_where_clocks_are_set(rhythm: AnySchedule, after: str, expected: list[str]) -> None:
    assert due(rhythm, after, len(expected)) == expected


def test_only_named_days() -> None:
    found = due(daily("06:00", "UTC", days=frozenset({0, 4})), "2026-11-26T00:00Z", 3)
    assert found == ["2026-11-27T06:00 27 06:00", "2026-11-30T06:00 30 06:00", "2026-12-04T06:00 04 06:00"]


def test_a_spread_over_midnight_keeps_the_day_that_it_is_for() -> None:
    subject = next(one for one in numbered(999) if spread_of(one, 120) > timedelta(minutes=60))
    found = next_slot(daily("23:30", "UTC", 120), subject, datetime(2026, 11, 26, 12, tzinfo=UTC))
    assert isinstance(found, Slot)
    assert (found.key, found.due_at.day) == ("2026-11-26T23:30", 27)
    again = next_slot(daily("23:30", "UTC", 120), subject, found.due_at - timedelta(minutes=1))
    assert again == found


def test_sites_are_spread_evenly_and_stay_where_they_are() -> None:
    found = Counter(spread_of(one, 60) for one in numbered(6_000))
    assert len(found) == 60
    assert 60 < min(found.values()) <= max(found.values()) < 140
    assert spread_of(HARBOUR, 60) == spread_of(HARBOUR, 60) == timedelta(minutes=46)
    assert spread_of(HARBOUR, 0) == timedelta()
