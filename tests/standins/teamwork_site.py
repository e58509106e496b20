"""A Teamwork site: its projects with their fields, task lists and budgets, as they are seeded and as they are shown."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.standins.service import Route, Service

TYPES = frozenset(
    {
        "text-short",
        "text-long",
        "number-integer",
        "number-decimal",
        "dropdown",
        "multiselect",
        "checkbox",
        "date",
        "url",
    }
    | {"percentage", "user", "status", "email", "phone", "rating", "financial", "tw-url"}
)
_CHOSEN = frozenset({"dropdown", "multiselect", "status"})
_BUDGETS = frozenset(
    {"type", "status", "capacity", "capacityUsed", "isRepeating", "repeatPeriod", "repeatUnit", "sequenceNumber"}
    | {"startDateTime", "endDateTime", "timelogType"}
)
_TASKS = frozenset(
    {"name", "description", "status", "progress", "priority", "dueDate", "estimateMinutes", "completedAt", "tags"}
)


@dataclass(frozen=True, slots=True)
class Field:
    """A custom field. `choices` are its options, by their numbers."""

    id: int
    name: str
    type: str
    choices: Mapping[int, str]
    entity: str = "project"

    def shown(self) -> dict[str, Any]:
        """As JSON."""
        choices = [{"id": number, "value": name, "color": "b1b1b1"} for number, name in self.choices.items()]
        return {
            "id": self.id,
            "name": self.name,
            "description": "",
            "type": self.type,
            "entity": self.entity,
            "required": False,
            "project": None,
            "options": {"choices": choices} if self.type in _CHOSEN else None,
            "deleted": False,
        }


@dataclass(slots=True)
class Project:
    """One project. `values` are as people see them: a dropdown's is the name of its option."""

    id: int
    name: str
    company: str
    company_id: int
    updated_at: datetime
    values: dict[str, Any]
    tags: tuple[str, ...] = ()
    status: str = "active"
    task_lists: dict[int, tuple[str, list[dict[str, Any]]]] = field(default_factory=dict)
    budgets: list[dict[str, Any]] = field(default_factory=list)


class Site(Service):
    """What is seeded from Python. `options_as` is how the value of a dropdown is shown: "id", "text id" or "name"."""

    def __init__(self, routes: Mapping[str, Route], secrets: Mapping[str, str]) -> None:
        super().__init__(routes, secrets)
        self.fields: dict[str, Field] = {}
        self.other_fields: list[Field] = []
        self.projects: dict[int, Project] = {}
        self.options_as = "id"
        self._numbers = itertools.count(4001)
        self._companies: dict[str, int] = {}
        self._tags: dict[str, int] = {}

    def define_field(
        self, name: str, type: str = "text-short", choices: Sequence[str] = (), *, entity: str = "project"
    ) -> int:
        """Let there be a field, and give its number. Those of other entities than projects are only listed."""
        if type not in TYPES:
            raise ValueError(f"{type!r} is no type of a field")
        if bool(choices) != (type in _CHOSEN):
            raise ValueError(f"a {type} field has {'no ' if choices else ''}choices")
        if entity == "project" and name in self.fields:
            raise ValueError(f"projects have a field {name!r} already")
        with self.lock:
            number = next(self._numbers)
            options = {next(self._numbers): choice for choice in choices}
            defined = Field(number, name, type, options, entity)
            if entity == "project":
                self.fields[name] = defined
            else:
                self.other_fields.append(defined)
            return number

    def add_project(
        self,
        number: int,
        name: str,
        fields: Mapping[str, Any] = {},
        task_lists: Mapping[str, Sequence[Mapping[str, Any]]] = {},
        budgets: Sequence[Mapping[str, Any]] = (),
        *,
        company: str = "",
        tags: Sequence[str] = (),
        status: str = "active",
    ) -> Project:
        """Let there be one, or put it in place of the one with that number.

        Tasks need a name, and take Teamwork's own names: status, dueDate, tags and so on. Budgets need a capacity in
        minutes (TIME) or cents (FINANCIAL), and are active monthly ones of time unless it is said.
        """
        with self.lock:
            for field_name, value in fields.items():
                self._check(field_name, value)
            company_id = self._companies.setdefault(company or name, 901 + len(self._companies))
            project = Project(
                number, name, company or name, company_id, self.clock(), dict(fields), tuple(tags), status
            )
            for tag in (
                *tags,
                *(tag for tasks in task_lists.values() for task in tasks for tag in task.get("tags", ())),
            ):
                self._tags.setdefault(tag, 701 + len(self._tags))
            for list_name, tasks in task_lists.items():
                shown = [self._task(number, turn, task) for turn, task in enumerate(tasks)]
                project.task_lists[next(self._numbers)] = (list_name, shown)
            project.budgets = [self._budget(number, budget) for budget in budgets]
            self.projects[number] = project
            return project

    def set_value(self, project: int, name: str, value: Any) -> None:
        """Somebody fills a field in; None empties it."""
        with self.lock:
            self._check(name, value)
            self.projects[project].values[name] = value
            self.projects[project].updated_at = self.clock()

    def set_project_status(self, project: int, status: str) -> None:
        """Somebody archives it, or takes it up again."""
        with self.lock:
            self.projects[project].status = status
            self.projects[project].updated_at = self.clock()

    # For the service.

    def shown_project(self, project: Project) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": project.id,
            "name": project.name,
            "description": "",
            "status": project.status,
            "subStatus": "current",
            "type": "normal",
            "startAt": None,
            "endAt": None,
            "company": _reference(project.company_id, "companies"),
            "companyId": project.company_id,
            "tags": [_reference(self._tags[tag], "tags") for tag in project.tags],
            "tagIds": [self._tags[tag] for tag in project.tags],
            "createdAt": stamp(project.updated_at),
            "updatedAt": stamp(project.updated_at),
        }

    def shown_values(self, project: Project) -> list[dict[str, Any]]:
        """The values of the fields that are filled in, as JSON; each has a number of its own."""
        return [
            {
                "id": project.id * 10_000 + self.fields[name].id,
                "value": self._shown_value(self.fields[name], value),
                "customfieldId": self.fields[name].id,
                "customfield": _reference(self.fields[name].id, "customfields"),
                "projectId": project.id,
                "project": _reference(project.id, "projects"),
                "createdAt": stamp(project.updated_at),
            }
            for name, value in project.values.items()
            if value is not None
        ]

    def shown_companies(self) -> list[dict[str, Any]]:
        """As JSON."""
        return [{"id": number, "name": name, "status": "active"} for name, number in self._companies.items()]

    def shown_tags(self) -> list[dict[str, Any]]:
        """As JSON."""
        return [{"id": number, "name": name, "color": "#b1b1b1"} for name, number in self._tags.items()]

    def _check(self, name: str, value: Any) -> None:
        if name not in self.fields:
            raise ValueError(f"no field is named {name!r}; define it first")
        known = self.fields[name]
        chosen = value if known.type == "multiselect" else [value]
        if known.choices and value is not None and not set(chosen) <= set(known.choices.values()):
            raise ValueError(f"{value!r} is no choice of {name!r}")

    def _shown_value(self, known: Field, value: Any) -> Any:
        if not known.choices or self.options_as == "name":
            return value
        numbers = {name: number for number, name in known.choices.items()}
        if known.type == "multiselect":
            return [self._option(numbers[each]) for each in value]
        return self._option(numbers[value])

    def _option(self, number: int) -> int | str:
        return str(number) if self.options_as == "text id" else number

    def _task(self, project: int, turn: int, task: Mapping[str, Any]) -> dict[str, Any]:
        if unknown := set(task) - _TASKS:
            raise ValueError(f"a task has no {', '.join(sorted(unknown))}")
        return {
            "id": next(self._numbers),
            "description": "",
            "status": "new",
            "progress": 0,
            "priority": None,
            "dueDate": None,
            "estimateMinutes": 0,
            "completedAt": None,
            "completedBy": None,
            "subTaskIds": [],
            "displayOrder": turn,
            **task,
            "tags": [_reference(self._tags[tag], "tags") for tag in task.get("tags", ())],
            "tagIds": [self._tags[tag] for tag in task.get("tags", ())],
            "projectId": project,
        }

    def _budget(self, project: int, budget: Mapping[str, Any]) -> dict[str, Any]:
        if unknown := set(budget) - _BUDGETS:
            raise ValueError(f"a budget has no {', '.join(sorted(unknown))}")
        return {
            "id": next(self._numbers),
            "type": "TIME",
            "status": "ACTIVE",
            "capacityUsed": 0,
            "isRepeating": True,
            "repeatPeriod": 1,
            "repeatUnit": "MONTH",
            "sequenceNumber": 1,
            "startDateTime": None,
            "endDateTime": None,
            "timelogType": "ALL",
            **{"capacity": budget["capacity"], **budget},
            "projectId": project,
            "project": _reference(project, "projects"),
        }


def _reference(number: int, kind: str) -> dict[str, Any]:
    return {"id": number, "type": kind}


def stamp(moment: datetime) -> str:
    """A time as Teamwork writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
