"""Pure rules that find what is wrong with siterounds itself, from its status."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.domain.schedule import next_slot
from agent.self_check.status import AgentStatus, OutboxStats, midnight
from inventory.model import Inventory, Site
from inventory.schedule import Schedule
from inventory.subject import Subject, SubjectKind
from reports.contract import age

TICK = timedelta(minutes=5)
"""Time without a run of the scheduler after which it counts as stuck."""
LONGEST_ROUND = timedelta(hours=6)
"""Duration of one round after which it counts as stuck."""
OUTBOX = timedelta(hours=24)
"""Time in the outbox after which a message counts as stuck."""
ROOM = 100 * 1024 * 1024
"""Bytes that have to be free on the store's disk."""
SKEW = 30.0
"""Seconds of clock skew that are tolerated."""
SOON = timedelta(days=90)
"""How long before its expiry a credential is reported."""
SLACK = timedelta(hours=6)
"""Delay of a due round after which it counts as missed."""
NAMED = 5
"""Sites that one problem names at most."""


@dataclass(frozen=True, slots=True)
class HealthProblem:
    """One problem. `grave` means that siterounds does not do its work because of it."""

    about: str  # a stable word for programs
    message: str
    critical: bool = False


def health_problems(vitals: AgentStatus, inventory: Inventory) -> tuple[HealthProblem, ...]:
    """Return all problems, grave ones first."""
    found = (
        *_service(vitals),
        *_visits(vitals, inventory),
        *(one for pile in vitals.outbox for one in _outbox(pile, vitals)),
        *_store(vitals),
        *_outside(vitals),
    )
    return tuple(sorted(found, key=lambda one: not one.critical))


def is_healthy(found: tuple[HealthProblem, ...]) -> bool:
    """Whether there is no grave problem."""
    return not any(one.critical for one in found)


@dataclass(frozen=True, slots=True)
class OverdueSite:
    """A site whose due round was missed. `since` is the end of its last round, or when the missed one was due."""

    site: str
    since: datetime
    ever: bool  # whether it ever had a round


def unvisited(vitals: AgentStatus, inventory: Inventory, stale: timedelta) -> tuple[OverdueSite, ...]:
    """Return the sites whose due round was missed, those that wait longest first.

    Only what the service's schedules promised counts: over a weekend without rounds nothing is late.
    """
    seen = {place[1]: look for place, look in vitals.looks.by_place.items() if place[1] is not None}
    late = []
    for site in inventory.sites.values():
        look = seen.get(site.name)
        promised = _promised(site, inventory, vitals)
        if not promised:
            continue
        since = look.visited_at if look else min(begun for _, _, begun in promised)
        if vitals.at - since > stale and any(_missed(one, since, vitals.at - SLACK) for one in promised):
            late.append(OverdueSite(site.name, since, look is not None))
    return tuple(sorted(late, key=lambda one: one.since))


_Promised = tuple[Subject, Schedule, datetime]
"""A subject, its schedule, and since when that is in force."""


def _promised(site: Site, inventory: Inventory, vitals: AgentStatus) -> list[_Promised]:
    """Return the schedules in force for a site."""
    client = Subject(SubjectKind.CLIENT, site.client)
    found = [(client, inventory.clients[site.client].schedule)]
    found += [(Subject(SubjectKind.SITE, site.name), site.schedule)] if site.schedule else []
    return [(subject, one, vitals.schedules[subject]) for subject, one in found if subject in vitals.schedules]


def _missed(promised: _Promised, since: datetime, until: datetime) -> bool:
    subject, schedule, begun = promised
    due = next_slot(schedule, subject, max(since, begun))
    return due is not None and due.due_at <= until


def _service(vitals: AgentStatus) -> Iterator[HealthProblem]:
    picture = vitals.picture
    if picture is None:
        return
    last = picture.ticked_at or picture.started_at
    if vitals.at - last > TICK:
        yield HealthProblem("stuck", f"what is due was last looked at {age(vitals.at - last)} ago", critical=True)
    for what, since in picture.running.items():
        if vitals.at - since > LONGEST_ROUND:
            yield HealthProblem("long-round", f"{what} has been under way for {age(vitals.at - since)}", critical=True)
    if picture.mistakes:
        first = picture.mistakes[0]
        yield HealthProblem("inventory", f"a newer inventory was not taken, because of mistakes in it: {first}")
    if picture.paused:
        yield HealthProblem("paused", "paused: no round begins until somebody says `siterounds control resume`")
    if picture.draining:
        yield HealthProblem("draining", "it ends once what runs has ended")
    if vitals.installed != vitals.version:
        yield HealthProblem("version", f"{vitals.version} runs, {vitals.installed} is installed: restart it")


def _visits(vitals: AgentStatus, inventory: Inventory) -> Iterator[HealthProblem]:
    stale = timedelta(hours=inventory.service.stale_hours)
    late = unvisited(vitals, inventory, stale)
    if late:
        names = ", ".join(one.site for one in late[:NAMED])
        names += f" and {len(late) - NAMED} more" if late[NAMED:] else ""
        grave = len(late) == len(inventory.sites) and not (vitals.picture and vitals.picture.paused)
        yield HealthProblem("unvisited", f"not visited for more than {age(stale)}: {names}", grave)


def _outbox(pile: OutboxStats, vitals: AgentStatus) -> Iterator[HealthProblem]:
    if pile.parked:
        yield HealthProblem("declined", f"{pile.parked} for {pile.integration} were declined: `siterounds outbox`")
    if pile.oldest is not None and vitals.at - pile.oldest > OUTBOX:
        waits = age(vitals.at - pile.oldest)
        yield HealthProblem("outbox", f"a message for {pile.integration} has waited for {waits}", critical=True)


def _store(vitals: AgentStatus) -> Iterator[HealthProblem]:
    shelf = vitals.shelf
    if shelf is not None and shelf.free < ROOM:
        yield HealthProblem("room", f"only {shelf.free >> 20} MB are free where the store lies", critical=True)


def _outside(vitals: AgentStatus) -> Iterator[HealthProblem]:
    for one in vitals.heard:
        if one.skew is not None and abs(one.skew) > SKEW:
            yield HealthProblem("clock", f"our clock and that of {one.service} are {abs(one.skew):.0f} s apart")
        if one.refused_since is not None:
            yield HealthProblem(
                "refused", f"{one.service} has declined our credentials for {age(vitals.at - one.refused_since)}"
            )
    for credential in vitals.credentials:
        left = midnight(credential.ends) - vitals.at
        if left < SOON:
            days = f"ends in {age(left)}" if left > timedelta(0) else "has ended"
            yield HealthProblem("credential", f"{credential.name} {days}")
    if vitals.beat is not None and vitals.beat.trouble:
        yield HealthProblem("heartbeat", f"the heartbeat was not heard: {vitals.beat.trouble}")
