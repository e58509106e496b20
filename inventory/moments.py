"""The forms of days, times and time zones in the inventory; each raises ValueError with what is allowed."""

import re
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from inventory.mistakes import choices, nearest, shown

DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
MOMENT = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
ZONE = r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAILY = "daily"

_MACHINES_OWN = re.compile(r"(?:posix|right)/.*|localtime|posixrules|Factory")
"""What lies beside the zones on some machines and is none, or counts leap seconds."""


def day(value: Any) -> date:
    """A day: 2026-12-31."""
    try:
        return date.fromisoformat(_matching(DAY, value))
    except ValueError:
        raise ValueError("must be a day such as 2026-12-31") from None


def moment_or_time(value: Any) -> datetime | time:
    """A moment with its offset from UTC, which comes back in UTC, or a time of day."""
    try:
        if isinstance(value, str) and re.fullmatch(TIME.removesuffix("$"), value):
            return time.fromisoformat(value)
        return datetime.fromisoformat(_matching(MOMENT, value)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "must be a moment with its offset from UTC, such as 2026-12-01T22:00:00+01:00, or, beside days, a time of "
            'day such as "02:00"'
        ) from None


def time_of_day(value: Any) -> time:
    """A time of day: "06:00"."""
    try:
        return time.fromisoformat(_matching(TIME, value))
    except ValueError:
        raise ValueError('must be a time of day in quotes, such as "06:00"') from None


def weekdays(value: Any) -> frozenset[int]:
    """Days of the week as numbers, 0 is Monday: a list of them, or daily."""
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not words or not all(isinstance(word, str) for word in words):
        raise ValueError("must be daily, or a list of days such as [saturday, sunday]")
    for word in words:
        if word not in (*WEEKDAYS, DAILY):
            raise ValueError(f"no day is called '{shown(word)}'; {choices(word, (*WEEKDAYS, DAILY))}")
    return frozenset(range(7)) if DAILY in words else frozenset(map(WEEKDAYS.index, words))


def weekday(value: Any) -> int:
    """A day of the week as a number, 0 is Monday."""
    if isinstance(value, str) and value in WEEKDAYS:
        return WEEKDAYS.index(value)
    if isinstance(value, str):
        raise ValueError(f"no day is called '{shown(value)}'; {choices(value, WEEKDAYS)}")
    raise ValueError("must be a day of the week, such as monday")


def zone(text: str) -> str:
    """A time zone of the IANA database."""
    if re.fullmatch(ZONE.removesuffix("$"), text) and len(text) <= 64 and not _MACHINES_OWN.fullmatch(text):
        try:
            return ZoneInfo(text).key
        except (OSError, ValueError, LookupError):
            pass  # what names no file, a folder, or a file that holds no zone
    near = nearest(text, tuple(sorted(available_timezones())))
    raise ValueError(f"must be a time zone such as Europe/Berlin or UTC{f'; did you mean {near}?' if near else ''}")


def _matching(pattern: str, value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(pattern.removesuffix("$"), value):
        return value
    raise ValueError("has another form")
