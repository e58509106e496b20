"""Visiting one host over SSH: one connection, one channel, one script."""

import logging
import secrets
import shlex
from collections.abc import Sequence

import paramiko

from agent.cancellation import SLICE
from agent.collect.plan import Question, Visit
from agent.collect.script import SHELL, build, encode
from agent.collect.ssh.connect import Connector
from agent.collect.ssh.socket import HostConnectionError
from agent.collect.transcript import Transcript, last_line
from agent.collect.transport import EarlyExit, converse
from checks.platforms import Platform
from checks.ssh import Connection, Outcome
from inventory.model import Host

PIECE = 32768
"""Bytes sent or received at once."""

ERROR_LIMIT = 4000
"""Bytes kept of what the login shell itself complains about, the last ones."""


class ChannelTransport:
    """The one channel of a visit. Closing it closes the connection: what holds it open on the host is no matter."""

    def __init__(self, transport: paramiko.Transport, seconds: float) -> None:
        self.error = b""  # the channel's standard error
        self.lost = False  # at the end: whether it was the connection that ended, not the shell
        self.exit_code: int | None = None  # at the end: the shell's, where the server told
        self._transport = transport
        self._channel = transport.open_session(timeout=seconds)
        self._channel.settimeout(SLICE)

    def send(self, script: bytes) -> None:
        """Start the shell and send the script."""
        rest = memoryview(script)
        try:
            self._channel.exec_command(shlex.join(SHELL))
            while rest and not self._channel.closed:
                try:
                    rest = rest[self._channel.send(bytes(rest[:PIECE])) :]
                except TimeoutError:
                    continue
            self._channel.shutdown_write()
        except (paramiko.SSHException, EOFError, OSError):
            return  # `receive` meets the same end, and tells what became of it

    def receive(self) -> bytes | None:
        """The next bytes of standard output."""
        while self._channel.recv_stderr_ready():
            self.error = (self.error + self._channel.recv_stderr(PIECE))[-ERROR_LIMIT:]
        try:
            data = self._channel.recv(PIECE)
        except TimeoutError:
            return None
        if not data:
            self._note_end()
        return data

    def close(self) -> None:
        """Close the connection under it."""
        self._transport.close()

    def _note_end(self) -> None:
        """Tell a shell that ended from a connection that did. The signs come in any order, so both get a moment."""
        self._channel.status_event.wait(1)
        if self._channel.exit_status_ready() and self._channel.exit_status >= 0:
            self.exit_code = self._channel.exit_status
        if self.exit_code is None and not self._channel.eof_received:
            self._transport.join(0.5)
            self.lost = not self._transport.is_active()


# What paramiko logs as errors, traceback and all, are answers to us.
logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)


def visit_ssh(host: Host, questions: Sequence[Question], platforms: Sequence[Platform], connector: Connector) -> Visit:
    """Ask a host everything. Never raises for what a network or a host can do."""
    mark = secrets.token_hex(16)
    transcript = Transcript(questions, mark)
    script = encode(build(questions, platforms, mark))
    limits = connector.limits
    try:
        with connector.session(host) as session:
            line = ChannelTransport(session.transport, limits.channel)
            early = converse(line, script, transcript, limits, connector.stop)
    except HostConnectionError as error:
        return Visit(error.connection, {})
    except (paramiko.SSHException, EOFError, OSError) as error:
        said = error.text if isinstance(error, paramiko.ChannelException) else str(error)
        reason = f"the server lets us in, but opens no session: {said or 'it hung up'}"
        return Visit(Connection(Outcome.NO_SHELL, reason), {})
    if not transcript.hello:
        return Visit(_unheard(early, transcript, line), {})
    if early is None:
        return Visit(Connection(Outcome.CONNECTED, notes=session.notes), transcript.answers())
    reason = _why(early, line)
    return Visit(Connection(early.outcome, reason), transcript.answers(reason, cause=early.cause))


def _unheard(early: EarlyExit | None, transcript: Transcript, line: ChannelTransport) -> Connection:
    """What to make of a login after which the script did not speak."""
    if early is None or not early.lost:
        return Connection(early.outcome, f"logged in, but {early.reason}") if early else Connection(Outcome.PROTOCOL)
    if line.lost:
        return Connection(Outcome.CUT, "the connection was lost right after the login")
    said = last_line(line.error) or last_line(transcript.noise)
    code = "no exit code" if line.exit_code is None else f"exit code {line.exit_code}"
    reason = f"logged in, but the account does not run what it is sent: {said or code}"
    return Connection(Outcome.NO_SHELL, reason, "give the account a shell, and no forced command")


def _why(early: EarlyExit, line: ChannelTransport) -> str:
    if not early.lost:
        return early.reason
    if not line.lost:
        said = last_line(line.error)
        return "the shell on the host ended early" + (f": {said}" if said else "")
    return "the connection was lost"
