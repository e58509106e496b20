"""What one project in Teamwork says about a contract."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from inventory.contracts import Calendar, Kind


@dataclass(frozen=True, slots=True)
class Agreement:
    """A contract as Teamwork has it; what is None is not said there, or not in a way that can be understood.

    A check that is in neither scope is one that no words are known for: whether it is in scope is not said. Only where
    `nothing_in_scope` the list of tasks is there and empty, and every check is out of scope.
    """

    project: int
    name: str
    kind: Kind | None = None
    hours: Decimal | None = None  # a month
    disputed: tuple[Decimal, Decimal] | None = None  # hours by the field and by the budget, where they differ
    start: date | None = None
    end: date | None = None
    first_response: Mapping[str, float] = field(default_factory=dict)
    resolution: Mapping[str, float] = field(default_factory=dict)
    calendar: Calendar | None = None
    tasks: tuple[str, ...] | None = None
    in_scope: frozenset[str] = frozenset()
    out_of_scope: frozenset[str] = frozenset()
    zendesk_organization: int | None = None
    harvest_project: int | None = None
    remarks: tuple[str, ...] = ()

    @property
    def nothing_in_scope(self) -> bool:
        """Whether the tasks in scope could be read, and there are none."""
        return self.tasks == ()

    @property
    def says_something(self) -> bool:
        """Whether anything about a contract is filled in."""
        return any(
            one is not None
            for one in (self.kind, self.hours, self.disputed, self.start, self.end, self.calendar, self.tasks)
        ) or bool(self.first_response or self.resolution)
