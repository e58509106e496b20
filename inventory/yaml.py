"""Parses YAML into nodes with lines, within limits against hostile files, and explains errors in plain words."""

import re
from collections.abc import Iterator, Sequence
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

from inventory.document import Entry, Node, Path, Scalar
from inventory.errors import InventoryIssue, key_path, printable

DEEPEST = 32
"""Levels of blocks in blocks."""
MOST_REPEATED = 200_000
"""Nodes that all aliases of one file together may stand for."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,15}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,40}|[0-9]{1,40}(?:\.[0-9]{0,40})?)(?:[eE][-+]?[0-9]{1,2})?")

_INDENT = "this line does not line up with the ones above it: the keys of one block begin in the same column"

_SENTENCES: Sequence[tuple[str, str, bool]] = (  # pattern over "context | problem", sentence, is it where it began
    (r"quoted scalar.*(end of stream|document separator)", "a quotation mark opens here and is not closed", True),
    (r"unknown escape character|hexdecimal", "a \\ in double quotes begins an escape: use single quotes", False),
    (r"flow sequence", "the list that opens here lacks a comma or its closing ]", True),
    (r"flow mapping", "the block that opens here lacks a comma or its closing }", True),
    (r"mapping values are not allowed", f"a colon too many: quote a value with ': ' in it, or {_INDENT}", False),
    (r"could not find expected ':'", "a colon and a value are missing after this key", True),
    (r"sequence entries are not allowed", "a list begins on a line of its own, below its key", False),
    (r"expected <block end>, but found '<scalar>'", "text follows a value that has ended: quote all of it", False),
    (r"expected <block end>", _INDENT, False),
    (r"found character .* cannot start any token", "a value cannot begin with this character: put it in quotes", False),
    (r"scanning an? (alias|anchor)", "a value that begins with * or & is a reference: put it in quotes", False),
    (r"block scalar", "a text that begins with | or > begins on the next line, indented by spaces", False),
    (r"expected the node content", "a value is missing here, or begins with a character that needs quotes", False),
    (r"directive|incompatible YAML", "a line that begins with % is not allowed: remove it", False),
    (r"document start|document end", "one file is one document: remove the line that begins with --- or ...", False),
)  # fmt: skip

_TAB = "a tab stands at the beginning of this line: indent with spaces"

Event = Any
"""An event of ruamel.yaml; its classes differ in what they carry."""


class _UnusableError(Exception):
    """Raised if the rest of a file cannot be parsed reliably."""


def compose(text: str, file: str, issues: list[InventoryIssue]) -> Node | None:
    """Return the nodes of one file; None if it is empty, or after adding the issue that makes it unreadable."""
    composer = _Composer(file, issues)
    try:
        return composer.document(_events(text))
    except MarkedYAMLError as error:
        line, words = _sentence(error, text)
        issues.append(InventoryIssue(file, line, "", words))
    except _UnusableError as error:
        issues.append(InventoryIssue(file, composer.line, "", str(error)))
    return None


def _events(text: str) -> Iterator[Event]:
    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError) as error:
        # What ruamel.yaml lets through on input that its authors did not think of, such as "\UFFFFFFFF".
        raise _UnusableError("this cannot be read as YAML") from error


def resolve_plain(text: str) -> Scalar:
    """Return what a value without quotes is by the core schema of YAML 1.2: `no`, `22:22` and dates stay text."""
    if text in _NULL:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


@dataclass(slots=True)
class _Composer:
    """Composes nodes from events of ruamel.yaml, whose own composer has neither limits nor the lines of duplicates."""

    file: str
    issues: list[InventoryIssue]
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
            tag = printable(event.tag.replace("tag:yaml.org,2002:", "!!"))
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
        """Return a key as text, and whether it is unquoted; None if it is not a scalar."""
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
                path,
                f"*{printable(anchor)} refers to nothing: no &{printable(anchor)} above; quote text that begins with *",
            )
        elif (node := self.anchors[anchor]) is None:
            self._note(path, f"*{printable(anchor)} stands inside the block that it refers to")
        else:
            self.repeated += node.size
            if self.repeated > MOST_REPEATED or len(path) + node.depth > DEEPEST:
                raise _UnusableError(f"the aliases of this file repeat too much; *{printable(anchor)} is one too many")
            return node
        return Node(None, self.line)

    def _note(self, path: Path, message: str, line: int | None = None) -> None:
        self.issues.append(InventoryIssue(self.file, line or self.line, key_path(path), message))


def _collected(value: list[Node] | dict[str, Entry], line: int, children: list[Node]) -> Node:
    size = 1 + sum(child.size for child in children)
    return Node(value, line, size, 1 + max((child.depth for child in children), default=0))


def _sentence(error: MarkedYAMLError, text: str) -> tuple[int, str]:
    """Return the line, counted from 1, and what to do about it; for people who do not know the grammar of YAML."""
    where = error.problem_mark or error.context_mark
    line = where.line + 1 if where else 1
    lines = text.splitlines()
    if 0 < line <= len(lines) and re.match(r" *\t", lines[line - 1]):
        return line, _TAB
    wrong = f"{error.context or ''} | {error.problem or ''}"
    for pattern, words, from_start in _SENTENCES:
        if re.search(pattern, wrong):
            return (error.context_mark.line + 1 if from_start and error.context_mark else line), words
    return line, f"this cannot be read as YAML: {error.problem or 'it is damaged'}"
