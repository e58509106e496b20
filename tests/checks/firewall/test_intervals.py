"""Sets of numbers, against Python's own."""

from hypothesis import given
from hypothesis import strategies as st

from checks.firewall.intervals import IntervalSet

numbers = st.integers(0, 40)
spans = st.lists(st.tuples(numbers, numbers), max_size=8)


def members(parts: list[tuple[int, int]]) -> set[int]:
    """The same set, number by number."""
    return {number for first, last in parts for number in range(first, last + 1)}


@given(spans, spans)
def test_it_is_a_set(mine: list[tuple[int, int]], other: list[tuple[int, int]]) -> None:
    left, right = IntervalSet.of(mine), IntervalSet.of(other)
    for made, wanted in (
        (left, members(mine)),
        (left | right, members(mine) | members(other)),
        (left & right, members(mine) & members(other)),
        (left - right, members(mine) - members(other)),
        (left.outside(5, 30), set(range(5, 31)) - members(mine)),
    ):
        assert {number for number in range(-1, 42) if number in made} == wanted
        assert made.amount == len(wanted)
        assert bool(made) == bool(wanted)
        assert made == IntervalSet.of((number, number) for number in wanted), "one set has one form"


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(0, 20)), min_size=50, max_size=90), spans)
def test_a_long_one_and_a_short_one(many: list[tuple[int, int]], few: list[tuple[int, int]]) -> None:
    parts = [(first, first + length // 7) for first, length in many]
    long, short = IntervalSet.of(parts), IntervalSet.of((20 * first, 20 * last) for first, last in few[:2])
    wanted = members(parts) & members([(20 * first, 20 * last) for first, last in few[:2]])
    assert long & short == short & long == IntervalSet.of((number, number) for number in wanted)


@given(st.lists(st.tuples(st.integers(0, 2**128), st.integers(0, 2**128)), max_size=20))
def test_large_numbers_are_no_trouble(parts: list[tuple[int, int]]) -> None:
    made = IntervalSet.of(parts)
    assert made.outside(0, 2**128).amount + made.amount == 2**128 + 1
