"""Maintenance windows: while somebody works on a client's machines or sites, no notices of problems are sent."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from inventory.types import MOMENT, STRICT, TIME, Line, MomentOrTime, Names, Weekdays, Zone

Span = tuple[datetime, datetime]
"""From the first moment to the first moment after it, both aware and in UTC."""
SUBJECTS = ("clients", "hosts", "sites")


def _both(pattern: str) -> dict[str, Any]:
    return {end: {"type": "string", "pattern": pattern} for end in ("from", "until")}


_WRITTEN: dict[str, Any] = {"not": {"type": "null"}}
_ONCE: dict[str, Any] = {"properties": {**_both(MOMENT), "days": {"type": "null"}, "zone": {"type": "null"}}}
_WEEKLY: dict[str, Any] = {"properties": {**_both(TIME), "days": _WRITTEN}, "required": ["days"]}
_ABOUT: list[Any] = [{"properties": {subject: _WRITTEN}, "required": [subject]} for subject in SUBJECTS]


@dataclass(frozen=True, slots=True)
class Weekly:
    """Times that come back every week; an end that is not after the start is on the day after."""

    days: frozenset[int]  # on which it starts, 0 is Monday
    start: time
    end: time
    zone: str  # IANA time zone

    def covers(self, at: datetime) -> Span | None:
        """The span that contains an aware moment."""
        today = at.astimezone(ZoneInfo(self.zone)).date()
        for day in (today - timedelta(days=1), today):
            if day.weekday() in self.days:
                start, end = self._span(day)
                if start <= at < end:
                    return start, end
        return None

    def _span(self, day: date) -> Span:
        """The span that begins on a day.

        An hour that comes twice is in it both times. Where clocks leap over the start, it begins as soon as they have
        leapt; where they leap over the end, it ends by as much later.
        """
        last = day if self.end > self.start else day + timedelta(days=1)
        zone = ZoneInfo(self.zone)
        starts, ends = (
            _readings(datetime.combine(day, self.start), zone),
            _readings(datetime.combine(last, self.end), zone),
        )
        left_out = starts[0] > starts[1]
        return _leap(starts[1], starts[0], zone) if left_out else starts[0], max(ends)


@dataclass(frozen=True, slots=True)
class Window:
    """When, and for what, nobody is told. One of `once` and `weekly` is there."""

    name: str
    title: str
    clients: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    sites: frozenset[str] = frozenset()
    checks: frozenset[str] = frozenset()  # empty: all
    once: Span | None = None
    weekly: Weekly | None = None

    def covers(self, at: datetime) -> Span | None:
        """The span that contains an aware moment; None where the window is closed then."""
        if self.once:
            return self.once if self.once[0] <= at < self.once[1] else None
        return self.weekly.covers(at) if self.weekly else None

    def concerns(
        self, client: str | None, clients: Collection[str], host: str | None, site: str | None, check: str
    ) -> bool:
        """Whether it is about what a check finds: on a site, on a host (site is None), or of a client (both are None).

        `client` is whose the subject is, `clients` are all that the host concerns. A window for a host is for its sites
        as well; one for clients is for their sites, for hosts that no other client shares, and for the clients
        themselves; one for a site is for that site alone.
        """
        if self.checks and check not in self.checks:
            return False
        if host is not None and host in self.hosts:
            return True
        if site is not None:
            return site in self.sites or client in self.clients
        if host is None:
            return client in self.clients
        owners = {*clients, *([client] if client else ())}
        return bool(owners) and owners <= self.clients


class WindowEntry(BaseModel):
    """When somebody works on something, and on what: as it is written, by the clock."""

    model_config = ConfigDict(**STRICT, json_schema_extra={"oneOf": [_ONCE, _WEEKLY], "anyOf": _ABOUT})

    title: Annotated[Line | None, Field(description="What people call it; without it, the key.")] = None
    start: MomentOrTime = Field(
        alias="from", description="When it begins: 2026-12-01T22:00:00+01:00 or, beside days, a time such as 22:00."
    )
    until: MomentOrTime = Field(
        description="When it ends, in the form of from; a time of day that is earlier than from is on the next day."
    )
    days: Annotated[Weekdays | None, Field(description="Days on which it begins every week, or daily.")] = None
    zone: Annotated[Zone | None, Field(description="The time zone of its times; without it, that of services.")] = None
    clients: Annotated[Names, Field(description="Clients whose sites, and hosts that are theirs alone, it is for.")] = (
        frozenset()
    )
    hosts: Annotated[Names, Field(description="Hosts that it is for, with the sites on them.")] = frozenset()
    sites: Annotated[Names, Field(description="Sites that it is for.")] = frozenset()
    checks: Annotated[Names, Field(description="The checks that it is for; without it, all.")] = frozenset()

    def window(self, name: str, zone: str) -> "Window":
        """Make the window of that name; `zone` holds where it has none of its own."""
        start, until = self.start, self.until
        once = (start, until) if isinstance(start, datetime) and isinstance(until, datetime) else None
        weekly = None
        if self.days and isinstance(start, time) and isinstance(until, time):
            weekly = Weekly(self.days, start, until, self.zone or zone)
        return Window(name, self.title or name, self.clients, self.hosts, self.sites, self.checks, once, weekly)


def _readings(wall: datetime, zone: ZoneInfo) -> Span:
    """Return the moments a local time may mean: by the offset before a change of the clock, and by the one after it."""
    before, after = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
    return before.astimezone(UTC), after.astimezone(UTC)


def _leap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment between two others at which the offset changes, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
