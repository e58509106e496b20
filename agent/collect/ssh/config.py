"""~/.ssh/config as far as it can be honoured without running anything."""

import fnmatch
import os
import re
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.collect.ssh.socket import HostConnectionError
from checks.ssh import Connection, Outcome

DEPTH = 16
"""Includes within includes, as OpenSSH has it."""

_LINE = re.compile(r"\s*([A-Za-z]+)\s*(?:=|\s)\s*(.*?)\s*$")
_GATHERED = frozenset({"identityfile", "certificatefile"})  # each one counts; of all others the first wins


@dataclass(frozen=True, slots=True)
class _Directive:
    """One line."""

    keyword: str  # in lower case
    words: tuple[str, ...]
    place: str  # "~/.ssh/config line 12"
    text: str  # what follows the keyword, as written


@dataclass(frozen=True, slots=True)
class _Block:
    """Directives under one Host or Match line; None where they stand before any."""

    head: _Directive | None
    directives: tuple["_Directive | _Included", ...]


@dataclass(frozen=True, slots=True)
class _Included:
    """The files that an Include line brings into its block."""

    blocks: tuple[_Block, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What the files say about one host: each keyword's first value, all of those that gather, and what was not run."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def first(self, keyword: str) -> str | None:
        """The first word of a keyword's value."""
        words = self.values.get(keyword)
        return words[0] if words else None

    def yes(self, keyword: str) -> bool:
        """Whether a switch is on; off where nothing is said."""
        return (self.first(keyword) or "no").lower() in ("yes", "true")


@dataclass(frozen=True, slots=True)
class SshConfig:
    """The files, in the order in which they are asked."""

    files: tuple[tuple[_Block, ...], ...] = ()

    def options(self, names: Collection[str], user: str | None) -> Options:
        """What holds for a host known by any of these names, logged in to as `user` if the inventory says so."""
        asked = _Asked(names, user)
        for blocks in self.files:
            asked.take(blocks)
        return Options(asked.values, asked.texts, asked.places, tuple(dict.fromkeys(asked.notes)))


def load_config(paths: Sequence[Path] | None = None) -> SshConfig:
    """The user's file and the system's, where they are. NoConnectionError for one that cannot be read or understood."""
    if paths is None:
        paths = (Path("~/.ssh/config").expanduser(), Path("/etc/ssh/ssh_config"))
    return SshConfig(tuple(_read(path, 0) for path in paths if os.access(path, os.F_OK)))


class _Asked:
    """Gathers what holds for one host."""

    def __init__(self, names: Collection[str], user: str | None) -> None:
        self.names = names
        self.user = user
        self.values: dict[str, tuple[str, ...]] = {}
        self.texts: dict[str, str] = {}
        self.places: dict[str, str] = {}
        self.notes: list[str] = []

    def take(self, blocks: Sequence[_Block]) -> None:
        for block in blocks:
            if block.head is None or self._matches(block.head):
                for directive in block.directives:
                    self._keep(directive)

    def _keep(self, directive: "_Directive | _Included") -> None:
        if isinstance(directive, _Included):
            self.take(directive.blocks)
        elif directive.keyword in _GATHERED:
            self.values[directive.keyword] = (*self.values.get(directive.keyword, ()), *directive.words[:1])
        elif directive.keyword not in self.values:
            self.values[directive.keyword] = directive.words
            self.texts[directive.keyword] = directive.text
            self.places[directive.keyword] = directive.place

    def _matches(self, head: _Directive) -> bool:
        if head.keyword == "host":
            return matches(head.words, self.names)
        return self._criteria(head)

    def _criteria(self, head: _Directive) -> bool:
        words = list(head.words)
        unrun = False
        while words:
            word, _, given = words.pop(0).partition("=")
            negated, name = word.startswith("!"), word.removeprefix("!").lower()
            if name in ("all", "canonical", "final"):
                holds = name == "all"
            else:
                pattern = given or (words.pop(0) if words else "")
                unrun = unrun or name == "exec"
                holds = self._criterion(name, pattern.split(","))
                if name == "exec":
                    continue
            if holds == negated:
                return False
        if unrun:
            self.notes.append(f"{head.place}: Match exec was not run")
        return not unrun

    def _criterion(self, name: str, patterns: Sequence[str]) -> bool:
        if name == "host":
            return matches(patterns, (*self.names, *self.values.get("hostname", ())[:1]))
        if name == "originalhost":
            return matches(patterns, self.names)
        if name == "user":
            return matches(patterns, (self.user or (self.values.get("user") or ("",))[0],))
        return False


def matches(patterns: Sequence[str], names: Collection[str]) -> bool:
    """Whether one of the patterns fits one of the names, and none with a `!` before it does."""
    fits = False
    for pattern in patterns:
        bare = pattern.removeprefix("!").replace("[", "[[]")  # to OpenSSH only * and ? are special
        if any(fnmatch.fnmatchcase(name.lower(), bare.lower()) for name in names):
            if pattern.startswith("!"):
                return False
            fits = True
    return fits


def _read(path: Path, depth: int) -> tuple[_Block, ...]:
    if depth > DEPTH:
        raise _unusable(f"{path}: Include goes deeper than {DEPTH}")
    try:
        text = path.read_text("utf-8", "surrogateescape")
    except OSError as error:
        raise _unusable(f"{path} cannot be read: {error.strerror}") from error
    blocks: list[tuple[_Directive | None, list[_Directive | _Included]]] = [(None, [])]
    for directive in _directives(text, path):
        if directive.keyword in ("host", "match"):
            blocks.append((directive, []))
        elif directive.keyword == "include":
            files = [found for word in directive.words for found in _included(word, path)]
            blocks[-1][1].extend(_Included(_read(found, depth + 1)) for found in files)
        else:
            blocks[-1][1].append(directive)
    return tuple(_Block(head, tuple(directives)) for head, directives in blocks)


def _directives(text: str, path: Path) -> Iterator[_Directive]:
    for number, raw in enumerate(text.splitlines(), 1):
        if not raw.strip() or raw.lstrip().startswith("#"):
            continue
        place = f"{path} line {number}"
        found = _LINE.match(raw)
        try:
            words = shlex.split(found[2], comments=True) if found else []
        except ValueError as error:
            raise _unusable(f"{place}: {error}") from error
        if not found or not words:
            raise _unusable(f"{place}: a keyword and its value are expected")
        yield _Directive(found[1].lower(), tuple(words), place, found[2])


def _included(word: str, including: Path) -> list[Path]:
    """The files an Include names, relative to the folder of the user's or the system's configuration."""
    path = Path(word).expanduser()
    if not path.is_absolute():
        base = Path("/etc/ssh") if including.is_relative_to("/etc/ssh") else Path("~/.ssh").expanduser()
        path = base / path
    return sorted(found for found in Path(path.anchor).glob(str(path.relative_to(path.anchor))) if found.is_file())


def _unusable(reason: str) -> HostConnectionError:
    return HostConnectionError(
        Connection(Outcome.CONFIGURATION, reason, "correct the file, or `ssh -G HOST` to see why")
    )
