"""Whether a match holds for a packet, and for which of all sources."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from checks.firewall.addresses import EVERYWHERE, Family
from checks.firewall.rules import Match
from checks.firewall.spans import NONE, Spans

CLIENT_PORTS = Spans(((32768, 60999),))
"""What an ordinary client sends from."""


@dataclass(frozen=True, slots=True)
class Packet:
    """The first packet of a connection, known in all but its source."""

    family: Family
    proto: str
    dport: int
    iif: str
    daddr: int | None = None  # None: one of this host's addresses, not known which
    oif: str | None = None  # where it is sent on to; None: nowhere, or not known
    local: bool = True  # sent to this host
    translated: bool = False
    original_dport: int = 0
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Extent:
    """The sources for which a match holds, and those for which nobody can tell."""

    yes: Spans
    maybe: Spans = NONE

    def both(self, other: "Extent") -> "Extent":
        """Where this and the other hold."""
        yes = self.yes & other.yes
        possible = (self.yes | self.maybe) & (other.yes | other.maybe)
        return Extent(yes, possible - yes)

    def either(self, other: "Extent") -> "Extent":
        """Where this or the other holds."""
        yes = self.yes | other.yes
        return Extent(yes, (self.maybe | other.maybe) - yes)


def extent(matches: Iterable[Match], packet: Packet) -> Extent:
    """Where all matches hold together."""
    everywhere = EVERYWHERE[packet.family]
    found = Extent(everywhere)
    for match in matches:
        found = found.both(_negated(_one(match, packet), everywhere) if match.negated else _one(match, packet))
        if not found.yes and not found.maybe:
            break
    return found


def _negated(found: Extent, everywhere: Spans) -> Extent:
    return Extent(everywhere - (found.yes | found.maybe), found.maybe)


def _one(match: Match, packet: Packet) -> Extent:
    everywhere = EVERYWHERE[packet.family]
    if match.field == "saddr":
        return Extent(match.wanted if isinstance(match.wanted, Spans) else NONE)
    if match.field == "either":
        assert isinstance(match.wanted, tuple)  # noqa: S101  # what Match says of this field
        alternatives = (extent(one, packet) for one in match.wanted)
        return reduce(Extent.either, alternatives, Extent(NONE))
    holds = _holds(match, packet)
    if holds is None:
        return Extent(NONE, everywhere)
    return Extent(everywhere if holds else NONE)


def _holds(match: Match, packet: Packet) -> bool | None:
    """Whether it holds for every source; None where it cannot be told."""
    wanted = match.wanted
    if isinstance(wanted, Spans):
        return _number_in(match.field, wanted, packet)
    if isinstance(wanted, frozenset):
        return _name_in(match.field, wanted, packet)
    if match.field == "local":
        return packet.local is wanted
    if match.field == "unmarked":
        return None if packet.marked or not isinstance(wanted, bool) else wanted
    return wanted if match.field == "constant" and isinstance(wanted, bool) else None


def _number_in(field: str, wanted: Spans, packet: Packet) -> bool | None:
    if field == "dport":
        return packet.dport in wanted
    if field == "original-dport":
        return (packet.original_dport or packet.dport) in wanted
    if field == "sport":
        common = wanted & CLIENT_PORTS
        return common == CLIENT_PORTS if common == CLIENT_PORTS or not common else None
    if field == "daddr" and packet.daddr is not None:
        return packet.daddr in wanted
    return None


def _name_in(field: str, wanted: frozenset[str], packet: Packet) -> bool | None:
    match field:
        case "proto":
            holds: bool | None = packet.proto in wanted
        case "family":
            holds = str(packet.family) in wanted
        case "iif":
            holds = any(_is_named(packet.iif, pattern) for pattern in wanted)
        case "oif" if packet.oif is not None:
            holds = any(_is_named(packet.oif, pattern) for pattern in wanted)
        case "state":
            holds = "new" in wanted or (packet.translated and "dnat" in wanted)
        case "status":
            holds = packet.translated and "dnat" in wanted
        case _:
            holds = None
    return holds


def _is_named(name: str, pattern: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern
