"""Maintenance windows: when somebody works on a client's machines or sites, so that nobody is told what comes of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Span = tuple[datetime, datetime]
"""From the first moment to the first moment after it, both aware and in UTC."""


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


def _readings(wall: datetime, zone: ZoneInfo) -> Span:
    """What a clock's time may mean: by the offset before a change of the clock, and by the one after it."""
    before, after = wall.replace(tzinfo=zone), wall.replace(tzinfo=zone, fold=1)
    return before.astimezone(UTC), after.astimezone(UTC)


def _leap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment between two others at which the clock leaps, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
