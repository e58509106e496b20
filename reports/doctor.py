"""What can be read on each host and site, what cannot, and which line would mend that."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.text import Text

from reports.model import NotRun, Round


@dataclass(frozen=True, slots=True)
class Readable:
    """One host or site: which checks see everything, and what stands in the way of the others."""

    host: str
    site: str | None
    whole: tuple[str, ...]
    missed: tuple[NotRun, ...]


_readable = TypeAdapter(tuple[Readable, ...])


def readable(shown: Round) -> Iterator[Readable]:
    """The places of a round in its order."""
    places = dict.fromkeys((one.host, one.site) for one in shown.coverage.checks)
    for host, site in places:
        missed = tuple(one for one in shown.coverage.not_run if (one.host, one.site) == (host, site))
        named = {one.check for one in missed}
        due = [one.check for one in shown.coverage.checks if (one.host, one.site) == (host, site)]
        yield Readable(host, site, tuple(name for name in due if name not in named), missed)


def doctor_json(shown: Round) -> str:
    """The same as JSON: a list of places."""
    return _readable.dump_json(tuple(readable(shown)), indent=2).decode()


def doctor_view(shown: Round) -> RenderableType:
    """One block a place, and the lines that would mend what is missing."""
    parts: list[RenderableType] = []
    for place in readable(shown):
        parts.append(Text(f"site {place.site} on {place.host}" if place.site else f"host {place.host}", style="bold"))
        if place.whole:
            parts.append(Text(f"  ✓ can be looked at: {', '.join(place.whole)}", style="green"))
        for missed in place.missed:
            how = "only a part can be seen" if missed.partly else "cannot be looked at"
            parts.append(Text(f"  ? {missed.check} {how}: {missed.reason}", style="magenta"))
            if missed.remedy:
                parts.append(Text(f"    → {missed.remedy}", style="cyan"))
    count = len(shown.coverage.not_run)
    last = f"{count} thing{'s' * (count > 1)} to mend." if count else "Everything can be looked at."
    return Group(*parts, Text(last))
