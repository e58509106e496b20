"""The content of inventory files before validation: values with their lines, merged by section and name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from inventory.errors import InventoryIssue, key_path

SECTIONS = (
    "settings", "services", "brand", "report", "schedule", "service", "clients", "hosts", "sites", "maintenance",
)  # fmt: skip

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]
"""Keys, and indices from 0 in lists, from the top of a file on."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A key of a mapping with its own line, and what it holds."""

    line: int
    node: "Node"


@dataclass(frozen=True, slots=True)
class Node:
    """A value of the file: a scalar, a list of nodes, or a mapping whose keys are always text."""

    value: "Scalar | list[Node] | dict[str, Entry]"
    line: int
    size: int = 1  # nodes in it, itself included
    depth: int = 1


@dataclass(frozen=True, slots=True)
class Source:
    """One file that could be read."""

    file: str
    root: Node


@dataclass(frozen=True, slots=True)
class SourceValue:
    """A part of the inventory and where it is written."""

    file: str
    line: int  # of its key
    path: Path
    node: Node

    @property
    def place(self) -> str:
        """Return file and line, for a message about another place."""
        return f"{self.file}:{self.line}"

    def child(self, *parts: str | int) -> "SourceValue | None":
        """Return a part of it; None means that it is not written."""
        node, line = self.node, self.line
        for part in parts:
            at, deeper = locate(node, (part,))
            if deeper is node:
                return None
            node, line = deeper, at
        return SourceValue(self.file, line, (*self.path, *parts), node)

    def value_or_none(self, *parts: str | int) -> "SourceValue | None":
        """Return a part of it; None means that it is not written, or that nothing stands after its key."""
        found = self.child(*parts)
        return found if found and found.node.value is not None else None

    def items(self) -> Iterator["SourceValue"]:
        """Yield the items of a list; nothing of what is no list."""
        for index, node in enumerate(self.node.value if isinstance(self.node.value, list) else ()):
            yield SourceValue(self.file, node.line, (*self.path, index), node)

    def issue(self, message: str) -> InventoryIssue:
        """Make an issue that is about it."""
        return InventoryIssue(self.file, self.line, key_path(self.path), message)


Merged = Mapping[str, Mapping[str, SourceValue]]
"""By section, then by name."""


def plain(node: Node) -> Any:
    """Return the node as JSON has it."""
    if isinstance(node.value, dict):
        return {key: plain(entry.node) for key, entry in node.value.items()}
    return [plain(one) for one in node.value] if isinstance(node.value, list) else node.value


def entries(node: Node | None) -> dict[str, Entry]:
    """Return the entries of a mapping, none of anything else."""
    return node.value if node and isinstance(node.value, dict) else {}


def locate(node: Node, path: Path) -> tuple[int, Node]:
    """Return the line of the deepest part of `path` that is written, and its node."""
    line = node.line
    for part in path:
        if isinstance(node.value, dict) and part in node.value:
            line, node = node.value[str(part)].line, node.value[str(part)].node
        elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.line
        else:
            break
    return line, node


def merge(sources: Sequence[Source], issues: list[InventoryIssue]) -> Merged:
    """Return the sections of all files as one; a name written in two files is an issue, and the first one stays."""
    merged: dict[str, dict[str, SourceValue]] = {section: {} for section in SECTIONS}
    for source in sources:
        for section, found in merged.items():
            part = entries(source.root).get(section)
            for name, entry in entries(part.node if part else None).items():
                value = SourceValue(source.file, entry.line, (section, name), entry.node)
                if name in found:
                    issues.append(value.issue(f"is written twice: first in {found[name].place}"))
                else:
                    found[name] = value
    return merged
