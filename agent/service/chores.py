"""What the service does beside rounds: deliveries, reports, housekeeping; one after the other."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from agent.clock import now
from agent.collect.plan import Selection
from agent.domain.schedule import Begin
from agent.domain.schedule_subjects import DELIVERIES, HOUSEKEEPING, REPORTS
from agent.domain.service_state import Live
from agent.run import Agent
from agent.service.housekeeping import keep_house
from agent.service.pulse import Pulse
from agent.service.reports import file_reports
from agent.service.timetable import Made

if TYPE_CHECKING:
    from agent.outbox.worker import Tally
    from agent.store.store import Store

log = logging.getLogger(__name__)

JOB_SILENCE = 3_600.0
"""Seconds for which a chore may be silent: services may be slow, and ask us to wait."""
JOBS = "chores"
"""By which the thread that does chores keeps its promises."""


@dataclass(slots=True)
class Chores:
    """Does chores. `delivered` is told what each delivery did."""

    store: "Store"
    agent: Callable[[], Agent]  # as the inventory is now
    live: Live
    pulse: Pulse
    stop: threading.Event = field(default_factory=threading.Event)  # deliveries begin nothing more once it is set
    delivered: Callable[["Tally"], None] = lambda _: None

    def make(self, batch: Sequence[Begin]) -> Made:
        """Do the chore of a slot."""
        subject = batch[0].slot.subject
        self.pulse.promise(JOBS, JOB_SILENCE)
        with self.live.doing(subject.partition(":")[2], now()):
            said = _CHORES[subject](self)
        if subject in (DELIVERIES, REPORTS):  # they come so often that the newest ones tell enough
            self.store.slots.forget(subject, batch[0].slot.due_at)
        return Made(said)

    def deliver(self) -> str:
        """Deliver what is due; BusyError where another process does."""
        from agent.integrations.registry import makers  # here, because it takes long to load
        from agent.outbox.worker import deliver

        tally = deliver(self.store, makers(self.agent().inventory.services, self.store.kept), self.stop)
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
        """File what is due of all clients and the agency's overview; most are filed by the rounds themselves."""
        troubles = file_reports(self.store, self.agent(), Selection())
        for trouble in troubles:
            log.warning("%s", trouble)
        return "; ".join(troubles) or "done"

    def house(self) -> str:
        """Copy the store, forget what is old, tidy."""
        said = keep_house(self.store, self.agent().inventory.service, self._at())
        log.info("housekeeping: %s", said)
        return said

    def _at(self) -> datetime:
        return now()


_CHORES: dict[str, Callable[[Chores], str]] = {
    DELIVERIES: Chores.deliver,
    REPORTS: Chores.report,
    HOUSEKEEPING: Chores.house,
}
