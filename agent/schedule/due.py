"""Which slot of a subject is to be begun now: the newest one that was missed, once; and again where it failed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from agent.schedule.slots import Rhythm, Slot, newest_slot, next_slot

LATE = timedelta(minutes=10)
"""From when on a round is called late; an earlier one may have taken its time."""
PAUSES = (timedelta(minutes=10), timedelta(minutes=30))
"""Between a try that failed and the next one; after the last of them, the slot is given up."""
AT_ONCE = 5
"""How often a slot is begun anew at once when the process ended in the midst of it; then we leave it some time."""


class Outcome(StrEnum):
    """How a slot ended."""

    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Tried:
    """The newest slot of a subject that was begun."""

    slot: Slot
    begun: int  # how often; one that we were asked to end does not count
    failures: int = 0  # how often it ended as a failure
    outcome: Outcome | None = None  # None: nobody saw the last try end, or we were asked to end it
    tried_at: datetime | None = None  # when the last try ended; where nobody saw that, when it began


@dataclass(frozen=True, slots=True)
class Begin:
    """A slot that is to be begun."""

    slot: Slot
    late: timedelta  # since it was due; nothing where that is less than LATE
    skipped: int = 0  # slots before it that nobody began, and nobody will


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing is to be begun before a moment; never, where that is None."""

    until: datetime | None


def decide(rhythm: Rhythm, subject: str, since: datetime, tried: Tried | None, now: datetime) -> Begin | Wait:
    """What to do about a subject. `since` is when its schedule came to hold: what was due before is not made up for."""
    after = max(since, tried.slot.due_at) if tried else since
    newest, skipped = newest_slot(rhythm, subject, after, now)
    if newest is not None:
        return Begin(newest, _late(newest, now), skipped)
    again = _again_at(tried)
    if tried is not None and again is not None and again <= now:
        return Begin(tried.slot, _late(tried.slot, now))
    coming = next_slot(rhythm, subject, max(after, now))
    moments = [moment for moment in (again, coming.due_at if coming else None) if moment is not None]
    return Wait(min(moments, default=None))


def _again_at(tried: Tried | None) -> datetime | None:
    """When a slot may be tried again; None where it is over."""
    if tried is None or tried.outcome is Outcome.DONE:
        return None
    if tried.outcome is Outcome.FAILED:
        if tried.failures > len(PAUSES) or tried.tried_at is None:
            return None
        return tried.tried_at + PAUSES[tried.failures - 1]
    if tried.begun <= AT_ONCE or tried.tried_at is None:
        return tried.slot.due_at
    return tried.tried_at + PAUSES[0]


def _late(slot: Slot, now: datetime) -> timedelta:
    late = now - slot.due_at
    return late if late >= LATE else timedelta()
