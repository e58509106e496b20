"""Which ports of a host can be reached from where, as its rules have it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from checks.firewall.facts import Facts
from checks.firewall.intervals import NONE, IntervalSet
from checks.firewall.network import EVERYWHERE, FAMILIES, Family, HostNetwork
from checks.firewall.rules import Chain, Match, RuleAction, Table
from checks.firewall.simulate import Packet, Verdicts, simulate
from checks.firewall.sockets import Listener


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet as it arrives, for which sources it does, and for which that cannot be told."""

    packet: Packet
    accepted: IntervalSet
    undecided: IntervalSet = NONE
    because: str = ""

    @property
    def forwarded(self) -> bool:
        """Whether it went on to another address, such as a container's, instead of to a socket of this host."""
        return not self.packet.local


def arrivals(tables: Sequence[Table], packet: Packet, sources: IntervalSet, here: HostNetwork) -> tuple[Arrival, ...]:
    """All that a packet sent to this host by any of `sources` turns into, as far as something gets through."""
    started = [Arrival(packet, sources)]
    arrived = _hook(tables, "prerouting", _hook(tables, "ingress", started, here), here)
    ended = [
        one
        for way in arrived
        for one in _hook(tables, "input" if way.packet.local else "forward", [way], here)
        if one.accepted or one.undecided
    ]
    return tuple(ended)


def _hook(tables: Sequence[Table], hook: str, ways: list[Arrival], here: HostNetwork) -> list[Arrival]:
    chains = sorted(
        ((table, chain) for table in tables for chain in table.chains.values() if chain.hook == hook),
        key=lambda one: one[1].priority,
    )
    for table, chain in chains:
        ways = [after for way in ways for after in _chain(table, chain, way, here)]
    return ways


def _chain(table: Table, chain: Chain, way: Arrival, here: HostNetwork) -> Iterator[Arrival]:
    """What one base chain makes of it. An accept ends the chain only: those of other tables still see the packet."""
    packet = way.packet
    elsewhere = chain.devices and packet.iif not in chain.devices
    if packet.family not in table.families or elsewhere or (chain.nat and packet.translated):
        yield way
        return
    ends, packet = simulate(table, chain, packet, way.accepted | way.undecided)
    yield _after(way, packet, ends.accepted, ends)
    for sources, action in ends.translated:
        yield _after(way, _translate(packet, action, here), sources, Verdicts())


def _after(way: Arrival, packet: Packet, accepted: IntervalSet, ends: Verdicts) -> Arrival:
    return Arrival(
        packet,
        accepted - way.undecided,
        (accepted & way.undecided) | ends.undecided,
        way.because or (ends.because if ends.undecided else ""),
    )


def _translate(packet: Packet, action: RuleAction, here: HostNetwork) -> Packet:
    changed = replace(
        packet,
        dport=action.port if action.port is not None else packet.dport,
        original_dport=packet.original_dport or packet.dport,
        translated=True,
    )
    if action.verdict == "redirect" or action.address is None or action.address in here.numbers(packet.family):
        return replace(changed, daddr=packet.daddr if action.address is None else action.address)
    return replace(changed, daddr=action.address, local=False, oif=here.interface_to(packet.family, action.address))


Door = tuple[str, int]
"""A protocol and a port, as a stranger addresses them."""

_MOST_DOORS = 400
_WIDEST = 32  # of a rule's range whose every port is looked at


@dataclass(frozen=True, slots=True)
class Reach:
    """The sources that reach a door by one family, and those of which that cannot be told."""

    accepted: IntervalSet = NONE
    undecided: IntervalSet = NONE
    because: str = ""

    def plus(self, other: "Reach") -> "Reach":
        """By one way or another."""
        accepted = self.accepted | other.accepted
        return Reach(accepted, (self.undecided | other.undecided) - accepted, self.because or other.because)


@dataclass(frozen=True, slots=True)
class Exposure:
    """A door behind which somebody listens, here or further on."""

    door: Door
    reach: Mapping[Family, Reach]
    processes: tuple[str, ...] = ()
    published: bool = False  # sent on past INPUT, to a container or another machine
    families: frozenset[Family] = field(default_factory=frozenset)  # by which anybody listens at all

    @property
    def item(self) -> str:
        """What it is called: "tcp/3306"."""
        return f"{self.door[0]}/{self.door[1]}"

    @property
    def by_whom(self) -> str:
        """Who listens, in words."""
        return ", ".join(self.processes) or "process unknown"


def exposures(facts: Facts) -> tuple[Exposure, ...]:
    """All doors, in order, each with who reaches it. Sockets that only this machine can reach are none."""
    listeners = [one for one in facts.listeners or () if not one.loopback]
    doors = {(one.protocol, one.port) for one in listeners} | set(facts.published) | set(translated_doors(facts.tables))
    found = (_exposure(door, facts, listeners) for door in sorted(doors)[:_MOST_DOORS])
    return tuple(one for one in found if one is not None)


def _exposure(door: Door, facts: Facts, listeners: Sequence[Listener]) -> Exposure | None:
    reach: dict[Family, Reach] = {}
    heard: list[Listener] = []
    published = False
    for family in FAMILIES:
        for way in _ways(door, facts, family):
            takers = [] if way.forwarded else _takers(way, listeners)
            if takers or way.forwarded:
                reach[family] = reach.get(family, Reach()).plus(Reach(way.accepted, way.undecided, way.because))
                heard += takers
                published = published or way.forwarded
    own = [one for one in listeners if (one.protocol, one.port) == door]
    if not own and not reach:
        return None
    names = [facts.published.get(door, "")] if published else []
    names += [one.process for one in heard or own]
    families = frozenset(family for one in own for family in one.families) | frozenset(reach)
    return Exposure(door, reach, tuple(dict.fromkeys(filter(None, names))), published, families)


def _ways(door: Door, facts: Facts, family: Family) -> Iterator[Arrival]:
    """Where a stranger's packet arrives, by each interface that faces the world and each address it may be sent to."""
    for interface in facts.here.facing_world(family):
        for number in facts.here.reachable_at(family, interface):
            packet = Packet(family, door[0], door[1], interface, number)
            yield from arrivals(facts.tables, packet, EVERYWHERE[family], facts.here)


def _takers(way: Arrival, listeners: Iterable[Listener]) -> list[Listener]:
    packet = way.packet
    return [
        one
        for one in listeners
        if (one.protocol, one.port) == (packet.proto, packet.dport)
        and one.takes(packet.family, packet.daddr, packet.iif)
    ]


def reach_of_nobody(facts: Facts, family: Family) -> Reach:
    """Who would reach a port that no rule names: what the rules do with everything they do not speak of."""
    named = IntervalSet.of(
        part for match in _matches(facts.tables) for part in _ports(match) if part[1] - part[0] < 1000
    )
    found = Reach()
    for protocol in ("tcp", "udp"):
        port = next((number for number in (61001, 4, 33001, 64999, 7, 1) if number not in named), 2)
        for way in _ways((protocol, port), facts, family):
            found = found.plus(Reach(way.accepted, way.undecided, way.because))
    return found


def translated_doors(tables: Iterable[Table]) -> Iterator[Door]:
    """The doors that rules send elsewhere."""
    for table in tables:
        for chain in table.chains.values():
            for rule in chain.rules:
                if rule.action.verdict not in ("dnat", "redirect"):
                    continue
                inner = [*rule.matches, *_alternatives(rule.matches)]
                protocols = [one.wanted for one in inner if one.field == "proto" and isinstance(one.wanted, frozenset)]
                names = frozenset(name for wanted in protocols for name in wanted) or frozenset({"tcp", "udp"})
                for first, last in (part for one in inner for part in _ports(one)):
                    for port in range(first, min(last, first + _WIDEST) + 1):
                        yield from ((name, port) for name in ("tcp", "udp") if name in names)


def _matches(tables: Iterable[Table]) -> Iterator[Match]:
    for table in tables:
        for chain in table.chains.values():
            for rule in chain.rules:
                yield from rule.matches
                yield from _alternatives(rule.matches)


def _alternatives(matches: Iterable[Match]) -> Iterator[Match]:
    for one in matches:
        if one.field == "either" and isinstance(one.wanted, tuple):
            for alternative in one.wanted:
                yield from alternative


def _ports(match: Match) -> tuple[tuple[int, int], ...]:
    return match.wanted.parts if match.field == "dport" and isinstance(match.wanted, IntervalSet) else ()
