"""The status of siterounds as one value, from which metrics, health, the dashboard and the self-check are made."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import sqlalchemy as sa

from agent.domain.incidents import Phase
from agent.domain.messages import Stage
from agent.domain.service_state import HeartbeatResult, ServiceSnapshot, ServiceState
from agent.integrations.rate_limit import Limit, delay, reserve
from agent.integrations.registry import integrations
from agent.store import tables
from agent.store.cache import ApiHealth, all_api_health
from agent.store.last_seen import LastSeen, last_seen
from agent.store.store import Store
from checks import State
from inventory.model import Inventory
from inventory.services import Services
from inventory.subject import Subject


@dataclass(frozen=True, slots=True)
class Budget:
    """The rest of one rate limit: requests that may follow at once, and seconds until the next."""

    service: str
    bucket: str
    limit: int  # requests in `seconds` that the service documents
    seconds: float  # in which it does
    left: int  # requests that may follow at once
    wait: float  # seconds; above 0 where it is used up, or the service asked us to wait


def budgets(connection: sa.Connection, services: Services, at: datetime) -> tuple[Budget, ...]:
    """Return the rest of every rate limit."""
    marks = {row.bucket: row.mark for row in connection.execute(sa.select(tables.paces))}
    return tuple(_budget(one.label, limit, marks, at) for one in integrations(services) for limit in one.limits())


def _budget(service: str, limit: Limit, marks: Mapping[str, datetime], at: datetime) -> Budget:
    mark = max(marks.get(f"{service} {limit.bucket}", at), at)
    under_way = math.ceil((mark - at).total_seconds() / limit.interval)
    wait = delay(limit, reserve(limit, mark, at), at)
    return Budget(service, limit.bucket, limit.requests, limit.seconds, max(0, limit.burst - under_way), wait)


LEGACY_END = date(2027, 4, 30)
"""The day on which Zendesk ends all legacy API tokens."""


@dataclass(frozen=True, slots=True)
class LastRound:
    """The newest recorded round."""

    number: int
    started_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        """Return its duration."""
        return (self.ended_at - self.started_at).total_seconds()


@dataclass(frozen=True, slots=True)
class OutboxStats:
    """The undelivered messages of one service."""

    integration: str
    waiting: int
    parked: int  # rejected; a person has to act
    oldest: datetime | None  # when the oldest waiting one was written; None: none waits


@dataclass(frozen=True, slots=True)
class DiskUsage:
    """The store's size and the space on its disk, in bytes."""

    used: int  # by the store, including its write-ahead log
    free: int  # available to this user
    total: int


@dataclass(frozen=True, slots=True)
class ExpiringCredential:
    """A credential with an expiry date."""

    name: str
    ends: date  # the first day on which it may be invalid


@dataclass(frozen=True, slots=True)
class AgentStatus:
    """The status at one moment. `picture` is None where no service runs, or it did not answer."""

    at: datetime
    version: str  # of this process
    installed: str  # of the files on disk; differs after an upgrade without a restart
    picture: ServiceSnapshot | None
    last: LastRound | None
    looks: LastSeen
    incidents: Mapping[tuple[Phase, State], int]
    outbox: tuple[OutboxStats, ...]
    budgets: tuple[Budget, ...]
    shelf: DiskUsage | None
    heard: tuple[ApiHealth, ...]
    credentials: tuple[ExpiringCredential, ...]
    schedules: Mapping[Subject, datetime]  # the subjects of rounds, and since when their schedules are in force
    beat: HeartbeatResult | None = None  # the last one; None: none was sent, or none is configured


def installed_version() -> str:
    """Return the version of the files on disk."""
    try:
        return version("siterounds")
    except PackageNotFoundError:
        return "unknown"


RUNNING = installed_version()
"""The version of this process."""


def agent_status(
    store: Store,
    inventory: Inventory,
    live: ServiceState | ServiceSnapshot | None,
    at: datetime,
    beat: HeartbeatResult | None = None,
) -> AgentStatus:
    """Return the status at a moment, from the store and the running service. Raises StoreError."""
    picture = live.picture if isinstance(live, ServiceState) else live
    with store.reading() as (repository, _):
        connection = repository.connection
        return AgentStatus(
            at=at,
            version=RUNNING,
            installed=installed_version(),
            picture=picture,
            last=_last(connection),
            looks=last_seen(connection, inventory.sites, at),
            incidents=_incidents(connection),
            outbox=_outbox_stats(connection),
            budgets=budgets(connection, inventory.services, at),
            shelf=disk_usage(store.path),
            heard=all_api_health(connection),
            credentials=tuple(credentials(inventory.services)),
            schedules=_schedules(connection),
            beat=beat,
        )


def credentials(services: Services) -> list[ExpiringCredential]:
    """Return the credentials whose expiry is known."""
    zendesk = services.zendesk
    legacy = zendesk is not None and zendesk.client_secret is None and zendesk.token is not None
    return [ExpiringCredential("the API token for Zendesk", LEGACY_END)] if legacy else []


def disk_usage(path: Path) -> DiskUsage | None:
    """Return the store's size and free space. None: it cannot be read."""
    try:
        found = os.statvfs(path.parent)
        files = (path, path.with_name(f"{path.name}-wal"))
        used = sum(file.stat().st_size for file in files if file.exists())
    except OSError:
        return None
    return DiskUsage(used, found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)


def _last(connection: sa.Connection) -> LastRound | None:
    table = tables.rounds
    row = connection.execute(sa.select(table).order_by(table.c.id.desc()).limit(1)).first()
    return LastRound(row.id, row.started_at, row.ended_at) if row else None


def _schedules(connection: sa.Connection) -> Mapping[Subject, datetime]:
    return {row.subject: row.since for row in connection.execute(sa.select(tables.schedules))}


def _incidents(connection: sa.Connection) -> Mapping[tuple[Phase, State], int]:
    """Count the unresolved problems by phase and state."""
    table = tables.incidents
    query = sa.select(table.c.phase, table.c.state, sa.func.count()).where(table.c.phase != Phase.RESOLVED)
    rows = connection.execute(query.group_by(table.c.phase, table.c.state))
    return {(Phase(phase), State(state)): count for phase, state, count in rows}


def _outbox_stats(connection: sa.Connection) -> tuple[OutboxStats, ...]:
    table = tables.messages
    waiting, parked = (sa.func.count(sa.case((table.c.stage == one, 1))) for one in (Stage.WAITING, Stage.PARKED))
    oldest = sa.func.min(sa.case((table.c.stage == Stage.WAITING, table.c.created_at)))
    query = sa.select(table.c.integration, waiting, parked, sa.type_coerce(oldest, tables.UtcDateTime()))
    query = query.where(table.c.stage.in_((Stage.WAITING, Stage.PARKED)))
    rows = connection.execute(query.group_by(table.c.integration).order_by(table.c.integration))
    return tuple(OutboxStats(name, waits, parks, old) for name, waits, parks, old in rows)


def midnight(day: date) -> datetime:
    """Return the beginning of a day in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
