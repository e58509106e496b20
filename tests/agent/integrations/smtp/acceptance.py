"""What is wrong with a report's message, as a receiving mail server, a mail program and its reader would see it."""

import email
import re
from collections.abc import Iterator
from email.message import EmailMessage, MIMEPart
from email.policy import default
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any

ONCE = (
    "From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Language", "Auto-Submitted",
)  # fmt: skip
AT_MOST_ONCE = ("Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "DKIM-Signature")
OURS = ("siterounds", "site rounds")
LARGEST = 300_000
LARGEST_HTML = 90_000
PNG = b"\x89PNG\r\n\x1a\n"
LEAVES = {
    "text/plain": "quoted-printable",
    "text/html": "quoted-printable",
    "image/png": "base64",
    "application/pdf": "base64",
}
STRUCTURES = (
    ["multipart/alternative", ["text/plain", "text/html"]],
    ["multipart/alternative", ["text/plain", ["multipart/related", ["text/html", "image/png"]]]],
)


def complaints(message: bytes) -> list[str]:
    """Everything that is wrong, in sentences; nothing for a sound message."""
    parsed = email.message_from_bytes(message, policy=default)
    assert isinstance(parsed, EmailMessage)
    return [*_octets(message), *_fields(parsed), *_structure(parsed), *_pictures(parsed), *_words(parsed, message)]


def _octets(message: bytes) -> Iterator[str]:
    if re.search(rb"\r(?!\n)|(?<!\r)\n", message):
        yield "a line break is no CR LF"
    if not message.endswith(b"\r\n"):
        yield "the last line does not end"
    if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", message):
        yield "a control character is in it"
    if len(message) > LARGEST:
        yield f"it has {len(message)} octets"
    yield from _lines(message)


def _lines(message: bytes) -> Iterator[str]:
    head, _, body = message.partition(b"\r\n\r\n")
    if max(map(len, message.split(b"\r\n"))) > 998:
        yield "a line is longer than 998 octets"
    if max(len(line) for line in body.split(b"\r\n") if not line.startswith(b"Content-ID: <")) > 76:
        yield "a line of the body is longer than 76 octets"
    if not body.isascii():
        yield "the body needs 8BITMIME"
    if re.search(rb"\r\nFrom ", body):
        yield "a line begins as a mailbox file's do"
    for line in head.split(b"\r\n"):
        if len(line.decode()) > 78 and b"<http" not in line and b"<mailto" not in line and b"@" not in line:
            yield f"a field's line is longer than 78 characters: {line!r}"


def _fields(parsed: EmailMessage) -> Iterator[str]:
    names = [name.casefold() for name in parsed]
    yield from (
        f"{name} is there {names.count(name.casefold())} times" for name in ONCE if names.count(name.casefold()) != 1
    )
    yield from (f"{name} is there twice" for name in AT_MOST_ONCE if names.count(name.casefold()) > 1)
    known = {name.casefold() for name in (*ONCE, *AT_MOST_ONCE)}
    yield from (f"{name} is there at all" for name in names if name not in known)
    for name, value in parsed.items():
        yield from (f"{name}: {defect!r}" for defect in getattr(value, "defects", ()))
    sender, identity = parsed["From"].addresses, str(parsed["Message-ID"])
    if len(sender) != 1 or len(parsed["To"].addresses) != 1:
        yield "it is not from one to one"
    elif not re.fullmatch(r"<[0-9a-f-]{36}@[a-z0-9.-]+>", identity) or identity[38:-1] != sender[0].domain:
        yield f"the Message-ID {identity} is not of the sender's domain"
    if (
        not re.search(r" \d\d:\d\d:\d\d [+-]\d{4}$", parsed["Date"])
        or parsedate_to_datetime(parsed["Date"]).tzinfo is None
    ):
        yield f"the Date {parsed['Date']} has no zone"
    if (parsed["Auto-Submitted"], parsed["MIME-Version"]) != ("auto-generated", "1.0"):
        yield "Auto-Submitted or MIME-Version is not as it should be"
    one_click = "<https://" in (parsed["List-Unsubscribe"] or "")
    if (parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click") is not one_click:
        yield "one click does not unsubscribe"


def shape(part: MIMEPart) -> Any:
    """A part's kind, with those of its parts."""
    kind = part.get_content_type()
    return [kind, [shape(one) for one in part.iter_parts()]] if part.is_multipart() else kind


def _without_repetition(found: Any) -> Any:
    if isinstance(found, str):
        return found
    kinds = [_without_repetition(one) for one in found[1]]
    return [found[0], [one for place, one in enumerate(kinds) if place == 0 or one != kinds[place - 1]]]


def _structure(parsed: EmailMessage) -> Iterator[str]:
    found = _without_repetition(shape(parsed))
    if found[0] == "multipart/mixed" and found[1][1:] == ["application/pdf"]:
        found = found[1][0]
    if found not in STRUCTURES:
        yield f"its parts are {found}"
    for part in parsed.walk():
        yield from (f"{part.get_content_type()}: {defect!r}" for defect in part.defects)
        if part.is_multipart():
            continue
        if part["Content-Transfer-Encoding"] != LEAVES.get(part.get_content_type()):
            yield f"{part.get_content_type()} travels as {part['Content-Transfer-Encoding']}"
        if part.get_content_maintype() == "text" and part.get_content_charset() != "utf-8":
            yield f"{part.get_content_type()} is in {part.get_content_charset()}"
        if part.get_content_maintype() != "text" and not part.get_filename():
            yield f"{part.get_content_type()} has no name"
    for part in parsed.walk():
        if part.get_content_type() == "multipart/related" and part.get_param("type") != "text/html":
            yield "what is related does not say which part comes first"


def content(parsed: EmailMessage, kind: str) -> str:
    """The text or the HTML, with the line breaks of this machine."""
    (part,) = (one for one in parsed.walk() if one.get_content_type() == kind)
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n")


def _pictures(parsed: EmailMessage) -> Iterator[str]:
    shown = sorted(set(re.findall(r"""src=["']cid:([^"']+)""", content(parsed, "text/html"))))
    pictures = [part for part in parsed.walk() if part.get_content_type() == "image/png"]
    if sorted(str(part["Content-ID"]) for part in pictures) != [f"<{name}>" for name in shown]:
        yield "the pictures shown are not those that go along"
    for part in pictures:
        data = part.get_payload(decode=True)
        assert isinstance(data, bytes)
        if part.get_content_disposition() != "inline" or "@" not in str(part["Content-ID"]):
            yield f"the picture {part['Content-ID']} does not stand in the text, or has no name of its own"
        if not data.startswith(PNG) or data[12:16] != b"IHDR" or 0 in (*_size(data),) or len(data) > 100_000:
            yield f"the picture {part['Content-ID']} is none, or too large"


def _size(png: bytes) -> tuple[int, int]:
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


class _Shown(HTMLParser):
    """Collects the words that a reader sees."""

    def __init__(self) -> None:
        super().__init__()
        self.text: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "title", "script")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title", "script")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.text.append(data)


def _in_words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


def _words(parsed: EmailMessage, message: bytes) -> Iterator[str]:
    html, text = content(parsed, "text/html"), content(parsed, "text/plain")
    reader = _Shown()
    reader.feed(html)
    missing = _in_words(" ".join(reader.text)) - _in_words(text)
    if missing:
        yield f"the text lacks {sorted(missing)[:10]}"
    if len(html.encode()) > LARGEST_HTML:
        yield f"the HTML has {len(html.encode())} bytes"
    everywhere = " ".join([message.decode("utf-8", "replace"), html, text, *(str(one) for one in parsed.values())])
    yield from (f"it says {name}" for name in OURS if name in everywhere.casefold())
