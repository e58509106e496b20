"""Evaluate a site's software: whether it is current, fully updated and still maintained."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from checks.findings import CheckResult, Finding, Memory, State
from checks.platforms.facts import SiteFacts, Software
from checks.platforms.versions import newer, newest
from checks.resolution import resolve_missing, trusted_clock
from checks.versions.lifecycles import Catalogue, ReleaseLine, catalogue_of
from checks.versions.settings import Settings
from checks.versions.sources import Knowledge, has_source, judge_sources
from checks.waivers import waive


@dataclass(frozen=True, slots=True)
class _Subject:
    """A piece of software with the catalogue entry of its release line."""

    item: str
    software: Software
    catalogue: Catalogue | None
    line: ReleaseLine | None

    @property
    def latest_in_line(self) -> str | None:
        return newest(self.software.latest_in_line, self.line.newest if self.line else None)

    @property
    def installed(self) -> str:
        return f"{self.software.name} {self.software.version}"


@dataclass(frozen=True, slots=True)
class _Round:
    """The context that every evaluation needs."""

    settings: Settings
    clock: datetime
    listed: frozenset[str]  # items that their update source knows, or knew once
    knowledge: Knowledge


def evaluate(facts: SiteFacts, settings: Settings, memory: Memory, now: datetime) -> CheckResult:
    """One finding for each piece of software whose newest release is known, one for all others together."""
    clock = trusted_clock(facts.as_of, now)
    subjects = {subject.item: subject for subject in map(_subject, facts.software)}
    complete = not facts.software_gaps
    listed = _listed(memory, subjects, complete)
    knowledge = judge_sources(facts.software, clock, settings.knowledge_hours)
    this = _Round(settings, clock, frozenset(listed), knowledge)
    findings = [gap.finding() for gap in facts.software_gaps]
    for subject in subjects.values():
        findings += _judge(subject, this)
    findings += knowledge.findings
    findings += _untracked(subjects, this)
    waived = [waive(finding, settings.ignore, (finding.item,), clock.date()) for finding in findings]
    said, bad = resolve_missing(
        waived, memory.get("bad", {}), clock.date(), lambda item: _over(item, subjects, complete)
    )
    return CheckResult(said, {"listed": sorted(listed)[:1000], "bad": bad})


def _over(item: str, subjects: Mapping[str, _Subject], complete: bool) -> str:
    """The sentence for an item that is no longer bad; "" where that is not known."""
    if not complete:
        return ""
    about, slash, aspect = item.rpartition("/")
    if slash and aspect in ("unfinished", "support") and about in subjects:
        return f"{about}: its update was finished" if aspect == "unfinished" else ""
    return "" if item in subjects else f"{item}: no longer there"  # there, and nothing said: nobody knows


def _subject(software: Software) -> _Subject:
    item = "core" if software.kind == "core" else f"{software.kind}:{software.key}"
    catalogue = catalogue_of(software.kind, software.key)
    line = catalogue.line_of(software.version) if catalogue and software.version else None
    return _Subject(item, software, catalogue, line)


def _listed(memory: Memory, subjects: Mapping[str, _Subject], complete: bool) -> set[str]:
    """Of what is still there, as far as can be seen: what its update source knows, or knew once."""
    before = {item for item in memory.get("listed", ()) if item in subjects or not complete}
    return before | {item for item, subject in subjects.items() if subject.software.listed}


def _judge(subject: _Subject, this: _Round) -> Iterator[Finding]:
    if subject.software.version is None:
        yield from _unreadable(subject)
    else:
        yield from _currency(subject, this)
    if subject.software.unfinished:
        yield _unfinished(subject, this)
    if subject.catalogue and subject.software.version:
        yield _support(subject, subject.catalogue, this)


def _unreadable(subject: _Subject) -> Iterator[Finding]:
    """A core, or a plugin that is listed, has a version. What nobody lists may well declare none."""
    software = subject.software
    if software.kind == "core" or software.listed or software.latest:
        said = f"{software.name}: its version could not be read"
        yield Finding(State.UNKNOWN, "version-unreadable", subject.item, said, data=_data(software, reason=said))


def _currency(subject: _Subject, this: _Round) -> Iterator[Finding]:
    software, in_line = subject.software, subject.latest_in_line
    if software.listed is False and subject.item in this.listed:
        yield _withdrawn(subject, this)
    elif software.kind == "core" and newer(in_line, software.version) and software.security is not False:
        yield _behind(subject, in_line, this, security=True)
    elif newer(newest(software.latest, in_line), software.version):
        yield _behind(subject, newest(software.latest, in_line), this, security=bool(software.security))
    elif this.knowledge.is_fresh(software):
        said = f"{subject.installed} is the newest that {software.known_from} knows"
        yield Finding(State.OK, "version-current", subject.item, said, data=_data(software))
    elif _newest_by_catalogue(subject, this) and subject.catalogue:
        said = f"{subject.installed} was the newest of its line on {subject.catalogue.as_of}"
        yield Finding(
            State.OK,
            "version-current",
            subject.item,
            said,
            details=(_said_by(subject.catalogue),),
            data=_data(software),
        )


def _newest_by_catalogue(subject: _Subject, this: _Round) -> bool:
    known = subject.catalogue and subject.line and subject.line.newest
    return bool(known and subject.catalogue and not subject.catalogue.is_old(this.clock.date()))


def _behind(subject: _Subject, latest: str | None, this: _Round, security: bool) -> Finding:
    software, severities = subject.software, this.settings.severities
    state = severities.core if software.kind == "core" else severities.plugin
    said = f"{subject.installed} is installed, {latest} is out"
    details = [_told(subject, latest, this.clock)]
    if security:
        state = severities.security
        said += " and mends vulnerabilities" if software.security else ", with the security fixes of its line"
    if newer(software.latest, latest):
        details.append(f"the newest of all is {software.latest}")
    if software.active is False:
        said += " (not active)"
        details.append("it is switched off, but its files can be reached all the same: remove it if nobody needs it")
    return Finding(
        state,
        "version-security" if security else "version-outdated",
        subject.item,
        said,
        details=tuple(detail for detail in details if detail),
        remedy=software.update,
        data=_data(software, latest=latest, newest=newest(software.latest, latest)),
    )


def _told(subject: _Subject, latest: str | None, clock: datetime) -> str:
    """Who says so, and how long ago they were asked."""
    software = subject.software
    if subject.catalogue and latest not in (software.latest, software.latest_in_line):
        return _said_by(subject.catalogue)
    if software.known_at is None or software.known_at > clock:
        return f"so says {software.known_from}" if software.known_from else ""
    return f"so says {software.known_from}, asked {(clock - software.known_at) / timedelta(hours=1):.0f} hours ago"


def _withdrawn(subject: _Subject, this: _Round) -> Finding:
    software = subject.software
    return Finding(
        this.settings.severities.withdrawn,
        "version-withdrawn",
        subject.item,
        f"{subject.installed}: {software.known_from or 'its update source'} knew it, and no longer does",
        details=("withdrawn by its maker or taken down, perhaps for a vulnerability: no update will come any more",),
        remedy="find out why, and replace it; if its updates come from elsewhere now, say so in `versions: ignore:`",
        data=_data(software),
    )


def _unfinished(subject: _Subject, this: _Round) -> Finding:
    software, severities = subject.software, this.settings.severities
    return Finding(
        severities.core_unfinished if software.kind == "core" else severities.unfinished,
        "update-unfinished",
        f"{subject.item}/unfinished",
        f"{software.name}: work on it was begun and not ended: {software.unfinished}",
        remedy=software.update,
        data=_data(software, unfinished=software.unfinished),
    )


def _support(subject: _Subject, catalogue: Catalogue, this: _Round) -> Finding:
    today, line, severities = this.clock.date(), subject.line, this.settings.severities
    if line is None or (today <= line.ends and catalogue.is_old(today)):
        return _beyond(subject, catalogue)
    left = (line.ends - today).days
    name = f"{catalogue.product} {line.name}"
    if left < 0:
        core = subject.software.kind == "core"
        state = severities.core_end_of_life if core else severities.end_of_life
        kind, said = "end-of-life", f"{name} has not been mended since {line.ends}"
    elif left <= this.settings.end_of_life_days:
        state, kind, said = severities.end_of_life_soon, "end-of-life-soon", f"{name} is mended until {line.ends} only"
    else:
        state, kind, said = State.OK, "version-supported", f"{name} is mended until {line.ends}"
    return Finding(
        state,
        kind,
        f"{subject.item}/support",
        f"{said} (installed: {subject.software.version})",
        left,
        "days",
        tuple(detail for detail in (_said_by(catalogue), line.note) if detail),
        "" if state is State.OK else f"move to a newer line; the newest known here is {catalogue.lines[0].name}",
        _data(subject.software, product=catalogue.product, line=line.name, ends=line.ends.isoformat(), days=left),
    )


def _beyond(subject: _Subject, catalogue: Catalogue) -> Finding:
    said = f"whether {catalogue.product} {subject.software.version} is still mended is not known here"
    return Finding(
        State.UNKNOWN,
        "catalogue-old",
        f"{subject.item}/support",
        said,
        details=(_said_by(catalogue),),
        remedy=f"update siterounds; until then look it up at {catalogue.source}",
        data=_data(subject.software, product=catalogue.product, as_of=catalogue.as_of.isoformat(), reason=said),
    )


def _untracked(subjects: Mapping[str, _Subject], this: _Round) -> Iterator[Finding]:
    """One finding for all that no update source knows: OK, as nothing is known to be wrong, yet not called current."""
    names = sorted(
        f"{subject.software.name} {subject.software.version or '(declares no version)'}"
        for item, subject in subjects.items()
        if item not in this.listed and _is_untracked(subject)
    )
    if names:
        said = f"the newest release of {len(names)} of {len(subjects)} is not known: no update source knows them"
        details = ("nobody can tell from here whether they are current: ask whoever made or sold them", *names[:150])
        data = {"count": len(names), "of": len(subjects), "names": names[:150]}
        yield Finding(State.OK, "version-untracked", "untracked", said, float(len(names)), "", details, data=data)


def _is_untracked(subject: _Subject) -> bool:
    software = subject.software
    known = has_source(software) or software.latest or software.latest_in_line or subject.catalogue
    return not known and not (software.version is None and software.kind == "core")


def _said_by(catalogue: Catalogue) -> str:
    said = f"by {catalogue.source}, as of {catalogue.as_of}"
    return f"{said}; {catalogue.beyond}" if catalogue.beyond else said


def _data(software: Software, **more: Any) -> dict[str, Any]:
    """Return the data that client phrases need."""
    own = {"name": software.name, "what": software.kind, "version": software.version, "active": software.active}
    return {**own, "latest": software.latest, **more}
