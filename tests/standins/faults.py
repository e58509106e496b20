"""Bad days of a service: each is said for one kind of request, and is suffered by the next ones of that kind."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    """What goes wrong."""

    LOST = "lost"
    """It is applied, then the connection is cut without an answer."""
    NOT_REACHED = "not reached"
    """The connection is cut before the service sees it."""
    FAILED_BEFORE = "failed before"
    """A 5xx that is not JSON, and nothing was applied."""
    FAILED_AFTER = "failed after"
    """A 5xx that is not JSON, although it was applied."""
    TOO_MANY = "too many"
    """A 429, and nothing was applied."""
    SLOW = "slow"
    """It is applied at once, and answered after `seconds`."""
    TRUNCATED = "truncated"
    """Applied; the head promises the whole answer, half of it comes, and the connection is cut."""
    CUT_JSON = "cut JSON"
    """Applied; the HTTP is well-formed, and the JSON in it ends half-way."""
    NOT_JSON = "not JSON"
    """Applied; the right status, with a page of HTML where JSON belongs."""
    REDIRECT = "redirect"
    """Not applied: a 302 or 307 to another server, which remembers whether credentials followed."""


BEFORE = frozenset({How.FAILED_BEFORE, How.TOO_MANY, How.REDIRECT})
"""Those that answer in the service's place, so that nothing is applied."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them. `seconds` is how long a slow answer takes.

    `status` is 503 for failures and 307 for redirects unless it is said. `retry_after` goes into Retry-After as it is;
    None is what the service does by itself, and "" leaves the header out.
    """

    how: How
    seconds: float = 1.0
    status: int | None = None
    retry_after: int | str | None = None


class Faults:
    """Those still to come, in their order, by kind of request. Not safe for threads by itself."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self._queues: Mapping[str, deque[Fault]] = {kind: deque() for kind in kinds}

    def add(self, kind: str, fault: Fault, times: int) -> None:
        """Put it behind those that wait; ValueError for a kind that the service does not know."""
        if kind not in self._queues:
            raise ValueError(f"no such kind of request: {kind!r}; known are {', '.join(self._queues)}")
        self._queues[kind].extend([fault] * times)

    def first(self, kind: str) -> Fault | None:
        """The one that the next request will suffer."""
        queue = self._queues.get(kind)
        return queue[0] if queue else None

    def drop(self, kind: str) -> None:
        """It has been suffered."""
        self._queues[kind].popleft()

    def clear(self) -> None:
        """All is well again."""
        for queue in self._queues.values():
            queue.clear()

    def pending(self) -> list[tuple[str, Fault]]:
        """Each that waits, with its kind."""
        return [(kind, fault) for kind, queue in self._queues.items() for fault in queue]
