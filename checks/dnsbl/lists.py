"""The block lists that siterounds knows, their codes, and zones that must not be queried any more."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, ip_network
from typing import Literal

RETIRED = {
    "sorbs.net": "SORBS was emptied on 2024-06-05",
    "ix.dnsbl.manitu.net": "NiX Spam is empty since 2025-01-16",
    "dnsbl.inps.de": "inps.de ended in 2020",
    "unsubscore.com": "the Lashback list is offline",
    "dsbl.org": "DSBL ended in 2008 and listed the world from 2012 on",
    "ordb.org": "ORDB ended in 2006 and listed the world later",
    "njabl.org": "NJABL ended in 2013",
    "ahbl.org": "AHBL ended in 2015 and listed the world",
    "rfc-ignorant.org": "RFC-Ignorant ended in 2012",
    "spamcannibal.org": "SpamCannibal ended in 2018 and its parked domain answers everything",
    "burnt-tech.com": "the domain has expired and its new owner answers everything",
    "abuse.ch": "abuse.ch has closed its DNS lists",
    "msrbl.net": "MSRBL has ended",
    "five-ten-sg.com": "Five-Ten-SG has ended",
    "emailbasura.org": "EmailBasura has ended and listed the world",
    "cbl.abuseat.org": "the CBL is a part of zen.spamhaus.org",
    "dnsbl-2.uceprotect.net": "UCEPROTECT level 2 lists whole networks for what a neighbour did",
    "dnsbl-3.uceprotect.net": "UCEPROTECT level 3 lists whole providers for what a customer did",
    "list.dnswl.org": "dnswl.org is a list of good senders",
}
"""Zone (including all zones below it) and the reason not to query it."""


def why_retired(zone: str) -> str:
    """The reason not to ask this zone, or nothing."""
    labels = zone.lower().rstrip(".").split(".")
    tails = (".".join(labels[start:]) for start in range(len(labels)))
    return next((RETIRED[tail] for tail in tails if tail in RETIRED), "")


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
    """The meaning of one answer of a list."""

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
    """One block list. The settings may define a whole one."""

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
        """Return the error that an answer stands for; None if it is none."""
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


MALWARE = "malware, a hacked site or an open proxy on the server"
SENDING = "spam that left this address: a hacked mailbox, contact form or web shop"
HACKED = "the site was hacked and pages or redirects were planted in it"
SPAMVERTISED = "the domain is linked to in spam: a hacked site, or mailings people did not ask for"

SPAMHAUS_TERMS = (
    "free for small, non-commercial use through a resolver of one's own; else a Data Query Service key, whose zone "
    "goes into `zones`."
)

ZEN = BlockList(
    zone="zen.spamhaus.org",
    title="Spamhaus ZEN",
    kinds=("v4", "v6"),
    tier=1,
    codes=(
        Code("127.0.0.2", "SBL: a source of spam, or a service for it", cause=SENDING),
        Code("127.0.0.3", "CSS: sends unsolicited mail", cause=SENDING),
        Code("127.0.0.4", "XBL: infected or taken over", cause=MALWARE),
        Code("127.0.0.5", "XBL: infected or taken over", cause=MALWARE),
        Code("127.0.0.6", "XBL: infected or taken over", cause=MALWARE),
        Code("127.0.0.7", "XBL: infected or taken over", cause=MALWARE),
        Code("127.0.0.9", "DROP: a network that is to be dropped entirely"),
        Code("127.0.0.10", "PBL: its provider says no mail comes from here", policy=True),
        Code("127.0.0.11", "PBL: Spamhaus says no mail should come from here", policy=True),
        Code("127.0.0.30", "BCL: controls a botnet", cause=MALWARE),
    ),
    delist="https://check.spamhaus.org/",
    terms=SPAMHAUS_TERMS,
)

DBL = BlockList(
    zone="dbl.spamhaus.org",
    title="Spamhaus DBL",
    kinds=("domain",),
    tier=1,
    codes=(
        Code("127.0.1.2", "a domain of low reputation", cause=SPAMVERTISED),
        Code("127.0.1.4", "a phishing domain", cause=HACKED),
        Code("127.0.1.5", "a malware domain", cause=HACKED),
        Code("127.0.1.6", "a domain that controls a botnet", cause=HACKED),
        Code("127.0.1.102", "a legitimate domain abused in spam", cause=HACKED),
        Code("127.0.1.103", "an abused redirector", cause="an open redirect in the site"),
        Code("127.0.1.104", "a legitimate domain abused for phishing", cause=HACKED),
        Code("127.0.1.105", "a legitimate domain abused for malware", cause=HACKED),
        Code("127.0.1.106", "a legitimate domain abused to control a botnet", cause=HACKED),
    ),
    errors=(Code("127.0.1.255", "it was asked about an address, and lists domains"),),
    listed={"domain": "dbltest.com"},
    delist="https://check.spamhaus.org/",
    terms=SPAMHAUS_TERMS,
)

SURBL = BlockList(
    zone="multi.surbl.org",
    title="SURBL",
    kinds=("domain",),
    tier=1,
    bitmask=True,
    codes=(
        Code("4", "DM: a disposable mail domain"),
        Code("8", "PH: phishing", cause=HACKED),
        Code("16", "MW: malware", cause=HACKED),
        Code("32", "CT: a click tracker"),
        Code("64", "ABUSE: linked to in spam", cause=SPAMVERTISED),
        Code("128", "CR: a cracked site", cause=HACKED),
    ),
    errors=(Code("127.0.0.1", "it has blocked this resolver"),),
    listed={"domain": "surbl-org-permanent-test-point.com"},
    delist="https://surbl.org/surbl-analysis",
    terms="free at low volume through a resolver of one's own.",
)

URIBL = BlockList(
    zone="multi.uribl.com",
    title="URIBL",
    kinds=("domain",),
    tier=1,
    bitmask=True,
    codes=(
        Code("2", "black: linked to in spam", cause=SPAMVERTISED),
        Code("4", "grey: linked to in bulk mail that one can leave", tier=3),
        Code("8", "red: seen in mail, and young or anonymous", tier=3),
    ),
    errors=(
        Code("127.0.0.1", "it refuses this resolver"),
        Code("127.0.0.255", "it refuses this resolver"),
    ),
    listed={"domain": "2.0.0.127"},
    delist="https://admin.uribl.com/",
    terms="free at low volume through a resolver of one's own.",
)

SPAMCOP = BlockList(
    zone="bl.spamcop.net",
    title="SpamCop",
    kinds=("v4",),
    codes=(Code("127.0.0.2", "reported as a source of spam", cause=SENDING),),
    delist="https://www.spamcop.net/bl.shtml",
    terms="free. A listing ends about a day after the last report.",
)

PSBL = BlockList(
    zone="psbl.surriel.com",
    title="PSBL",
    kinds=("v4",),
    codes=(Code("127.0.0.2", "sent mail to a spam trap", cause=SENDING),),
    delist="https://psbl.org/remove",
    terms="free.",
)

DRONEBL = BlockList(
    zone="dnsbl.dronebl.org",
    title="DroneBL",
    kinds=("v4",),  # it lists IPv6 too, but whether it has that test entry is not published
    codes=tuple(
        Code(f"127.0.0.{last}", meaning, cause=MALWARE)
        for last, meaning in {
            3: "an IRC drone",
            5: "a bottler",
            6: "an unknown worm or spam robot",
            7: "a drone for denial of service",
            8: "an open SOCKS proxy",
            9: "an open HTTP proxy",
            10: "a chain of proxies",
            11: "a web page proxy",
            12: "an open DNS resolver",
            13: "tries passwords",
            14: "an open WinGate proxy",
            15: "a taken-over router or gateway",
            16: "a worm that takes over machines",
            17: "a member of a botnet",
            18: "perhaps a taken-over name or mail server",
            19: "an abused VPN",
            255: "a threat of no class",
        }.items()
    ),
    test_codes=("127.0.0.1", "127.0.0.2"),
    delist="https://dronebl.org/lookup",
    terms="free, for commercial use too.",
)

BARRACUDA = BlockList(
    zone="b.barracudacentral.org",
    title="Barracuda",
    kinds=("v4",),
    codes=(Code("127.0.0.2", "a source of spam", cause=SENDING),),
    delist="https://www.barracudacentral.org/rbl/removal-request",
    terms="answers only resolvers whose address was registered with Barracuda.",
)

MAILSPIKE = BlockList(
    zone="bl.mailspike.net",
    title="Mailspike",
    kinds=("v4",),
    codes=(
        Code("127.0.0.2", "part of a wave of spam", cause=SENDING),
        Code("127.0.0.10", "the worst reputation", cause=SENDING),
        Code("127.0.0.11", "a very bad reputation", cause=SENDING),
        Code("127.0.0.12", "a bad reputation", cause=SENDING),
    ),
    delist="https://mailspike.org/iplookup.html",
    terms="free at low volume.",
)

LISTS = {row.zone: row for row in (ZEN, DBL, SURBL, URIBL, SPAMCOP, PSBL, DRONEBL, BARRACUDA, MAILSPIKE)}
"""Every list known by name, which is the zone its operator publishes."""

DEFAULT = tuple(row.zone for row in (ZEN, DBL, SURBL, URIBL, SPAMCOP, PSBL, DRONEBL))
"""Those asked where the settings name none: they need no registration, and say what their test entry is."""
