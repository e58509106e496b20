"""Rounds as the service makes them: those that are due, and those that somebody asks for."""

import logging
import queue
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agent.clock import now
from agent.collect.plan import Selection
from agent.collect.ssh import HostKeys
from agent.domain.errors import BusyError, StoreError
from agent.domain.schedule import Begin
from agent.domain.schedule_subjects import booked_as, selection_of
from agent.domain.service_state import Live
from agent.run import Agent, run
from agent.service.pulse import Pulse
from agent.service.reports import file_reports
from agent.service.timetable import Made, words
from agent.stop import Stop, StoppedError
from agent.store.schedules import settle

if TYPE_CHECKING:
    from agent.store.store import Recording, Store

log = logging.getLogger(__name__)

ROUND_SILENCE = 1_800.0
"""Seconds for which a round may be silent: the longest visit through several jump hosts, or the slowest DNS."""
ROUNDS = "rounds"
"""By which the thread that makes rounds keeps its promises."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A round that has ended, for whoever wants to hear of it."""

    words: str
    seconds: float
    failed: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class RoundRequest:
    """A round that somebody asked for, beside all schedules."""

    selection: Selection
    slot: str = ""  # the routine round that it is; "": none, and its time is not booked


@dataclass(slots=True)
class Rounds:
    """Makes rounds, one after the other, in one thread. `heard` is told of each that has ended."""

    store: "Store"
    agent: Callable[[], Agent]  # as the inventory is now
    live: Live
    pulse: Pulse
    stop: Stop
    heard: Callable[[Ended], None] = lambda _: None
    asked: "queue.SimpleQueue[RoundRequest]" = field(default_factory=queue.SimpleQueue)

    def make(self, batch: Sequence[Begin]) -> Made:
        """Make the round of slots that are due; what is noted of them is written with the round."""
        late = max(one.late for one in batch)
        if late:
            hours = late.total_seconds() / 3_600
            log.warning("%s: made late, %.1f hours after it was due", words(batch), hours)
        slots = [one.slot for one in batch]

        def note(recording: "Recording") -> None:
            settle(recording.connection, slots, now(), f"round {recording.round_id}", recording.round_id)

        number = self._round(selection_of(batch), booked_as(batch), words(batch), note, late=bool(late))
        return Made(f"round {number}", number)

    def make_asked(self) -> None:
        """Make all rounds that somebody asked for. One that failed is told of, and not tried again."""
        while not self.asked.empty() and not self.stop.asked:
            one = self.asked.get()
            try:
                self._round(one.selection, one.slot, "the round that was asked for", lambda _: None)
            except BusyError as error:
                log.warning("the round that was asked for was not made: %s", error)
            except StoreError as error:
                log.error("the round that was asked for failed: %s", error)
            except StoppedError:
                return

    def _round(
        self, selection: Selection, slot: str, what: str, then: Callable[["Recording"], None], *, late: bool = False
    ) -> int:
        """Make one round, and the reports that it makes due."""
        agent = self.agent()
        agent = replace(agent, keys=HostKeys(agent.keys.own))  # somebody may have pinned one meanwhile
        begun = now()
        self.pulse.promise(ROUNDS, ROUND_SILENCE)
        try:
            with self.live.doing(f"round: {what}", begun):
                number = run(agent, self.store, selection, self._visited, slot, stop=self.stop, then=then)
                self.pulse.promise(ROUNDS, ROUND_SILENCE)
                log.info("%s: made, as round %d", what, number, extra={"about": {"ROUND": number}})
                for trouble in file_reports(self.store, agent, selection):
                    log.warning("%s", trouble)
        except (StoppedError, BusyError):
            raise  # nothing was made, and nothing failed
        except Exception:
            self.heard(Ended(what, (now() - begun).total_seconds(), failed=True, late=late))
            raise
        self.heard(Ended(what, (now() - begun).total_seconds(), late=late))
        return number

    def _visited(self, host: str) -> None:
        log.debug("visited %s", host)
        self.pulse.promise(ROUNDS, ROUND_SILENCE)
