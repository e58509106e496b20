"""A stand-in for Teamwork: what is read of projects, their fields, task lists and budgets. Nothing may be written."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.standins.exchange import Answer, Asked, Refusal
from tests.standins.limits import Window
from tests.standins.teamwork_site import Project, Site, stamp

PAGE, LARGEST = 50, 500
_V3 = "/projects/api/v3"
_PAGING = frozenset({"page", "pageSize", "skipCounts", "orderBy", "orderMode", "fields", "include"})
_FILTERS = {
    "projects": {"includeCustomFields", "projectTagIds", "projectStatuses", "updatedAfter", "projectIds", "searchTerm"},
    "customfields": {"entities", "searchTerm", "customFieldIds", "includeCustomFields"},
    "tasklists": {"showCompleted", "searchTerm"},
    "tasks": {"includeCompletedTasks", "completedAfter", "dueAfter", "searchTerm"},
    "budgets": {"projectIds", "status"},
    "companies": {"searchTerm", "updatedAfter"},
}


class Teamwork(Site):
    """One site. Its quota is 150 requests a minute unless another is said.

    `page_cap` is the most that a page gives, whatever was asked for. `limit_status` is 429, or 400 as old pages say,
    with other names for the headers; neither has a Retry-After.
    """

    def __init__(
        self,
        api_key: str = "teamwork-api-key",
        requests_a_minute: int = 150,
        *,
        page_cap: int = LARGEST,
        limit_status: int = 429,
    ) -> None:
        super().__init__(self._routed(), {"Teamwork key": api_key})
        self.api_key, self.page_cap, self.limit_status = api_key, page_cap, limit_status
        self.pace = Window(requests_a_minute, 60)

    def _routed(self) -> dict[str, Callable[[Asked], Answer]]:
        return {
            f"GET {_V3}/projects.json": self._projects,
            f"GET {_V3}/customfields.json": self._fields,
            f"GET {_V3}/projects/{{id}}/customfields.json": self._values,
            f"GET {_V3}/projects/{{id}}/tasklists.json": self._task_lists,
            f"GET {_V3}/tasklists/{{id}}/tasks.json": self._tasks,
            f"GET {_V3}/projects/budgets.json": self._budgets,
            f"GET {_V3}/companies.json": self._companies_list,
        }

    # Before anything else.

    def admit(self, asked: Asked) -> None:
        """Credentials and quota."""
        kind, _, value = asked.header("authorization").partition(" ")
        if not kind:
            self.broken(asked, "Authorization is missing")
        try:
            given = base64.b64decode(value, validate=True).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        if kind.lower() != "basic" or given != self.api_key:
            raise Refusal(_errors(401, "Unauthorized", "The API key is not valid"))
        if wait := self.pace.take(asked.at):
            raise self.real_throttle(asked, wait, f"the site may be sent {self.pace.limit} in a minute")

    def astray(self, asked: Asked) -> str:
        """There is no endpoint that writes."""
        return super().astray(asked) if asked.method == "GET" else "nothing may be written to Teamwork"

    def lost_way(self, asked: Asked) -> Answer:
        """The answer to a path that is none, and to every attempt to write."""
        if asked.method != "GET":
            return _errors(403, "Forbidden", "You do not have permission")
        return _errors(404, "Not Found", "The resource was not found")

    def throttled(self, asked: Asked, retry_after: str) -> Answer:
        """Too many requests: the time to wait stands in the reset and not in a Retry-After."""
        answer = _errors(self.limit_status, "Too many requests", "You have exceeded your rate limit")
        reset = retry_after or str(self.pace.reset(asked.at) or 60)
        return Answer(answer.status, answer.body, {f"{self._prefix()}-Reset": reset})

    def wait_told(self, answer: Answer) -> str:
        """The seconds to the reset, of an answer that refuses for the quota."""
        refused = answer.status == self.limit_status and b"exceeded your rate limit" in answer.body
        return answer.headers[f"{self._prefix()}-Reset"] if refused else answer.headers.get("Retry-After", "")

    def head(self, asked: Asked) -> Mapping[str, str]:
        """What is left of the quota."""
        limit, left, reset = self.pace.limit, self.pace.left(asked.at), self.pace.reset(asked.at)
        prefix = self._prefix()
        return {f"{prefix}-Limit": str(limit), f"{prefix}-Remaining": str(left), f"{prefix}-Reset": str(reset)}

    def _prefix(self) -> str:
        return "X-RateLimit" if self.limit_status == 400 else "X-Rate-Limit"

    # The endpoints.

    def _projects(self, asked: Asked) -> Answer:
        query = asked.query
        statuses = [text.lower() for text in _list(query.get("projectStatuses", "active"))]
        numbers, tags = _list(query.get("projectIds", "")), _list(query.get("projectTagIds", ""))
        found = []
        for project in self.projects.values():
            shown = self.shown_project(project)
            fits = (
                project.status in statuses,
                not numbers or str(project.id) in numbers,
                not tags or any(str(number) in tags for number in shown["tagIds"]),
                stamp(project.updated_at) > query.get("updatedAfter", ""),
                _matches(query, project.name),
            )
            if all(fits):
                found.append(shown)
        return self._page(asked, "projects", found, self._included)

    def _included(self, asked: Asked, shown: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """What is sent beside the projects of a page."""
        included = self._sideloads(asked)
        if asked.query.get("includeCustomFields") == "true":
            values = [value for each in shown for value in self.shown_values(self.projects[each["id"]])]
            used = {value["customfieldId"] for value in values}
            included["customfieldProjects"] = _by_number(values)
            included["customfields"] = _by_number([each.shown() for each in self.fields.values() if each.id in used])
        return included

    def _sideloads(self, asked: Asked, shown: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
        """What `include` asks for: all of it, as nothing says which of it a page uses."""
        known = {"companies": self.shown_companies, "tags": self.shown_tags}
        wanted = _list(asked.query.get("include", ""))
        return {name: _by_number(show()) for name, show in known.items() if name in wanted}

    def _fields(self, asked: Asked) -> Answer:
        entities = _list(asked.query.get("entities", ""))
        known = [*self.fields.values(), *self.other_fields]
        fields = [each.shown() for each in known if _matches(asked.query, each.name)]
        fields = [each for each in fields if not entities or each["entity"] in entities]
        return self._page(asked, "customfields", fields)

    def _values(self, asked: Asked) -> Answer:
        return self._page(asked, "customfieldProjects", self.shown_values(self._project(asked)), family="customfields")

    def _task_lists(self, asked: Asked) -> Answer:
        project = self._project(asked)
        lists = [
            {
                "id": number,
                "name": name,
                "description": "",
                "status": "new",
                "project": {"id": project.id, "type": "projects"},
                "projectId": project.id,
            }
            for number, (name, _) in project.task_lists.items()
            if _matches(asked.query, name)
        ]
        return self._page(asked, "tasklists", lists)

    def _tasks(self, asked: Asked) -> Answer:
        for project in self.projects.values():
            if asked.ids[0] in project.task_lists:
                break
        else:
            raise Refusal(_errors(404, "Not Found", "The task list was not found"))
        also = asked.query.get("includeCompletedTasks") == "true"
        tasks = [each for each in project.task_lists[asked.ids[0]][1] if also or each["status"] != "completed"]
        return self._page(asked, "tasks", tasks, self._sideloads)

    def _budgets(self, asked: Asked) -> Answer:
        numbers, status = _list(asked.query.get("projectIds", "")), asked.query.get("status", "ALL")
        found = [
            budget
            for project in self.projects.values()
            for budget in project.budgets
            if (not numbers or str(project.id) in numbers) and status in {"ALL", budget["status"]}
        ]
        return self._page(asked, "budgets", found)

    def _companies_list(self, asked: Asked) -> Answer:
        companies = [each for each in self.shown_companies() if _matches(asked.query, each["name"])]
        return self._page(asked, "companies", companies)

    def _project(self, asked: Asked) -> Project:
        project = self.projects.get(asked.ids[0])
        if project is None or project.status == "deleted":
            raise Refusal(_errors(404, "Not Found", "The project was not found"))
        return project

    def _page(
        self,
        asked: Asked,
        name: str,
        records: Sequence[Mapping[str, Any]],
        include: Callable[[Asked, Sequence[Mapping[str, Any]]], dict[str, Any]] | None = None,
        family: str = "",
    ) -> Answer:
        for key in asked.query:
            plain = key.partition("[")[0]
            if plain not in _PAGING and plain not in _FILTERS[family or name]:
                self.broken(asked, f"there is no parameter {key!r}")
                raise Refusal(_errors(400, "Bad Request", f"{key} is unknown"))
        page, size = self._number(asked, "page", 1), self._number(asked, "pageSize", PAGE)
        if size > LARGEST:
            self.broken(asked, f"a page has at most {LARGEST}")
            raise Refusal(_errors(400, "Bad Request", f"pageSize is at most {LARGEST}"))
        size = min(size, self.page_cap)
        chosen = records[(page - 1) * size : page * size]
        more = page * size < len(records)
        count = min(len(records), page * size + more)  # a lower bound until the last page
        value = {
            name: chosen,
            "included": include(asked, chosen) if include else {},
            "meta": {"page": {"pageOffset": page - 1, "pageSize": size, "count": count, "hasMore": more}},
        }
        return Answer.of(200, value)

    def _number(self, asked: Asked, name: str, otherwise: int) -> int:
        text = asked.query.get(name, str(otherwise))
        if not text.isdecimal() or int(text) < 1:
            self.broken(asked, f"{name} is not a number from 1")
            raise Refusal(_errors(400, "Bad Request", f"{name} is not valid"))
        return int(text)


def _errors(code: int, title: str, detail: str) -> Answer:
    return Answer.of(code, {"errors": [{"id": "", "code": str(code), "title": title, "detail": detail}]})


def _list(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _matches(query: Mapping[str, str], name: str) -> bool:
    return query.get("searchTerm", "").lower() in name.lower()


def _by_number(records: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {str(record["id"]): record for record in records}
