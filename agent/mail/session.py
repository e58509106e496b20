"""One connection to a mail server: as smtplib has it, but no answer is endless, and none comes before its question."""

import smtplib
import time
from typing import Any

TIMEOUT = 60.0
"""Seconds to connect, and for one answer."""
LONGEST_ANSWER = 65_536
"""Bytes."""


class Session(smtplib.SMTP):
    """A connection in clear, until STARTTLS. Raises OSError, of which smtplib's own errors are."""

    _rest = b""  # what has come beyond the last answer

    def getreply(self, patience: float | None = None) -> tuple[int, bytes]:
        """One answer, in so many seconds; its code is -1 where it is no SMTP."""
        try:
            return self._answer(time.monotonic() + (TIMEOUT if patience is None else patience))
        except BaseException:
            self.close()
            raise

    def starttls(self, *every: Any, **named: Any) -> tuple[int, bytes]:
        """Go on encrypted; what was said in clear beyond the answer may have been said by somebody else."""
        reply = super().starttls(*every, **named)
        if self._rest:
            self.close()
            raise smtplib.SMTPServerDisconnected("more was said in clear")
        return reply

    def _answer(self, ends: float) -> tuple[int, bytes]:
        said: list[bytes] = []
        room = LONGEST_ANSWER
        while True:
            line = self._line(ends, room)
            room -= len(line) + 1
            said.append(line[4:].strip())
            if not line[:3].isdigit() or line[3:4].strip() not in (b"", b"-"):
                return -1, b""
            if line[3:4] != b"-":
                return int(line[:3]), b"\n".join(said)

    def _line(self, ends: float, longest: int) -> bytes:
        while b"\n" not in self._rest and len(self._rest) <= longest:
            left = ends - time.monotonic()
            if left <= 0 or self.sock is None:
                raise TimeoutError("no whole answer in time")
            self.sock.settimeout(left)
            more = self.sock.recv(4096)
            if not more:
                raise smtplib.SMTPServerDisconnected("it ended the connection")
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\n")
        if len(line) > longest:
            raise smtplib.SMTPServerDisconnected("the answer does not end")
        if self.sock is not None:
            self.sock.settimeout(TIMEOUT)
        return line


class TlsSession(Session, smtplib.SMTP_SSL):
    """A connection that is encrypted from its beginning."""
