"""The MIME message of a report: the same bytes for the same report, recipient and date, and no name of our software."""

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.message import EmailMessage, MIMEPart
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Literal
from uuid import UUID, uuid5

import idna

from checks.text import clean
from inventory.mail import Address

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


_WIDTH = 76  # characters of a line, without its end: of a field that can be folded, and of a body (RFC 2045, 6.7)
_LONGEST_LINE = 998  # octets of a line, without its end, that a mail server must take (RFC 5322, 2.1.1)
_LONGEST_WORD = 65  # characters of a word that is left as it is, beside the name of its field

_REPORTS = UUID("5b0c5a0e-6a6f-5d0e-9a52-9f1ad7a3a2f4")
_SHOWN = re.compile(r"""(\ssrc=["']cid:)([^"']*)""")
_CID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,120})?")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9-]{1,64}@[A-Za-z0-9.-]{1,253}")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8}){0,4}")
_URL = re.compile(r"[!-;=?-~]+")  # printable ASCII but < and >
_PLAIN_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_BREAK = re.compile(r"\r\n?|\n")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # no text has these
_FROM = re.compile(r"^From ", re.MULTILINE)


class _Policy(EmailPolicy):
    """How fields are stored and written: as SMTP wants them, and nothing in them is parsed or encoded anew.

    EmailPolicy itself decodes encoded words as it stores a field, line breaks in them included, and encodes what is
    longer than a line as it writes one: the links of List-Unsubscribe, a Content-ID, a local part that is not ASCII.
    """

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        """The field as it was given; ValueError where a character in it steers or hides."""
        if not value.isprintable():
            raise ValueError(f"{name} has a character that no field may have")
        return name, value

    def fold_binary(self, name: str, value: str) -> bytes:
        """The field folded at its spaces; ValueError where a line stays too long for mail servers.

        In UTF-8 for the sake of addresses: whatever else is not ASCII was encoded as RFC 2047 says.
        """
        first, *words = value.split(" ")
        lines = [f"{name}: {first}"]  # its first word stays beside the name: some programs lose it otherwise
        for word in words:
            if len(lines[-1]) + 1 + len(word) > _WIDTH:
                lines.append("")
            lines[-1] += f" {word}"
        encoded = [line.encode() for line in lines]
        if max(map(len, encoded)) > _LONGEST_LINE:
            raise ValueError(f"{name} has a line longer than {_LONGEST_LINE} octets")
        return b"\r\n".join(encoded) + b"\r\n"


_POLICY = _Policy(linesep="\r\n", max_line_length=_WIDTH)


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
    message = EmailMessage(_POLICY)
    for name, value in _fields(parts, envelope):
        message[name] = value
    texts = (_text("plain", parts.text), _html(parts, envelope.message_id))
    if parts.pdf is None:
        _fill(message, "alternative", texts, envelope.message_id)
    else:
        content = _fill(MIMEPart(_POLICY), "alternative", texts, envelope.message_id)
        _fill(message, "mixed", (content, _attachment(parts.pdf_name, parts.pdf)), envelope.message_id)
    return message.as_bytes()


def _fields(parts: Parts, envelope: Envelope) -> Iterator[tuple[str, str]]:
    """The fields before the content, by name; ValueError where one is unsound."""
    if envelope.date.utcoffset() is None:
        raise ValueError("a date without a zone cannot be sent")
    if not _MESSAGE_ID.fullmatch(envelope.message_id):
        raise ValueError("the Message-ID is none")
    if not _LANGUAGE.fullmatch(parts.language):
        raise ValueError("the language is no code such as en or pt-BR")
    yield "From", _mailbox("From", envelope.sender)
    yield "To", _mailbox("To", envelope.recipient)
    if envelope.reply_to:
        yield "Reply-To", travelling(envelope.reply_to)
    yield "Subject", _subject(parts.subject)
    yield "Date", format_datetime(envelope.date)
    yield "Message-ID", f"<{envelope.message_id}>"
    yield "Auto-Submitted", "auto-generated"
    yield from _unsubscribing(envelope.unsubscribe)
    yield "Content-Language", parts.language
    yield "MIME-Version", "1.0"


def _subject(text: str) -> str:
    subject = _one_line(text)
    fits = max(map(len, subject.split(" "))) <= _LONGEST_WORD
    return subject if fits and _plain(subject) else _encoded(subject, "Subject")


def _mailbox(field: str, address: Address) -> str:
    """An address with the name before it, if it has one; ValueError where it is none."""
    place, name = travelling(address.email), _one_line(address.name, 100)
    if not name:
        return place
    quoted = name if _PLAIN_NAME.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
    shown = quoted if _plain(name) and len(quoted) <= _LONGEST_WORD else _encoded(name, field)
    return f"{shown} <{place}>"


def _unsubscribing(links: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """How to get no more of it: by links, one of which may take a POST (RFC 8058). ValueError where one is none."""
    if not all(map(_URL.fullmatch, links)):
        raise ValueError("the link to unsubscribe by is none")
    if links:
        yield "List-Unsubscribe", ", ".join(f"<{link}>" for link in links)
    if any(link.startswith("https://") for link in links):
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"


def _one_line(text: str, limit: int = 200) -> str:
    """A text without line breaks and whatever else steers or hides."""
    return " ".join(clean(" ".join(text.split()), limit).split())


def _plain(text: str) -> bool:
    """Whether it can travel as it is: no reader would take a part of it for an encoded word."""
    return text.isascii() and "=?" not in text


def _encoded(text: str, field: str) -> str:
    """The text as encoded words, none longer than a line, the first short enough to stand beside the field's name."""
    return " ".join(Header(text, "utf-8", maxlinelen=_WIDTH - 1, header_name=field).encode().split())


def _fill(
    whole: MIMEPart, kind: Literal["mixed", "alternative", "related"], parts: Sequence[MIMEPart], seed: str
) -> MIMEPart:
    """Make an empty part a multipart of these; gives it. The same seed and kind give the same boundary."""
    boundary = "=_" + hashlib.sha256(f"{kind} {seed}".encode()).hexdigest()[:32]  # quoted-printable never has "=_"
    first = 'type="text/html"; ' if kind == "related" else ""
    whole["Content-Type"] = f'multipart/{kind}; {first}boundary="{boundary}"'
    for part in parts:
        whole.attach(part)
    return whole


def _text(kind: Literal["plain", "html"], content: str) -> MIMEPart:
    """A text in quoted-printable."""
    part = MIMEPart(_POLICY)
    whole = _UNFIT.sub("", _BREAK.sub("\n", content))
    part.set_content(whole, subtype=kind, charset="utf-8", cte="quoted-printable")
    # Mail servers that keep mailboxes in one file would change such a line.
    part.set_payload(_FROM.sub("=46=\nrom ", str(part.get_payload())))
    return part


def _html(parts: Parts, seed: str) -> MIMEPart:
    """The HTML with the pictures that it shows, whose names are made unique in the world."""
    names = [one.cid for one in parts.inline]
    shown = {found[2] for found in _SHOWN.finditer(parts.html)}
    if sorted(names) != sorted(shown) or not all(map(_CID.fullmatch, names)):
        raise ValueError("the pictures that the HTML shows are not those that go along")
    if not names:
        return _text("html", parts.html)
    html = _text("html", _SHOWN.sub(lambda found: found[1] + _unique(found[2], seed), parts.html))
    pictures = (_picture(one.cid, _unique(one.cid, seed), one.png) for one in parts.inline)
    return _fill(MIMEPart(_POLICY), "related", (html, *pictures), seed)


def _picture(name: str, cid: str, png: bytes) -> MIMEPart:
    """A PNG that the HTML shows by `cid:`; ValueError where it is none."""
    file = f"{_named(name)}.png"
    if not png.startswith(b"\x89PNG\r\n\x1a\n"):
        raise ValueError(f"the picture {file} is no PNG")
    part = MIMEPart(_POLICY)
    part.set_content(png, "image", "png", disposition="inline", filename=file, cid=f"<{cid}>", params={"name": file})
    return part


def _attachment(name: str, pdf: bytes) -> MIMEPart:
    """A PDF that goes along; ValueError where it is none."""
    if not pdf.startswith(b"%PDF-"):
        raise ValueError("what goes along is no PDF")
    part, file = MIMEPart(_POLICY), _named(name)
    part.set_content(pdf, "application", "pdf", disposition="attachment", filename=file, params={"name": file})
    return part


def _named(name: str) -> str:
    return _FILE_NAME.sub("-", name)[:60].strip("-.") or "report"


def _unique(cid: str, seed: str) -> str:
    return f"{cid.replace('@', '.at.')}.{seed}"
