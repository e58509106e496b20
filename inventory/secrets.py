"""References to secrets: the inventory says where a secret is kept, never what it is."""

import re
from dataclasses import dataclass
from typing import Literal, Self, get_args

Scheme = Literal["env", "file", "credential"]

HOW = "write a reference: env:NAME, file:/path or credential:NAME"

_FORMS = {
    "env": re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}"),
    "file": re.compile(r"(?:/|~/)[^\x00-\x1f\x7f]{1,4095}"),
    "credential": re.compile(r"[A-Za-z0-9_.-]{1,255}"),
}


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
