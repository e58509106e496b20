"""Compares the rules with those of the last round, and reports the difference for some days."""

import difflib
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from checks.findings import Finding, Memory, State
from checks.firewall.facts import Facts
from checks.firewall.rules import Chain, Rule, Table
from checks.firewall.settings import Settings
from checks.text import clean

_DYNAMIC = re.compile(
    r"(f2b-|fail2ban|DOCKER|docker|KUBE-|kube-|cali-|CNI-|FLANNEL|LIBVIRT|sshguard|crowdsec|CROWDSEC|CILIUM|cilium|ISTIO"
    r"|NETAVARK|netavark|podman|ts-|tailscale|lxc|LXC|WEAVE|blocklist|geoip)",
)
"""Chains and tables that programs change by themselves; their changes are not reported."""

_DYNAMIC_INTERFACE = re.compile(r"\b(docker\d|br-[0-9a-f]{12}|veth\w+|cali\w+|cni\d|virbr\d|flannel|podman\d|lxcbr\d)")
_LARGEST = 20_000  # characters kept as text; larger rulesets are kept as digests
_MOST_DIGESTS = 3000
_MOST_COMPARED = 2000
_MOST_KEPT = 40

Snapshot = Mapping[str, list[str]]
"""Rules by chain, in order, in the words of who wrote them; counters, comments and what changes by itself left out."""


def snapshot(tables: Iterable[Table]) -> dict[str, list[str]]:
    """Return the rules that people write, without those that programs change by themselves."""
    found: dict[str, list[str]] = {}
    for table in tables:
        bare = table.name.rpartition(" ")[2]
        if _DYNAMIC.match(bare):
            continue
        for chain in table.chains.values():
            if _DYNAMIC.match(chain.name) or chain.hook in ("other", "output", "postrouting"):
                continue
            lines = list(_lines(chain))
            if lines:
                found[f"{table.title} {chain.name}"] = lines
    return found


def _lines(chain: Chain) -> Iterator[str]:
    if chain.hook and chain.policy != "accept":
        yield f"policy {chain.policy}"
    last = ""
    for rule in chain.rules:
        # A verdict map stands for several rules of the same text.
        if not _is_dynamic(rule) and rule.text != last:
            yield clean(rule.text, 300)
        last = rule.text


def _is_dynamic(rule: Rule) -> bool:
    return bool(_DYNAMIC.match(rule.action.chain) or _DYNAMIC_INTERFACE.search(rule.text))


def kept(now: Snapshot) -> dict[str, Any]:
    """The snapshot as it is remembered: as text, or as digests of rules or of whole chains where there is too much."""
    if sum(len(line) for lines in now.values() for line in lines) <= _LARGEST:
        form = "text"
    else:
        form = "rules" if sum(map(len, now.values())) <= _MOST_DIGESTS else "chains"
    return {"form": form, "chains": _formed(now, form)}


def _formed(now: Snapshot, form: str) -> dict[str, list[str]]:
    if form == "text":
        return dict(now)
    if form == "rules":
        return {chain: [_digest(line) for line in lines] for chain, lines in now.items()}
    return {chain: [_digest("\n".join(lines))] for chain, lines in now.items()}


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8", "replace")).hexdigest()[:8]


def changes(before: Mapping[str, Any], now: Snapshot) -> list[str]:
    """What came, with a "+", and what went, with a "-": "+ nft inet filter (IPv4) input: tcp dport 3306 accept"."""
    form, old = str(before.get("form")), before.get("chains")
    if form not in ("text", "rules", "chains") or not isinstance(old, dict):
        return []
    new = _formed(now, form)
    said: list[str] = []
    for chain in sorted(old.keys() | new.keys()):
        were, are = [str(line) for line in old.get(chain) or ()], new.get(chain, [])
        if were == are:
            continue
        if form == "chains" or len(were) + len(are) > _MOST_COMPARED:
            said.append(f"~ {chain}: changed, {len(now.get(chain, []))} rules now")
        else:
            said += _of_chain(chain, were, are, now.get(chain, []))
    return said[:_MOST_KEPT] + ([f"and {len(said) - _MOST_KEPT} more"] if len(said) > _MOST_KEPT else [])


def _of_chain(chain: str, were: list[str], are: list[str], readable: list[str]) -> Iterator[str]:
    """`were` and `are` may be digests; what came is told in words, what went only where it was kept in words."""
    in_words = are == readable
    for tag, first, last, start, end in difflib.SequenceMatcher(None, were, are, autojunk=False).get_opcodes():
        if tag != "equal":
            gone = were[first:last] if in_words else ["a rule that was not kept in words"] * (last - first)
            yield from (f"- {chain}: {line}" for line in gone)
            yield from (f"+ {chain}: {line}" for line in readable[start:end])


_MOST_SHOWN = 60


def judge_changes(
    facts: Facts, settings: Settings, memory: Memory, today: date
) -> tuple[list[Finding], Mapping[str, Any]]:
    """Return the finding on changed rules, for some days after the change; none in the first round."""
    now = snapshot(facts.tables)
    before = memory.get("rules")
    new = changes(before, now) if isinstance(before, Mapping) else []
    told = memory.get("changed")
    lines, day = ([], today) if not isinstance(told, Mapping) else _told(told, today)
    if new:
        lines, day = [*new, *(line for line in lines if line not in new)][:_MOST_SHOWN], today
    over = (today - day).days >= settings.changed_days
    remembered: dict[str, Any] = {"rules": kept(now)}
    if not lines or over:
        return [], remembered
    remembered["changed"] = {"day": day.isoformat(), "lines": lines}
    came, went = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    finding = Finding(
        State.WARNING,
        "firewall-changed",
        "changes",
        f"the firewall's rules have changed: {came} came, {went} went",
        details=tuple(lines),
        remedy="find out who did it and why; if it was meant, nothing is to be done",
        data={"came": came, "went": went, "day": day.isoformat()},
    )
    return [finding], remembered


def _told(told: Mapping[str, Any], today: date) -> tuple[list[str], date]:
    """What was told last, and since when; a day to come is today: the clock was wrong then, or is now."""
    try:
        day = min(date.fromisoformat(str(told.get("day"))), today)
    except ValueError:
        return [], today
    lines = told.get("lines")
    return [str(line) for line in lines] if isinstance(lines, list) else [], day
