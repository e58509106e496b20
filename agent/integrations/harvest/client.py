"""The client of Harvest, and its time reports."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from requests import PreparedRequest
from requests.auth import AuthBase

from agent.domain.errors import UnknownOutcomeError
from agent.integrations.http import HttpClient, read, rows, sound_token
from agent.integrations.protocol import ClientContext
from agent.integrations.rate_limit import Limit
from inventory.services import Harvest

REPORTS = Limit("reports", 100, 900, at_once=40)
"""The rate limit of reports. They are few: one for each day of the month on which contract months begin."""


def general(config: Harvest) -> Limit:
    """Return the rate limit of all requests."""
    return Limit("general", config.requests_in_15_seconds, 15)


class Bearer(AuthBase):
    """A token in the Authorization header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        """Add the token to a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def harvest_service(config: Harvest, context: ClientContext) -> HttpClient:
    """Open a session with Harvest, which the caller closes. Raises SecretError, AuthenticationError."""
    token = sound_token("Harvest", context.secrets(config.token))
    headers = {
        "Harvest-Account-Id": str(config.account),
        "User-Agent": f"siterounds ({config.contact})",
        "Accept": "application/json",
    }
    return HttpClient("Harvest", config.url, Bearer(token), headers, context)


LONGEST = 365
"""Days of one report."""
_MOST_PAGES = 20  # of 2000 projects each
_PATH = "/v2/reports/time/projects"


def hours_booked(service: HttpClient, config: Harvest, first: date, last: date) -> Mapping[int, Decimal]:
    """Return the hours from `first` to `last`, inclusive, by project; an absent one has none. Raises ServiceError."""
    if not 0 <= (last - first).days < LONGEST:
        raise ValueError(f"no report can be had from {first} to {last}")
    limits = (REPORTS, general(config))  # a 429 holds the first of them up, and must not hold up what is booked
    window: dict[str, str | int] = {"from": f"{first:%Y%m%d}", "to": f"{last:%Y%m%d}"}
    booked: dict[int, Decimal] = {}
    page: str | int = 1
    for _ in range(_MOST_PAGES):
        if isinstance(page, str):
            answer = read(service, page, limits)
        else:
            answer = read(service, _PATH, limits, {**window, "page": page})
        for row in rows(answer, "results", service.name):
            project, hours = _row(row)
            booked[project] = booked.get(project, Decimal(0)) + hours
        following = _next(answer)
        if following is None:
            return booked
        page = following
    raise UnknownOutcomeError(f"{service.name} gave a report without an end")


def _row(row: Mapping[str, Any]) -> tuple[int, Decimal]:
    project, hours = row.get("project_id"), row.get("total_hours")
    if isinstance(project, bool) or not isinstance(project, int):
        raise UnknownOutcomeError("Harvest gave a report with a row that is of no project")
    if isinstance(hours, bool) or not isinstance(hours, int | Decimal) or not -100_000 < hours < 100_000:
        raise UnknownOutcomeError(f"Harvest gave a report in which the hours of project {project} are no number")
    if hours != round(hours, 9):
        raise UnknownOutcomeError(f"Harvest gave a report in which the hours of project {project} are absurdly exact")
    return project, Decimal(hours)


def _next(answer: Mapping[str, Any]) -> str | int | None:
    """The link to the next page, else its number, None where it was the last one."""
    links = answer.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    number = answer.get("next_page")
    if isinstance(link, str) and link:
        return link
    return number if isinstance(number, int) and not isinstance(number, bool) and number > 1 else None
