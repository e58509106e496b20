"""A round as reports read it, and its JSON: the values that every report is built from."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, fields, make_dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainSerializer, TypeAdapter
from pydantic.json_schema import SkipJsonSchema

from checks import Cause, Finding, State
from reports.contract import ContractStatus

NotInJson = Annotated[bool, Field(exclude=True), SkipJsonSchema()]


@dataclass(frozen=True, slots=True)
class RoundInfo:
    """When a round was made. `id` is None where nothing was recorded."""

    id: int | None
    started_at: datetime
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Location:
    """Where a finding belongs. One about a host concerns every client on it; `client` is set where that is one.

    `host` is None for what is about a client's contract; without a client, it is about siterounds itself.
    """

    host: str | None
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
    cause: Cause = Cause.OTHER
    internal: NotInJson = False  # because of the agency's tools, not of the site or the server
    excused: NotInJson = False  # internal, and in a client's report, which says only that the agency sees to it


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
    """A finding of a check, where it belongs, and whether a contract covers it. In JSON it is one flat object."""

    finding: Finding
    place: Location
    check: str
    in_scope: bool = True  # whether the contract covers it; what is not known counts as covered

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        """Serialize it as `Flat`."""
        from pydantic_core import core_schema  # here, because only JSON needs it, and it takes long to load

        written = core_schema.plain_serializer_function_ser_schema(flat, return_schema=handler.generate_schema(Flat))
        return core_schema.is_instance_schema(cls, serialization=written)


_LAST = [one for one in fields(Finding) if one.name != "item"]
Flat = make_dataclass(
    ReportedFinding.__name__,
    [
        ("client", str | None), ("clients", tuple[str, ...]), ("site", str | None), ("host", str | None),
        ("check", str), ("item", str),
        *((one.name, one.type, field(default=one.default, default_factory=one.default_factory)) for one in _LAST),
        ("in_scope", bool, True),
    ],
    namespace={"__doc__": "A finding with its place."}, frozen=True, slots=True,
)  # fmt: skip
"""The shape of a finding in JSON; `host` is null where it is about a client's contract."""


def flat(one: ReportedFinding) -> Any:
    """Return a finding with its place as one flat value."""
    place = one.place
    finding_fields = {each.name: getattr(one.finding, each.name) for each in fields(Finding)}
    return Flat(place.client, place.clients, place.site, place.host, one.check, in_scope=one.in_scope, **finding_fields)


class SilenceViewKind(StrEnum):
    """Why nobody is notified of a problem, as people read it."""

    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"
    MAINTENANCE = "maintenance"


@dataclass(frozen=True, slots=True)
class SilenceView:
    """Why nobody is notified of a problem now; `rest` says who said so and why, or until when: " by Otto on …"."""

    kind: SilenceViewKind
    rest: str = ""

    def __str__(self) -> str:
        """As people read it: "muted by Otto on 2026-11-20: we know"."""
        return f"{self.kind}{self.rest}"


def _silence_in_words(silence: SilenceView | None) -> str:
    return str(silence) if silence else ""


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
    ticket: int | None = None  # its number in Zendesk
    silence: Annotated[
        SilenceView | None,
        Field(serialization_alias="silenced"),
        PlainSerializer(_silence_in_words, return_type=str),
    ] = None  # None: people are notified of it

    @property
    def maintained(self) -> bool:
        """Whether it falls into a maintenance window."""
        return self.silence is not None and self.silence.kind is SilenceViewKind.MAINTENANCE

    @property
    def place(self) -> Location:
        """Where it belongs."""
        return Location(self.host, self.site, self.client, self.clients)


NEW = frozenset({"opened", "reopened", "worsened"})
"""Changes after which a problem is news."""


FindingKey = tuple[str | None, str | None, str, str]
"""What a finding and its incident have in common: host (or whose contract it is, if any), site, check, item."""


def key_of(one: ReportedFinding | ReportedIncident) -> FindingKey:
    """Return the key by which a finding and its incident are matched."""
    item = one.finding.item if isinstance(one, ReportedFinding) else one.item
    return one.place.host or beyond_hosts(one.place.client), one.place.site, one.check, item


def beyond_hosts(client: str | None) -> str:
    """Return the place of what is on no host: a client's contract, or siterounds itself if `client` is None."""
    return f"contract of {client}" if client else "siterounds itself"


@dataclass(frozen=True, slots=True)
class ReportedWindow:
    """Maintenance that was under way when a round ended, and what of the inventory it was for, by name."""

    name: str
    title: str
    since: datetime
    until: datetime
    clients: tuple[str, ...] = ()  # their sites, and the hosts that are theirs alone
    hosts: tuple[str, ...] = ()  # with the sites on them
    sites: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()  # empty: all

    def narrowed(self, clients: Collection[str], hosts: Collection[str], sites: Collection[str]) -> "ReportedWindow":
        """Return the window restricted to these clients, hosts and sites."""
        return replace(
            self,
            clients=tuple(one for one in self.clients if one in clients),
            hosts=tuple(one for one in self.hosts if one in hosts),
            sites=tuple(one for one in self.sites if one in sites),
        )

    @property
    def about_something(self) -> bool:
        """Whether it applies to any client, host or site."""
        return bool(self.clients or self.hosts or self.sites)


@dataclass(frozen=True, slots=True)
class Round:
    """Everything one round found out, and what was agreed when it was made."""

    round: RoundInfo
    coverage: Coverage
    findings: tuple[ReportedFinding, ...]
    incidents: tuple[ReportedIncident, ...]
    contracts: tuple[ContractStatus, ...] = ()
    maintenance: tuple[ReportedWindow, ...] = ()  # what was under way at its end

    def narrowed(
        self, hosts: Collection[str], sites: Collection[str], clients: Collection[str] | None = None
    ) -> "Round":
        """Return the round restricted to these hosts, these sites, and the contracts of `clients`.

        `clients`: None means those that a finding on these hosts and sites belongs to.
        """

        def meant(host: str | None, site: str | None) -> bool:
            return site in sites if site else host in hosts

        def kept(one: ReportedFinding | ReportedIncident) -> bool:
            place = one.place
            ours = place.host is None and place.site is None and place.client in owners
            return ours or meant(place.host, place.site)

        places = (one.place for one in self.findings)
        found = {place.client for place in places if place.client and meant(place.host, place.site)}
        owners = found if clients is None else clients
        windows = (one.narrowed(owners, hosts, sites) for one in self.maintenance)
        return Round(
            self.round,
            Coverage.of(
                (one for one in self.coverage.checks if meant(one.host, one.site)),
                (one for one in self.coverage.not_run if meant(one.host, one.site)),
            ),
            tuple(one for one in self.findings if kept(one)),
            tuple(one for one in self.incidents if kept(one)),
            tuple(one for one in self.contracts if one.client in owners),
            tuple(one for one in windows if one.about_something),
        )


_round = TypeAdapter(Round)
_incidents = TypeAdapter(tuple[ReportedIncident, ...])


def round_json(shown: Round) -> str:
    """Return a round as a JSON document; times in ISO 8601, states in lower case."""
    return _round.dump_json(shown, indent=2, by_alias=True).decode()


def incidents_json(incidents: tuple[ReportedIncident, ...]) -> str:
    """Return incidents as a JSON list."""
    return _incidents.dump_json(incidents, indent=2, by_alias=True).decode()


def schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of `round_json`."""
    document = _round.json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:siterounds:round:1",
        "title": "A siterounds round",
        **document,
    }
