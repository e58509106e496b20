"""The facts of the dnsbl check: addresses and names of a site, answers of the lists; and how names are normalized."""

import re
import unicodedata
from dataclasses import dataclass
from encodings import idna
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from checks.dnsbl.lists import Kind
from checks.findings import NotChecked
from checks.probes import DnsAnswer


@dataclass(frozen=True, slots=True)
class ListedName:
    """An address or domain to look up in block lists."""

    name: str  # "203.0.113.7", "2001:db8::1", "shop.example"
    kind: Kind
    sources: tuple[str, ...] = ()  # where it was found: "www.shop.example", "MX mail.shop.example"
    sends: bool = False  # mail leaves from it, as far as is known


@dataclass(frozen=True, slots=True)
class ListedNames:
    """The addresses and domains of a site, and what could not be resolved."""

    subjects: tuple[ListedName, ...] = ()
    left_out: tuple[str, ...] = ()  # what was seen and not looked up, each with its reason
    gaps: tuple[NotChecked, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What a list said of its own test entries for one kind: the one it must have, then the one it must not."""

    list: str
    kind: Kind
    before: tuple[DnsAnswer, DnsAnswer]
    after: tuple[DnsAnswer, DnsAnswer] | None = None  # asked afresh when all else was; None: the first failed


@dataclass(frozen=True, slots=True)
class ListingAnswer:
    """What a list said of one subject; `texts` are asked for only where it is listed."""

    list: str
    subject: ListedName
    answer: DnsAnswer
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All answers of one round about one site."""

    trouble: NotChecked | None = None  # why the DNS cannot be asked at all
    subjects: ListedNames = ListedNames()
    trials: tuple[Trial, ...] = ()
    listings: tuple[ListingAnswer, ...] = ()


IPAddress = IPv4Address | IPv6Address

DEVIATIONS = "ßς\u200c\u200d"
"""Letters that IDNA 2008 keeps and Python's IDNA 2003 folds away: straße.de and strasse.de are two domains."""

DOTS = re.compile("[.\u3002\uff0e\uff61]")


def address(text: str) -> IPAddress | None:
    """The address that a text is, an IPv4 one dressed as IPv6 undressed; nothing where it is none."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        return found.ipv4_mapped or IPv6Address(int(found))  # without a zone index
    return found


def reversed_address(text: str) -> str:
    """Return an address in the query form of block lists: octets or nibbles in reverse order."""
    pointer = ip_address(text).reverse_pointer
    return pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")


def ascii_domain(text: str) -> str:
    """A domain in lower case and punycode, without its last dot. Raises ValueError where it is no domain name."""
    labels = [_ascii_label(label) for label in DOTS.split(text.strip().removesuffix("."))]
    name = ".".join(labels)
    if len(name) > 253 or not all(re.fullmatch(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", label) for label in labels):
        raise ValueError(f"{text!r} is not a domain name")
    return name


def _ascii_label(label: str) -> str:
    if label.isascii():
        return label.lower()
    try:
        if any(letter in label for letter in DEVIATIONS):
            folded = unicodedata.normalize("NFKC", label.lower())
            return "xn--" + folded.encode("punycode").decode("ascii")
        return idna.ToASCII(label).decode("ascii").lower()
    except UnicodeError as error:
        raise ValueError(f"{label!r} is not a part of a domain name") from error


def host_of(url: str) -> str:
    """The host a URL names: an address as it stands, a domain in ASCII. Raises ValueError where there is none."""
    host = urlsplit(url).hostname or ""
    return host if address(host) else ascii_domain(host)


def without_www(name: str) -> str:
    """Return a name without a leading www."""
    bare = name.removeprefix("www.")
    return bare if "." in bare else name
