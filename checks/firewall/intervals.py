"""Sets of integers, such as addresses and ports, as sorted intervals."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

Interval = tuple[int, int]
"""The first and the last number, both included."""

_MUCH = 16
"""With a set this many times longer than the other, binary search beats a linear merge."""


@dataclass(frozen=True, slots=True)
class IntervalSet:
    """A set of integers: sorted intervals that neither overlap nor touch."""

    parts: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Interval]) -> Self:
        """Return the union of intervals; one that ends before it begins is empty."""
        merged: list[Interval] = []
        for first, last in sorted(span for span in spans if span[0] <= span[1]):
            if merged and first <= merged[-1][1] + 1:
                if last > merged[-1][1]:
                    merged[-1] = (merged[-1][0], last)
            else:
                merged.append((first, last))
        return cls(tuple(merged))

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    def __contains__(self, number: int) -> bool:
        low, high = 0, len(self.parts)
        while low < high:
            middle = (low + high) // 2
            if self.parts[middle][1] < number:
                low = middle + 1
            else:
                high = middle
        return low < len(self.parts) and self.parts[low][0] <= number

    def __or__(self, other: "IntervalSet") -> "IntervalSet":
        if not self.parts or not other.parts:
            return other if other.parts else self
        return IntervalSet.of((*self.parts, *other.parts))

    def __and__(self, other: "IntervalSet") -> "IntervalSet":
        mine, others = self.parts, other.parts
        if mine is others or self._is_inside(other):
            return self
        if other._is_inside(self):
            return other
        if len(mine) * _MUCH < len(others):
            return IntervalSet(tuple(_clipped(mine, others)))
        if len(others) * _MUCH < len(mine):
            return IntervalSet(tuple(_clipped(others, mine)))
        found: list[Interval] = []
        i = j = 0
        while i < len(mine) and j < len(others):
            first, last = max(mine[i][0], others[j][0]), min(mine[i][1], others[j][1])
            if first <= last:
                found.append((first, last))
            if mine[i][1] < others[j][1]:
                i += 1
            else:
                j += 1
        return IntervalSet(tuple(found))

    def _is_inside(self, other: "IntervalSet") -> bool:
        """Whether it is easily seen to be a part of the other: mostly the other is everywhere, and this a long list."""
        if not self.parts or len(other.parts) != 1:
            return not self.parts
        return other.parts[0][0] <= self.parts[0][0] and self.parts[-1][1] <= other.parts[0][1]

    def __sub__(self, other: "IntervalSet") -> "IntervalSet":
        if not self.parts or not other.parts:
            return self
        if self.parts is other.parts:
            return IntervalSet()
        return self & other.outside(self.parts[0][0], self.parts[-1][1])

    def outside(self, first: int, last: int) -> "IntervalSet":
        """Return the intervals of `first` to `last` that are not in the set."""
        return IntervalSet(_gaps(self.parts, first, last))

    @property
    def amount(self) -> int:
        """Return how many numbers are in the set."""
        return sum(last - first + 1 for first, last in self.parts)


def _clipped(few: tuple[Interval, ...], many: tuple[Interval, ...]) -> Iterator[Interval]:
    """Return the intersection by binary search for each interval of the shorter set."""
    for first, last in few:
        start, end = bisect_left(many, (first + 1,)), bisect_left(many, (last + 1,))
        for low, high in many[max(start - 1, 0) : min(start, end)]:
            if high >= first:
                yield max(low, first), min(high, last)
        if start < end:
            yield from many[start : end - 1]
            yield many[end - 1][0], min(many[end - 1][1], last)


@lru_cache(maxsize=256)
def _gaps(parts: tuple[Interval, ...], first: int, last: int) -> tuple[Interval, ...]:
    """A ban list is asked for what it leaves again and again, once for each port."""
    gaps: list[Interval] = []
    start = first
    for low, high in parts:
        if high < start:
            continue
        if low > last:
            break
        if low > start:
            gaps.append((start, low - 1))
        start = high + 1
    if start <= last:
        gaps.append((start, last))
    return tuple(gaps)


NONE = IntervalSet()
PORTS = IntervalSet(((0, 65535),))
