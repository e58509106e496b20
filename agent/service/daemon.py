"""The running service as its threads share it: inventory, schedules, jobs, pauses, and shutdown."""

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
from agent.service.sd_notify import Notifier, WatchdogDeadlines
from inventory.errors import InventoryError
from inventory.service import Service

if TYPE_CHECKING:
    from agent.app import AppContext
    from agent.store.store import Store

log = logging.getLogger(__name__)

IDLE = 120.0
"""Seconds within which each scheduler thread has to run again."""
FROM_START = ("socket", "group", "endpoint", "heartbeat")
"""Settings of the service that are read only at its start."""
PAUSED = "service paused"
"""The cache key that stores a pause, so that it outlives the process."""


class Daemon:
    """The state of the service and all operations on it, for its threads and the control socket."""

    def __init__(
        self, context: "AppContext", store: "Store", notifier: Notifier, loaded: Loaded, woken: Callable[[], None]
    ) -> None:
        """Start with an inventory; `woken` wakes the main thread. Raises StoreError."""
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
        """Return the context of rounds with the present inventory."""
        return self._loaded.agent

    def hold(self) -> None:
        """Use the schedules of the present inventory. Raises StoreError."""
        rounds, chores = self._loaded.rounds, self._loaded.chores
        since = self._store.schedule_runs.hold({**rounds, **chores}, now())
        self._due_rounds.set_schedules(rounds, since)
        self._due_chores.set_schedules(chores, since)
        self._tell()

    def look_anew(self) -> None:
        """Decide again what is due, after the clock was set."""
        try:
            self.hold()
        except StoreError as error:
            log.error("%s", error)
        self.look()

    def ready(self) -> None:
        """Notify systemd that the service is ready."""
        inventory = self.agent().inventory
        log.info("serving %d sites of %d clients", len(inventory.sites), len(inventory.clients))
        self._notifier.ready(self.status())

    def tick_rounds(self) -> None:
        """Run the due rounds. For one thread."""
        self._tick("rounds", self._due_rounds, self.rounds.make_asked)

    def tick_chores(self) -> None:
        """Run the due jobs. For one thread."""
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
        """Whether a look at what is due was requested; the request is cleared."""
        wanted = self._look.is_set()
        self._look.clear()
        return wanted

    def beat(self) -> None:
        """Feed the watchdog, if all threads keep their promises."""
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
        """Reload the inventory. Returns its errors; with any, the old one stays in use."""
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
        """Whether draining was requested and nothing runs any more."""
        return self.live.picture.draining and not any(lock.locked() for lock in self._busy.values())

    def end(self, seconds: float) -> bool:
        """Stop what runs, within so many seconds. False means that something still runs. What is due stays due."""
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
        """Whether rounds are paused."""
        return self.live.picture.paused

    def pause(self, paused: bool) -> None:
        """Pause or resume; a pause outlives the process. Raises StoreError."""
        self._store.cache.put(PAUSED, paused, now())
        self.live.change(paused=paused)
        self.look()

    def look(self) -> None:
        """Wake the main thread to look at what is due."""
        self._look.set()
        self.woken()

    def status(self) -> str:
        """Return the status as one line."""
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
    """Log which changed settings take effect at the next start only."""
    changed = [name for name in FROM_START if getattr(before, name) != getattr(after, name)]
    if changed:
        log.warning("service.%s: what changed there holds once the service is started again", ", ".join(changed))
