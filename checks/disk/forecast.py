"""Forecasts when a disk will be full, and keeps the history of daily maxima that this needs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from statistics import median
from typing import Any

from checks.disk.facts import Mount, PathUsage
from checks.findings import Memory

Point = tuple[int, int]
"""A day as its ordinal, and the most that was used on it, in KiB."""

LEAST_POINTS = 5
LEAST_DAYS = 7
_RISING = 0.8  # of all pairs of days must rise
_ABOVE_NOISE = 3  # times the usual distance from the line
_STALE_DAYS = 3
_CLEANED = 0.2  # of what was used


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days until nothing is left, at the slower, median and faster rate of the past."""

    earliest: float
    middle: float
    latest: float | None  # None: at the slow pace it never comes
    daily: float  # KiB


def make_forecast(points: Sequence[Point], available: int, today: int) -> Forecast | None:
    """A forecast from daily maxima for `available` KiB left, or None where the past does not carry one.

    Theil and Sen's slope, the median over all pairs of days, is blind to a few odd ones: a burst, a night's dump or a
    log rotation does not move it. The days must cover a week, rise steadily and by more than they scatter. Points of
    days to come are left out: the clock was wrong then, or is now.
    """
    past = _since_clean_up(sorted(point for point in points if point[0] <= today))
    if len(past) < LEAST_POINTS or past[-1][0] - past[0][0] < LEAST_DAYS or today - past[-1][0] > _STALE_DAYS:
        return None
    slopes = sorted(
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in combinations(past, 2)
        if later[0] > earlier[0]
    )
    pace = median(slopes)
    if pace <= 0 or sum(slope > 0 for slope in slopes) < _RISING * len(slopes):
        return None
    if pace * (past[-1][0] - past[0][0]) < _ABOVE_NOISE * _scatter(past, pace):
        return None
    slow, fast = slopes[len(slopes) // 4], slopes[(3 * len(slopes)) // 4]
    return Forecast(available / fast, available / pace, available / slow if slow > 0 else None, pace)


def _since_clean_up(points: Sequence[Point]) -> Sequence[Point]:
    """Return the points since the last lasting drop by a fifth or more."""
    most_after = 0
    for index in range(len(points) - 1, -1, -1):
        if most_after and most_after < (1 - _CLEANED) * points[index][1]:
            return points[index + 1 :]
        most_after = max(most_after, points[index][1])
    return points


def _scatter(points: Sequence[Point], pace: float) -> float:
    """Return the median absolute residual of the line through the points."""
    offsets = [amount - pace * day for day, amount in points]
    middle = median(offsets)
    return median(abs(offset - middle) for offset in offsets)


def days(forecast: Forecast) -> str:
    """Return the range in words: "in 9 to 16 days"."""
    low = max(0, int(forecast.earliest))
    if forecast.latest is None or forecast.latest > 365:
        return f"in {low} days or more"
    high = max(low, round(forecast.latest))
    return f"in {low} to {high} days" if high > low else f"in about {low} days"


_DAYS = 60
_MOST_MOUNTS = 60
_MOST_PLACES = 12
_RESIZED = 0.01  # of the size
_WHOLE_DISKS_KEPT = 20  # mounts whose past is kept; others only as being there


@dataclass(frozen=True, slots=True)
class SpaceHistory:
    """The history of one mount. Days are date.toordinal numbers, amounts KiB."""

    seen: int  # the day on which it was last there
    size: int = 0
    writable: bool = True
    points: tuple[Point, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)  # the biggest of the last alarm, in bytes
    places_day: int = 0
    foretold: bool = False


def recall(memory: Memory) -> dict[str, SpaceHistory]:
    """Read the history from memory; malformed parts are dropped."""
    found: dict[str, SpaceHistory] = {}
    stored = memory.get("mounts")
    for point, entry in stored.items() if isinstance(stored, Mapping) else ():
        try:
            found[point] = SpaceHistory(
                int(entry["seen"]),
                int(entry.get("size", 0)),
                bool(entry.get("writable", True)),
                tuple((int(day), int(amount)) for day, amount in entry.get("points", ())),
                {str(path): int(amount) for path, amount in entry.get("places", {}).items()},
                int(entry.get("places_day", 0)),
                bool(entry.get("foretold", False)),
            )
        except (KeyError, TypeError, ValueError, AttributeError):
            continue
    return found


def remember(pasts: Mapping[str, SpaceHistory]) -> dict[str, Any]:
    """Return the history as JSON; the most recent mounts if there are too many."""
    newest = sorted(pasts.items(), key=lambda one: (-one[1].seen, one[0]))[:_MOST_MOUNTS]
    kept: dict[str, Any] = {}
    for number, (point, past) in enumerate(newest):
        entry: dict[str, Any] = {"seen": past.seen, "size": past.size, "writable": past.writable}
        if number < _WHOLE_DISKS_KEPT:
            entry |= {"points": [list(one) for one in past.points], "foretold": past.foretold}
            entry |= {"places": dict(past.places), "places_day": past.places_day}
        kept[point] = entry
    return kept


def add(past: SpaceHistory | None, mount: Mount, today: int) -> SpaceHistory:
    """The past with today in it: the most that was used today, or a new start after a resize.

    Points further than sixty days from today, on either side, are dropped: a clock that jumped leaves nothing for good.
    """
    if mount.space is None:
        return replace(past, seen=today) if past else SpaceHistory(today, writable=mount.writable)
    size, used = mount.space.size // 1024, mount.space.used // 1024
    points = dict(past.points) if past else {}
    if past and abs(size - past.size) > _RESIZED * past.size:
        points = {}
    points[today] = max(used, points.get(today, 0))
    near = tuple(sorted(point for point in points.items() if abs(point[0] - today) <= _DAYS))[-_DAYS:]
    known = past or SpaceHistory(today)
    return replace(known, seen=today, size=size, writable=mount.writable, points=near)


def with_places(past: SpaceHistory, places: tuple[PathUsage, ...], today: int) -> SpaceHistory:
    """Return the history with the largest paths of now; those of earlier today stay, so that a day's growth shows."""
    if not places or (past.places_day == today and past.places):
        return past
    biggest = sorted(places, key=lambda place: -place.amount)[:_MOST_PLACES]
    return replace(past, places={place.path: place.amount for place in biggest}, places_day=today)
