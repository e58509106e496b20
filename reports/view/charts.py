"""What changes over time, as bars: disks, problems, hours."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from checks import State
from reports.format import short, translate, translate_plural
from reports.health_report import DiskTrend, MonthOfHours, MonthOfIncidents, Point
from reports.view.context import ViewContext
from reports.view.model import Bar, Chart

_FEW = 2
"""Bars with which a chart begins to show anything."""
_FAR = 365  # days, after which a forecast is not shown
_TIGHT, _NEARLY = 80.0, 90.0  # per cent of a disk

T = TypeVar("T")


def charts(telling: ViewContext) -> tuple[Chart, ...]:
    """The charts that show a development; the disks first that will be full first."""
    report = telling.report
    disks = sorted((one for one in report.disks if len(one.points) >= _FEW), key=_urgency)
    made = [_disk(one, telling) for one in disks[: telling.limits.charts]]
    made += [_incidents(report.incidents_a_month, telling)] if len(report.incidents_a_month) >= _FEW else []
    made += [_hours(report.hours_a_month, telling)] if len(report.hours_a_month) >= _FEW else []
    return tuple(made)


def _urgency(disk: DiskTrend) -> tuple[int, float, str, str]:
    soonest = disk.full_in_days[0] if disk.full_in_days else 100_000
    return soonest, -(disk.points[-1].value if disk.points else 0), disk.host, disk.mount


def _disk(disk: DiskTrend, telling: ViewContext) -> Chart:
    language = telling.language
    title = translate(language, "Disk {mount} of server {name}", mount=short(disk.mount, 60), name=short(disk.host, 60))
    bars = []
    for point in _thinned(disk.points, telling.limits.points):
        kind = State.CRITICAL if point.value >= _NEARLY else State.WARNING if point.value >= _TIGHT else None
        day = language.day_of_month(point.at.astimezone(language.zone))
        source = translate(language, "round {number}", number=str(point.round))
        bars.append(Bar(day, point.value, language.percent(point.value), source, str(kind or "usual")))
    return Chart(title, tuple(bars), _foretold(disk, telling))


def _foretold(disk: DiskTrend, telling: ViewContext) -> str:
    if disk.full_in_days is None:
        return ""
    language, (least, most) = telling.language, disk.full_in_days
    if most is None or most > _FAR:
        return translate_plural(
            language,
            "If it goes on like this, it will be full in {count} day or later.",
            "If it goes on like this, it will be full in {count} days or later.",
            least,
        )
    if most <= least:
        return translate_plural(
            language,
            "If it goes on like this, it will be full in {count} day.",
            "If it goes on like this, it will be full in {count} days.",
            least,
        )
    return translate_plural(
        language,
        "If it goes on like this, it will be full in {least} to {count} day.",
        "If it goes on like this, it will be full in {least} to {count} days.",
        most,
        least=language.number(least),
    )


def _incidents(months: Sequence[MonthOfIncidents], telling: ViewContext) -> Chart:
    language = telling.language
    most = max((max(one.opened, one.resolved) for one in months), default=0) or 1
    bars = []
    for one in months:
        value = translate(
            language,
            "new: {opened}, solved: {resolved}",
            opened=language.number(one.opened),
            resolved=language.number(one.resolved),
        )
        bars.append(Bar(language.month(one.month), 100 * one.opened / most, value))
    return Chart(language("New problems a month"), tuple(bars))


def _hours(months: Sequence[MonthOfHours], telling: ViewContext) -> Chart:
    return Chart(telling.language("Hours used of those agreed"), tuple(_hour_bars(months, telling)))


def _hour_bars(months: Sequence[MonthOfHours], telling: ViewContext) -> Iterator[Bar]:
    language = telling.language
    most = max((max(one.used, one.agreed or one.used) for one in months), default=0) or 1
    for one in months:
        used = language.number(one.used, 2)
        first, last = language.day_of_month(one.first), language.day_of_month(one.last)
        name = translate(language, "{first} to {last}", first=first, last=last)
        if one.agreed is None:
            yield Bar(name, float(100 * one.used / most), translate(language, "{used} h", used=used))
            continue
        over = one.used > one.agreed
        share = float(100 * one.used / one.agreed) if one.agreed else 100.0 * over
        value = translate(language, "{used} of {agreed} h", used=used, agreed=language.number(one.agreed, 2))
        yield Bar(name, share, value, kind="warning" if over else "usual")


def _thinned(points: Sequence[Point], most: int) -> Sequence[Point]:
    """So many points at most: the first, the last, and some between at equal distance."""
    if len(points) <= most:
        return points
    last = len(points) - 1
    return [points[round(number * last / (most - 1))] for number in range(most)]
