"""The shape of a maintenance window, and what it becomes."""

from datetime import datetime, time
from typing import Any

from pydantic import ConfigDict, Field

from inventory.forms import Line, MomentOrTime, Names, Shape, Weekdays, Zone
from inventory.maintenance import Weekly, Window
from inventory.moments import MOMENT, TIME

SUBJECTS = ("clients", "hosts", "sites")


def _both(pattern: str) -> dict[str, Any]:
    return {end: {"type": "string", "pattern": pattern} for end in ("from", "until")}


_WRITTEN: dict[str, Any] = {"not": {"type": "null"}}
_ONCE: dict[str, Any] = {"properties": {**_both(MOMENT), "days": {"type": "null"}, "zone": {"type": "null"}}}
_WEEKLY: dict[str, Any] = {"properties": {**_both(TIME), "days": _WRITTEN}, "required": ["days"]}
_ABOUT: list[Any] = [{"properties": {subject: _WRITTEN}, "required": [subject]} for subject in SUBJECTS]


class WindowShape(Shape):
    """When somebody works on something, and on what."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_ONCE, _WEEKLY], "anyOf": _ABOUT})

    title: Line | None = Field(None, description="What people call it; without it, the key.")
    start: MomentOrTime = Field(
        alias="from", description="When it begins: 2026-12-01T22:00:00+01:00 or, beside days, a time such as 22:00."
    )
    until: MomentOrTime = Field(
        description="When it ends, in the form of from; a time of day that is earlier than from is on the next day."
    )
    days: Weekdays | None = Field(None, description="Days on which it begins every week, or daily.")
    zone: Zone | None = Field(None, description="The time zone of its times; without it, that of services.")
    clients: Names | None = Field(None, description="Clients whose sites, and hosts that are theirs alone, it is for.")
    hosts: Names | None = Field(None, description="Hosts that it is for, with the sites on them.")
    sites: Names | None = Field(None, description="Sites that it is for.")
    checks: Names | None = Field(None, description="The checks that it is for; without it, all.")


def window(name: str, shape: WindowShape, zone: str) -> Window:
    """The window that was written; `zone` holds where it has none of its own."""
    start, until = shape.start, shape.until
    once = (start, until) if isinstance(start, datetime) and isinstance(until, datetime) else None
    weekly = None
    if shape.days and isinstance(start, time) and isinstance(until, time):
        weekly = Weekly(shape.days, start, until, shape.zone or zone)
    return Window(
        name,
        title=shape.title or name,
        clients=frozenset(shape.clients or ()),
        hosts=frozenset(shape.hosts or ()),
        sites=frozenset(shape.sites or ()),
        checks=frozenset(shape.checks or ()),
        once=once,
        weekly=weekly,
    )
