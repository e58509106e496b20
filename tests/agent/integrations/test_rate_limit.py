"""The pace: no service is ever asked more often than it documents, whoever asks, whenever, and by whichever clock."""

import heapq
import os
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.integrations.harvest.client import REPORTS
from agent.integrations.rate_limit import LONGEST_HOLD, Limit, block_for, delay, reserve
from agent.store.store import Store

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
DOCUMENTED = [
    Limit("account", 10, 60),
    Limit("account", 200, 60),
    Limit("account", 2500, 60),
    Limit("updates", 100, 60),
    Limit("general", 100, 15),
    REPORTS,
]
limits = st.integers(1, 3000).flatmap(
    lambda most: st.builds(Limit, st.just("x"), st.just(most), st.floats(0.1, 3600), st.none() | st.integers(1, most))
)
pauses = st.lists(st.one_of(st.just(0.0), st.floats(0, 3), st.floats(0, 200)), min_size=1, max_size=300)


def most_in_a_window(times: list[float], seconds: float) -> int:
    """The most requests in any span that is so long, its end left out."""
    times, first, most = sorted(times), 0, 0
    for last, at in enumerate(times):
        while at - times[first] >= seconds - 1e-3:
            first += 1
        most = max(most, last - first + 1)
    return most


def asked_by(limit: Limit, askers: int, rests: Iterable[float]) -> list[float]:
    """When requests go of processes that share a mark, each asking again when it was answered and has rested."""
    mark: datetime | None = None
    ready, gone = [(0.0, asker) for asker in range(askers)], []
    for rest in rests:
        arrival, asker = heapq.heappop(ready)
        at = START + timedelta(seconds=arrival)
        mark = reserve(limit, mark, at)
        gone.append(arrival + delay(limit, mark, at))
        heapq.heappush(ready, (gone[-1] + rest, asker))
    return gone


@given(limits, st.integers(1, 3), pauses)
def test_no_window_holds_more_than_the_limit(limit: Limit, askers: int, rests: list[float]) -> None:
    assert most_in_a_window(asked_by(limit, askers, rests), limit.seconds) <= limit.requests


@pytest.mark.parametrize("limit", DOCUMENTED, ids=str)
@pytest.mark.parametrize("askers", [1, 2, 40])
def test_a_flood_keeps_a_documented_limit_and_uses_most_of_it(limit: Limit, askers: int) -> None:
    for rest in (0.01, 0.5, 5.0):
        assert most_in_a_window(asked_by(limit, askers, [rest] * 3 * limit.requests), limit.seconds) <= limit.requests
    flood = asked_by(limit, askers, [0.0] * 3 * limit.requests)
    assert most_in_a_window(flood, limit.seconds) <= limit.requests
    first = [at for at in flood if at < limit.seconds]
    assert len(first) >= limit.requests * 0.7, "nobody waits without need"


@given(limits, st.floats(0, 1e6))
def test_after_a_rest_a_burst_goes_at_once(limit: Limit, rest: float) -> None:
    rested = limit.interval * limit.burst + rest
    rests = [rested if number == limit.burst - 1 else 0.0 for number in range(2 * limit.burst)]
    gone = asked_by(limit, 1, rests)
    assert all(min(at, abs(at - rested)) < 5e-3 for at in gone)  # a mark is kept to the microsecond


@given(limits, st.lists(st.tuples(st.floats(0, 100), st.floats(-1e7, 1e7)), min_size=1, max_size=100))
def test_a_clock_that_jumps_never_has_anybody_wait_for_long(limit: Limit, steps: list[tuple[float, float]]) -> None:
    at, mark = START, None
    for passed, jump in steps:
        at += timedelta(seconds=passed + jump)
        mark = reserve(limit, mark, at)
        assert 0 <= delay(limit, mark, at) <= max(limit.seconds * 4, LONGEST_HOLD + limit.seconds) + limit.interval


@given(limits, st.floats(0, 1e6))
def test_a_clock_that_was_far_ahead_is_forgotten(limit: Limit, ahead: float) -> None:
    beyond = limit.seconds * 4 + LONGEST_HOLD * 2 + limit.interval * limit.burst + ahead
    mark = reserve(limit, None, START + timedelta(seconds=beyond))
    assert delay(limit, reserve(limit, mark, START), START) == 0


@given(limits, st.floats(0, 1e9))
def test_a_bucket_that_is_held_is_left_alone_for_as_long_as_that(limit: Limit, seconds: float) -> None:
    until = block_for(limit, seconds, START)
    waits = delay(limit, reserve(limit, until, START), START)
    assert min(seconds, LONGEST_HOLD) - 1e-3 <= waits <= LONGEST_HOLD + limit.interval + 1e-3


def test_processes_share_one_mark(tmp_path: Path) -> None:
    limit, each, children = Limit("shared", 100, 60), 25, 3
    with Store(tmp_path):
        pass
    for _ in range(children):
        if os.fork() == 0:
            _book_and_leave(tmp_path, limit, each)
    for _ in range(children):
        assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
    with Store(tmp_path) as store:
        last = store.cache.reserve("shared", lambda mark: reserve(limit, mark, START))
    assert last == START + timedelta(seconds=limit.interval) * (each * children + 1), "no booking was lost"


def _book_and_leave(folder: Path, limit: Limit, times: int) -> None:
    """In a process of its own: many requests at one moment."""
    code = 1
    try:
        with Store(folder) as store:
            for _ in range(times):
                store.cache.reserve(limit.bucket, lambda mark: reserve(limit, mark, START))
        code = 0
    finally:
        os._exit(code)
