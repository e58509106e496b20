"""Trends over weeks and months: disks, problems, hours."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from agent.client_reports.periods import midnight
from agent.domain.messages import Stage
from agent.presenter import location_of, open_window
from agent.store.history import BookedEntry, DiskReading, History, IncidentTurn, ReportScope
from checks import State
from inventory.model import Inventory
from reports.contract import ContractStatus
from reports.health_report import DiskTrend, MonthOfHours, MonthOfIncidents, Point
from reports.model import ReportedFinding

MONTHS = 6
DISK_DAYS = timedelta(days=90)
HOUR_DAYS = timedelta(days=31 * (MONTHS + 1))


def disk_trends(
    measured: Iterable[DiskReading], findings: Iterable[ReportedFinding], *, only_bad: bool = False
) -> tuple[DiskTrend, ...]:
    """Return one trend for each disk of the findings, in their order."""
    points: dict[tuple[str, str], list[Point]] = {}
    for one in measured:
        points.setdefault((one.host, one.mount), []).append(Point(one.at, one.value, one.round))
    trends = []
    for finding in findings:
        known = points.get((finding.place.host or "", finding.finding.item), [])
        if finding.check != "disk" or finding.place.site or not known or not finding.finding.kind.startswith("disk-"):
            continue
        if not (only_bad and finding.finding.state is State.OK):
            trends.append(DiskTrend(finding.place.host or "", finding.finding.item, tuple(known), _range(finding)))
    return tuple(trends)


def _range(finding: ReportedFinding) -> tuple[int, int | None] | None:
    """Return the days until it is full, by the check's forecast. None: no forecast."""
    foretold = finding.finding.data.get("full_in_days")
    if not isinstance(foretold, list) or len(foretold) != 2 or not isinstance(foretold[0], int):
        return None
    least, most = foretold
    return least, most if isinstance(most, int) else None


def first_months(at: datetime, zone: str) -> tuple[date, ...]:
    """Return the first days of the last six calendar months, the current one included, oldest first."""
    today = at.astimezone(ZoneInfo(zone)).date()
    months = (divmod(today.year * 12 + today.month - 1 - back, 12) for back in reversed(range(MONTHS)))
    return tuple(date(year, month + 1, 1) for year, month in months)


def months_of_incidents(
    turns: Sequence[IncidentTurn],
    months: Sequence[date],
    began: datetime | None,
    inventory: Inventory,
    zone: str,
) -> tuple[MonthOfIncidents, ...]:
    """Count the problems that began and ended in each month since the first round, without maintenance."""
    opened: Counter[date] = Counter()
    resolved: Counter[date] = Counter()
    own = ZoneInfo(zone)
    places = {subject: location_of(subject, inventory) for subject in {one.subject for one in turns}}
    for one in turns:
        place = places[one.subject]
        if inventory.maintenance and place and open_window(one.check, place, inventory, one.at):
            continue
        month = one.at.astimezone(own).date().replace(day=1)
        (resolved if one.change == "resolved" else opened)[month] += 1
    first = began.astimezone(own).date().replace(day=1) if began else None
    return tuple(
        MonthOfIncidents(month, opened[month], resolved[month]) for month in months if first is None or month >= first
    )


def months_of_hours(
    records: History, scope: ReportScope, until: datetime, messages: Sequence[BookedEntry]
) -> tuple[MonthOfHours, ...]:
    """Return hours used and agreed in the last contract months, oldest first, without months of unknown hours.

    The hours are those that Harvest had when the month's last round was made, with what we booked since.
    """
    if scope.client is None:
        return ()
    rounds = records.daily(scope, until - HOUR_DAYS, until)
    counted = records.counted(scope.client, rounds)
    newest = {one.first: one.round for one in counted} | {one.first: one.round for one in counted if one.used}
    chosen = sorted(newest.items())[-MONTHS:]
    found = records.standings([number for _, number in chosen], scope.client)
    standings = [found[number][0] for _, number in chosen]
    return tuple(month for one in standings if (month := _month(one, messages)))


def _month(standing: ContractStatus, messages: Sequence[BookedEntry]) -> MonthOfHours | None:
    counted = with_what_was_booked_since(standing, messages)
    if counted.month is None or counted.used is None:
        return None
    return MonthOfHours(*counted.month, counted.used, counted.agreed)


def with_what_was_booked_since(standing: ContractStatus, messages: Iterable[BookedEntry]) -> ContractStatus:
    """Return a contract status whose hours include our entries that Harvest did not report yet."""
    if standing.month is None or standing.used is None or standing.used_at is None:
        return standing
    first, last = (day.isoformat() for day in standing.month)
    entries: dict[int, list[BookedEntry]] = {}
    for one in messages:
        if first <= one.spent_on <= last:
            entries.setdefault(one.entry, []).append(one)
    added = sum((_unseen(each, standing.used_at) for each in entries.values()), Decimal(0))
    return replace(standing, used=standing.used + added)


def _unseen(messages: Sequence[BookedEntry], asked: datetime) -> Decimal:
    """Return the hours of an entry that Harvest did not report yet; 0 if a person dropped it."""
    meant = [one for one in messages if one.stage is not Stage.DROPPED]
    if all(one.ended_at is not None and one.ended_at <= asked for one in meant):
        return Decimal(0)
    there = [one.said for one in meant if one.stage is Stage.DELIVERED and one.ended_at and one.ended_at <= asked]
    return meant[-1].hours - (there[-1] if there else Decimal(0))


def hours_booked(messages: Iterable[BookedEntry], since: datetime, until: datetime) -> Decimal:
    """Return the hours of routine rounds booked in a period; entries that a person dropped do not count."""
    entries: dict[int, list[BookedEntry]] = {}
    for one in messages:
        entries.setdefault(one.entry, []).append(one)
    return sum(
        (
            each[0].hours
            for each in entries.values()
            if since < each[0].created_at <= until and any(one.stage is not Stage.DROPPED for one in each)
        ),
        Decimal(0),
    )


def earliest_day(at: datetime, zone: str) -> datetime:
    """Return the beginning of the oldest of the last six months."""
    return midnight(first_months(at, zone)[0], zone)
