"""A round as it is shown: the values every kind of report is made from, and the shape of `--format json`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from checks import State


@dataclass(frozen=True, slots=True)
class RoundInfo:
    """When a round was made. `id` is None where nothing was recorded."""

    id: int | None
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding belongs. One about a host concerns every client on it; `client` is set where that is one."""

    host: str
    site: str | None = None
    client: str | None = None
    clients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotRun:
    """A check that was due and could not look, wholly or in part."""

    host: str
    site: str | None
    check: str
    reason: str
    remedy: str = ""
    partly: bool = False


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the checks that were due ran. One that saw a part only counts as run, and is listed as `partly`."""

    due: int
    ran: int
    not_run: tuple[NotRun, ...] = ()


@dataclass(frozen=True, slots=True)
class ReportedFinding:
    """A finding with its place."""

    client: str | None
    clients: tuple[str, ...]
    site: str | None
    host: str
    check: str
    item: str
    state: State
    kind: str
    summary: str
    value: float | None = None
    unit: str = ""
    details: tuple[str, ...] = ()
    remedy: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReportedIncident:
    """A problem and where it stands in its life."""

    id: int
    client: str | None
    clients: tuple[str, ...]
    site: str | None
    host: str | None  # None where the inventory no longer knows the site
    check: str
    item: str
    phase: Literal["pending", "open", "resolved"]
    state: State
    summary: str
    since: datetime
    opened_at: datetime | None = None
    resolved_at: datetime | None = None
    seen_at: datetime | None = None  # when a round last could look at it
    change: Literal["opened", "worsened", "eased", "resolved", "reopened"] | None = None  # what this round changed


@dataclass(frozen=True, slots=True)
class Round:
    """Everything one round found out."""

    round: RoundInfo
    coverage: Coverage
    findings: tuple[ReportedFinding, ...]
    incidents: tuple[ReportedIncident, ...]
