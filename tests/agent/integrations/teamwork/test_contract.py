"""The fields of a project: whatever they hold, it is understood exactly or remarked, and never raises."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.integrations.teamwork.client import monthly_hours
from agent.integrations.teamwork.contract import MOST_HOURS, CustomFields, FieldIds, decimal
from checks.text import clean
from inventory.services import TEAMWORK_FIELDS, TEAMWORK_KINDS

BOOK = FieldIds(
    TEAMWORK_FIELDS,
    {name: (number,) for number, name in enumerate(TEAMWORK_FIELDS)},
    {list(TEAMWORK_FIELDS).index("kind"): {"11": "Standard"}},
)
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text() | st.sampled_from(["4", "NaN", "1e9", "-0"])
)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5)


def read(sheet: CustomFields) -> list[Any]:
    """Everything that a sheet is asked for."""
    return [
        sheet.hours("hours_a_month"),
        sheet.kind(TEAMWORK_KINDS),
        sheet.calendar(),
        sheet.day("start"),
        sheet.day("end"),
        sheet.number("harvest_project"),
        sheet.number("zendesk_organization"),
        sheet.text("site_url"),
    ]


@given(values=st.lists(VALUES, min_size=len(TEAMWORK_FIELDS), max_size=len(TEAMWORK_FIELDS)))
def test_anything_is_understood_or_remarked(values: list[Any]) -> None:
    sheet = CustomFields(BOOK, dict(enumerate(values)))
    known = [one for one in read(sheet) if one is not None]
    known += [*sheet.targets("first_response").values(), *sheet.targets("resolution").values()]
    filled = [value for value in values if value not in (None, "", [])]
    assert len(known) + len(sheet.remarks) == len(filled)
    assert all(clean(remark) == remark and "\n" not in remark for remark in sheet.remarks)


@given(hours=st.decimals(0, MOST_HOURS, places=2), comma=st.booleans())
def test_hours_written_as_text_are_those_hours(hours: Decimal, comma: bool) -> None:
    text = f"{hours:.2f}"
    assert decimal(text.replace(".", ",") if comma else text, MOST_HOURS) == hours
    assert decimal(hours, MOST_HOURS) == hours


@given(day=st.dates(), suffix=st.sampled_from(["", "T00:00:00Z", "T23:59:59+02:00"]))
def test_a_day_is_a_day(day: date, suffix: str) -> None:
    sheet = CustomFields(BOOK, {list(TEAMWORK_FIELDS).index("start"): day.isoformat() + suffix})
    assert (sheet.day("start"), sheet.remarks) == (day, [])


@pytest.mark.parametrize(
    ("written", "meant"),
    [("24x7", "24x7"), ("24/7", "24x7"), ("24\N{MULTIPLICATION SIGN}7", "24x7"), ("BUSINESS  hours", "business")],
)
def test_words_for_calendars(written: str, meant: str) -> None:
    assert CustomFields(BOOK, {list(TEAMWORK_FIELDS).index("calendar"): written}).calendar() == meant


MONTHLY: dict[str, Any] = {
    "type": "TIME",
    "status": "ACTIVE",
    "isRepeating": True,
    "repeatUnit": "MONTH",
    "repeatPeriod": 1,
}


@given(minutes=st.integers(1, 44_640))
def test_a_monthly_budget_is_in_minutes(minutes: int) -> None:
    hours = monthly_hours({**MONTHLY, "capacity": minutes})
    assert hours is not None
    assert abs(hours * 60 - minutes) <= Decimal("0.3")
    assert hours == round(hours, 2)
    assert (
        monthly_hours({**MONTHLY, "type": "time", "status": "active", "repeatUnit": "month", "capacity": minutes})
        == hours
    )


@pytest.mark.parametrize("text", ["1E+400", "1E-400", "1E+999999", "1E-999999", "-1", "0"])
def test_absurd_numbers_are_no_numbers(text: str) -> None:
    assert monthly_hours({**MONTHLY, "capacity": Decimal(text)}) in (None, 0)
    if text != "0":
        with pytest.raises(ValueError, match="out of bounds"):
            decimal(Decimal(text), MOST_HOURS)


@given(budget=st.dictionaries(st.sampled_from([*MONTHLY, "capacity"]), VALUES))
def test_any_budget_is_read_without_surprise(budget: dict[str, Any]) -> None:
    hours = monthly_hours(budget)
    assert hours is None or hours >= 0
