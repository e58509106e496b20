"""The entry point of the service: threads, signals, and shutdown."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.app import load_agent
from agent.clock import now
from agent.service.commands import commands
from agent.service.control_socket import ControlSocket, socket_path
from agent.service.daemon import IDLE, Daemon
from agent.service.heartbeat import Heartbeat
from agent.service.http_endpoint import HttpEndpoint, ListenAddress
from agent.service.jobs import Ended
from agent.service.metrics import Monitoring, MonitoringContext
from agent.service.sd_notify import Notifier
from agent.store.engine import exclusive_lock
from inventory.service import Service

if TYPE_CHECKING:
    from agent.app import AppContext
    from agent.store.store import Store

log = logging.getLogger(__name__)

TICK = 2.0
"""Seconds between two runs of the scheduler."""
BEAT = 0.5
"""Seconds between two looks at received signals."""
GRACE = 8.0
"""Seconds for running jobs to end by themselves at shutdown."""
HEARTBEAT = 300.0
"""Seconds between two heartbeats."""
LEAP = 60.0
"""Seconds by which the clock may jump before all schedules are decided again."""


class ServingError(Exception):
    """The service cannot be started; the message says why."""


def serve(context: "AppContext", socket: Path | None = None) -> int:
    """Make rounds until SIGTERM, SIGINT, or until it is drained; gives the exit code. `socket` is where it is asked.

    Raises InventoryError, StoreError, BusyError where another service has the state folder, ValueError for a name
    server that is none, ServingError.
    """
    notifier = Notifier()
    wishes = SignalFlags()
    with ExitStack() as stack:
        loaded = load_agent(context, now())
        store = stack.enter_context(context.store())
        busy = "another siterounds serve has this state folder ({})"
        stack.enter_context(exclusive_lock(store.folder / "service-lock", busy))
        stack.enter_context(wishes)
        state = Daemon(context, store, notifier, loaded, wishes.any.set)
        service = loaded.agent.inventory.service
        watch = _watch(state, store, service)
        try:
            path = socket_path(socket or service.socket, context.config.state)
            stack.enter_context(ControlSocket(path, commands(state), service.group))
            if service.endpoint:
                stack.enter_context(HttpEndpoint(ListenAddress.parse(service.endpoint), watch.pages()))
        except OSError as error:
            where = error.filename or service.endpoint
            raise ServingError(f"the service cannot listen at {where}: {error.strerror}") from error
        return _served(state, wishes, watch)


class SignalFlags:
    """Signals and control requests for the main thread, which alone receives signals."""

    def __init__(self) -> None:
        self.end = threading.Event()
        self.reload = threading.Event()
        self.any = threading.Event()
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "SignalFlags":
        """Install the signal handlers."""
        for number, wish in ((signal.SIGTERM, self.end), (signal.SIGINT, self.end), (signal.SIGHUP, self.reload)):
            self._before[number] = signal.signal(number, self._hearing(wish))
        return self

    def __exit__(self, *exception: object) -> None:
        """Restore the earlier signal handlers."""
        for number, before in self._before.items():
            signal.signal(number, before)

    def _hearing(self, wish: threading.Event) -> Callable[[int, Any], None]:
        def hear(number: int, frame: Any) -> None:  # noqa: ARG001
            wish.set()
            self.any.set()

        return hear


def _watch(state: Daemon, store: "Store", service: Service) -> Monitoring:
    """Return the monitoring of the service, to which all rounds and deliveries are reported."""
    titles = state.agent().registry.titles()
    heartbeat = Heartbeat(service.heartbeat) if service.heartbeat else None
    watch = Monitoring(MonitoringContext(store, lambda: state.agent().inventory, titles, state.live, heartbeat))

    def ended(one: Ended) -> None:
        watch.metrics.round_made(one.seconds, failed=one.failed, late=one.late)

    state.rounds.heard = ended
    state.chores.delivered = watch.metrics.delivered
    return watch


def _served(state: Daemon, wishes: SignalFlags, watch: Monitoring) -> int:
    """Run the schedules in the background and handle requests. Returns the exit code."""
    from apscheduler.executors.pool import ThreadPoolExecutor  # type: ignore[import-untyped]
    from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]

    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # that a round takes longer than a tick is no news
    scheduler = BackgroundScheduler(
        executors={name: ThreadPoolExecutor(1) for name in ("rounds", "chores", "heartbeat")},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone="UTC",
        daemon=True,
    )
    for name, tick in (("rounds", state.tick_rounds), ("chores", state.tick_chores)):
        state.pulse.extend(name, IDLE)
        scheduler.add_job(tick, "interval", seconds=TICK, id=name, executor=name, next_run_time=now())
    beating = {"id": "heartbeat", "executor": "heartbeat", "next_run_time": now()}
    scheduler.add_job(state.send_heartbeat, "interval", [watch.beat], seconds=HEARTBEAT, **beating)
    scheduler.start()
    state.ready()
    try:
        _listen(state, wishes, lambda: _look_now(scheduler))
    finally:
        scheduler.shutdown(wait=False)
        ended = state.end(GRACE)
    if not ended:
        log.warning("what was under way did not end in %.0f s: it is left, and done when we are back", GRACE)
        logging.shutdown()
        os._exit(0)
    return 0


def _listen(state: Daemon, wishes: SignalFlags, look_now: Callable[[], None]) -> None:
    """Until the end is wished for: reload, feed the watchdog, mind the clock."""
    drift = _ClockDrift()
    while not wishes.end.is_set() and not state.drained:
        wishes.any.wait(BEAT)
        wishes.any.clear()
        if wishes.reload.is_set():
            wishes.reload.clear()
            state.reload()
        if drift.leapt():
            log.warning("the clock was set: what is due is looked at anew")
            state.look_anew()
        if state.wants_look():
            look_now()
        state.beat()


def _look_now(scheduler: Any) -> None:
    for name in ("rounds", "chores"):
        scheduler.modify_job(name, next_run_time=now())


class _ClockDrift:
    """Notices that the clock was set."""

    def __init__(self) -> None:
        self._gap = time.time() - time.monotonic()

    def leapt(self) -> bool:
        """Whether it was set by more than LEAP since we asked last."""
        gap = time.time() - time.monotonic()
        leapt = abs(gap - self._gap) > LEAP
        if leapt:
            self._gap = gap
        return leapt
