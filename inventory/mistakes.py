"""What is wrong with an inventory, and where: a mistake names its file, its line, its key and what is allowed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

SHOWN = 12
"""How many known names a message lists."""
COMPARED = 2_000
"""How many known names a misspelt one is compared with: more would take longer than reading the inventory."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing to put right. `line` counts from 1; `key` is a path such as "sites.shop.host", "" for a whole file."""

    file: str
    line: int
    key: str
    message: str

    def __str__(self) -> str:
        """As compilers write it, so that editors can jump there."""
        return f"{self.file}:{self.line}: {self.key + ': ' if self.key else ''}{self.message}"


class InventoryError(Exception):
    """The inventory cannot be used. `mistakes` holds all of them, each once, by file and line."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def shown(text: str, limit: int = 64) -> str:
    """Text from the inventory as a message may show it: on one line, no control characters, at most `limit` long."""
    short = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in short)


def key_path(parts: Iterable[str | int]) -> str:
    """A path into the inventory as people read it: `clients.harbour.contacts[0].email`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in parts)
    return text.removeprefix(".")


def choices(name: str, known: Collection[str]) -> str:
    """What may be written instead of `name`: the nearest one if there is one, then all or the first of them."""
    ordered = tuple(sorted(known))
    if not ordered:
        return "none is known"
    near = nearest(name, ordered)
    listed = ", ".join(shown(one) for one in ordered[:SHOWN])
    more = f", … ({len(ordered)} in all)" if len(ordered) > SHOWN else ""
    return (f"did you mean '{shown(near)}'? " if near else "") + f"known: {listed}{more}"


@lru_cache(maxsize=4_096)
def nearest(name: str, known: tuple[str, ...]) -> str | None:
    """The known name that `name` may be a misspelling of."""
    if len(name) > 100 or len(known) > COMPARED:
        return None
    lowered = {one.lower(): one for one in known}
    found = get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None
