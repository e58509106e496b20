"""pydantic's errors as sentences that say what is allowed."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from inventory.guide import Schema, description, known_keys
from inventory.mistakes import choices, shown

_WANTED: Mapping[str, str] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list, such as [one, two]",
    "tuple_type": "a list, such as [one, two]",
    "set_type": "a list, such as [one, two]",
    "frozen_set_type": "a list, such as [one, two]",
    "dict_type": "a block of keys",
    "mapping_type": "a block of keys",
    "model_type": "a block of keys",
    "model_attributes_type": "a block of keys",
    "dataclass_type": "a block of keys",
    "date_from_datetime_parsing": "a day such as 2026-12-31",
    "date_parsing": "a day such as 2026-12-31",
    "date_type": "a day such as 2026-12-31",
}
_BOUNDS: Mapping[str, tuple[str, str]] = {
    "greater_than_equal": ("at least", "ge"),
    "greater_than": ("more than", "gt"),
    "less_than_equal": ("at most", "le"),
    "less_than": ("less than", "lt"),
}


def explain(error: ErrorDetails, schema: Schema) -> str:
    """One sentence for the mistake; the key it is about stands before it."""
    kind, path, given = error["type"], error["loc"], error["input"]
    context = error.get("ctx", {})
    sentence = refusal(error)
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        sentence = f"is not a key here; {choices(str(path[-1]), known_keys(schema, path[:-1]))}"
    elif kind == "missing":
        sentence = _with_purpose("is missing", schema, path)
    elif kind in ("literal_error", "enum"):
        sentence = f"must be {context['expected']}, not {_described(given, echo=True)}"
    elif kind in _WANTED and given is None:
        sentence = _with_purpose(f"is empty: write {_WANTED[kind]}, or remove the key", schema, path)
    elif kind in _WANTED:
        sentence = f"must be {_WANTED[kind]}, not {_described(given)}{_quotes(kind, given)}"
    elif kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        sentence = f"must be {words} {context[bound]:g}, not {_described(given)}"
    return sentence


def refusal(error: ErrorDetails) -> str:
    """What a validator said itself."""
    return str(error.get("ctx", {}).get("error") or error["msg"])


def _with_purpose(sentence: str, schema: Schema, path: Sequence[str | int]) -> str:
    purpose = description(schema, path)
    return f"{sentence}. {purpose}" if purpose else sentence


def _quotes(kind: str, given: Any) -> str:
    """What to do about quotes, where they are all that is wrong."""
    if kind == "string_type" and isinstance(given, bool | int | float):
        return ": put it in quotes"
    number = kind in ("int_type", "float_type") and isinstance(given, str) and given.isascii() and given.isdigit()
    return ": remove the quotes" if number else ""


def _described(value: Any, *, echo: bool = False) -> str:
    """What was written, its text left out unless it is surely no secret."""
    if isinstance(value, str):
        return f"'{shown(value)}'" if echo else "text"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value:g}" if abs(value) < 10**6 else "a large number"
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, list) else "a block of keys"
