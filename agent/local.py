"""Visiting the agent's own machine: the same script, run by its own shell."""

import contextlib
import os
import secrets
import selectors
import signal
import subprocess
from collections.abc import Sequence
from typing import IO, cast

from agent.conversation import converse
from agent.listeners import VARIABLE, listeners
from agent.plan import Question
from agent.script import SHELL, build, encode
from agent.stop import SLICE, Stop
from agent.transcript import Transcript, last_line
from agent.visit import Limits, Visit
from checks.platforms.platform import Platform
from checks.ssh import Connection, Outcome

PIECE = 65536
"""Bytes read at once."""


class ProcessLine:
    """A shell of our own, in a session of its own."""

    def __init__(self) -> None:
        found = listeners()
        environment = {**os.environ, **({VARIABLE: found} if found is not None else {})}
        self.error = b""
        self._process = subprocess.Popen(  # noqa: S603 - our own script, whose arguments are quoted
            SHELL,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd="/",
            bufsize=0,
            start_new_session=True,
        )
        self._in = cast("IO[bytes]", self._process.stdin)
        self._out = cast("IO[bytes]", self._process.stdout)
        self._err = cast("IO[bytes]", self._process.stderr)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._out, selectors.EVENT_READ)
        self._selector.register(self._err, selectors.EVENT_READ)

    def send(self, script: bytes) -> None:
        """Send the script."""
        with contextlib.suppress(BrokenPipeError):  # the shell is gone: `receive` meets the same end
            rest = memoryview(script)
            while rest:
                rest = rest[self._in.write(rest) :]
        with contextlib.suppress(BrokenPipeError):
            self._in.close()

    def receive(self) -> bytes | None:
        """The next bytes of standard output; standard error is kept aside."""
        for key, _ in self._selector.select(SLICE):
            data = os.read(key.fd, PIECE)
            if key.fileobj is self._out:
                return data
            self.error = (self.error + data)[-PIECE:]
            if not data:
                self._selector.unregister(key.fileobj)
        return None

    def close(self) -> None:
        """End the shell, which ends its probes; by force if it does not hear."""
        self._selector.close()
        self._process.terminate()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._out.close()
        self._err.close()


def visit_local(questions: Sequence[Question], platforms: Sequence[Platform], limits: Limits, stop: Stop) -> Visit:
    """Ask this machine everything."""
    mark = secrets.token_hex(16)
    transcript = Transcript(questions, mark)
    script = encode(build(questions, platforms, mark))
    try:
        line = ProcessLine()
    except OSError as error:
        return Visit(Connection(Outcome.NO_SHELL, f"{SHELL[0]} cannot be started: {error.strerror}"), {})
    early = converse(line, script, transcript, limits, stop)
    if early is None:
        return Visit(Connection(Outcome.CONNECTED), transcript.answers())
    said = last_line(line.error) if early.lost else ""
    reason = f"the shell ended early{f': {said}' if said else ''}" if early.lost else early.reason
    outcome = early.outcome if transcript.hello or not early.lost else Outcome.NO_SHELL
    return Visit(Connection(outcome, reason), transcript.answers(reason) if transcript.hello else {})
