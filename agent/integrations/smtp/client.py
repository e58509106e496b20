"""A mail server that hands messages on: verified, logged in to, and told of one recipient at a time."""

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
"""Seconds to connect, and for one answer."""
LONGEST_ANSWER = 65_536
"""Bytes."""


class SmtpSession(smtplib.SMTP):
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


class SmtpTlsSession(SmtpSession, smtplib.SMTP_SSL):
    """A connection that is encrypted from its beginning."""


Reply = tuple[int, bytes]
"""Its code, -1 where it is no SMTP, and its lines."""

HIDDEN = "[hidden]"

_NOT_LET_IN = (530, 534, 535, 538)  # wherever they come: log in first, or otherwise (RFC 4954)
_LONGEST = 300  # characters


class ServerReply:
    """Makes a server's words fit to be kept and shown: on one line, without addresses and without our secrets."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """Leave these out, however they are encoded."""
        forms = [
            form
            for one in secrets
            if one
            for form in (one, base64.b64encode(one.encode("utf-8", "surrogateescape")).decode())
        ]
        self._secrets = tuple(sorted(forms, key=len, reverse=True))

    def __call__(self, reply: Reply) -> str:
        """Code and text."""
        text = reply[1].decode("utf-8", "replace")
        for one in self._secrets:
            text = text.replace(one, HIDDEN)
        said = redact(" ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split()), _LONGEST)
        return f"{reply[0]} {said}".strip() if reply[0] > 0 else "something that is no SMTP"


def declined(code: int, reason: str, remedy: str, kind: type[ServiceError]) -> ServiceError:
    """The error that a reply other than a good one means; `kind` and its remedy where the server would say it again."""
    if code in _NOT_LET_IN:
        return AuthenticationError(reason, "say in the inventory as whom to log in: services.mail.user", code=code)
    if not 500 <= code < 600:
        return TransientError(reason, code=max(code, 0))
    return kind(reason, remedy, code=code)


def too_much(code: int) -> type[ServiceError]:
    """What a server means that declines a sender: this message is too big, or we may not write in that name."""
    return PermanentError if code == 552 else AuthenticationError


END_TIMEOUT = 600.0
"""Seconds for the answer to a whole message: whoever gives up sooner sends it twice (RFC 5321, 4.5.3.2.6)."""
QUIT_TIMEOUT = 5.0

_OUR_NAME = (
    "[127.0.0.1]"  # as mail programs call themselves: true, asks no DNS, and names no machine of ours to clients
)
_CREDENTIALS = "renew the password where it is kept, or mend services.mail.user"
_ADDRESS = "correct the address in the inventory, drop this message, and send the report again"
_GONE = "drop this message, or mend what the mail server complains of and retry it"


class SmtpClient:
    """The server that the inventory names. Its methods raise ServiceError, in which nothing is secret."""

    def __init__(self, config: Mail, password: str | None) -> None:
        """Nothing is opened yet."""
        user = config.user or ""
        self._config, self._password = config, password or ""
        self._words = ServerReply((self._password, f"\0{user}\0{self._password}"))
        self._session: SmtpSession | None = None

    @property
    def name(self) -> str:
        """How it is called where something is said about it."""
        return f"{self._config.host}:{self._config.port}"

    def ready(self) -> None:
        """Have a session in which a message can be sent: the one that is open, if the server still wants it."""
        if self._session is not None:
            with suppress(OSError):
                if self._session.docmd("RSET")[0] == 250:
                    return
            self.close()
        self._session = self._opened()

    def send(self, sender: str, recipient: str, message: bytes) -> str:
        """Hand over a message to one recipient, once; gives what the server said. Only when `ready`.

        `sender` and `recipient` are as `travelling` gives them. UncertainError only where the whole message was sent.
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
        """Say goodbye."""
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
        """Log in, if we are somebody there; what the server answers to credentials is not repeated."""
        user = self._config.user
        if user is None:
            return
        ways = session.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in ways:
            coded = _coded(f"\0{user}\0{self._password}")
            steps = [f"AUTH PLAIN {coded}", coded]  # once more where the server asks nevertheless
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
        """Say from whom and to whom."""
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
        """Turn what the connection raises into what it means."""
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
    """Whether the server is on this very machine."""
    return session.sock is not None and ipaddress.ip_address(session.sock.getpeername()[0]).is_loopback
