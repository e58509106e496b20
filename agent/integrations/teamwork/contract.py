"""The contract of one project in Teamwork, parsed from its custom fields and its budget."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from agent.integrations.teamwork.client import TeamworkClient
from checks.text import clean
from inventory.contracts import Calendar, Kind
from inventory.services import PRIORITIES


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract in Teamwork. None means that a field is empty, or that its value was not understood.

    A check that is in neither scope is one that no words are known for: whether it is in scope is not said. Only where
    `nothing_in_scope` the list of tasks is there and empty, and every check is out of scope.
    """

    project: int
    name: str
    kind: Kind | None = None
    hours: Decimal | None = None  # a month
    disputed: tuple[Decimal, Decimal] | None = None  # hours by the field and by the budget, where they differ
    start: date | None = None
    end: date | None = None
    first_response: Mapping[str, float] = field(default_factory=dict)
    resolution: Mapping[str, float] = field(default_factory=dict)
    calendar: Calendar | None = None
    tasks: tuple[str, ...] | None = None
    in_scope: frozenset[str] = frozenset()
    out_of_scope: frozenset[str] = frozenset()
    zendesk_organization: int | None = None
    harvest_project: int | None = None
    remarks: tuple[str, ...] = ()

    @property
    def nothing_in_scope(self) -> bool:
        """Whether the tasks in scope were read and there are none."""
        return self.tasks == ()

    @property
    def says_something(self) -> bool:
        """Whether any field of a contract is filled in."""
        return any(
            one is not None
            for one in (self.kind, self.hours, self.disputed, self.start, self.end, self.calendar, self.tasks)
        ) or bool(self.first_response or self.resolution)


_ENTITIES = ("project", "all")
_DASHES = re.compile(r"[\u2010-\u2015\u2212]")


@dataclass(frozen=True, slots=True)
class FieldIds:
    """The ids of the custom fields, looked up by name. Several fields may have one name, one in each project."""

    names: Mapping[str, str]  # field name by purpose
    ids: Mapping[str, tuple[int, ...]]  # field ids by purpose
    choices: Mapping[int, Mapping[str, str]]  # text by option id, by field id

    @property
    def missing(self) -> frozenset[str]:
        """Return the purposes without a field."""
        return frozenset(name for name in self.names if not self.ids.get(name))

    def shown(self, field: int, value: Any) -> Any:
        """Return a value, with an option's id replaced by its text. None: there is no such option."""
        choices = self.choices.get(field)
        if choices is None:
            return value
        if isinstance(value, list):
            value = value[0] if len(value) == 1 else None
        if isinstance(value, dict):
            value = value.get("id", value.get("value"))
        if isinstance(value, bool) or not isinstance(value, str | int):
            return None
        texts = {alike(text): text for text in choices.values()}
        return choices.get(str(value)) or texts.get(alike(str(value)))

    def knows(self, values: Mapping[int, Any]) -> bool:
        """Whether every option that a project has chosen is known."""
        own = {field for fields in self.ids.values() for field in fields}
        return all(value in (None, "") or self.shown(field, value) is not None
                   for field, value in values.items() if field in own)  # fmt: skip


def read_fields(teamwork: TeamworkClient) -> FieldIds:
    """Look the fields up by their names. Raises ServiceError."""
    ids: dict[str, list[int]] = {name: [] for name in teamwork.config.fields}
    choices: dict[int, Mapping[str, str]] = {}
    for page in teamwork.pages("customfields.json", "customfields"):
        for row in page.rows:
            number = row.get("id")
            if not isinstance(number, int) or row.get("entity") not in _ENTITIES or row.get("deleted") is True:
                continue
            for name in _meant(teamwork.config.fields, row.get("name")):
                ids[name].append(number)
                if row.get("type") in ("dropdown", "multiselect", "status"):
                    choices[number] = dict(_choices(row))
    return FieldIds(dict(teamwork.config.fields), {name: tuple(found) for name, found in ids.items()}, choices)


def alike(text: str) -> str:
    """Normalize a name: ignore case, spaces and kinds of dashes."""
    return " ".join(_DASHES.sub("-", text).casefold().split())


def _meant(names: Mapping[str, str], name: Any) -> Iterable[str]:
    return [ours for ours, theirs in names.items() if isinstance(name, str) and alike(theirs) == alike(name)]


def _choices(row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield options by id, or by text where they have no id."""
    options = row.get("options")
    listed = options.get("choices") if isinstance(options, dict) else row.get("choices")
    for choice in listed if isinstance(listed, list) else ():
        text = choice.get("value", choice.get("name")) if isinstance(choice, dict) else choice
        if isinstance(text, str):
            identity = choice.get("id", text) if isinstance(choice, dict) else text
            yield str(identity), text


T = TypeVar("T")
MOST_HOURS = 744
"""Hours of the longest month."""
_LONGEST_TARGET = 8760  # hours of a year
_CALENDARS: Mapping[Calendar, tuple[str, ...]] = {
    "24x7": ("24x7", "24/7", "24\N{MULTIPLICATION SIGN}7", "24 x 7", "always", "around the clock"),
    "business": ("business", "business hours", "office hours", "working hours"),
}


class CustomFields:
    """Parses the custom fields of a project. `remarks` collects the values that are not understood."""

    def __init__(self, book: FieldIds, values: Mapping[int, Any]) -> None:
        self.book = book
        self.remarks: list[str] = []
        self._values = values

    def hours(self, name: str) -> Decimal | None:
        """Return the hours of a month. None: empty or not understood."""
        return self._read(name, lambda value: decimal(value, MOST_HOURS), "no number of hours of a month")

    def targets(self, what: str) -> Mapping[str, float]:
        """Return hours by priority of `first_response` or `resolution`, for the priorities that have any."""
        found = {one: self._read(f"{what}_{one}", _target, "no number of hours") for one in PRIORITIES}
        return {one: float(hours) for one, hours in found.items() if hours is not None}

    def day(self, name: str) -> date | None:
        """Return a day. None: empty or not understood."""
        return self._read(name, _day, "no day")

    def number(self, name: str) -> int | None:
        """Return an id in another service. None: empty or not understood."""
        return self._read(name, _number, "no number")

    def text(self, name: str) -> str | None:
        """Return a text. None: empty."""
        return self._read(name, _text, "no text")

    def kind(self, kinds: Mapping[str, Iterable[str]]) -> Kind | None:
        """Return the kind of contract. None: empty or not understood."""
        meanings: Mapping[Kind, Iterable[str]] = {
            "standard": ("standard", *kinds.get("standard", ())),
            "extended": ("extended", *kinds.get("extended", ())),
        }
        unknown = "no kind of contract that `services: teamwork: kinds:` knows"
        return self._read("kind", lambda value: _meaning(value, meanings), unknown)

    def calendar(self) -> Calendar | None:
        """Return the calendar of the targets. None: empty or not understood."""
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
    """Return an exact number from 0 to `most`, written with a point or a comma. Raises ValueError if it is none."""
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
