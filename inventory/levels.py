"""Settings as the inventory's levels write them, each judged where it stands, and together with those below it."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any

from pydantic_core import ErrorDetails

from inventory.explain import explain
from inventory.guide import Schema
from inventory.mistakes import Mistake, choices, key_path, shown
from inventory.nodes import Path, entries, plain
from inventory.settings import ENABLED, SettingsError, model, overridden, validated, without_switch
from inventory.sources import Merged, Written

_TOGETHER = frozenset({"missing", "value_error", "assertion_error"})
"""Errors that another level may mend: only what holds for a subject in the end is judged by them."""


@dataclass(frozen=True, slots=True)
class Level:
    """What one level writes for one check."""

    written: Written
    values: Mapping[str, Any]

    def at(self, path: Path) -> Written:
        """Where it writes the deepest part of a path."""
        found = self.written
        for part in path:
            deeper = found.below(part)
            if deeper is None:
                break
            found = deeper
        return found


Judge = Callable[[Sequence[Level]], Sequence[ErrorDetails]]

Levels = Mapping[Path, Level]
"""By place: ("settings", CHECK), ("sites", NAME, "settings", CHECK)."""


def wrong_settings(
    merged: Merged, checks: Mapping[str, Any], host_checks: Collection[str], client_checks: Collection[str] = ()
) -> Iterator[Mistake]:
    """A mistake for each setting that does not hold; `checks` are the default settings by name."""
    levels: dict[str, dict[Path, Level]] = {name: {} for name in checks}
    for written in _all_settings(merged):
        name = str(written.path[-1])
        if name not in checks:
            yield written.mistake(f"no check is called '{shown(name)}'; {choices(name, checks)}")
        elif name in client_checks and written.path[0] in ("hosts", "sites"):
            yield written.mistake(f"'{name}' is about the client: write it in the settings of the client")
        elif name in host_checks and written.path[0] == "sites":
            yield written.mistake(f"'{name}' is about the host, not the site: write it in the settings of the host")
        elif isinstance(written.node.value, dict):
            values = plain(written.node)
            if not isinstance(values.get(ENABLED, True), bool):
                yield Level(written, values).at((ENABLED,)).mistake("must be true or false: is the check made here?")
            levels[name][written.path] = Level(written, without_switch(values))
    subjects = _subjects(merged)
    for name, default in checks.items():
        if levels[name]:
            judge = _judge(default)
            wrong = {path: list(_alone(level, default, judge)) for path, level in levels[name].items()}
            sound = {path: level for path, level in levels[name].items() if not wrong[path]}
            yield from chain.from_iterable(wrong.values())
            yield from _together(_chains(subjects, name, sound), default, judge)


def _all_settings(merged: Merged) -> Iterator[Written]:
    yield from merged["settings"].values()
    for section in ("clients", "hosts", "sites"):
        for owner in merged[section].values():
            settings = owner.below("settings")
            for name in entries(settings.node) if settings else ():
                if written := owner.below("settings", name):
                    yield written


def _alone(level: Level, default: Any, judge: Judge) -> Iterator[Mistake]:
    for error in judge([level]):
        if error["type"] not in _TOGETHER:
            yield _mistake(level, error, default)


def _together(chains: Collection[tuple[Level, ...]], default: Any, judge: Judge) -> Iterator[Mistake]:
    told: set[tuple[object, ...]] = set()
    for levels in chains:
        for error in judge(levels):
            path = error["loc"][:-1] if error["type"] == "missing" else error["loc"]
            authors = [level for level in levels if len(level.at(path).path) == len(level.written.path) + len(path)]
            key = (*(level.written.path for level in authors), error["loc"])
            if key not in told:
                told.add(key)
                *others, last = authors or levels
                yield _mistake(last, error, default, others)


def _subjects(merged: Merged) -> list[tuple[Path, ...]]:
    """Who has settings of its own on the way to each subject, the most general first, besides the default."""
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


def _name(owner: Written, key: str) -> str:
    written = owner.below(key)
    return written.node.value if written and isinstance(written.node.value, str) else ""


def _judge(default: Any) -> Judge:
    """What is wrong with levels laid over a check's default; what many sites write alike is judged once."""
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


def _mistake(level: Level, error: ErrorDetails, default: Any, others: Sequence[Level] = ()) -> Mistake:
    path = tuple(part for part in error["loc"] if part != "[key]")
    message = explain({**error, "loc": ("settings", *path)}, _schema(default.__class__))
    if others:
        places = ", ".join(f"{key_path(one.at(path).path)} ({one.at(path).place})" for one in others)
        message = f"{message}; this comes of it together with {places}"
    return Mistake(level.written.file, level.at(path).line, key_path((*level.written.path, *path)), message)


@cache
def _schema(settings: Any) -> Schema:
    return model(settings).model_json_schema()
