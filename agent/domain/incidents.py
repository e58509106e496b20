"""The life of a problem: pending until confirmed, open until clean rounds, and back again."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from checks import Finding, Policy, State
from inventory.subject import Subject


class Phase(StrEnum):
    """Where a problem stands in its life."""

    PENDING = "pending"  # seen, not confirmed yet
    OPEN = "open"
    RESOLVED = "resolved"


class Change(StrEnum):
    """Why somebody is told."""

    OPENED = "opened"
    WORSENED = "worsened"
    EASED = "eased"
    RESOLVED = "resolved"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What makes a problem the same problem: never its wording."""

    subject: Subject
    check: str
    item: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One problem. `streak` counts rounds in a row: bad ones while pending, clean ones while open."""

    key: Key
    phase: Phase
    state: State
    kind: str
    summary: str
    since: datetime  # when it was first seen, this time
    seen_at: datetime  # when a round last could look at it
    streak: int = 0
    opened_at: datetime | None = None
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class IncidentUpdate:
    """What a round made of one problem; `incident` is None where it is forgotten."""

    key: Key
    incident: Incident | None
    change: Change | None = None
    evidence: Finding | None = None  # the finding that changed it


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """One check that could look at one subject, and everything it found there."""

    subject: Subject
    check: str
    policy: Policy
    findings: tuple[Finding, ...]


Advanced = tuple[Incident | None, Change | None]


def advance(incident: Incident | None, key: Key, finding: Finding | None, now: datetime, policy: Policy) -> Advanced:
    """What one round makes of a problem.

    `finding` is None where a round that did answer no longer saw the item. The incident that comes back is None where
    nothing needs remembering: what was never confirmed and went away was nothing.
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
    if finding is None or finding.kind == "settled":  # that it is over does not say what it was
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
        return pending, None  # nobody could look: that confirms nothing
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
        return incident, None  # nobody could look: it is as it was
    change = None
    if finding.state.severity > incident.state.severity:
        change = Change.WORSENED
    elif finding.state.severity < incident.state.severity:
        change = Change.EASED
    seen = replace(incident, state=finding.state, kind=finding.kind, summary=finding.summary, seen_at=now, streak=0)
    return seen, change


def advance_all(
    known: Mapping[Key, Incident], looked: Iterable[CheckOutcome], gone: Collection[tuple[Subject, str]], now: datetime
) -> Iterator[IncidentUpdate]:
    """What a round makes of all problems: those it found, those it no longer found, those no longer looked after.

    `gone` are the (subject, check) pairs of known problems that are not due any longer: taken out of the inventory, or
    switched off. What no check looked at stays as it is.
    """
    by_place: dict[tuple[Subject, str], list[Key]] = {}
    for key in known:
        by_place.setdefault((key.subject, key.check), []).append(key)
    for one in looked:
        worst = _worst_by_item(one.findings)
        for item, finding in worst.items():
            key = Key(one.subject, one.check, item)
            yield from _step(known.get(key), key, finding, now, one.policy)
        saw_all = not any(finding.state is State.UNKNOWN for finding in one.findings)
        for key in by_place.get((one.subject, one.check), ()):
            if key.item not in worst and (saw_all or _was_blind(known[key])):
                yield from _step(known[key], key, None, now, one.policy)
    for place in gone:
        for key in by_place.get(place, ()):
            over = Finding(State.OK, "settled", key.item, "looked after no more: taken out, or switched off")
            yield from _step(known[key], key, over, now, Policy())


def _was_blind(incident: Incident) -> bool:
    """Whether it says that the check as a whole could not look; one that names the parts it cannot see has looked."""
    return incident.key.item == "" and incident.state is State.UNKNOWN


def _worst_by_item(findings: Iterable[Finding]) -> dict[str, Finding]:
    worst: dict[str, Finding] = {}
    for finding in findings:
        if finding.item not in worst or finding.state.severity > worst[finding.item].state.severity:
            worst[finding.item] = finding
    return worst


def _step(
    incident: Incident | None, key: Key, finding: Finding | None, now: datetime, policy: Policy
) -> Iterator[IncidentUpdate]:
    after, change = advance(incident, key, finding, now, policy)
    if after != incident:
        yield IncidentUpdate(key, after, change, finding)
