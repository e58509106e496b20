"""Rules as `nft -j list ruleset` prints them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from itertools import islice
from typing import Any

from checks.firewall.network import FAMILIES, Family
from checks.firewall.nft_match import NamedSet, Sets, conditions, elements, equal, implied
from checks.firewall.nft_text import listed, words
from checks.firewall.rules import NEVER, UNTELLABLE, BeyondLimitError, Chain, Match, Rule, RuleAction, Table

_LONGEST = 4 * 1024 * 1024  # characters of a ruleset
_MOST_VALUES = 400_000  # in it: each costs a hundred bytes and more once it is parsed
_MOST_RULES = 20_000  # verdict maps spelt out
_MOST_EXPRESSIONS = 500  # of one rule
_MOST_ASKED = 2_000_000  # elements of sets, counted once for each rule that asks the set
_MOST_SPELT_OUT = 64
_FAMILIES: Mapping[str, frozenset[Family]] = {
    "ip": frozenset({4}),
    "ip6": frozenset({6}),
    "inet": frozenset(FAMILIES),
    "netdev": frozenset(FAMILIES),
}


@dataclass(slots=True)
class _Draft:
    family: str
    name: str
    chains: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, list[list[Any]]] = field(default_factory=dict)
    sets: dict[str, NamedSet] = field(default_factory=dict)


def parse(text: str) -> tuple[Table, ...]:
    """The tables of a ruleset; bridge and arp ones are left out, no stranger's packet meets them.

    What of a rule is not understood cannot be told, and says so in the rule. ValueError where it is no ruleset.
    """
    try:
        return _parse(text)
    except RecursionError:
        raise ValueError("the ruleset is nested too deeply to be one") from None


def _parse(text: str) -> tuple[Table, ...]:
    if len(text) > _LONGEST:
        raise BeyondLimitError(f"{len(text)} characters of rules are more than can be judged")
    values = sum(map(text.count, "{[,"))
    if values > _MOST_VALUES:
        raise BeyondLimitError(f"rules of {values} parts are more than can be judged")
    start = text.find("{")
    document = json.loads(text[start:] if start >= 0 else text)
    listed = document.get("nftables") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ValueError("the ruleset has no list of its parts")
    drafts: dict[tuple[str, str], _Draft] = {}
    count = 0
    for part in listed:
        for kind, value in part.items() if isinstance(part, dict) else ():
            if isinstance(value, dict):
                count += kind == "rule"
                _note(drafts, kind, value)
    if count > _MOST_RULES:
        raise BeyondLimitError(f"{count} rules are more than can be judged")
    asked = sum(_asked(draft) for draft in drafts.values())
    if asked > _MOST_ASKED:
        raise BeyondLimitError(f"rules that ask sets of {asked} elements are more than can be judged")
    return tuple(_table(draft) for draft in drafts.values() if draft.family in _FAMILIES)


def _note(drafts: dict[tuple[str, str], _Draft], kind: str, value: Mapping[str, Any]) -> None:
    family = str(value.get("family", ""))
    name = str(value.get("name" if kind == "table" else "table", ""))
    if kind not in ("table", "chain", "rule", "set", "map"):
        return
    draft = drafts.setdefault((family, name), _Draft(family, name))
    if kind == "chain":
        draft.chains[str(value.get("name"))] = dict(value)
    elif kind == "rule" and isinstance(value.get("expr"), list):
        draft.rules.setdefault(str(value.get("chain")), []).append(value["expr"])
    elif kind in ("set", "map"):
        content = value.get("elem", [])
        kinds = value.get("type")
        draft.sets[str(value.get("name"))] = NamedSet(
            tuple(kinds) if isinstance(kinds, list) else (str(kinds),),
            tuple(content) if isinstance(content, list) else (),
            bool({"dynamic", "timeout"} & {str(flag) for flag in _listed(value.get("flags"))}),
        )


def _asked(draft: _Draft) -> int:
    """How many elements of sets its rules ask, each set once for each time that a rule names it."""
    count = 0
    for rules in draft.rules.values():
        longest = max(map(len, rules), default=0)
        if longest > _MOST_EXPRESSIONS:
            raise BeyondLimitError(f"a rule of {longest} parts is more than can be judged")
        left: list[Any] = list(rules)
        while left:
            value = left.pop()
            if isinstance(value, str) and value.startswith("@") and value[1:] in draft.sets:
                count += len(draft.sets[value[1:]].elements)
            elif isinstance(value, dict):
                left += value.values()
            elif isinstance(value, list):
                left += value
    return count


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _table(draft: _Draft) -> Table:
    chains = {}
    for name, said in draft.chains.items():
        priority = said.get("prio", 0)
        spelt_out = (rule for expressions in draft.rules.get(name, ()) for rule in _rules(expressions, draft.sets))
        rules = list(islice(spelt_out, _MOST_RULES + 1))
        if len(rules) > _MOST_RULES:
            raise BeyondLimitError(
                f"more than {_MOST_RULES} rules in the chain {name[:60]} are more than can be judged"
            )
        chains[name] = Chain(
            name,
            tuple(rules),
            hook=str(said.get("hook", "")),
            priority=priority if isinstance(priority, int) else 0,
            nat=said.get("type") == "nat",
            policy="drop" if said.get("policy") == "drop" else "accept",
            devices=frozenset(str(device) for device in _listed(said.get("dev"))),
        )
    return Table("nft", f"{draft.family} {draft.name}", _FAMILIES[draft.family], chains)


def _rules(expressions: Sequence[Any], sets: Sets) -> Iterator[Rule]:
    """The rules that one line of nft stands for: a verdict map is one for each of its elements."""
    matches: list[Match] = []
    text = _spelt_out(" ".join(filter(None, map(words, expressions))), sets)
    for expression in expressions:
        if not isinstance(expression, dict) or len(expression) != 1:
            yield Rule((*matches, UNTELLABLE), RuleAction("unknown"), text)
            return
        (name, value), *_ = expression.items()
        if name in _IDLE:
            continue
        if name == "match":
            matches += conditions(value, sets)
        elif name == "vmap":
            yield from (Rule((*matches, *one), action, text) for one, action in _verdict_map(value, sets))
        elif name == "mangle":
            if _sets_mark(value):
                yield Rule(tuple(matches), RuleAction("mark"), text)
        elif name in _BRAKES:
            matches += _brake(name, value, sets)
        elif name == "xt" and isinstance(value, dict) and value.get("type") == "match":
            matches.append(UNTELLABLE)
        else:
            yield from (Rule((*matches, *one), action, text) for one, action in _actions(name, value, sets))
            return


def _spelt_out(text: str, sets: Sets) -> str:
    """The rule with the elements of sets of ports, as long as people keep them: which ports it names is its meaning."""

    def spelt_out(name: re.Match[str]) -> str:
        found = sets.get(name[1])
        if found is None or found.types != ("inet_service",) or found.changing:
            return name[0]
        return listed(found.elements) if len(found.elements) <= _MOST_SPELT_OUT else name[0]

    return re.sub(r"@(\S+)", spelt_out, text)


_IDLE = frozenset({"counter", "log", "notrack", "last", "comment", "ct helper", "ct timeout", "ct expectation", "flow"})
_BRAKES = frozenset({"limit", "ct count", "meter", "set", "map", "quota", "dup", "secmark", "reset", "exthdr"})


def _brake(name: str, value: Any, sets: Sets) -> list[Match]:
    """Limits let the first packet through, and what is meant for too many packets does not meet it."""
    if name in ("limit", "ct count"):
        return [NEVER] if _is_over(value) else []
    if name in ("meter", "set", "map") and isinstance(value, dict):
        statements = value.get("stmt")
        inner = statements if isinstance(statements, list) else [statements]
        over = any(_is_over(what) for one in inner if isinstance(one, dict) for what in one.values())
        return [NEVER] if over else implied(value.get("elem", value.get("key")), sets)
    return [UNTELLABLE] if name == "quota" else []


def _is_over(value: Any) -> bool:
    return isinstance(value, dict) and bool(value.get("inv"))


def _sets_mark(value: Any) -> bool:
    key = value.get("key") if isinstance(value, dict) else None
    return not isinstance(key, dict) or key == {"meta": {"key": "mark"}} or "ct" in key


def _actions(name: str, value: Any, sets: Sets) -> Iterator[tuple[tuple[Match, ...], RuleAction]]:
    """The verdict a rule ends with; a translation by a map is one for each of the map's elements."""
    if name in ("dnat", "redirect"):
        yield from _translations(name, value if isinstance(value, dict) else {}, sets)
    else:
        action = _verdict({name: value})
        if action is not None:
            yield (), action


def _verdict(said: Any) -> RuleAction | None:
    """None for what decides nothing."""
    if not isinstance(said, dict) or len(said) != 1:
        return RuleAction("unknown")
    (name, value), *_ = said.items()
    if name in ("accept", "drop", "return"):
        return RuleAction(name)
    if name == "reject":
        return RuleAction("drop")
    if name in ("jump", "goto"):
        return RuleAction(name, str(value.get("target", "")) if isinstance(value, dict) else "")
    return None if name in ("continue", "masquerade", "snat") else RuleAction("unknown")


def _verdict_map(value: Any, sets: Sets) -> Iterator[tuple[tuple[Match, ...], RuleAction]]:
    key, data = (value.get("key"), value.get("data")) if isinstance(value, dict) else (None, None)
    found = elements(data, sets)
    if found is None:
        yield (UNTELLABLE,), RuleAction("unknown")
        return
    for element in found:
        if not isinstance(element, list | tuple) or len(element) != 2:
            yield (UNTELLABLE,), RuleAction("unknown")
            continue
        action = _verdict(element[1])
        if action is not None:
            yield tuple(equal(key, [element[0]], sets)), action


def _translations(name: str, value: Mapping[str, Any], sets: Sets) -> Iterator[tuple[tuple[Match, ...], RuleAction]]:
    verdict: Any = name
    for part in ("addr", "port"):
        inner = value.get(part)
        if isinstance(inner, dict) and "map" in inner:
            yield from _mapped(verdict, inner["map"], value, sets)
            return
    where, port = _address(value.get("addr")), _port(value.get("port"))
    if (value.get("addr") is not None and where is None) or (value.get("port") is not None and port is None):
        yield (), RuleAction("unknown")
    else:
        yield (), RuleAction(verdict, address=where, port=port)


def _mapped(
    verdict: Any, said: Any, value: Mapping[str, Any], sets: Sets
) -> Iterator[tuple[tuple[Match, ...], RuleAction]]:
    found = elements(said.get("data"), sets) if isinstance(said, dict) else None
    for element in found or [None]:
        if not isinstance(element, list | tuple) or len(element) != 2:
            yield (UNTELLABLE,), RuleAction("unknown")
            continue
        to = element[1]
        pair = to["concat"] if isinstance(to, dict) and isinstance(to.get("concat"), list) else [to]
        where = _address(pair[0]) if pair else None
        port = _port(pair[1]) if len(pair) > 1 else _port(value.get("port"))
        if where is None and len(pair) == 1:
            where, port = _address(value.get("addr")), _port(pair[0])
        action = (
            RuleAction("unknown") if where is None and port is None else RuleAction(verdict, address=where, port=port)
        )
        yield tuple(equal(said.get("key"), [element[0]], sets)), action


def _address(value: Any) -> int | None:
    if isinstance(value, dict):
        part = value.get("range") or [
            value.get("prefix", {}).get("addr") if isinstance(value.get("prefix"), dict) else None
        ]
        value = part[0] if isinstance(part, list) and part else None
    try:
        return int(ip_address(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _port(value: Any) -> int | None:
    if isinstance(value, dict) and isinstance(value.get("range"), list) and value["range"]:
        value = value["range"][0]
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 65535 else None
