"""Whether the services let us in, for an engineer's terminal."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Greeted:
    """What a service answered to a first question; `troubles` are what somebody should mend."""

    service: str
    url: str
    said: str
    troubles: tuple[str, ...] = ()
    well: bool = True


_greeted = TypeAdapter(tuple[Greeted, ...])


def services_json(greeted: Sequence[Greeted]) -> str:
    """The same as JSON."""
    return _greeted.dump_json(tuple(greeted), indent=2).decode()


def services_view(greeted: Sequence[Greeted]) -> RenderableType:
    """A line a service, and one for each thing to mend."""
    parts: list[RenderableType] = []
    for one in greeted:
        sign = Text("✓ " if one.well else "✗ ", style="green" if one.well else "bold red")
        parts.append(sign.append(f"{one.service} {one.url}: {one.said}", style="default"))
        parts += [Text(f"    → {trouble}", style="cyan") for trouble in one.troubles]
    return Group(*parts) if parts else Text("The inventory names no service: write services: into it.")
