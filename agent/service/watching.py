"""What the running service shows of itself: one look at the vitals for all who ask at about the same time."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.clock import now
from agent.domain.errors import StoreError
from agent.domain.service_state import Live
from agent.service.endpoint import Pages
from agent.service.health import Reason, reasons, well
from agent.service.heartbeat import Beat, Heartbeat, Kind
from agent.service.metrics import Metrics
from agent.service.vitals import RUNNING, Vitals, vitals
from agent.service.walling import wall
from agent.store.store import Store
from inventory.model import Inventory
from reports.wall import wall_html

FRESH = timedelta(seconds=5)
"""How old vitals may be that serve again: however many ask, the store is read no more often."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched. `inventory` gives the one that holds now, which a reload may change."""

    store: Store
    inventory: Callable[[], Inventory]
    titles: Mapping[str, str]  # of checks
    live: Live
    heartbeat: Heartbeat | None = None


class Watch:
    """Metrics, health, the wall and the heartbeat of one service. Safe between threads."""

    def __init__(self, watched: Watched, clock: Callable[[], datetime] = now) -> None:
        """Look at nothing yet."""
        self._watched = watched
        self._clock = clock
        self._lock = threading.Lock()
        self._last: tuple[Vitals, Inventory] | None = None
        self.metrics = Metrics(self._taken)

    def pages(self) -> Pages:
        """What the endpoint shows."""
        return Pages(self.metrics.text, self.reasons, self.wall, RUNNING)

    def reasons(self) -> tuple[Reason, ...]:
        """What is wrong with siterounds; raises StoreError."""
        return reasons(*self._taken())

    def wall(self, renews: bool = True) -> str:
        """The page for the wall; raises StoreError."""
        taken, inventory = self._taken()
        shown = wall(self._watched.store, inventory, self._watched.titles, taken)
        return wall_html(shown, other="still") if renews else wall_html(shown, renew=None, other="/")

    def beat(self, kind: Kind | None = None) -> Beat | None:
        """Send a heartbeat, by itself the one that tells how we are; None where none are sent. Raises nothing."""
        heartbeat = self._watched.heartbeat
        if heartbeat is None:
            return None
        told, said = self._told()
        beat = heartbeat.beat(told if kind is None else kind, said)
        self.metrics.beaten(beat)
        return beat

    def _told(self) -> tuple[Kind, str]:
        """How we are, in words without anybody's name."""
        try:
            found = self.reasons()
        except StoreError:
            return Kind.FAIL, "store"
        about = ", ".join(dict.fromkeys(one.about for one in found))
        return (Kind.WELL if well(found) else Kind.FAIL), about or "well"

    def _taken(self) -> tuple[Vitals, Inventory]:
        """The vitals of this moment, or of one not long ago, with the inventory that they are about."""
        with self._lock:
            at, inventory = self._clock(), self._watched.inventory()
            last = self._last
            if last is None or last[1] is not inventory or not timedelta(0) <= at - last[0].at < FRESH:
                heartbeat = self._watched.heartbeat
                beat = heartbeat.last if heartbeat else None
                last = vitals(self._watched.store, inventory, self._watched.live, at, beat), inventory
                self._last = last
            return last
