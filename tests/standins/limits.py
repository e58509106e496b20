"""Quotas over a sliding time, and whether a client waits as long as it was told to."""

import math
from collections import deque
from datetime import datetime
from email.utils import parsedate_to_datetime

_EARLY = 0.02
"""Seconds by which two clocks on one machine may differ."""


class Window:
    """So many requests in any so many seconds."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.seconds = seconds
        self._taken: deque[float] = deque()

    def take(self, now: datetime) -> int:
        """Take a place and say 0; without room, the whole seconds until there is some."""
        moment = self._forget(now)
        if len(self._taken) < self.limit:
            self._taken.append(moment)
            return 0
        return self.reset(now)

    def left(self, now: datetime) -> int:
        """How many places there are."""
        self._forget(now)
        return max(0, self.limit - len(self._taken))

    def reset(self, now: datetime) -> int:
        """Whole seconds until the next place falls free."""
        moment = self._forget(now)
        return max(1, math.ceil(self._taken[0] + self.seconds - moment)) if self._taken else 0

    def _forget(self, now: datetime) -> float:
        moment = now.timestamp()
        while self._taken and self._taken[0] <= moment - self.seconds:
            self._taken.popleft()
        return moment


class Patience:
    """Until when a client was told to wait."""

    def __init__(self) -> None:
        self._until = 0.0

    def tell(self, retry_after: str, now: datetime) -> None:
        """Remember a Retry-After: seconds, or a date; other text tells nothing."""
        moment = now.timestamp()
        try:
            until = moment + float(retry_after)
        except ValueError:
            try:
                until = parsedate_to_datetime(retry_after).timestamp()
            except ValueError:
                return
        self._until = max(self._until, until)

    def left(self, now: datetime) -> float:
        """Seconds that a request comes too early; 0 where it may come."""
        early = self._until - now.timestamp()
        return early if early > _EARLY else 0.0
