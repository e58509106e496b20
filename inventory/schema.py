"""The inventory's JSON Schema, by which an editor completes and checks it while it is written."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_origin, get_type_hints

from inventory import texts
from inventory.remarks import remarks
from inventory.settings import ENABLED, as_json, model
from inventory.shapes import FileShape

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_SECTIONS = {"clients": "Client", "hosts": "Host", "sites": "Site", "maintenance": "Window"}
_NEVER_EMPTY = ("Site", "Window")
"""What has keys that cannot be left out."""


def schema(
    checks: Mapping[str, Any],
    platforms: Collection[str],
    host_checks: Collection[str] = (),
    client_checks: Collection[str] = (),
) -> dict[str, Any]:
    """What a file of the inventory may hold, as JSON Schema, draft 2020-12; arguments as for `loading.load`.

    It knows one file at a time and no merge of levels: `loading.load` finds mistakes that it does not.
    """
    whole = FileShape.model_json_schema()
    definitions: dict[str, Any] = whole["$defs"]
    named = {}
    for name, default in checks.items():
        named[name] = _settings(name, default, definitions)
    definitions["Settings"] = _levels(named)
    below = {name: one for name, one in named.items() if name not in client_checks}
    definitions["HostSettings"] = _levels(below)
    definitions["SiteSettings"] = _levels({name: one for name, one in below.items() if name not in host_checks})
    for owner, kind in {"Client": "Settings", "Host": "HostSettings", "Site": "SiteSettings"}.items():
        _refer(definitions[f"{owner}Shape"], kind)
    _refer(whole, "Settings")
    for section, owner in _SECTIONS.items():
        entry = {"$ref": f"#/$defs/{owner}Shape"}
        whole["properties"][section] |= {
            "type": ["object", "null"],
            "propertyNames": {"pattern": texts.NAME},
            "additionalProperties": entry if owner in _NEVER_EMPTY else {"anyOf": [entry, {"type": "null"}]},
        }
        whole["properties"][section].pop("patternProperties", None)
    _name_checks(definitions, list(checks))
    templates, _ = definitions["ZendeskShape"]["properties"]["fields"]["anyOf"]
    templates["additionalProperties"] = False
    site = definitions["SiteShape"]["properties"]
    site["platform"] |= {"anyOf": [{"enum": ["auto", *sorted(platforms)]}, {"type": "null"}]}
    whole["patternProperties"] = {"^x-": {"description": "Yours: a place for blocks that << copies keys from."}}
    return {"$schema": DIALECT, **_tidied(whole), "title": "Inventory of siterounds"}


def _name_checks(definitions: dict[str, Any], checks: list[str]) -> None:
    """Say which checks there are wherever one is named."""
    for owner, keys in {"ContractShape": ("scope", "out_of_scope"), "WindowShape": ("checks",)}.items():
        for key in keys:
            names, _ = definitions[owner]["properties"][key]["anyOf"]
            names["items"] = {"enum": checks}
    words, _ = definitions["TeamworkShape"]["properties"]["scope"]["anyOf"]
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


def _tidied(schema: Any) -> Any:
    """Without what pydantic makes of names and optional fields: it says nothing. A property may be called title."""
    if isinstance(schema, dict):
        noise = {
            key for key, kind in (("title", str), ("default", type(None))) if isinstance(schema.get(key, ()), kind)
        }
        return {key: _tidied(one) for key, one in schema.items() if key not in noise}
    return [_tidied(one) for one in schema] if isinstance(schema, list) else schema
