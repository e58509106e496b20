"""The scheduler: runs due slots in batches, and says which come next and which were late, missed or failed."""

import heapq
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from agent.cancellation import CancelledError
from agent.domain.errors import BusyError, StoreError
from agent.domain.schedule import AnySchedule, SlotOutcome, StartSlot, decide, next_slot
from agent.store.schedules import ScheduleRuns
from inventory.subject import Subject, SubjectKind
from reports.terminal.schedule import UnusualSlot, UpcomingSlot

if TYPE_CHECKING:
    from agent.store.schedules import SlotRun
    from agent.store.store import Store

log = logging.getLogger(__name__)

MOST = 50
"""Subjects in one batch at most; if the process ends, no more than their round is lost."""
PAUSE = timedelta(minutes=1)
"""Pause while another process runs a round, or the store cannot be written."""

Clock = Callable[[], datetime]
Halted = Callable[[], bool]
"""Whether starts are halted for now."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """The result of some slots in words, and the number of their round."""

    said: str
    round_id: int | None = None


Make = Callable[[Sequence[StartSlot]], JobResult]
"""Does what slots of one kind and key are for, all at once.

CancelledError and BusyError leave them due; whatever else it raises is a failure, after which they are tried again.
"""


class Scheduler:
    """Subjects with their schedules. `tick` is for one thread; all else is thread-safe."""

    def __init__(self, slots: ScheduleRuns, make: Make, clock: Clock, halted: Halted = lambda: False) -> None:
        self._slots = slots
        self._make = make
        self._clock = clock
        self._halted = halted
        self._lock = threading.Lock()
        self._rhythms: Mapping[Subject, AnySchedule] = {}
        self._since: Mapping[Subject, datetime] = {}
        self._wakes: list[tuple[datetime, Subject]] = []
        self.running: Sequence[StartSlot] = ()

    def set_schedules(self, rhythms: Mapping[Subject, AnySchedule], since: Mapping[Subject, datetime]) -> None:
        """Use these schedules from now on, each in force since a moment."""
        with self._lock:
            self._rhythms, self._since = rhythms, since
            now = self._clock()
            self._wakes = [(now, subject) for subject in rhythms]
            heapq.heapify(self._wakes)

    @property
    def next_wake(self) -> tuple[datetime, Subject] | None:
        """Return the next moment with something to decide, and its subject. None: there is none."""
        with self._lock:
            return self._wakes[0] if self._wakes else None

    def tick(self) -> int:
        """Run all that is due now. Returns the number of slots started. Raises StoreError; the slots then stay due."""
        count, due = 0, self._due()
        try:
            while due and not self._halted():
                batch = due.popleft()
                count += len(batch)
                self._do(batch)
        finally:
            self._wake([one.slot.subject for batch in due for one in batch], self._clock())
        return count

    def _due(self) -> deque[list[StartSlot]]:
        """Return everything due, in batches of one kind and key, the longest due first."""
        woken = self._woken()
        try:
            newest = self._slots.newest(woken) if woken else {}
        except StoreError:
            self._wake(woken, self._clock() + PAUSE)
            raise
        begins: list[StartSlot] = []
        with self._lock:
            now = self._clock()
            for subject in woken & self._rhythms.keys():
                tried = newest[subject].tried if subject in newest else None
                decision = decide(self._rhythms[subject], subject, self._since[subject], tried, now)
                if isinstance(decision, StartSlot):
                    begins.append(decision)
                elif decision.until is not None:
                    heapq.heappush(self._wakes, (decision.until, subject))
        return deque(_batches(begins))

    def _woken(self) -> set[Subject]:
        woken = set()
        with self._lock:
            now = self._clock()
            while self._wakes and self._wakes[0][0] <= now:
                woken.add(heapq.heappop(self._wakes)[1])
        return woken

    def _do(self, batch: Sequence[StartSlot]) -> None:
        slots, wake = [one.slot for one in batch], timedelta()
        try:
            self._slots.begin(batch, self._clock())
            self.running = batch
            made = self._make(batch)
            self._slots.done(slots, self._clock(), made.said, made.round_id)
        except (CancelledError, BusyError) as error:
            log.info("%s was put off: %s", words(batch), error or "we were asked to end")
            wake = PAUSE
            self._slots.released(slots)
        except Exception as error:
            known = isinstance(error, StoreError)
            log.error("%s failed: %s", words(batch), error, exc_info=None if known else error)
            wake = PAUSE
            why = str(error) if known else f"siterounds itself failed: {type(error).__name__}: {error}"
            self._slots.failed(slots, self._clock(), why)
        finally:
            self.running = ()
            self._wake([one.slot.subject for one in batch], self._clock() + wake)

    def _wake(self, subjects: Iterable[Subject], at: datetime) -> None:
        """Decide again about these subjects at a moment."""
        with self._lock:
            for subject in subjects:
                heapq.heappush(self._wakes, (at, subject))


def words(batch: Sequence[StartSlot]) -> str:
    """Return a batch's description for people."""
    subjects = [str(one.slot.subject) for one in batch]
    more = f" and {len(subjects) - 3} more" if len(subjects) > 3 else ""
    return f"{batch[0].slot.key} of {', '.join(subjects[:3])}{more}"


def _batches(begins: Sequence[StartSlot]) -> Iterator[list[StartSlot]]:
    def alike(one: StartSlot) -> tuple[str, str]:
        subject = one.slot.subject
        return str(subject if subject.kind is SubjectKind.CHORE else subject.kind), one.slot.key

    found = []
    for _, group in groupby(sorted(begins, key=lambda one: (alike(one), one.slot)), alike):
        members = list(group)
        found += [members[start : start + MOST] for start in range(0, len(members), MOST)]
    yield from sorted(found, key=lambda batch: min(one.slot for one in batch))


SHOWN = 20
"""Unusual slots shown at most."""


def upcoming_slots(store: "Store", rhythms: Mapping[Subject, AnySchedule], at: datetime) -> list[UpcomingSlot]:
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


def _coming(
    subject: Subject, rhythm: AnySchedule, since: datetime, last: "SlotRun | None", at: datetime
) -> UpcomingSlot:
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
