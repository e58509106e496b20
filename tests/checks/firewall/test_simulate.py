"""The walk over all sources at once, against a walk for one source at a time through every way doubt can end."""

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from checks.firewall.intervals import IntervalSet
from checks.firewall.network import EVERYWHERE
from checks.firewall.rules import UNTELLABLE, Chain, Match, Rule, RuleAction, Table
from checks.firewall.simulate import Packet, simulate

SOURCES = range(8)
PACKET = Packet(4, "tcp", 80, "eth0")

Doubts = Mapping[int, bool]

matches = st.one_of(
    st.just(()),
    st.builds(
        lambda first, length, negated: (Match("saddr", IntervalSet.of([(first, first + length)]), negated),),
        st.integers(0, 7),
        st.integers(0, 4),
        st.booleans(),
    ),
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[Table, int]:
    """A base chain and two to jump to, with at most five rules that nobody can tell."""
    doubts = 0
    chains = {}
    for name, targets in (("third", []), ("second", ["third"]), ("base", ["second", "third"])):
        rules = []
        for _ in range(draw(st.integers(0, 4))):
            verdict: Any = draw(
                st.sampled_from(["accept", "drop", "return", "unknown"] + ["jump", "goto"] * bool(targets))
            )
            if verdict == "unknown" and doubts >= 5:
                continue
            target = draw(st.sampled_from(targets)) if verdict in ("jump", "goto") else ""
            conditions = draw(matches)
            doubtful = verdict == "unknown" or (doubts < 5 and draw(st.integers(0, 3)) == 0)
            if doubtful:
                conditions = (*conditions, *((UNTELLABLE,) if verdict != "unknown" else ()))
                text = f"doubt {doubts}"
                doubts += 1
            else:
                text = "sure"
            rules.append(Rule(conditions, RuleAction(verdict, target), text))
        chains[name] = Chain(name, tuple(rules))
    chains["base"] = Chain("base", chains["base"].rules, "input", policy=draw(st.sampled_from(["accept", "drop"])))
    return Table("nft", "t", frozenset({4}), chains), doubts


def one_by_one(table: Table, chain: Chain, source: int, doubts: Doubts) -> str:
    """accept, drop, or return: what a chain does with one source when every doubt is settled in one way."""
    for rule in chain.rules:
        if not all(_holds(match, source, rule, doubts) for match in rule.matches):
            continue
        verdict = rule.action.verdict
        if verdict == "unknown":
            return "accept" if doubts[int(rule.text.split()[1])] else "drop"
        if verdict in ("accept", "drop", "return"):
            return verdict
        ended = one_by_one(table, table.chains[rule.action.chain], source, doubts)
        if ended != "return" or verdict == "goto":
            return ended
    return chain.policy if chain.hook else "return"


def _holds(match: Match, source: int, rule: Rule, doubts: Doubts) -> bool:
    if match.field == "constant":
        return doubts[int(rule.text.split()[1])]
    assert isinstance(match.wanted, IntervalSet)
    return (source in match.wanted) != match.negated


def ends(table: Table, source: int, doubts: int) -> Iterator[str]:
    """How it ends, for every way in which the doubts may be settled."""
    for settled in itertools.product([False, True], repeat=doubts):
        ended = one_by_one(table, table.chains["base"], source, dict(enumerate(settled)))
        yield table.chains["base"].policy if ended == "return" else ended


@given(tables())
@settings(max_examples=400)
def test_what_is_said_holds_however_the_doubts_end(drawn: tuple[Table, int]) -> None:
    table, doubts = drawn
    found, _ = simulate(table, table.chains["base"], PACKET, EVERYWHERE[4])
    for source in SOURCES:
        possible = set(ends(table, source, doubts))
        if source in found.accepted:
            assert possible == {"accept"}
        elif source not in found.undecided:
            assert possible == {"drop"}
        if not doubts:
            assert source not in found.undecided
    assert not found.accepted & found.undecided
    assert bool(found.because) == bool(found.undecided)


def test_chains_that_multiply_end() -> None:
    chains = {
        f"c{depth}": Chain(f"c{depth}", tuple(Rule((), RuleAction("jump", f"c{depth + 1}")) for _ in range(9)))
        for depth in range(40)
    }
    chains["c0"] = Chain("c0", chains["c0"].rules, "input")
    found, _ = simulate(Table("nft", "t", frozenset({4}), chains), chains["c0"], PACKET, EVERYWHERE[4])
    assert found.undecided == EVERYWHERE[4]
    assert found.because == "more rules than can be walked"


def test_chains_that_go_round_end() -> None:
    loop = Chain("loop", (Rule((), RuleAction("jump", "loop")),), "input", policy="drop")
    found, _ = simulate(Table("nft", "t", frozenset({4}), {"loop": loop}), loop, PACKET, EVERYWHERE[4])
    assert found.undecided == EVERYWHERE[4]


def test_a_mark_makes_marks_doubtful() -> None:
    rules = (
        Rule((Match("unmarked", False),), RuleAction("accept"), "mark 1"),
        Rule((Match("saddr", IntervalSet(((5, 5),))),), RuleAction("mark")),
        Rule((Match("unmarked", False),), RuleAction("accept"), "mark 1 again"),
    )
    chain = Chain("base", rules, "input", policy="drop")
    found, packet = simulate(Table("nft", "t", frozenset({4}), {"base": chain}), chain, PACKET, EVERYWHERE[4])
    assert packet.marked
    assert found.undecided == EVERYWHERE[4]
    assert found.because == "mark 1 again"
