"""Harvest's projects and time entries, as it keeps them and as it shows them."""

import math
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

_HALF_DAYS = re.compile(r"(\d{1,2}):([0-5]\d)(am|pm)", re.I)
_WHOLE_DAY = re.compile(r"(\d{1,2}):([0-5]\d)")


@dataclass(slots=True)
class Project:
    """One, with its tasks (id → name) and its budget in hours (`budget_by` "project") or money ("project_cost")."""

    id: int
    name: str
    client_id: int
    client_name: str
    tasks: dict[int, str]
    budget: float | None = None
    budget_by: str = "none"
    budget_is_monthly: bool = False
    is_active: bool = True
    assigned: bool = True
    billable: bool = True


@dataclass(slots=True)
class Entry:
    """One time entry. `hours` as they were sent; `started` is set while its timer runs."""

    id: int
    user_id: int
    project_id: int
    task_id: int
    spent_date: date
    hours: float
    created_at: datetime
    updated_at: datetime
    notes: str | None = None
    external_reference: dict[str, Any] | None = None
    started_time: str | None = None
    ended_time: str | None = None
    started: datetime | None = None
    is_closed: bool = False
    is_billed: bool = False
    by_client: bool = False
    """Whether it came by the API."""

    @property
    def is_running(self) -> bool:
        """Whether its timer runs."""
        return self.started is not None


@dataclass(slots=True)
class Books:
    """How an account rounds, and until which day it is locked."""

    rounding_minutes: int = 0
    locked_until: date | None = None
    projects: dict[int, Project] = field(default_factory=dict)

    def rounded(self, hours: float) -> float:
        """Hours as reports and invoices count them: up to the next so many minutes."""
        if not self.rounding_minutes:
            return hours
        steps = math.ceil(round(hours * 60 / self.rounding_minutes, 6))
        return round(steps * self.rounding_minutes / 60, 2)

    def locked(self, entry: Entry) -> str | None:
        """Why an entry may not be changed, None where it may."""
        if entry.is_billed:
            return "Item Invoiced and Locked"
        if entry.is_closed or self.is_locked(entry.spent_date):
            return "Item Approved and Locked for this Time Period"
        return None

    def is_locked(self, day: date) -> bool:
        """Whether nobody may write to that day any more."""
        return self.locked_until is not None and day <= self.locked_until

    def shown(self, entry: Entry, user: dict[str, Any]) -> dict[str, Any]:
        """An entry as JSON."""
        project, locked = self.projects[entry.project_id], self.locked(entry)
        return {
            "id": entry.id,
            "spent_date": entry.spent_date.isoformat(),
            "user": user,
            "client": {"id": project.client_id, "name": project.client_name, "currency": "EUR"},
            "project": {"id": project.id, "name": project.name, "code": ""},
            "task": {"id": entry.task_id, "name": project.tasks[entry.task_id]},
            "user_assignment": None,
            "task_assignment": None,
            "hours": entry.hours,
            "hours_without_timer": entry.hours,
            "rounded_hours": self.rounded(entry.hours),
            "notes": entry.notes,
            "created_at": stamp(entry.created_at),
            "updated_at": stamp(entry.updated_at),
            "is_locked": locked is not None,
            "locked_reason": locked,
            "is_closed": entry.is_closed or self.is_locked(entry.spent_date),
            "is_billed": entry.is_billed,
            "timer_started_at": stamp(entry.started) if entry.started else None,
            "started_time": entry.started_time,
            "ended_time": entry.ended_time,
            "is_running": entry.is_running,
            "invoice": {"id": 13150403, "number": "1001"} if entry.is_billed else None,
            "external_reference": _reference(entry),
            "billable": project.billable,
            "budgeted": project.budget is not None,
            "billable_rate": None,
            "cost_rate": None,
        }


def _reference(entry: Entry) -> dict[str, Any] | None:
    if entry.external_reference is None:
        return None
    known = {name: entry.external_reference.get(name) for name in ("id", "group_id", "account_id", "permalink")}
    return {**known, "service": None, "service_icon_url": None}


def stamp(moment: datetime) -> str:
    """A time as Harvest writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"


def time_of_day(text: str, clock_format: str) -> time | None:
    """A time such as "8:00am" ("12h") or "15:00" ("24h"); None for what is none."""
    if clock_format == "24h":
        match = _WHOLE_DAY.fullmatch(text)
        return time(int(match[1]), int(match[2])) if match and int(match[1]) < 24 else None
    match = _HALF_DAYS.fullmatch(text)
    if not match or not 1 <= int(match[1]) <= 12:
        return None
    return time(int(match[1]) % 12 + (12 if match[3].lower() == "pm" else 0), int(match[2]))


def day(text: str) -> date | None:
    """A YYYY-MM-DD; None for what is none."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def report_day(text: str) -> date | None:
    """A YYYYMMDD, as reports take it; None for what is none."""
    return day(f"{text[:4]}-{text[4:6]}-{text[6:]}") if re.fullmatch(r"\d{8}", text) else None
