"""What the rounds before tell of a disk."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from checks.disk import Settings, arguments
from checks.findings import CheckResult, State
from checks.probes import Target
from inventory.model import Host
from tests.checks.disk.answers import GIB, disk
from tests.checks.disk.test_evaluate import NOW, about, judge

OK, WARNING = State.OK, State.WARNING


def rising(start: float, daily: float, days: int, settings: Settings | None = None) -> CheckResult:
    """The last of daily rounds over a disk of 100 GiB that fills by `daily` percent."""
    judged = CheckResult(())
    for day in range(days):
        judged = judge(
            disk(1, "/", size=100 * GIB, used=start + daily * day),
            settings=settings,
            memory=judged.memory,
            now=NOW + timedelta(days=day),
        )
    return judged


def test_a_disk_that_will_be_full_soon_is_a_warning_and_no_more() -> None:
    found = about(rising(61, 3, 8), "/")
    assert (found.state, found.kind) == (WARNING, "disk-forecast")
    assert found.data["full_in_days"] == [6, 6]
    assert "full in about 6 days at the pace of the last weeks" in found.summary


@pytest.mark.parametrize(
    ("start", "daily", "days"),
    [
        (61, 3, 7),  # six days are no week
        (40, 2, 9),  # not full enough
        (65, 0.1, 40),  # not soon
        (84, -1, 12),  # it empties
    ],
)
def test_no_forecast(start: float, daily: float, days: int) -> None:
    assert about(rising(start, daily, days), "/").state is OK


def test_no_forecast_where_none_is_wanted() -> None:
    assert about(rising(61, 3, 8, Settings(forecast_days=0)), "/").state is OK


def test_a_forecast_goes_with_the_alarm_it_belongs_to() -> None:
    found = about(rising(70, 2, 10), "/")
    assert (found.state, found.kind, found.data["full_in_days"]) == (WARNING, "disk-space", [6, 6])


def test_a_forecast_asks_for_the_growers_next_time() -> None:
    judged = rising(61, 3, 8)
    told = arguments(Target(Host("web1")), Settings(), judged.memory)
    assert told[4] == "60 /"


def test_a_resize_starts_anew() -> None:
    judged = rising(61, 3, 8)
    larger = judge(disk(1, "/", size=120 * GIB, used=70), memory=judged.memory, now=NOW + timedelta(days=8))
    assert about(larger, "/").state is OK
    assert len(larger.memory["mounts"]["/"]["points"]) == 1


def test_a_clock_that_steps_back_foretells_nothing_and_breaks_nothing() -> None:
    judged = rising(61, 3, 8)
    back = judge(disk(1, "/", size=100 * GIB, used=83), memory=judged.memory, now=NOW - timedelta(days=20))
    assert about(back, "/").kind != "disk-forecast"
    forward = judge(disk(1, "/", size=100 * GIB, used=82.5), memory=back.memory, now=NOW + timedelta(days=8))
    assert len(forward.memory["mounts"]["/"]["points"]) == 10
    far = judge(disk(1, "/", size=100 * GIB, used=82.5), memory=judged.memory, now=NOW + timedelta(days=4000))
    assert len(far.memory["mounts"]["/"]["points"]) == 1


def test_memory_stays_small() -> None:
    memory: Mapping[str, Any] = {}
    for day in range(100):
        lines = [disk(key, f"/mount{key}", used=60 + day / 10) for key in range(200)]
        memory = judge(*lines, memory=memory, now=NOW + timedelta(days=day)).memory
        if day < 95:
            continue
        assert len(json.dumps(memory)) < 48_000
