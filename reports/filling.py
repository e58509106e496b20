"""How values are put into sentences."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from string import Formatter
from typing import Any

from checks.disk.words import percent, size
from reports.reasons import plain_reason

_LONGEST = 160  # characters of one value in a client's sentence
_MOST_NAMES = 8
_RIGHT_TO_LEFT = frozenset({"R", "AL", "RLE", "RLO"})


class UnfitError(ValueError):
    """A sentence needs a value that is missing, or not of the kind it needs."""


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The sentence with its values; UnfitError where one is missing. A value is never read as a template."""
    return "".join(
        text + ("" if name is None else _shown(values.get(name), form or ""))
        for text, name, form, _ in Formatter().parse(template)
    )


def _shown(value: Any, form: str) -> str:
    try:
        return isolated(short(FORMS[form](value)))
    except (KeyError, TypeError, ValueError, OverflowError, OSError, AttributeError, IndexError) as error:
        raise UnfitError(form) from error


def short(text: str, limit: int = _LONGEST) -> str:
    """At most so many characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def isolated(text: str) -> str:
    """Text that runs from right to left, kept from reordering what stands around it."""
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in text):
        return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
    return text


def day_of(at: date) -> str:
    """A day as it is written in a letter: "3 March 2026"."""
    return f"{at.day} {at:%B %Y}"


def _plain(value: Any) -> str:
    if value is None or value == "" or isinstance(value, dict | list | bool):
        raise ValueError("nothing that can stand in a sentence")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _number(value: Any) -> str:
    return f"{round(value):,}"


def _size(value: Any) -> str:
    return size(float(value))


def _percent(value: Any) -> str:
    return percent(float(value))


def _moment_of(value: Any) -> datetime:
    """Unix seconds, or a day or time in ISO 8601."""
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int | float) else datetime.fromisoformat(value)


def _day(value: Any) -> str:
    return day_of(_moment_of(value))


def _moment(value: Any) -> str:
    at = _moment_of(value)
    return f"{day_of(at)}, {at:%H:%M} {at.tzname() or 'UTC'}"


def _names(value: Any) -> str:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("no names")
    shown = [short(str(name), 60) for name in value[:_MOST_NAMES]]
    return ", ".join(shown) + (", …" if len(value) > _MOST_NAMES else "")


def _days(value: Any) -> str:
    """A range of days, open at its end where the last one is not known."""
    low, high = value
    if high is None or high > 365:
        return f"{low:d} or more"
    return f"{low:d}" if high <= low else f"{low:d} to {high:d}"


FORMS: Mapping[str, Callable[[Any], str]] = {
    "": _plain,
    "number": _number,
    "size": _size,
    "percent": _percent,
    "day": _day,
    "moment": _moment,
    "names": _names,
    "days": _days,
    "count": lambda value: str(len(value)),
    "short": lambda value: short(_plain(value), 110),
    "place": lambda value: _plain(value).partition(":")[2] or _plain(value),
    "why": lambda value: plain_reason(_plain(value)),
}
"""What may stand behind the colon of a `{name:form}`."""
