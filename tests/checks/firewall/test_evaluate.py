"""How the firewall of a host is judged."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from checks.findings import CheckResult, Finding, State
from checks.firewall import Allow, Settings, check, evaluate, parse
from checks.registry import validate_check
from tests.checks.firewall.answers import BOTH, ETH0, LOOPBACK, allow, answer, part, socket

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
OK, WARNING, CRITICAL, UNKNOWN = State.OK, State.WARNING, State.CRITICAL, State.UNKNOWN
ONLY_IPV4 = f"{LOOPBACK}\n{ETH0}"


def judge(
    output: str, settings: Settings | None = None, memory: Mapping[str, Any] | None = None, now: datetime = NOW
) -> CheckResult:
    """What is said of an answer; memory goes through JSON as it does between rounds."""
    judged = evaluate(parse(output), settings or Settings(), memory or {}, now)
    return CheckResult(judged.findings, json.loads(json.dumps(judged.memory)))


def states(judged: CheckResult) -> dict[str, State]:
    """The state of each item."""
    return {finding.item: finding.state for finding in judged.findings}


def about(judged: CheckResult, item: str) -> Finding:
    """The finding about an item."""
    return next(finding for finding in judged.findings if finding.item == item)


WEB = [socket(22, process="sshd"), socket(80, process="nginx"), socket(443, process="nginx")]


def test_all_is_well() -> None:
    judged = judge(answer([*WEB, socket(3306, address="127.0.0.1")], allow(22, 80, 443), allow(22, 80, 443)))
    assert states(judged) == {"policy": OK, "": OK}
    summary = about(judged, "")
    assert summary.summary == "open as declared: tcp/22 (sshd), tcp/80 (nginx), tcp/443 (nginx)"
    assert summary.value == 3
    assert summary.data["open"] == ["tcp/22", "tcp/80", "tcp/443"]
    assert "tcp/80: over IPv4 from anywhere, over IPv6 from anywhere" in summary.details


@pytest.mark.parametrize(
    ("port", "state"), [(3306, CRITICAL), (6379, CRITICAL), (9200, CRITICAL), (4321, WARNING), (8025, WARNING)]
)
def test_what_was_not_declared(port: int, state: State) -> None:
    judged = judge(answer([*WEB, socket(port, process="thing")], allow(22, 80, 443, port), allow(22, 80, 443)))
    found = about(judged, f"tcp/{port}")
    assert (found.state, found.kind) == (state, "firewall-open-port")
    assert found.summary == f"tcp/{port} (thing) is open to the world, which nobody declared"
    assert found.data["families"] == ["ipv4"]
    assert f"{{port: {port}}}" in found.remedy


def test_what_is_declared_may_be_open() -> None:
    output = answer([socket(3306)], allow(3306), allow(3306))
    both = Settings(allow=(Allow(3306),))
    assert states(judge(output, both)) == {"policy": OK, "": OK}
    only4 = about(judge(output, Settings(allow=(Allow("3000-4000", family="ipv4"),))), "tcp/3306")
    assert (only4.state, only4.data["families"], only4.data["only_ipv6"]) == (CRITICAL, ["ipv6"], True)
    wrong_protocol = Settings(allow=(Allow(3306, "udp"),))
    assert states(judge(output, wrong_protocol))["tcp/3306"] is CRITICAL
    office = Settings(allow=(Allow("mysql", source=("203.0.113.0/24",)),))
    assert states(judge(output, office))["tcp/3306"] is CRITICAL
    narrow = answer([socket(3306)], allow(3306, source="203.0.113.0/24"), [])
    assert states(judge(narrow, office)) == {"policy": OK, "": OK}


def test_some_strangers_are_not_the_world() -> None:
    rules = allow(3306, source="203.0.113.7/32") + allow(3306, source="10.0.0.0/8")
    found = about(judge(answer([socket(3306, process="mariadbd")], rules, [])), "tcp/3306")
    assert (found.state, found.kind) == (WARNING, "firewall-open-to-some")
    assert found.summary == "tcp/3306 (mariadbd) is open to 203.0.113.7, which nobody declared"


def test_private_networks_are_not_the_world() -> None:
    assert states(judge(answer([socket(3306)], allow(3306, source="10.0.0.0/8"), []))) == {"policy": OK, "": OK}
    vpn = Settings(internal_networks=("203.0.113.0/24",))
    assert states(judge(answer([socket(3306)], allow(3306, source="203.0.113.7/32"), []), vpn)) == {
        "policy": OK,
        "": OK,
    }


def test_open_over_ipv6_alone() -> None:
    judged = judge(answer([socket(3306)], [], allow(3306)))
    found = about(judged, "tcp/3306")
    assert found.state is CRITICAL
    assert "over IPv6, while the rules of IPv4 close it" in found.summary
    assert found.data["only_ipv6"]


def test_ipv6_that_does_not_reach_the_world_is_not_judged() -> None:
    judged = judge(answer([socket(3306)], [], None, addresses=ONLY_IPV4))
    assert states(judged) == {"policy": OK, "": OK}


@pytest.mark.parametrize(
    ("rules4", "rules6", "addresses", "kind", "state"),
    [
        ((), (), f"{ONLY_IPV4}", "firewall-policy", OK),
        (None, None, ONLY_IPV4, "no-firewall", WARNING),
        (["-p tcp -m tcp --dport 25 -j DROP", "-j ACCEPT"], None, ONLY_IPV4, "firewall-default-open", WARNING),
        ((), None, BOTH, "firewall-ipv6-open", WARNING),
        (["-j ACCEPT"], ["-j ACCEPT"], ONLY_IPV4, "firewall-default-open", WARNING),
        (["-m geoip --src-cc DE -j ACCEPT"], (), ONLY_IPV4, "not-checked", UNKNOWN),
    ],
)
def test_what_is_not_named(rules4: Any, rules6: Any, addresses: str, kind: str, state: State) -> None:
    found = about(judge(answer([], rules4, rules6, addresses=addresses)), "policy")
    assert (found.kind, found.state) == (kind, state)


def test_a_firewall_elsewhere() -> None:
    settings = Settings(managed_elsewhere="AWS security group sg-1")
    judged = judge(answer([*WEB, socket(3306)], None, None), settings)
    assert states(judged) == {"policy": OK, "": OK}
    assert about(judged, "policy").kind == "firewall-elsewhere"
    assert "kept from the world by AWS security group sg-1 alone: tcp/3306" in about(judged, "").summary
    filtered = judge(answer([socket(3306)], allow(3306), [], addresses=ONLY_IPV4), settings)
    assert states(filtered)["tcp/3306"] is CRITICAL, "a host that filters is taken at its word"


def test_rules_that_cannot_be_told_are_unknown() -> None:
    rules = ["-p tcp -m tcp --dport 3306 -m geoip --src-cc DE -j ACCEPT"]
    found = about(judge(answer([socket(3306)], rules, [])), "tcp/3306")
    assert (found.state, found.kind) == (UNKNOWN, "not-checked")
    assert "--src-cc DE" in found.summary


def test_no_permission_is_never_no_firewall() -> None:
    refused = [
        part("nft", "", "1 plain /usr/sbin/nft", "Operation not permitted (you must be root)"),
        part("iptables-nft", "", "4 plain /usr/sbin/iptables-nft-save", "Permission denied"),
    ]
    sockets = [socket(22), socket(3306)]
    judged = judge(answer(sockets, None, None, *refused, user="1001 visitor"))
    assert states(judged) == {"": UNKNOWN}
    found = about(judged, "")
    assert "could not be read" in found.summary
    assert found.details == (
        "/usr/sbin/ip6tables-nft-save: it printed nothing",
        "undeclared, and open unless a rule closes it: tcp/3306 (process unknown)",
    )
    assert found.remedy.splitlines()[1:] == [
        "visitor ALL=(root) NOPASSWD: /usr/sbin/nft -j list ruleset",
        'visitor ALL=(root) NOPASSWD: /usr/sbin/iptables-nft-save ""',
        'visitor ALL=(root) NOPASSWD: /usr/sbin/ip6tables-nft-save ""',
    ]


def test_a_host_without_tools_is_unknown() -> None:
    absent = [part(name, header="absent - -") for name in ("nft", "iptables-nft", "ip6tables-nft")]
    judged = judge(answer([socket(80)], None, None, *absent))
    assert states(judged) == {"": UNKNOWN}
    assert "install nftables" in about(judged, "").remedy
    elsewhere = judge(answer([socket(80)], None, None, *absent), Settings(managed_elsewhere="Hetzner"))
    assert states(elsewhere) == {"policy": OK, "": OK}


def test_listeners_that_cannot_be_seen_are_unknown() -> None:
    judged = judge(answer([], [], [], part("listeners", header="absent - -")))
    assert states(judged)["listeners"] is UNKNOWN


def test_what_is_to_be_ignored_is() -> None:
    output = answer([socket(5353, "udp")], allow(5353, protocol="udp"), [])
    assert states(judge(output))["udp/5353"] is WARNING
    assert states(judge(output, Settings(ignore=("udp/5353",)))) == {"policy": OK, "": OK}


def test_a_dhcp_client_serves_nobody() -> None:
    output = answer([socket(68, "udp"), socket(546, "udp")], None, None)
    assert set(states(judge(output))) == {"policy", ""}


def test_a_question_that_is_being_asked_is_no_service() -> None:
    output = answer([socket(40123, "udp"), socket(443, "udp")], None, None, addresses=ONLY_IPV4)
    first = judge(output)
    assert set(states(first)) == {"policy", ""}
    second = judge(output, memory=first.memory)
    assert states(second)["udp/40123"] is WARNING
    assert states(judge(answer([socket(40999, "udp")], None, None), memory=second.memory))["udp/40123"] is OK


def test_a_port_that_was_closed_is_said_to_be() -> None:
    first = judge(answer([socket(3306)], allow(3306), []))
    second = judge(answer([socket(3306)], [], []), memory=first.memory)
    found = about(second, "tcp/3306")
    assert (found.state, found.kind) == (OK, "settled")
    hidden = part("nft", "", "1 plain /usr/sbin/nft", "no")
    assert "tcp/3306" not in states(judge(answer([socket(3306)], [], [], hidden), memory=first.memory))


def test_what_is_declared_and_closed_is_told() -> None:
    judged = judge(answer(WEB, allow(22, 80, source="203.0.113.7/32"), []))
    assert states(judged) == {"policy": OK, "": OK}
    assert about(judged, "").data["closed"] == ["tcp/443"]
    assert "tcp/22: over IPv4 from 203.0.113.7" in about(judged, "").details


def test_ssh_is_where_it_is() -> None:
    output = answer([socket(2222)], allow(2222), [], part("ssh", "2222\n22"))
    assert states(judge(output)) == {"policy": OK, "": OK}


def test_what_docker_publishes_goes_past_input() -> None:
    sent_on = "-A PREROUTING -p tcp -m tcp --dport 3306 -j DNAT --to-destination 172.17.0.2:3306"
    nat = f"*nat\n:PREROUTING ACCEPT [0:0]\n{sent_on}"
    forward = (
        "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -d 172.17.0.2/32 -o docker0 -j ACCEPT\nCOMMIT"
    )
    names = json.dumps({"Names": "shop-db", "Ports": "0.0.0.0:3306->3306/tcp"})
    output = answer(
        [socket(3306, process="docker-proxy")],
        [],
        [],
        part("iptables-nft", f"{nat}\nCOMMIT\n{forward}"),
        part("docker", names),
        addresses=f"{ONLY_IPV4}\n3: docker0    inet 172.17.0.1/16 scope global docker0",
    )
    found = about(judge(output), "tcp/3306")
    assert (found.state, found.kind, found.data["published"]) == (CRITICAL, "firewall-published-port", True)
    assert found.summary.startswith("tcp/3306 (shop-db, docker-proxy) is open to the world")
    assert "DOCKER-USER" in found.remedy


def test_programs_that_work_against_each_other() -> None:
    units = part("units", "nftables.service enabled enabled\nufw.service enabled enabled")
    judged = judge(answer([], [], [], units, part("ufw", "yes"), part("csf", '"1"')))
    assert (about(judged, "frontends").state, about(judged, "frontends").data["frontends"]) == (
        WARNING,
        ["nftables", "ufw"],
    )
    assert about(judged, "testing").kind == "firewall-testing"
    after = judge(answer([], [], [], units, part("ufw", "no")), memory=judged.memory)
    assert (states(after)["frontends"], states(after)["testing"]) == (OK, OK)


def test_rules_that_end_with_the_next_restart() -> None:
    zone = "public\n  ports: {}\n"
    more = [part("firewalld-now", zone.format("80/tcp")), part("firewalld-kept", zone.format(""))]
    found = about(judge(answer([], [], [], *more)), "permanent")
    assert (found.state, found.details) == (WARNING, ("until the next restart, public: ports: 80/tcp",))


def test_a_change_is_told_for_some_days() -> None:
    first = judge(answer([], allow(22), []))
    assert "changes" not in states(first), "the first round has nothing to compare with"
    changed = answer([], [*allow(22), *allow(3306)], [])
    second = judge(changed, memory=first.memory, now=NOW + timedelta(days=1))
    found = about(second, "changes")
    assert (found.state, found.kind) == (WARNING, "firewall-changed")
    assert found.details == ("+ iptables filter (IPv4) INPUT: -p tcp -m tcp --dport 3306 -j ACCEPT",)
    third = judge(changed, memory=second.memory, now=NOW + timedelta(days=3))
    assert states(third)["changes"] is WARNING
    fourth = judge(changed, memory=third.memory, now=NOW + timedelta(days=4))
    assert states(fourth)["changes"] is OK
    again = judge(answer([], allow(22), []), memory=third.memory, now=NOW + timedelta(days=3))
    assert len(about(again, "changes").details) == 2


def test_a_change_that_nobody_wants_to_know_of() -> None:
    first = judge(answer([], allow(22), []))
    second = judge(answer([], [], []), Settings(changed_days=0), first.memory)
    assert "changes" not in states(second)


def test_a_clock_that_steps_back_keeps_the_change() -> None:
    first = judge(answer([], allow(22), []))
    second = judge(answer([], [], []), memory=first.memory, now=NOW + timedelta(days=10))
    back = judge(answer([], [], []), memory=second.memory, now=NOW)
    assert states(back)["changes"] is WARNING
    assert states(judge(answer([], [], []), memory=back.memory, now=NOW + timedelta(days=3)))["changes"] is OK


def test_a_round_that_could_not_look_forgets_nothing() -> None:
    first = judge(answer([], allow(22), []))
    hidden = part("nft", "", "1 plain /usr/sbin/nft", "no")
    second = judge(answer([], [], [], hidden), memory=first.memory)
    assert second.memory["rules"] == first.memory["rules"]
    third = judge(answer([], [], []), memory=second.memory)
    assert states(third)["changes"] is WARNING


@pytest.mark.parametrize(
    "memory", [{"rules": 5}, {"rules": {}}, {"changed": 5}, {"changed": {"day": "x"}}, {"udp": []}]
)
def test_damaged_memory_is_forgotten(memory: Mapping[str, Any]) -> None:
    assert states(judge(answer([], allow(22), []), memory=memory)) == {"policy": OK, "": OK}


@pytest.mark.parametrize(
    "wrong",
    [
        {"allow": [{"port": 70000}]},
        {"allow": [{"port": "nonsense"}]},
        {"allow": [{"port": "90-80"}]},
        {"allow": [{"port": 80, "source": ["nowhere"]}]},
        {"allow": [{"port": 80, "source": []}]},
        {"allow": [{"port": 80, "protocol": "icmp"}]},
        {"allow": [{}]},
        {"dangerous": [-1]},
        {"internal_networks": ["x"]},
        {"changed_days": -1},
    ],
)
def test_settings_without_meaning_are_refused(wrong: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Settings).validate_python(wrong)


def test_the_check_is_sound() -> None:
    assert validate_check(check, ()) is check
