"""The jobs of the service: due and requested rounds, deliveries, reports, and housekeeping."""

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cancellation import CancellationToken, CancelledError
from agent.clock import now
from agent.collect.plan import Selection
from agent.collect.ssh import HostKeys
from agent.domain.errors import BusyError, StoreError
from agent.domain.schedule import DELIVERIES, HOUSEKEEPING, REPORTS, Slot, StartSlot, booked_as, selection_of
from agent.domain.service_state import ServiceState
from agent.files import FileError, private_folder
from agent.run import RoundContext, run
from agent.service.scheduler import JobResult, words
from agent.service.sd_notify import WatchdogDeadlines
from agent.store.backups import back_up
from agent.store.cache import record_response
from inventory.service import Service
from inventory.subject import Subject

if TYPE_CHECKING:
    from agent.outbox.worker import DeliverySummary
    from agent.store.store import Store


def run_maintenance(store: "Store", service: Service, at: datetime) -> str:
    """Back up the store, delete old rows, compact the file. Returns what was done, in words. Raises StoreError."""
    if service.backup.folder is None:  # whoever names one decides who may read it
        try:
            private_folder(store.folder / "backups", lambda name: name.startswith("siterounds-"))
        except FileError as error:
            raise StoreError(str(error)) from error
    copied = back_up(store.path, backup_folder(store.folder, service), service.backup.count, at)
    counts = store.retention.forget(at - timedelta(days=service.retention_days))
    try:
        with store.round_lock(), store.delivery_lock():
            smaller = store.retention.tidy()
    except BusyError:
        smaller = False  # a round is under way: the file may be as it is for one more day
    done = [f"copied to {copied.name}"] if copied else []
    gone = [f"{count} {what}" for what, count in counts.items() if count]
    done += [f"forgot {', '.join(gone)}"] if gone else []
    done += ["made the file smaller"] if smaller else []
    return ", ".join(done) or "nothing was to be done"


def backup_folder(state: Path, service: Service) -> Path:
    """Return the folder of backups."""
    return service.backup.folder or state / "backups"


def create_due_reports(store: "Store", agent: RoundContext, selection: Selection) -> list[str]:
    """Store the due reports of a selection, and send those that need no approval.

    Gives a sentence for each that could not be made or mailed; raises StoreError.
    """
    if agent.inventory.services.mail is None:
        return []
    from agent.client_reports.render import ReportRenderer  # here, because it takes long to load
    from agent.client_reports.send import create_due, send_approved

    maker = ReportRenderer(store, agent.inventory, agent.registry.titles(), agent.registry.phrases())
    return [*create_due(maker, selection, now()), *send_approved(maker, now())]


log = logging.getLogger(__name__)

ROUND_SILENCE = 1_800.0
"""Seconds for which a round may be silent: the longest visit through several jump hosts, or the slowest DNS."""
ROUNDS = "rounds"
"""The watchdog's name of the thread that runs rounds."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a round, for metrics and the heartbeat."""

    words: str
    seconds: float
    failed: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class RoundRequest:
    """A requested round, independent of schedules."""

    selection: Selection
    slot: str = ""  # the routine round that it is; "": none, and its time is not booked


@dataclass(slots=True)
class Rounds:
    """Runs rounds, one after the other, in one thread. `heard` is called for each that has ended."""

    store: "Store"
    agent: Callable[[], RoundContext]  # as the inventory is now
    live: ServiceState
    pulse: WatchdogDeadlines
    stop: CancellationToken
    heard: Callable[[Ended], None] = lambda _: None
    asked: "queue.SimpleQueue[RoundRequest]" = field(default_factory=queue.SimpleQueue)

    def make(self, batch: Sequence[StartSlot]) -> JobResult:
        """Run the round of due slots; their result is recorded with the round."""
        late = max(one.late for one in batch)
        if late:
            hours = late.total_seconds() / 3_600
            log.warning("%s: made late, %.1f hours after it was due", words(batch), hours)
        slots = [one.slot for one in batch]
        number = self._round(selection_of(batch), booked_as(batch), words(batch), slots, late=bool(late))
        return JobResult(f"round {number}", number)

    def make_asked(self) -> None:
        """Run all requested rounds. A failed one is logged and not tried again."""
        while not self.asked.empty() and not self.stop.cancelled:
            one = self.asked.get()
            try:
                self._round(one.selection, one.slot, "the round that was asked for")
            except BusyError as error:
                log.warning("the round that was asked for was not made: %s", error)
            except StoreError as error:
                log.error("the round that was asked for failed: %s", error)
            except CancelledError:
                return

    def _round(
        self, selection: Selection, slot: str, what: str, settles: Sequence[Slot] = (), *, late: bool = False
    ) -> int:
        """Run one round, and store the reports that it makes due."""
        agent = self.agent()
        agent = replace(agent, keys=HostKeys(agent.keys.own))  # keys may have been pinned meanwhile
        begun = now()
        self.pulse.extend(ROUNDS, ROUND_SILENCE)
        try:
            with self.live.running(f"round: {what}", begun):
                number = run(agent, self.store, selection, self._visited, slot, stop=self.stop, settles=settles)
                self.pulse.extend(ROUNDS, ROUND_SILENCE)
                log.info("%s: made, as round %d", what, number, extra={"about": {"ROUND": number}})
                for trouble in create_due_reports(self.store, agent, selection):
                    log.warning("%s", trouble)
        except (CancelledError, BusyError):
            raise  # cancelled: neither done nor failed
        except Exception:
            self.heard(Ended(what, (now() - begun).total_seconds(), failed=True, late=late))
            raise
        self.heard(Ended(what, (now() - begun).total_seconds(), late=late))
        return number

    def _visited(self, host: str) -> None:
        log.debug("visited %s", host)
        self.pulse.extend(ROUNDS, ROUND_SILENCE)


JOB_SILENCE = 3_600.0
"""Seconds for which a job may be silent: services may be slow, and ask us to wait."""
JOBS = "chores"
"""The watchdog's name of the thread that runs jobs."""


@dataclass(slots=True)
class Jobs:
    """Runs jobs other than rounds. `delivered` is called with the result of each delivery."""

    store: "Store"
    agent: Callable[[], RoundContext]  # as the inventory is now
    live: ServiceState
    pulse: WatchdogDeadlines
    stop: threading.Event = field(default_factory=threading.Event)  # deliveries begin nothing more once it is set
    delivered: Callable[["DeliverySummary"], None] = lambda _: None

    def make(self, batch: Sequence[StartSlot]) -> JobResult:
        """Run the job of a slot."""
        subject = batch[0].slot.subject
        self.pulse.extend(JOBS, JOB_SILENCE)
        with self.live.running(subject.name, now()):
            said = _CHORES[subject](self)
        if subject in (DELIVERIES, REPORTS):  # they are so frequent that only the newest slots are kept
            self.store.schedule_runs.forget(subject, batch[0].slot.due_at)
        return JobResult(said)

    def deliver(self) -> str:
        """Deliver due messages. Raises BusyError if another process does."""
        from agent.integrations.protocol import ClientContext
        from agent.integrations.registry import integration_factories  # here, because it takes long to load
        from agent.outbox.worker import deliver

        context = ClientContext(self.store.cache, on_response=partial(record_response, self.store.cache))
        tally = deliver(self.store, integration_factories(self.agent().inventory.services, context), self.stop)
        self.delivered(tally)
        for name, (reason, remedy) in tally.troubles.items():
            log.warning("%s: %s%s", name, reason, f"; {remedy}" if remedy else "")
        counts = {
            "delivered": tally.delivered, "to be tried again": tally.failed, "put off": tally.postponed,
            "declined": tally.parked,
        }  # fmt: skip
        said = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing was due"
        log.log(logging.INFO if any(counts.values()) else logging.DEBUG, "deliveries: %s", said)
        return said

    def report(self) -> str:
        """Store the due reports of all clients and the overview; rounds store most of them."""
        troubles = create_due_reports(self.store, self.agent(), Selection())
        for trouble in troubles:
            log.warning("%s", trouble)
        return "; ".join(troubles) or "done"

    def house(self) -> str:
        """Back up the store, delete old rows, compact the file."""
        said = run_maintenance(self.store, self.agent().inventory.service, self._at())
        log.info("housekeeping: %s", said)
        return said

    def _at(self) -> datetime:
        return now()


_CHORES: dict[Subject, Callable[[Jobs], str]] = {
    DELIVERIES: Jobs.deliver,
    REPORTS: Jobs.report,
    HOUSEKEEPING: Jobs.house,
}
