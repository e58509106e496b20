"""Judges a site's update sources: which of them answered, and whether recently enough to be relied on."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from checks.findings import Finding, State
from checks.platforms.facts import Software

_SKEW: Final = timedelta(hours=1)  # how far a time may lie in the future without being nonsense
_ORDER: Final = ("core", "plugin", "theme", "module", "addon", "runtime")
_REMEDY: Final = (
    "open the page of the site's administration that lists updates, once; if that does not help, see whether its "
    "scheduled tasks run and whether the server may reach the update service"
)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What may be relied on, and what to say of each source."""

    fresh: frozenset[tuple[str, str]]  # kind and key of the software whose newest release was lately asked for
    findings: tuple[Finding, ...]  # one a source

    def is_fresh(self, software: Software) -> bool:
        """Whether its newest release is known, as of lately."""
        return (software.kind, software.key) in self.fresh


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A piece of software whose newest release is not known, and why."""

    software: Software
    reason: str


def has_source(software: Software) -> bool:
    """Whether any source is there to ask; one that answered that it does not know the thing is none."""
    return bool(software.known_from) and software.listed is not False


def judge_sources(software: Iterable[Software], clock: datetime, hours: float) -> Knowledge:
    """Judge every source that some software names: one answer of it older than `hours`, or missing, is a doubt."""
    by_source: dict[str, list[Software]] = {}
    for one in software:
        if has_source(one):
            by_source.setdefault(one.known_from, []).append(one)
    fresh = frozenset(
        (one.kind, one.key) for those in by_source.values() for one in those if not _fault(one, clock, hours)
    )
    return Knowledge(fresh, tuple(_findings(by_source, clock, hours)))


def _findings(by_source: Mapping[str, list[Software]], clock: datetime, hours: float) -> Iterator[Finding]:
    taken: set[str] = set()
    for source, those in sorted(by_source.items()):
        item = "updates:" + min((one.kind for one in those), key=_ORDER.index)
        item = f"updates:{source}" if item in taken else item
        taken.add(item)
        doubts = [_Doubt(one, fault) for one in those if (fault := _fault(one, clock, hours))]
        yield _unknown(item, source, doubts, len(those), clock) if doubts else _known(item, source, those, clock)


def _known(item: str, source: str, those: list[Software], clock: datetime) -> Finding:
    asked = min(one.known_at for one in those if one.known_at)
    said = f"{source} was asked {_hours(clock - asked)} ago"
    data = {"source": source, "asked": asked.isoformat()}
    return Finding(State.OK, "updates-known", item, said, _age(clock, asked), "hours", data=data)


def _unknown(item: str, source: str, doubts: list[_Doubt], count: int, clock: datetime) -> Finding:
    worst = min(doubts, key=lambda doubt: (doubt.software.known_at is not None, doubt.software.known_at or clock))
    asked = worst.software.known_at
    names = sorted(f"{doubt.software.name} {doubt.software.version or ''}".rstrip() for doubt in doubts)
    return Finding(
        State.UNKNOWN,
        "updates-unknown",
        item,
        f"{source}: {worst.reason}; whether {len(doubts)} of {count} are current is not known",
        _age(clock, asked),
        "hours" if asked else "",
        ("not known to be current: " + ", ".join(names[:100]),),
        _REMEDY,
        {
            "source": source,
            "reason": worst.reason,
            "count": len(doubts),
            "asked": asked.isoformat() if asked else None,
        },
    )


def _fault(software: Software, clock: datetime, hours: float) -> str:
    """Why what its source says cannot be relied on; empty where it can."""
    known_at = software.known_at
    if known_at is None:
        return "no answer of it is kept on the site"
    if known_at > clock + _SKEW:
        return f"its last answer is dated {known_at:%Y-%m-%d %H:%M}, which lies in the future"
    if clock - known_at > timedelta(hours=hours):
        return f"last asked {_hours(clock - known_at)} ago"
    if software.latest is None and software.latest_in_line is None:
        return "its last answer names no newest release"
    return ""


def _age(clock: datetime, known_at: datetime | None) -> float | None:
    return round((clock - known_at) / timedelta(hours=1), 1) if known_at else None


def _hours(age: timedelta) -> str:
    hours = age / timedelta(hours=1)
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
