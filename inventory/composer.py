"""YAML text to nodes, with the limits that keep a hostile or careless file small."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from inventory.mistakes import Mistake, key_path, shown
from inventory.nodes import Entry, Node, Path, Scalar
from inventory.syntax import sentence

DEEPEST = 32
"""Levels of blocks in blocks."""
MOST_REPEATED = 200_000
"""Nodes that all aliases of one file together may stand for."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,40}|[0-9]{1,40}(?:\.[0-9]{0,40})?)(?:[eE][-+]?[0-9]{1,2})?")

Event = Any
"""An event of ruamel.yaml; its classes differ in what they carry."""


class _UnusableError(Exception):
    """The rest of this file says nothing that can be relied on."""


def compose(text: str, file: str, mistakes: list[Mistake]) -> Node | None:
    """The nodes of one file; None if there are none, or after noting the mistake that makes it unreadable."""
    composer = _Composer(file, mistakes)
    try:
        return composer.document(_events(text))
    except MarkedYAMLError as error:
        line, words = sentence(error, text)
        mistakes.append(Mistake(file, line, "", words))
    except _UnusableError as error:
        mistakes.append(Mistake(file, composer.line, "", str(error)))
    return None


def _events(text: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # What ruamel.yaml lets through on input that its authors did not think of, such as "\UFFFFFFFF".
        raise _UnusableError("this cannot be read as YAML") from error


def resolve_plain(text: str) -> Scalar:
    """What a value without quotes is by the core schema of YAML 1.2: `no`, `22:22` and dates stay text."""
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


@dataclass(slots=True)
class _Composer:
    """Events of ruamel.yaml in, nodes out; its own composer knows neither limits nor the lines of both duplicates."""

    file: str
    mistakes: list[Mistake]
    line: int = 1
    repeated: int = 0
    anchors: dict[str, Node | None] = field(default_factory=dict)  # None: still being read

    def document(self, events: Iterator[Event]) -> Node | None:
        root: Node | None = None
        for event in events:
            if isinstance(event, StreamStartEvent | StreamEndEvent):
                continue
            if root is not None and isinstance(event, DocumentStartEvent):
                self.line = event.start_mark.line + 1
                raise _UnusableError("one file is one document: remove the line that begins with ---")
            if isinstance(event, DocumentStartEvent):
                root = self._node(next(events), events, ())
        return root

    def _node(self, event: Event, events: Iterator[Event], path: Path) -> Node:
        self.line = line = event.start_mark.line + 1
        if len(path) >= DEEPEST:
            raise _UnusableError(f"blocks in blocks, more than {DEEPEST} levels deep")
        if isinstance(event, AliasEvent):
            return self._alias(event.anchor, path)
        if event.tag is not None:
            tag = shown(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._note(path, f"tags such as {tag} are not used here: remove it, and put text in quotes")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if isinstance(event, ScalarEvent):
            node = Node(self._scalar(event, path), line)
        elif isinstance(event, MappingStartEvent):
            node = self._mapping(line, events, path)
        else:
            node = self._list(line, events, path)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _scalar(self, event: Event, path: Path) -> Scalar:
        text = str(event.value)
        if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
            self._note(path, "half a character is escaped here: write the character itself")
            return ""
        return resolve_plain(text) if event.style is None and event.tag is None else text

    def _list(self, line: int, events: Iterator[Event], path: Path) -> Node:
        items: list[Node] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self._node(event, events, (*path, len(items))))
        return _collected(items, line, items)

    def _mapping(self, line: int, events: Iterator[Event], path: Path) -> Node:
        found: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key, plain_key = self._key(event, events, path)
            key_line = self.line
            node = self._node(next(events), events, (*path, key or "?"))
            if key == "<<" and plain_key:
                merged = self._merge(node, path) | merged
            elif key is not None and key in found:
                self._note((*path, key), f"is written twice: first in line {found[key].line}", key_line)
            elif key is not None:
                found[key] = Entry(key_line, node)
        every = merged | found if merged else found
        return _collected(every, line, [entry.node for entry in every.values()])

    def _key(self, event: Event, events: Iterator[Event], path: Path) -> tuple[str | None, bool]:
        """A key's text whatever it looks like, and whether it stands without quotes; None if it is no text."""
        if isinstance(event, ScalarEvent):
            self._node(event, events, path)
            return str(event.value), event.style is None
        line = event.start_mark.line + 1
        self._note(path, "a key must be text: put it in quotes if it begins with [, {, * or &", line)
        self._node(event, events, (*path, "?"))
        return None, False

    def _merge(self, node: Node, path: Path) -> dict[str, Entry]:
        bases = node.value if isinstance(node.value, list) else [node]
        merged: dict[str, Entry] = {}
        for base in bases:
            if not isinstance(base.value, dict):
                self._note((*path, "<<"), "must be a block of keys, or a list of them: << copies keys from it")
                continue
            merged = merged | {key: entry for key, entry in base.value.items() if key not in merged}
        return merged

    def _alias(self, anchor: str, path: Path) -> Node:
        if anchor not in self.anchors:
            self._note(
                path, f"*{shown(anchor)} refers to nothing: no &{shown(anchor)} above; quote text that begins with *"
            )
        elif (node := self.anchors[anchor]) is None:
            self._note(path, f"*{shown(anchor)} stands inside the block that it refers to")
        else:
            self.repeated += node.size
            if self.repeated > MOST_REPEATED or len(path) + node.depth > DEEPEST:
                raise _UnusableError(f"the aliases of this file repeat too much; *{shown(anchor)} is one too many")
            return node
        return Node(None, self.line)

    def _note(self, path: Path, message: str, line: int | None = None) -> None:
        self.mistakes.append(Mistake(self.file, line or self.line, key_path(path), message))


def _collected(value: list[Node] | dict[str, Entry], line: int, children: list[Node]) -> Node:
    size = 1 + sum(child.size for child in children)
    return Node(value, line, size, 1 + max((child.depth for child in children), default=0))
