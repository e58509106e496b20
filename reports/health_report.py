"""The values of a health report: one client's over a period, or the agency's about all clients."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from checks import State
from reports.contract import ContractStatus
from reports.model import ReportedIncident, Round

Kind = Literal["round", "week", "month"]


@dataclass(frozen=True, slots=True)
class Period:
    """The time that a report covers: from the end of the previous report to its own."""

    kind: Kind
    key: str  # "2026-12-14": with the client it names the report, whenever it is made
    since: datetime | None  # None: the first report
    until: datetime


@dataclass(frozen=True, slots=True)
class Point:
    """One measured value and the round that measured it."""

    at: datetime
    value: float
    round: int


@dataclass(frozen=True, slots=True)
class DiskTrend:
    """The used share of a disk in per cent, oldest first, and the forecast of the days until it is full."""

    host: str
    mount: str
    points: tuple[Point, ...]
    full_in_days: tuple[int, int | None] | None = None  # at least, at most


@dataclass(frozen=True, slots=True)
class MonthOfIncidents:
    """The number of problems opened and resolved in a calendar month."""

    month: date  # its first day
    opened: int
    resolved: int


@dataclass(frozen=True, slots=True)
class MonthOfHours:
    """Hours used of those agreed in a contract month."""

    first: date
    last: date
    used: Decimal
    agreed: Decimal | None


@dataclass(frozen=True, slots=True)
class ReportedChange:
    """One change of a problem in the period, as the round that saw it reported it."""

    incident: ReportedIncident
    change: Literal["opened", "worsened", "eased", "resolved", "reopened"]
    at: datetime
    round: int
    kind: str  # of the finding
    before: State | None = None
    updated: tuple[str, str, str] | None = None  # what, from which version, to which


@dataclass(frozen=True, slots=True)
class Logo:
    """An image embedded in the report or attached to its mail."""

    name: str  # "logo.png"
    data: bytes
    width: int  # pixels as shown
    height: int


@dataclass(frozen=True, slots=True)
class ReportBrand:
    """The brand of the report: the agency's name and looks, nothing of siterounds."""

    agency: str = ""  # its name, "" if it is not set
    colour: str = "#1f4e79"  # of headings' edges and links; readable on white
    logo: Logo | None = None
    client_logo: Logo | None = None
    footer: tuple[str, ...] = ()  # lines such as the address and a telephone number
    url: str = ""
    reply_to: str = ""


@dataclass(frozen=True, slots=True)
class HealthReport:
    """All values of one report. `shown` is the newest round of the period, as its reader may see it."""

    client: str | None  # None: the agency's overview
    title: str  # the client's
    period: Period
    shown: Round
    rounds: int  # that the period had
    happened: tuple[ReportedChange, ...] = ()
    hours_booked: Decimal | None = None  # for routine rounds, in the period
    standing: ContractStatus | None = None
    disks: tuple[DiskTrend, ...] = ()
    incidents_a_month: tuple[MonthOfIncidents, ...] = ()
    hours_a_month: tuple[MonthOfHours, ...] = ()
    clients: tuple["ClientLine", ...] = ()  # the agency's overview

    def changes(self, *kinds: str) -> Sequence[ReportedChange]:
        """Return the events of these kinds."""
        return tuple(one for one in self.happened if one.change in kinds)


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One client in the agency's overview."""

    client: str
    title: str
    state: State
    problems: int
    not_checked: int
    standing: ContractStatus | None
    last_report: datetime | None = None
