"""A host's interfaces and addresses, and which of them face the world."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from checks.firewall.addresses import Family, address, network, networks
from checks.firewall.spans import Spans

_INNER = re.compile(r"(lo$|docker|br-|veth|virbr|cni|flannel|cali|podman|lxc|lxd|tun|tap|wg|tailscale|dummy|nebula|zt)")
"""Interfaces that do not face the world while there are others."""

_LINK_LOCAL = (*("127.0.0.0/8", "169.254.0.0/16"), *("fe80::/10", "::1/128", "fc00::/7"))


@dataclass(frozen=True, slots=True)
class Address:
    """An address of this host and the network it is in."""

    interface: str
    family: Family
    number: int
    network: Spans


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`addresses` is None where the host did not say; `default_routes` has (family, interface) pairs."""

    addresses: tuple[Address, ...] | None = None
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


def parse_addresses(text: str) -> tuple[Address, ...]:
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
            found.append(Address(fields[1].rstrip(":").partition("@")[0], family, number, near))
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
