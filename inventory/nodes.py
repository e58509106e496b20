"""Values of a YAML file that remember the lines they stand in."""

from dataclasses import dataclass
from typing import Any

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]


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


def plain(node: Node) -> Any:
    """The node as JSON has it."""
    if isinstance(node.value, dict):
        return {key: plain(entry.node) for key, entry in node.value.items()}
    return [plain(one) for one in node.value] if isinstance(node.value, list) else node.value


def entries(node: Node | None) -> dict[str, Entry]:
    """The entries of a mapping, none of anything else."""
    return node.value if node and isinstance(node.value, dict) else {}


def locate(node: Node, path: Path) -> tuple[int, Node]:
    """The line of the deepest part of `path` that is written, and its node."""
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
