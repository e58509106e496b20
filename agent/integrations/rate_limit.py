"""Rate limits as leaky buckets, so that a service never has to answer "too many requests"."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `requests` in any `seconds`, as the service documents it. `bucket` names what is counted together.

    `at_once` is the burst after a rest: the larger it is, the slower the requests behind it. None means one in twenty
    of `requests`.
    """

    bucket: str
    requests: int
    seconds: float
    at_once: int | None = None

    @property
    def burst(self) -> int:
        """Return the number of requests that may follow at once after a rest."""
        return max(1, self.requests // 20 if self.at_once is None else self.at_once)

    @property
    def interval(self) -> float:
        """Return the seconds between requests after the burst.

        With the burst they stay within the limit, and one in twenty is kept in reserve: requests may arrive closer
        together than they were sent.
        """
        return self.seconds / max(1, self.requests - self.burst - max(1, self.requests // 20))


LONGEST_HOLD = 900.0
"""Seconds for which a service can make us wait at most, before it is tried again."""

Booked = Callable[[datetime | None], datetime]
"""Returns the new mark of a bucket from the old one; None means that there is none."""


class RateLimitStore(Protocol):
    """Stores the marks of buckets, shared by all processes of one installation."""

    def reserve(self, bucket: str, booked: Booked) -> datetime:
        """Replace a bucket's mark by `booked(mark)`, atomically. Returns the new one."""


def reserve(limit: Limit, mark: datetime | None, now: datetime) -> datetime:
    """Return the mark after one more request: the moment at which the leaky bucket is empty again.

    A mark in the past counts as now. So does one farther ahead than any wait can be: it comes from a clock that was
    wrong.
    """
    interval = timedelta(seconds=limit.interval)
    farthest = now + _burst_delay(limit) + timedelta(seconds=max(limit.seconds * 4, LONGEST_HOLD + limit.seconds))
    return (now if mark is None or mark < now or mark > farthest else mark) + interval


def block_for(limit: Limit, seconds: float, now: datetime) -> datetime:
    """Return the mark that blocks a bucket for so many seconds, at most LONGEST_HOLD."""
    return now + timedelta(seconds=min(seconds, LONGEST_HOLD)) + _burst_delay(limit)


def delay(limit: Limit, mark: datetime, now: datetime) -> float:
    """Return the seconds until the request that made this mark may be sent; a whole burst may precede its time."""
    return max(0.0, (mark - _burst_delay(limit) - now).total_seconds())


def _burst_delay(limit: Limit) -> timedelta:
    return timedelta(seconds=limit.interval) * limit.burst
