"""What a contract says of a day, of a check, and of the time of a round."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.contracts import Contract, ContractMonth, TimeRule

HOURS = st.decimals(Decimal("0.01"), 24, places=2)
DAYS = st.dates(date(1970, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("start", "day", "first", "last"),
    [
        (None, date(2026, 2, 28), date(2026, 2, 1), date(2026, 2, 28)),
        (date(2026, 1, 1), date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (date(2026, 1, 15), date(2026, 1, 15), date(2026, 1, 15), date(2026, 2, 14)),
        (date(2026, 1, 15), date(2026, 2, 14), date(2026, 1, 15), date(2026, 2, 14)),
        (date(2026, 1, 15), date(2026, 1, 14), date(2025, 12, 15), date(2026, 1, 14)),
        (date(2025, 10, 31), date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 30)),
        (date(2025, 10, 31), date(2026, 2, 27), date(2026, 1, 31), date(2026, 2, 27)),
        (date(2025, 10, 31), date(2026, 3, 31), date(2026, 3, 31), date(2026, 4, 29)),
        (date(2025, 10, 31), date(2028, 2, 29), date(2028, 2, 29), date(2028, 3, 30)),
        (date(2024, 2, 29), date(2027, 3, 1), date(2027, 2, 28), date(2027, 3, 28)),
    ],
)
def test_a_contract_month_begins_on_the_day_of_the_start(
    start: date | None, day: date, first: date, last: date
) -> None:
    assert Contract("standard", start=start).month_of(day) == ContractMonth(first, last)


@given(start=st.none() | DAYS, day=DAYS)
def test_contract_months_tile_the_calendar(start: date | None, day: date) -> None:
    contract = Contract("standard", start=start)
    month = contract.month_of(day)
    after = contract.month_of(month.last + timedelta(days=1))

    assert month.first <= day <= month.last
    assert after.first == month.last + timedelta(days=1)
    assert contract.month_of(month.first) == contract.month_of(month.last) == month
    assert 28 <= month.days <= 31
    assert start is None or contract.month_of(start).first == start


@pytest.mark.parametrize(
    ("start", "end", "runs"),
    [
        (None, None, True),
        (date(2026, 5, 5), None, True),
        (date(2026, 5, 6), None, False),
        (None, date(2026, 5, 5), True),
        (None, date(2026, 5, 4), False),
        (date(2026, 5, 5), date(2026, 5, 5), True),
    ],
)
def test_a_contract_runs_from_its_first_to_its_last_day(start: date | None, end: date | None, runs: bool) -> None:
    assert Contract("standard", start=start, end=end).runs_on(date(2026, 5, 5)) is runs


@pytest.mark.parametrize(
    ("scope", "out_of_scope", "covered"),
    [
        (None, [], True),
        (None, ["disk"], False),
        (["disk"], [], True),
        (["logs"], [], False),
        (["disk", "logs"], ["users"], True),
        ([], [], False),
    ],
)
def test_what_is_in_scope(scope: list[str] | None, out_of_scope: list[str], covered: bool) -> None:
    contract = Contract(
        "standard", scope=None if scope is None else frozenset(scope), out_of_scope=frozenset(out_of_scope)
    )

    assert contract.covers("disk") is covered


@pytest.mark.parametrize(
    ("rule", "measured", "sites", "booked"),
    [
        (TimeRule(), timedelta(0), 3, "0.01"),
        (TimeRule(), timedelta(microseconds=1), 3, "0.01"),
        (TimeRule(), timedelta(seconds=-5), 3, "0.01"),
        (TimeRule(), timedelta(seconds=36), 3, "0.01"),
        (TimeRule(), timedelta(seconds=36, microseconds=1), 3, "0.02"),
        (TimeRule(), timedelta(hours=2), 3, "2.00"),
        (TimeRule("per_site", Decimal("0.25")), timedelta(hours=9), 3, "0.75"),
        (TimeRule("per_site", Decimal("0.125")), timedelta(hours=9), 3, "0.38"),
        (TimeRule("per_site", Decimal("0.1")), timedelta(hours=9), 3, "0.30"),
        (TimeRule("per_site", Decimal("0.25")), timedelta(hours=9), 0, "0.00"),
        (TimeRule("minimum", Decimal("0.25")), timedelta(seconds=1), 3, "0.25"),
        (TimeRule("minimum", Decimal("0.25")), timedelta(minutes=15), 3, "0.25"),
        (TimeRule("minimum", Decimal("0.25")), timedelta(minutes=15, seconds=1), 3, "0.50"),
        (TimeRule("minimum", Decimal("0.3")), timedelta(0), 3, "0.50"),
        (TimeRule("minimum", Decimal("0.3"), Decimal("0.1")), timedelta(0), 3, "0.30"),
        (TimeRule("minimum", Decimal(1), Decimal("0.333")), timedelta(0), 3, "1.34"),
    ],
)
def test_the_time_of_a_round(rule: TimeRule, measured: timedelta, sites: int, booked: str) -> None:
    assert str(rule.booked(measured, sites)) == booked


@given(measured=st.timedeltas(timedelta(0), timedelta(days=3)), hours=HOURS, step=HOURS)
def test_no_less_is_booked_than_was_worked_and_no_step_more(measured: timedelta, hours: Decimal, step: Decimal) -> None:
    hour = Decimal(3_600_000_000)
    worked = Decimal(measured // timedelta(microseconds=1))
    plain = TimeRule().booked(measured, 1)
    stepped = TimeRule("minimum", hours, step).booked(measured, 1)

    assert plain > 0
    assert worked <= plain * hour <= max(worked, Decimal(1)) + hour / 100
    assert stepped >= max(plain, hours)
    assert stepped < max(plain, hours) + step
    assert stepped % step == 0
