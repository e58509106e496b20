"""Where a stranger's packet arrives, after all hooks of the kernel on its way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from checks.firewall.matching import Packet
from checks.firewall.rules import Action, Chain, Table
from checks.firewall.spans import NONE, Spans
from checks.firewall.surroundings import Surroundings
from checks.firewall.walk import Ends, through


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet as it arrives, for which sources it does, and for which that cannot be told."""

    packet: Packet
    accepted: Spans
    undecided: Spans = NONE
    because: str = ""

    @property
    def forwarded(self) -> bool:
        """Whether it went on to another address, such as a container's, instead of to a socket of this host."""
        return not self.packet.local


def arrivals(tables: Sequence[Table], packet: Packet, sources: Spans, here: Surroundings) -> tuple[Arrival, ...]:
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


def _hook(tables: Sequence[Table], hook: str, ways: list[Arrival], here: Surroundings) -> list[Arrival]:
    chains = sorted(
        ((table, chain) for table in tables for chain in table.chains.values() if chain.hook == hook),
        key=lambda one: one[1].priority,
    )
    for table, chain in chains:
        ways = [after for way in ways for after in _chain(table, chain, way, here)]
    return ways


def _chain(table: Table, chain: Chain, way: Arrival, here: Surroundings) -> Iterator[Arrival]:
    """What one base chain makes of it. An accept ends the chain only: those of other tables still see the packet."""
    packet = way.packet
    elsewhere = chain.devices and packet.iif not in chain.devices
    if packet.family not in table.families or elsewhere or (chain.nat and packet.translated):
        yield way
        return
    ends, packet = through(table, chain, packet, way.accepted | way.undecided)
    yield _after(way, packet, ends.accepted, ends)
    for sources, action in ends.translated:
        yield _after(way, _translate(packet, action, here), sources, Ends())


def _after(way: Arrival, packet: Packet, accepted: Spans, ends: Ends) -> Arrival:
    return Arrival(
        packet,
        accepted - way.undecided,
        (accepted & way.undecided) | ends.undecided,
        way.because or (ends.because if ends.undecided else ""),
    )


def _translate(packet: Packet, action: Action, here: Surroundings) -> Packet:
    changed = replace(
        packet,
        dport=action.port if action.port is not None else packet.dport,
        original_dport=packet.original_dport or packet.dport,
        translated=True,
    )
    if action.verdict == "redirect" or action.address is None or action.address in here.numbers(packet.family):
        return replace(changed, daddr=packet.daddr if action.address is None else action.address)
    return replace(changed, daddr=action.address, local=False, oif=here.interface_to(packet.family, action.address))
