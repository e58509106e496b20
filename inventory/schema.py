"""Builds the inventory's JSON Schema, by which editors complete and validate it."""

import ast
import inspect
import io
import textwrap
import tokenize
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from inventory.contracts import PER_RULE
from inventory.file import FileSchema, InventoryFile
from inventory.settings import ENABLED, as_json, model
from inventory.types import NAME

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SECTIONS = {"clients": "Client", "hosts": "Host", "sites": "Site", "maintenance": "WindowEntry"}
_NEVER_EMPTY = ("Site", "WindowEntry")
"""What has keys that cannot be left out."""


def schema(
    checks: Mapping[str, Any],
    platforms: Collection[str],
    host_checks: Collection[str] = (),
    client_checks: Collection[str] = (),
) -> dict[str, Any]:
    """What a file of the inventory may hold, as JSON Schema, draft 2020-12; arguments as for `load.load`.

    It knows one file at a time and no merge of levels: `load.load` finds mistakes that it does not.
    """
    whole = TypeAdapter(InventoryFile).json_schema(schema_generator=FileSchema)
    definitions: dict[str, Any] = whole["$defs"]
    definitions["TimeRule"] |= PER_RULE  # of files alone: the class stands in the rounds' schema, too
    for one in (whole, *definitions.values()):
        _let_be_empty(one, () if one is not whole else _SECTIONS)
    named = {}
    for name, default in checks.items():
        named[name] = _settings(name, default, definitions)
    definitions["Settings"] = _levels(named)
    lower = {name: one for name, one in named.items() if name not in client_checks}
    definitions["HostSettings"] = _levels(lower)
    definitions["SiteSettings"] = _levels({name: one for name, one in lower.items() if name not in host_checks})
    for owner, kind in {"Client": "Settings", "Host": "HostSettings", "Site": "SiteSettings"}.items():
        _refer(definitions[f"{owner}"], kind)
    _refer(whole, "Settings")
    for section, owner in _SECTIONS.items():
        entry = {"$ref": f"#/$defs/{owner}"}
        whole["properties"][section] |= {
            "type": ["object", "null"],
            "propertyNames": {"pattern": NAME},
            "additionalProperties": entry if owner in _NEVER_EMPTY else {"anyOf": [entry, {"type": "null"}]},
        }
        whole["properties"][section].pop("patternProperties", None)
    _name_checks(definitions, list(checks))
    templates, _ = definitions["Zendesk"]["properties"]["fields"]["anyOf"]
    templates["additionalProperties"] = False
    site = definitions["Site"]["properties"]
    site["platform"] |= {"anyOf": [{"enum": ["auto", *sorted(platforms)]}, {"type": "null"}]}
    whole["patternProperties"] = {"^x-": {"description": "Yours: a place for blocks that << copies keys from."}}
    return {"$schema": DIALECT, **_tidied(whole), "title": "Inventory of siterounds"}


def _name_checks(definitions: dict[str, Any], checks: list[str]) -> None:
    """List the known checks wherever one is named."""
    for owner, keys in {"Contract": ("scope", "out_of_scope"), "WindowEntry": ("checks",)}.items():
        for key in keys:
            names, _ = definitions[owner]["properties"][key]["anyOf"]
            names["items"] = {"enum": checks}
    words, _ = definitions["Teamwork"]["properties"]["scope"]["anyOf"]
    words["propertyNames"] = {"enum": checks}


def _settings(check: str, default: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema of one level's settings for a check; what they are made of is added to the definitions."""
    kind: Any = type(default)
    made = model(kind).model_json_schema(ref_template=f"#/$defs/{check}.{{model}}")
    parts: dict[str, Any] = made.get("$defs", {})
    said = {one.__name__: remarks(one) for one in _dataclasses(kind)}
    for name, part in parts.items():
        part.pop("required", None)  # a level writes what it changes
        for key, about in part.get("properties", {}).items():
            if remark := said.get(name, {}).get(key):
                about["description"] = remark
        definitions[f"{check}.{name}"] = part
    here = definitions.get(made["properties"]["settings"].get("$ref", "").rpartition("/")[2], {})
    about = "Whether the check is made here: false switches it off, and true on again below."
    here.setdefault("properties", {})[ENABLED] = {"type": "boolean", "default": True, "description": about}
    for key, value in as_json(default).items():
        if key in here.get("properties", {}):
            here["properties"][key]["default"] = value
    return {"anyOf": [made["properties"]["settings"], {"type": "null"}]}


def _dataclasses(kind: Any, seen: frozenset[Any] = frozenset()) -> Iterator[Any]:
    """A settings dataclass and those it is made of."""
    if is_dataclass(kind) and kind not in seen:
        yield kind
        hints = get_type_hints(kind)
        for field in fields(kind):
            yield from _dataclasses(hints[field.name], seen | {kind})
    elif get_origin(kind):
        for part in get_args(kind):
            yield from _dataclasses(part, seen)


def _levels(named: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": ["object", "null"], "additionalProperties": False, "properties": dict(named)}


def _refer(owner: dict[str, Any], kind: str) -> None:
    about = owner["properties"]["settings"].get("description", "")
    owner["properties"]["settings"] = {"$ref": f"#/$defs/{kind}", "description": about}


def _let_be_empty(owner: dict[str, Any], never: Collection[str]) -> None:
    """Allow null for optional keys: it is as if the key were not written."""
    for key, about in owner.get("properties", {}).items():
        if key not in never and key not in owner.get("required", ()) and {"type": "null"} not in about.get("anyOf", ()):
            said = {word: about.pop(word) for word in ("default", "description") if word in about}
            owner["properties"][key] = {"anyOf": [about, {"type": "null"}], **said}


def _tidied(schema: Any) -> Any:
    """Without what pydantic makes of names and optional fields: it says nothing. A property may be called title."""
    if isinstance(schema, dict):
        noise = {
            key for key, kind in (("title", str), ("default", type(None))) if isinstance(schema.get(key, ()), kind)
        }
        return {key: _tidied(one) for key, one in schema.items() if key not in noise}
    return [_tidied(one) for one in schema] if isinstance(schema, list) else schema


@cache
def remarks(settings: Any) -> Mapping[str, str]:
    """Return by field the comment behind or above it, or the docstring below it; none without source code."""
    found: dict[str, str] = {}
    if not is_dataclass(settings):
        return found
    for kind in reversed(inspect.getmro(settings)):  # type: ignore[arg-type]
        try:
            source = textwrap.dedent(inspect.getsource(kind))
            found |= _remarks(source)
        except (OSError, TypeError, SyntaxError, tokenize.TokenError):  # built in, or made while running
            continue
    names = {field.name for field in fields(settings)}
    return {name: remark for name, remark in found.items() if name in names}


def _remarks(source: str) -> dict[str, str]:
    comments = {
        token.start[0]: (token.string.lstrip("#! ").strip(), token.line.lstrip().startswith("#"))
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    tree = ast.parse(source).body[0]
    found: dict[str, str] = {}
    name = ""
    for statement in tree.body if isinstance(tree, ast.ClassDef) else ():
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name = statement.target.id
            found[name] = _comment(comments, statement.lineno, statement.end_lineno or statement.lineno)
        elif name and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            found[name] = found[name] or inspect.cleandoc(str(statement.value.value))
    return {field: remark for field, remark in found.items() if remark}


def _comment(comments: Mapping[int, tuple[str, bool]], first: int, last: int) -> str:
    """Return the comment behind a field's first or last line, else those on the lines above it."""
    for line in (last, first):
        if line in comments:
            return comments[line][0]
    above: list[str] = []
    while first - 1 in comments and comments[first - 1][1]:
        first -= 1
        above.insert(0, comments[first][0])
    return " ".join(above)
