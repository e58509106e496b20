"""What was agreed with a client: which work, how many hours, how quickly, and how the time of a round is booked."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

Kind = Literal["standard", "extended"]
Calendar = Literal["24x7", "business"]
Rule = Literal["measured", "per_site", "minimum"]

_HUNDREDTH = timedelta(seconds=36)  # of an hour


@dataclass(frozen=True, slots=True)
class TimeRule:
    """How much time is booked for a round, and how much at most in a contract month."""

    rule: Rule = "measured"
    hours: Decimal | None = None  # for each site with "per_site", at least so many a round with "minimum"
    step: Decimal = Decimal("0.25")  # hours that "minimum" is rounded up to
    cap: Decimal | None = None  # hours a contract month; None: as many as were agreed for it

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

    kind: Kind
    hours_a_month: Decimal | None = None
    start: date | None = None  # its first day; every contract month begins on this day of the month
    end: date | None = None  # its last day
    scope: frozenset[str] | None = None  # names of checks; None: all but those out of scope
    out_of_scope: frozenset[str] = frozenset()
    first_response: Mapping[str, float] = field(default_factory=dict)
    resolution: Mapping[str, float] = field(default_factory=dict)
    calendar: Calendar = "24x7"
    time: TimeRule = TimeRule()

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
