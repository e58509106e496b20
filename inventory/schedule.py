"""When rounds are made: every day at about a time, or by a cron expression, in a time zone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Annotated, Any

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, ConfigDict, Field, InstanceOf

from inventory.types import EVERY_DAY, STRICT, WEEKDAYS, Form, TimeOfDay, Weekdays, Zone, pattern

EXPRESSION = r"^[ \t]*[0-9A-Za-z*,/-]+([ \t]+[0-9A-Za-z*,/-]+){4}[ \t]*$"

_FIELDS: Mapping[str, str] = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day of month": "1 to 31",
    "month": "1 to 12 or jan to dec",
    "day of week": "0 to 7 or sun to sat",
}
_PART = re.compile(r"(\*|[0-9A-Za-z]{1,3}(-[0-9A-Za-z]{1,3})?)(/[0-9]{1,2})?")
_OF_DAYS = (2, 4)
"""The parts in which cronsim knows L and W."""
_NULL: dict[str, Any] = {"type": "null"}
_ONE_OF_BOTH: dict[str, Any] = {
    "anyOf": [{"properties": {"cron": _NULL}}, {"properties": {"daily": _NULL, "days": _NULL}}]
}


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression, read as crontab(5) has it: minute, hour, day of month, month, day of week.

    cronsim reads it and says which days it names. Which moments these are where clocks change is not asked of it:
    slots have names that must stay the same whoever asks and when, and a named hour that is leapt over is due an hour
    later, not as soon as the clock has leapt.
    """

    text: str  # with single spaces
    expression: InstanceOf[CronSim] = field(compare=False, repr=False)

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Read an expression. Raises ValueError that says which part is wrong and what is allowed."""
        words = text.split()
        if len(words) != len(_FIELDS):
            raise ValueError('must have five parts, minute hour day month weekday, such as "0 6 * * mon-fri"')
        for at, word in enumerate(words):
            _check(at, word)
        made = _read([_single(at, word) for at, word in enumerate(words)])
        if made is None:
            raise ValueError("names a day that none of its months has")
        return cls(" ".join(words), made)

    @property
    def minutes(self) -> frozenset[int]:
        """The minutes that it names, in each of its hours."""
        return frozenset(self.expression.minutes)

    @property
    def hours(self) -> frozenset[int]:
        """The hours that it names, on each of its days."""
        return frozenset(self.expression.hours)

    @property
    def every_hour(self) -> bool:
        """Whether it goes by the hours that pass, and not by named ones."""
        return self.text.split()[1].startswith("*")

    def on(self, day: date) -> bool:
        """Tell whether it names a day; where both the day of month and of week are named, one of them is enough."""
        return day.month in self.expression.months and self.expression.match_day(day)

    def __str__(self) -> str:
        """The expression as it was written, with single spaces."""
        return self.text


@dataclass(frozen=True, slots=True)
class Daily:
    """Once on each of these days, within `spread` minutes from `around` on: when exactly differs from site to site."""

    around: time = time(6)
    spread: int = 60
    days: frozenset[int] = EVERY_DAY  # 0 is Monday

    def __str__(self) -> str:
        """As people say it."""
        days = "daily" if self.days == EVERY_DAY else ", ".join(WEEKDAYS[day] for day in sorted(self.days))
        spread = f" within {self.spread} minutes" if self.spread else ""
        return f"{days} from {self.around:%H:%M}{spread}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the rounds of a client or of a site begin."""

    rule: Daily | Cron = field(default_factory=Daily)
    zone: str = "UTC"  # IANA time zone of its times and days

    def __str__(self) -> str:
        """As people say it; two that say the same are the same."""
        return f"{self.rule}, {self.zone}"


_DEFAULT = Daily()
CronText = Annotated[Cron, Form(Cron.parse, pattern(EXPRESSION))]


class DailyEntry(BaseModel):
    """About when, every day."""

    model_config = STRICT

    around: Annotated[TimeOfDay, Field(description="The time of day from which on it begins.")] = _DEFAULT.around
    spread: Annotated[
        int, Field(ge=0, le=720, description="Minutes within which it begins; not all begin at once.")
    ] = _DEFAULT.spread


class ScheduleEntry(BaseModel):
    """When rounds are made, by cron or daily: what one level writes, to be laid over the level above."""

    model_config = ConfigDict(**STRICT, json_schema_extra=_ONE_OF_BOTH)

    cron: Annotated[
        CronText | None, Field(description='A cron expression of five parts, such as "0 6 * * mon-fri".')
    ] = None
    daily: Annotated[DailyEntry, Field(description="Every day at about a time.")] = Field(default_factory=DailyEntry)
    days: Annotated[Weekdays, Field(description="The days of the week on which daily rounds are made, or daily.")] = (
        _DEFAULT.days
    )
    zone: Annotated[
        Zone | None, Field(description="The time zone of its times and days; without it, that of services.")
    ] = None

    def over(self, above: Schedule) -> Schedule:
        """Return the schedule that holds: each key that was written here, and the rest from the level above."""
        zone = self.zone or above.zone
        if self.cron:
            return Schedule(self.cron, zone)
        if not self.model_fields_set & {"daily", "days"}:
            return Schedule(above.rule, zone)
        base = above.rule if isinstance(above.rule, Daily) else _DEFAULT
        written = {key: getattr(self.daily, key) for key in self.daily.model_fields_set}
        days = self.days if "days" in self.model_fields_set else base.days
        return Schedule(replace(base, **written, days=days), zone)


def _read(words: list[str]) -> CronSim | None:
    """Return cronsim's expression; None if it is invalid. The moment does not matter, as we do not iterate."""
    try:
        return CronSim(" ".join(words), datetime(2000, 1, 1))  # noqa: DTZ001
    except CronSimError:
        return None


def _alone(at: int, word: str) -> CronSim | None:
    return _read(["*"] * at + [word] + ["*"] * (len(_FIELDS) - 1 - at))


def _is_read(at: int, word: str) -> bool:
    """Return whether cronsim accepts a word as one part, all others being `*`."""
    return _alone(at, word) is not None


def _check(at: int, word: str) -> None:
    """Raise ValueError where a word is wrong as that part; L, W and # of cronsim are not of crontab(5)."""
    name, allowed = [*_FIELDS.items()][at]
    parts = word.lower().split(",")
    numbers = [one for part in parts for one in part.partition("/")[0].split("-")]
    if not all(map(_PART.fullmatch, parts)) or not all(_is_number(at, one) for one in numbers):
        raise ValueError(
            f"has a {name} that is none: write {allowed}, *, lists such as 1,5, ranges such as 1-5, steps such as */2"
        )
    if not _is_read(at, word):
        raise ValueError(f"has a {name} that is none: a range goes from the smaller to the larger, a step is 1 or more")


def _is_number(at: int, word: str) -> bool:
    special = at in _OF_DAYS and word.endswith(("l", "w"))
    return word == "*" or (not special and _is_read(at, word))


def _single(at: int, word: str) -> str:
    """Return the word without the step of a single number: cronsim would step from there to the end."""
    parts = []
    for part in word.split(","):
        whole, _, step = part.partition("/")
        found = _alone(at, whole) if step and "-" in whole else None
        one = found and len((found.minutes, found.hours, found.days, found.months, found.weekdays)[at]) == 1
        parts.append(whole if one else part)
    return ",".join(parts)
