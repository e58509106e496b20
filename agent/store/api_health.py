"""What the services' answers tell beside what was asked: how far apart our clocks are, and whether they let us in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import sqlalchemy as sa

from agent.store import tables
from agent.store.cache import Cache

PREFIX = "heard:"
"""What the names begin with under which it is kept."""
OFTEN = timedelta(minutes=30)
"""How old what is kept may be before it is written anew although nothing changed."""
MATTERS = 5.0
"""Seconds by which two clocks have to part further before that is written down at once."""


@dataclass(frozen=True, slots=True)
class ApiHealth:
    """What the last answers of one service told. Times are by our clock."""

    service: str
    at: datetime
    skew: float | None = None  # seconds by which our clock is ahead of the service's; None: it does not say
    refused_since: datetime | None = None  # the first of the answers in a row that declined our credentials


def clock_skew(headers: Mapping[str, str], at: datetime) -> float | None:
    """Seconds by which our clock is ahead of the one in a Date header, to half a second; None without a sound one."""
    try:
        said = parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    return (at - said).total_seconds() - 0.5  # a whole second is said where half a one has passed, by and large


def updated(before: ApiHealth | None, service: str, code: int, headers: Mapping[str, str], at: datetime) -> ApiHealth:
    """What is known of a service once it has answered."""
    since = before.refused_since if before else None
    return ApiHealth(service, at, clock_skew(headers, at), (since or at) if code == 401 else None)


def record_response(kept: Cache, service: str, code: int, headers: Mapping[str, str], at: datetime) -> None:
    """Keep what an answer tells, where it is news or what is kept has become old; raises StoreError."""
    found = kept.get(PREFIX + service)
    before = _heard(service, found.data, found.at) if found else None
    now = updated(before, service, code, headers, at)
    if before is None or _is_news(before, now):
        since = now.refused_since.isoformat() if now.refused_since else None
        kept.put(PREFIX + service, {"skew": now.skew, "refused_since": since}, at)


def all_api_health(connection: sa.Connection) -> tuple[ApiHealth, ...]:
    """What every service told last."""
    table = tables.kept
    rows = connection.execute(sa.select(table).where(table.c.name.startswith(PREFIX)).order_by(table.c.name))
    return tuple(_heard(row.name.removeprefix(PREFIX), row.data, row.fetched_at) for row in rows)


def _is_news(before: ApiHealth, now: ApiHealth) -> bool:
    if (before.refused_since is None) != (now.refused_since is None) or not timedelta(0) <= now.at - before.at < OFTEN:
        return True
    return abs((before.skew or 0.0) - (now.skew or 0.0)) >= MATTERS


def _heard(service: str, data: Mapping[str, Any], at: datetime) -> ApiHealth:
    since = data.get("refused_since")
    return ApiHealth(service, at, data.get("skew"), datetime.fromisoformat(since) if since else None)
