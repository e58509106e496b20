"""A report as a message: the same bytes for the same report, recipient and date, and no word about who made it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from agent.mail import entities, headers
from agent.mail.addresses import domain_of, travelling
from inventory.services import Address

_REPORTS = UUID("5b0c5a0e-6a6f-5d0e-9a52-9f1ad7a3a2f4")
_SHOWN = re.compile(r"""(\ssrc=["']cid:)([^"']*)""")
_CID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,120})?")


@dataclass(frozen=True, slots=True)
class Inline:
    """A picture that the HTML shows as `cid:` and its name."""

    cid: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """What a report says, as it was rendered for mail."""

    subject: str
    html: str
    text: str
    language: str  # "de", "pt-BR"
    inline: tuple[Inline, ...] = ()
    pdf: bytes | None = None
    pdf_name: str = "report.pdf"


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom to whom, and when."""

    sender: Address
    recipient: Address
    date: datetime  # with a zone
    message_id: str  # as `message_id` gives it
    reply_to: str | None = None
    unsubscribe: tuple[str, ...] = ()  # links, https: and mailto:


def message_id(environment: str, client: str | None, period: str, recipient: str, sender: str) -> str:
    """What a client's report of a period to one recipient is known by, however often it is sent; without < and >.

    `recipient` and `sender` are e-mail addresses, ValueError where they are none. No client: the agency's overview.
    """
    name = json.dumps([environment, client, period, travelling(recipient).casefold()])
    return f"{uuid5(_REPORTS, name)}@{domain_of(sender)}"


def compose(parts: Parts, envelope: Envelope) -> bytes:
    """The message, its lines ended by CR LF and none longer than 998 octets; ValueError where something is unsound."""
    kind, body = _content(parts, envelope.message_id)
    return entities.entity((*_fields(parts, envelope), kind), body)


def _fields(parts: Parts, envelope: Envelope) -> Iterator[str]:
    yield headers.mailbox("From", envelope.sender)
    yield headers.mailbox("To", envelope.recipient)
    if envelope.reply_to:
        yield headers.mailbox("Reply-To", Address("", envelope.reply_to))
    yield headers.unstructured("Subject", parts.subject)
    yield headers.date(envelope.date)
    yield headers.message_id_header(envelope.message_id)
    yield "Auto-Submitted: auto-generated"
    yield from headers.unsubscribing(envelope.unsubscribe)
    yield headers.language(parts.language)
    yield "MIME-Version: 1.0"


def _content(parts: Parts, seed: str) -> tuple[str, bytes]:
    """The Content-Type field and the body: text or HTML with its pictures, and beside them the PDF, if there is one."""
    kind, body = entities.multipart("alternative", (entities.text("plain", parts.text), _html(parts, seed)), seed)
    if parts.pdf is None:
        return kind, body
    pdf = entities.attachment(parts.pdf_name, parts.pdf)
    return entities.multipart("mixed", (entities.entity((kind,), body), pdf), seed)


def _html(parts: Parts, seed: str) -> bytes:
    """The HTML with the pictures that it shows, whose names are made unique in the world."""
    names = [one.cid for one in parts.inline]
    shown = {found[2] for found in _SHOWN.finditer(parts.html)}
    if sorted(names) != sorted(shown) or not all(map(_CID.fullmatch, names)):
        raise ValueError("the pictures that the HTML shows are not those that go along")
    if not names:
        return entities.text("html", parts.html)
    html = entities.text("html", _SHOWN.sub(lambda found: found[1] + _unique(found[2], seed), parts.html))
    pictures = (entities.picture(one.cid, _unique(one.cid, seed), one.png) for one in parts.inline)
    kind, body = entities.multipart("related", (html, *pictures), seed)
    return entities.entity((kind,), body)


def _unique(cid: str, seed: str) -> str:
    return f"{cid.replace('@', '.at.')}.{seed}"
