"""A receiving mail server: aiosmtpd, which can be told to refuse, to put off, and to break off."""

import asyncio
import email
import ssl
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.agent.integrations.smtp.reports import PASSWORD

CUT = "cut"
"""Instead of an answer: end the connection."""
HANG = "hang"
"""Instead of an answer: say nothing."""


@dataclass(frozen=True)
class Received:
    """A message that the server has taken on."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    options: tuple[str, ...]
    encrypted: bool
    user: str

    @property
    def identity(self) -> str:
        """By which a second copy is known."""
        return str(email.message_from_bytes(self.content)["Message-ID"])


@dataclass
class Inbox:
    """What has come in, and what is to be answered instead of OK: first what is first in the list of a command."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    greeted: list[str] = field(default_factory=list)  # the names that clients call themselves
    sessions: int = 0
    hidden: frozenset[str] = frozenset()  # extensions that are not offered
    then: Callable[[], object] = lambda: None  # what happens when a message was taken on

    def kept(self) -> dict[str, Received]:
        """The messages as a server keeps them that knows a second copy: the first of each Message-ID."""
        found: dict[str, Received] = {}
        for one in self.received:
            found.setdefault(one.identity, one)
        return found

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.greeted.append(hostname)
        session.host_name = hostname
        kept = [one for one in responses if one[4:].split(" ")[0] not in self.hidden]
        return [*kept[:-1], f"250 {kept[-1][4:]}"]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if instead := await self._instead(server, "MAIL"):
            return instead
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if instead := await self._instead(server, "RCPT"):
            return instead
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_RSET(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return await self._instead(server, "RSET") or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if instead := await self._instead(server, "DATA"):
            return instead
        assert isinstance(envelope.content, bytes)
        made = Received(
            envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content, tuple(envelope.mail_options),
            _transport(server).get_extra_info("sslcontext") is not None,
            (session.auth_data.login.decode() if session.auth_data else ""),
        )  # fmt: skip
        self.received.append(made)
        self.then()
        return await self._instead(server, "DATA END") or f"250 2.0.0 OK: queued as {len(self.received)}"

    async def _instead(self, server: SMTP, command: str) -> str:
        answers = self.answers[command]
        said = answers.pop(0) if answers else ""
        if said == CUT:
            _transport(server).abort()
        if said in (CUT, HANG):
            await asyncio.sleep(3600)
        return said


def _transport(server: SMTP) -> asyncio.Transport:
    assert isinstance(server.transport, asyncio.Transport)
    return server.transport


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
) -> AuthResult:
    good = (data.login, data.password) == (b"reports", PASSWORD.encode())
    return AuthResult(success=good, handled=False, auth_data=data if good else None)


@contextmanager
def inbox(
    starttls: ssl.SSLContext | None = None, tls: ssl.SSLContext | None = None, hidden: str = "", **more: Any
) -> Iterator[Inbox]:
    """A server on 127.0.0.1; `hidden` are extensions that it does not offer."""
    made = Inbox(hidden=frozenset(hidden.split()))
    loop = asyncio.new_event_loop()
    options = {
        "hostname": "mail.agency.example", "tls_context": starttls, "authenticator": _authenticate, "timeout": 60,
        "auth_require_tls": starttls is not None, "enable_SMTPUTF8": True, "loop": loop, **more,
    }  # fmt: skip

    def speak() -> SMTP:
        made.sessions += 1
        return SMTP(made, **options)

    server = loop.run_until_complete(loop.create_server(speak, "127.0.0.1", 0, ssl=tls))
    made.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        asyncio.run_coroutine_threadsafe(_ended(server), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _ended(server: asyncio.AbstractServer) -> None:
    server.close()
    for one in asyncio.all_tasks() - {asyncio.current_task()}:
        one.cancel()
    await asyncio.sleep(0)
