"""What a list says of a listing in words, made safe to show."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from checks.dnsbl.blocklist import BlockList
from checks.text import clean

LONGEST = 255  # characters of one remark
MOST_REMARKS = 4  # remarks of one listing
SHORTEST_KEY = 8  # characters of a zone's first label, from which on it may be a key

LINK = re.compile(
    r"[a-z][a-z0-9+.-]{0,30}://[^\s<>\"'\]]*|\b(?:www\.|(?:javascript|vbscript|data|file):)[^\s<>\"'\]]*", re.IGNORECASE
)
MAILBOX = re.compile(r"[^\s@<>\"']{1,64}@[^\s@<>\"']{1,255}")


def remarks(texts: Iterable[str], name: str, row: BlockList) -> tuple[str, ...]:
    """A listing's TXT records without control characters, mail addresses, and links but the operator's own.

    Where a list is asked at a zone that is not its `name`, that zone and a key in it are not shown either.
    """
    homes = {_home(row.zone), _home(urlsplit(row.delist).hostname or row.zone)}
    cleaned = (_clean(_without_key(text[: 8 * LONGEST], name, row.zone), homes) for text in texts)
    return tuple(dict.fromkeys(text for text in cleaned if text))[:MOST_REMARKS]


def _clean(text: str, homes: set[str]) -> str:
    fit = clean(text, 4 * LONGEST)
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in fit).split())
    unmailed = MAILBOX.sub("[mail address]", plain)
    linked = LINK.sub(lambda match: match[0] if _own(match[0], homes) else "[link]", unmailed)
    return linked if len(linked) <= LONGEST else linked[: LONGEST - 1] + "…"


def _without_key(text: str, name: str, zone: str) -> str:
    if zone == name:
        return text
    key = zone.partition(".")[0]
    private = re.escape(zone) + (f"|{re.escape(key)}" if len(key) >= SHORTEST_KEY else "")
    return re.sub(private, lambda _: name, text, flags=re.IGNORECASE)


def _own(link: str, homes: set[str]) -> bool:
    try:
        parts = urlsplit(link)
        return parts.scheme.lower() == "https" and _home(parts.hostname or "") in homes
    except ValueError:
        return False


def _home(host: str) -> str:
    """The last two labels of a host: near enough to whose it is, for the zones of lists."""
    return ".".join(host.lower().rstrip(".").split(".")[-2:])
