"""An nft expression as a person would write it: what a change of rules and a doubt are told in."""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_SILENT = frozenset({"counter", "last"})
_BETWEEN = {"set": ", ", "concat": " . ", "|": ",", "&": " & ", "range": "-"}
_NAMED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "payload": lambda inner: f"{inner.get('protocol', '?')} {inner.get('field', '?')}",
    "meta": lambda inner: str(inner.get("key")),
    "ct": lambda inner: f"ct {inner.get('key')}",
    "fib": lambda inner: f"fib {' . '.join(map(str, inner.get('flags') or ()))} {inner.get('result')}",
    "prefix": lambda inner: f"{inner.get('addr')}/{inner.get('len')}",
}


def words(expression: Any) -> str:
    """One expression; "" for what only counts. Text of any length and form, never an error."""
    if not isinstance(expression, dict) or len(expression) != 1:
        return _plain(expression)
    (name, value), *_ = expression.items()
    if name in _SILENT or value is None:
        return "" if name in _SILENT else str(name)
    return _statement(str(name), value) if isinstance(value, dict) else f"{name} {_side(value)}"


def _statement(name: str, value: Mapping[str, Any]) -> str:
    match name:
        case "match":
            middle = "" if value.get("op") in ("==", "in") else f"{value.get('op')} "
            said = f"{_side(value.get('left'))} {middle}{_side(value.get('right'))}"
        case "jump" | "goto":
            said = f"{name} {value.get('target')}"
        case "vmap":
            said = f"{_side(value.get('key'))} vmap {_side(value.get('data'))}"
        case "dnat" | "redirect":
            where = _side(value["addr"]) if "addr" in value else ""
            said = f"{name} to {where}" + (f":{_side(value['port'])}" if "port" in value else "")
        case _:
            said = f"{name} {_side(value)}"
    return said


def _side(value: Any, depth: int = 0) -> str:
    if not isinstance(value, dict) or len(value) != 1 or depth > 4:
        return _plain(value)
    (name, inner), *_ = value.items()
    if isinstance(inner, list) and name in _BETWEEN:
        return _many(name, inner, depth)
    if not isinstance(inner, dict) or name not in _NAMED:
        return _plain(value)
    return _NAMED[name](inner)


def listed(elements: Iterable[Any]) -> str:
    """The elements of a set."""
    return _many("set", list(elements), 0)


def _many(name: str, inner: list[Any], depth: int) -> str:
    if name == "set":
        return "{ " + ", ".join(_element(one, depth) for one in inner) + " }"
    return _BETWEEN[name].join(_side(one, depth + 1) for one in inner)


def _element(value: Any, depth: int) -> str:
    """An element of a set or of a map."""
    if isinstance(value, list) and len(value) == 2:
        verdict = words(value[1]) if isinstance(value[1], dict) else _plain(value[1])
        return f"{_side(value[0], depth + 1)} : {verdict}"
    return _side(value, depth + 1)


def _plain(value: Any) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, list):
        return ",".join(_plain(one) for one in value)
    return json.dumps(value, sort_keys=True, default=str)
