"""Where a contract stands: what is covered, what is left, what is foretold."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from inventory.contracts import Contract, TimeRule
from reports.contract import ContractStatus, Month, forecast

NOVEMBER = (date(2026, 11, 15), date(2026, 12, 14))
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Apia")


def standing(**values: Any) -> ContractStatus:
    return ContractStatus("harbour", "Harbour Books", **values)


@pytest.mark.parametrize(
    ("values", "covered", "not_covered"),
    [
        ({}, "disk mail-queue contract", ""),
        ({"in_scope": frozenset()}, "", "disk mail-queue"),
        ({"in_scope": frozenset({"disk"})}, "disk", "logs mail-queue"),
        ({"out_of_scope": frozenset({"logs"})}, "disk mail-queue", "logs"),
        (
            {"in_scope": frozenset({"disk"}), "out_of_scope": frozenset({"logs"}), "scope_is_whole": False},
            "disk mail-queue",
            "logs",
        ),
    ],
)
def test_what_is_covered(values: dict[str, Any], covered: str, not_covered: str) -> None:
    one = standing(**values)
    assert [one.covers(check) for check in covered.split()] == [True] * len(covered.split())
    assert [one.covers(check) for check in not_covered.split()] == [False] * len(not_covered.split())


@pytest.mark.parametrize(
    ("values", "line"),
    [
        (
            {"month": NOVEMBER, "agreed": Decimal(4), "used": Decimal("1.250"), "forecast": Decimal("3.12")},
            "1.25 of 4 h used until 14 December, about 3.1 h by then",
        ),
        ({"month": NOVEMBER, "agreed": Decimal(4), "used": Decimal(0)}, "0 of 4 h used until 14 December"),
        ({"month": NOVEMBER, "used": Decimal(3)}, "3 h used until 14 December"),
        ({"used": Decimal(3), "forecast": Decimal(9)}, "3 h used"),
        (
            {"agreed": Decimal(4), "used_unknown": "Harvest answered 503"},
            "hours used are not known: Harvest answered 503",
        ),
        ({}, "hours used are not known: nobody counts them"),
    ],
)
def test_the_line_about_hours(values: dict[str, Any], line: str) -> None:
    assert standing(**values).hours_line() == line


@pytest.mark.parametrize(
    ("agreed", "used", "left", "share"),
    [
        ("4", "1", "3", 25.0),
        ("4", "3.2", "0.8", 80.0),
        ("4", "5", "-1", 125.0),
        ("0", "1", "-1", None),
        (None, "1", None, None),
        ("4", None, None, None),
    ],
)
def test_what_is_left(agreed: str | None, used: str | None, left: str | None, share: float | None) -> None:
    one = standing(agreed=agreed and Decimal(agreed), used=used and Decimal(used))
    assert (one.left, one.share) == (left and Decimal(left), share)


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("month", "at", "expected"),
    [
        ((date(2026, 11, 1), date(2026, 11, 30)), berlin("2026-11-16"), "4.00"),
        ((date(2026, 11, 1), date(2026, 11, 30)), berlin("2026-11-01T11:59"), None),
        ((date(2026, 11, 1), date(2026, 11, 30)), berlin("2026-11-01T12:00"), "120.00"),
        ((date(2026, 11, 1), date(2026, 11, 30)), berlin("2026-10-20"), None),
        ((date(2026, 11, 1), date(2026, 11, 30)), berlin("2026-12-01"), "2.00"),
        ((date(2026, 11, 1), date(2026, 11, 30)), berlin("2027-03-01"), "2.00"),
        # March has 743 hours where clocks leap, October 745: after the leap on the 29th, 12 h are a day less an hour.
        ((date(2026, 3, 29), date(2026, 4, 28)), berlin("2026-03-29T12:00"), None),
        ((date(2026, 3, 29), date(2026, 4, 28)), berlin("2026-03-29T13:00"), "123.83"),
        ((date(2026, 10, 25), date(2026, 11, 24)), berlin("2026-10-25T11:00"), "124.17"),
    ],
)
def test_the_forecast(month: Month, at: datetime, expected: str | None) -> None:
    assert forecast(Decimal(2), month, at, "Europe/Berlin") == (expected and Decimal(expected))


@given(
    used=st.decimals(min_value=0, max_value=500, places=2),
    day=st.dates(date(2020, 1, 1), date(2040, 12, 31)),
    anchor=st.dates(date(2020, 1, 1), date(2020, 12, 31)),
    hour=st.integers(0, 23),
    zone=st.sampled_from(ZONES),
)
def test_a_forecast_is_never_less_than_what_is_used(
    used: Decimal, day: date, anchor: date, hour: int, zone: str
) -> None:
    span = Contract("standard", start=anchor).month_of(day)
    month = (span.first, span.last)
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    foretold = forecast(used, month, at, zone)
    if foretold is not None:
        assert foretold >= used
        assert foretold <= used * 2 * 32 + 1
    late = forecast(used, month, datetime.combine(span.last, datetime.max.time(), UTC) + timedelta(days=2), zone)
    assert late == used


@given(minutes=st.integers(12 * 60, 60 * 24 * 40))
def test_who_uses_twice_as_much_is_foretold_twice_as_much(minutes: int) -> None:
    at = datetime(2026, 11, 15, tzinfo=UTC) + timedelta(minutes=minutes)
    once, twice = (forecast(Decimal(n), NOVEMBER, at, "UTC") for n in (1000, 2000))
    assert once is not None
    assert twice is not None
    assert abs(twice - once * 2) <= Decimal("0.01")


def test_a_standing_is_json_and_back() -> None:
    adapter = TypeAdapter(ContractStatus)
    one = standing(
        kind="standard",
        source="teamwork",
        fetched_at=datetime(2026, 11, 23, tzinfo=UTC),
        month=NOVEMBER,
        agreed=Decimal("4.00"),
        in_scope=frozenset({"disk"}),
        tasks=("Disk space",),
        first_response={"urgent": 1.0},
        time=TimeRule("per_site", Decimal("0.25")),
        remarks=("a",),
    )
    assert adapter.validate_json(adapter.dump_json(one)) == one
    assert b'"agreed":"4.00"' in adapter.dump_json(one)
