"""The projects of Teamwork with the values of their custom fields, and how a client's project is found."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from agent.integrations.teamwork.access import Page, Teamwork, number_of, values_of
from checks.text import clean


@dataclass(frozen=True, slots=True)
class Project:
    """An active project; the values of its custom fields are as Teamwork gave them, by field."""

    id: int
    name: str
    values: Mapping[int, Any]


def read_projects(teamwork: Teamwork) -> Mapping[int, Project]:
    """All active projects that our account may see. Raises ServiceError."""
    params = {"includeCustomFields": "true", "projectStatuses": "active"}
    found: dict[int, Project] = {}
    for page in teamwork.pages("projects.json", "projects", params):
        values = _values(page)
        for row in page.rows:
            number = row.get("id")
            if isinstance(number, int) and not isinstance(number, bool):
                name = clean(" ".join(str(row.get("name", "")).split()), 100)
                found[number] = Project(number, name or str(number), values.get(number, {}))
    return found


def _values(page: Page) -> Mapping[int, Mapping[int, Any]]:
    """The values of fields by project."""
    found: dict[int, dict[int, Any]] = {}
    for row in values_of(page.included, "customfieldProjects"):
        project = number_of(row, "projectId", "project")
        field = number_of(row, "customfieldId", "customfield")
        if project is not None and field is not None:
            found.setdefault(project, {})[field] = row.get("value")
    return found


def with_address(projects: Iterable[tuple[Project, str]], urls: Iterable[str]) -> Sequence[Project]:
    """Of projects with the address of the site that each is for, those for one of these sites."""
    wanted = {one for url in urls if (one := _address(url))}
    return [project for project, url in projects if _address(url) in wanted]


def _address(url: str) -> str:
    """What of an address tells sites apart: neither http from https, nor a slash at the end. "" for none at all."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    except ValueError:
        return ""
    return f"{parts.hostname}{port}{parts.path.rstrip('/')}" if parts.hostname else ""
