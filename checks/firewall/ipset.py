"""The contents of ipsets, which iptables' rules ask by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from checks.firewall.addresses import Family, network
from checks.firewall.spans import PORTS, Span, Spans

_MOST = 200_000


@dataclass(frozen=True, slots=True)
class AddressSet:
    """A set of addresses of a family, or of ports."""

    spans: Spans
    family: Family | None
    ports: bool = False


Sets = Mapping[str, AddressSet]


def parse(text: str) -> dict[str, AddressSet]:
    """Sets from `ipset save`; those of pairs or of other things are left out, as if they could not be read."""
    kinds: dict[str, tuple[Family | None, bool]] = {}
    parts: dict[str, list[Span]] = {}
    outside: dict[str, list[Span]] = {}
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
        name: AddressSet(Spans.of(parts.get(name, ())) - Spans.of(outside.get(name, ())), family, ports)
        for name, (family, ports) in kinds.items()
    }


def _set_ports(text: str) -> Span:
    """ "80", "80-90" or "tcp:80"; a port beyond all ports is a ValueError."""
    first, _, last = text.rpartition(":")[2].partition("-")
    found = (int(first), int(last or first))
    if not (found[0] in PORTS and found[1] in PORTS):
        raise ValueError(f"{text!r} is no port")
    return found
