"""The listening sockets of a host, from ss or /proc/net, and the ports that Docker publishes."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address
from itertools import islice
from typing import Any

from checks.firewall.network import FAMILIES, Family
from checks.text import clean

MOST_SOCKETS = 5000


@dataclass(frozen=True, slots=True)
class Listener:
    """One open socket. `address` is None where it takes all of the host's."""

    protocol: str  # tcp, udp
    port: int
    families: frozenset[Family]
    address: int | None = None
    interface: str = ""  # bound to this one alone
    process: str = ""  # "" where the host does not say whose it is
    loopback: bool = False

    def takes(self, family: Family, address: int | None, interface: str) -> bool:
        """Whether a packet to this address by this interface comes to it."""
        here = self.address is None or address is None or self.address == address
        return family in self.families and here and self.interface in ("", interface)


def parse_ss(text: str) -> tuple[Listener, ...]:
    """From `ss -H -lntup`, of any version.

        tcp   LISTEN 0  511  0.0.0.0:80  0.0.0.0:*  users:(("nginx",pid=712,fd=6))
        udp   UNCONN 0  0    [fe80::1]%eth0:546  [::]:*

    "*" is a socket that takes both families, "[::]" one that takes IPv6 alone.
    """
    found = []
    for line in text.splitlines()[:MOST_SOCKETS]:
        fields = line.split(None, 6)
        if len(fields) >= 5 and fields[0] in ("tcp", "udp") and fields[1] in ("LISTEN", "UNCONN"):
            process = re.search(r'\(\("([^"]{1,80})"', fields[6]) if len(fields) > 6 else None
            one = _listener(fields[0], fields[4])
            if one is not None:
                found.append(replace(one, process=clean(process[1], 40) if process else ""))
    return tuple(found)


def _listener(protocol: str, local: str) -> Listener | None:
    host, _, port = local.rpartition(":")
    host, _, interface = host.partition("%")
    if "]" in interface:  # "[fe80::1%eth0]" of some versions
        interface = interface.rstrip("]")
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        return None
    if host == "*":
        return Listener(protocol, int(port), frozenset(FAMILIES), interface=interface)
    try:
        return _bound(protocol, int(port), host.strip("[]"), interface)
    except ValueError:
        return None


def _bound(protocol: str, port: int, host: str, interface: str) -> Listener:
    address = ip_address(host)
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    address = mapped or address
    families = frozenset[Family]({4 if address.version == 4 else 6})
    number = None if address.is_unspecified else int(address)
    return Listener(protocol, port, families, number, interface, loopback=address.is_loopback or interface == "lo")


def parse_proc(tables: Iterable[tuple[str, str]]) -> tuple[Listener, ...]:
    """From /proc/net/{tcp,tcp6,udp,udp6}, as (name, text): where there is no ss.

    They do not say whose sockets they are, nor whether one for all of IPv6 takes IPv4 too. Mostly it does, unless
    another one has the port there.
    """
    found = [one for name, text in tables for one in _proc_lines(name, text)]
    taken = {(one.protocol, one.port) for one in found if one.families == {4} and one.address is None}
    return tuple(
        replace(one, families=frozenset(FAMILIES))
        if one.families == {6} and one.address is None and (one.protocol, one.port) not in taken
        else one
        for one in found
    )


def _proc_lines(name: str, text: str) -> Iterator[Listener]:
    protocol = name[:3]
    listening = {"tcp": "0A", "udp": "07"}.get(protocol)
    for line in text.splitlines()[1:MOST_SOCKETS]:
        fields = line.split()
        if len(fields) < 4 or fields[3] != listening or ":" not in fields[1]:
            continue
        host, _, port = fields[1].partition(":")
        try:
            raw = bytes.fromhex(host)
            words = [raw[start : start + 4][::-1] for start in range(0, len(raw), 4)]
            yield _bound(protocol, int(port, 16), str(ip_address(b"".join(words))), "")
        except ValueError:
            continue


Published = Mapping[tuple[str, int], str]
"""Names of containers by protocol and port of the host."""

_PORTS = re.compile(r"(?P<host>\S+):(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?->\S+/(?P<protocol>tcp|udp)", re.ASCII)
_MOST_PORTS = 1000  # of one mapping
_LONGEST_MAPPING = 200  # characters; what is longer is none
MOST_CONTAINERS = 1000
MOST_PUBLISHED = 5000  # ports of all containers


def parse(text: str) -> Published:
    """From the lines of `docker ps --format '{{json .}}'`; ports published to this machine alone are left out."""
    found: dict[tuple[str, int], str] = {}
    for line in text.splitlines()[:MOST_CONTAINERS]:
        try:
            said = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(said, dict):
            name = clean(str(said.get("Names", "a container")), 60)
            for door in islice(_ports(str(said.get("Ports", ""))), MOST_PUBLISHED + 1 - len(found)):
                found.setdefault(door, name)
    return found


def _ports(text: str) -> Iterator[tuple[str, int]]:
    """ "0.0.0.0:8080->80/tcp, [::]:8080->80/tcp, 127.0.0.1:3307->3306/tcp, 9000/tcp"."""
    for mapping in text[:20_000].split(","):
        one = _PORTS.fullmatch(mapping.strip()) if len(mapping) <= _LONGEST_MAPPING else None
        if one is None or one["host"].startswith(("127.", "[::1]", "::1")):
            continue
        first, last = int(one["first"]), int(one["last"] or one["first"])
        for port in range(first, min(last, first + _MOST_PORTS, 65535) + 1):
            yield one["protocol"], port


NAMES = {
    "ftp": 21, "ssh": 22, "telnet": 23, "smtp": 25, "domain": 53, "http": 80, "pop3": 110, "sunrpc": 111, "ntp": 123,
    "imap": 143, "snmp": 161, "ldap": 389, "https": 443, "smtps": 465, "submissions": 465, "syslog": 514,
    "submission": 587, "imaps": 993, "pop3s": 995, "rsync": 873, "mysql": 3306, "postgresql": 5432, "redis": 6379,
}  # fmt: skip


def port_number(value: Any) -> int:
    """A port from 0 to 65535 by its number, as text or not, or by its name; ValueError for others."""
    if isinstance(value, str) and value in NAMES:
        return NAMES[value]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValueError(f"{value!r} is no port")
    number = int(value)
    if not 0 <= number <= 65535:
        raise ValueError(f"{number} is no port")
    return number
