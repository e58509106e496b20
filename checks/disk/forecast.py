"""When a disk will be full, as far as its past tells."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import median

Point = tuple[int, int]
"""A day as a number, and the most that was used on it, in KiB."""

LEAST_POINTS = 5
LEAST_DAYS = 7
_RISING = 0.8  # of all pairs of days must rise
_ABOVE_NOISE = 3  # times the usual distance from the line
_STALE_DAYS = 3
_CLEANED = 0.2  # of what was used


@dataclass(frozen=True, slots=True)
class Forecast:
    """Days until nothing is left: at the slower, the usual and the faster half of the past's pace."""

    earliest: float
    middle: float
    latest: float | None  # None: at the slow pace it never comes
    daily: float  # KiB


def foretell(points: Sequence[Point], available: int, today: int) -> Forecast | None:
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
    """The points after the last time that a fifth and more went away for good."""
    most_after = 0
    for index in range(len(points) - 1, -1, -1):
        if most_after and most_after < (1 - _CLEANED) * points[index][1]:
            return points[index + 1 :]
        most_after = max(most_after, points[index][1])
    return points


def _scatter(points: Sequence[Point], pace: float) -> float:
    """The median distance from the line through the points."""
    offsets = [amount - pace * day for day, amount in points]
    middle = median(offsets)
    return median(abs(offset - middle) for offset in offsets)


def days(forecast: Forecast) -> str:
    """The range in words: "in 9 to 16 days"."""
    low = max(0, int(forecast.earliest))
    if forecast.latest is None or forecast.latest > 365:
        return f"in {low} days or more"
    high = max(low, round(forecast.latest))
    return f"in {low} to {high} days" if high > low else f"in about {low} days"
