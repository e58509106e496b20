"""What a list says of a listing in words, made safe to show."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from checks.dnsbl.blocklist import BlockList

LONGEST = 255  # characters of one remark
MOST = 4  # remarks of one listing

LINK = re.compile(
    r"[a-z][a-z0-9+.-]{0,30}://[^\s<>\"'\]]*|\b(?:www\.|(?:javascript|vbscript|data|file):)[^\s<>\"'\]]*", re.IGNORECASE
)
MAILBOX = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"']{1,255}")


def remarks(texts: Iterable[str], row: BlockList) -> tuple[str, ...]:
    """A listing's TXT records without control characters, mail addresses, and links but the operator's own."""
    homes = {_home(row.zone), _home(urlsplit(row.delist).hostname or row.zone)}
    cleaned = (_clean(text, homes) for text in texts)
    return tuple(dict.fromkeys(text for text in cleaned if text))[:MOST]


def _clean(text: str, homes: set[str]) -> str:
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST]).split())
    unmailed = MAILBOX.sub("[mail address]", plain)
    linked = LINK.sub(lambda match: match[0] if _own(match[0], homes) else "[link]", unmailed)
    return linked if len(linked) <= LONGEST else linked[: LONGEST - 1] + "…"


def _own(link: str, homes: set[str]) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme.lower() == "https" and _home(parts.hostname or "") in homes
    except ValueError:
        return False


def _home(host: str) -> str:
    """The last two labels of a host: near enough to whose it is, for the zones of lists."""
    return ".".join(host.lower().rstrip(".").split(".")[-2:])
