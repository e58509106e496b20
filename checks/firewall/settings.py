"""What the world may reach on a host, as its people say."""

from dataclasses import dataclass
from typing import Literal

from checks.firewall.intervals import IntervalSet
from checks.firewall.network import EVERYWHERE, FAMILIES, Family, network, networks
from checks.firewall.sockets import port_number

ANY = "any"
SSH = "ssh"


@dataclass(frozen=True, slots=True)
class Allow:
    """A port that may be reached, and from where."""

    port: int | str  # 8080, "8000-8010", or a name: "ssh" is where this host's SSH is, "https" is 443
    protocol: Literal["tcp", "udp"] = "tcp"
    source: tuple[str, ...] = (ANY,)  # networks, "203.0.113.0/24" or one address; "any" is the world
    family: Literal["both", "ipv4", "ipv6"] = "both"

    def __post_init__(self) -> None:
        """Refuse a port or a source that is none."""
        if self.port != SSH:
            port_span(self.port)
        for one in self.source:
            if one != ANY:
                network(one)
        if not self.source:
            raise ValueError('source names no network: leave it out, or write ["any"], for the world')

    def ports(self, ssh: frozenset[int]) -> IntervalSet:
        """The ports it means, where SSH is on `ssh`."""
        if self.port == SSH:
            return IntervalSet.of((port, port) for port in ssh)
        return IntervalSet.of([port_span(self.port)])

    def sources(self, family: Family) -> IntervalSet:
        """The addresses it lets in, none where it does not speak of this family."""
        if self.family == ("ipv6" if family == 4 else "ipv4"):
            return IntervalSet()
        return EVERYWHERE[family] if ANY in self.source else networks(self.source, family)


def port_span(port: int | str) -> tuple[int, int]:
    """The first and the last port of 80, "80", "https" or "8000-8010"; ValueError for what is none."""
    if isinstance(port, int) or "-" not in port:
        number = port_number(port.strip() if isinstance(port, str) else port)
        return number, number
    first, _, last = port.partition("-")
    low, high = port_number(first.strip()), port_number(last.strip())
    if low > high:
        raise ValueError(f"the range {port!r} ends before it begins")
    return low, high


_ALLOWED = (Allow(SSH), Allow(80), Allow(443), Allow(443, "udp"))
_DANGEROUS = (
    *(21, 23, 25, 111, 135, 137, 139, 445, 512, 513, 514, 873, 2049),  # files, terminals and mail of old
    *(1433, 1521, 3306, 5432, 6379, 9200, 9300, 11211, 27017, 5984, 9042),  # databases and searches
    *(2375, 2376, 2379, 6443, 10250, 5601, 15672, 8983, 9000, 9001, 10000, 3389, 5900, 8080, 8161),  # consoles
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What is declared, and what is worst where it was not."""

    allow: tuple[Allow, ...] = _ALLOWED  # all that strangers may reach; written anew it replaces these four
    dangerous: tuple[int, ...] = _DANGEROUS  # ports whose being open to the world is CRITICAL unless allowed
    internal_networks: tuple[str, ...] = ()  # networks that are not the world, besides all private ones
    managed_elsewhere: str = (
        ""  # "AWS security group sg-0a1b": a firewall before this host, so it needs none of its own
    )
    ignore: tuple[str, ...] = ()  # "udp/5353": ports that are nobody's business
    changed_days: float = 3  # how long a change of the rules is reported; 0: never

    def __post_init__(self) -> None:
        """Refuse networks and numbers that are none."""
        for one in self.internal_networks:
            network(one)
        for port in self.dangerous:
            port_number(port)
        if self.changed_days < 0:
            raise ValueError("changed_days cannot be negative")

    def declared(self, protocol: str, port: int, family: Family, ssh: frozenset[int]) -> IntervalSet:
        """The sources that may reach a port."""
        found = (one.sources(family) for one in self.allow if one.protocol == protocol and port in one.ports(ssh))
        return IntervalSet.of(part for spans in found for part in spans.parts)

    def is_declared(self, protocol: str, port: int, ssh: frozenset[int]) -> bool:
        """Whether anybody may reach a port."""
        return any(self.declared(protocol, port, family, ssh) for family in FAMILIES)
