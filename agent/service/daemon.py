"""The running service as its threads share it: what is loaded, what is due, what is wished for."""

import logging
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.app import Loaded, load_agent, mistakes_of
from agent.cancellation import CancellationToken
from agent.clock import now
from agent.domain.errors import BusyError, StoreError
from agent.domain.service_state import ServiceState
from agent.run import RoundContext
from agent.service.jobs import Jobs, Rounds
from agent.service.scheduler import Scheduler
from agent.service.sd_notify import Notifier
from agent.service.watchdog import WatchdogDeadlines
from inventory.errors import InventoryError
from inventory.service import Service

if TYPE_CHECKING:
    from agent.app import AppContext
    from agent.store.store import Store

log = logging.getLogger(__name__)

IDLE = 120.0
"""Seconds within which whoever looks at what is due looks again."""
FROM_START = ("socket", "group", "endpoint", "heartbeat")
"""Settings of the service that are read when it begins."""
PAUSED = "service paused"
"""Under what the store keeps that no rounds are wanted, so that this outlives the process."""


class Daemon:
    """What the main thread, the schedules' threads and whoever asks do to the service."""

    def __init__(
        self, context: "AppContext", store: "Store", notifier: Notifier, loaded: Loaded, woken: Callable[[], None]
    ) -> None:
        """A service with its first inventory; `woken` has the main thread look up. Raises StoreError."""
        self.woken = woken
        self._context = context
        self._store = store
        self._notifier = notifier
        self._loaded = loaded
        self._loading = threading.Lock()
        self._look = threading.Event()
        self._fed = 0.0
        self.stop = CancellationToken()
        self.pulse = WatchdogDeadlines()
        self.live = ServiceState(now())
        self.rounds = Rounds(store, self.agent, self.live, self.pulse, self.stop)
        self.chores = Jobs(store, self.agent, self.live, self.pulse)
        self._due_rounds = Scheduler(store.schedule_runs, self.rounds.make, now, self._halted)
        self._due_chores = Scheduler(store.schedule_runs, self.chores.make, now, self._halted)
        self._busy = {name: threading.Lock() for name in ("rounds", "chores", "heartbeat")}
        paused = store.cache.get(PAUSED)
        self.live.change(loaded_at=loaded.at, paused=bool(paused and paused.data))
        self.hold()

    def agent(self) -> RoundContext:
        """What rounds are made with, as the inventory is now."""
        return self._loaded.agent

    def hold(self) -> None:
        """Go by the schedules of the inventory as it is now; raises StoreError."""
        rounds, chores = self._loaded.rounds, self._loaded.chores
        since = self._store.schedule_runs.hold({**rounds, **chores}, now())
        self._due_rounds.set_schedules(rounds, since)
        self._due_chores.set_schedules(chores, since)
        self._tell()

    def look_anew(self) -> None:
        """Decide anew what is due, because the clock is another one."""
        try:
            self.hold()
        except StoreError as error:
            log.error("%s", error)
        self.look()

    def ready(self) -> None:
        """Tell systemd that we are there."""
        inventory = self.agent().inventory
        log.info("serving %d sites of %d clients", len(inventory.sites), len(inventory.clients))
        self._notifier.ready(self.status())

    def tick_rounds(self) -> None:
        """Make the rounds that are due. For one thread."""
        self._tick("rounds", self._due_rounds, self.rounds.make_asked)

    def tick_chores(self) -> None:
        """Do the chores that are due. For one thread."""
        self._tick("chores", self._due_chores, lambda: None)

    def _tick(self, who: str, timetable: Scheduler, before: Callable[[], None]) -> None:
        with self._busy[who]:
            self.pulse.extend(who, IDLE)
            if self.stop.cancelled or self.live.picture.draining:
                return
            try:
                before()
                timetable.tick()
            except StoreError as error:
                log.error("%s", error)
            except Exception:
                log.exception("what is due could not be looked at")
            self.pulse.extend(who, IDLE)
            self._tell()

    def send_heartbeat(self, beat: Callable[[], object]) -> None:
        """Send a heartbeat. For one thread."""
        with self._busy["heartbeat"]:
            if not self.stop.cancelled:
                beat()

    def _halted(self) -> bool:
        picture = self.live.picture
        return self.stop.cancelled or picture.paused or picture.draining

    def _tell(self) -> None:
        wakes = [one for one in (self._due_rounds.next_wake, self._due_chores.next_wake) if one]
        due_at, what = min(wakes, default=(None, ""))
        self.live.change(next_due=due_at, next_what=str(what))

    def wants_look(self) -> bool:
        """Whether somebody wants what is due to be looked at now; asked once, it is forgotten."""
        wanted = self._look.is_set()
        self._look.clear()
        return wanted

    def beat(self) -> None:
        """Feed the watchdog, if everybody keeps what they promised."""
        late = self.pulse.expired()
        if late:
            self._notifier.say(f"no progress of {', '.join(late)}")
            return
        self.live.change(ticked_at=now())
        every = min((self._notifier.watchdog_seconds or 10.0) / 3, 10.0)
        if time.monotonic() - self._fed >= every:
            self._fed = time.monotonic()
            self._notifier.watchdog()
            self._notifier.say(self.status())

    def reload(self) -> tuple[str, ...]:
        """Read the inventory anew; gives its mistakes, with which the old one stays."""
        with self._loading:
            self._notifier.reloading()
            try:
                loaded = load_agent(self._context, now())
                before, self._loaded = self._loaded, loaded
                _tell_what_waits(before.agent.inventory.service, loaded.agent.inventory.service)
                try:
                    self.hold()
                except StoreError:
                    self._loaded = before
                    raise
                mistakes: tuple[str, ...] = ()
            except (InventoryError, ValueError, StoreError) as error:
                mistakes = mistakes_of(error)
            self._reloaded(mistakes)
            return mistakes

    def _reloaded(self, mistakes: tuple[str, ...]) -> None:
        for line in mistakes:
            log.error("the inventory was not taken: %s", line)
        if not mistakes:
            log.info("the inventory was read anew")
        self.live.change(mistakes=mistakes, loaded_at=self._loaded.at)
        self.look()
        self._notifier.ready(self.status())

    @property
    def drained(self) -> bool:
        """Whether everything has ended that ran when it was to be drained."""
        return self.live.picture.draining and not any(lock.locked() for lock in self._busy.values())

    def end(self, seconds: float) -> bool:
        """End what runs, within so many seconds; False where something still runs. What is due stays so."""
        drained = self.drained
        self._notifier.stopping("ending")
        log.info("ending")
        self.live.change(draining=True)
        self.stop.cancel()
        self.chores.stop.set()
        until = time.monotonic() + seconds
        for lock in self._busy.values():
            if not lock.acquire(timeout=max(0.0, until - time.monotonic())):
                return False
        if drained:
            self._deliver_last()
        log.info("ended")
        return True

    def _deliver_last(self) -> None:
        self.chores.stop.clear()
        try:
            self.chores.deliver()
        except (BusyError, StoreError) as error:
            log.warning("the last delivery was not made: %s", error)

    @property
    def paused(self) -> bool:
        """Whether no rounds are to begin."""
        return self.live.picture.paused

    def pause(self, paused: bool) -> None:
        """Have nothing begin, or go on; this outlives the process. Raises StoreError."""
        self._store.cache.put(PAUSED, paused, now())
        self.live.change(paused=paused)
        self.look()

    def look(self) -> None:
        """Have the main thread see to it that what is due is looked at now."""
        self._look.set()
        self.woken()

    def status(self) -> str:
        """How we are, in a line."""
        picture = self.live.picture
        if picture.draining:
            return "ending once what runs has ended"
        words = [f"running {what}" for what in picture.running] or ["waiting"]
        if picture.paused:
            words.append("paused")
        if picture.next_due is not None:
            words.append(f"next {picture.next_what} at {picture.next_due:%Y-%m-%d %H:%M} UTC")
        if picture.mistakes:
            words.append(f"the new inventory was not taken: {picture.mistakes[0]}")
        return "; ".join(words)


def _tell_what_waits(before: Service, after: Service) -> None:
    """Say which settings hold only from the next start on."""
    changed = [name for name in FROM_START if getattr(before, name) != getattr(after, name)]
    if changed:
        log.warning("service.%s: what changed there holds once the service is started again", ", ".join(changed))
