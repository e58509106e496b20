"""A `siterounds` command in a process of its own, at a time of its own, that may be killed at any of its steps."""

import itertools
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from multiprocessing.connection import Connection
from typing import Any

import requests
import sqlalchemy as sa

from agent import clock

_PRELOADED = [
    "agent.cli",
    "agent.run",
    "agent.record",
    "agent.contracts",
    "agent.integrations.registry",
    "agent.collect.local",
]


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: its exit code, None where it was killed; what it said; how many steps it had made."""

    code: int | None
    out: str = ""
    err: str = ""
    steps: int = 0


class Stage:
    """Where commands run: a process without threads that has everything loaded, and forks for each of them."""

    def __init__(self, variables: dict[str, str]) -> None:
        """`variables` are the whole environment of the commands."""
        self._variables = variables
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOADED)

    def act(self, arguments: Sequence[str], ahead: float, fatal: int | None = None) -> Ended:
        """Run a command whose clock is `ahead` seconds of ours; it is killed at its step number `fatal`."""
        here, there = self._context.Pipe(duplex=False)
        child = self._context.Process(target=_act, args=(list(arguments), self._variables, ahead, fatal, there))
        child.start()
        there.close()
        try:
            ended: Ended = here.recv()
        except EOFError:
            child.join()
            assert child.exitcode == -signal.SIGKILL, f"it ended by itself, with {child.exitcode}"
            return Ended(None)
        child.join()
        return ended


def _act(arguments: list[str], variables: dict[str, str], ahead: float, fatal: int | None, answer: Connection) -> None:
    os.environ.clear()
    os.environ.update(variables)
    from agent.cli import outcome

    _set_the_clock(timedelta(seconds=ahead))
    steps = _Steps(fatal)
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = outcome(arguments)
    answer.send(Ended(code, out.getvalue(), err.getvalue(), steps.made))


def _set_the_clock(ahead: timedelta) -> None:
    """Let it be later for all of siterounds, which asks for the time in one place. Sleep stays as long as it is."""
    real = clock.now

    def later() -> datetime:
        return real() + ahead

    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "agent" and getattr(module, "now", None) is real:
            module.now = later  # type: ignore[attr-defined]


class _Steps:
    """Counts what can be told apart from outside: statements, commits, requests and answers."""

    def __init__(self, fatal: int | None) -> None:
        self._count = itertools.count(1)
        self._fatal = fatal
        self.made = 0
        sa.event.listen(sa.engine.Engine, "before_cursor_execute", self._step)
        sa.event.listen(sa.engine.Engine, "commit", self._step)
        send = requests.Session.send

        def counted(session: requests.Session, request: requests.PreparedRequest, **more: Any) -> requests.Response:
            self._step()
            answer = send(session, request, **more)
            self._step()
            return answer

        requests.Session.send = counted  # type: ignore[method-assign,assignment]

    def _step(self, *_: object) -> None:
        self.made = next(self._count)
        if self.made == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)
