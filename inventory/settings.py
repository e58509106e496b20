"""Settings of a check as they hold for one subject: its defaults, overridden level by level by the inventory."""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import ErrorDetails, to_jsonable_python

from inventory.model import Client, Host, Inventory, Settings, Site

S = TypeVar("S")
ENABLED = "enabled"
"""The key by which every check can be switched off, and on again below that, beside the settings of its own."""


class SettingsError(ValueError):
    """Settings that do not hold. `errors` are pydantic's, their locations counted from the settings themselves."""

    def __init__(self, errors: Sequence[ErrorDetails]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in self.errors))


def resolve(default: S, inventory: Inventory, host: Host, site: Site | None, check_name: str) -> S | None:
    """What holds for a site (default, client, host, site), or for a host without one (default, its client, host).

    None where the check is switched off there. Mappings are merged key by key, everything else is replaced. Raises
    SettingsError; a loaded inventory never does.
    """
    client = inventory.clients.get((site.client if site else host.client) or "")
    return _resolved(default, [inventory.settings, *(one.settings for one in (client, host, site) if one)], check_name)


def resolve_for_client(default: S, inventory: Inventory, client: Client, check_name: str) -> S | None:
    """What holds for a client itself (default, client), as `resolve` has it for hosts and sites."""
    return _resolved(default, [inventory.settings, client.settings], check_name)


def resolve_for_agency(default: S, inventory: Inventory, check_name: str) -> S | None:
    """What holds for the agency itself (default alone), as `resolve` has it for hosts and sites."""
    return _resolved(default, [inventory.settings], check_name)


def _resolved(default: S, levels: Sequence[Settings], check_name: str) -> S | None:
    written = [level[check_name] for level in levels if level.get(check_name)]
    if not next((level[ENABLED] for level in reversed(written) if ENABLED in level), True):
        return None
    own = [without_switch(level) for level in written]
    return validated(default, overridden(default, own)) if any(own) else default


def without_switch(level: Mapping[str, Any]) -> dict[str, Any]:
    """The check's own settings of one level."""
    return {key: value for key, value in level.items() if key != ENABLED}


def overridden(default: Any, levels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The default settings as JSON values, each level laid over those before it."""
    merged: dict[str, Any] = as_json(default)
    for level in levels:
        merged = _merged(merged, level)
    return merged


def validated(default: S, values: Mapping[str, Any]) -> S:
    """Settings of the default's type from JSON values; SettingsError for unknown keys, wrong types, refused values."""
    kind: Any = type(default)
    text = json.dumps({"settings": values}, allow_nan=False)
    try:
        settings: S = vars(model(kind).model_validate_json(text))["settings"]
    except ValidationError as error:
        raise SettingsError([{**one, "loc": one["loc"][1:]} for one in error.errors(include_url=False)]) from None
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, re.error) as error:
        # The check's own __post_init__ was surprised; pydantic passes on all but ValueError.
        sentence = f"cannot be judged by its check: {type(error).__name__}: {error}"
        raise SettingsError([{"type": "value_error", "loc": (), "msg": sentence, "input": None}]) from error
    return settings


@cache
def model(settings: Any) -> type[BaseModel]:
    """What validates a settings dataclass: strictly, keys that it does not have refused, in nested ones too."""
    return create_model("Model", __config__=ConfigDict(extra="forbid", strict=True), settings=(settings, ...))


def as_json(value: Any) -> Any:
    """A settings value as JSON has it; TypeError or ValueError for what no inventory could hold."""
    return to_jsonable_python(value, fallback=_as_dict)


def _as_dict(value: object) -> dict[Any, Any]:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"no inventory can hold a {type(value).__name__}")


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        both = isinstance(below, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(below, value) if both else value  # type: ignore[arg-type]
    return merged
