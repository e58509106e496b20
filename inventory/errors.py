"""The issues of an inventory: where each is and what is allowed; and how pydantic's errors become such sentences."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from pydantic_core import ErrorDetails

LISTED = 12
"""How many known names a message lists."""
COMPARED = 2_000
"""How many known names a misspelt one is compared with: more would take longer than reading the inventory."""

Schema = Mapping[str, Any]
"""A JSON Schema, draft 2020-12."""

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


@dataclass(frozen=True, slots=True, order=True)
class InventoryIssue:
    """One thing to put right. `line` counts from 1; `key` is a path such as "sites.shop.host", "" for a whole file."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """The issue as compilers write theirs, so that editors can jump there."""
        return f"{self.file}:{self.line}: {self.key + ': ' if self.key else ''}{self.message}"


class InventoryError(Exception):
    """The inventory cannot be used. `issues` holds all that is wrong, each once, by file and line."""

    def __init__(self, issues: Iterable[InventoryIssue]) -> None:
        self.issues = tuple(sorted(set(issues)))
        super().__init__("\n".join(str(issue) for issue in self.issues))


def printable(text: str, limit: int = 64) -> str:
    """Return text from outside as a message may show it: one line, no control characters, at most `limit` long."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in short)


def key_path(parts: Iterable[str | int]) -> str:
    """Return a path into the inventory as people read it: `clients.harbour.contacts[0].email`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{printable(part)}" for part in parts)
    return text.removeprefix(".")


def suggest(name: str, known: Collection[str]) -> str:
    """Say what may be written instead of `name`: the nearest one if there is one, then all or the first of them."""
    ordered = tuple(sorted(known))
    if not ordered:
        return "none is known"
    near = nearest(name, ordered)
    listed = ", ".join(printable(one) for one in ordered[:LISTED])
    more = f", … ({len(ordered)} in all)" if len(ordered) > LISTED else ""
    return (f"did you mean '{printable(near)}'? " if near else "") + f"known: {listed}{more}"


@lru_cache(maxsize=4_096)
def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """Return the known name that `name` may be a misspelling of; None means that there is none."""
    if len(name) > 100 or len(known) > COMPARED:
        return None
    lowered = {one.lower(): one for one in known}
    found = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def explain(error: ErrorDetails, schema: Schema) -> str:
    """Return one sentence for an error of pydantic; the key it is about stands before it."""
    kind, path, given = error["type"], error["loc"], error["input"]
    context = error.get("ctx", {})
    sentence = refusal(error)
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        sentence = f"is not a key here; {suggest(str(path[-1]), known_keys(schema, path[:-1]))}"
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
    """Return what a validator of ours said itself."""
    return str(error.get("ctx", {}).get("error") or error["msg"])


def known_keys(root: Schema, path: Sequence[str | int]) -> list[str]:
    """Return the keys that may stand in the mapping at a path."""
    return sorted({key for schema in reached(root, path) for key in schema.get("properties", {})})


def description(root: Schema, path: Sequence[str | int]) -> str:
    """Return what the key at a path is for; "" if it has no description."""
    return next((schema["description"] for schema in reached(root, path) if "description" in schema), "")


def reached(root: Schema, path: Sequence[str | int]) -> list[Schema]:
    """Return the schemas that hold at a path: several where the schema has alternatives."""
    schemas = list(alternatives(root, root))
    for part in path:
        deeper = (child for schema in schemas for child in children(schema, part))
        schemas = [alternative for child in deeper for alternative in alternatives(root, child)]
    return schemas


def children(schema: Schema, part: str | int) -> Iterator[Schema]:
    """Yield the schemas that hold for a key, or for an item of a list."""
    if isinstance(part, int):
        if isinstance(items := schema.get("items"), Mapping):
            yield items
        return
    named = schema.get("properties", {}).get(part)
    if named is not None:
        yield named
        return
    yield from schema.get("patternProperties", {}).values()
    if isinstance(others := schema.get("additionalProperties"), Mapping):
        yield others


def alternatives(root: Schema, schema: Schema) -> Iterator[Schema]:
    """Yield a schema, and those that it refers to or chooses from."""
    yield schema
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from alternatives(root, target)
    for kind in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(kind, ()):
            yield from alternatives(root, one)


def _with_purpose(sentence: str, schema: Schema, path: Sequence[str | int]) -> str:
    purpose = description(schema, path)
    return f"{sentence}. {purpose}" if purpose else sentence


def _quotes(kind: str, given: Any) -> str:
    """Return advice on quotes if they are the only fault."""
    if kind == "string_type" and isinstance(given, bool | int | float):
        return ": put it in quotes"
    number = kind in ("int_type", "float_type") and isinstance(given, str) and given.isascii() and given.isdigit()
    return ": remove the quotes" if number else ""


def _described(value: Any, *, echo: bool = False) -> str:
    """Return the written value; text is left out unless it cannot be a secret."""
    if isinstance(value, str):
        return f"'{printable(value)}'" if echo else "text"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value:g}" if abs(value) < 10**6 else "a large number"
    if value is None:
        return "nothing"
    return "a list" if isinstance(value, list) else "a block of keys"
