"""A block list: where it is asked, what its answers mean, and by what one sees that it still works."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, ip_network
from typing import Literal

from checks.dnsbl.retired import why_retired

Kind = Literal["v4", "v6", "domain"]
"""What a list lists: IPv4 addresses, IPv6 addresses, or domain names."""

Tier = Literal[1, 2, 3]
"""How much a listing matters: 1, mail or browsers really refuse; 2, many receivers do; 3, a hint."""

LOOPBACK = IPv4Network("127.0.0.0/8")

POINTS: Mapping[Kind, tuple[str, str]] = {
    "v4": ("127.0.0.2", "127.0.0.1"),
    "v6": ("::ffff:7f00:2", "::ffff:7f00:1"),
    "domain": ("test", "invalid"),
}
"""The entry every list must have, and the one no list may have (RFC 5782, section 5)."""


@lru_cache(maxsize=1024)
def _network(text: str) -> IPv4Network:
    return IPv4Network(text)


@dataclass(frozen=True, slots=True)
class Code:
    """What one answer of a list means."""

    code: str  # "127.0.0.2", a network as "127.255.0.0/16", or for a bitmask the value of its bit: "8"
    meaning: str
    tier: Tier | None = None  # None: as the list's
    policy: bool = False  # says what kind of address this is (a home connection), not that it did anything
    good: bool = False  # a neutral or a good word, not a listing
    cause: str = ""  # what is likely behind it

    def covers(self, answer: IPv4Address) -> bool:
        """Whether an answer is this code, where it is not a bit."""
        return answer in _network(self.code)


ERRORS = (
    Code("127.255.255.252/32", "the zone's name is misspelt"),
    Code("127.255.255.254/32", "asked through a public resolver, which it does not serve"),
    Code("127.255.255.255/32", "too many questions came from this resolver"),
    Code("127.255.0.0/16", "it refuses to say, with an error code"),
)
"""Answers that are an error with every list. They look like a listing, and many a program has taken them for one."""


@dataclass(frozen=True, slots=True)
class BlockList:
    """One list, as data. A whole row may stand in the settings."""

    zone: str  # where it is asked
    kinds: tuple[Kind, ...]
    title: str = ""
    codes: tuple[Code, ...] = (Code("127.0.0.2", "listed"),)
    bitmask: bool = False  # the answer's last octet is the sum of the codes
    errors: tuple[Code, ...] = ()  # beside those that are an error everywhere
    listed: Mapping[Kind, str] = field(default_factory=dict)  # its test entry, where it is not RFC 5782's
    unlisted: Mapping[Kind, str] = field(default_factory=dict)
    test_codes: tuple[str, ...] = ()  # answers that only its test entry gives
    tier: Tier = 2
    delist: str = ""  # the page where removal is asked for
    terms: str = ""  # what its operator wants of those who ask

    def __post_init__(self) -> None:
        """Refuse a row that could not be asked, or not be understood."""
        if not re.fullmatch(r"(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{0,62}", self.zone, re.IGNORECASE):
            raise ValueError(f"{self.zone!r} is not the name of a DNS zone")
        if why := why_retired(self.zone):
            raise ValueError(f"{self.zone} must not be asked: {why}")
        if not self.kinds or not self.codes:
            raise ValueError(f"{self.zone}: both `kinds` and `codes` must name at least one")
        for code in self.codes:
            self._refuse_unreadable(code, self.bitmask)
        for code in self.errors:
            self._refuse_unreadable(code, bitmask=False)

    def _refuse_unreadable(self, code: Code, bitmask: bool) -> None:
        if bitmask:
            if code.code not in {str(1 << bit) for bit in range(8)}:
                raise ValueError(f"{self.zone}: {code.code!r} is not the value of a bit (1, 2, 4 … 128)")
        elif not _is_loopback(code.code):
            raise ValueError(f"{self.zone}: {code.code!r} is not an address or network within 127.0.0.0/8")

    def points(self, kind: Kind) -> tuple[str, str]:
        """What it must list, and what it must not."""
        listed, unlisted = POINTS[kind]
        return self.listed.get(kind, listed), self.unlisted.get(kind, unlisted)

    def error(self, answer: IPv4Address) -> Code | None:
        """The error that an answer stands for."""
        return next((code for code in (*self.errors, *ERRORS) if code.covers(answer)), None)

    def decode(self, answer: IPv4Address) -> tuple[Code, ...]:
        """What an answer means; nothing where the list has not published it. Errors are not looked for here."""
        if self.bitmask:
            bits = int(answer) & 0xFF if answer in _network("127.0.0.0/24") else 0
            return tuple(code for code in self.codes if int(code.code) & bits)
        return tuple(code for code in self.codes if code.covers(answer))


def _is_loopback(code: str) -> bool:
    try:
        network = ip_network(code)
    except ValueError:
        return False
    return isinstance(network, IPv4Network) and network.subnet_of(LOOPBACK)
