"""The shape of a schedule, and what it becomes with those of the levels above."""

from collections.abc import Sequence
from datetime import time
from typing import Any

from pydantic import ConfigDict, Field

from inventory.cron import Cron
from inventory.forms import CronText, Shape, TimeOfDay, Weekdays, Zone, written
from inventory.scheduling import Daily, Schedule

_NULL: dict[str, Any] = {"type": "null"}
_ONE_OF_BOTH: dict[str, Any] = {
    "anyOf": [{"properties": {"cron": _NULL}}, {"properties": {"daily": _NULL, "days": _NULL}}]
}


class DailyShape(Shape):
    """About when, every day."""

    around: TimeOfDay | None = Field(None, description='The time of day from which on it begins, "06:00" without it.')
    spread: int | None = Field(
        None, ge=0, le=720, description="Minutes within which it begins, 60 without it; not all begin at once."
    )


class ScheduleShape(Shape):
    """When rounds are made: by cron, or daily."""

    model_config = ConfigDict(json_schema_extra=_ONE_OF_BOTH)

    cron: CronText | None = Field(None, description='A cron expression of five parts, such as "0 6 * * mon-fri".')
    daily: DailyShape | None = Field(None, description="Every day at about a time, as it is without it.")
    days: Weekdays | None = Field(None, description="The days of the week on which daily rounds are made, or daily.")
    zone: Zone | None = Field(None, description="The time zone of its times and days; without it, that of services.")


def schedule(read: Sequence[ScheduleShape], above: Schedule) -> Schedule:
    """What was written, perhaps in several files, over the schedule of the level above."""
    values: dict[str, Any] = {}
    for shape in read:
        values |= written(shape)
    zone = values.get("zone", above.zone)
    if "cron" in values:
        return Schedule(Cron.parse(values["cron"]), zone)
    if "daily" not in values and "days" not in values:
        return Schedule(above.rule, zone)
    base = above.rule if isinstance(above.rule, Daily) else Daily()
    daily = written(values.get("daily"))
    around: time = daily.get("around", base.around)
    return Schedule(Daily(around, daily.get("spread", base.spread), values.get("days", base.days)), zone)
