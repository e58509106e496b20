"""When a maintenance window is open, clocks set forward and back included, and what it is for."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.maintenance import Weekly, Window

ALL_DAYS = frozenset(range(7))
MONDAY, SUNDAY = frozenset({0}), frozenset({6})
BERLIN = "Europe/Berlin"
FORTH = "2026-03-29T"  # at 02:00 clocks are set to 03:00: from UTC+1 to UTC+2
BACK = "2026-10-25T"  # at 03:00 clocks are set to 02:00: from UTC+2 to UTC+1


def weekly(start: str, until: str, days: frozenset[int] = ALL_DAYS, zone: str = BERLIN) -> Weekly:
    return Weekly(days, time.fromisoformat(start), time.fromisoformat(until), zone)


def span(text: str) -> tuple[datetime, datetime] | None:
    start, _, end = text.partition(" ")
    return (datetime.fromisoformat(start), datetime.fromisoformat(end)) if text else None


@pytest.mark.parametrize(
    ("window", "at", "expected"),
    [
        # plain days, in winter and in summer
        (weekly("02:00", "04:00"), "2026-02-01T03:59:59+01:00", "2026-02-01T02:00+01:00 2026-02-01T04:00+01:00"),
        (weekly("02:00", "04:00"), "2026-02-01T02:00:00+01:00", "2026-02-01T02:00+01:00 2026-02-01T04:00+01:00"),
        (weekly("02:00", "04:00"), "2026-02-01T04:00:00+01:00", ""),
        (weekly("02:00", "04:00"), "2026-07-01T00:30:00+00:00", "2026-07-01T02:00+02:00 2026-07-01T04:00+02:00"),
        # over midnight it belongs to the day on which it begins
        (weekly("22:00", "02:00", SUNDAY), "2026-02-01T23:00+01:00", "2026-02-01T22:00+01:00 2026-02-02T02:00+01:00"),
        (weekly("22:00", "02:00", SUNDAY), "2026-02-02T01:59+01:00", "2026-02-01T22:00+01:00 2026-02-02T02:00+01:00"),
        (weekly("22:00", "02:00", SUNDAY), "2026-02-01T01:59+01:00", ""),
        (weekly("22:00", "00:00", SUNDAY), "2026-02-01T23:59+01:00", "2026-02-01T22:00+01:00 2026-02-02T00:00+01:00"),
        # the day is that of the window's zone
        (weekly("08:00", "09:00", MONDAY, "Asia/Tokyo"), "2026-02-01T23:30Z", "2026-02-01T23:00Z 2026-02-02T00:00Z"),
        # clocks are set forward
        (weekly("02:00", "04:00"), f"{FORTH}01:59+01:00", ""),
        (weekly("02:00", "04:00"), f"{FORTH}03:00+02:00", f"{FORTH}03:00+02:00 {FORTH}04:00+02:00"),
        (weekly("02:00", "04:00"), f"{FORTH}04:00+02:00", ""),
        (weekly("01:00", "05:00"), f"{FORTH}03:30+02:00", f"{FORTH}01:00+01:00 {FORTH}05:00+02:00"),
        (weekly("02:30", "03:15"), f"{FORTH}03:00+02:00", f"{FORTH}03:00+02:00 {FORTH}03:15+02:00"),
        (weekly("02:15", "02:45"), f"{FORTH}03:44+02:00", f"{FORTH}03:00+02:00 {FORTH}03:45+02:00"),
        (weekly("01:30", "02:30"), f"{FORTH}03:29+02:00", f"{FORTH}01:30+01:00 {FORTH}03:30+02:00"),
        (weekly("23:00", "02:30"), f"{FORTH}03:29+02:00", f"2026-03-28T23:00+01:00 {FORTH}03:30+02:00"),
        # clocks are set back: the hour from 02:00 to 03:00 comes twice
        (weekly("02:00", "04:00"), f"{BACK}02:00+02:00", f"{BACK}02:00+02:00 {BACK}04:00+01:00"),
        (weekly("02:00", "04:00"), f"{BACK}03:59+01:00", f"{BACK}02:00+02:00 {BACK}04:00+01:00"),
        (weekly("02:15", "02:45"), f"{BACK}02:44+01:00", f"{BACK}02:15+02:00 {BACK}02:45+01:00"),
        (weekly("02:15", "02:45"), f"{BACK}02:45+01:00", ""),
        (weekly("01:00", "02:30"), f"{BACK}02:29+01:00", f"{BACK}01:00+02:00 {BACK}02:30+01:00"),
        (weekly("03:00", "04:00"), f"{BACK}02:59+01:00", ""),
        # by half an hour, and at midnight
        (
            weekly("02:10", "02:40", zone="Australia/Lord_Howe"),
            "2026-10-04T02:30+11:00",
            "2026-10-04T02:30+11:00 2026-10-04T02:40+11:00",
        ),
        (
            weekly("00:00", "02:00", zone="Africa/Cairo"),
            "2026-04-24T01:00+03:00",
            "2026-04-24T01:00+03:00 2026-04-24T02:00+03:00",
        ),
    ],
)
def test_every_week(window: Weekly, at: str, expected: str) -> None:
    assert Window("w", "w", weekly=window).covers(datetime.fromisoformat(at)) == span(expected)


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York"])
def test_a_moment_in_the_windows_own_zone_is_judged_by_what_it_is(zone: str) -> None:
    window = weekly("02:00", "04:00", zone=BERLIN)
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC).astimezone(ZoneInfo(zone))
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC).astimezone(ZoneInfo(zone))

    assert window.covers(first) == window.covers(second) == span(f"{BACK}02:00+02:00 {BACK}04:00+01:00")
    assert window.covers(second + timedelta(hours=9)) is None


TIMES = st.times(max_value=time(23, 59)).map(lambda one: one.replace(second=0, microsecond=0))
CHANGES = {  # of the clock, in UTC
    BERLIN: ("2026-03-29T01:00Z", "2026-10-25T01:00Z"),
    "America/St_Johns": ("2026-03-08T05:30Z", "2026-11-01T04:30Z"),
    "Australia/Lord_Howe": ("2026-10-03T15:30Z", "2026-04-04T15:00Z"),
    "Africa/Cairo": ("2026-04-23T22:00Z", "2026-10-29T21:00Z"),
    "UTC": ("2026-02-28T00:00Z",),
}
NEAR = st.sampled_from(sorted(CHANGES)).flatmap(
    lambda zone: st.tuples(
        st.just(zone),
        st.builds(
            lambda change, minutes: datetime.fromisoformat(change) + timedelta(minutes=minutes),
            st.sampled_from(CHANGES[zone]),
            st.integers(-1_600, 1_600),
        ),
    )
)
"""A zone, and a moment within a day or so of a change of its clock."""


@given(near=NEAR, start=TIMES, end=TIMES, days=st.frozensets(st.integers(0, 6), min_size=1))
def test_every_moment_at_which_the_clock_stands_in_a_window_is_in_it(
    near: tuple[str, datetime], start: time, end: time, days: frozenset[int]
) -> None:
    zone, at = near
    local = at.astimezone(ZoneInfo(zone))
    clock, yesterday = local.time(), (local.weekday() - 1) % 7
    if start < end:
        inside = local.weekday() in days and start <= clock < end
    else:
        inside = (local.weekday() in days and clock >= start) or (yesterday in days and clock < end)
    found = Weekly(days, start, end, zone).covers(at)

    assert found is not None or not inside
    if found:
        length = (datetime.combine(local, end) - datetime.combine(local, start)) % timedelta(days=1)
        assert found[0] <= at < found[1]
        assert found[1] - found[0] <= (length or timedelta(days=1)) + timedelta(hours=1)


def test_once() -> None:
    open_then = span("2026-12-01T22:00+01:00 2026-12-02T02:00+01:00")
    window = Window("w", "w", once=open_then)

    assert window.covers(datetime(2026, 12, 1, 20, 59, 59, tzinfo=UTC)) is None
    assert window.covers(datetime(2026, 12, 1, 21, tzinfo=UTC)) == open_then
    assert window.covers(datetime(2026, 12, 2, 0, 59, 59, tzinfo=UTC)) == open_then
    assert window.covers(datetime(2026, 12, 2, 1, tzinfo=UTC)) is None
    assert Window("w", "w").covers(datetime(2026, 12, 2, 1, tzinfo=UTC)) is None


HOST = Window("w", "w", hosts=frozenset({"web1"}))
CLIENT = Window("w", "w", clients=frozenset({"harbour"}))
BOTH = Window("w", "w", clients=frozenset({"harbour", "regatta"}))
SITE = Window("w", "w", sites=frozenset({"shop"}))
DISK = Window("w", "w", hosts=frozenset({"web1"}), checks=frozenset({"disk"}))


Subject = tuple[str | None, Collection[str], str | None, str | None, str]
"""Client, all clients of the host, host, site, check."""


@pytest.mark.parametrize(
    ("window", "subject", "concerned"),
    [
        (HOST, (None, ["harbour"], "web1", None, "disk"), True),
        (HOST, ("harbour", ["harbour"], "web1", "shop", "users"), True),
        (HOST, (None, ["harbour"], "web2", None, "disk"), False),
        (HOST, ("harbour", ["harbour"], "web2", "shop", "users"), False),
        (HOST, ("harbour", ["harbour"], None, None, "contract"), False),
        (CLIENT, ("harbour", ["harbour", "regatta"], "web1", "shop", "users"), True),
        (CLIENT, ("regatta", ["harbour", "regatta"], "web1", "race", "users"), False),
        (CLIENT, (None, ["harbour"], "web1", None, "disk"), True),
        (CLIENT, ("harbour", [], "web1", None, "disk"), True),
        (CLIENT, (None, ["harbour", "regatta"], "web1", None, "disk"), False),
        (CLIENT, ("harbour", ["harbour", "regatta"], "web1", None, "disk"), False),
        (CLIENT, (None, [], "web1", None, "disk"), False),
        (CLIENT, ("harbour", ["harbour"], None, None, "contract"), True),
        (CLIENT, ("regatta", ["regatta"], None, None, "contract"), False),
        (BOTH, (None, ["harbour", "regatta"], "web1", None, "disk"), True),
        (SITE, ("harbour", ["harbour"], "web1", "shop", "users"), True),
        (SITE, ("harbour", ["harbour"], "web1", "book", "users"), False),
        (SITE, (None, ["harbour"], "web1", None, "disk"), False),
        (SITE, ("harbour", ["harbour"], None, None, "contract"), False),
        (DISK, (None, ["harbour"], "web1", None, "disk"), True),
        (DISK, (None, ["harbour"], "web1", None, "firewall"), False),
        (DISK, ("harbour", ["harbour"], "web1", "shop", "users"), False),
    ],
)
def test_what_it_is_for(window: Window, subject: Subject, concerned: bool) -> None:
    assert window.concerns(*subject) is concerned
