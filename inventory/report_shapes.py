"""The shape of how a client is told of the rounds, and what it becomes."""

from collections.abc import Iterable, Sequence
from typing import Any

from pydantic import ConfigDict, Field

from inventory.forms import Emails, Shape, Weekday, Zone, written
from inventory.reporting import Pdf, Reporting, When

_DAYS: dict[str, Any] = {
    "anyOf": [
        {"properties": {"when": {"const": "weekly"}}, "required": ["when"]},
        {"properties": {"day": {"type": "null"}}},
    ]
}


class ReportShape(Shape):
    """When reports are made, and who gets them."""

    model_config = ConfigDict(json_schema_extra=_DAYS)

    when: When | None = Field(
        None,
        description="change: after a round that changed something; weekly; monthly: with each contract month; never, "
        "as it is without it.",
    )
    day: Weekday | None = Field(None, description="The day of weekly reports, monday without it.")
    to: Emails | None = Field(None, description="Who gets them; without it, all contacts of the client.")
    approve: bool | None = Field(
        None, description="Whether each waits for `siterounds report approve`, true without it."
    )
    pdf: Pdf | None = Field(None, description="attach to the mail, keep as a file, or no, as it is without it.")
    zone: Zone | None = Field(None, description="The time zone of days and times; without it, that of services.")


def reporting(read: Sequence[ReportShape], contacts: Iterable[str], zone: str) -> Reporting:
    """What was written, perhaps in several files; `contacts` and `zone` hold where it says nothing."""
    values: dict[str, Any] = {}
    for shape in read:
        values |= written(shape)
    to = _each_once(values.pop("to", contacts))
    return Reporting(**{"zone": zone, **values}, to=to)


def _each_once(addresses: Iterable[str]) -> tuple[str, ...]:
    """Nobody gets a report twice, however the address is written."""
    found: dict[str, str] = {}
    for one in addresses:
        found.setdefault(one.casefold(), one)
    return tuple(found.values())
