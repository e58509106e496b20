"""How urgent a ticket is: by how bad the problem is, and by what was agreed with the client."""

from collections.abc import Iterable, Mapping
from typing import Literal

from checks import State

Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")

_BY_KIND: Mapping[str, Mapping[State, Priority]] = {
    "standard": {State.CRITICAL: "high", State.UNKNOWN: "normal", State.WARNING: "low"},
    "extended": {State.CRITICAL: "urgent", State.UNKNOWN: "normal", State.WARNING: "normal"},
}


def priority(state: State, kinds: Iterable[str | None]) -> Priority:
    """The priority of a problem in this state for clients with contracts of these kinds; the most urgent one counts."""
    found = [_BY_KIND[kind or "standard"].get(state, "low") for kind in kinds] or [
        _BY_KIND["standard"].get(state, "low")
    ]
    return max(found, key=PRIORITIES.index)


def higher(one: str | None, other: str | None) -> bool:
    """Whether one priority is higher than another; one that is unknown is the lowest."""
    order: tuple[str | None, ...] = PRIORITIES
    rank = {name: number for number, name in enumerate(order, 1)}
    return rank.get(one, 0) > rank.get(other, 0)
