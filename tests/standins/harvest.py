"""A stand-in for Harvest: time entries, the projects they may go to, and reports of the hours used."""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from tests.standins.exchange import Answer, Asked, Refusal
from tests.standins.harvest_entries import Entry, Project, day, report_day
from tests.standins.harvest_office import OURSELVES, Office
from tests.standins.limits import Window

PAGE = 2000
_ENTRIES, _ONE = "/v2/time_entries", "/v2/time_entries/{id}"
_CONTACT = re.compile(r".+\(.+\)")
_FILTERS = frozenset(
    {"user_id", "client_id", "project_id", "task_id", "external_reference_id", "is_billed", "is_running"}
    | {"updated_since", "from", "to", "page", "per_page"}
)


class Harvest(Office):
    """One account. Quotas are 100 requests in 15 s, and 100 reports in 15 minutes, unless others are said.

    `blind_seconds` is how long a new entry stays out of lists that are filtered by its external reference.
    """

    def __init__(
        self,
        account: int = 1234,
        token: str = "harvest-token",
        *,
        wants_timestamp_timers: bool = False,
        clock_format: str = "12h",
        requests_in_15_seconds: int = 100,
        reports_in_15_minutes: int = 100,
        blind_seconds: float = 0,
    ) -> None:
        super().__init__(
            self._routed(),
            {"Harvest token": token},
            wants_timestamp_timers=wants_timestamp_timers,
            clock_format=clock_format,
        )
        self.account, self.token, self.blind_seconds = account, token, blind_seconds
        self.pace = Window(requests_in_15_seconds, 15)
        self._reports = Window(reports_in_15_minutes, 15 * 60)

    def _routed(self) -> dict[str, Callable[[Asked], Answer]]:
        return {
            "GET /v2/company": self._company,
            "GET /v2/users/me": self._me,
            "GET /v2/users/me/project_assignments": self._assignments,
            f"GET {_ENTRIES}": self._list,
            f"POST {_ENTRIES}": lambda asked: self._shown(201, self.create(asked)),
            f"GET {_ONE}": lambda asked: self._shown(200, self._entry(asked)),
            f"PATCH {_ONE}": self._patch,
            f"DELETE {_ONE}": self._delete,
            f"PATCH {_ONE}/stop": self._stop,
            f"PATCH {_ONE}/restart": self._restart,
            "GET /v2/reports/time/projects": self._time_report,
            "GET /v2/reports/project_budget": self._budget_report,
        }

    # Before anything else.

    def admit(self, asked: Asked) -> None:
        """Headers, credentials, and quotas."""
        agent = asked.header("user-agent")
        if not agent:
            self.broken(asked, "User-Agent is missing")
            raise Refusal(Answer.of(400, {"error": "bad_request", "error_description": "User-Agent is required"}))
        if not _CONTACT.fullmatch(agent):
            self.broken(asked, f"User-Agent names no contact in parentheses: {agent}")
        if not asked.header("harvest-account-id"):
            self.broken(asked, "Harvest-Account-Id is missing")
        if not asked.header("authorization"):
            self.broken(asked, "Authorization is missing")
        if asked.header("authorization") != f"Bearer {self.token}":
            raise Refusal(_unknown("invalid_token", "The access token provided is expired, revoked or invalid."))
        if asked.header("harvest-account-id") != str(self.account):
            raise Refusal(_unknown("invalid_account", "The access token has no access to this account."))
        window = self._reports if self.quota(asked) == "reports" else self.pace
        if wait := window.take(asked.at):
            raise self.real_throttle(asked, wait, f"{window.limit} in {window.seconds} s are allowed")
        kind = asked.header("content-type").partition(";")[0].strip().lower()
        if asked.body and kind != "application/json":
            self.broken(asked, "Content-Type: application/json is missing")
            raise Refusal(Answer.of(415, {"message": "Content-Type must be application/json"}))

    def quota(self, asked: Asked) -> str:
        """Reports are counted by themselves."""
        return "reports" if "/reports/" in asked.path else "general"

    def throttled(self, asked: Asked, retry_after: str) -> Answer:
        """A 429."""
        described = "Too many requests. Please slow down."
        headers = {"Retry-After": retry_after} if retry_after else {}
        return Answer.of(429, {"error": "throttle_limit", "error_description": described}, headers)

    def lost_way(self, asked: Asked) -> Answer:
        """A 404 for a path that is none."""
        return Answer.of(404, {"status": 404, "error": "Not Found"})

    # The endpoints.

    def _company(self, asked: Asked) -> Answer:
        value = {
            "base_uri": "https://agency.harvestapp.com",
            "full_domain": "agency.harvestapp.com",
            "name": "Agency",
            "is_active": True,
            "week_start_day": "Monday",
            "wants_timestamp_timers": self.wants_timestamp_timers,
            "time_format": "decimal",
            "date_format": "%Y-%m-%d",
            "clock": self.clock_format,
            "plan_type": "sponsored",
            "approval_feature": True,
        }
        return Answer.of(200, value)

    def _me(self, asked: Asked) -> Answer:
        value = {
            "id": OURSELVES,
            "first_name": "siterounds",
            "last_name": "",
            "email": "l2@agency.example",
            "timezone": "UTC",
            "is_active": True,
            "access_roles": ["member"],
        }
        return Answer.of(200, value)

    def _assignments(self, asked: Asked) -> Answer:
        active = [project for project in self.projects.values() if project.is_active and project.assigned]
        return self._page(asked, "project_assignments", [_assignment(project) for project in active[::-1]])

    def _list(self, asked: Asked) -> Answer:
        for name in sorted(set(asked.query) - _FILTERS):
            self.broken(asked, f"there is no filter {name!r}, and Harvest ignores it")
        for name in ("from", "to"):
            if name in asked.query and day(asked.query[name]) is None:
                self.invalid(asked, f"{name} is not YYYY-MM-DD", broken=True)
        found = [entry for entry in self.entries.values() if self._fits(asked, entry)]
        found.sort(key=lambda entry: (entry.spent_date, entry.id), reverse=True)
        return self._page(asked, "time_entries", [self.books.shown(each, self.user(each.user_id)) for each in found])

    def _fits(self, asked: Asked, entry: Entry) -> bool:
        query, project = asked.query, self.projects[entry.project_id]
        reference = (entry.external_reference or {}).get("id")
        if "external_reference_id" in query:
            too_new = entry.created_at > asked.at - timedelta(seconds=self.blind_seconds)
            if reference != query["external_reference_id"] or too_new:
                return False
        exact = {
            "user_id": str(entry.user_id),
            "client_id": str(project.client_id),
            "project_id": str(entry.project_id),
            "task_id": str(entry.task_id),
            "is_billed": str(entry.is_billed).lower(),
            "is_running": str(entry.is_running).lower(),
        }
        if any(name in query and query[name] != value for name, value in exact.items()):
            return False
        spent = entry.spent_date.isoformat()
        if f"{entry.updated_at:%Y-%m-%dT%H:%M:%SZ}" < query.get("updated_since", ""):
            return False
        return query.get("from", "") <= spent <= query.get("to", "9999-12-31")

    def _shown(self, code: int, entry: Entry) -> Answer:
        return Answer.of(code, self.books.shown(entry, self.user(entry.user_id)))

    def _entry(self, asked: Asked) -> Entry:
        entry = self.entries.get(asked.ids[0])
        if entry is None:
            raise Refusal(Answer.of(404, {"message": "Not Found"}))
        return entry

    def _own(self, asked: Asked) -> Entry:
        entry = self._entry(asked)
        if entry.user_id != OURSELVES:
            self.broken(asked, "the entry belongs to somebody else")
            raise Refusal(Answer.of(403, {"message": "You may not change other people's time"}))
        return entry

    def _patch(self, asked: Asked) -> Answer:
        entry = self._own(asked)
        self.change(asked, entry)
        return self._shown(200, entry)

    def _delete(self, asked: Asked) -> Answer:
        entry = self._own(asked)
        self.check_unlocked(asked, entry)
        if not self.projects[entry.project_id].is_active:
            self.invalid(asked, "Project is archived")
        del self.entries[entry.id]
        return Answer(200)

    def _stop(self, asked: Asked) -> Answer:
        entry = self._own(asked)
        if entry.started is None:
            self.invalid(asked, "The timer is not running")
        entry.hours = round(entry.hours + (asked.at - entry.started).total_seconds() / 3600, 2)
        entry.started, entry.updated_at = None, asked.at
        return self._shown(200, entry)

    def _restart(self, asked: Asked) -> Answer:
        entry = self._own(asked)
        self.broken(asked, "a timer was started")
        if entry.started is not None:
            self.invalid(asked, "The timer is running")
        self.check_unlocked(asked, entry)
        entry.started = entry.updated_at = asked.at
        return self._shown(200, entry)

    def _time_report(self, asked: Asked) -> Answer:
        began, ended = (report_day(asked.query.get(name, "")) for name in ("from", "to"))
        if began is None or ended is None:
            self.invalid(asked, "a report needs from and to as YYYYMMDD", broken=True)
        if not 0 <= (ended - began).days < 365:
            self.invalid(asked, "a report covers at most 365 days, and from is not after to", broken=True)
        results = []
        for project in self.projects.values():
            total = self._used(project, began, ended)
            if total is not None:
                results.append(_result(project, total))
        return self._page(asked, "results", results)

    def _budget_report(self, asked: Asked) -> Answer:
        wanted = asked.query.get("is_active")
        chosen = [each for each in self.projects.values() if wanted in {None, str(each.is_active).lower()}]
        return self._page(asked, "results", [self._budget(project, asked.at.date()) for project in chosen])

    def _budget(self, project: Project, today: date) -> dict[str, Any]:
        month = today.replace(day=1), today.replace(day=monthrange(today.year, today.month)[1])
        spent = self._used(project, *(month if project.budget_is_monthly else (date.min, date.max))) or 0.0
        left = None if project.budget is None else round(project.budget - spent, 2)
        return {
            "client_id": project.client_id,
            "client_name": project.client_name,
            "project_id": project.id,
            "project_name": project.name,
            "budget_is_monthly": project.budget_is_monthly,
            "budget_by": project.budget_by,
            "is_active": project.is_active,
            "budget": project.budget,
            "budget_spent": spent,
            "budget_remaining": left,
        }

    def _used(self, project: Project, began: date, ended: date) -> float | None:
        """The rounded hours of a project in those days, None where nobody booked any."""
        entries = [each for each in self.entries.values() if each.project_id == project.id]
        hours = [self.books.rounded(each.hours) for each in entries if began <= each.spent_date <= ended]
        return round(sum(hours), 2) if hours else None

    def _page(self, asked: Asked, name: str, records: Sequence[Any]) -> Answer:
        page, size = (asked.query.get(key, default) for key, default in (("page", "1"), ("per_page", str(PAGE))))
        if not (page.isdecimal() and size.isdecimal() and int(page) >= 1 and 1 <= int(size) <= PAGE):
            self.invalid(asked, f"page is not a number, or per_page is not from 1 to {PAGE}", broken=True)
        number, most = int(page), int(size)
        pages = max(1, -(-len(records) // most))
        following, previous = number + 1 if number < pages else None, number - 1 if number > 1 else None

        def link(to: int | None) -> str | None:
            query = {**asked.query, "page": to, "per_page": most}
            return None if to is None else f"{self.links_url}{asked.path}?{urlencode(query)}"

        value = {
            name: records[(number - 1) * most : number * most],
            "per_page": most,
            "total_pages": pages,
            "total_entries": len(records),
            "next_page": following,
            "previous_page": previous,
            "page": number,
            "links": {"first": link(1), "next": link(following), "previous": link(previous), "last": link(pages)},
        }
        return Answer.of(200, value)


def _unknown(error: str, description: str) -> Answer:
    return Answer.of(401, {"error": error, "error_description": description})


def _assignment(project: Project) -> dict[str, Any]:
    tasks = [
        {
            "id": project.id * 10 + turn,
            "billable": project.billable,
            "is_active": True,
            "task": {"id": task, "name": name},
        }
        for turn, (task, name) in enumerate(project.tasks.items())
    ]
    return {
        "id": project.id + 1,
        "is_project_manager": False,
        "is_active": True,
        "project": {"id": project.id, "name": project.name, "code": ""},
        "client": {"id": project.client_id, "name": project.client_name},
        "task_assignments": tasks,
    }


def _result(project: Project, hours: float) -> dict[str, Any]:
    return {
        "client_id": project.client_id,
        "client_name": project.client_name,
        "project_id": project.id,
        "project_name": project.name,
        "total_hours": hours,
        "billable_hours": hours if project.billable else 0.0,
        "currency": "EUR",
        "billable_amount": 0.0,
    }
