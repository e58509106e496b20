"""Format values and fill them into sentences."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from string import Formatter
from typing import Any

from checks import Cause
from reports.language import ENGLISH, Language
from reports.phrases.common import CAUSES

_LONGEST = 160  # characters of one value in a client's sentence
_MOST_NAMES = 8
_RIGHT_TO_LEFT = frozenset({"R", "AL", "RLE", "RLO"})
_LEFT_TO_RIGHT = frozenset({"L", "LRE", "LRO"})
_FAR = 365  # days, after which a forecast is not shown


class UnfitError(ValueError):
    """Raised when a value of a sentence is missing or of the wrong type."""


def fill(template: str, values: Mapping[str, Any], language: Language = ENGLISH) -> str:
    """Return the filled sentence; values are never read as templates. Raises UnfitError if a value is missing."""
    return "".join(
        text if name is None else text + _shown(values.get(name), form, language)
        for text, name, form in _parts(template)
    )


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, str | None, str], ...]:
    return tuple((text, name, form or "") for text, name, form, _ in Formatter().parse(template))


def translate(language: Language, sentence: str, **values: Any) -> str:
    """Return a sentence in this language, filled."""
    return fill(language(sentence), values, language)


def translate_plural(language: Language, one: str, more: str, count: int, **values: Any) -> str:
    """Return the plural form for `count` in this language, filled; `{count}` is the number."""
    return fill(language.many(one, more, count), {"count": language.number(count), **values}, language)


def in_templates(language: Language) -> Mapping[str, Callable[..., str]]:
    """Return the translating functions of templates: `_("A {word}", word=…)` and `many("One", "{count}", 3)`."""

    def _(sentence: str, **values: Any) -> str:
        return translate(language, sentence, **values) if values else language(sentence)

    def many(one: str, more: str, count: int, **values: Any) -> str:
        return translate_plural(language, one, more, count, **values)

    return {"_": _, "many": many}


def _shown(value: Any, form: str, language: Language) -> str:
    try:
        return isolated(short(FORMS[form](value, language)), language.right_to_left)
    except (KeyError, TypeError, ValueError, ArithmeticError, OSError, AttributeError, IndexError) as error:
        raise UnfitError(form) from error


def short(text: str, limit: int = _LONGEST) -> str:
    """Return the text, cut to the maximum number of characters."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def isolated(text: str, among_right_to_left: bool = False) -> str:
    """Return text within Unicode isolates if its direction differs from that of the surrounding text."""
    if text.isascii() and not among_right_to_left:
        return text
    other = _LEFT_TO_RIGHT if among_right_to_left else _RIGHT_TO_LEFT
    if any(unicodedata.bidirectional(letter) in other for letter in text):
        return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
    return text


def day_of(at: date) -> str:
    """Return a day in English: "3 March 2026"."""
    return f"{at.day} {at:%B %Y}"


def named(names: list[str], most: int, language: Language = ENGLISH) -> str:
    """Return the first `most` names as a list in words, and the number of the others."""
    shown, rest = names[:most], len(names) - most
    if rest <= 0:
        return language.listed(shown)
    return language.many("{names} and {count} more", "{names} and {count} more", rest).format_map(
        {"names": ", ".join(shown), "count": language.number(rest)}
    )


def _plain(value: Any) -> str:
    if value is None or value == "" or isinstance(value, dict | list | bool):
        raise ValueError("nothing that can stand in a sentence")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _moment_of(value: Any) -> datetime:
    """Read Unix seconds or an ISO 8601 time; UTC if it has no offset."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    at = datetime.fromisoformat(value)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _day(value: Any, language: Language) -> str:
    """Format a date as it is, or a time as its date in the language's time zone."""
    is_day = isinstance(value, str) and len(value) == len("2026-03-03")
    return language.day(date.fromisoformat(value) if is_day else _moment_of(value))


def _names(value: Any, language: Language) -> str:
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("no names")
    return named([short(str(name), 60) for name in value], _MOST_NAMES, language)


def _range(value: Any) -> tuple[int, int | None]:
    """Read a range of days from now: the first and the last; None if the last is beyond _FAR or not known."""
    low, high = value
    if not isinstance(low, int) or not isinstance(high, int | None):
        raise TypeError("not whole days")
    return low, None if high is None or high > _FAR else max(low, high)


def _end(value: Any, which: int, language: Language) -> str:
    """Format one end of a range whose ends differ. Raises ValueError for any other range."""
    low, high = _range(value)
    if high is None or low == high:
        raise ValueError("no range")
    return language.number((low, high)[which])


def _in_days(value: Any, language: Language) -> str:
    low, high = _range(value)
    if low != high:
        raise ValueError("not one day alone")
    return language.in_days(low)


def _at_the_earliest(value: Any, language: Language) -> str:
    low, high = _range(value)
    if high is not None:
        raise ValueError("the range has an end")
    return language.in_days(low)


FORMS: Mapping[str, Callable[[Any, Language], str]] = {
    "": lambda value, _: _plain(value),
    "number": lambda value, language: language.number(round(value)),
    "decimal": lambda value, language: language.number(Decimal(_plain(value)), 2),
    "size": lambda value, language: language.size(float(value)),
    "percent": lambda value, language: language.percent(float(value)),
    "day": _day,
    "moment": lambda value, language: language.moment(_moment_of(value)),
    "names": _names,
    "ago": lambda value, language: language.in_days(-round(value)),
    "in": _in_days,
    "earliest": _at_the_earliest,
    "from": lambda value, language: _end(value, 0, language),
    "to": lambda value, language: _end(value, 1, language),
    "count": lambda value, language: language.number(len(value)),
    "short": lambda value, _: short(_plain(value), 110),
    "known": lambda value, language: language(_plain(value)),
    "place": lambda value, _: _plain(value).partition(":")[2] or _plain(value),
    "why": lambda value, language: language(CAUSES[Cause.of(value)]),
}
"""The forms allowed after the colon of a `{name:form}`."""
