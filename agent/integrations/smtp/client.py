"""The SMTP client: TLS verified, logged in, and one recipient a message; replies of the server as typed errors."""

import base64
import ipaddress
import re
import smtplib
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from agent.domain.errors import AuthenticationError, PermanentError, ServiceError, TransientError, UnknownOutcomeError
from checks.redaction import redact
from inventory.mail import Mail

TIMEOUT = 60.0
"""Seconds to connect, and for one reply."""
LONGEST_ANSWER = 65_536
"""Bytes of a reply at most."""


class SmtpSession(smtplib.SMTP):
    """An unencrypted connection, until STARTTLS. Raises OSError, of which smtplib's errors are subclasses."""

    _rest = b""  # bytes received after the last reply

    def getreply(self, patience: float | None = None) -> tuple[int, bytes]:
        """Return one reply, within so many seconds. Its code is -1 if it is not SMTP."""
        try:
            return self._answer(time.monotonic() + (TIMEOUT if patience is None else patience))
        except BaseException:
            self.close()
            raise

    def starttls(self, *every: Any, **named: Any) -> tuple[int, bytes]:
        """Switch to TLS. Close the connection if more bytes came in clear: anybody may have sent them."""
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


class SmtpTlsSession(SmtpSession, smtplib.SMTP_SSL):
    """A connection with TLS from its beginning."""


Reply = tuple[int, bytes]
"""The code, -1 if it is not SMTP, and the lines."""

HIDDEN = "[hidden]"

_NOT_LET_IN = (530, 534, 535, 538)  # at any stage: log in first, or in another way (RFC 4954)
_LONGEST = 300  # characters


class ServerReply:
    """Formats a server's reply for logs and people: on one line, without addresses and without our secrets."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Hide these secrets, in every encoding."""
        forms = [
            form
            for one in secrets
            if one
            for form in (one, base64.b64encode(one.encode("utf-8", "surrogateescape")).decode())
        ]
        self._secrets = tuple(sorted(forms, key=len, reverse=True))

    def __call__(self, reply: Reply) -> str:
        """Return code and text."""
        text = reply[1].decode("utf-8", "replace")
        for one in self._secrets:
            text = text.replace(one, HIDDEN)
        said = redact(" ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split()), _LONGEST)
        return f"{reply[0]} {said}".strip() if reply[0] > 0 else "something that is no SMTP"


def declined(code: int, reason: str, remedy: str, kind: type[ServiceError]) -> ServiceError:
    """Return the error for a negative reply: `kind` with its remedy for a permanent one, else a transient error."""
    if code in _NOT_LET_IN:
        return AuthenticationError(reason, "say in the inventory as whom to log in: services.mail.user", code=code)
    if not 500 <= code < 600:
        return TransientError(reason, code=max(code, 0))
    return kind(reason, remedy, code=code)


def too_much(code: int) -> type[ServiceError]:
    """Return the error class for a rejected sender: the message is too big, or we may not use that address."""
    return PermanentError if code == 552 else AuthenticationError


END_TIMEOUT = 600.0
"""Seconds for the reply to a whole message; a client that gives up sooner sends it twice (RFC 5321, 4.5.3.2.6)."""
QUIT_TIMEOUT = 5.0

_OUR_NAME = "[127.0.0.1]"  # as mail programs do: valid, needs no DNS, and reveals no name of our machine to clients
_CREDENTIALS = "renew the password where it is kept, or fix services.mail.user"
_ADDRESS = "correct the address in the inventory, drop this message, and send the report again"
_GONE = "drop this message, or fix what the mail server complains of and retry it"


class SmtpClient:
    """The client of the configured mail server. Its methods raise ServiceError, without secrets."""

    def __init__(self, config: Mail, password: str | None) -> None:
        """Create it without a connection."""
        user = config.user or ""
        self._config, self._password = config, password or ""
        self._words = ServerReply((self._password, f"\0{user}\0{self._password}"))
        self._session: SmtpSession | None = None

    @property
    def name(self) -> str:
        """Return the server's name for messages."""
        return f"{self._config.host}:{self._config.port}"

    def ready(self) -> None:
        """Open a session, or keep the open one if the server still accepts it."""
        if self._session is not None:
            with suppress(OSError):
                if self._session.docmd("RSET")[0] == 250:
                    return
            self.close()
        self._session = self._opened()

    def send(self, sender: str, recipient: str, message: bytes) -> str:
        """Send a message to one recipient, once. Returns the server's reply. Requires `ready`.

        `sender` and `recipient` come from `travelling`. UnknownOutcomeError only where the whole message was sent.
        """
        if self._session is None:
            raise TransientError(f"no session with {self.name} is open")
        try:
            self._address(self._session, sender, recipient, len(message))
            return self._hand_over(self._session, message)
        except PermanentError:
            raise
        except ServiceError:
            self.close()
            raise

    def close(self) -> None:
        """Quit and close the connection."""
        session, self._session = self._session, None
        if session is not None:
            with suppress(OSError):
                session.putcmd("QUIT")
                session.getreply(QUIT_TIMEOUT)
            session.close()

    def _opened(self) -> SmtpSession:
        with self._breaking("does not answer as a mail server"):
            session = self._connected()
        try:
            with self._breaking("ended the connection"):
                self._secure(session)
                self._log_in(session)
        except BaseException:
            session.close()
            raise
        return session

    def _connected(self) -> SmtpSession:
        config, timeout = self._config, TIMEOUT
        if config.security == "tls":
            return SmtpTlsSession(config.host, config.port, _OUR_NAME, timeout=timeout, context=self._trust())
        return SmtpSession(config.host, config.port, _OUR_NAME, timeout)

    def _secure(self, session: SmtpSession) -> None:
        session.ehlo_or_helo_if_needed()
        if self._config.security == "starttls":
            if not session.has_extn("starttls"):
                raise AuthenticationError(f"{self.name} offers no STARTTLS", "is this the right port? 465 is for tls")
            session.starttls(context=self._trust())
            session.ehlo_or_helo_if_needed()
        elif self._config.security == "none" and not _is_here(session):
            raise AuthenticationError(
                f"{self.name} is another machine: nothing goes there in clear", "write security: tls"
            )

    def _trust(self) -> ssl.SSLContext:
        ca = self._config.ca
        try:
            return ssl.create_default_context(cafile=str(ca) if ca else None)
        except OSError as error:
            why = "no certificate is in it" if isinstance(error, ssl.SSLError) else error.strerror
            raise AuthenticationError(
                f"{ca}: {why}", "put there the certificates to trust, as services.mail.ca says"
            ) from error

    def _log_in(self, session: SmtpSession) -> None:
        """Log in, if the inventory has a user. The server's reply to credentials is not repeated."""
        user = self._config.user
        if user is None:
            return
        ways = session.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in ways:
            coded = _coded(f"\0{user}\0{self._password}")
            steps = [f"AUTH PLAIN {coded}", coded]  # again where the server asks for it nevertheless
        elif "LOGIN" in ways:
            steps = ["AUTH LOGIN", _coded(user), _coded(self._password)]
        else:
            raise AuthenticationError(f"{self.name} offers no way to log in that we know", "is this the right port?")
        code = 334
        for step in steps:
            if code == 334:
                code = session.docmd(step)[0]
        if code != 235:
            raise declined(code, f"{self.name} does not let us log in ({code})", _CREDENTIALS, AuthenticationError)

    def _address(self, session: SmtpSession, sender: str, recipient: str, octets: int) -> None:
        """Send the envelope: sender and recipient."""
        extended = not (sender + recipient).isascii()
        if extended and not session.has_extn("smtputf8"):
            raise PermanentError(f"{self.name} cannot send to {recipient}: it takes no letters but ASCII", _ADDRESS)
        session.command_encoding = "utf-8" if extended else "ascii"
        options = (f" SIZE={octets}" if session.has_extn("size") else "") + (" SMTPUTF8" if extended else "")
        with self._breaking("ended the connection before the message was sent"):
            reply = session.docmd(f"MAIL FROM:<{sender}>{options}")
            if reply[0] != 250:
                raise self._declined(reply, f"takes no mail from {sender}", _GONE, too_much(reply[0]))
            reply = session.docmd(f"RCPT TO:<{recipient}>")
            if reply[0] not in (250, 251, 252):
                raise self._declined(reply, f"takes no mail to {recipient}", _ADDRESS, PermanentError)

    def _hand_over(self, session: SmtpSession, message: bytes) -> str:
        with self._breaking("ended the connection before the message was sent"):
            reply = session.docmd("DATA")
            if reply[0] != 354:
                raise self._declined(reply, "does not take the message", _GONE, PermanentError)
            session.send(message.replace(b"\r\n.", b"\r\n.."))
        with self._breaking("ended the connection before it said whether it has the message", UnknownOutcomeError):
            session.send(b".\r\n")
            reply = session.getreply(END_TIMEOUT)
        if reply[0] == 250:
            return self._words(reply)
        if not 400 <= reply[0] < 600:
            raise UnknownOutcomeError(f"{self.name} answered {self._words(reply)}")
        raise self._declined(reply, "does not take the message", _GONE, PermanentError)

    def _declined(self, reply: Reply, about: str, remedy: str, kind: type[ServiceError]) -> ServiceError:
        return declined(reply[0], f"{self.name} {about}: {self._words(reply)}", remedy, kind)

    @contextmanager
    def _breaking(self, about: str, otherwise: type[ServiceError] = TransientError) -> Iterator[None]:
        """Raise errors of the connection as ServiceError."""
        try:
            yield
        except ssl.SSLCertVerificationError as error:
            reason = f"{self.name} shows a certificate that is not trusted: {error.verify_message}"
            raise AuthenticationError(reason, "is services.mail.host right, and services.mail.ca?") from error
        except smtplib.SMTPResponseException as error:
            reply = error.smtp_code, _bytes(error.smtp_error)
            raise self._declined(
                reply, "does not serve us", "is services.mail.host right?", AuthenticationError
            ) from error
        except ssl.SSLError as error:
            if self._config.security == "tls" and "WRONG_VERSION_NUMBER" in str(error):
                raise AuthenticationError(
                    f"{self.name} speaks no TLS", "is this the right port? 587 is for starttls"
                ) from error
            raise otherwise(f"{self.name} {about}") from error
        except OSError as error:
            raise otherwise(f"{self.name} {about}") from error


def _coded(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def _is_here(session: SmtpSession) -> bool:
    """Whether the server runs on this machine."""
    return session.sock is not None and ipaddress.ip_address(session.sock.getpeername()[0]).is_loopback
