"""The health of the services' APIs, from each HTTP response: clock skew, and whether the credentials are accepted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import sqlalchemy as sa

from agent.store import tables
from agent.store.cache import Cache

PREFIX = "heard:"
"""Prefix of the names in the cache."""
OFTEN = timedelta(minutes=30)
"""Age at which an entry is written again although nothing changed."""
MATTERS = 5.0
"""Seconds by which the clock skew has to change to be written at once."""


@dataclass(frozen=True, slots=True)
class ApiHealth:
    """The health of one service's API as of its last response. Times are by our clock."""

    service: str
    at: datetime
    skew: float | None = None  # seconds by which our clock is ahead of the service's; None: unknown
    refused_since: datetime | None = None  # first of the consecutive 401 responses; None: the last one was no 401


def clock_skew(headers: Mapping[str, str], at: datetime) -> float | None:
    """Return the seconds by which our clock is ahead of a Date header, ± 0.5. None means no valid header."""
    try:
        date = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return (at - date).total_seconds() - 0.5  # the header drops fractions of a second: half a second on average


def updated(before: ApiHealth | None, service: str, code: int, headers: Mapping[str, str], at: datetime) -> ApiHealth:
    """Return the health of a service after a response with this status code and these headers."""
    since = before.refused_since if before else None
    return ApiHealth(service, at, clock_skew(headers, at), (since or at) if code == 401 else None)


def record_response(cache: Cache, service: str, code: int, headers: Mapping[str, str], at: datetime) -> None:
    """Store the health of a service after a response, if it changed or the stored one is old. Raises StoreError."""
    cached = cache.get(PREFIX + service)
    before = _api_health(service, cached.data, cached.at) if cached else None
    now = updated(before, service, code, headers, at)
    if before is None or _has_changed(before, now):
        since = now.refused_since.isoformat() if now.refused_since else None
        cache.put(PREFIX + service, {"skew": now.skew, "refused_since": since}, at)


def all_api_health(connection: sa.Connection) -> tuple[ApiHealth, ...]:
    """Return the stored health of every service."""
    table = tables.kept
    rows = connection.execute(sa.select(table).where(table.c.name.startswith(PREFIX)).order_by(table.c.name))
    return tuple(_api_health(row.name.removeprefix(PREFIX), row.data, row.fetched_at) for row in rows)


def _has_changed(before: ApiHealth, now: ApiHealth) -> bool:
    if (before.refused_since is None) != (now.refused_since is None) or not timedelta(0) <= now.at - before.at < OFTEN:
        return True
    return abs((before.skew or 0.0) - (now.skew or 0.0)) >= MATTERS


def _api_health(service: str, data: Mapping[str, Any], at: datetime) -> ApiHealth:
    since = data.get("refused_since")
    return ApiHealth(service, at, data.get("skew"), datetime.fromisoformat(since) if since else None)
