"""Visits of all due hosts, in parallel."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import replace

from agent.cancellation import CancellationToken
from agent.collect.plan import Limits, Plan, Question, Visit
from agent.collect.ssh.config import SshConfig, load_config
from agent.collect.ssh.hostkeys import HostKeys, ServerKey
from agent.collect.ssh.socket import HostConnectionError
from checks.platforms import Platform
from checks.ssh import Connection, Outcome
from inventory.model import Host, Inventory

log = logging.getLogger(__name__)


def visit_all(
    plans: Sequence[Plan],
    inventory: Inventory,
    platforms: Sequence[Platform],
    limits: Limits,
    on_done: Callable[[str], None] = lambda _: None,
    *,
    keys: HostKeys | None = None,
    stop: CancellationToken | None = None,
) -> Mapping[str, Visit]:
    """The visits by the hosts' names, `limits.parallel` at once. `on_done` is told each name, in the caller's thread.

    What one host does costs no other. Ctrl-C ends all visits at once and is raised again; so does `stop`, with
    CancelledError.
    """
    keys, stop = keys or HostKeys(), stop or CancellationToken()
    config = _config()

    def go(plan: Plan) -> Visit:
        begun = time.monotonic()
        made = visit(plan.host, inventory, plan.questions, platforms, limits, keys=keys, config=config, stop=stop)
        return replace(made, seconds=time.monotonic() - begun)

    visits: dict[str, Visit] = {}
    pool = ThreadPoolExecutor(max(1, min(limits.parallel, len(plans))), thread_name_prefix="visit")
    try:
        going = {pool.submit(go, plan): plan.host.name for plan in plans}
        for future in as_completed(going):
            visits[going[future]] = _outcome(future, going[future])
            stop.check()
            on_done(going[future])
    except BaseException:
        stop.cancel()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return {plan.host.name: visits[plan.host.name] for plan in plans}


def visit(
    host: Host,
    inventory: Inventory,
    questions: Sequence[Question],
    platforms: Sequence[Platform],
    limits: Limits,
    *,
    keys: HostKeys | None = None,
    config: SshConfig | None = None,
    stop: CancellationToken | None = None,
) -> Visit:
    """Ask one host everything, over SSH or on the agent's own machine. Never raises for what a network can do."""
    stop = stop or CancellationToken()
    if host.transport == "local":
        from agent.collect.local import visit_local

        return visit_local(questions, platforms, limits, stop)
    from agent.collect.ssh.connect import Connector  # here, because paramiko takes long to load
    from agent.collect.ssh.session import visit_ssh

    try:
        connector = Connector(inventory, limits, keys or HostKeys(), config or load_config(), stop)
    except HostConnectionError as error:
        return Visit(error.connection, {})
    return visit_ssh(host, questions, platforms, connector)


def fetch_key(host: Host, inventory: Inventory, limits: Limits, keys: HostKeys | None = None) -> ServerKey:
    """The key that a host shows, known or not, for a person to compare. NoConnectionError where it shows none."""
    from agent.collect.ssh.connect import Connector

    return Connector(inventory, limits, keys or HostKeys(), load_config(), CancellationToken()).key(host)


def _config() -> SshConfig | None:
    """Read once for all; where it cannot be, each visit says so."""
    try:
        return load_config()
    except HostConnectionError:
        return None


def _outcome(future: "Future[Visit]", name: str) -> Visit:
    """A visit, or what our own fault made of it."""
    error = future.exception()
    if error is None:
        return future.result()
    log.error("the visit to %s failed", name, exc_info=error)
    reason = f"siterounds itself failed: {type(error).__name__}: {error}"
    return Visit(Connection(Outcome.PROTOCOL, reason, "this is a fault in siterounds: the log says where"), {})
