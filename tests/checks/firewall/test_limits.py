"""A host that sends more rules, sockets and containers than are judged: the rest is left out, and said."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from checks.findings import Cause, Finding, NotCheckedError, State
from checks.firewall import Settings, evaluate, parse
from checks.firewall.exposure import exposures
from checks.firewall.simulate import Effort
from checks.firewall.sockets import parse as parse_containers
from tests.calls import calls
from tests.checks.firewall.answers import answer, part, socket

NOW = datetime(2026, 12, 1, tzinfo=UTC)
NFT = "0 plain /usr/sbin/nft"


def _beyond(output: str) -> set[str]:
    """The items of what was left out, as it was too much."""
    findings = evaluate(parse(output), Settings(), {}, NOW).findings
    return {one.item for one in findings if one.state is State.UNKNOWN and one.data.get("cause") == Cause.TOO_MUCH}


def _rule(*expressions: Any, chain: str = "input") -> dict[str, Any]:
    return {"rule": {"family": "inet", "table": "t", "chain": chain, "expr": list(expressions)}}


def _ruleset(*parts: dict[str, Any]) -> str:
    base = {"family": "inet", "table": "t", "name": "input", "hook": "input", "prio": 0, "policy": "drop"}
    return json.dumps({"nftables": [{"table": {"family": "inet", "name": "t"}}, {"chain": base}, *parts]})


MANY = [f"192.0.{number // 256}.{number % 256}" for number in range(60_000)]
BIG_SET = {"set": {"family": "inet", "table": "t", "name": "big", "type": "ipv4_addr", "elem": MANY}}
ASKS = {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}}, "right": "@big"}}
TO_PORT = {"payload": {"protocol": "tcp", "field": "dport"}}
MAP = {"vmap": {"key": TO_PORT, "data": {"set": [[number, {"accept": None}] for number in range(200)]}}}


@pytest.mark.parametrize(
    "ruleset",
    [
        '{"nftables":[' + "{}," * 2_000_000 + "{}]}",
        '{"nftables":["' + "x" * 8_000_000 + '"]}',
        '{"nftables":[' + "1," * 900_000 + "1]}",
        _ruleset(*[_rule({"accept": None})] * 20_001),
        _ruleset(BIG_SET, *[_rule(ASKS)] * 40),
        _ruleset(*[_rule(MAP)] * 101),
        _ruleset(_rule(*[{"counter": None}] * 501)),
    ],
    ids=["empty parts", "one long word", "numbers", "rules", "a set asked often", "verdict maps", "a long rule"],
)
def test_rules_without_end_are_not_judged_and_nothing_is_said_of_them(ruleset: str) -> None:
    assert _beyond(answer([socket(22)], None, None, part("nft", ruleset, NFT))) == {""}


@pytest.mark.parametrize(
    "rules",
    [["-j ACCEPT"] * 20_001, ["-s 192.0.2.1 " * 1000 + "-j ACCEPT"], ["-m comment --comment " + "x" * 9000] * 500],
)
def test_iptables_without_end_are_not_judged(rules: list[str]) -> None:
    assert _beyond(answer([socket(22)], rules)) == {""}


def test_chains_that_multiply_are_walked_until_the_effort_is_used_up() -> None:
    chains = [{"chain": {"family": "inet", "table": "t", "name": f"c{number}"}} for number in range(20)]
    jumps = [
        _rule({"jump": {"target": f"c{number + 1}"}}, chain=f"c{number}") for number in range(19) for _ in range(2)
    ]
    ruleset = _ruleset(*chains, _rule({"jump": {"target": "c0"}}), *jumps)
    facts = parse(answer([socket(80)], None, None, part("nft", ruleset, NFT)))
    seen = exposures(facts, Effort(5_000))
    assert [(gap.item, gap.cause) for gap in seen.left_out] == [("rules", Cause.TOO_MUCH)]
    assert all(reach.undecided for one in seen.found for reach in one.reach.values())


def test_sockets_containers_addresses_and_interfaces_beyond_the_limits_are_said() -> None:
    containers = "\n".join(json.dumps({"Names": f"c{n}", "Ports": f"0.0.0.0:{n}->80/tcp"}) for n in range(1, 1500))
    interfaces = "\n".join(f" eth{n}: 1" for n in range(2000))
    routes = "Iface\tDestination\n" + "\n".join(f"eth{n}\t00000000\tx\tx\tx\tx\tx\t00000000" for n in range(30))
    addresses = "\n".join(f"2: eth0    inet 198.51.{n // 256}.{n % 256}/24 scope global eth0" for n in range(1500))
    said = _beyond(
        answer(
            [socket(port) for port in range(1, 6000)],
            (),
            (),
            part("docker", containers),
            part("interfaces", interfaces),
            part("routes4", routes),
            addresses=addresses,
        )
    )
    assert said == {
        "sockets (listeners)",
        "containers (docker)",
        "interfaces (interfaces)",
        "addresses (addresses)",
        "interfaces",
        "ports",
    }


def test_an_answer_of_empty_lines_is_not_read() -> None:
    with pytest.raises(NotCheckedError) as raised:
        parse(answer((), (), (), "|\n" * 600_000))
    assert raised.value.cause is Cause.TOO_MUCH


@pytest.mark.parametrize("piece", ["0:", "0:1->", "0:1-2->x/tc", "0.0.0.0:1->1/tcp", "1/tcp,"])
def test_ports_of_containers_are_read_in_one_pass(piece: str) -> None:
    line = json.dumps({"Names": "x", "Ports": piece * 10_000 + "!"})
    assert len(parse_containers("\n".join([line] * 3))) <= 1000


def test_containers_publish_no_more_than_the_limit() -> None:
    lines = [json.dumps({"Names": "x", "Ports": f"0.0.0.0:{n}000-{n}999->1/tcp"}) for n in range(1, 20)]
    assert _beyond(answer((), (), (), part("docker", "\n".join(lines)))) == {"ports of containers", "ports"}


def _judge(sockets: int, rules: int) -> tuple[Finding, ...]:
    output = answer([socket(port) for port in range(1000, 1000 + sockets)], ["-p udp -j ACCEPT"] * rules)
    return evaluate(parse(output), Settings(), {}, NOW).findings


@pytest.mark.parametrize(
    ("few", "more"),
    [
        (partial(_judge, 40, 10), partial(_judge, 80, 10)),
        (partial(_judge, 5, 400), partial(_judge, 5, 800)),
    ],
    ids=["sockets", "rules"],
)
def test_twice_as_much_is_twice_the_work(few: Callable[[], Any], more: Callable[[], Any]) -> None:
    few()  # what is made once is made
    assert calls(more) < 2.5 * calls(few)
