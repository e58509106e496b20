"""Visits of the agent's own machine: the same script, run by a local shell."""

import contextlib
import ipaddress
import os
import secrets
import selectors
import signal
import socket
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import IO, cast

import psutil

from agent.cancellation import SLICE, CancellationToken
from agent.collect.plan import Limits, Question, Visit
from agent.collect.script import SHELL, build, encode
from agent.collect.transcript import Transcript, last_line
from agent.collect.transport import converse
from checks.platforms import Platform
from checks.ssh import Connection, Outcome

VARIABLE = "SITEROUNDS_LISTENERS"
"""Where the firewall's probe looks before it calls ss, which a small machine may not have."""


LIMIT = 100_000
"""Bytes of the longest text that an environment may hold, with some to spare."""


@dataclass(frozen=True, slots=True)
class _Listener:
    """One open socket."""

    udp: bool
    address: str
    port: int
    pid: int | None
    descriptor: int


def listeners() -> str | None:
    """Lines as `ss -H -lntup` prints them; None where the kernel does not say, or says too much."""
    try:
        found = psutil.net_connections(kind="inet")
    except (psutil.Error, OSError):
        return None
    all_ = [
        _Listener(one.type == socket.SOCK_DGRAM, one.laddr.ip, one.laddr.port, one.pid, max(one.fd, 0))
        for one in found
        if one.laddr and not one.raddr and (one.type == socket.SOCK_DGRAM or one.status == psutil.CONN_LISTEN)
    ]
    names = {pid: _name(pid) for pid in {one.pid for one in all_ if one.pid}}
    told = "".join(f"{_line(one, all_, names.get(one.pid or 0, ''))}\n" for one in all_)
    return told if len(told.encode()) <= LIMIT else None


def _line(one: _Listener, all_: Collection[_Listener], name: str) -> str:
    address = ipaddress.ip_address(one.address)
    shown = f"[{address}]" if address.version == 6 else str(address)
    if address.version == 6 and address.is_unspecified and not any(_same_on_v4(one, other) for other in all_):
        shown = "*"  # nobody else has the port on IPv4, so this socket most likely takes both
    peer = {"[": "[::]:*", "*": "*:*"}.get(shown[0], "0.0.0.0:*")
    users = f' users:(("{name}",pid={one.pid},fd={one.descriptor}))' if name else ""
    return f"{'udp UNCONN' if one.udp else 'tcp LISTEN'} 0 0 {shown}:{one.port} {peer}{users}"


def _same_on_v4(one: _Listener, other: _Listener) -> bool:
    place = ipaddress.ip_address(other.address)
    return place.version == 4 and place.is_unspecified and (other.udp, other.port) == (one.udp, one.port)


def _name(pid: int) -> str:
    """A process's name without what would break the line; "" if it is gone or not ours to see."""
    try:
        name = psutil.Process(pid).name()
    except psutil.Error:
        return ""
    return "".join(char for char in name if char.isprintable() and char not in '"()')


PIECE = 65536
"""Bytes read at once."""


class ProcessTransport:
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


def visit_local(
    questions: Sequence[Question], platforms: Sequence[Platform], limits: Limits, stop: CancellationToken
) -> Visit:
    """Ask this machine everything."""
    mark = secrets.token_hex(16)
    transcript = Transcript(questions, mark)
    script = encode(build(questions, platforms, mark))
    try:
        line = ProcessTransport()
    except OSError as error:
        return Visit(Connection(Outcome.NO_SHELL, f"{SHELL[0]} cannot be started: {error.strerror}"), {})
    early = converse(line, script, transcript, limits, stop)
    if early is None:
        return Visit(Connection(Outcome.CONNECTED), transcript.answers())
    said = last_line(line.error) if early.lost else ""
    reason = f"the shell ended early{f': {said}' if said else ''}" if early.lost else early.reason
    outcome = early.outcome if transcript.hello or not early.lost else Outcome.NO_SHELL
    return Visit(Connection(outcome, reason), transcript.answers(reason, cause=early.cause) if transcript.hello else {})
