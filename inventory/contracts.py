"""What was agreed with a client: which work, how many hours, how quickly, and how the time of a round is booked."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, GetPydanticSchema
from typing_extensions import TypedDict

from inventory.types import Day, Form, Names

Kind = Literal["standard", "extended"]
Calendar = Literal["24x7", "business"]
Rule = Literal["measured", "per_site", "minimum"]

_HUNDREDTH = timedelta(seconds=36)  # of an hour
_NULL = {"type": "null"}
PER_RULE: dict[str, Any] = {
    "required": ["rule"],
    "oneOf": [
        {"properties": {"rule": {"const": "measured"}, "hours": _NULL, "step": _NULL}},
        {
            "properties": {"rule": {"const": "per_site"}, "hours": {"type": "number"}, "step": _NULL},
            "required": ["hours"],
        },
        {"properties": {"rule": {"const": "minimum"}, "hours": {"type": "number"}}, "required": ["hours"]},
    ],
}


def _hours(number: float) -> Decimal:
    """The number as it was written, not as the machine keeps it."""
    return Decimal(int(number)) if number.is_integer() else Decimal(str(number))


HoursAMonth = Annotated[Decimal, Form(_hours, raw=Annotated[float, Field(ge=0, le=744)], written=float)]
HoursARound = Annotated[Decimal, Form(_hours, raw=Annotated[float, Field(gt=0, le=24)], written=float)]
Step = Annotated[Decimal, Form(_hours, raw=Annotated[float, Field(ge=0.01, le=24)], written=float)]
Within = Annotated[float, Field(gt=0, le=8_784)]


class PriorityHours(TypedDict, total=False):
    """Hours by priority."""

    urgent: Annotated[Within, Field(description="Hours for what is urgent.")]
    high: Annotated[Within, Field(description="Hours for what is of high priority.")]
    normal: Annotated[Within, Field(description="Hours for what is of normal priority.")]
    low: Annotated[Within, Field(description="Hours for what is of low priority.")]


Priorities = Annotated[Mapping[str, float], GetPydanticSchema(lambda _, handler: handler(PriorityHours))]


@dataclass(frozen=True, slots=True)
class TimeRule:
    """How the time of a round is booked, and how much of it at most in a contract month."""

    rule: Annotated[
        Rule,
        Field(description="measured: as long as it took; per_site: hours for each site; minimum: at least hours."),
    ] = "measured"
    hours: Annotated[
        HoursARound | None,
        Field(description="Hours for each site with per_site, at least so many a round with minimum."),
    ] = None
    step: Annotated[Step, Field(description="Hours of which minimum books whole multiples.")] = Decimal("0.25")
    cap: Annotated[
        HoursAMonth | None,
        Field(description="Hours a contract month for rounds at most; without it, hours_a_month."),
    ] = None

    def booked(self, measured: timedelta, sites: int) -> Decimal:
        """Hours with two decimals, always rounded up, for a round that took `measured` and looked at `sites` sites.

        By "measured" and "minimum" a round is never nothing; by "per_site" a round without a site is.
        """
        hundredths = max(1, -(-measured // _HUNDREDTH))
        hours = Decimal(hundredths).scaleb(-2)
        if self.rule == "per_site":
            hours = (self.hours or Decimal(0)) * sites
        elif self.rule == "minimum":
            hours = _up(max(hours, self.hours or Decimal(0)), self.step)
        return _up(hours, Decimal("0.01")).quantize(Decimal("0.01"))


@dataclass(frozen=True, slots=True)
class ContractMonth:
    """The days for which the hours of a month are agreed, first and last included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has: 28 to 31."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Contract:
    """What was agreed with a client. First response and resolution are hours by priority: urgent, high, normal, low."""

    kind: Annotated[Kind, Field(description="The kind of contract: standard or extended.")]
    hours_a_month: Annotated[HoursAMonth | None, Field(description="Hours agreed for a month of the contract.")] = None
    start: Annotated[
        Day | None,
        Field(description="Its first day, on which each contract month begins; without it, the first of the month."),
    ] = None
    end: Annotated[Day | None, Field(description="Its last day; without it, the contract has no end.")] = None
    scope: Annotated[Names | None, Field(description="The checks that are in scope; without it, all.")] = None
    out_of_scope: Annotated[Names, Field(description="Checks that are not in scope.")] = frozenset()
    first_response: Annotated[Priorities, Field(description="Hours until the first answer, by priority.")] = field(
        default_factory=dict
    )
    resolution: Annotated[Priorities, Field(description="Hours until the solution, by priority.")] = field(
        default_factory=dict
    )
    calendar: Annotated[Calendar, Field(description="Which hours count.")] = "24x7"
    time: Annotated[TimeRule, Field(description="How the time of a round is booked.")] = field(default_factory=TimeRule)

    def month_of(self, day: date) -> ContractMonth:
        """The contract month that a day lies in, whether the contract runs then or not.

        It begins on the start's day of the month, on the last day of a month that is too short for it, and on the 1st
        where no start was written.
        """
        anchor = self.start.day if self.start else 1
        month = day.year * 12 + day.month - 1
        if day < _begin(month, anchor):
            month -= 1
        return ContractMonth(_begin(month, anchor), _begin(month + 1, anchor) - timedelta(days=1))

    def runs_on(self, day: date) -> bool:
        """Whether the contract holds on a day; both its start and its end are days of it."""
        return (self.start is None or self.start <= day) and (self.end is None or day <= self.end)

    def covers(self, check: str) -> bool:
        """Whether what a check finds is in scope."""
        return check not in self.out_of_scope and (self.scope is None or check in self.scope)


def _begin(month: int, anchor: int) -> date:
    """The first day of a contract month; months are counted from the year 0."""
    year, before = divmod(month, 12)
    return date(year, before + 1, min(anchor, monthrange(year, before + 1)[1]))


def _up(hours: Decimal, step: Decimal) -> Decimal:
    whole, rest = divmod(hours, step)
    return (whole + (1 if rest else 0)) * step
