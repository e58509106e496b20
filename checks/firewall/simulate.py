"""Simulates the way of a packet through chains of rules, for all sources at once."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce

from checks.firewall.intervals import NONE, IntervalSet
from checks.firewall.network import EVERYWHERE, Family
from checks.firewall.rules import Chain, Match, Rule, RuleAction, Table

CLIENT_PORTS = IntervalSet(((32768, 60999),))
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
    """The sources for which a match holds, and those for which that is not known."""

    yes: IntervalSet
    maybe: IntervalSet = NONE

    def both(self, other: "Extent") -> "Extent":
        """Return the sources for which both hold."""
        yes = self.yes & other.yes
        possible = (self.yes | self.maybe) & (other.yes | other.maybe)
        return Extent(yes, possible - yes)

    def either(self, other: "Extent") -> "Extent":
        """Return the sources for which either holds."""
        yes = self.yes | other.yes
        return Extent(yes, (self.maybe | other.maybe) - yes)


def extent(matches: Iterable[Match], packet: Packet) -> Extent:
    """Return the sources for which all matches hold."""
    everywhere = EVERYWHERE[packet.family]
    found = Extent(everywhere)
    for match in matches:
        found = found.both(_negated(_one(match, packet), everywhere) if match.negated else _one(match, packet))
        if not found.yes and not found.maybe:
            break
    return found


def _negated(found: Extent, everywhere: IntervalSet) -> Extent:
    return Extent(everywhere - (found.yes | found.maybe), found.maybe)


def _one(match: Match, packet: Packet) -> Extent:
    everywhere = EVERYWHERE[packet.family]
    if match.field == "saddr":
        return Extent(match.wanted if isinstance(match.wanted, IntervalSet) else NONE)
    if match.field == "either":
        assert isinstance(match.wanted, tuple)  # noqa: S101  # what Match says of this field
        alternatives = (extent(one, packet) for one in match.wanted)
        return reduce(Extent.either, alternatives, Extent(NONE))
    holds = _holds(match, packet)
    if holds is None:
        return Extent(NONE, everywhere)
    return Extent(everywhere if holds else NONE)


def _holds(match: Match, packet: Packet) -> bool | None:
    """Return whether it holds for every source; None means not known."""
    wanted = match.wanted
    if isinstance(wanted, IntervalSet):
        return _number_in(match.field, wanted, packet)
    if isinstance(wanted, frozenset):
        return _name_in(match.field, wanted, packet)
    if match.field == "local":
        return packet.local is wanted
    if match.field == "unmarked":
        return None if packet.marked or not isinstance(wanted, bool) else wanted
    return wanted if match.field == "constant" and isinstance(wanted, bool) else None


def _number_in(field: str, wanted: IntervalSet, packet: Packet) -> bool | None:
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


_MOST_RULES = 100_000  # in one chain with all it jumps to: chains that jump to each other can multiply
_DEEPEST = 32
_JUMP = 4  # more than another rule
_NETWORKS = 64  # that cost as much as one rule


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Sources by how their way through a chain ended; those in none of them were turned away."""

    accepted: IntervalSet = NONE
    undecided: IntervalSet = NONE
    translated: tuple[tuple[IntervalSet, RuleAction], ...] = ()
    because: str = ""  # the first rule that could not be told

    def plus(self, other: "Verdicts") -> "Verdicts":
        """Both together."""
        return Verdicts(
            self.accepted | other.accepted,
            self.undecided | other.undecided,
            self.translated + other.translated,
            self.because or other.because,
        )


@dataclass(frozen=True, slots=True)
class SourceFlow:
    """Sources on their way: those nothing was decided for, those a rule may have accepted or may have turned away."""

    sure: IntervalSet = NONE
    or_accept: IntervalSet = NONE
    or_drop: IntervalSet = NONE

    @property
    def all(self) -> IntervalSet:
        """All of them."""
        return self.sure | self.or_accept | self.or_drop

    def within(self, sources: IntervalSet) -> "SourceFlow":
        """Those that are among `sources`."""
        return SourceFlow(self.sure & sources, self.or_accept & sources, self.or_drop & sources)

    def without(self, sources: IntervalSet) -> "SourceFlow":
        """Those that are not."""
        return SourceFlow(self.sure - sources, self.or_accept - sources, self.or_drop - sources)

    def plus(self, other: "SourceFlow") -> "SourceFlow":
        """Both together."""
        return SourceFlow(self.sure | other.sure, self.or_accept | other.or_accept, self.or_drop | other.or_drop)

    def doubted(self, accepted: IntervalSet, dropped: IntervalSet) -> "tuple[SourceFlow, IntervalSet]":
        """With the doubt that some may have been accepted, others turned away; and those of which both may be true."""
        flow = SourceFlow(
            self.sure - accepted - dropped,
            (self.or_accept - dropped) | (self.sure & accepted),
            (self.or_drop - accepted) | (self.sure & dropped),
        )
        return flow, (self.or_accept & dropped) | (self.or_drop & accepted)


@dataclass(slots=True)
class Effort:
    """What all simulations about one host may cost together: a rule is 1, and more where it is about many networks."""

    left: int = 500_000


@dataclass(slots=True)
class _Simulation:
    table: Table
    packet: Packet
    effort: Effort
    rules_left: int = _MOST_RULES
    doubt: str = ""  # the first rule that may or may not have decided


def simulate(
    table: Table, chain: Chain, packet: Packet, sources: IntervalSet, effort: Effort | None = None
) -> tuple[Verdicts, Packet]:
    """How the way of `sources` through a base chain ends; and the packet, which a rule may have marked.

    Where `effort` is used up, the rest cannot be told.
    """
    walk = _Simulation(table, packet, effort or Effort())
    ends, left = _rules(walk, chain, SourceFlow(sure=sources), 0)
    ends = ends.plus(_finish(left, RuleAction(chain.policy), f"policy {chain.policy} of {chain.name}"))
    return (replace(ends, because=walk.doubt or ends.because) if ends.undecided else ends), walk.packet


def _rules(walk: _Simulation, chain: Chain, flow: SourceFlow, depth: int) -> tuple[Verdicts, SourceFlow]:
    """How a chain ends, and what is left over: what fell through or returned."""
    ends, returned = Verdicts(), SourceFlow()
    for rule in chain.rules:
        walk.rules_left -= 1
        walk.effort.left -= 1 + len(flow.sure) // _NETWORKS
        if walk.rules_left < 0 or walk.effort.left < 0 or depth > _DEEPEST:
            return ends.plus(Verdicts(undecided=flow.all, because="more rules than can be walked")), returned
        found = extent(rule.matches, walk.packet)
        walk.effort.left -= (len(found.yes) + len(found.maybe)) // _NETWORKS
        touched = flow.within(found.yes | found.maybe)
        if not touched.all:
            continue
        now, flow, back = _apply(walk, rule, flow, found, depth)
        ends, returned = ends.plus(now), returned.plus(back)
        if not flow.all:
            break
    return ends, flow.plus(returned)


def _apply(
    walk: _Simulation, rule: Rule, flow: SourceFlow, found: Extent, depth: int
) -> tuple[Verdicts, SourceFlow, SourceFlow]:
    """How a rule ends some, what goes on to the next rule, and what leaves the chain by returning."""
    action = rule.action
    if action.verdict == "mark":
        walk.packet = replace(walk.packet, marked=True)
        return Verdicts(), flow, SourceFlow()
    certain, possible = flow.within(found.yes), flow.within(found.maybe)
    if possible.all:
        walk.doubt = walk.doubt or rule.text
    rest = flow.without(found.yes | found.maybe)
    if action.verdict in ("jump", "goto"):
        return _jump(walk, rule, rest, (certain, possible), depth)
    if action.verdict == "return":
        return _doubtful(possible.all, rule.text), rest, certain
    ends = _finish(certain, action, rule.text)
    if action.verdict in ("accept", "drop"):
        accepted, dropped = (possible.all, NONE) if action.verdict == "accept" else (NONE, possible.all)
        possible, both = possible.doubted(accepted, dropped)
        return ends.plus(_doubtful(both, rule.text)), rest.plus(possible), SourceFlow()
    return ends.plus(_doubtful(possible.all, rule.text)), rest, SourceFlow()


def _jump(
    walk: _Simulation, rule: Rule, rest: SourceFlow, parts: tuple[SourceFlow, SourceFlow], depth: int
) -> tuple[Verdicts, SourceFlow, SourceFlow]:
    """The same for a rule that jumps: `parts` are those that do and those that may."""
    certain, possible = parts
    walk.effort.left -= _JUMP
    target = walk.table.chains.get(rule.action.chain)
    if target is None:
        return _doubtful(certain.all | possible.all, rule.text), rest, SourceFlow()
    ends, left = _rules(walk, target, certain, depth + 1)
    goes_on = rule.action.verdict == "jump"
    if not possible.all:
        return (ends, rest.plus(left), SourceFlow()) if goes_on else (ends, rest, left)
    if not goes_on:
        return ends.plus(_doubtful(possible.all, rule.text)), rest, left
    doubt, over = _rules(walk, target, SourceFlow(sure=possible.all), depth + 1)
    untellable = doubt.undecided | _translated(doubt)
    dropped = possible.all - doubt.accepted - untellable - over.all
    flow, both = possible.without(untellable).doubted(doubt.accepted | over.or_accept, dropped | over.or_drop)
    ends = ends.plus(_doubtful(untellable | both, rule.text))
    return ends, rest.plus(left).plus(flow), SourceFlow()


def _finish(flow: SourceFlow, action: RuleAction, text: str) -> Verdicts:
    """How a rule or a policy that certainly applies ends those on their way."""
    if action.verdict == "accept":
        return Verdicts(accepted=flow.sure | flow.or_accept).plus(_doubtful(flow.or_drop, text))
    if action.verdict == "drop":
        return _doubtful(flow.or_accept, text)
    if action.verdict in ("dnat", "redirect"):
        translated = ((flow.sure, action),) if flow.sure else ()
        return Verdicts(translated=translated).plus(_doubtful(flow.or_accept | flow.or_drop, text))
    return _doubtful(flow.all, text)


def _doubtful(sources: IntervalSet, text: str) -> Verdicts:
    return Verdicts(undecided=sources, because=text) if sources else Verdicts()


def _translated(ends: Verdicts) -> IntervalSet:
    return IntervalSet.of(part for sources, _ in ends.translated for part in sources.parts)
