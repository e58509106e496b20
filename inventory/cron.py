"""Cron expressions, read as crontab(5) has them: minute, hour, day of month, month, day of week; 0 and 7 are Sunday."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Mapping[str, tuple[int, int, Mapping[str, int]]] = {
    "minute": (0, 59, {}),
    "hour": (0, 23, {}),
    "day of month": (1, 31, {}),
    "month": (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    "day of week": (0, 7, {name: number for number, name in enumerate(_DAYS)}),
}
_LONGEST = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_PART = re.compile(r"(\*|(\w+)(?:-(\w+))?)(?:/(\d{1,2}))?")
EXPRESSION = r"^[ \t]*[0-9A-Za-z*,/-]+([ \t]+[0-9A-Za-z*,/-]+){4}[ \t]*$"


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron expression and what it names."""

    text: str
    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]  # of the month
    months: frozenset[int]
    weekdays: frozenset[int]  # 0 is Monday
    every_hour: bool  # whether it goes by the hours that pass, and not by named ones
    either_day: bool  # whether the day of the month or the day of the week is enough, as where both are named

    @classmethod
    def parse(cls, text: str) -> "Cron":
        """Read an expression; ValueError says which part is wrong and what is allowed."""
        words = text.split()
        if len(words) != len(_FIELDS):
            raise ValueError('must have five parts, minute hour day month weekday, such as "0 6 * * mon-fri"')
        minutes, hours, days, months, week = (_read(name, word) for name, word in zip(_FIELDS, words, strict=True))
        either = not words[2].startswith("*") and not words[4].startswith("*")
        if not either and min(days) > max(_LONGEST.get(month, 31) for month in months):
            raise ValueError("names a day that none of its months has")
        weekdays = frozenset((day - 1) % 7 for day in week)
        return cls(" ".join(words), minutes, hours, days, months, weekdays, words[1].startswith("*"), either)

    def on(self, day: date) -> bool:
        """Whether it names a day."""
        of_month, of_week = day.day in self.days, day.weekday() in self.weekdays
        return day.month in self.months and ((of_month or of_week) if self.either_day else (of_month and of_week))

    def __str__(self) -> str:
        """As it was written, with single spaces."""
        return self.text


def _read(field: str, word: str) -> frozenset[int]:
    found: set[int] = set()
    for part in word.lower().split(","):
        matched = _PART.fullmatch(part)
        if matched is None:
            raise ValueError(f"{_wrong(field)}: {_allowed(field)}")
        whole, first, last, step = matched.groups()
        least, most, _ = _FIELDS[field]
        start, end = (least, most) if whole == "*" else (_number(field, first), _number(field, last or first))
        if step and whole != "*" and last is None:
            end = most
        if end < start or step in {"0", "00"}:
            raise ValueError(f"{_wrong(field)}: a range goes from the smaller to the larger, a step is 1 or more")
        found.update(range(start, end + 1, int(step or 1)))
    return frozenset(found)


def _number(field: str, word: str) -> int:
    least, most, names = _FIELDS[field]
    number = names.get(word, int(word) if word.isascii() and word.isdigit() and len(word) <= 2 else -1)
    if not least <= number <= most:
        raise ValueError(f"{_wrong(field)}: {_allowed(field)}")
    return number


def _wrong(field: str) -> str:
    return f"has a {field} that is none"


def _allowed(field: str) -> str:
    least, most, names = _FIELDS[field]
    named = f" or {next(iter(names))} to {[*names][-1]}" if names else ""
    return f"write {least} to {most}{named}, *, lists such as 1,5, ranges such as 1-5, steps such as */2"
