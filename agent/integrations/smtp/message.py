"""A report as a message: the same bytes for the same report, recipient and date, and no word about who made it."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from typing import Literal
from uuid import UUID, uuid5

import idna

from checks.text import clean
from inventory.services import Address

Kind = Literal["mixed", "alternative", "related"]

_BREAK = re.compile(r"\r\n?|\n")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # no text has these
_FROM = re.compile(rb"^From ", re.MULTILINE)
_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LINE = 57  # bytes, 76 characters of base64


def entity(fields: Iterable[str], body: bytes) -> bytes:
    """Fields, an empty line, and what they are about. Fields are ASCII but for addresses that are not."""
    return "".join(f"{field}\r\n" for field in fields).encode() + b"\r\n" + body


def text(kind: Literal["plain", "html"], content: str) -> bytes:
    """A text part in quoted-printable; its lines end as mail's do."""
    whole = _UNFIT.sub("", _BREAK.sub("\r\n", content)).removesuffix("\r\n") + "\r\n"
    encoded = binascii.b2a_qp(whole.encode(), istext=True)
    safe = _FROM.sub(b"=46=\r\nrom ", encoded)  # mail servers that keep mailboxes in one file would change it
    fields = (f"Content-Type: text/{kind}; charset=utf-8", "Content-Transfer-Encoding: quoted-printable")
    return entity(fields, safe)


def picture(name: str, cid: str, png: bytes) -> bytes:
    """A PNG that the HTML shows by `cid:`; ValueError where it is none."""
    if not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError(f"the picture {_named(name)} is no PNG")
    fields = (
        f'Content-Type: image/png; name="{_named(name)}.png"',
        "Content-Transfer-Encoding: base64",
        f"Content-ID: <{cid}>",
        f'Content-Disposition: inline; filename="{_named(name)}.png"',
    )
    return entity(fields, _base64(png))


def attachment(name: str, pdf: bytes) -> bytes:
    """A PDF that goes along; ValueError where it is none."""
    if not pdf.startswith(b"%PDF-"):
        raise ValueError("what goes along is no PDF")
    fields = (
        f'Content-Type: application/pdf; name="{_named(name)}"',
        "Content-Transfer-Encoding: base64",
        f'Content-Disposition: attachment; filename="{_named(name)}"',
    )
    return entity(fields, _base64(pdf))


def multipart(kind: Kind, parts: Sequence[bytes], seed: str) -> tuple[str, bytes]:
    """Several parts as one: the field that says so, and the body. The same seed and kind give the same boundary."""
    boundary = "=_" + hashlib.sha256(f"{kind} {seed}".encode()).hexdigest()[:32]  # no encoding of ours has "=_"
    first = '; type="text/html"' if kind == "related" else ""
    line = f"--{boundary}".encode()
    body = b"".join(line + b"\r\n" + part + b"\r\n" for part in parts) + line + b"--\r\n"
    return f'Content-Type: multipart/{kind}{first};\r\n boundary="{boundary}"', body


def _base64(data: bytes) -> bytes:
    return b"".join(base64.b64encode(data[start : start + _LINE]) + b"\r\n" for start in range(0, len(data), _LINE))


def _named(name: str) -> str:
    return _FILE_NAME.sub("-", name)[:60].strip("-.") or "report"


_ATOMS = re.compile(r"[^\x00-\x20\x7f-\xa0\s\"(),:;<>@\[\]\\.]+(?:\.[^\x00-\x20\x7f-\xa0\s\"(),:;<>@\[\]\\.]+)*")
_LABEL = r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})+")
_LONGEST_LOCAL = 64  # octets, as SMTP has it
_LONGEST = 254


def travelling(address: str) -> str:
    """The address with its domain in ASCII; what stands before the @ may be any letters. ValueError where it is none.

    Domains become ASCII as IDNA 2008 says: the rules before it would send mail for straße.example elsewhere.
    """
    local, at, domain = address.rpartition("@")
    if not at or not _ATOMS.fullmatch(local) or not local.isprintable() or len(_octets(local)) > _LONGEST_LOCAL:
        raise ValueError("it is no e-mail address")
    try:
        there = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise ValueError("its domain is none that the DNS could have") from error
    if not _DOMAIN.fullmatch(there) or len(_octets(local)) + 1 + len(there) > _LONGEST:
        raise ValueError("its domain is none that the DNS could have")
    return f"{local}@{there}"


def domain_of(address: str) -> str:
    """The domain of an address in ASCII; ValueError where it is no address."""
    return travelling(address).rpartition("@")[2]


def _octets(local: str) -> bytes:
    return local.encode("utf-8", "replace")


WIDTH = 76
"""Characters of a line that can be folded."""
LONGEST_LINE = 998
"""Octets of a line, without its end, that a mail server must take."""

FOLD = "\r\n "
"""Where a field goes on in the next line."""

_WORD = 65  # characters of the longest word that is left as it is
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_URL = re.compile(r"[!-;=?-~]+")  # printable ASCII but < and >
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9-]{1,64}@[A-Za-z0-9.-]{1,253}")


def one_line(text: str, limit: int = 200) -> str:
    """A text without line breaks and whatever else steers or hides."""
    return " ".join(clean(" ".join(text.split()), limit).split())


def unstructured(name: str, text: str) -> str:
    """A field such as Subject, for people to read."""
    text = one_line(text)
    words = text.split(" ")
    if not _plain(text) or max(map(len, words)) > _WORD:
        return f"{name}: {_encoded(text, name)}"
    return _folded(f"{name}:", words)


def mailbox(name: str, address: Address) -> str:
    """A field with one address: From, To, Reply-To. ValueError where that is none."""
    place = f"<{travelling(address.email)}>"
    called = one_line(address.name, 100)
    if not called:
        return f"{name}: {place[1:-1]}"
    quoted = called if _PHRASE.fullmatch(called) else '"' + re.sub(r'(["\\])', r"\\\1", called) + '"'
    first = f"{name}: {quoted if _plain(called) and len(quoted) <= _WORD else _encoded(called, name)}"
    room = WIDTH - len(first.rpartition("\r\n")[2])
    return f"{first}{' ' if len(place) < room else FOLD}{place}"


def date(at: datetime) -> str:
    """When it was written, with the zone of `at`; ValueError where that has none."""
    if at.utcoffset() is None:
        raise ValueError("a date without a zone cannot be sent")
    return f"Date: {format_datetime(at)}"


def message_id_header(identity: str) -> str:
    """By what it is known, as in `message_id()`; ValueError where it is none."""
    if not _MESSAGE_ID.fullmatch(identity):
        raise ValueError("the Message-ID is none")
    return f"Message-ID: <{identity}>"


def language(code: str) -> str:
    """The language that it is written in; ValueError where that is no code."""
    if not _LANGUAGE.fullmatch(code):
        raise ValueError("the language is no code such as en or pt-BR")
    return f"Content-Language: {code}"


def unsubscribing(links: tuple[str, ...]) -> Iterator[str]:
    """How to get no more of it: by links, one of which may take a POST (RFC 8058). ValueError where one is none."""
    if not all(_URL.fullmatch(link) and len(link) < LONGEST_LINE - 30 for link in links):
        raise ValueError("the link to unsubscribe by is none")
    if links:
        yield "List-Unsubscribe: " + f",{FOLD}".join(f"<{link}>" for link in links)
    if any(link.startswith("https://") for link in links):
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"


def _plain(text: str) -> bool:
    """Whether it can travel as it is: no reader would take a part of it for an encoded word."""
    return text.isascii() and "=?" not in text


def _encoded(text: str, name: str) -> str:
    return Header(text, "utf-8", maxlinelen=WIDTH - 1, header_name=name).encode(linesep="\r\n")


def _folded(line: str, words: list[str]) -> str:
    lines = [line]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)


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
    return entity((*_fields(parts, envelope), kind), body)


def _fields(parts: Parts, envelope: Envelope) -> Iterator[str]:
    yield mailbox("From", envelope.sender)
    yield mailbox("To", envelope.recipient)
    if envelope.reply_to:
        yield mailbox("Reply-To", Address("", envelope.reply_to))
    yield unstructured("Subject", parts.subject)
    yield date(envelope.date)
    yield message_id_header(envelope.message_id)
    yield "Auto-Submitted: auto-generated"
    yield from unsubscribing(envelope.unsubscribe)
    yield language(parts.language)
    yield "MIME-Version: 1.0"


def _content(parts: Parts, seed: str) -> tuple[str, bytes]:
    """The Content-Type field and the body: text or HTML with its pictures, and beside them the PDF, if there is one."""
    kind, body = multipart("alternative", (text("plain", parts.text), _html(parts, seed)), seed)
    if parts.pdf is None:
        return kind, body
    pdf = attachment(parts.pdf_name, parts.pdf)
    return multipart("mixed", (entity((kind,), body), pdf), seed)


def _html(parts: Parts, seed: str) -> bytes:
    """The HTML with the pictures that it shows, whose names are made unique in the world."""
    names = [one.cid for one in parts.inline]
    shown = {found[2] for found in _SHOWN.finditer(parts.html)}
    if sorted(names) != sorted(shown) or not all(map(_CID.fullmatch, names)):
        raise ValueError("the pictures that the HTML shows are not those that go along")
    if not names:
        return text("html", parts.html)
    html = text("html", _SHOWN.sub(lambda found: found[1] + _unique(found[2], seed), parts.html))
    pictures = (picture(one.cid, _unique(one.cid, seed), one.png) for one in parts.inline)
    kind, body = multipart("related", (html, *pictures), seed)
    return entity((kind,), body)


def _unique(cid: str, seed: str) -> str:
    return f"{cid.replace('@', '.at.')}.{seed}"
