"""How rules have changed."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.firewall import iptables, nft
from checks.firewall.changes import changes, kept, snapshot


def rules(*lines: str, chains: Sequence[str] = ()) -> dict[str, list[str]]:
    """The snapshot of an iptables dump."""
    text = "\n".join(
        ["*filter", ":INPUT DROP [0:0]", ":OUTPUT ACCEPT [0:0]", *(f":{name} -" for name in chains), *lines]
    )
    return snapshot(iptables.parse(text, 4, "iptables", {}))


INPUT = "iptables filter (IPv4) INPUT"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (["[5:300] -A INPUT -p tcp --dport 22 -j ACCEPT"], ["[9:999] -A INPUT -p tcp --dport 22 -j ACCEPT"]),
        (['-A INPUT -m comment --comment "a" -j ACCEPT'], ['-A INPUT -m comment --comment "b c" -j ACCEPT']),
        (["-A f2b-sshd -s 192.0.2.1/32 -j REJECT", "-A INPUT -j f2b-sshd"], []),
        (["-A DOCKER -d 172.17.0.2/32 -j ACCEPT"], ["-A DOCKER -d 172.17.0.3/32 -j ACCEPT"]),
        (["-A KUBE-FIREWALL -j DROP", "-A INPUT -j KUBE-FIREWALL"], []),
        (["-A INPUT -i br-0123456789ab -j ACCEPT"], ["-A INPUT -i veth12ab -j ACCEPT"]),
        (["-A OUTPUT -p tcp --dport 25 -j DROP"], []),
        (["-A INPUT -j LOG"], []),
    ],
)
def test_what_changes_by_itself_is_no_change(before: list[str], after: list[str]) -> None:
    assert changes(kept(rules(*before)), rules(*after)) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([], ["-A INPUT -p tcp --dport 3306 -j ACCEPT"], [f"+ {INPUT}: -p tcp --dport 3306 -j ACCEPT"]),
        (["-A INPUT -s 10.0.0.0/8 -j ACCEPT"], [], [f"- {INPUT}: -s 10.0.0.0/8 -j ACCEPT"]),
        (
            ["-A INPUT -p tcp -j DROP", "-A INPUT -p udp -j ACCEPT"],
            ["-A INPUT -p udp -j ACCEPT", "-A INPUT -p tcp -j DROP"],
            [f"+ {INPUT}: -p udp -j ACCEPT", f"- {INPUT}: -p udp -j ACCEPT"],
        ),
    ],
)
def test_changes_are_told_as_rules(before: list[str], after: list[str], said: list[str]) -> None:
    assert sorted(changes(kept(rules(*before)), rules(*after))) == sorted(said)


def test_a_policy_is_a_rule() -> None:
    text = "*filter\n:INPUT {} [0:0]\n"
    before, after = (snapshot(iptables.parse(text.format(one), 4, "iptables", {})) for one in ("DROP", "ACCEPT"))
    assert changes(kept(before), after) == [f"- {INPUT}: policy drop"]


def same(left: Any, right: str) -> dict[str, Any]:
    """A comparison of nft's."""
    return {"match": {"op": "==", "left": left, "right": right}}


def ruleset(*elements: int, banned: str, flags: Sequence[str] = ()) -> dict[str, list[str]]:
    """The snapshot of an nft ruleset with a set of ports, and one of addresses that a program fills."""
    where = {"family": "inet", "table": "t"}
    chain = {**where, "name": "in", "type": "filter", "hook": "input", "prio": 0, "policy": "drop"}
    counter = {"counter": {"packets": len(banned)}}
    tcp = {"payload": {"protocol": "tcp", "field": "dport"}}
    ip = {"payload": {"protocol": "ip", "field": "saddr"}}
    parts = [
        {"chain": chain},
        {"set": {**where, "name": "web", "type": "inet_service", "elem": elements, "flags": flags}},
        {"set": {**where, "name": "bad", "type": "ipv4_addr", "elem": [banned]}},
        *(
            {"rule": {**where, "chain": "in", "handle": len(elements), "expr": [one, counter, {verdict: None}]}}
            for one, verdict in ((same(tcp, "@web"), "accept"), (same(ip, "@bad"), "drop"))
        ),
    ]
    return snapshot(nft.parse(json.dumps({"nftables": parts})))


def test_ports_in_a_set_are_its_meaning_and_banned_addresses_are_not() -> None:
    before = kept(ruleset(80, 443, banned="192.0.2.1"))
    assert changes(before, ruleset(80, 443, banned="192.0.2.77")) == []
    assert changes(before, ruleset(80, 443, 3306, banned="192.0.2.1")) == [
        "- nft inet t (IPv4 and IPv6) in: tcp dport { 80, 443 } accept",
        "+ nft inet t (IPv4 and IPv6) in: tcp dport { 80, 443, 3306 } accept",
    ]


@given(
    st.lists(st.integers(1, 400), max_size=40),
    st.lists(st.integers(1, 400), max_size=40),
    st.sampled_from([1, 60, 500]),
)
def test_a_change_is_seen_in_every_form(before: list[int], after: list[int], width: int) -> None:
    """Small rulesets are kept in words, larger ones as digests of rules, the largest as digests of chains."""
    made = [
        {f"chain{copy}": [f"{'x' * width} port {port}" for port in ports] for copy in range(100 if width > 1 else 1)}
        for ports in (before, after)
    ]
    remembered = json.loads(json.dumps(kept(made[0])))
    assert bool(changes(remembered, made[1])) == (before != after)
    assert changes(remembered, made[0]) == []
    assert len(json.dumps(remembered)) < 60_000
    assert len(changes(remembered, made[1])) <= 41


def test_a_large_ruleset_tells_what_came_in_words() -> None:
    before = {"chain": [f"a long rule about many things, number {number}" for number in range(900)]}
    remembered = kept(before)
    assert remembered["form"] == "rules"
    assert changes(remembered, {"chain": [*before["chain"][:-1], "tcp dport 3306 accept"]}) == [
        "- chain: a rule that was not kept in words",
        "+ chain: tcp dport 3306 accept",
    ]
