"""What a JSON Schema allows at a path, to say so in a mistake."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]


def known_keys(root: Schema, path: Sequence[str | int]) -> list[str]:
    """The keys that may stand in the mapping at a path."""
    return sorted({key for schema in reached(root, path) for key in schema.get("properties", {})})


def description(root: Schema, path: Sequence[str | int]) -> str:
    """What the key at a path is for; "" where nobody said."""
    return next((schema["description"] for schema in reached(root, path) if "description" in schema), "")


def reached(root: Schema, path: Sequence[str | int]) -> list[Schema]:
    """The schemas that hold at a path: several where the schema has alternatives."""
    schemas = list(_alternatives(root, root))
    for part in path:
        below = (child for schema in schemas for child in _children(schema, part))
        schemas = [alternative for child in below for alternative in _alternatives(root, child)]
    return schemas


def _children(schema: Schema, part: str | int) -> Iterator[Schema]:
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


def _alternatives(root: Schema, schema: Schema) -> Iterator[Schema]:
    yield schema
    if "$ref" in schema:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        yield from _alternatives(root, target)
    for kind in ("anyOf", "oneOf", "allOf"):
        for one in schema.get(kind, ()):
            yield from _alternatives(root, one)
