"""The scope of a contract: the tasks of one task list of a project, and the checks that they name."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.domain.errors import PermanentError
from agent.integrations.teamwork.client import ResultPage, TeamworkClient, values_of
from agent.integrations.teamwork.contract import alike
from checks.text import clean

EXCLUDED = "excluded"
"""The tag of a task that is out of scope."""
_MOST = 200


@dataclass(frozen=True, slots=True)
class Task:
    """A task in scope: its name, and all text about it."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class TaskScope:
    """Tasks in scope and the checks that they name. `tasks` None: not readable, so nothing is out of scope."""

    tasks: tuple[str, ...] | None = None
    inside: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    remark: str = ""


def read_scope(teamwork: TeamworkClient, project: int) -> TaskScope:
    """Read the scope from a project's task list. Raises ServiceError, except if we may not read it."""
    called = f'"{clean(teamwork.config.task_list, 80)}"'
    try:
        lists = list(_lists(teamwork, project))
        tasks = [task for number in lists for task in _tasks(teamwork, number)]
    except PermanentError as error:
        said = f"The task list {called} could not be read: {error.reason}."
        return TaskScope(remark=clean(said, 400))
    if not lists:
        return TaskScope(remark=f"The project in Teamwork has no task list {called}.")
    return scope_of(tasks, teamwork.config.scope, called)


def scope_of(tasks: Sequence[Task], words: Mapping[str, Sequence[str]], called: str) -> TaskScope:
    """Return the checks whose words begin a word of a task. A check without words is neither in nor out of scope."""
    if not tasks:
        return TaskScope((), remark=f"The task list {called} names nothing, so nothing is in scope.")
    inside = frozenset(check for check, those in words.items() if any(_names(those, task.words) for task in tasks))
    names = tuple(dict.fromkeys(task.name for task in tasks))
    remark = "" if inside or not words else f"No task in {called} names any of the checks."
    return TaskScope(names[:_MOST], inside, frozenset(words) - inside, remark)


def _names(words: Sequence[str], text: str) -> bool:
    """Whether a text has a word that begins with one of these: "log" matches "logs", and not "blog"."""
    return any(re.search(rf"(?<!\w){re.escape(alike(word))}", text) for word in words if word.strip())


def _lists(teamwork: TeamworkClient, project: int) -> Iterator[int]:
    wanted = alike(teamwork.config.task_list)
    for page in teamwork.pages(f"projects/{project}/tasklists.json", "tasklists", {"showCompleted": "true"}):
        for row in page.rows:
            number, name = row.get("id"), row.get("name")
            if isinstance(number, int) and isinstance(name, str) and alike(name) == wanted:
                yield number


def _tasks(teamwork: TeamworkClient, number: int) -> Iterator[Task]:
    params = {"includeCompletedTasks": "true", "include": "tags"}
    for page in teamwork.pages(f"tasklists/{number}/tasks.json", "tasks", params):
        yield from tasks_of(page)


def tasks_of(page: ResultPage) -> Iterator[Task]:
    """Yield the tasks of a page, except excluded and deleted ones."""
    names = {one.get("id"): one.get("name") for one in values_of(page.included, "tags")}
    for row in page.rows:
        tags = [alike(tag) for tag in _tags(row, names)]
        if EXCLUDED not in tags and row.get("status") != "deleted":
            name, description = (
                said if isinstance(said := row.get(key), str) else "" for key in ("name", "description")
            )
            words = alike("\n".join((name, description, *tags)))
            yield Task(clean(" ".join(name.split()), 120) or "?", words)


def _tags(row: Mapping[str, Any], names: Mapping[Any, Any]) -> Iterator[str]:
    """Yield the names of a task's tags, which the page includes by id."""
    tags, numbers = row.get("tags"), row.get("tagIds")
    for tag in [*(tags if isinstance(tags, list) else ()), *(numbers if isinstance(numbers, list) else ())]:
        number = tag.get("id") if isinstance(tag, dict) else tag
        said = tag.get("name") if isinstance(tag, dict) else tag
        known = names.get(number) if isinstance(number, int) else None
        name = said if isinstance(said, str) else known
        if isinstance(name, str):
            yield name
