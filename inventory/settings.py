"""The effective settings of a check for a subject: its defaults, overridden level by level by the inventory."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic_core import ErrorDetails, to_jsonable_python

from inventory.document import Merged, Path, SourceValue, entries, plain
from inventory.errors import InventoryIssue, Schema, explain, key_path, printable, suggest
from inventory.model import Client, Host, Inventory, Site
from inventory.types import Settings

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
        lower = merged.get(key)
        both = isinstance(lower, Mapping) and isinstance(value, Mapping)
        merged[key] = _merged(lower, value) if both else value  # type: ignore[arg-type]
    return merged


_TOGETHER = frozenset({"missing", "value_error", "assertion_error"})
"""Errors that another level may fix: only what holds for a subject in the end is judged by them."""


@dataclass(frozen=True, slots=True)
class Level:
    """What one level writes for one check."""

    written: SourceValue
    values: Mapping[str, Any]

    def at(self, path: Path) -> SourceValue:
        """Return the place of the deepest written part of a path."""
        found = self.written
        for part in path:
            deeper = found.child(part)
            if deeper is None:
                break
            found = deeper
        return found


Judge = Callable[[Sequence[Level]], Sequence[ErrorDetails]]

Levels = Mapping[Path, Level]
"""By place: ("settings", CHECK), ("sites", NAME, "settings", CHECK)."""


def settings_errors(
    merged: Merged, checks: Mapping[str, Any], host_checks: Collection[str], client_checks: Collection[str] = ()
) -> Iterator[InventoryIssue]:
    """Yield an issue for each setting that does not hold; `checks` are the default settings by name."""
    levels: dict[str, dict[Path, Level]] = {name: {} for name in checks}
    for written in _all_settings(merged):
        name = str(written.path[-1])
        if name not in checks:
            yield written.issue(f"no check is called '{printable(name)}'; {suggest(name, checks)}")
        elif name in client_checks and written.path[0] in ("hosts", "sites"):
            yield written.issue(f"'{name}' is about the client: write it in the settings of the client")
        elif name in host_checks and written.path[0] == "sites":
            yield written.issue(f"'{name}' is about the host, not the site: write it in the settings of the host")
        elif isinstance(written.node.value, dict):
            values = plain(written.node)
            if not isinstance(values.get(ENABLED, True), bool):
                yield Level(written, values).at((ENABLED,)).issue("must be true or false: is the check made here?")
            levels[name][written.path] = Level(written, without_switch(values))
    subjects = _subjects(merged)
    for name, default in checks.items():
        if levels[name]:
            judge = _judge(default)
            wrong = {path: list(_alone(level, default, judge)) for path, level in levels[name].items()}
            sound = {path: level for path, level in levels[name].items() if not wrong[path]}
            yield from chain.from_iterable(wrong.values())
            yield from _together(_chains(subjects, name, sound), default, judge)


def _all_settings(merged: Merged) -> Iterator[SourceValue]:
    yield from merged["settings"].values()
    for section in ("clients", "hosts", "sites"):
        for owner in merged[section].values():
            settings = owner.child("settings")
            for name in entries(settings.node) if settings else ():
                if written := owner.child("settings", name):
                    yield written


def _alone(level: Level, default: Any, judge: Judge) -> Iterator[InventoryIssue]:
    for error in judge([level]):
        if error["type"] not in _TOGETHER:
            yield _issue(level, error, default)


def _together(chains: Collection[tuple[Level, ...]], default: Any, judge: Judge) -> Iterator[InventoryIssue]:
    reported: set[tuple[object, ...]] = set()
    for levels in chains:
        for error in judge(levels):
            path = error["loc"][:-1] if error["type"] == "missing" else error["loc"]
            authors = [level for level in levels if len(level.at(path).path) == len(level.written.path) + len(path)]
            key = (*(level.written.path for level in authors), error["loc"])
            if key not in reported:
                reported.add(key)
                *others, last = authors or levels
                yield _issue(last, error, default, others)


def _subjects(merged: Merged) -> list[tuple[Path, ...]]:
    """Return, for each subject, the levels with settings of their own, the most general first, without the default."""
    clients, hosts, sites = merged["clients"], merged["hosts"], merged["sites"]
    subjects: list[tuple[Path, ...]] = [(), *((("clients", name),) for name in clients)]
    subjects += [(("clients", _name(host, "client")), ("hosts", name)) for name, host in hosts.items()]
    subjects += [
        (("clients", _name(site, "client")), ("hosts", _name(site, "host")), ("sites", name))
        for name, site in sites.items()
    ]
    return subjects


def _chains(subjects: Sequence[tuple[Path, ...]], check: str, levels: Levels) -> list[tuple[Level, ...]]:
    """The levels that hold for each subject; each combination once."""
    chains: dict[tuple[Path, ...], tuple[Level, ...]] = {}
    for owners in subjects:
        paths = [("settings", check), *((*owner, "settings", check) for owner in owners)]
        present = tuple(path for path in paths if path in levels)
        if present and present not in chains:
            chains[present] = tuple(levels[path] for path in present)
    return list(chains.values())


def _name(owner: SourceValue, key: str) -> str:
    written = owner.child(key)
    return written.node.value if written and isinstance(written.node.value, str) else ""


def _judge(default: Any) -> Judge:
    """Return what validates levels laid over a check's default; equal settings of many sites are validated once."""
    known: dict[str, Sequence[ErrorDetails]] = {}

    def errors(levels: Sequence[Level]) -> Sequence[ErrorDetails]:
        values = overridden(default, [level.values for level in levels])
        text = json.dumps(values)
        if text not in known:
            try:
                validated(default, values)
                known[text] = ()
            except SettingsError as error:
                known[text] = error.errors
        return known[text]

    return errors


def _issue(level: Level, error: ErrorDetails, default: Any, others: Sequence[Level] = ()) -> InventoryIssue:
    path = tuple(part for part in error["loc"] if part != "[key]")
    message = explain({**error, "loc": ("settings", *path)}, _schema(default.__class__))
    if others:
        places = ", ".join(f"{key_path(one.at(path).path)} ({one.at(path).place})" for one in others)
        message = f"{message}; this comes of it together with {places}"
    return InventoryIssue(level.written.file, level.at(path).line, key_path((*level.written.path, *path)), message)


@cache
def _schema(settings: Any) -> Schema:
    return model(settings).model_json_schema()
