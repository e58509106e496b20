"""The charts of a report: disks, problems and hours over time, as bars."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from checks import State
from reports.format import short, translate, translate_plural
from reports.health_report import DiskTrend, MonthOfHours, MonthOfIncidents, Point
from reports.view.context import ViewContext
from reports.view.model import Bar, Chart

_FEW = 2
"""How many bars a chart needs at least."""
_FAR = 365  # days, after which a forecast is not shown
_TIGHT, _NEARLY = 80.0, 90.0  # per cent of a disk

T = TypeVar("T")


def charts(context: ViewContext) -> tuple[Chart, ...]:
    """Return the charts with enough bars; disks first, in the order in which they will be full."""
    report = context.report
    disks = sorted((one for one in report.disks if len(one.points) >= _FEW), key=_urgency)
    built = [_disk(one, context) for one in disks[: context.limits.charts]]
    built += [_incidents(report.incidents_a_month, context)] if len(report.incidents_a_month) >= _FEW else []
    built += [_hours(report.hours_a_month, context)] if len(report.hours_a_month) >= _FEW else []
    return tuple(built)


def _urgency(disk: DiskTrend) -> tuple[int, float, str, str]:
    soonest = disk.full_in_days[0] if disk.full_in_days else 100_000
    return soonest, -(disk.points[-1].value if disk.points else 0), disk.host, disk.mount


def _disk(disk: DiskTrend, context: ViewContext) -> Chart:
    language = context.language
    title = translate(language, "Disk {mount} of server {name}", mount=short(disk.mount, 60), name=short(disk.host, 60))
    bars = []
    for point in _thinned(disk.points, context.limits.points):
        kind = State.CRITICAL if point.value >= _NEARLY else State.WARNING if point.value >= _TIGHT else None
        day = language.day_of_month(point.at.astimezone(language.zone))
        source = translate(language, "round {number}", number=str(point.round))
        bars.append(Bar(day, point.value, language.percent(point.value), source, str(kind or "usual")))
    return Chart(title, tuple(bars), _forecast_sentence(disk, context))


def _forecast_sentence(disk: DiskTrend, context: ViewContext) -> str:
    if disk.full_in_days is None:
        return ""
    language, (least, most) = context.language, disk.full_in_days
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


def _incidents(months: Sequence[MonthOfIncidents], context: ViewContext) -> Chart:
    language = context.language
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


def _hours(months: Sequence[MonthOfHours], context: ViewContext) -> Chart:
    return Chart(context.language("Hours used of those agreed"), tuple(_hour_bars(months, context)))


def _hour_bars(months: Sequence[MonthOfHours], context: ViewContext) -> Iterator[Bar]:
    language = context.language
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
    """Return at most `most` points: the first, the last, and evenly spaced ones between."""
    if len(points) <= most:
        return points
    last = len(points) - 1
    return [points[round(number * last / (most - 1))] for number in range(most)]
