"""The schedules for people: what is due next, and which slots were late, missed or failed."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from agent.domain.schedule import Rhythm, SlotOutcome, StartSlot, decide, next_slot
from inventory.subject import Subject
from reports.terminal.schedule import UnusualSlot, UpcomingSlot

if TYPE_CHECKING:
    from agent.store.schedules import SlotRun
    from agent.store.store import Store

SHOWN = 20
"""Unusual slots shown at most."""


def upcoming_slots(store: "Store", rhythms: Mapping[Subject, Rhythm], at: datetime) -> list[UpcomingSlot]:
    """Return the next slot of each subject, earliest first. Raises StoreError."""
    since, newest = store.schedule_runs.since(), store.schedule_runs.newest()
    found = [_coming(subject, one, since.get(subject, at), newest.get(subject), at) for subject, one in rhythms.items()]
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at or at, one.subject))


def unusual_slots(store: "Store", limit: int = SHOWN) -> list[UnusualSlot]:
    """Return the last slots that were late, missed or failed, newest first. Raises StoreError."""
    return [
        UnusualSlot(
            one.slot.subject, one.slot.key, one.slot.due_at, one.started_at, one.late, one.skipped, one.failures,
            _said(one),
        )
        for one in store.schedule_runs.list(limit, unusual=True)
    ]  # fmt: skip


def _coming(subject: Subject, rhythm: Rhythm, since: datetime, last: "SlotRun | None", at: datetime) -> UpcomingSlot:
    decision = decide(rhythm, subject, since, last.tried if last else None, at)
    if isinstance(decision, StartSlot):
        until: datetime | None = decision.slot.due_at
        key = decision.slot.key
    else:
        slot = next_slot(rhythm, subject, at)
        until = decision.until
        again = last if last and until and (slot is None or until < slot.due_at) else None
        key = again.slot.key if again else slot.key if slot else ""
    return UpcomingSlot(
        subject, str(rhythm), until, key, last.started_at if last else None, _said(last) if last else ""
    )


def _said(one: "SlotRun") -> str:
    if one.outcome is SlotOutcome.DONE:
        return one.said
    if one.outcome is SlotOutcome.FAILED:
        return f"failed: {one.said}"
    return "under way, or was ended in the midst of it" if one.begun else "put off"
