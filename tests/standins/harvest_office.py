"""The office behind Harvest: what is seeded, read and done from Python, and what an entry may be."""

import itertools
from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, NoReturn

from tests.standins.exchange import Answer, Asked, Refusal
from tests.standins.harvest_entries import Books, Entry, Project, day, time_of_day
from tests.standins.service import Route, Service

OURSELVES = 1782884
"""The user of the client's token."""
PERSON = 1782959
_NAMES = {OURSELVES: "siterounds", PERSON: "Kim Allen"}
_KNOWN = frozenset(
    {
        "user_id",
        "project_id",
        "task_id",
        "spent_date",
        "started_time",
        "ended_time",
        "notes",
        "external_reference",
        "hours",
    }
)
_REFERENCE = frozenset({"id", "group_id", "account_id", "permalink"})


class Office(Service):
    """`entries` are those of people and of the client; `books` says what is locked and how hours are rounded."""

    def __init__(
        self,
        routes: Mapping[str, Route],
        secrets: Mapping[str, str],
        *,
        wants_timestamp_timers: bool,
        clock_format: str,
    ) -> None:
        super().__init__(routes, secrets)
        if clock_format not in {"12h", "24h"}:
            raise ValueError("clock_format is 12h or 24h")
        self.wants_timestamp_timers = wants_timestamp_timers
        self.clock_format = clock_format
        self.entries: dict[int, Entry] = {}
        self.books = Books()
        self._numbers = itertools.count(636_718_192)
        self._clients: dict[str, int] = {}

    # Seeds, and what people do.

    @property
    def projects(self) -> dict[int, Project]:
        """By their numbers."""
        return self.books.projects

    def add_project(
        self,
        number: int,
        name: str,
        client: str = "ABC Corp",
        tasks: Mapping[int, str] = {8083365: "Support"},
        *,
        budget: float | None = None,
        budget_by: str = "project",
        budget_is_monthly: bool = False,
        assigned: bool = True,
        billable: bool = True,
    ) -> Project:
        """Let there be one, to which the client's user is assigned unless it is said."""
        with self.lock:
            client_id = self._clients.setdefault(client, 5_735_774 + len(self._clients))
            by = "none" if budget is None else budget_by
            project = Project(number, name, client_id, client, dict(tasks), budget, by, budget_is_monthly)
            project.assigned, project.billable = assigned, billable
            self.projects[number] = project
            return project

    def add_entry(
        self,
        project: int,
        hours: float,
        spent_date: date,
        *,
        task: int | None = None,
        user: int = PERSON,
        notes: str | None = None,
        external_reference_id: str | None = None,
    ) -> Entry:
        """Somebody books time, on the project's first task unless another is said."""
        with self.lock:
            chosen = next(iter(self.projects[project].tasks)) if task is None else task
            entry = self._new(user, project, chosen, spent_date)
            entry.hours, entry.notes = hours, notes
            if external_reference_id is not None:
                entry.external_reference = {"id": external_reference_id}
            return entry

    def archive_project(self, number: int) -> None:
        """Somebody archives it."""
        with self.lock:
            self.projects[number].is_active = False

    def delete_entry(self, number: int) -> None:
        """Somebody deletes it."""
        with self.lock:
            del self.entries[number]

    @property
    def locked_until(self) -> date | None:
        """The last day to which nobody may write any more."""
        return self.books.locked_until

    @locked_until.setter
    def locked_until(self, last: date | None) -> None:
        self.books.locked_until = last

    # What to look at afterwards.

    @property
    def running(self) -> list[Entry]:
        """Those whose timer runs."""
        with self.lock:
            return [entry for entry in self.entries.values() if entry.is_running]

    def ours(self) -> list[Entry]:
        """Those that the client booked."""
        with self.lock:
            return [entry for entry in self.entries.values() if entry.by_client]

    def booked_twice(self) -> list[str]:
        """External references that more than one of the client's entries carries."""
        counted = Counter(str((entry.external_reference or {}).get("id", "")) for entry in self.ours())
        return sorted(name for name, count in counted.items() if name and count > 1)

    def user(self, number: int) -> dict[str, Any]:
        """Somebody, as entries name them."""
        return {"id": number, "name": _NAMES.get(number, f"User {number}")}

    # For the service.

    def invalid(self, asked: Asked, message: str, *, broken: bool = False) -> NoReturn:
        """Refuse with a 422; `broken` where no good client would have asked."""
        if broken:
            self.broken(asked, message)
        raise Refusal(Answer.of(422, {"message": message}))

    def create(self, asked: Asked) -> Entry:
        """A new entry; Refusal where Harvest would refuse it."""
        wanted = self.wanted(asked)
        for name in ("project_id", "task_id", "spent_date"):
            if name not in wanted:
                self.invalid(asked, f"{name} is required", broken=True)
        if wanted.get("user_id", OURSELVES) != OURSELVES:
            raise Refusal(Answer.of(403, {"message": "You may not track time for other people"}))
        spent = day(str(wanted["spent_date"]))
        if spent is None:
            self.invalid(asked, "spent_date is not YYYY-MM-DD", broken=True)
        self.check_place(asked, wanted["project_id"], wanted["task_id"], spent)
        times = self._times(asked, wanted)
        entry = self._new(OURSELVES, wanted["project_id"], wanted["task_id"], spent)
        entry.by_client = True
        self.fill(entry, wanted, times)
        if times is None:
            for other in self.entries.values():
                if other.user_id == OURSELVES:
                    other.started = None
            entry.started = asked.at
            self.broken(asked, "a running timer was started, for it was not said how long the work took")
        return entry

    def change(self, asked: Asked, entry: Entry) -> None:
        """Change an entry; Refusal where Harvest would refuse it."""
        wanted = self.wanted(asked)
        self.check_unlocked(asked, entry)
        spent = day(str(wanted["spent_date"])) if "spent_date" in wanted else entry.spent_date
        if spent is None:
            self.invalid(asked, "spent_date is not YYYY-MM-DD", broken=True)
        project, task = wanted.get("project_id", entry.project_id), wanted.get("task_id", entry.task_id)
        self.check_place(asked, project, task, spent)
        known = {"started_time": entry.started_time, "ended_time": entry.ended_time, **wanted}
        times = self._times(asked, known) if {"hours", "started_time", "ended_time"} & set(wanted) else None
        entry.project_id, entry.task_id, entry.spent_date = project, task, spent
        self.fill(entry, wanted, times)
        entry.updated_at = asked.at

    def fill(self, entry: Entry, wanted: Mapping[str, Any], hours: float | None) -> None:
        """Write what was wanted into an entry that was checked."""
        if hours is not None:
            entry.hours = round(hours, 2)
        for name in ("notes", "external_reference", "started_time", "ended_time"):
            if name in wanted and (self.wants_timestamp_timers or not name.endswith("_time")):
                setattr(entry, name, wanted[name])

    def wanted(self, asked: Asked) -> dict[str, Any]:
        """The body, which must be an object of known names."""
        try:
            value = asked.json()
        except ValueError:
            value = None
        if not isinstance(value, dict):
            self.invalid(asked, "the body is not a JSON object", broken=True)
        for name in sorted(set(value) - _KNOWN):
            self.broken(asked, f"a time entry has no property {name!r}")
        reference = value.get("external_reference")
        if reference is not None:
            self._check_reference(asked, reference)
        if value.get("notes") is not None and not isinstance(value["notes"], str):
            self.invalid(asked, "notes are no text", broken=True)
        return value

    def check_place(self, asked: Asked, project_id: Any, task_id: Any, spent: date) -> None:
        """Whether time may be booked there, on that day."""
        project = self.projects.get(project_id) if isinstance(project_id, int) else None
        if project is None or not project.assigned:
            self.invalid(asked, "Project is not valid or you are not assigned to it")
        if task_id not in project.tasks:
            self.invalid(asked, "Task is not assigned to this project")
        if not project.is_active:
            self.invalid(asked, "Project is archived")
        if self.books.is_locked(spent):
            self.invalid(asked, "The timesheet of this period is locked")

    def check_unlocked(self, asked: Asked, entry: Entry) -> None:
        """Whether an entry may be changed."""
        if reason := self.books.locked(entry):
            self.invalid(asked, reason)

    def _check_reference(self, asked: Asked, reference: Any) -> None:
        if not isinstance(reference, dict) or not reference.get("id"):
            self.invalid(asked, "external_reference is not an object with an id", broken=True)
        if set(reference) - _REFERENCE or not all(isinstance(text, str) for text in reference.values()):
            self.invalid(asked, "external_reference has other names, or values that are no texts", broken=True)
        if "permalink" in reference and not reference["permalink"].startswith("https://"):
            self.broken(asked, "the permalink does not begin with https")

    def _times(self, asked: Asked, wanted: Mapping[str, Any]) -> float | None:
        """The hours, None where Harvest would start a timer."""
        if self.wants_timestamp_timers:
            return self._between(asked, wanted)
        hours = wanted.get("hours")
        if hours is None:
            return None
        if isinstance(hours, bool) or not isinstance(hours, int | float) or not 0 <= hours <= 24:
            self.invalid(asked, "hours are not a number from 0 to 24", broken=True)
        if round(hours, 2) != hours:
            self.broken(asked, "hours have more than 2 decimals")
        return float(hours)

    def _between(self, asked: Asked, wanted: Mapping[str, Any]) -> float | None:
        ends = [wanted.get("started_time"), wanted.get("ended_time")]
        times = [None if text is None else time_of_day(str(text), self.clock_format) for text in ends]
        for text, known in zip(ends, times, strict=True):
            if text is not None and known is None:
                self.invalid(asked, f"{text!r} is not a time on a {self.clock_format} clock", broken=True)
        began, ended = times
        if began is None or ended is None:
            return None
        hours = (datetime.combine(date.min, ended) - datetime.combine(date.min, began)).total_seconds() / 3600
        if hours < 0:
            self.invalid(asked, "ended_time is before started_time", broken=True)
        return hours

    def _new(self, user: int, project: int, task: int, spent: date) -> Entry:
        now = self.clock()
        entry = Entry(next(self._numbers), user, project, task, spent, 0.0, now, now)
        self.entries[entry.id] = entry
        return entry
