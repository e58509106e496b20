"""Header fields as bytes: folded, encoded as RFC 2047 says, and closed to whoever would add fields of his own."""

import re
from collections.abc import Iterator
from datetime import datetime
from email.header import Header
from email.utils import format_datetime

from agent.mail.addresses import travelling
from checks.text import clean
from inventory.services import Address

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
