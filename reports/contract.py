"""The terms of a client's contract, and its status in the current contract month."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import PlainSerializer

from checks.contract import hours, percent_used, plain
from inventory.contracts import Calendar, Kind, TimeRule
from reports.format import day_of

Source = Literal["teamwork", "inventory", "none"]
Month = tuple[date, date]
"""The first and the last day of a contract month."""
Names = Annotated[frozenset[str], PlainSerializer(sorted, return_type=list[str], when_used="json")]
"""Names in any order; the same ones always give the same JSON."""

TOO_EARLY = timedelta(hours=12)
"""How much of a month has to pass before hours are forecast."""


@dataclass(frozen=True, slots=True)
class ContractStatus:
    """One client's contract at one moment. Hours are decimal; what is None is not known, or was not agreed."""

    client: str
    title: str
    kind: Kind | None = None
    source: Source = "none"
    fetched_at: datetime | None = None  # when Teamwork said so
    month: Month | None = None
    agreed: Decimal | None = None  # hours a contract month
    used: Decimal | None = None  # in this contract month
    used_at: datetime | None = None  # when Harvest said so
    forecast: Decimal | None = None  # used by the end of the month, if it goes on as it did
    cap: Decimal | None = None  # hours a contract month after which no routine time is booked
    tasks: tuple[str, ...] | None = None  # names of the tasks in scope; None: not known, or not listed
    in_scope: Names | None = None  # names of checks; None: not known, so everything counts as in scope
    out_of_scope: Names = frozenset()
    scope_is_whole: bool = True  # whether a check that is in neither of both is out of scope
    first_response: Mapping[str, float] = field(default_factory=dict)  # hours by priority
    resolution: Mapping[str, float] = field(default_factory=dict)
    calendar: Calendar = "24x7"
    remarks: tuple[str, ...] = ()  # sentences: what differs, is old, or is missing
    time: TimeRule = field(default_factory=TimeRule)
    harvest_project: int | None = None
    zendesk_organization: int | None = None
    used_unknown: str = ""  # why the hours used are not known
    trouble: str = ""  # what could not be read although it should have been, so that hours are not known
    remedy: str = ""  # what would fix that

    def covers(self, check: str) -> bool:
        """Return whether a check's findings are in scope. An unknown check is never out of scope."""
        if check in self.out_of_scope:
            return False
        return self.in_scope is None or check in self.in_scope or not self.scope_is_whole

    @property
    def left(self) -> Decimal | None:
        """Hours left in this contract month; negative if more were used than agreed."""
        return None if self.agreed is None or self.used is None else self.agreed - self.used

    @property
    def share(self) -> float | None:
        """Hours used, in per cent of the agreed hours."""
        return percent_used(self.agreed, self.used)

    def hours_line(self) -> str:
        """Return the hours in one line: "1.25 of 4 h used until 14 December, about 3.1 h by then"."""
        if self.used is None:
            return f"hours used are not known: {self.used_unknown or 'nobody counts them'}"
        used = hours(self.used) if self.agreed is None else f"{plain(self.used)} of {hours(self.agreed)}"
        until = f" until {_day(self.month[1])}" if self.month else ""
        by_then = f", about {self.forecast:.1f} h by then" if self.forecast is not None and until else ""
        return f"{used} used{until}{by_then}"


def forecast(used: Decimal, month: Month, at: datetime, zone: str) -> Decimal | None:
    """Return the hours used by the end of a contract month at the rate until `at`; None within its first 12 hours.

    The month begins and ends at midnight of the time zone, so that one with a change of the clock is an hour longer or
    shorter than others.
    """
    first, last = month
    start, end = _midnight(first, zone), _midnight(last + timedelta(days=1), zone)
    passed = min(at, end) - start
    if passed < TOO_EARLY:
        return None
    return (used * _seconds(end - start) / _seconds(passed)).quantize(Decimal("0.01"))


def age(span: timedelta) -> str:
    """Return an age, rounded down to one unit: "20 minutes", "3 hours", "2 days"."""
    seconds = max(0, int(span.total_seconds()))
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = seconds // length
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a minute"


def _midnight(day: date, zone: str) -> datetime:
    """Return the difference computed in UTC: Python subtracts two times of one zone by their wall clocks."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _seconds(span: timedelta) -> Decimal:
    return Decimal(span // timedelta(microseconds=1)).scaleb(-6)


def _day(day: date) -> str:
    """Return the day and the month without the year: "14 December"."""
    return day_of(day).rpartition(" ")[0]
