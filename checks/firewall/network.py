"""The addresses, interfaces and routes of a host, and which interfaces face the internet."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range
from typing import Literal

from checks.firewall.intervals import IntervalSet

Family = Literal[4, 6]
FAMILIES: tuple[Family, Family] = (4, 6)
EVERYWHERE: dict[Family, IntervalSet] = {4: IntervalSet(((0, 2**32 - 1),)), 6: IntervalSet(((0, 2**128 - 1),))}

_NOT_THE_WORLD = (
    # private, shared by a provider's customers, this link, this machine, groups, nobody
    *("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8"),
    *("0.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4", "fc00::/7", "fe80::/10", "::/127", "::ffff:0:0/96", "ff00::/8"),
)


def network(text: str) -> tuple[Family, IntervalSet]:
    """The family and the numbers of "192.0.2.0/24", "192.0.2.7" or "192.0.2.1-192.0.2.9"; ValueError for others."""
    if "-" in text:
        first, _, last = text.partition("-")
        low, high = ip_address(first.strip()), ip_address(last.strip())
        if low.version != high.version:
            raise ValueError(f"{text!r} begins in one family and ends in the other")
        return _family(low.version), IntervalSet.of([(int(low), int(high))])
    found = ip_network(text.strip(), strict=False)
    return _family(found.version), IntervalSet(((int(found.network_address), int(found.broadcast_address)),))


def address(text: str) -> tuple[Family, int]:
    """One address as a family and its number; ValueError."""
    found = ip_address(text)
    return _family(found.version), int(found)


def _family(version: int) -> Family:
    return 4 if version == 4 else 6


def networks(texts: Iterable[str], family: Family) -> IntervalSet:
    """Return the networks of one family as a set; others are left out."""
    found = (network(text) for text in texts)
    return IntervalSet.of(part for version, spans in found if version == family for part in spans.parts)


def world(family: Family, internal: Iterable[str] = ()) -> IntervalSet:
    """The addresses a stranger may come from; `internal` are further networks that are trusted."""
    return EVERYWHERE[family] - networks((*_NOT_THE_WORLD, *internal), family)


def words(spans: IntervalSet, family: Family, most: int = 6) -> str:
    """The set as networks: "192.0.2.0/24, 198.51.100.7 and 12 more"."""
    kind = IPv4Address if family == 4 else IPv6Address
    named: list[str] = []
    for first, last in spans.parts[: most + 1]:
        for one in summarize_address_range(kind(first), kind(last)):
            named.append(str(one.network_address) if one.num_addresses == 1 else str(one))
            if len(named) > most:
                break
    more = len(named) > most
    return ", ".join(named[:most]) + (" and more" if more else "")


MOST_ADDRESSES = 1000
MOST_INTERFACES = 1000
MOST_ROUTES = 20_000
MOST_FACING = 16
"""How many interfaces that face the internet are simulated at most."""

_INNER = re.compile(r"(lo$|docker|br-|veth|virbr|cni|flannel|cali|podman|lxc|lxd|tun|tap|wg|tailscale|dummy|nebula|zt)")
"""Interfaces that do not face the world while there are others."""

_LINK_LOCAL = (*("127.0.0.0/8", "169.254.0.0/16"), *("fe80::/10", "::1/128", "fc00::/7"))


@dataclass(frozen=True, slots=True)
class HostAddress:
    """An address of this host and the network it is in."""

    interface: str
    family: Family
    number: int
    network: IntervalSet


@dataclass(frozen=True, slots=True)
class HostNetwork:
    """`addresses` is None where the host did not say; `default_routes` has (family, interface) pairs."""

    addresses: tuple[HostAddress, ...] | None = None
    interfaces: tuple[str, ...] = ()
    default_routes: frozenset[tuple[Family, str]] = frozenset()

    def numbers(self, family: Family) -> frozenset[int]:
        """This host's own addresses."""
        return frozenset(one.number for one in self.addresses or () if one.family == family)

    def interface_to(self, family: Family, number: int) -> str | None:
        """Where a packet to an address leaves, as far as a network of an interface tells."""
        found = [one for one in self.addresses or () if one.family == family and number in one.network]
        return min(found, key=lambda one: one.network.amount).interface if found else None

    def facing_world(self, family: Family) -> tuple[str, ...]:
        """The interfaces on which strangers come in: those of the default routes, else all that are not inner ones."""
        routed = sorted({name for version, name in self.default_routes if version == family})
        named = [one.interface for one in self.addresses or () if one.family == family]
        candidates = list(dict.fromkeys(named)) or list(self.interfaces)
        outer = [name for name in candidates if not _INNER.match(name)]
        return tuple(routed or outer or [name for name in candidates if name != "lo"] or ["an unknown interface"])

    def reachable_at(self, family: Family, interface: str) -> tuple[int | None, ...]:
        """The addresses that a stranger may send to on an interface; (None,) where they are not known."""
        if self.addresses is None:
            return (None,)
        near = networks(_LINK_LOCAL, family)
        found = [one.number for one in self.addresses if one.family == family and one.interface == interface]
        return tuple(number for number in found if number not in near)[:4]


def parse_addresses(text: str) -> tuple[HostAddress, ...]:
    """From `ip -o addr show`: "2: eth0    inet 192.0.2.1/24 brd 192.0.2.255 scope global eth0"."""
    found = []
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= 4 and fields[2] in ("inet", "inet6"):
            try:
                family, number = address(fields[3].partition("/")[0])
                near = network(_peer(fields) or fields[3])[1]
            except ValueError:
                continue
            found.append(HostAddress(fields[1].rstrip(":").partition("@")[0], family, number, near))
    return tuple(found)


def _peer(fields: list[str]) -> str:
    """The other end of a point-to-point link, which is what can be sent to there."""
    return fields[5] if len(fields) > 5 and fields[4] == "peer" else ""


def parse_interfaces(text: str) -> tuple[str, ...]:
    """From /proc/net/dev."""
    return tuple(line.partition(":")[0].strip() for line in text.splitlines() if ":" in line)


def parse_routes(ipv4: str, ipv6: str) -> frozenset[tuple[Family, str]]:
    """The interfaces of default routes, from /proc/net/route and /proc/net/ipv6_route."""
    return frozenset({*_routes4(ipv4.splitlines()), *_routes6(ipv6.splitlines())})


def _routes4(lines: Iterable[str]) -> Iterable[tuple[Family, str]]:
    for line in lines:
        fields = line.split()
        if len(fields) >= 8 and fields[1] == "00000000" and fields[7] == "00000000":
            yield 4, fields[0]


def _routes6(lines: Iterable[str]) -> Iterable[tuple[Family, str]]:
    for line in lines:
        fields = line.split()
        if len(fields) == 10 and fields[0] == "0" * 32 and fields[1] == "00" and fields[9] != "lo":
            yield 6, fields[9]
