"""What the DNS said of a site's addresses and names, and of the lists that were asked."""

from dataclasses import dataclass

from checks.dnsbl.blocklist import Kind
from checks.findings import Gap
from checks.probes import DnsAnswer


@dataclass(frozen=True, slots=True)
class Subject:
    """An address or a domain that lists are asked about."""

    name: str  # "203.0.113.7", "2001:db8::1", "shop.example"
    kind: Kind
    sources: tuple[str, ...] = ()  # where it was found: "www.shop.example", "MX mail.shop.example"
    sends: bool = False  # mail leaves from it, as far as is known


@dataclass(frozen=True, slots=True)
class Subjects:
    """All that a site is known by, and what of it could not be found out."""

    subjects: tuple[Subject, ...] = ()
    left_out: tuple[str, ...] = ()  # what was seen and not looked up, each with its reason
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """What a list said of its own test entries for one kind: the one it must have, then the one it must not."""

    list: str
    kind: Kind
    before: tuple[DnsAnswer, DnsAnswer]
    after: tuple[DnsAnswer, DnsAnswer] | None = None  # asked afresh when all else was; None: the first failed


@dataclass(frozen=True, slots=True)
class Listing:
    """What a list said of one subject; `texts` are asked for only where it is listed."""

    list: str
    subject: Subject
    answer: DnsAnswer
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All answers of one round about one site."""

    trouble: Gap | None = None  # why the DNS cannot be asked at all
    subjects: Subjects = Subjects()
    trials: tuple[Trial, ...] = ()
    listings: tuple[Listing, ...] = ()
