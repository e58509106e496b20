"""Deliveries in processes of their own that are killed at any step: a request, a write, a commit."""

import itertools
import os
import signal
from collections.abc import Callable
from typing import Any, Protocol

import sqlalchemy as sa

from agent.store.store import Store
from tests.agent.store.beside import disconnect


class Delivering(Protocol):
    """A desk with a store, that can deliver."""

    store: Store

    def deliver(self) -> Any:
        """Deliver what is due."""


Stepping = Callable[[Callable[[], None]], None]
"""Has a function called before and after each request."""


def delivery(at: Delivering, fatal: int | None, stepping: Stepping) -> int:
    """A delivery in a process of its own, which is killed at its step of that number; gives its process id.

    Between two reads nothing changes, so that being killed there is as being killed at the write before them.
    """
    disconnect(at.store)
    child = os.fork()
    if child == 0:
        _deliver_and_die_at(at, fatal, stepping)
    return child


def end_of(child: int) -> int:
    """How that process ended."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _deliver_and_die_at(at: Delivering, fatal: int | None, stepping: Stepping) -> None:
    try:
        signal.alarm(30)
        seen = itertools.count(1)

        def step(*_: object) -> None:
            if next(seen) == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

        def written(connection: object, cursor: object, statement: str, *_: object) -> None:
            if statement.startswith(("INSERT", "UPDATE", "DELETE")):
                step()

        stepping(step)
        at.store = Store(at.store.folder)
        sa.event.listen(sa.Engine, "before_cursor_execute", written)
        sa.event.listen(sa.Engine, "commit", step)
        at.deliver()
        os._exit(0)
    finally:
        os._exit(1)
