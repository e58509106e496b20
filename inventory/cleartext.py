"""Secrets that somebody wrote into the inventory itself: found by their key or by their look, never repeated."""

import re
from collections.abc import Iterator

from inventory.mistakes import Mistake, key_path
from inventory.nodes import Node, Path
from inventory.secrets import HOW, Reference

_KEY = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|token|credential|(?:^|[_.-])(?:pass|pwd)"
    r"|(?:api|access|auth|dqs|licen[cs]e|private|secret)[_.-]?key)s?",
    re.IGNORECASE,
)
_VALUE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|PuTTY-User-Key-File-")


def secrets_in_clear(file: str, node: Node, path: Path = ()) -> Iterator[Mistake]:
    """A mistake for each secret of a file."""
    if isinstance(node.value, dict):
        for key, entry in node.value.items():
            yield from _below(file, (*path, key), entry.node, entry.line)
    elif isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield from _below(file, (*path, index), item, item.line)
    elif isinstance(node.value, str) and _VALUE.search(node.value):
        yield _mistake(file, node.line, path, "a private key")


def _below(file: str, path: Path, node: Node, line: int) -> Iterator[Mistake]:
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    if _is_secret(node) and any(found.end() == len(name) for found in _KEY.finditer(name)):
        yield _mistake(file, line, path, "a secret")
    else:
        yield from secrets_in_clear(file, node, path)


def _is_secret(node: Node) -> bool:
    """Whether this is a text or a number, and no reference."""
    if isinstance(node.value, bool) or not isinstance(node.value, str | int | float) or node.value == "":
        return False
    try:
        Reference.parse(str(node.value))
    except ValueError:
        return True
    return False


def _mistake(file: str, line: int, path: Path, what: str) -> Mistake:
    return Mistake(file, line, key_path(path), f"{what} does not belong in the inventory; {HOW}")
