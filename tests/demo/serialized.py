"""Values as PHP's serialize() writes them."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Thing:
    """A stdClass object with these properties."""

    properties: dict[str, Any]


def serialize(value: Any) -> str:
    """One value as PHP writes it; text is counted in bytes."""
    match value:
        case bool():
            return f"b:{int(value)};"
        case int():
            return f"i:{value};"
        case str():
            return f's:{len(value.encode())}:"{value}";'
        case list():
            return serialize(dict(enumerate(value)))
        case dict():
            return f"a:{len(value)}:{{{_pairs(value)}}}"
        case Thing(properties):
            return f'O:8:"stdClass":{len(properties)}:{{{_pairs(properties)}}}'
    raise TypeError(f"PHP has no {type(value).__name__}")


def _pairs(value: dict[Any, Any]) -> str:
    return "".join(serialize(key) + serialize(inner) for key, inner in value.items())
