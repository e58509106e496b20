"""How fast a service may be asked, so that it never has to say "too many requests"."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` in any `seconds`, as a service documents it. `bucket` names what is counted together.

    `at_once` is how many may follow without a pause after a rest: the more, the slower go those behind them. Without
    it, one in twenty.
    """

    bucket: str
    requests: int
    seconds: float
    at_once: int | None = None

    @property
    def burst(self) -> int:
        """Requests that may follow at once after a rest."""
        return max(1, self.requests // 20 if self.at_once is None else self.at_once)

    @property
    def interval(self) -> float:
        """Seconds between requests when there are many.

        With the burst before them they stay within the limit, and one in twenty is kept back: what travels may arrive
        closer together than it was sent.
        """
        return self.seconds / max(1, self.requests - self.burst - max(1, self.requests // 20))


LONGEST_HOLD = 900.0
"""Seconds for which a service can have us wait before we look again ourselves."""

Booked = Callable[[datetime | None], datetime]
"""From a bucket's mark as it was to the mark as it is now."""


class RateLimitStore(Protocol):
    """Where the marks of buckets are kept: shared by every process of one installation."""

    def reserve(self, bucket: str, booked: Booked) -> datetime:
        """Replace a bucket's mark by what `booked` makes of it, in one step; gives the new one."""


def reserve(limit: Limit, mark: datetime | None, now: datetime) -> datetime:
    """The mark after one more request: the moment by which the bucket is empty again, as a leaking one would be.

    What it held before a mark that lies in the past has leaked out; a mark impossibly far ahead is of a clock that was
    wrong.
    """
    interval = timedelta(seconds=limit.interval)
    farthest = now + _burst_delay(limit) + timedelta(seconds=max(limit.seconds * 4, LONGEST_HOLD + limit.seconds))
    return (now if mark is None or mark < now or mark > farthest else mark) + interval


def block_for(limit: Limit, seconds: float, now: datetime) -> datetime:
    """The mark of a bucket that is to be left alone for so long, as the service asked."""
    return now + timedelta(seconds=min(seconds, LONGEST_HOLD)) + _burst_delay(limit)


def delay(limit: Limit, mark: datetime, now: datetime) -> float:
    """Seconds until the request that made this mark may go: a whole burst may be ahead of its time."""
    return max(0.0, (mark - _burst_delay(limit) - now).total_seconds())


def _burst_delay(limit: Limit) -> timedelta:
    return timedelta(seconds=limit.interval) * limit.burst
