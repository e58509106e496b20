"""The vitals and what this process did, as Prometheus metrics in a registry of its own."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily as Gauge
from prometheus_client.core import InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from agent.clock import now
from agent.domain.errors import StoreError
from agent.domain.service_state import HeartbeatKind, HeartbeatResult, ServiceState
from agent.outbox.worker import DeliverySummary
from agent.self_check.rules import HealthProblem, health_problems, is_healthy
from agent.self_check.status import RUNNING, AgentStatus, agent_status, midnight
from agent.service.dashboard import build_dashboard
from agent.service.heartbeat import Heartbeat
from agent.service.http_endpoint import Pages
from agent.store.store import Store
from checks import State
from inventory.model import Inventory
from reports.dashboard import dashboard_html

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (5, 15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200)
"""Seconds that rounds take."""
OUTCOMES = ("delivered", "postponed", "failed", "parked")
"""What may come of a message, as a Tally counts it."""

Acquire = Callable[[], tuple[AgentStatus, Inventory]]
"""Gives the vitals of now and the inventory that holds; may raise StoreError."""


class Metrics:
    """What Prometheus reads: counters of this process, and the vitals anew each time."""

    def __init__(self, acquire: Acquire) -> None:
        """Have a registry of our own; nothing is shared with another one in the process."""
        self.registry = CollectorRegistry(auto_describe=False)
        self._rounds = Counter(
            "siterounds_rounds", "Rounds made by this process.", ("outcome",), registry=self.registry
        )
        self._seconds = Histogram(
            "siterounds_round_duration_seconds",
            "How long the rounds of this process took.",
            buckets=BUCKETS,
            registry=self.registry,
        )
        self._late = Counter(
            "siterounds_late_rounds", "Rounds that began later than they were due.", registry=self.registry
        )
        self._delivered = Counter(
            "siterounds_deliveries",
            "Messages that were tried, by what came of it.",
            ("outcome",),
            registry=self.registry,
        )
        self._beats = Counter(
            "siterounds_heartbeats", "Heartbeats that were sent, by whether they were heard.", ("outcome",),
            registry=self.registry,
        )  # fmt: skip
        for outcome in ("ok", "failed"):  # a rate can be told from the first one on
            self._rounds.labels(outcome)
            self._beats.labels(outcome)
        for outcome in OUTCOMES:
            self._delivered.labels(outcome)
        ProcessCollector(registry=self.registry)
        self.registry.register(_StatusCollector(acquire))

    def round_made(self, seconds: float, *, failed: bool = False, late: bool = False) -> None:
        """A round has ended after so long."""
        self._rounds.labels("failed" if failed else "ok").inc()
        self._seconds.observe(seconds)
        if late:
            self._late.inc()

    def delivered(self, tally: DeliverySummary) -> None:
        """A delivery did this."""
        for outcome in OUTCOMES:
            self._delivered.labels(outcome).inc(getattr(tally, outcome))

    def beaten(self, beat: HeartbeatResult) -> None:
        """A heartbeat was sent."""
        self._beats.labels("failed" if beat.trouble else "ok").inc()

    def text(self) -> bytes:
        """Everything in Prometheus' text format; raises StoreError."""
        return generate_latest(self.registry)


class _StatusCollector(Collector):
    """Reads the vitals anew for every scrape."""

    def __init__(self, acquire: Acquire) -> None:
        self._acquire = acquire

    def collect(self) -> Iterable[Metric]:
        """All gauges; raises StoreError."""
        vitals, inventory = self._acquire()
        yield from families(vitals, inventory)


def families(vitals: AgentStatus, inventory: Inventory) -> Iterator[Metric]:
    """The vitals as metrics; pure. Times are seconds since 1970."""
    yield _info("siterounds_build", "The version that runs.", version=vitals.version)
    yield _one(
        "siterounds_restart_needed",
        "1 where another version is installed than the one that runs.",
        vitals.installed != vitals.version,
    )
    yield from _of_the_service(vitals)
    yield from _of_rounds(vitals, inventory)
    yield from _of_problems(vitals)
    yield from _of_the_outside(vitals)
    if vitals.shelf is not None:
        yield _one("siterounds_store_size_bytes", "What the store takes.", vitals.shelf.used)
        yield _one("siterounds_store_free_bytes", "What is free where the store lies.", vitals.shelf.free)


def _of_the_service(vitals: AgentStatus) -> Iterator[Metric]:
    picture = vitals.picture
    yield _one("siterounds_service_up", "1 where the service runs.", picture is not None)
    if picture is None:
        return
    yield _one("siterounds_paused", "1 where no rounds begin until it is resumed.", picture.paused)
    yield _one("siterounds_draining", "1 where it ends once what runs has ended.", picture.draining)
    yield _one("siterounds_rounds_running", "Rounds and other work under way.", len(picture.running))
    yield _one("siterounds_inventory_mistakes", "In a newer inventory that was not taken.", len(picture.mistakes))
    times = (
        ("siterounds_start_timestamp_seconds", "When the service began.", picture.started_at),
        ("siterounds_last_tick_timestamp_seconds", "When it last looked at what is due.", picture.ticked_at),
        ("siterounds_next_due_timestamp_seconds", "When something is due next.", picture.next_due),
        ("siterounds_inventory_timestamp_seconds", "When the inventory was read that holds.", picture.loaded_at),
    )
    yield from (_one(name, says, at.timestamp()) for name, says, at in times if at is not None)


def _of_rounds(vitals: AgentStatus, inventory: Inventory) -> Iterator[Metric]:
    if vitals.last is not None:
        ended = vitals.last.ended_at.timestamp()
        yield _one("siterounds_last_round_timestamp_seconds", "When the newest round ended.", ended)
        yield _one("siterounds_last_round_duration_seconds", "How long the newest round took.", vitals.last.seconds)
    every = vitals.looks.by_place
    yield _one("siterounds_checks_due", "Checks in the newest look at every place.", sum(o.due for o in every.values()))
    yield _one("siterounds_checks_ran", "Those of them that could look.", sum(one.ran for one in every.values()))
    visited = Gauge(
        "siterounds_site_visit_timestamp_seconds", "When a round last was for a site.", labels=("client", "site")
    )
    looked = Gauge(
        "siterounds_site_look_timestamp_seconds", "When a check last could look at a site.", labels=("client", "site")
    )
    for site in inventory.sites.values():
        if (look := every.get((site.host, site.name))) is not None:
            visited.add_metric((site.client, site.name), look.visited_at.timestamp())
            if look.looked_at is not None:
                looked.add_metric((site.client, site.name), look.looked_at.timestamp())
    yield visited
    yield looked
    yield _one("siterounds_sites", "Sites that are looked after.", len(inventory.sites))


def _of_problems(vitals: AgentStatus) -> Iterator[Metric]:
    found = Gauge("siterounds_findings", "Findings of the newest look at every place.", labels=("check", "state"))
    counts: dict[tuple[str, State], int] = {}
    for one in vitals.looks.found:
        counts[one.check, one.state] = counts.get((one.check, one.state), 0) + 1
    for check in sorted({check for check, _ in counts}):
        for state in State:
            found.add_metric((check, str(state)), counts.get((check, state), 0))
    yield found
    incidents = Gauge("siterounds_incidents", "Problems that are not over.", labels=("phase", "state"))
    for (phase, state), count in sorted(vitals.incidents.items()):
        incidents.add_metric((str(phase), str(state)), count)
    yield incidents


def _of_the_outside(vitals: AgentStatus) -> Iterator[Metric]:
    messages = Gauge("siterounds_outbox_messages", "Not delivered yet.", labels=("integration", "stage"))
    oldest = Gauge(
        "siterounds_outbox_oldest_timestamp_seconds", "When the oldest was written that waits.", labels=("integration",)
    )
    for pile in vitals.outbox:
        messages.add_metric((pile.integration, "waiting"), pile.waiting)
        messages.add_metric((pile.integration, "parked"), pile.parked)
        if pile.oldest is not None:
            oldest.add_metric((pile.integration,), pile.oldest.timestamp())
    yield messages
    yield oldest
    names = ("service", "limit")
    left = Gauge("siterounds_api_requests_left", "Requests that a service may be sent at once.", labels=names)
    wait = Gauge("siterounds_api_wait_seconds", "Until a service may be sent the next request.", labels=names)
    for budget in vitals.budgets:
        left.add_metric((budget.service, budget.bucket), budget.left)
        wait.add_metric((budget.service, budget.bucket), budget.wait)
    yield left
    yield wait
    skew = Gauge("siterounds_clock_skew_seconds", "By which our clock is ahead of a service's.", labels=("service",))
    refused = Gauge("siterounds_credentials_refused", "1 where a service declines ours.", labels=("service",))
    for heard in vitals.heard:
        if heard.skew is not None:
            skew.add_metric((heard.service,), heard.skew)
        refused.add_metric((heard.service,), float(heard.refused_since is not None))
    ends = Gauge("siterounds_credential_expiry_timestamp_seconds", "When it ends.", labels=("credential",))
    for credential in vitals.credentials:
        ends.add_metric((credential.name,), midnight(credential.ends).timestamp())
    beat = vitals.beat
    if beat is not None and beat.skew is not None:
        skew.add_metric(("heartbeat",), beat.skew)
    yield from (skew, refused, ends)
    if beat is not None and beat.heard_at is not None:
        at = beat.heard_at.timestamp()
        yield _one("siterounds_heartbeat_timestamp_seconds", "When a heartbeat was last heard.", at)


def _one(name: str, says: str, value: float | bool) -> Metric:
    return Gauge(name, says, value=float(value))


def _info(name: str, says: str, **labels: str) -> Metric:
    return InfoMetricFamily(name, says, value=labels)


FRESH = timedelta(seconds=5)
"""How old vitals may be that serve again: however many ask, the store is read no more often."""


@dataclass(frozen=True, slots=True)
class MonitoringContext:
    """What is watched. `inventory` gives the one that holds now, which a reload may change."""

    store: Store
    inventory: Callable[[], Inventory]
    titles: Mapping[str, str]  # of checks
    live: ServiceState
    heartbeat: Heartbeat | None = None


class Monitoring:
    """Metrics, health, the wall and the heartbeat of one service. Safe between threads."""

    def __init__(self, watched: MonitoringContext, clock: Callable[[], datetime] = now) -> None:
        """Look at nothing yet."""
        self._watched = watched
        self._clock = clock
        self._lock = threading.Lock()
        self._last: tuple[AgentStatus, Inventory] | None = None
        self.metrics = Metrics(self._taken)

    def pages(self) -> Pages:
        """What the endpoint shows."""
        return Pages(self.metrics.text, self.reasons, self.wall, RUNNING)

    def reasons(self) -> tuple[HealthProblem, ...]:
        """What is wrong with siterounds; raises StoreError."""
        return health_problems(*self._taken())

    def wall(self, renews: bool = True) -> str:
        """The page for the wall; raises StoreError."""
        taken, inventory = self._taken()
        shown = build_dashboard(self._watched.store, inventory, self._watched.titles, taken)
        return dashboard_html(shown, other="still") if renews else dashboard_html(shown, renew=None, other="/")

    def beat(self, kind: HeartbeatKind | None = None) -> HeartbeatResult | None:
        """Send a heartbeat, by itself the one that tells how we are; None where none are sent. Raises nothing."""
        heartbeat = self._watched.heartbeat
        if heartbeat is None:
            return None
        told, said = self._told()
        beat = heartbeat.beat(told if kind is None else kind, said)
        self.metrics.beaten(beat)
        return beat

    def _told(self) -> tuple[HeartbeatKind, str]:
        """How we are, in words without anybody's name."""
        try:
            found = self.reasons()
        except StoreError:
            return HeartbeatKind.FAIL, "store"
        about = ", ".join(dict.fromkeys(one.about for one in found))
        return (HeartbeatKind.SUCCESS if is_healthy(found) else HeartbeatKind.FAIL), about or "well"

    def _taken(self) -> tuple[AgentStatus, Inventory]:
        """The vitals of this moment, or of one not long ago, with the inventory that they are about."""
        with self._lock:
            at, inventory = self._clock(), self._watched.inventory()
            last = self._last
            if last is None or last[1] is not inventory or not timedelta(0) <= at - last[0].at < FRESH:
                heartbeat = self._watched.heartbeat
                beat = heartbeat.last if heartbeat else None
                last = agent_status(self._watched.store, inventory, self._watched.live, at, beat), inventory
                self._last = last
            return last
