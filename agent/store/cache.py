"""What the services answered: cached responses with their age, the state of rate limits, and whether each is well."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from agent.store import tables
from agent.store.engine import store_errors, write_transaction


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A JSON value and when it was fetched."""

    data: Any
    at: datetime


class Cache:
    """Cached JSON values and the marks of rate limits. Every method raises StoreError."""

    def __init__(self, engine: sa.Engine, path: Path) -> None:
        """Use the store of this engine."""
        self._engine = engine
        self._path = path

    def get(self, name: str) -> CachedAnswer | None:
        """Return the value under a name. None means that there is none."""
        with store_errors(self._path), self._engine.connect() as connection:
            row = connection.execute(sa.select(tables.kept).where(tables.kept.c.name == name)).mappings().first()
        return CachedAnswer(row["data"], row["fetched_at"]) if row else None

    def put(self, name: str, data: Any, at: datetime) -> None:
        """Store a JSON value under a name, in place of an earlier one."""
        with write_transaction(self._engine, self._path) as connection:
            connection.execute(sa.delete(tables.kept).where(tables.kept.c.name == name))
            connection.execute(sa.insert(tables.kept), {"name": name, "data": data, "fetched_at": at})

    def reserve(self, bucket: str, booked: Callable[[datetime | None], datetime]) -> datetime:
        """Replace a bucket's mark by `booked(mark)`, atomically; None means no mark yet. Returns the new one."""
        table = tables.paces
        with write_transaction(self._engine, self._path) as connection:
            before = connection.execute(sa.select(table.c.mark).where(table.c.bucket == bucket)).scalar()
            mark = booked(before)
            put = insert(table).on_conflict_do_update(index_elements=[table.c.bucket], set_={"mark": mark})
            connection.execute(put, {"bucket": bucket, "mark": mark})
        return mark


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
