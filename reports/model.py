"""A round as it is shown: the values every kind of report is made from, and the shape of `--format json`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

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
class DueCheck:
    """One check that was due."""

    host: str
    site: str | None
    check: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the checks that were due ran. One that saw a part only counts as run, and is listed as `partly`."""

    due: int
    ran: int
    checks: tuple[DueCheck, ...] = ()
    not_run: tuple[NotRun, ...] = ()

    @classmethod
    def of(cls, checks: Iterable[DueCheck], not_run: Iterable[NotRun]) -> Self:
        """Count what was due and what of it ran."""
        checks, not_run = tuple(checks), tuple(not_run)
        missed = {(one.host, one.site, one.check) for one in not_run if not one.partly}
        return cls(len(checks), len(checks) - len(missed), checks, not_run)

    @property
    def partly(self) -> int:
        """How many checks saw a part only."""
        return len({(one.host, one.site, one.check) for one in self.not_run if one.partly})


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


NEW = frozenset({"opened", "reopened", "worsened"})
"""Changes after which a problem is news."""


def place_of(one: ReportedFinding | ReportedIncident) -> tuple[str | None, str | None, str, str]:
    """What a finding and its incident have in common: host, site, check, item."""
    return one.host, one.site, one.check, one.item


@dataclass(frozen=True, slots=True)
class Round:
    """Everything one round found out."""

    round: RoundInfo
    coverage: Coverage
    findings: tuple[ReportedFinding, ...]
    incidents: tuple[ReportedIncident, ...]

    def narrowed(self, hosts: Collection[str], sites: Collection[str]) -> "Round":
        """The same round, but only what is about these hosts themselves and these sites."""

        def meant(host: str | None, site: str | None) -> bool:
            return site in sites if site else host in hosts

        coverage = Coverage.of(
            (one for one in self.coverage.checks if meant(one.host, one.site)),
            (one for one in self.coverage.not_run if meant(one.host, one.site)),
        )
        findings = tuple(one for one in self.findings if meant(one.host, one.site))
        incidents = tuple(one for one in self.incidents if meant(one.host, one.site))
        return Round(self.round, coverage, findings, incidents)
