"""A script's way to a host's shell and back, over one SSH channel."""

import shlex

import paramiko

from agent.script import SHELL
from agent.stop import SLICE

PIECE = 32768
"""Bytes sent or received at once."""

ERROR_LIMIT = 4000
"""Bytes kept of what the login shell itself complains about, the last ones."""


class ChannelLine:
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
