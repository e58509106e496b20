"""How Teamwork is asked: with an API key, page by page, and only ever to read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests
from requests.auth import HTTPBasicAuth

from agent.domain.errors import RejectedError, UnavailableError, UncertainError
from agent.integrations.pace import Limit, Paces
from agent.integrations.reading import read, rows
from agent.integrations.service import Service
from agent.integrations.tokens import sound_token
from inventory import services

PREFIX = "/projects/api/v3"
PAGE = 500
"""Records of one page, as many as may be asked for."""
_MOST_PAGES = 200  # Teamwork gives no more than 50,000 records of one list
_LEAVE_ALONE = 60.0  # seconds


def teamwork_service(config: services.Teamwork, key: str, paces: Paces) -> Service:
    """A session with Teamwork, to be closed by whoever uses it. RefusedError where the key cannot be one."""
    auth = HTTPBasicAuth(sound_token("Teamwork", key), "x")
    return Service("Teamwork", config.url, auth, {"Accept": "application/json", "User-Agent": "siterounds"}, paces)


@dataclass(frozen=True, slots=True)
class Page:
    """Some records of a list, and what was sent along with them, by type."""

    rows: Sequence[Mapping[str, Any]]
    included: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Teamwork:
    """One Teamwork site, and how it is set up for us."""

    service: Service
    config: services.Teamwork

    def pages(self, path: str, key: str, params: Mapping[str, str | int] | None = None) -> Iterator[Page]:
        """Every page of a list, until it says that there are no more: its counts are estimates. Raises ServiceError."""
        for number in range(1, _MOST_PAGES + 1):
            answer = self._read(f"{PREFIX}/{path}", {**(params or {}), "page": number, "pageSize": PAGE})
            included = answer.get("included")
            yield Page(rows(answer, key, self.service.name), included if isinstance(included, dict) else {})
            if not _has_more(answer):
                return
        raise UncertainError(f"{self.service.name} gave a list of {key} without an end")

    def _read(self, path: str, params: Mapping[str, str | int]) -> Mapping[str, Any]:
        limits = (Limit("account", self.config.requests_a_minute, 60),)
        try:
            return read(self.service, path, limits, params)
        except RejectedError as error:
            if error.code == requests.codes.bad_request and "rate limit" in error.reason.casefold():
                raise UnavailableError(error.reason, after=error.after or _LEAVE_ALONE) from error
            raise


def _has_more(answer: Mapping[str, Any]) -> bool:
    meta = answer.get("meta")
    page = meta.get("page") if isinstance(meta, dict) else None
    return isinstance(page, dict) and page.get("hasMore") is True


def number_of(row: Mapping[str, Any], flat: str, reference: str) -> int | None:
    """An id that stands in a record by itself, or as a reference `{"id": 1, "type": …}`."""
    value = row.get(flat)
    inner = row.get(reference)
    if value is None and isinstance(inner, dict):
        value = inner.get("id")
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def values_of(included: Mapping[str, Any], kind: str) -> Sequence[Mapping[str, Any]]:
    """What was sent along of one type: Teamwork gives it by id."""
    found = included.get(kind)
    listed = list(found.values()) if isinstance(found, dict) else found
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
