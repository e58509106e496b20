"""Reports by mail: one outbox message a recipient with its whole content, and its delivery over SMTP."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from agent.clock import now
from agent.domain.errors import AuthenticationError, PermanentError, TransientError
from agent.domain.messages import Action, Delivered, DeliveryStore, Draft, Message
from agent.domain.payloads import MailImage, MailPayload, MailRecipient
from agent.files import write_whole
from agent.integrations.protocol import ClientContext, ConnectionResult, Request, payload_of
from agent.integrations.rate_limit import Limit, RateLimitStore, delay, reserve
from agent.integrations.smtp.client import SmtpClient
from agent.integrations.smtp.message import Envelope, Inline, Parts, compose, message_id, travelling
from inventory.mail import Address, Dkim, Mail
from inventory.model import Inventory

MAIL = "mail"
"""The integration's name."""

Seal = Callable[[bytes, datetime], bytes]
"""Signs a message as of a moment."""


@dataclass(frozen=True, slots=True)
class ReportIdentity:
    """The identity of a report."""

    environment: str  # as in the inventory's services
    client: str | None  # its name in the inventory; None means the agency's overview
    period: str  # the key of the period
    at: datetime  # when it was rendered, in the time zone to be shown


def drafts(parts: Parts, config: Mail, recipients: Sequence[Address], edition: ReportIdentity) -> tuple[Draft, ...]:
    """Return one message a recipient, so that one rejected address keeps no other from getting the report.

    ValueError where an address or a part of the report is unsound: nothing is to be written down then.
    """
    found: dict[str, Draft] = {}
    for one in recipients:
        try:
            travelling(one.email)
        except ValueError as error:
            raise ValueError(f"{one.email}: {error}") from error
        identity = message_id(edition.environment, edition.client, edition.period, one.email, config.sender.email)
        payload = _payload(parts, one, edition, identity)
        encoded(payload, config)
        found.setdefault(identity, Draft(MAIL, Action.SEND, f"{MAIL}:{identity}", payload))
    return tuple(found.values())


def encoded(payload: MailPayload, config: Mail, seal: Seal | None = None) -> bytes:
    """Return the bytes of the mail. Raises ValueError if a part of it is invalid."""
    envelope = _envelope(payload, config)
    message = compose(_parts(payload), envelope)
    return seal(message, envelope.date) if seal else message


def preview(payload: MailPayload, config: Mail) -> dict[str, Any]:
    """Return its header fields, unfolded and unsigned, its text, and its size in octets."""
    message = encoded(payload, config)
    fields = message.partition(b"\r\n\r\n")[0].decode().replace("\r\n ", " ").split("\r\n")
    return {"headers": fields, "text": payload.text, "octets": len(message)}


def to_file(message: Message, config: Mail, folder: Path) -> Path:
    """Write a mail into a folder instead of sending it: as first sent, else unsigned. Returns the file.

    FileError where it cannot be written, ValueError where it is unsound.
    """
    if not isinstance(message.payload, MailPayload):
        raise ValueError(f"message #{message.id} is no report that is still to be sent")
    body = message.body if message.body is not None else encoded(message.payload, config)
    path = folder / f"{message.id}-{quote(message.payload.to.email, safe='@+')[:100]}.eml"
    write_whole(path, body.decode())
    return path


def _payload(parts: Parts, to: Address, edition: ReportIdentity, identity: str) -> MailPayload:
    return MailPayload(
        subject=parts.subject, html=parts.html, text=parts.text, language=parts.language,
        to=MailRecipient(to.name, to.email), client=edition.client, period=edition.period, message_id=identity,
        date=edition.at, inline=tuple(MailImage(one.cid, one.png) for one in parts.inline), pdf=parts.pdf,
        pdf_name=parts.pdf_name,
    )  # fmt: skip


def _parts(payload: MailPayload) -> Parts:
    inline = tuple(Inline(one.cid, one.png) for one in payload.inline)
    return Parts(payload.subject, payload.html, payload.text, payload.language, inline, payload.pdf, payload.pdf_name)


def _envelope(payload: MailPayload, config: Mail) -> Envelope:
    recipient, links = Address(payload.to.name, payload.to.email), tuple(_links(payload.client, config))
    return Envelope(config.sender, recipient, payload.date, payload.message_id, config.reply_to, links)


def _links(client: str | None, config: Mail) -> list[str]:
    """Return the links to unsubscribe; the agency's own overview has none."""
    if client is None:
        return []
    name, links = quote(client, safe=""), []
    if config.unsubscribe.url:
        links.append(config.unsubscribe.url.replace("{client}", name))
    if config.unsubscribe.email:
        place = quote(travelling(config.unsubscribe.email), safe="@")
        links.append(f"mailto:{place}?subject=unsubscribe%20{name}")
    return links


PATIENCE = 30.0
"""Seconds that a mail waits for the rate limit; a longer wait raises TransientError."""

_UNSOUND = "correct that in the inventory, drop this message, and send the report again"


class MailIntegration:
    """The integration of the agency's mail server."""

    name = MAIL
    label = MAIL

    def __init__(self, config: Mail) -> None:
        """Create it without a connection."""
        self._config = config
        self.address = f"{config.host}:{config.port}"

    def limits(self) -> tuple[Limit, ...]:
        """Return the limit of all messages."""
        return (_limit(self._config),)

    def check_connection(self, inventory: Inventory, context: ClientContext) -> ConnectionResult:  # noqa: ARG002
        """Check that the server accepts a message from us."""
        relay = self._relay(context)
        try:
            relay.ready()
        finally:
            relay.close()
        return ConnectionResult("takes mail from us")

    def connect(self, context: ClientContext) -> "MailDelivery":
        """Open a session. Raises SecretError, ServiceError."""
        dkim = self._config.dkim
        return MailDelivery(self._config, self._relay(context), _seal(dkim, context) if dkim else None, context.paces)

    def preview(self, message: Message, store: DeliveryStore) -> Request:  # noqa: ARG002
        """Return the mail as it would be sent."""
        mail = payload_of(message, MailPayload)
        return Request("SEND", mail.to.email, preview(mail, self._config))

    def readdress(self, message: Message, inventory: Inventory) -> Message:  # noqa: ARG002
        """Return the message unchanged: another recipient gets a message of its own."""
        return message

    def _relay(self, context: ClientContext) -> SmtpClient:
        return SmtpClient(self._config, context.secrets(self._config.password) if self._config.password else None)


class MailDelivery:
    """A session in which reports are sent by the mail server.

    SMTP has no look-up: nobody can ask whether a message whose outcome we did not see has arrived. Such a message is
    sent again after the pause, the very same bytes with the same Message-ID, by which servers and mail programs
    recognise the second copy. All that can fail before it is sent, fails before it counts as perhaps sent.
    """

    name = MAIL

    def __init__(self, config: Mail, relay: SmtpClient, seal: Seal | None, paces: RateLimitStore) -> None:
        """Deliver through this client; `seal` signs. None means unsigned."""
        self._config, self._relay, self._seal, self._paces = config, relay, seal, paces

    def close(self) -> None:
        """Close the connection."""
        self._relay.close()

    def deliver(self, message: Message, store: DeliveryStore) -> Delivered:
        """Send a report, effectively once. Raises ServiceError, SupersededError."""
        mail = payload_of(message, MailPayload)
        address = mail.to.email
        try:
            sender, recipient = travelling(self._config.sender.email), travelling(address)
            body = message.body
            if body is None:
                body = encoded(mail, self._config, self._seal)
        except ValueError as error:
            raise PermanentError(f"the report cannot be mailed to {address}: {error}", _UNSOUND) from error
        self._wait()
        self._relay.ready()
        store.mark_sending(message, mail.message_id, body)
        said = self._relay.send(sender, recipient, body)
        return Delivered(f"handed to {self._relay.name} for {address}: {said}")

    def _wait(self) -> None:
        limit = _limit(self._config)
        mark = self._paces.reserve(f"{self.name} {limit.bucket}", lambda mark: reserve(limit, mark, now()))
        wait = delay(limit, mark, now())
        if wait > PATIENCE:
            raise TransientError(f"{self._relay.name} is to be left alone for {wait:.0f} s", after=wait, code=429)
        if wait > 0:
            time.sleep(wait)


def _limit(config: Mail) -> Limit:
    return Limit("messages", config.messages_a_minute, 60)


def _seal(config: Dkim, context: ClientContext) -> Seal:
    try:
        from agent.integrations.smtp.dkim import DkimSigner, KeyUnsoundError
    except ImportError as error:
        raise AuthenticationError(
            "DKIM needs dkimpy, which is not installed", "pip install 'siterounds[dkim]'"
        ) from error
    try:
        return DkimSigner(config, context.secrets).signed
    except KeyUnsoundError as error:
        raise AuthenticationError(str(error), "make one: openssl genrsa 2048") from error
