"""The line between well and not well, as a value."""

from dataclasses import dataclass
from typing import Self

from checks.findings import State


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where WARNING and CRITICAL begin, both inclusive. A `falling` one alarms at low values instead of high ones."""

    warning: float
    critical: float
    falling: bool = False

    def __post_init__(self) -> None:
        """Refuse a pair in the wrong order: CRITICAL would hide WARNING."""
        if (self.warning < self.critical) if self.falling else (self.warning > self.critical):
            order = "at least" if self.falling else "at most"
            raise ValueError(f"warning ({self.warning:g}) must be {order} critical ({self.critical:g})")

    @classmethod
    def above(cls, warning: float, critical: float) -> Self:
        """Alarms when the value reaches or passes the line going up."""
        return cls(warning, critical)

    @classmethod
    def below(cls, warning: float, critical: float) -> Self:
        """Alarms when the value reaches or passes the line going down."""
        return cls(warning, critical, falling=True)

    def judge(self, value: float) -> State:
        """The state of a measured value."""
        sign = -1 if self.falling else 1
        if sign * value >= sign * self.critical:
            return State.CRITICAL
        return State.WARNING if sign * value >= sign * self.warning else State.OK
