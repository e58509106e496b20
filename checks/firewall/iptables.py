"""Rules as iptables-save and ip6tables-save print them, of all their variants."""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from checks.firewall.iptables_match import Option, Sets, matches
from checks.firewall.network import Family
from checks.firewall.rules import BeyondLimitError, Chain, Rule, RuleAction, Table

_HOOKS = {"PREROUTING": "prerouting", "INPUT": "input", "FORWARD": "forward"}
_PRIORITIES = {"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}
_MOST_RULES = 20_000
_LONGEST = 4 * 1024 * 1024  # characters of a dump
_LONGEST_RULE = 10_000


def parse(text: str, family: Family, source: str, sets: Sets) -> tuple[Table, ...]:
    """The tables of one dump. What of a rule is not understood cannot be told, and says so in the rule.

    `source` is what the tables are called after; `sets` are the ipsets that rules may ask.
    """
    if len(text) > _LONGEST:
        raise BeyondLimitError(f"{len(text)} characters of rules are more than can be judged")
    tables: dict[str, _Draft] = {}
    draft = _Draft("")
    rules = 0
    for line in map(str.strip, text.splitlines()):
        if line.startswith("*"):
            draft = tables.setdefault(line[1:], _Draft(line[1:]))
        elif line.startswith(":"):
            name, _, rest = line[1:].partition(" ")
            draft.policies[name] = rest.split(" ")[0]
        elif line.startswith(("-A ", "[")) and draft.name:
            rules += 1
            if len(line) > _LONGEST_RULE:
                raise BeyondLimitError(f"a rule of {len(line)} characters is more than can be judged")
            if rules <= _MOST_RULES:
                _add(draft, line, family, sets)
    if rules > _MOST_RULES:
        raise BeyondLimitError(f"{rules} rules are more than can be judged")
    return tuple(_table(draft, family, source) for draft in tables.values())


def incompatible(text: str) -> frozenset[str]:
    """Tables that iptables-nft-save leaves out, since nft made rules in them that it does not know."""
    lines = (line.split() for line in text.splitlines() if line.startswith("# Table `"))
    return frozenset(fields[2].strip("`'") for fields in lines if len(fields) > 2)


@dataclass(slots=True)
class _Draft:
    name: str
    policies: dict[str, str] = field(default_factory=dict)
    rules: dict[str, list[Rule]] = field(default_factory=dict)


def _table(draft: _Draft, family: Family, source: str) -> Table:
    chains = {}
    for name in {**draft.policies, **draft.rules}:
        base = draft.policies.get(name, "-") != "-"
        chains[name] = Chain(
            name,
            tuple(draft.rules.get(name, ())),
            hook=_HOOKS.get(name, "other") if base else "",
            priority=_PRIORITIES.get(draft.name, 0),
            nat=draft.name == "nat",
            policy="drop" if draft.policies.get(name) == "DROP" else "accept",
        )
    return Table(source, draft.name, frozenset({family}), chains)


def _add(draft: _Draft, line: str, family: Family, sets: Sets) -> None:
    if line.startswith("["):  # iptables-save -c writes counters in front
        line = line.partition("] ")[2]
    try:
        words = shlex.split(line) if re.search(r"[\\'\"]", line) else line.split()
    except ValueError:
        words = line.split()
    if len(words) < 2 or words[0] != "-A":
        return
    rules = draft.rules.setdefault(words[1], [])
    conditions, target = _read(words[2:])
    text = " ".join(_readable(words[2:]))
    action = _action(target)
    if action is not None:
        rules.append(Rule(tuple(matches(conditions, family, sets)), action, text))


def _read(words: Sequence[str]) -> tuple[list[Option], list[Option]]:
    """The options of the match, and those of the target, which begin at -j or -g."""
    options: list[Option] = []
    negated = False
    for word in words:
        if word == "!":
            negated = True
        elif word.startswith("-") and len(word) > 1 and not word[1].isdigit():
            options.append(Option(word, (), negated))
            negated = False
        elif options:
            options[-1] = replace(options[-1], values=(*options[-1].values, word))
    at = next((index for index, one in enumerate(options) if one.name in ("-j", "-g")), len(options))
    return options[:at], options[at:]


def _readable(words: Sequence[str]) -> Iterator[str]:
    """The rule without its comments."""
    skip = 0
    for index, word in enumerate(words):
        if skip:
            skip -= 1
        elif word == "--comment" or list(words[index : index + 2]) == ["-m", "comment"]:
            skip = 1
        else:
            yield shlex.quote(word) if " " in word or not word else word


_GOES_ON = re.compile(
    "LOG|NFLOG|ULOG|TRACE|AUDIT|CT|NOTRACK|TCPMSS|TCPOPTSTRIP|TOS|DSCP|TTL|HL|ECN|CHECKSUM|CLASSIFY|IDLETIMER|LED|RATEEST"
    "|SET|TEE|SECMARK|CONNSECMARK|HMARK|MASQUERADE|SNAT|auditd"
)
_UNTELLABLE = re.compile("N?FQUEUE|QUEUE|SYNPROXY|TPROXY|NETMAP|CLUSTERIP|DNPT|SNPT")
_PLAIN = {
    "ACCEPT": RuleAction("accept"),
    "DROP": RuleAction("drop"),
    "RETURN": RuleAction("return"),
    "REJECT": RuleAction("drop"),
    "TARPIT": RuleAction("drop"),
    "MARK": RuleAction("mark"),
}


def _action(target: Sequence[Option]) -> RuleAction | None:
    """None where a rule decides nothing."""
    if not target:
        return None
    name = target[0].value
    given = {one.name: one.value for one in target[1:]}
    if name in _PLAIN or _UNTELLABLE.fullmatch(name):
        return _PLAIN.get(name, RuleAction("unknown"))
    if name == "CONNMARK":
        return RuleAction("mark") if "--restore-mark" not in given and "--save-mark" not in given else None
    if name in ("REDIRECT", "DNAT"):
        return _translation(name, given)
    return None if _GOES_ON.fullmatch(name) else RuleAction("goto" if target[0].name == "-g" else "jump", name)


def _translation(name: str, given: Mapping[str, str]) -> RuleAction:
    if name == "REDIRECT":
        return RuleAction("redirect", port=_first_port(given.get("--to-ports", "")))
    return _dnat(given.get("--to-destination", ""))


def _first_port(text: str) -> int | None:
    number = text.partition("-")[0].partition("/")[0]
    return int(number) if number.isascii() and number.isdigit() and int(number) <= 65535 else None


def _dnat(text: str) -> RuleAction:
    """ "172.17.0.2:80", "[fd00::2]:80-90", "10.0.0.1-10.0.0.9" or ":8080"."""
    if text.startswith("["):
        where, _, rest = text[1:].partition("]")
        port = rest.lstrip(":")
    elif text.count(":") > 1:
        where, port = text, ""
    else:
        where, _, port = text.partition(":")
    first = where.partition("-")[0]
    if not first:
        return RuleAction("dnat", port=_first_port(port))
    try:
        return RuleAction("dnat", address=int(ip_network(first).network_address), port=_first_port(port))
    except ValueError:
        return RuleAction("unknown")
