"""Teamwork's API, with read access only: pages of lists, projects, budgets; and the check of the connection."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import HTTPBasicAuth

from agent.domain.errors import PermanentError, TransientError, UnknownOutcomeError
from agent.integrations.http import HttpClient, read, rows, sound_token
from agent.integrations.protocol import ClientContext, ConnectionResult
from agent.integrations.rate_limit import Limit
from checks.text import clean
from inventory import services
from inventory.model import Inventory

PREFIX = "/projects/api/v3"
PAGE = 500
"""Records a page, Teamwork's maximum."""
_MOST_PAGES = 200  # Teamwork gives no more than 50,000 records of one list
_LEAVE_ALONE = 60.0  # seconds


def account(config: services.Teamwork) -> Limit:
    """Return the rate limit of all requests of the account."""
    return Limit("account", config.requests_a_minute, 60)


def teamwork_service(config: services.Teamwork, context: ClientContext) -> HttpClient:
    """Open a session with Teamwork, which the caller closes. Raises SecretError, AuthenticationError."""
    auth = HTTPBasicAuth(sound_token("Teamwork", context.secrets(config.token)), "x")
    return HttpClient("Teamwork", config.url, auth, {"Accept": "application/json", "User-Agent": "siterounds"}, context)


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Records of a list, and the included related ones, by type."""

    rows: Sequence[Mapping[str, Any]]
    included: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TeamworkClient:
    """Access to one Teamwork site."""

    service: HttpClient
    config: services.Teamwork

    def pages(self, path: str, key: str, params: Mapping[str, str | int] | None = None) -> Iterator[ResultPage]:
        """Yield a list's pages until Teamwork says it was the last: its counts are estimates. Raises ServiceError."""
        for number in range(1, _MOST_PAGES + 1):
            answer = self._read(f"{PREFIX}/{path}", {**(params or {}), "page": number, "pageSize": PAGE})
            included = answer.get("included")
            yield ResultPage(rows(answer, key, self.service.name), included if isinstance(included, dict) else {})
            if not _has_more(answer):
                return
        raise UnknownOutcomeError(f"{self.service.name} gave a list of {key} without an end")

    def _read(self, path: str, params: Mapping[str, str | int]) -> Mapping[str, Any]:
        limits = (account(self.config),)
        try:
            return read(self.service, path, limits, params)
        except PermanentError as error:
            if error.code == requests.codes.bad_request and "rate limit" in error.reason.casefold():
                raise TransientError(error.reason, after=error.after or _LEAVE_ALONE) from error
            raise


def _has_more(answer: Mapping[str, Any]) -> bool:
    meta = answer.get("meta")
    page = meta.get("page") if isinstance(meta, dict) else None
    return isinstance(page, dict) and page.get("hasMore") is True


def number_of(row: Mapping[str, Any], flat: str, reference: str) -> int | None:
    """Return an id, given as a number in a flat field or as a reference `{"id": 1, "type": …}`. None: there is none."""
    value = row.get(flat)
    inner = row.get(reference)
    if value is None and isinstance(inner, dict):
        value = inner.get("id")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def values_of(included: Mapping[str, Any], kind: str) -> Sequence[Mapping[str, Any]]:
    """Return the included records of one type, which Teamwork gives by id."""
    found = included.get(kind)
    listed = list(found.values()) if isinstance(found, dict) else found
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


@dataclass(frozen=True, slots=True)
class Project:
    """An active project, with the raw values of its custom fields by field id."""

    id: int
    name: str
    values: Mapping[int, Any]


def read_projects(teamwork: TeamworkClient) -> Mapping[int, Project]:
    """Return all active projects that the account may see, by id. Raises ServiceError."""
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


def _values(page: ResultPage) -> Mapping[int, Mapping[int, Any]]:
    """Return the values of custom fields by project."""
    found: dict[int, dict[int, Any]] = {}
    for row in values_of(page.included, "customfieldProjects"):
        project = number_of(row, "projectId", "project")
        field = number_of(row, "customfieldId", "customfield")
        if project is not None and field is not None:
            found.setdefault(project, {})[field] = row.get("value")
    return found


def with_address(projects: Iterable[tuple[Project, str]], urls: Iterable[str]) -> Sequence[Project]:
    """Return those of the projects, each given with a site's URL, whose URL is one of `urls`."""
    wanted = {one for url in urls if (one := _address(url))}
    return [project for project, url in projects if _address(url) in wanted]


def _address(url: str) -> str:
    """Return the part of a URL that identifies a site, without scheme and trailing slash; "" if there is none."""
    try:
        parts = urlsplit(url if "://" in url else f"//{url}")
        port = f":{parts.port}" if parts.port and parts.port not in (80, 443) else ""
    except ValueError:
        return ""
    return f"{parts.hostname}{port}{parts.path.rstrip('/')}" if parts.hostname else ""


_AT_ONCE = 100
_MOST_MINUTES = 10**6


def read_budgets(teamwork: TeamworkClient, projects: Sequence[int]) -> Mapping[int, Sequence[Decimal]] | None:
    """Return the hours of active monthly time budgets by project, each amount once. None: budgets are not readable.

    Raises ServiceError for everything else.
    """
    found: dict[int, list[Decimal]] = {}
    try:
        for start in range(0, len(projects), _AT_ONCE):
            some = projects[start : start + _AT_ONCE]
            params = {"projectIds": ",".join(map(str, some)), "status": "ACTIVE"}
            for page in teamwork.pages("projects/budgets.json", "budgets", params):
                _gather(page.rows, found)
    except PermanentError:
        return None
    return found


def _gather(rows: Iterable[Mapping[str, Any]], found: dict[int, list[Decimal]]) -> None:
    for row in rows:
        project, hours = number_of(row, "projectId", "project"), monthly_hours(row)
        if project is not None and hours is not None and hours not in found.setdefault(project, []):
            found[project].append(hours)


def monthly_hours(budget: Mapping[str, Any]) -> Decimal | None:
    """Return the hours of a budget. None: it is not of time, not active, or not monthly."""
    said = {key: str(budget.get(key, "")).upper() for key in ("type", "status", "repeatUnit")}
    period = budget.get("repeatPeriod")
    monthly = said["repeatUnit"] == "MONTH" and (period is None or period == 1) and budget.get("isRepeating") is True
    minutes = budget.get("capacity")
    if said["type"] != "TIME" or said["status"] != "ACTIVE" or not monthly:
        return None
    if isinstance(minutes, bool) or not isinstance(minutes, int | Decimal) or not 0 < minutes < _MOST_MINUTES:
        return None
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"))


class TeamworkIntegration:
    """Contracts kept in Teamwork."""

    name = "teamwork"
    label = "Teamwork"

    def __init__(self, config: services.Teamwork) -> None:
        """Create it without a connection."""
        self._config = config
        self.address = config.url

    def limits(self) -> tuple[Limit, ...]:
        """Return the limit of the account."""
        return (account(self._config),)

    def check_connection(self, inventory: Inventory, context: ClientContext) -> ConnectionResult:
        """Check that the projects of the clients exist."""
        with teamwork_service(self._config, context) as service:
            pages = TeamworkClient(service, self._config).pages("projects.json", "projects")
            projects = {row.get("id") for page in pages for row in page.rows}
        wanted = {name: one.teamwork.project for name, one in inventory.clients.items() if one.teamwork}
        missing = (
            f"clients.{name}: there is no project {number}" for name, number in wanted.items() if number not in projects
        )
        return ConnectionResult(f"lets us in, and shows {len(projects)} projects", tuple(missing))
