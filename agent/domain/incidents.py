"""The life cycle of an incident: pending until confirmed, open until enough clean rounds, then resolved or reopened."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from checks import Finding, Policy, State
from inventory.subject import Subject


class Phase(StrEnum):
    """The phase of an incident's life cycle."""

    PENDING = "pending"  # seen, not confirmed yet
    OPEN = "open"
    RESOLVED = "resolved"


class Change(StrEnum):
    """A change of an incident that is reported."""

    OPENED = "opened"
    WORSENED = "worsened"
    EASED = "eased"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """The identity of a problem. Its wording is not part of it."""

    subject: Subject
    check: str
    item: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One problem over time. `streak` counts rounds in a row: bad ones while pending, clean ones while open."""

    key: Key
    phase: Phase
    state: State
    kind: str
    summary: str
    since: datetime  # when it was first seen in the present outbreak
    seen_at: datetime  # the last round in which its check ran
    streak: int = 0
    opened_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentUpdate:
    """The result of one round for one incident. `incident` is None where the incident is forgotten."""

    key: Key
    incident: Incident | None
    change: Change | None = None
    evidence: Finding | None = None  # the finding that changed it


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """One check that ran on one subject, with all its findings."""

    subject: Subject
    check: str
    policy: Policy
    findings: tuple[Finding, ...]


Advanced = tuple[Incident | None, Change | None]


def advance(incident: Incident | None, key: Key, finding: Finding | None, now: datetime, policy: Policy) -> Advanced:
    """Return the incident after one round, and the change to report.

    `finding` is None where the check ran and no longer found the item. The returned incident is None where nothing is
    to be kept: a problem that went away before it was confirmed. The change is None where nothing is to be reported.
    """
    if finding is None or finding.state is State.OK:
        return _clean(incident, finding, now, policy)
    if incident is None or incident.phase is not Phase.OPEN:
        return _bad_while_not_open(incident, key, finding, now, policy)
    return _bad_while_open(incident, finding, now)


def _clean(incident: Incident | None, finding: Finding | None, now: datetime, policy: Policy) -> Advanced:
    if incident is None or incident.phase is Phase.RESOLVED:
        return incident, None
    if incident.phase is Phase.PENDING:
        back = replace(incident, phase=Phase.RESOLVED, state=State.OK, streak=0, seen_at=now)
        return (back if incident.resolved_at else None), None
    streak = incident.streak + 1
    if streak < policy.recover:
        return replace(incident, streak=streak, seen_at=now), None
    summary = finding.summary if finding else "gone: a round that could look no longer found it"
    if finding is None or finding.kind == "settled":  # such a summary does not say what the problem was
        summary = f"{incident.summary} ({summary})"
    resolved = replace(
        incident, phase=Phase.RESOLVED, streak=0, seen_at=now, resolved_at=now, summary=summary, state=State.OK
    )
    return resolved, Change.RESOLVED


def _bad_while_not_open(
    incident: Incident | None, key: Key, finding: Finding, now: datetime, policy: Policy
) -> Advanced:
    pending = incident if incident and incident.phase is Phase.PENDING else None
    unknown = finding.state is State.UNKNOWN
    if pending and unknown and pending.state is not State.UNKNOWN:
        return pending, None  # the check did not run: that confirms nothing
    resolved_at = incident.resolved_at if incident else None
    needed = policy.confirm_unknown if unknown else policy.confirm
    streak = pending.streak + 1 if pending and unknown == (pending.state is State.UNKNOWN) else 1
    confirmed = streak >= needed
    advanced = Incident(
        key=key,
        phase=Phase.OPEN if confirmed else Phase.PENDING,
        state=finding.state,
        kind=finding.kind,
        summary=finding.summary,
        since=pending.since if pending else now,
        seen_at=now,
        streak=0 if confirmed else streak,
        opened_at=now if confirmed else None,
        resolved_at=resolved_at,
    )
    if not confirmed:
        return advanced, None
    return advanced, Change.REOPENED if resolved_at else Change.OPENED


def _bad_while_open(incident: Incident, finding: Finding, now: datetime) -> Advanced:
    if finding.state is State.UNKNOWN and incident.state is not State.UNKNOWN:
        return incident, None  # the check did not run: keep the last state
    change = None
    if finding.state.severity > incident.state.severity:
        change = Change.WORSENED
    elif finding.state.severity < incident.state.severity:
        change = Change.EASED
    seen = replace(incident, state=finding.state, kind=finding.kind, summary=finding.summary, seen_at=now, streak=0)
    return seen, change


def advance_all(
    known: Mapping[Key, Incident],
    outcomes: Iterable[CheckOutcome],
    gone: Collection[tuple[Subject, str]],
    now: datetime,
) -> Iterator[IncidentUpdate]:
    """Yield the incidents that a round changes: found again, no longer found, or no longer checked.

    `gone` holds the (subject, check) pairs of known incidents whose check is no longer due: removed from the inventory,
    or disabled. An incident whose check did not run in this round stays as it is.
    """
    by_check: dict[tuple[Subject, str], list[Key]] = {}
    for key in known:
        by_check.setdefault((key.subject, key.check), []).append(key)
    for outcome in outcomes:
        worst = _worst_by_item(outcome.findings)
        for item, finding in worst.items():
            key = Key(outcome.subject, outcome.check, item)
            yield from _update(known.get(key), key, finding, now, outcome.policy)
        complete = not any(finding.state is State.UNKNOWN for finding in outcome.findings)
        for key in by_check.get((outcome.subject, outcome.check), ()):
            if key.item not in worst and (complete or _is_whole_check_unknown(known[key])):
                yield from _update(known[key], key, None, now, outcome.policy)
    for subject_and_check in gone:
        for key in by_check.get(subject_and_check, ()):
            over = Finding(State.OK, "settled", key.item, "looked after no more: taken out, or switched off")
            yield from _update(known[key], key, over, now, Policy())


def _is_whole_check_unknown(incident: Incident) -> bool:
    """Whether the incident says that the check as a whole could not run, as opposed to some named items of it."""
    return incident.key.item == "" and incident.state is State.UNKNOWN


def _worst_by_item(findings: Iterable[Finding]) -> dict[str, Finding]:
    worst: dict[str, Finding] = {}
    for finding in findings:
        if finding.item not in worst or finding.state.severity > worst[finding.item].state.severity:
            worst[finding.item] = finding
    return worst


def _update(
    incident: Incident | None, key: Key, finding: Finding | None, now: datetime, policy: Policy
) -> Iterator[IncidentUpdate]:
    after, change = advance(incident, key, finding, now, policy)
    if after != incident:
        yield IncidentUpdate(key, after, change, finding)
