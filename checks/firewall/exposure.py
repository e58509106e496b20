"""Determines which ports of a host can be reached from which sources, by its rules and listening sockets."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from checks.findings import Cause, NotChecked
from checks.firewall.facts import Facts
from checks.firewall.intervals import NONE, IntervalSet
from checks.firewall.network import EVERYWHERE, FAMILIES, MOST_FACING, Family, HostNetwork
from checks.firewall.rules import Chain, Match, RuleAction, Table
from checks.firewall.simulate import Effort, Packet, Verdicts, simulate
from checks.firewall.sockets import Listener


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet that arrives, the sources it arrives from, and those for which that is not known."""

    packet: Packet
    accepted: IntervalSet
    undecided: IntervalSet = NONE
    because: str = ""

    @property
    def forwarded(self) -> bool:
        """Whether it went on to another address, such as a container's, instead of to a socket of this host."""
        return not self.packet.local


def arrivals(facts: Facts, packet: Packet, sources: IntervalSet, effort: Effort) -> tuple[Arrival, ...]:
    """Yield the packets that a packet sent by any of `sources` becomes, as far as it gets through."""
    started = [Arrival(packet, sources)]
    arrived = _hook(facts, "prerouting", _hook(facts, "ingress", started, effort), effort)
    ended = [
        one
        for way in arrived
        for one in _hook(facts, "input" if way.packet.local else "forward", [way], effort)
        if one.accepted or one.undecided
    ]
    return tuple(ended)


def _hook(facts: Facts, hook: str, ways: list[Arrival], effort: Effort) -> list[Arrival]:
    chains = sorted(
        ((table, chain) for table in facts.tables for chain in table.chains.values() if chain.hook == hook),
        key=lambda one: one[1].priority,
    )
    for table, chain in chains:
        ways = [after for way in ways for after in _chain(table, chain, way, facts.here, effort)]
    return ways


def _chain(table: Table, chain: Chain, way: Arrival, here: HostNetwork, effort: Effort) -> Iterator[Arrival]:
    """What one base chain makes of it. An accept ends the chain only: those of other tables still see the packet."""
    packet = way.packet
    elsewhere = chain.devices and packet.iif not in chain.devices
    if packet.family not in table.families or elsewhere or (chain.nat and packet.translated):
        yield way
        return
    ends, packet = simulate(table, chain, packet, way.accepted | way.undecided, effort)
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

MOST_DOORS = 400
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
        """The listening programs in words."""
        return ", ".join(self.processes) or "process unknown"


@dataclass(frozen=True, slots=True)
class Exposures:
    """The doors that were looked at, in order, and what was not, as it was beyond the limits."""

    found: tuple[Exposure, ...]
    left_out: tuple[NotChecked, ...] = ()


def exposures(facts: Facts, effort: Effort | None = None) -> Exposures:
    """All doors, each with who reaches it. Sockets that only this machine can reach are none."""
    effort = effort or Effort()
    by_door: dict[Door, list[Listener]] = {}
    for one in facts.listeners or ():
        if not one.loopback:
            by_door.setdefault((one.protocol, one.port), []).append(one)
    doors = sorted({*by_door, *facts.published, *translated_doors(facts.tables)})
    found = [_exposure(door, facts, by_door, effort) for door in doors[:MOST_DOORS]]
    return Exposures(tuple(one for one in found if one is not None), tuple(_left_out(facts, len(doors), effort)))


def _left_out(facts: Facts, doors: int, effort: Effort) -> Iterator[NotChecked]:
    yield from facts.left_out
    if doors > MOST_DOORS:
        yield NotChecked("ports", f"{doors - MOST_DOORS} more ports than are looked at", cause=Cause.TOO_MUCH)
    facing = max(len(facts.here.facing_world(family)) for family in FAMILIES)
    if facing > MOST_FACING:
        yield NotChecked("interfaces", f"{facing - MOST_FACING} more interfaces", cause=Cause.TOO_MUCH)
    if effort.left < 0:
        yield NotChecked("rules", "more rules than can be walked for all ports", cause=Cause.TOO_MUCH)


def _exposure(door: Door, facts: Facts, by_door: Mapping[Door, Sequence[Listener]], effort: Effort) -> Exposure | None:
    reach: dict[Family, Reach] = {}
    heard: list[Listener] = []
    published = False
    for family in FAMILIES:
        for way in _ways(door, facts, family, effort):
            takers = [] if way.forwarded else _takers(way, by_door)
            if takers or way.forwarded:
                reach[family] = reach.get(family, Reach()).plus(Reach(way.accepted, way.undecided, way.because))
                heard += takers
                published = published or way.forwarded
    own = by_door.get(door, ())
    if not own and not reach:
        return None
    names = [facts.published.get(door, "")] if published else []
    names += [one.process for one in heard or own]
    families = frozenset(family for one in own for family in one.families) | frozenset(reach)
    return Exposure(door, reach, tuple(dict.fromkeys(filter(None, names))), published, families)


def _ways(door: Door, facts: Facts, family: Family, effort: Effort) -> Iterator[Arrival]:
    """Where a stranger's packet arrives, by each interface that faces the world and each address it may be sent to."""
    for interface in facts.here.facing_world(family)[:MOST_FACING]:
        for number in facts.here.reachable_at(family, interface):
            packet = Packet(family, door[0], door[1], interface, number)
            yield from arrivals(facts, packet, EVERYWHERE[family], effort)


def _takers(way: Arrival, by_door: Mapping[Door, Sequence[Listener]]) -> list[Listener]:
    packet = way.packet
    listeners = by_door.get((packet.proto, packet.dport), ())
    return [one for one in listeners if one.takes(packet.family, packet.daddr, packet.iif)]


def reach_of_nobody(facts: Facts, family: Family) -> Reach:
    """Return the sources that reach a port no rule names."""
    named = IntervalSet.of(
        part for match in _matches(facts.tables) for part in _ports(match) if part[1] - part[0] < 1000
    )
    found, effort = Reach(), Effort()
    for protocol in ("tcp", "udp"):
        port = next((number for number in (61001, 4, 33001, 64999, 7, 1) if number not in named), 2)
        for way in _ways((protocol, port), facts, family, effort):
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
