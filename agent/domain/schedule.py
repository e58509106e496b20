"""Schedules: what has one, the slots at which it is due, and the decision to start a slot, retry it, or wait."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from zoneinfo import ZoneInfo

from agent.collect.plan import Selection
from inventory.model import Inventory
from inventory.schedule import Cron, Daily, Schedule
from inventory.subject import Subject, SubjectKind

_HORIZON = timedelta(days=366 * 8 + 2)
"""How far a schedule is looked into: the 29th of February may be eight years away."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Interval:
    """The schedule of a job of the service: every so many minutes, counted from the epoch (1970-01-01 UTC)."""

    minutes: int

    def __str__(self) -> str:
        """Return it in words."""
        return f"every {self.minutes} minutes" if self.minutes > 1 else "every minute"


AnySchedule = Schedule | Interval


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One moment of the schedule of one subject. Its key does not depend on when the slot is computed."""

    due_at: datetime  # aware, in UTC
    subject: Subject
    key: str  # "2026-11-26T06:00": the day and time by the schedule's clock, whatever the spread


def slots(rhythm: AnySchedule, subject: Subject, after: datetime) -> Iterator[Slot]:
    """Yield the slots due after an aware moment, in order; ends where the schedule has none within eight years."""
    if isinstance(rhythm, Interval):
        yield from _every(rhythm, subject, after)
        return
    delay = spread_of(subject, rhythm.rule.spread) if isinstance(rhythm.rule, Daily) else timedelta()
    day = _first_day(after - delay, ZoneInfo(rhythm.zone))
    while datetime.combine(day, time(), UTC) < after + _HORIZON:
        for moment, key in _on(day, rhythm.rule, rhythm.zone):
            if moment + delay > after:
                yield Slot(moment + delay, subject, key)
        day += timedelta(days=1)


def next_slot(rhythm: AnySchedule, subject: Subject, after: datetime) -> Slot | None:
    """Return the first slot due after a moment; None means within eight years there is none."""
    return next(slots(rhythm, subject, after), None)


def newest_slot(rhythm: AnySchedule, subject: Subject, after: datetime, until: datetime) -> tuple[Slot | None, int]:
    """Return the last slot with `after` < due ≤ `until`, and how many slots before it are in that range."""
    if isinstance(rhythm, Interval):
        step = timedelta(minutes=rhythm.minutes)
        last, first = (until - _EPOCH) // step, (after - _EPOCH) // step
        return (_slot_every(rhythm, subject, last), last - first - 1) if last > first else (None, 0)
    newest, count = None, 0
    for slot in slots(rhythm, subject, after):
        if slot.due_at > until:
            break
        newest, count = slot, count + 1
    return newest, max(0, count - 1)


def spread_of(subject: Subject, minutes: int) -> timedelta:
    """Return the delay of a subject's slots: a whole number below `minutes`, always the same for one subject."""
    digest = sha256(str(subject).encode()).digest()
    return timedelta(minutes=int.from_bytes(digest[:8]) % minutes) if minutes else timedelta()


def _first_day(after: datetime, zone: ZoneInfo) -> date:
    """Return the day before the one that a moment is in, because clocks may be set back over midnight."""
    return after.astimezone(zone).date() - timedelta(days=1)


_Named = tuple[datetime, str]
"""A moment in UTC, and the key of its slot."""


@lru_cache(maxsize=256)  # many subjects share few schedules
def _on(day: date, rule: Daily | Cron, zone: str) -> tuple[_Named, ...]:
    """Return the moments of a schedule on one day, in order."""
    if isinstance(rule, Daily):
        named = day.weekday() in rule.days
        moment = _moments(day, rule.around, ZoneInfo(zone))[0]
        return ((moment, f"{day}T{rule.around:%H:%M}"),) if named else ()
    if not rule.on(day):
        return ()
    times = (time(hour, minute) for hour in rule.hours for minute in rule.minutes)
    return tuple(sorted(named for at in times for named in _of_cron(day, at, rule, ZoneInfo(zone))))


def _of_cron(day: date, at: time, rule: Cron, zone: ZoneInfo) -> list[_Named]:
    """Return the moments of a local time on a day, by the rules of cron for changes of the clock.

    A rule for every hour follows elapsed time: a local time that is skipped is left out, one that comes twice is due
    twice. A rule that names hours is due once: an hour later by the clock where the time is skipped, and the first time
    where it comes twice.
    """
    first, second = _moments(day, at, zone)
    name = f"{day}T{at:%H:%M}"
    if not rule.every_hour or first == second:
        return [(first, name)]
    if first > second:  # the clock skips this time
        return []
    return [(first, name), (second, f"{name}-again")]


def _moments(day: date, at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return a local time in UTC by the offset before a change of the clock, and by the one after it."""
    wall = datetime.combine(day, at)
    return wall.replace(tzinfo=zone).astimezone(UTC), wall.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _every(rhythm: Interval, subject: Subject, after: datetime) -> Iterator[Slot]:
    count = (after - _EPOCH) // timedelta(minutes=rhythm.minutes)
    while True:
        count += 1
        yield _slot_every(rhythm, subject, count)


def _slot_every(rhythm: Interval, subject: Subject, count: int) -> Slot:
    due_at = _EPOCH + timedelta(minutes=rhythm.minutes) * count
    return Slot(due_at, subject, f"{due_at:%Y-%m-%dT%H:%M}")


LATE = timedelta(minutes=10)
"""A start is called late from this delay on; less may be due to an earlier round that took long."""
PAUSES = (timedelta(minutes=10), timedelta(minutes=30))
"""Between a failed attempt and the next one; after the last of them, the slot is given up."""
AT_ONCE = 5
"""How often a slot is started again at once after the process ended during it; later attempts wait."""


class SlotOutcome(StrEnum):
    """How a slot ended."""

    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class LastAttempt:
    """The newest slot of a subject that was begun."""

    slot: Slot
    begun: int  # attempts; one that we were asked to end does not count
    failures: int = 0  # how often it ended as a failure
    outcome: SlotOutcome | None = None  # None: the end of the last attempt is unknown, or we were asked to end it
    tried_at: datetime | None = None  # when the last attempt ended; where that is unknown, when it began


@dataclass(frozen=True, slots=True)
class StartSlot:
    """The decision to start a slot."""

    slot: Slot
    late: timedelta  # since it was due; zero where that is less than LATE
    skipped: int = 0  # slots before it that were never started, and will not be


@dataclass(frozen=True, slots=True)
class Wait:
    """The decision to start nothing before a moment. None means never."""

    until: datetime | None


def decide(
    rhythm: AnySchedule, subject: Subject, since: datetime, tried: LastAttempt | None, now: datetime
) -> StartSlot | Wait:
    """Decide what to do about a subject. Slots due before `since`, when its schedule came into force, are ignored."""
    after = max(since, tried.slot.due_at) if tried else since
    newest, skipped = newest_slot(rhythm, subject, after, now)
    if newest is not None:
        return StartSlot(newest, _late(newest, now), skipped)
    again = _again_at(tried)
    if tried is not None and again is not None and again <= now:
        return StartSlot(tried.slot, _late(tried.slot, now))
    coming = next_slot(rhythm, subject, max(after, now))
    moments = [moment for moment in (again, coming.due_at if coming else None) if moment is not None]
    return Wait(min(moments, default=None))


def _again_at(tried: LastAttempt | None) -> datetime | None:
    """Return when a slot may be tried again. None means that it is over."""
    if tried is None or tried.outcome is SlotOutcome.DONE:
        return None
    if tried.outcome is SlotOutcome.FAILED:
        if tried.failures > len(PAUSES) or tried.tried_at is None:
            return None
        return tried.tried_at + PAUSES[tried.failures - 1]
    if tried.begun <= AT_ONCE or tried.tried_at is None:
        return tried.slot.due_at
    return tried.tried_at + PAUSES[0]


def _late(slot: Slot, now: datetime) -> timedelta:
    late = now - slot.due_at
    return late if late >= LATE else timedelta()


DELIVERIES = Subject(SubjectKind.CHORE, "deliveries")
REPORTS = Subject(SubjectKind.CHORE, "reports")
HOUSEKEEPING = Subject(SubjectKind.CHORE, "housekeeping")

_KINDS = {SubjectKind.CLIENT: "clients", SubjectKind.SITE: "sites", SubjectKind.HOST: "hosts"}
"""The field of a selection that holds the subjects of a kind."""


def rounds(inventory: Inventory) -> Mapping[Subject, AnySchedule]:
    """Return the schedules of rounds by subject: of each client, of sites, and of hosts that belong to no client.

    A client's round is its routine round, over all its sites and hosts. A site's own round runs in addition to it.
    """
    schedules: dict[Subject, AnySchedule] = {}
    owned = {site.host for site in inventory.sites.values()}
    busy = {site.client for site in inventory.sites.values()} | {host.client for host in inventory.hosts.values()}
    for client in inventory.clients.values():
        if client.name in busy:
            schedules[Subject(SubjectKind.CLIENT, client.name)] = client.schedule
    for site in inventory.sites.values():
        if site.schedule is not None:
            schedules[Subject(SubjectKind.SITE, site.name)] = site.schedule
    for host in inventory.hosts.values():
        if host.client is None and host.name not in owned:
            schedules[Subject(SubjectKind.HOST, host.name)] = inventory.schedule
    return schedules


def chores(inventory: Inventory) -> Mapping[Subject, AnySchedule]:
    """Return the schedules of the service's jobs other than rounds, by subject."""
    nightly = Schedule(Daily(time(2, 30), 30), inventory.services.zone)
    return {
        DELIVERIES: Interval(inventory.service.deliver_every),
        REPORTS: Interval(60),
        HOUSEKEEPING: nightly,
    }


def selection_of(batch: Sequence[StartSlot]) -> Selection:
    """Return what the round for a batch of slots of one kind covers."""
    names = frozenset(start.slot.subject.name for start in batch)
    return Selection(**{_KINDS[batch[0].slot.subject.kind]: names})


def booked_as(batch: Sequence[StartSlot]) -> str:
    """Return the slot key under which the time of a round is booked; "" means that it is no routine round."""
    first = batch[0].slot
    return first.key if first.subject.kind is SubjectKind.CLIENT else ""
