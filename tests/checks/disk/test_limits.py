"""A host that names more than is looked at: the rest is left out, and said; no work grows faster than the answer."""

from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.disk import Settings, evaluate, parse
from checks.disk.facts import PathUsage
from checks.disk.largest import by_mount, is_below, nearest_above
from checks.findings import Cause, NotCheckedError, State
from tests.calls import calls
from tests.checks.disk.answers import answer, disk

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def _many(mounts: int, places: int) -> str:
    lines = [disk(number, f"/srv/{number}", used=99) for number in range(mounts)]
    lines += [f"big {number} 5000\t/srv/{number}/www/var/cache/{at}" for number in range(mounts) for at in range(4)]
    lines += [f"place places 4096\t/srv/{number % max(mounts, 1)}/known/{number}" for number in range(places)]
    lines += [f"deleted 65025 4096 {number} php" for number in range(places)]
    lines += [f"fstab /dev/x{number} /mnt/{number} ext4 defaults 0 0" for number in range(places)]
    return answer(*lines)


def _look(output: str) -> None:
    evaluate(parse(output), Settings(), {}, NOW)


def test_what_is_beyond_the_limits_is_said() -> None:
    facts = parse(_many(70_000 // 256, 1500))
    assert len(facts.mounts) == 256
    assert {gap.item for gap in facts.left_out} == {
        "file systems",
        "large places",
        "deleted files",
        "lines of /etc/fstab",
    }
    said = [one for one in evaluate(facts, Settings(), {}, NOW).findings if one.data.get("cause") == Cause.TOO_MUCH]
    assert {one.item for one in said} == {gap.item for gap in facts.left_out}
    assert all(one.state is State.UNKNOWN for one in said)


def test_an_answer_without_end_is_not_read() -> None:
    with pytest.raises(NotCheckedError) as raised:
        parse(answer(*["mount 1"] * 300_000))
    assert raised.value.cause is Cause.TOO_MUCH


def test_twice_the_mounts_and_places_are_twice_the_work() -> None:
    _look(_many(4, 4))  # what is made once is made
    few, more = (calls(partial(_look, _many(size, size * 4))) for size in (60, 120))
    assert more < 2.5 * few


def test_paths_are_looked_at_once_however_deeply_they_are_nested() -> None:
    def nested(depth: int) -> list[str]:
        return ["/a" * number for number in range(1, depth + 1)]

    assert calls(lambda: list(nearest_above(nested(1000)))) < 2.5 * calls(lambda: list(nearest_above(nested(500))))


paths = st.from_regex(r"(/[ab!]{1,2}){1,5}", fullmatch=True) | st.just("/")


@given(st.sets(paths, max_size=30))
def test_the_nearest_above_is_the_longest_of_those_above(known: set[str]) -> None:
    for path, above in nearest_above(known):
        assert above == max((one for one in known - {path} if is_below(path, one)), key=len, default=None)


@given(st.lists(paths, max_size=20), st.sets(paths, max_size=8))
def test_a_place_lies_on_the_innermost_mount(places: list[str], points: set[str]) -> None:
    found = by_mount([PathUsage(path, 1) for path in places], points)
    for path in places:
        home = max((point for point in points if is_below(path, point)), key=len, default=None)
        assert [point for point, inside in found.items() if PathUsage(path, 1) in inside] == ([home] if home else [])
