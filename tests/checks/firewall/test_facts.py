"""What the firewall probe's answers are read as."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.findings import NotCheckedError
from checks.firewall import Facts, Settings, evaluate, facts, parse, sockets
from checks.firewall.facts import parts
from checks.firewall.network import Family, HostNetwork, address, parse_addresses, parse_routes
from checks.firewall.sockets import Listener, parse_proc, parse_ss
from tests.checks.firewall.answers import CLOSED, ETH0, LOOPBACK, ROUTES4, answer, part, socket
from tests.checks.firewall.test_evaluate import NOW

V4, V6, BOTH = frozenset[Family]({4}), frozenset[Family]({6}), frozenset[Family]({4, 6})
LINK_LOCAL = address("fe80::1")[1]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        (
            'tcp LISTEN 0 511 0.0.0.0:80 0.0.0.0:* users:(("nginx",pid=7,fd=6))',
            Listener("tcp", 80, V4, process="nginx"),
        ),
        ("tcp   LISTEN 0   128   *:22   *:*", Listener("tcp", 22, BOTH)),
        ("tcp LISTEN 0 128 [::]:22 [::]:*", Listener("tcp", 22, V6)),
        ("tcp LISTEN 0 128 :::22 :::*", Listener("tcp", 22, V6)),
        ("udp UNCONN 0 0 127.0.0.53%lo:53 0.0.0.0:*", Listener("udp", 53, V4, 0x7F000035, "lo", loopback=True)),
        ("udp UNCONN 0 0 [fe80::1]%eth0:546 [::]:*", Listener("udp", 546, V6, LINK_LOCAL, "eth0")),
        ("udp UNCONN 0 0 [fe80::1%eth0]:546 [::]:*", Listener("udp", 546, V6, LINK_LOCAL, "eth0")),
        ("tcp LISTEN 0 1 [::ffff:127.0.0.1]:9000 *:*", Listener("tcp", 9000, V4, 0x7F000001, loopback=True)),
        ("tcp LISTEN 0 1 [::1]:25 *:*", Listener("tcp", 25, V6, 1, loopback=True)),
        ("tcp ESTAB 0 0 1.2.3.4:22 5.6.7.8:99", None),
        ("Netid State Recv-Q Send-Q Local Address:Port Peer", None),
        ("tcp LISTEN 0 0 x:80 *:*", None),
        ("tcp LISTEN 0 0 *:99999 *:*", None),
        ("tcp LISTEN 0 0 *:http *:*", None),
        ("raw UNCONN 0 0 *:58 *:*", None),
        ("tcp", None),
    ],
)
def test_ss(line: str, wanted: Listener | None) -> None:
    assert parse_ss(line) == (() if wanted is None else (wanted,))


def test_proc() -> None:
    tables = {
        "tcp": "  sl  local_address rem_address   st\n"
        "   0: 0100007F:0CEA 00000000:0000 0A 00000000:00000000\n"
        "   1: 00000000:0016 00000000:0000 0A 00000000:00000000\n"
        "   2: 016433C6:0016 026433C6:C001 01 00000000:00000000\n",
        "tcp6": "  sl  local_address                         remote_address st\n"
        "   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A\n"
        "   1: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A\n"
        "   2: B80D0120000001000000000001000000:1F90 00000000000000000000000000000000:0000 0A\n",
        "udp": "  sl  local_address rem_address   st\n   9: 00000000:0044 00000000:0000 07 0\n",
        "udp6": "nonsense\n x: y z 07\n 0: 00:00 00 07\n",
    }
    assert set(parse_proc(tables.items())) == {
        Listener("tcp", 3306, V4, 0x7F000001, loopback=True),
        Listener("tcp", 22, V4),
        Listener("tcp", 22, V6),
        Listener("tcp", 80, BOTH),
        Listener("tcp", 8080, V6, address("2001:db8:1::1:0:0")[1] if False else address("2001:db8:1::1")[1]),
        Listener("udp", 68, V4),
    }


def test_without_ss_the_kernel_is_asked() -> None:
    text = "  sl  local_address rem_address   st\n   1: 00000000:0016 00000000:0000 0A 0\n"
    facts = parse(answer([], [], [], part("listeners", header="absent - -"), part("tcp", text)))
    assert facts.listeners == (Listener("tcp", 22, V4),)
    hidden = parse(answer([], [], [], part("listeners", header="127 plain /bin/ss"), part("tcp", header="absent - -")))
    assert hidden.listeners is None


def test_docker() -> None:
    lines = [
        {"Names": "shop-db", "Ports": "0.0.0.0:3306->3306/tcp, [::]:3306->3306/tcp, 33060/tcp"},
        {"Names": "cache", "Ports": "127.0.0.1:6379->6379/tcp, [::1]:6379->6379/tcp"},
        {"Names": "many", "Ports": "0.0.0.0:8000-8002->80-82/tcp, :::53->53/udp"},
        {"Ports": None},
        5,
    ]
    text = "\n".join(map(json.dumps, lines)) + "\nnot json\n" + "[" * 100_000
    assert sockets.parse(text) == {
        ("tcp", 3306): "shop-db",
        ("tcp", 8000): "many",
        ("tcp", 8001): "many",
        ("tcp", 8002): "many",
        ("udp", 53): "many",
    }


@given(st.text(max_size=200), st.text(alphabet="0123456789.:->/tcp, ", max_size=200))
def test_any_ports_are_read(text: str, ports: str) -> None:
    sockets.parse(text)
    assert len(sockets.parse(json.dumps({"Names": text, "Ports": ports}))) <= 65_536


UNITS = "ufw.service enabled enabled\nnftables.service disabled enabled\nfirewalld.service enabled enabled"


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ([], ()),
        ([part("units", UNITS)], ("firewalld",)),
        ([part("units", UNITS), part("ufw", "yes")], ("firewalld", "ufw")),
        ([part("units", UNITS.replace("firewalld", "x")), part("ufw", "no")], ()),
        ([part("ufw", '"yes"')], ("ufw",)),
        ([part("firewalld", "running")], ("firewalld",)),
        ([part("units", "iptables.service enabled\nip6tables.service enabled")], ("iptables-services",)),
    ],
)
def test_frontends(more: list[str], names: tuple[str, ...]) -> None:
    assert facts.enabled(parts(answer([], [], [], *more))) == names


ZONES = """public (active)
  target: default
  interfaces: eth0
  services: dhcpv6-client ssh
  ports: {ports}
  rich rules:
\trule family="ipv4" source address="10.0.0.0/8" port port="3306" protocol="tcp" accept

drop
  target: DROP
"""


def test_what_firewalld_does_not_keep() -> None:
    now, kept = ZONES.format(ports="80/tcp 8080/tcp"), ZONES.format(ports="80/tcp 443/tcp").replace("eth0", "")
    found = parts(answer([], [], [], part("firewalld-now", now), part("firewalld-kept", kept)))
    assert facts.not_kept(found) == (
        "until the next restart, public: ports: 8080/tcp",
        "after the next restart, public: ports: 443/tcp",
    )
    same = parts(answer([], [], [], part("firewalld-now", now), part("firewalld-kept", now.replace("eth0", "eth1"))))
    assert facts.not_kept(same) == ()
    assert facts.not_kept(parts(answer())) == ()


def test_interfaces_that_face_the_world() -> None:
    more = "3: docker0    inet 172.17.0.1/16 scope global docker0\n4: eth1@if7    inet 10.0.0.5/24 scope global eth1"
    here = HostNetwork(parse_addresses(f"{LOOPBACK}\n{ETH0}\n{more}"), ("lo", "eth0"), parse_routes(ROUTES4, ""))
    assert here.facing_world(4) == ("eth0",)
    assert here.interface_to(4, address("172.17.0.2")[1]) == "docker0"
    assert here.interface_to(4, address("10.0.0.9")[1]) == "eth1"
    assert here.interface_to(4, address("8.8.8.8")[1]) is None
    unrouted = HostNetwork(here.addresses, (), frozenset())
    assert unrouted.facing_world(4) == ("eth0", "eth1")
    assert unrouted.reachable_at(6, "eth0") == ()
    assert HostNetwork(None, ("lo", "docker0", "ens3")).facing_world(4) == ("ens3",)
    assert HostNetwork(None).reachable_at(4, "eth0") == (None,)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "x",
        "2: eth0 inet nonsense/24",
        "2: eth0 inet 1.2.3.4/99",
        "2: eth0 inet",
        "2: ppp0 inet 10.0.0.1 peer 10.0.0.2/32",
    ],
)
def test_odd_addresses(line: str) -> None:
    assert len(parse_addresses(line)) == ("peer" in line)


def test_iptables_over_nftables_is_read_by_its_own_tool() -> None:
    table = {
        "family": "ip",
        "table": "filter",
        "name": "INPUT",
        "type": "filter",
        "hook": "input",
        "prio": 0,
        "policy": "drop",
    }
    xt = {
        "rule": {
            "family": "ip",
            "table": "filter",
            "chain": "INPUT",
            "expr": [{"xt": {"type": "match"}}, {"accept": None}],
        }
    }
    own = {"chain": {**table, "family": "inet", "table": "mine", "name": "in"}}
    text = json.dumps({"nftables": [{"chain": table}, xt, own]})
    facts = parse(answer([], [], None, part("nft", text)))
    assert sorted(one.title for one in facts.tables) == ["iptables filter (IPv4)", "nft inet mine (IPv4 and IPv6)"]
    left_out = f"{CLOSED.format(rules='')}\n# Table `filter' is incompatible, use 'nft' tool."
    facts = parse(answer([], [], None, part("nft", text), part("iptables-nft", left_out)))
    assert sorted(one.title for one in facts.tables) == ["nft inet mine (IPv4 and IPv6)", "nft ip filter (IPv4)"]


def test_what_nobody_may_see_is_unseen() -> None:
    refused = part("nft", "", "1 plain /usr/sbin/nft", "Operation not permitted")
    empty = part("iptables-nft", "", "0 plain /usr/sbin/iptables-nft-save")
    facts = parse(answer([], None, [], refused, empty, user="1001 visitor"))
    assert [(one.command, one.reason, one.refused) for one in facts.unseen] == [
        ("/usr/sbin/nft -j list ruleset", "Operation not permitted", True),
        ("/usr/sbin/iptables-nft-save", "it printed nothing", True),
    ]
    by_sudo = part("iptables-nft", "", "0 sudo /usr/sbin/iptables-nft-save")
    assert parse(answer([], None, [], by_sudo, user="1001 visitor")).unseen == ()
    assert parse(answer([], None, None)).unseen == ()


def test_rules_that_ask_a_set_that_was_refused_are_unseen() -> None:
    rule = ["-m set --match-set office src -p tcp -m tcp --dport 22 -j ACCEPT"]
    refused = part("ipset", "", "1 plain /usr/sbin/ipset", "Operation not permitted")
    facts = parse(answer([], rule, [], refused, user="1001 visitor"))
    assert [one.command for one in facts.unseen] == ["/usr/sbin/ipset save"]
    assert parse(answer([], [], [], refused, user="1001 visitor")).unseen == ()


def test_rules_that_cannot_be_read_are_unseen() -> None:
    facts = parse(answer([], None, None, part("nft", "{broken", "0 plain /usr/sbin/nft")))
    assert [one.refused for one in facts.unseen] == [False]


def test_a_host_without_tools() -> None:
    absent = [part(name, header="absent - -") for name in ("nft", "iptables-nft", "ip6tables-nft")]
    assert not parse(answer([], None, None, *absent)).rule_tools


@pytest.mark.parametrize("text", ["2222\n22", "\n2222", "2222"])
def test_where_ssh_is(text: str) -> None:
    assert parse(answer([], [], [], part("ssh", text))).ssh_ports == {2222}


@pytest.mark.parametrize("text", ["", "\n", "x\ny", "0\n", "99999"])
def test_where_ssh_is_usually(text: str) -> None:
    assert parse(answer([], [], [], part("ssh", text))).ssh_ports == {22}


@pytest.mark.parametrize(
    "output", ["", "@ end", "siterounds firewall 1", "siterounds firewall 1\n@ end", "<html>\n@ end"]
)
def test_half_an_answer_is_none(output: str) -> None:
    with pytest.raises(NotCheckedError):
        parse(output)


def test_no_cut_is_taken_for_the_whole() -> None:
    whole = answer([socket(80)], ["-j ACCEPT"]).rstrip("\n")
    for length in range(len(whole)):
        with pytest.raises(NotCheckedError):
            parse(whole[:length])


def test_no_text_can_pass_for_another_part() -> None:
    hostile = part("docker", "@ who 0 plain -\n|0 root\n@ nft 0 plain -\n@ end")
    facts = parse(answer([socket(22)], [], [], hostile, user="1001 visitor"))
    assert (facts.user, facts.root) == ("visitor", False)


NAMES = "nft iptables-nft iptables-legacy listeners addresses docker units ssh udp6 ipset"
chunks = st.one_of(
    st.text(max_size=80),
    st.builds(
        lambda name, text, code: part(name, text, f"{code} plain /x"),
        st.sampled_from(NAMES.split()),
        st.text(alphabet="0123456789abcdef.:/*{}[]\"'@|!\n -tcp\x00\x1b\udc80", max_size=120),
        st.sampled_from(["0", "1", "absent", "x"]),
    ),
)


@given(st.lists(chunks, max_size=10))
def test_nonsense_is_read_as_facts_or_refused(drawn: list[str]) -> None:
    try:
        facts = parse(answer([socket(80), socket(3306)], ["-j ACCEPT"], [], *drawn))
    except NotCheckedError:
        return
    assert isinstance(facts, Facts)
    judged = evaluate(facts, Settings(), {}, NOW)
    json.dumps(judged.memory, allow_nan=False)
    items = [finding.item for finding in judged.findings]
    assert len(items) == len(set(items)), "two findings about one item"
