"""References to secrets kept elsewhere, and the detection of secrets written into the inventory in plain text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, Self, get_args

from inventory.document import Node, Path
from inventory.errors import InventoryIssue, key_path
from inventory.types import Form, pattern

Scheme = Literal["env", "file", "credential"]

REFERENCE = r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:(/|~/).+|credential:[A-Za-z0-9_.-]+)$"
HOW = "write a reference: env:NAME, file:/path or credential:NAME"

_FORMS = {
    "env": re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}"),
    "file": re.compile(r"(?:/|~/)[^\x00-\x1f\x7f]{1,4095}"),
    "credential": re.compile(r"[A-Za-z0-9_.-]{1,255}"),
}
_KEY = re.compile(
    r"(?:passw(?:or)?d|passphrase|secret|token|credential|(?:^|[_.-])(?:pass|pwd)"
    r"|(?:api|access|auth|dqs|licen[cs]e|private|secret)[_.-]?key)s?",
    re.IGNORECASE,
)
_VALUE = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|PuTTY-User-Key-File-")


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a secret is kept: an environment variable, a file, or a systemd credential. Holds nothing secret itself."""

    scheme: Scheme
    name: str  # the variable, the path, or the credential's name

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `env:NAME`, `file:/path` or `credential:NAME`; ValueError says what is allowed, without the text."""
        for scheme in get_args(Scheme):
            name = text.removeprefix(f"{scheme}:")
            if name != text and _FORMS[scheme].fullmatch(name) and name.strip(".") != "":
                return cls(scheme, name)
        raise ValueError(f"a secret does not belong in the inventory; {HOW}")

    def __str__(self) -> str:
        """As it is written in the inventory."""
        return f"{self.scheme}:{self.name}"


Secret = Annotated[Reference, Form(Reference.parse, pattern(REFERENCE))]


def plaintext_secrets(file: str, node: Node, path: Path = ()) -> Iterator[InventoryIssue]:
    """Yield an issue for each secret of a file."""
    if isinstance(node.value, dict):
        for key, entry in node.value.items():
            yield from _child(file, (*path, key), entry.node, entry.line)
    elif isinstance(node.value, list):
        for index, item in enumerate(node.value):
            yield from _child(file, (*path, index), item, item.line)
    elif isinstance(node.value, str) and _VALUE.search(node.value):
        yield _issue(file, node.line, path, "a private key")


def _child(file: str, path: Path, node: Node, line: int) -> Iterator[InventoryIssue]:
    name = next((part for part in reversed(path) if isinstance(part, str)), "")
    if _is_secret(node) and any(found.end() == len(name) for found in _KEY.finditer(name)):
        yield _issue(file, line, path, "a secret")
    else:
        yield from plaintext_secrets(file, node, path)


def _is_secret(node: Node) -> bool:
    """Return whether this is a text or number, and not a reference."""
    if isinstance(node.value, bool) or not isinstance(node.value, str | int | float) or node.value == "":
        return False
    try:
        Reference.parse(str(node.value))
    except ValueError:
        return True
    return False


def _issue(file: str, line: int, path: Path, what: str) -> InventoryIssue:
    return InventoryIssue(file, line, key_path(path), f"{what} does not belong in the inventory; {HOW}")
