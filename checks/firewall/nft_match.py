"""What the conditions of an nft rule mean."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checks.firewall.intervals import PORTS, Interval, IntervalSet
from checks.firewall.network import network
from checks.firewall.rules import NEVER, UNTELLABLE, Match, protocol_name, tcp_syn
from checks.firewall.sockets import port_number

_MOST_ELEMENTS = 200_000


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A named set or map; `changing` where rules or time add and take away its elements."""

    types: tuple[str, ...]
    elements: tuple[Any, ...]
    changing: bool


Sets = Mapping[str, NamedSet]


def conditions(value: Any, sets: Sets) -> list[Match]:
    """The matches of one `match` expression: those its left side implies, and the comparison."""
    if not isinstance(value, dict):
        return [UNTELLABLE]
    op, left, right = value.get("op"), value.get("left"), value.get("right")
    if op in ("==", "in", "!="):
        *implied, last = equal(left, right, sets)
        return [*implied, replace(last, negated=not last.negated) if op == "!=" else last]
    return _ordered(str(op), left, right, sets)


def _ordered(op: str, left: Any, right: Any, sets: Sets) -> list[Match]:
    """`<`, `>`, `<=` and `>=`, which people write for ports."""
    *implied, last = equal(left, [right], sets)
    if last.field not in ("dport", "sport") or not isinstance(last.wanted, IntervalSet) or not last.wanted:
        return [*implied, UNTELLABLE]
    number = last.wanted.parts[0][0]
    spans = {"<": (0, number - 1), "<=": (0, number), ">": (number + 1, 65535), ">=": (number, 65535)}
    return [*implied, Match(last.field, IntervalSet.of([spans[op]]))] if op in spans else [*implied, UNTELLABLE]


def elements(value: Any, sets: Sets) -> list[Any] | None:
    """What the right side of a comparison may be, one by one; None where that is not known."""
    if isinstance(value, str) and value.startswith("@"):
        found = sets.get(value[1:])
        return None if found is None else list(found.elements)
    if isinstance(value, dict):
        for name in ("set", "|"):
            if isinstance(value.get(name), list):
                return list(value[name])
            if name in value:
                return [value[name]]
    return list(value) if isinstance(value, list) else [value]


def equal(left: Any, right: Any, sets: Sets) -> list[Match]:
    """The matches for `left` being `right` or one of it. The last one is the comparison, the others what it implies."""
    found = elements(right, sets)
    if found is None or len(found) > _MOST_ELEMENTS or not isinstance(left, dict) or len(left) != 1:
        return [UNTELLABLE]
    found = [_bare(one) for one in found]
    (name, value), *_ = left.items()
    reader = _READERS.get(name)
    try:
        return reader(value, found, sets) if reader else [UNTELLABLE]
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return [UNTELLABLE]


def implied(key: Any, sets: Sets) -> list[Match]:
    """What looking at a part of a packet implies: `add @seen { ip saddr }` is for IPv4 alone."""
    inner = _bare(key)
    parts = inner["concat"] if isinstance(inner, dict) and isinstance(inner.get("concat"), list) else [inner]
    return [match for part in parts for match in equal(part, [], sets)[:-1]]


def _bare(element: Any) -> Any:
    """An element without its timeout and comment."""
    inner = element.get("elem") if isinstance(element, dict) else None
    return inner.get("val") if isinstance(inner, dict) else element


def _payload(value: Any, found: list[Any], _: Sets) -> list[Match]:
    protocol, name = str(value.get("protocol")), value.get("field")
    if protocol in ("ip", "ip6"):
        return [Match("family", frozenset({"4" if protocol == "ip" else "6"})), _of_address(name, found)]
    if protocol == "th":
        return [_of_port(name, found)]
    if protocol in ("tcp", "udp"):
        return [Match("proto", frozenset({protocol})), _of_port(name, found)]
    if protocol in ("ether", "vlan", "None"):
        return [UNTELLABLE]
    return [Match("proto", frozenset({protocol_name(protocol)})), UNTELLABLE]


def _of_address(name: Any, found: list[Any]) -> Match:
    if name in ("saddr", "daddr"):
        return Match(name, _addresses(found))
    return Match("proto", _protocols(found)) if name in ("protocol", "nexthdr") else UNTELLABLE


def _of_port(name: Any, found: list[Any]) -> Match:
    if name in ("dport", "sport"):
        return Match(name, _ports(found))
    return _flags(found) if name == "flags" else UNTELLABLE


def _flags(found: list[Any]) -> Match:
    """`tcp flags syn`: one of them is set."""
    return Match("constant", "syn" in found)


def _masked(value: Any, found: list[Any], sets: Sets) -> list[Match]:
    """`tcp flags & (fin|syn) == syn`, and marks under a mask."""
    inner, mask = value[0], value[1]
    if inner.get("payload", {}).get("field") == "flags":
        wanted = frozenset(str(one) for one in found) - {"0"}
        flags = frozenset(str(one) for one in elements(mask, sets) or ())
        return [Match("proto", frozenset({"tcp"})), Match("constant", tcp_syn(flags, wanted))]
    if inner.get("meta", {}).get("key") == "mark" or inner.get("ct", {}).get("key") == "mark":
        return [Match("unmarked", 0 in found)]
    if inner.get("ct", {}).get("key") in ("state", "status"):
        none_of = _ct(inner["ct"], list(elements(mask, sets) or ()), sets)
        return [replace(one, negated=True) for one in none_of] if found == [0] else [UNTELLABLE]
    return [UNTELLABLE]


def _meta(value: Any, found: list[Any], _: Sets) -> list[Match]:
    names = frozenset(str(one) for one in found)
    match value.get("key"):
        case "iif" | "iifname":
            wanted = Match("iif", names)
        case "oif" | "oifname":
            wanted = Match("oif", names)
        case "l4proto":
            wanted = Match("proto", _protocols(found))
        case "nfproto" | "protocol":
            shorter = {"ipv4": "4", "ip": "4", "ipv6": "6", "ip6": "6"}
            wanted = Match("family", frozenset(shorter.get(one, one) for one in names))
        case "mark":
            wanted = Match("unmarked", 0 in found)
        case "pkttype":
            wanted = Match("constant", bool(names & {"host", "unicast"}))
        case "skuid" | "skgid":
            wanted = NEVER
        case _:
            wanted = UNTELLABLE
    return [wanted]


def _ct(value: Any, found: list[Any], _: Sets) -> list[Match]:
    names = frozenset(str(one) for one in found)
    match value.get("key"):
        case "state":
            wanted = Match("state", names)
        case "status":
            wanted = Match("status", names)
        case "direction":
            wanted = Match("constant", "original" in names)
        case "mark":
            wanted = Match("unmarked", 0 in found)
        case "proto-dst" if value.get("dir") == "original":
            wanted = Match("original-dport", _ports(found))
        case _:
            wanted = UNTELLABLE
    return [wanted]


def _fib(value: Any, found: list[Any], _: Sets) -> list[Match]:
    flags = set(value.get("flags", ()))
    names = {str(one) for one in found}
    if value.get("result") == "type" and "daddr" in flags:
        return [Match("constant", True)] if {"local", "unicast"} <= names else [Match("local", "local" in names)]
    if value.get("result") == "type" and "saddr" in flags:
        return [Match("constant", "unicast" in names)]
    if "saddr" in flags and found and isinstance(found[0], bool):
        return [Match("constant", found[0])]  # a stranger's packet comes from where the answer goes
    return [UNTELLABLE]


def _concat(value: Any, found: list[Any], sets: Sets) -> list[Match]:
    """`ip saddr . tcp dport { 192.0.2.1 . 22 }`: alternatives of several conditions each."""
    alternatives = []
    for element in found:
        parts = element.get("concat") if isinstance(element, dict) else None
        if not isinstance(parts, list) or len(parts) != len(value):
            return [UNTELLABLE]
        both = [one for left, right in zip(value, parts, strict=True) for one in equal(left, [right], sets)]
        alternatives.append(tuple(both))
    return [Match("either", tuple(alternatives))]


_Reader = Callable[[Any, list[Any], Sets], list[Match]]
_READERS: Mapping[str, _Reader] = {
    "payload": _payload,
    "meta": _meta,
    "ct": _ct,
    "fib": _fib,
    "concat": _concat,
    "&": _masked,
}


def _addresses(found: Iterable[Any]) -> IntervalSet:
    return IntervalSet.of(part for one in found for part in network(_address_text(one))[1].parts)


def _address_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if "prefix" in value:
        return f"{value['prefix']['addr']}/{int(value['prefix']['len'])}"
    first, last = value["range"]
    return f"{first}-{last}"


def _ports(found: Iterable[Any]) -> IntervalSet:
    return IntervalSet.of(_port_span(one) for one in found) & PORTS


def _port_span(value: Any) -> Interval:
    if isinstance(value, dict):
        first, last = value["range"]
        return port_number(first), port_number(last)
    return port_number(value), port_number(value)


def _protocols(found: Sequence[Any]) -> frozenset[str]:
    names = set()
    for one in found:
        if isinstance(one, dict):
            first, last = one["range"]
            names |= {protocol_name(str(number)) for number in range(int(first), min(int(last), 255) + 1)}
        else:
            names.add(protocol_name(str(one)))
    return frozenset(names)
