"""The check of siterounds itself: overdue sites, credentials, clock, disk space. Only the agency sees its findings."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from checks.check import Check, Policy, Threshold
from checks.findings import CheckResult, Finding, Kind, Memory, State
from checks.probes import InternalProbe, Scope
from inventory.subject import Subject, SubjectKind

SUBJECT = Subject(SubjectKind.AGENCY, "siterounds")
ITSELF = (SUBJECT, "siterounds")
"""What the check's memory is kept under."""
_AGENCY = "agency"
_NAMED = 30
_MB = 1024 * 1024
_WORSE = 3
"""How many times as long as is a finding a site may stay unvisited until it is a bad one."""


@dataclass(frozen=True, slots=True)
class Unvisited:
    """A site whose round was due and did not run. `since` is the end of its last round; None means there was none."""

    site: str
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Ending:
    """A credential and the first day on which it may be of no use."""

    name: str
    ends: date
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Itself:
    """What siterounds knows of itself; what it does not know is None or left out."""

    sites: int
    unvisited: tuple[Unvisited, ...] = ()
    stale: timedelta | None = None  # after which an unvisited site is a finding; None: no service makes the rounds
    endings: tuple[Ending, ...] = ()
    refused: Mapping[str, datetime] = field(default_factory=dict)  # since when a service declines our credentials
    accepted: tuple[str, ...] = ()  # the services that do not
    skews: Mapping[str, float] = field(default_factory=dict)  # seconds by which our clock is ahead, by service
    room: int | None = None  # bytes free where the store lies
    running: str = ""  # versions
    installed: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """`credentials` in days until their end, `refused` in hours, `skew` in seconds, `room` in MB."""

    credentials: Threshold = field(default_factory=lambda: Threshold.below(90, 14))
    refused: Threshold = field(default_factory=lambda: Threshold.above(1, 24))
    skew: Threshold = field(default_factory=lambda: Threshold.above(30, 300))
    room: Threshold = field(default_factory=lambda: Threshold.below(1000, 200))


def evaluate(facts: Itself, settings: Settings, memory: Memory, now: datetime) -> CheckResult:
    """One finding for each thing that can be wrong with siterounds, and what it remembers of sites never visited."""
    known = {site: str(at) for site, at in dict(memory.get("new", {})).items()}
    new = {one.site: known.get(one.site, now.isoformat()) for one in facts.unvisited if one.since is None}
    findings = (
        *_visits(facts, {site: datetime.fromisoformat(at) for site, at in new.items()}, now),
        *(_ending(one, settings, now) for one in facts.endings),
        *_access(facts, settings, now),
        *_clocks(facts, settings),
        *_room(facts, settings),
        *_version(facts),
    )
    return CheckResult(findings, {"new": new} if new else {})


def _visits(facts: Itself, new: Mapping[str, datetime], now: datetime) -> Iterator[Finding]:
    if facts.stale is None or not facts.sites:
        return
    waits = {one.site: now - (one.since or new[one.site]) for one in facts.unvisited}
    late = sorted((one for one in waits.items() if one[1] > facts.stale), key=lambda one: -one[1])
    hours = facts.stale / timedelta(hours=1)
    if not late:
        yield Finding(
            State.OK, "siterounds-unvisited", "rounds", f"every site was visited within {hours:g} h", data=_ours()
        )
        return
    worst = late[0][1]
    state = State.CRITICAL if worst > facts.stale * _WORSE or len(late) == facts.sites else State.WARNING
    count = f"{len(late)} of {facts.sites} sites" if facts.sites > 1 else "the site"
    yield Finding(
        state,
        "siterounds-unvisited",
        "rounds",
        f"{count} not visited for more than {hours:g} h",
        value=float(len(late)),
        details=(*(_waits(site, wait) for site, wait in late[:_NAMED]), *_more(len(late))),
        remedy="siterounds schedule tells what was missed and why; siterounds run --site NAME visits one now",
        data=_ours(sites=len(late), hours=round(hours)),
    )


def _waits(site: str, wait: timedelta) -> str:
    return f"{site}: for {wait / timedelta(hours=1):.0f} h"


def _more(count: int) -> tuple[str, ...]:
    return (f"… and {count - _NAMED} more",) if count > _NAMED else ()


def _ending(one: Ending, settings: Settings, now: datetime) -> Finding:
    days = (one.ends - now.date()).days
    state = settings.credentials.judge(days)
    when = f"ends on {one.ends}" if days > 0 else f"ended on {one.ends}"
    return Finding(
        state,
        "siterounds-credential",
        f"credential:{one.name}",
        f"{one.name} {when}" + (f", in {days} days" if days > 0 else ""),
        value=float(days),
        unit="days",
        remedy="" if state is State.OK else one.remedy,
        data=_ours(name=one.name, ends=one.ends.isoformat(), days=days),
    )


def _access(facts: Itself, settings: Settings, now: datetime) -> Iterator[Finding]:
    for service in facts.accepted:
        yield Finding(State.OK, "siterounds-refused", f"access:{service}", f"{service} lets us in", data=_ours())
    for service, since in facts.refused.items():
        hours = (now - since) / timedelta(hours=1)
        state = settings.refused.judge(hours)
        yield Finding(
            state,
            "siterounds-refused",
            f"access:{service}",
            f"{service} has declined our credentials for {hours:.0f} h",
            value=round(hours, 1),
            unit="h",
            remedy="renew them where the inventory says they are kept, then: siterounds services",
            data=_ours(service=service, hours=round(hours)),
        )


def _clocks(facts: Itself, settings: Settings) -> Iterator[Finding]:
    """One finding, by the service whose clock is nearest to ours: one that is far off may be wrong itself."""
    if not facts.skews:
        return
    service, skew = min(facts.skews.items(), key=lambda one: abs(one[1]))
    state = settings.skew.judge(abs(skew))
    way = "ahead of" if skew > 0 else "behind"
    ok = state is State.OK
    yield Finding(
        state,
        "siterounds-clock",
        "clock",
        f"our clock is within {settings.skew.warning:g} s of {service}'s" if ok
        else f"our clock is {abs(skew):.0f} s {way} {service}'s",
        value=round(abs(skew), 1),
        unit="s",
        details=tuple(f"{name}: {one:+.1f} s" for name, one in sorted(facts.skews.items())),
        remedy="" if ok else "timedatectl set-ntp true; timedatectl timesync-status",
        data=_ours(service=service, seconds=round(abs(skew))),
    )  # fmt: skip


def _room(facts: Itself, settings: Settings) -> Iterator[Finding]:
    if facts.room is None:
        return
    free = facts.room / _MB
    state = settings.room.judge(free)
    yield Finding(
        state,
        "siterounds-room",
        "room",
        f"{free:.0f} MB are free where the store lies",
        value=round(free),
        unit="MB",
        remedy=""
        if state is State.OK
        else "make room there, or keep less: service.retention_days, service.backup.count",
        data=_ours(free=round(free)),
    )


def _version(facts: Itself) -> Iterator[Finding]:
    if not facts.running or not facts.installed:
        return
    same = facts.running == facts.installed
    yield Finding(
        State.OK if same else State.WARNING,
        "siterounds-version",
        "version",
        f"siterounds {facts.running} runs" + ("" if same else f", {facts.installed} is installed"),
        remedy="" if same else "systemctl restart siterounds",
        data=_ours(running=facts.running, installed=facts.installed),
    )


def _ours(**values: object) -> dict[str, object]:
    return {"audience": _AGENCY, **values}


check = Check(
    name="siterounds",
    title="siterounds itself",
    probe=InternalProbe(Scope.AGENCY),
    evaluate=evaluate,
    settings=Settings(),
    kinds=(
        Kind("siterounds-unvisited", internal=True),
        Kind("siterounds-credential", internal=True),
        Kind("siterounds-refused", internal=True),
        Kind("siterounds-clock", internal=True),
        Kind("siterounds-room", internal=True),
        Kind("siterounds-version", internal=True),
    ),
    policy=Policy(confirm=1, recover=1),
)
