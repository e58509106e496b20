"""What becomes of a stranger's first packet: for which of all source addresses it gets in.

A walk carries the set of sources that are still on their way, cut in two by every rule that names some. What no rule
decides for certain stays undecided, and is never guessed.
"""

from dataclasses import dataclass, replace

from checks.firewall.matching import Extent, Packet, extent
from checks.firewall.rules import Action, Chain, Rule, Table
from checks.firewall.spans import NONE, Spans

_MOST_RULES = 100_000  # in one chain with all it jumps to: chains that jump to each other can multiply
_DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Ends:
    """Sources by how their way through a chain ended; those in none of them were turned away."""

    accepted: Spans = NONE
    undecided: Spans = NONE
    translated: tuple[tuple[Spans, Action], ...] = ()
    because: str = ""  # the first rule that could not be told

    def plus(self, other: "Ends") -> "Ends":
        """Both together."""
        return Ends(
            self.accepted | other.accepted,
            self.undecided | other.undecided,
            self.translated + other.translated,
            self.because or other.because,
        )


@dataclass(frozen=True, slots=True)
class Flow:
    """Sources on their way: those nothing was decided for, those a rule may have accepted or may have turned away."""

    sure: Spans = NONE
    or_accept: Spans = NONE
    or_drop: Spans = NONE

    @property
    def all(self) -> Spans:
        """All of them."""
        return self.sure | self.or_accept | self.or_drop

    def within(self, sources: Spans) -> "Flow":
        """Those that are among `sources`."""
        return Flow(self.sure & sources, self.or_accept & sources, self.or_drop & sources)

    def without(self, sources: Spans) -> "Flow":
        """Those that are not."""
        return Flow(self.sure - sources, self.or_accept - sources, self.or_drop - sources)

    def plus(self, other: "Flow") -> "Flow":
        """Both together."""
        return Flow(self.sure | other.sure, self.or_accept | other.or_accept, self.or_drop | other.or_drop)

    def doubted(self, accepted: Spans, dropped: Spans) -> "tuple[Flow, Spans]":
        """With the doubt that some may have been accepted, others turned away; and those of which both may be true."""
        flow = Flow(
            self.sure - accepted - dropped,
            (self.or_accept - dropped) | (self.sure & accepted),
            (self.or_drop - accepted) | (self.sure & dropped),
        )
        return flow, (self.or_accept & dropped) | (self.or_drop & accepted)


@dataclass(slots=True)
class _Walk:
    table: Table
    packet: Packet
    rules_left: int = _MOST_RULES
    doubt: str = ""  # the first rule that may or may not have decided


def through(table: Table, chain: Chain, packet: Packet, sources: Spans) -> tuple[Ends, Packet]:
    """How the way of `sources` through a base chain ends; and the packet, which a rule may have marked."""
    walk = _Walk(table, packet)
    ends, left = _rules(walk, chain, Flow(sure=sources), 0)
    ends = ends.plus(_finish(left, Action(chain.policy), f"policy {chain.policy} of {chain.name}"))
    return (replace(ends, because=walk.doubt or ends.because) if ends.undecided else ends), walk.packet


def _rules(walk: _Walk, chain: Chain, flow: Flow, depth: int) -> tuple[Ends, Flow]:
    """How a chain ends, and what is left over: what fell through or returned."""
    ends, returned = Ends(), Flow()
    for rule in chain.rules:
        walk.rules_left -= 1
        if walk.rules_left < 0 or depth > _DEEPEST:
            return ends.plus(Ends(undecided=flow.all, because="more rules than can be walked")), returned
        found = extent(rule.matches, walk.packet)
        touched = flow.within(found.yes | found.maybe)
        if not touched.all:
            continue
        now, flow, back = _apply(walk, rule, flow, found, depth)
        ends, returned = ends.plus(now), returned.plus(back)
        if not flow.all:
            break
    return ends, flow.plus(returned)


def _apply(walk: _Walk, rule: Rule, flow: Flow, found: Extent, depth: int) -> tuple[Ends, Flow, Flow]:
    """How a rule ends some, what goes on to the next rule, and what leaves the chain by returning."""
    action = rule.action
    if action.verdict == "mark":
        walk.packet = replace(walk.packet, marked=True)
        return Ends(), flow, Flow()
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
        return ends.plus(_doubtful(both, rule.text)), rest.plus(possible), Flow()
    return ends.plus(_doubtful(possible.all, rule.text)), rest, Flow()


def _jump(walk: _Walk, rule: Rule, rest: Flow, parts: tuple[Flow, Flow], depth: int) -> tuple[Ends, Flow, Flow]:
    """The same for a rule that jumps: `parts` are those that do and those that may."""
    certain, possible = parts
    target = walk.table.chains.get(rule.action.chain)
    if target is None:
        return _doubtful(certain.all | possible.all, rule.text), rest, Flow()
    ends, left = _rules(walk, target, certain, depth + 1)
    goes_on = rule.action.verdict == "jump"
    if not possible.all:
        return (ends, rest.plus(left), Flow()) if goes_on else (ends, rest, left)
    if not goes_on:
        return ends.plus(_doubtful(possible.all, rule.text)), rest, left
    doubt, over = _rules(walk, target, Flow(sure=possible.all), depth + 1)
    untellable = doubt.undecided | _translated(doubt)
    dropped = possible.all - doubt.accepted - untellable - over.all
    flow, both = possible.without(untellable).doubted(doubt.accepted | over.or_accept, dropped | over.or_drop)
    ends = ends.plus(_doubtful(untellable | both, rule.text))
    return ends, rest.plus(left).plus(flow), Flow()


def _finish(flow: Flow, action: Action, text: str) -> Ends:
    """How a rule or a policy that certainly applies ends those on their way."""
    if action.verdict == "accept":
        return Ends(accepted=flow.sure | flow.or_accept).plus(_doubtful(flow.or_drop, text))
    if action.verdict == "drop":
        return _doubtful(flow.or_accept, text)
    if action.verdict in ("dnat", "redirect"):
        translated = ((flow.sure, action),) if flow.sure else ()
        return Ends(translated=translated).plus(_doubtful(flow.or_accept | flow.or_drop, text))
    return _doubtful(flow.all, text)


def _doubtful(sources: Spans, text: str) -> Ends:
    return Ends(undecided=sources, because=text) if sources else Ends()


def _translated(ends: Ends) -> Spans:
    return Spans.of(part for sources, _ in ends.translated for part in sources.parts)
