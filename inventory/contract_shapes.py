"""The shape of a client's contract, and what it becomes."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from inventory.contracts import Calendar, Contract, Kind, Rule, TimeRule
from inventory.forms import Day, Names, Shape, written

_NULL = {"type": "null"}
_PER_RULE: dict[str, Any] = {
    "oneOf": [
        {"properties": {"rule": {"const": "measured"}, "hours": _NULL, "step": _NULL}},
        {
            "properties": {"rule": {"const": "per_site"}, "hours": {"type": "number"}, "step": _NULL},
            "required": ["hours"],
        },
        {"properties": {"rule": {"const": "minimum"}, "hours": {"type": "number"}}, "required": ["hours"]},
    ]
}

Within = Annotated[float | None, Field(gt=0, le=8_784)]


class TimeRuleShape(Shape):
    """How the time of a round is booked."""

    model_config = ConfigDict(json_schema_extra=_PER_RULE)

    rule: Rule = Field(
        description="measured: as long as it took; per_site: hours for each site; minimum: at least hours a round."
    )
    hours: float | None = Field(
        None, gt=0, le=24, description="Hours for each site with per_site, at least so many a round with minimum."
    )
    step: float | None = Field(
        None, ge=0.01, le=24, description="Hours that minimum is rounded up to, 0.25 without it."
    )
    cap: float | None = Field(
        None, ge=0, le=744, description="Hours a contract month for rounds at most; without it, hours_a_month."
    )


class PrioritiesShape(Shape):
    """Hours by priority."""

    urgent: Within = Field(None, description="Hours for what is urgent.")
    high: Within = Field(None, description="Hours for what is of high priority.")
    normal: Within = Field(None, description="Hours for what is of normal priority.")
    low: Within = Field(None, description="Hours for what is of low priority.")


class ContractShape(Shape):
    """What was agreed with a client."""

    kind: Kind = Field(description="The kind of contract: standard or extended.")
    hours_a_month: float | None = Field(None, ge=0, le=744, description="Hours agreed for a month of the contract.")
    start: Day | None = Field(
        None, description="Its first day, on which each contract month begins; without it, the 1st of the month."
    )
    end: Day | None = Field(None, description="Its last day; without it, the contract has no end.")
    scope: Names | None = Field(None, description="The checks that are in scope; without it, all.")
    out_of_scope: Names | None = Field(None, description="Checks that are not in scope.")
    first_response: PrioritiesShape | None = Field(None, description="Hours until the first answer, by priority.")
    resolution: PrioritiesShape | None = Field(None, description="Hours until the solution, by priority.")
    calendar: Calendar | None = Field(None, description="Which hours count: 24x7 or business; 24x7 without it.")
    time: TimeRuleShape | None = Field(None, description="How the time of a round is booked; measured without it.")


def contract(shape: ContractShape) -> Contract:
    """The contract that was written."""
    return Contract(
        shape.kind,
        hours_a_month=_hours(shape.hours_a_month),
        start=shape.start,
        end=shape.end,
        scope=None if shape.scope is None else frozenset(shape.scope),
        out_of_scope=frozenset(shape.out_of_scope or ()),
        first_response=written(shape.first_response),
        resolution=written(shape.resolution),
        calendar=shape.calendar or "24x7",
        time=_time(shape.time) if shape.time else TimeRule(),
    )


def _time(shape: TimeRuleShape) -> TimeRule:
    step = _hours(shape.step)
    return TimeRule(
        shape.rule, hours=_hours(shape.hours), step=TimeRule().step if step is None else step, cap=_hours(shape.cap)
    )


def _hours(number: float | None) -> Decimal | None:
    """The number as it was written, not as the machine keeps it."""
    if number is None:
        return None
    return Decimal(int(number)) if number.is_integer() else Decimal(str(number))
