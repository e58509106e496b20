"""Shows one incident with its evidence: its changes, and the findings of the newest round."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.text import Text

from checks import State
from reports.model import ReportedFinding, ReportedIncident
from reports.terminal.round import STYLES, SYMBOLS


@dataclass(frozen=True, slots=True)
class LifeStep:
    """One change of an incident, and the finding that caused it; {} if the item was gone."""

    at: datetime
    round: int
    change: str
    state: State
    summary: str
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Why:
    """An incident with its changes and current findings."""

    incident: ReportedIncident
    life: tuple[LifeStep, ...]
    last_look: tuple[ReportedFinding, ...]  # what the newest round found of the same item


_why = TypeAdapter(Why)


def why_json(why: Why) -> str:
    """Return the incident as JSON."""
    return _why.dump_json(why, indent=2, by_alias=True).decode()


def why_view(why: Why) -> RenderableType:
    """Return the incident for a terminal."""
    one = why.incident
    where = (
        one.site
        or one.host
        or one.client
        or ("siterounds itself" if one.check == "siterounds" else "no longer in the inventory")
    )
    head = Text(f"#{one.id} {SYMBOLS[one.state]} {one.state.upper()}", style=STYLES[one.state])
    head.append(f"  {where}, {one.check}{': ' + one.item if one.item else ''} ({one.phase})", style="default")
    parts: list[RenderableType] = [head, Text(one.summary), Text()]
    parts.append(Text("Its life", style="bold"))
    if not why.life:
        parts.append(Text(f"  {_time(one.since)}  first seen; not confirmed by another round yet"))
    for step in why.life:
        parts.append(
            Text(f"  {_time(step.at)}  {step.change}, {step.state.upper()}: {step.summary} (round {step.round})")
        )
    parts += [Text(), Text("What the last round saw", style="bold"), *_seen(why.last_look)]
    return Group(*parts)


def _seen(findings: Sequence[ReportedFinding]) -> list[RenderableType]:
    if not findings:
        return [Text("  nothing of it: it was not looked at, or is gone")]
    lines: list[RenderableType] = []
    for one in findings:
        lines.append(
            Text(
                f"  {SYMBOLS[one.finding.state]} {one.finding.state.upper()}: {one.finding.summary}",
                style=STYLES[one.finding.state],
            )
        )
        if one.finding.value is not None:
            lines.append(Text(f"    measured: {one.finding.value:g} {one.finding.unit}".rstrip()))
        lines += [Text(f"    {line}") for line in one.finding.details]
        if one.finding.remedy:
            lines.append(Text(f"    → {one.finding.remedy}", style="cyan"))
    return lines


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
