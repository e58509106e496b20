"""A process of its own in which the answers of a host are judged that sent much: what they cost, they cost that host.

Small answers are judged where the round is: the limits of the parsers bound what they cost, and a process costs each
round more than all of them. Run as a program, this module is that process.
"""

import logging
import os
import pickle
import resource
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime
from multiprocessing.connection import Connection
from socket import socketpair
from types import TracebackType
from typing import Self

from agent.collect.evaluate import Evaluation, evaluate_answer, not_checked
from agent.collect.plan import Answer, Failure, PlannedCheck
from checks import Cause, Memory

log = logging.getLogger(__name__)

LARGE = 256 * 1024
"""Characters of all answers of a host together, from which on they are judged in a process of their own."""

SECONDS = 60.0
"""What all answers of one host may take."""

MEMORY = 768 * 1024 * 1024
"""Bytes of address space of the process."""


class Worker:
    """The process, started with the first host that needs it, and anew for the host after one that ended it."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """End the process, whatever it does."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._process = self._connection = None

    def call(self, job: bytes, seconds: float) -> bytes | None:
        """What the process answers within so many seconds; None where it does not, and it is ended."""
        try:
            connection = self._connection or self._start()
            connection.send_bytes(job)
            if connection.poll(seconds):
                return connection.recv_bytes()
        except (OSError, EOFError):
            pass
        self.end()
        return None

    def _start(self) -> Connection:
        ours, theirs = socketpair()
        with ours, theirs:
            self._process = subprocess.Popen(  # noqa: S603  # this module, by this Python
                [sys.executable, "-m", __name__, str(theirs.fileno()), str(self._memory), str(int(self.seconds) + 1)],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "LC_ALL": "C.UTF-8"},
            )
            self._connection = Connection(os.dup(ours.fileno()))
        return self._connection


class HostWorker:
    """Judges the answers of one host in the worker: once one has ended it, or time is over, none of the rest."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._left = worker.seconds

    def __call__(self, due: PlannedCheck, answer: Answer, memory: Memory, now: datetime) -> Evaluation:
        """As `evaluate_answer`; UNKNOWN where it took too much."""
        try:
            job = pickle.dumps((due, answer, memory, now))
        except (pickle.PicklingError, AttributeError, TypeError) as error:
            log.error("the check %s cannot be handed to another process", due.check.name, exc_info=error)
            advice = "in the check, use functions of modules, no lambdas and no functions within functions"
            return not_checked(
                due, Failure("its answer is large, and it cannot be judged apart", advice, Cause.OUR_FAULT)
            )
        started = time.monotonic()
        said = self._worker.call(job, self._left) if self._left > 0 else None
        self._left = self._left - (time.monotonic() - started) if said is not None else 0.0
        if said is None:
            reason = f"judging what the host answered took more than {self._worker.seconds:g} s, or too much memory"
            return not_checked(due, Failure(reason, "", Cause.TOO_MUCH))
        found, remembered = pickle.loads(said)  # noqa: S301  # of our own process
        return Evaluation(due, found, remembered)


def _serve(connection: Connection, memory: int, seconds: int) -> None:
    """Judge what comes, one after the other, until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with suppress(EOFError):
        while True:
            due, answer, memory_of_check, now = pickle.loads(connection.recv_bytes())  # noqa: S301  # of our own process
            used = resource.getrusage(resource.RUSAGE_SELF)
            resource.setrlimit(
                resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds, resource.RLIM_INFINITY)
            )
            judged = evaluate_answer(due, answer, memory_of_check, now)
            connection.send_bytes(pickle.dumps((judged.findings, judged.memory)))


if __name__ == "__main__":
    logging.basicConfig()
    _serve(Connection(int(sys.argv[1])), int(sys.argv[2]), int(sys.argv[3]))
