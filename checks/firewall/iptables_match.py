"""What the conditions of an iptables rule mean."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from checks.firewall.intervals import PORTS, Interval, IntervalSet
from checks.firewall.network import Family, network
from checks.firewall.rules import NEVER, UNTELLABLE, Match, protocol_name, tcp_syn
from checks.firewall.sockets import port_number

_MOST = 200_000


@dataclass(frozen=True, slots=True)
class AddressSet:
    """A set of addresses of a family, or of ports."""

    spans: IntervalSet
    family: Family | None
    ports: bool = False


Sets = Mapping[str, AddressSet]


def parse(text: str) -> dict[str, AddressSet]:
    """Sets from `ipset save`; those of pairs or of other things are left out, as if they could not be read."""
    kinds: dict[str, tuple[Family | None, bool]] = {}
    parts: dict[str, list[Interval]] = {}
    outside: dict[str, list[Interval]] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) < 3 or words[0] not in ("create", "add"):
            continue
        name = words[1]
        if words[0] == "create":
            if words[2] in ("hash:ip", "hash:net", "bitmap:ip"):
                kinds[name] = (6 if "inet6" in words else 4, False)
            elif words[2] == "bitmap:port":
                kinds[name] = (None, True)
            continue
        if name not in kinds or len(parts.get(name, ())) > _MOST:
            kinds.pop(name, None)
            continue
        try:
            span = _set_ports(words[2]) if kinds[name][1] else network(words[2])[1].parts[0]
        except (ValueError, IndexError):
            kinds.pop(name)
            continue
        (outside if "nomatch" in words else parts).setdefault(name, []).append(span)
    return {
        name: AddressSet(IntervalSet.of(parts.get(name, ())) - IntervalSet.of(outside.get(name, ())), family, ports)
        for name, (family, ports) in kinds.items()
    }


def _set_ports(text: str) -> Interval:
    """ "80", "80-90" or "tcp:80"; a port beyond all ports is a ValueError."""
    first, _, last = text.rpartition(":")[2].partition("-")
    found = (int(first), int(last or first))
    if not (found[0] in PORTS and found[1] in PORTS):
        raise ValueError(f"{text!r} is no port")
    return found


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a rule: "! --dport 22" or "--ctstate NEW,RELATED"."""

    name: str
    values: tuple[str, ...]
    negated: bool

    @property
    def value(self) -> str:
        """Its first value."""
        return self.values[0] if self.values else ""


def matches(options: Sequence[Option], family: Family, sets: Sets) -> Iterator[Match]:
    """What an option says; UNTELLABLE for what is not known here."""
    modules = {one.value for one in options if one.name == "-m"}
    for one in options:
        if one.name == "-m":
            if not _MODULES.fullmatch(one.value):
                yield UNTELLABLE
        elif one.name == "--match-set":
            yield _of_set(one, family, sets)
        elif not _NEGLIGIBLE.fullmatch(one.name):
            yield from _of_option(one)
    yield from _of_modules(modules, options)


def _of_option(option: Option) -> Sequence[Match]:
    reader = _READERS.get(option.name)
    if reader is None:
        return [UNTELLABLE]
    try:
        return [replace(match, negated=match.negated != option.negated) for match in reader(option)]
    except (ValueError, IndexError):
        return [UNTELLABLE]


def _of_modules(modules: set[str], options: Sequence[Option]) -> Iterator[Match]:
    """What modules mean that say it without an option of their own."""
    names = {one.name for one in options if not one.negated}
    if "rpfilter" in modules and "--invert" in names:
        yield NEVER  # a stranger's packet comes from where the answer goes
    if "recent" in modules and {"--update", "--rcheck", "--remove"} & names:
        yield NEVER  # a stranger is on no list yet
    if "connlimit" in modules and "--connlimit-above" in names:
        yield NEVER  # a stranger has no connections yet
    if "hashlimit" in modules and "--hashlimit-above" in names:
        yield NEVER


_MODULES = re.compile(
    "tcp|udp|comment|state|conntrack|multiport|iprange|limit|hashlimit|connlimit|recent|addrtype|set|mark|connmark|rpfilter"
    "|pkttype|policy|physdev|icmp6?|owner"
)
_NEGLIGIBLE = re.compile(
    "--(comment|limit(-burst|-iface-in)?|hashlimit(-[a-z-]+)?|connlimit-[a-z]+|set|update|rcheck|remove|seconds|hitcount"
    "|rttl|reap|name|mask|rsource|rdest|invert|loose|validmark|accept-local|dir|strict|return-nomatch)"
)


def _of_set(option: Option, family: Family, sets: Sets) -> Match:
    """`--match-set NAME src`: only sets of one kind of thing, whose contents are known, say anything."""
    if len(option.values) != 2:
        return UNTELLABLE
    name, direction = option.values
    found = sets.get(name)
    if found is None or (found.family not in (None, family)):
        return UNTELLABLE
    if found.ports:
        field_name = {"src": "sport", "dst": "dport"}.get(direction)
    else:
        field_name = {"src": "saddr", "dst": "daddr"}.get(direction)
    return Match(field_name, found.spans, option.negated) if field_name else UNTELLABLE  # type: ignore[arg-type]


def _networks(option: Option) -> IntervalSet:
    return IntervalSet.of(part for one in option.value.split(",") for part in network(one)[1].parts)


def _ports(option: Option) -> IntervalSet:
    parts = []
    for one in option.value.split(","):
        first, colon, last = one.partition(":")
        low = port_number(first or 0)
        parts.append((low, port_number(last or 65535) if colon else low))
    return IntervalSet.of(parts)


def _names(option: Option) -> frozenset[str]:
    return frozenset(option.value.lower().split(","))


def _flags(option: Option) -> list[Match]:
    mask, wanted = (frozenset(one.lower().split(",")) - {"none"} for one in option.values[:2])
    every = frozenset({"fin", "syn", "rst", "psh", "ack", "urg"})
    mask, wanted = (every if "all" in one else one for one in (mask, wanted))
    return [Match("constant", tcp_syn(mask, wanted))]


def _marks(option: Option) -> list[Match]:
    value, _, _mask = option.value.partition("/")
    return [Match("unmarked", int(value, 0) == 0)]


def _of_direction(option: Option, mine: str) -> list[Match]:
    """Packet types and IPsec's directions, of which a stranger's packet has one."""
    return [Match("constant", option.value == mine)]


def _proto(option: Option) -> list[Match]:
    name = protocol_name(option.value.lower())
    return [] if name in ("all", "0") else [Match("proto", frozenset({name}))]


def _dst_type(option: Option) -> list[Match]:
    wanted = _names(option)
    return [Match("constant", True)] if {"local", "unicast"} <= wanted else [Match("local", "local" in wanted)]


_Reader = Callable[[Option], Sequence[Match]]

_READERS: Mapping[str, _Reader] = {
    "-p": _proto,
    "-s": lambda one: [Match("saddr", _networks(one))],
    "-d": lambda one: [Match("daddr", _networks(one))],
    "-i": lambda one: [Match("iif", frozenset({one.value.replace("+", "*")}))],
    "-o": lambda one: [Match("oif", frozenset({one.value.replace("+", "*")}))],
    "--dport": lambda one: [Match("dport", _ports(one))],
    "--dports": lambda one: [Match("dport", _ports(one))],
    "--sport": lambda one: [Match("sport", _ports(one))],
    "--sports": lambda one: [Match("sport", _ports(one))],
    "--ports": lambda one: [Match("either", ((Match("dport", _ports(one)),), (Match("sport", _ports(one)),)))],
    "--src-range": lambda one: [Match("saddr", network(one.value)[1])],
    "--dst-range": lambda one: [Match("daddr", network(one.value)[1])],
    "--tcp-flags": _flags,
    "--syn": lambda _: [Match("constant", True)],
    "--state": lambda one: [Match("state", _names(one))],
    "--ctstate": lambda one: [Match("state", _names(one))],
    "--ctdir": lambda one: _of_direction(one, "ORIGINAL"),
    "--ctorigdstport": lambda one: [Match("original-dport", _ports(one))],
    "--ctproto": _proto,
    "--dst-type": _dst_type,
    "--src-type": lambda one: [Match("constant", "unicast" in _names(one))],
    "--pkt-type": lambda one: _of_direction(one, "unicast"),
    "--mark": _marks,
    "--icmp-type": lambda _: [NEVER],
    "--icmpv6-type": lambda _: [NEVER],
    "--physdev-is-bridged": lambda _: [NEVER],
    "--pol": lambda one: _of_direction(one, "none"),
    "--uid-owner": lambda _: [NEVER],
    "--gid-owner": lambda _: [NEVER],
}
