"""The custom fields of one project, each read as what it should hold; what it does not hold becomes a remark."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from agent.integrations.teamwork.fields import FieldBook, alike
from checks.text import clean
from inventory.contracts import Calendar, Kind
from inventory.services import PRIORITIES

T = TypeVar("T")
MOST_HOURS = 744
"""Hours of the longest month."""
_LONGEST_TARGET = 8760  # hours of a year
_CALENDARS: Mapping[Calendar, tuple[str, ...]] = {
    "24x7": ("24x7", "24/7", "24\N{MULTIPLICATION SIGN}7", "24 x 7", "always", "around the clock"),
    "business": ("business", "business hours", "office hours", "working hours"),
}


class Sheet:
    """What a project's fields say. `remarks` grows with every value that cannot be understood."""

    def __init__(self, book: FieldBook, values: Mapping[int, Any]) -> None:
        self.book = book
        self.remarks: list[str] = []
        self._values = values

    def hours(self, name: str) -> Decimal | None:
        """Hours of a month."""
        return self._read(name, lambda value: decimal(value, MOST_HOURS), "no number of hours of a month")

    def targets(self, what: str) -> Mapping[str, float]:
        """Hours by priority, of `first_response` or `resolution`, for the priorities that have any."""
        found = {one: self._read(f"{what}_{one}", _target, "no number of hours") for one in PRIORITIES}
        return {one: float(hours) for one, hours in found.items() if hours is not None}

    def day(self, name: str) -> date | None:
        """A day."""
        return self._read(name, _day, "no day")

    def number(self, name: str) -> int | None:
        """The number of something in another service."""
        return self._read(name, _number, "no number")

    def text(self, name: str) -> str | None:
        """A text, None where it is empty."""
        return self._read(name, _text, "no text")

    def kind(self, kinds: Mapping[str, Iterable[str]]) -> Kind | None:
        """The kind of contract."""
        meanings: Mapping[Kind, Iterable[str]] = {
            "standard": ("standard", *kinds.get("standard", ())),
            "extended": ("extended", *kinds.get("extended", ())),
        }
        unknown = "no kind of contract that `services: teamwork: kinds:` knows"
        return self._read("kind", lambda value: _meaning(value, meanings), unknown)

    def calendar(self) -> Calendar | None:
        """When the hours of targets count."""
        return self._read("calendar", lambda value: _meaning(value, _CALENDARS), "neither 24x7 nor business")

    def _read(self, name: str, read: Callable[[Any], T], otherwise: str) -> T | None:
        filled = {field: self._values.get(field) for field in self.book.ids.get(name, ())}
        filled = {field: value for field, value in filled.items() if value not in (None, "", [])}
        if not filled:
            return None
        called = f'Teamwork\'s field "{clean(self.book.names[name], 80)}"'
        if len({repr(value) for value in filled.values()}) > 1:
            self.remarks.append(f"{called} is there more than once, with different values.")
            return None
        field, value = next(iter(filled.items()))
        try:
            return read(self.book.shown(field, value))
        except (ValueError, ArithmeticError):
            self.remarks.append(f"{called} holds {_quoted(value)}, which is {otherwise}.")
            return None


def decimal(value: Any, most: int) -> Decimal:
    """A number from nothing to `most`, exactly as it is written, with a point or a comma; ValueError otherwise."""
    if isinstance(value, str):
        text = re.sub(r"^(\d+),(\d{1,2})$", r"\1.\2", value.strip())
        if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text):
            raise ValueError("not written as a number")
        value = Decimal(text)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("no number")
    number = Decimal(value)
    if not 0 <= number <= most or number != round(number, 6):
        raise ValueError("out of bounds")
    return number


def _target(value: Any) -> Decimal:
    hours = decimal(value, _LONGEST_TARGET)
    if not hours:
        raise ValueError("no time at all")
    return hours


def _day(value: Any) -> date:
    if not isinstance(value, str):
        raise ValueError("no text")
    return date.fromisoformat(value.strip().partition("T")[0])


def _number(value: Any) -> int:
    try:
        number = decimal(value, 10**15) if not isinstance(value, str) else Decimal(value.strip())
    except InvalidOperation as error:
        raise ValueError("no number") from error
    if number != number.to_integral_value() or not 0 < number < 10**15:
        raise ValueError("no whole number")
    return int(number)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("no text")
    return value.strip()


def _meaning(value: Any, meanings: Mapping[T, Iterable[str]]) -> T:
    said = alike(_text(value))
    for meaning, words in meanings.items():
        if said in map(alike, words):
            return meaning
    raise ValueError("a word without a meaning")


def _quoted(value: Any) -> str:
    return f'"{clean(" ".join(str(value).split()), 60)}"'
