"""Sets of numbers as spans: of addresses, of ports."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

Span = tuple[int, int]
"""The first and the last number, both in it."""


@dataclass(frozen=True, slots=True)
class Spans:
    """A set of whole numbers: spans in order, none touching the next."""

    parts: tuple[Span, ...] = ()

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Self:
        """The union of any spans; those that end before they begin are empty."""
        merged: list[Span] = []
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

    def __or__(self, other: "Spans") -> "Spans":
        if not self.parts or not other.parts:
            return other if other.parts else self
        return Spans.of((*self.parts, *other.parts))

    def __and__(self, other: "Spans") -> "Spans":
        found: list[Span] = []
        mine, others = self.parts, other.parts
        i = j = 0
        while i < len(mine) and j < len(others):
            first, last = max(mine[i][0], others[j][0]), min(mine[i][1], others[j][1])
            if first <= last:
                found.append((first, last))
            if mine[i][1] < others[j][1]:
                i += 1
            else:
                j += 1
        return Spans(tuple(found))

    def __sub__(self, other: "Spans") -> "Spans":
        if not self.parts or not other.parts:
            return self
        return self & other.outside(self.parts[0][0], self.parts[-1][1])

    def outside(self, first: int, last: int) -> "Spans":
        """What of `first` to `last` is not in it."""
        gaps: list[Span] = []
        start = first
        for low, high in self.parts:
            if high < start:
                continue
            if low > last:
                break
            if low > start:
                gaps.append((start, low - 1))
            start = high + 1
        if start <= last:
            gaps.append((start, last))
        return Spans(tuple(gaps))

    @property
    def amount(self) -> int:
        """How many numbers are in it."""
        return sum(last - first + 1 for first, last in self.parts)


NONE = Spans()
PORTS = Spans(((0, 65535),))
