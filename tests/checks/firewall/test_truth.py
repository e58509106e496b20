"""What the check says can be reached, against what really can: real rules, real sockets, real packets.

Each test makes a server and a client of its own, asks the server by the real probe, and tries every port from every
address of the client.
"""

import random
from collections.abc import Collection, Iterator

import pytest

from checks.firewall import PROBE, Facts, parse
from checks.firewall.exposure import exposures
from checks.firewall.network import address
from tests.checks.firewall import random_rules
from tests.checks.firewall.random_rules import PORTS
from tests.servers.network import (
    CLIENT4,
    CLIENT6,
    SERVER4,
    Listeners,
    Namespace,
    Protocol,
    Way,
    add_address,
    join,
    namespace,
    pair,
    reach,
)
from tests.servers.shells import ask, needs_root

PROTOCOLS: tuple[Protocol, Protocol] = ("tcp", "udp")
HOSTS = tuple[Namespace, Namespace]

pytestmark = needs_root


@pytest.fixture(name="hosts")
def _hosts() -> Iterator[HOSTS]:
    with pair() as hosts:
        yield hosts


def ways(ports: Collection[int]) -> list[Way]:
    """From every address of the client, by both protocols."""
    return [(source, protocol, port) for source in (*CLIENT4, *CLIENT6) for protocol in PROTOCOLS for port in ports]


def asked(server: Namespace) -> Facts:
    """What the server says, by the real probe."""
    return parse(ask(PROBE, [""], inside=server.inside))


def judged(facts: Facts, tried: Collection[Way]) -> tuple[set[Way], set[Way]]:
    """The ways that are said to lead in, and those that cannot be told."""
    accepted, undecided = set(), set()
    found = {one.door: one for one in exposures(facts).found}
    for source, protocol, port in tried:
        family, number = address(source)
        one = found.get((protocol, port))
        if one is not None and family in one.reach:
            accepted |= {(source, protocol, port)} if number in one.reach[family].accepted else set()
            undecided |= {(source, protocol, port)} if number in one.reach[family].undecided else set()
    return accepted, undecided


def compare(hosts: HOSTS, listening: Collection[int] = PORTS, tried: Collection[int] = ()) -> set[Way]:
    """Measure and judge; what was measured."""
    server, client = hosts
    with server.listening(listening) as listeners:
        facts = asked(server)
        return compared(facts, client, listeners, tried or listening)


def compared(facts: Facts, client: Namespace, listeners: Listeners, tried: Collection[int]) -> set[Way]:
    """The same for listeners that are there already."""
    assert facts.unseen == ()
    accepted, undecided = judged(facts, ways(tried))
    assert not undecided
    measured: set[Way] = set()
    for patience in (0.25, 4.0):  # a machine under load is given more time before it is said to disagree
        measured = reach(client, ways(tried), listeners, patience=patience)
        if measured == accepted:
            break
    assert accepted == measured
    return measured


def load(server: Namespace, variant: str, chance: random.Random) -> None:
    """Random rules for both families, by nft or by a variant of iptables."""
    drawn = {family: random_rules.draw(chance, family) for family in (4, 6)}
    if variant == "native":
        server.run("nft", "-f", "-", stdin=random_rules.nft(drawn))
    else:
        server.run(f"iptables-{variant}-restore", stdin=random_rules.iptables(drawn[4]))
        server.run(f"ip6tables-{variant}-restore", stdin=random_rules.iptables(drawn[6]))


@pytest.mark.parametrize("seed", range(8))
def test_random_nft(seed: int, hosts: HOSTS) -> None:
    load(hosts[0], "native", random.Random(seed))
    compare(hosts)


@pytest.mark.parametrize("variant", ["nft", "legacy"])
@pytest.mark.parametrize("seed", range(100, 104))
def test_random_iptables(seed: int, variant: str, hosts: HOSTS) -> None:
    load(hosts[0], variant, random.Random(seed))
    compare(hosts)


@pytest.mark.parametrize("seed", range(200, 203))
def test_all_three_at_once(seed: int, hosts: HOSTS) -> None:
    chance = random.Random(seed)
    for variant in ("native", "nft", "legacy"):
        load(hosts[0], variant, chance)
    compare(hosts)


def test_no_rules_at_all(hosts: HOSTS) -> None:
    assert compare(hosts, [80]) == set(ways([80]))


def chain(*rules: str, policy: str = "drop") -> str:
    """An nft ruleset with one input chain, and one chain to jump to."""
    lines = "\n".join(rules)
    return f"""
        table inet mine {{
            set web {{ type inet_service; flags interval; elements = {{ 80, 440-450 }} }}
            set office {{ type ipv4_addr; flags interval; elements = {{ 203.0.113.0/24, 10.0.0.0/8 }} }}
            set banned {{ type ipv4_addr; flags timeout; timeout 1h; elements = {{ 192.0.2.9 timeout 1h }} }}
            set pairs {{ type ipv4_addr . inet_service; flags interval;
                elements = {{ 192.0.2.0/24 . 3306, 10.0.0.1 . 80 }} }}
            map doors {{ type inet_service : verdict; elements = {{ 80 : accept, 25 : jump other, 3306 : drop }} }}
            set flood {{ type ipv4_addr; flags dynamic,timeout; timeout 1m; }}
            chain other {{ ip saddr 203.0.113.5 accept; udp dport 9200 accept; return; }}
            chain input {{ type filter hook input priority 0; policy {policy};
                ct state established,related accept
                {lines}
            }}
        }}
    """


@pytest.mark.parametrize(
    "rules",
    [
        ["tcp dport @web accept"],
        ["tcp dport != @web accept"],
        ["ip saddr @office accept"],
        ["ip saddr != @office accept"],
        ["ip saddr @banned drop", "meta l4proto { tcp, udp } accept"],
        ["ip saddr . tcp dport @pairs accept"],
        ["ip saddr . th dport { 198.51.100.2 . 80, 203.0.113.0/24 . 25-443 } accept"],
        ["tcp dport vmap @doors"],
        ["tcp dport vmap { 80 : accept, 81-500 : jump other, 8080 : goto other }", "accept"],
        ["meta nfproto vmap { ipv4 : jump other, ipv6 : accept }"],
        ["iifname vmap { lo : accept, eth0 : jump other }", "ip6 saddr 2001:db8:2::/48 accept"],
        ["ct state vmap { established : accept, new : jump other, invalid : drop }"],
        ["ip protocol tcp accept", "ip6 nexthdr udp accept"],
        ["meta l4proto vmap { tcp : accept, udp : drop }"],
        ["th dport < 100 accept", "tcp dport >= 9000 accept"],
        ["tcp flags & (fin|syn|rst|ack) == syn tcp dport 80 accept"],
        ["tcp flags syn tcp dport 80 accept", "tcp flags & (fin|syn) == fin drop", "tcp dport 25 accept"],
        ["tcp flags != syn drop", "tcp dport 25 accept"],
        ["fib daddr type local tcp dport 80 accept", "fib daddr type { multicast, broadcast } accept"],
        [
            "fib saddr . iif oif missing drop",
            "fib daddr . iif type != { local, broadcast } drop",
            "udp dport 25 accept",
        ],
        [
            "limit rate over 1000/second burst 1000 packets drop",
            "tcp dport 80 limit rate 1000/second burst 1000 packets accept",
        ],
        ["tcp dport 80 ct count over 1000 drop", "tcp dport 80 accept"],
        [
            "tcp dport 25 update @flood { ip saddr limit rate over 1000/second burst 1000 packets } drop",
            "tcp dport 25 accept",
        ],
        ["tcp dport 25 add @flood { ip saddr } accept"],
        ["meta mark 0 tcp dport 80 accept", "meta mark != 0 accept", "meta mark & 0xff == 1 accept"],
        ["ip daddr 198.51.100.1 tcp dport 80 accept", "ip daddr 192.0.2.77 accept", "ip6 daddr 2001:db8:1::/64 accept"],
        ["pkttype { broadcast, multicast } accept", "pkttype host udp dport 80 accept"],
        ["ct direction reply accept", "ct direction original tcp dport 9200 accept"],
        ["ct status dnat accept", "icmp type echo-request accept", "icmpv6 type nd-neighbor-solicit accept"],
        ["icmp type != echo-request accept", "meta protocol ip6 accept"],
        ["udp sport 53 accept", "tcp sport 1024-65535 tcp dport 443 accept"],
        ['meta iifname eth0 ip saddr 203.0.113.5 tcp dport 80 counter log prefix "x " accept comment "no"'],
        ["tcp dport 80 reject with tcp reset", "tcp dport { 80, 25 } accept"],
        ["jump other", "tcp dport 80 accept"],
        ["goto other", "tcp dport 80 accept"],
    ],
)
def test_what_people_write_in_nft(rules: list[str], hosts: HOSTS) -> None:
    server, client = hosts
    with server.listening(PORTS) as listeners:
        for policy in ("drop", "accept"):
            server.run("nft", "-f", "-", stdin="flush ruleset\n" + chain(*rules, policy=policy))
            compared(asked(server), client, listeners, PORTS)


HASHLIMIT = "--hashlimit-above 5000/s --hashlimit-burst 5000 --hashlimit-name a --hashlimit-mode srcip"


@pytest.mark.parametrize(
    "rules",
    [
        ["-p tcp --syn --dport 80 -j ACCEPT"],
        ["-p tcp ! --syn -j DROP", "-p tcp --dport 25:443 -j ACCEPT"],
        ["-p tcp -m multiport --ports 80,443 -j ACCEPT"],
        ["-p tcp -m tcp ! --dport 80 -m state --state NEW -j ACCEPT"],
        ["-m addrtype --dst-type LOCAL -p udp --dport 25 -j ACCEPT", "-m addrtype --dst-type MULTICAST -j ACCEPT"],
        ["-m addrtype ! --dst-type LOCAL -j ACCEPT", "-m addrtype --src-type LOCAL -j ACCEPT"],
        ["-p tcp --dport 80 -m connlimit --connlimit-above 1000 -j REJECT", "-p tcp --dport 80 -j ACCEPT"],
        ["-p tcp --dport 80 -m connlimit --connlimit-upto 1000 -j ACCEPT"],
        ["-p tcp -m limit --limit 1000/s --limit-burst 1000 -j ACCEPT"],
        [f"-m hashlimit {HASHLIMIT} -j DROP", "-p udp -j ACCEPT"],
        ["-m recent --name b --rcheck --seconds 60 -j DROP", "-m recent --name b2 --set -p tcp --dport 80 -j ACCEPT"],
        ["-m recent --name c ! --rcheck -j ACCEPT"],
        ["-m mark --mark 0x1/0x1 -j ACCEPT", "-m mark ! --mark 0x1/0x1 -p udp -j ACCEPT"],
        ["-j MARK --set-mark 1", "-p tcp --dport 80 -j ACCEPT"],
        ["-m pkttype --pkt-type broadcast -j ACCEPT", "-m pkttype ! --pkt-type broadcast -p tcp -j ACCEPT"],
        ['-p tcp -m comment --comment "a \\"quoted\\" -j DROP" -j ACCEPT'],
        ['-j LOG --log-prefix "-j ACCEPT "', "-p 6 --dport 443 -j ACCEPT", "-p icmp -j ACCEPT"],
        ["-m conntrack --ctstate INVALID -j DROP", "-m conntrack --ctstate NEW --ctdir ORIGINAL -p udp -j ACCEPT"],
        ["-m policy --dir in --pol ipsec -j ACCEPT", "-m policy --dir in --pol none -p tcp --dport 25 -j ACCEPT"],
        ["-p tcp -j REJECT --reject-with tcp-reset", "-j ACCEPT"],
    ],
)
@pytest.mark.parametrize("variant", ["nft", "legacy"])
def test_what_people_write_in_iptables(rules: list[str], variant: str, hosts: HOSTS) -> None:
    for command in ("iptables", "ip6tables"):
        lines = [f"-A INPUT {rule}" for rule in rules if command == "iptables" or "-p icmp" not in rule]
        first = "-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT"
        text = "\n".join(["*filter", ":INPUT DROP [0:0]", first, *lines, "COMMIT", ""])
        hosts[0].run(f"{command}-{variant}-restore", stdin=text)
    compare(hosts)


@pytest.mark.parametrize("table", ["raw", "mangle"])
def test_what_is_dropped_on_the_way_is_closed(table: str, hosts: HOSTS) -> None:
    text = f"*{table}\n-A PREROUTING -s 203.0.113.0/24 -p tcp --dport 80 -j DROP\nCOMMIT\n"
    hosts[0].run("iptables-legacy-restore", stdin=text)
    hosts[0].run("nft", "add", "table", "netdev", "early")
    hosts[0].run("nft", "add chain netdev early in { type filter hook ingress device eth0 priority 0; }")
    hosts[0].run("nft", "add rule netdev early in udp dport 25 drop")
    compare(hosts)


@pytest.mark.parametrize("by", ["native", "nft", "legacy"])
def test_a_port_sent_to_another_on_this_host(by: str, hosts: HOSTS) -> None:
    server = hosts[0]
    if by == "native":
        server.run(
            "nft",
            "-f",
            "-",
            stdin="""
                table inet mine {
                    chain pre { type nat hook prerouting priority dstnat;
                        tcp dport 8000-8002 redirect to :80
                        ip saddr 203.0.113.5 udp dport 8001 redirect to :25
                        tcp dport 443 redirect to :9999;
                    }
                    chain input { type filter hook input priority 0; policy drop;
                        ct state established,related accept
                        ct status dnat accept
                        udp dport 25 ip saddr 203.0.113.5 accept;
                    }
                }
            """,
        )
    else:
        for command in ("iptables", "ip6tables"):
            text = (
                "*nat\n-A PREROUTING -p tcp -m multiport --dports 8000:8002 -j REDIRECT --to-ports 80\n"
                "-A PREROUTING -p tcp --dport 443 -j REDIRECT --to-ports 9999\nCOMMIT\n"
                "*filter\n:INPUT DROP [0:0]\n-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
                "-A INPUT -p tcp --dport 80 -m conntrack --ctstate DNAT -j ACCEPT\n"
                "-A INPUT -m conntrack --ctorigdstport 8002 -p tcp -j ACCEPT\nCOMMIT\n"
            )
            server.run(f"{command}-{by}-restore", stdin=text)
    measured = compare(hosts, [80, 25, 443], [80, 25, 443, 8000, 8001, 8002, 8003])
    assert (CLIENT4[0], "tcp", 8001) in measured
    assert (CLIENT4[0], "tcp", 80) not in measured


DOCKER_RULES = """*raw
-A PREROUTING -d 172.17.0.2/32 ! -i docker0 -j DROP
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -i docker0 -j RETURN
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80
-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8443 -j DNAT --to-destination 172.17.0.2:443
-A DOCKER -d 127.0.0.1/32 ! -i docker0 -p tcp -m tcp --dport 3307 -j DNAT --to-destination 172.17.0.2:3306
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
-A INPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT
-A FORWARD -j DOCKER-USER
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A FORWARD -o docker0 -j DOCKER
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 80 -j ACCEPT
-A DOCKER -d 172.17.0.2/32 ! -i docker0 -o docker0 -p tcp -m tcp --dport 443 -j ACCEPT
%s
-A DOCKER-USER -j RETURN
COMMIT
"""


@pytest.mark.parametrize("variant", ["nft", "legacy"])
@pytest.mark.parametrize(
    ("user_rule", "opened"),
    [
        ("", {8080, 8443}),
        ("-A DOCKER-USER -i eth0 -p tcp -m conntrack --ctorigdstport 8443 --ctdir ORIGINAL -j DROP", {8080}),
        ("-A DOCKER-USER -i eth0 ! -s 203.0.113.0/24 -j DROP", {8080, 8443}),
        ("-A DOCKER-USER -i eth0 -j DROP", set()),
    ],
)
def test_what_docker_publishes(user_rule: str, opened: set[int], variant: str, hosts: HOSTS) -> None:
    server, client = hosts
    with namespace("container") as container:
        join(server, "docker0", container, "eth0")
        add_address(server, "docker0", "172.17.0.1/16")
        add_address(container, "eth0", "172.17.0.2/16")
        container.run("ip", "route", "add", "default", "via", "172.17.0.1")
        server.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1")
        server.run(f"iptables-{variant}-restore", stdin=DOCKER_RULES % user_rule)
        server.run(f"ip6tables-{variant}-restore", stdin="*filter\n:INPUT DROP [0:0]\nCOMMIT\n")
        with container.listening([80, 443, 3306], ["tcp"]), server.listening([8080], ["tcp"]) as listeners:
            measured = compared(asked(server), client, listeners, [80, 443, 3306, 3307, 8080, 8443])
    assert {port for _, _, port in measured} == opened
    assert {source for source, _, _ in measured} <= set(CLIENT4)


@pytest.mark.parametrize("where", [SERVER4, "2001:db8:1::1", "127.0.0.1", "::1", "172.31.9.9"])
def test_sockets_for_one_address(where: str, hosts: HOSTS) -> None:
    server, client = hosts
    add_address(server, "lo", "172.31.9.9/32")
    with server.listening([80], addresses=[where]) as listeners:
        measured = compared(asked(server), client, listeners, [80])
    assert bool(measured) == (where in (SERVER4, "2001:db8:1::1"))


@pytest.mark.parametrize("family", ["0.0.0.0", "::"])
def test_sockets_of_one_family(family: str, hosts: HOSTS) -> None:
    server, client = hosts
    with server.listening([80], addresses=[family]) as listeners:
        compared(asked(server), client, listeners, [80])


def test_rules_that_nobody_can_tell_are_not_guessed(hosts: HOSTS) -> None:
    server = hosts[0]
    server.run(
        "iptables-legacy-restore",
        stdin="*filter\n:INPUT DROP [0:0]\n-A INPUT -p tcp --dport 80 -m string --algo bm --string x -j ACCEPT\n"
        "-A INPUT -p tcp --dport 25 -m string --algo bm --string x -j DROP\n"
        "-A INPUT -p tcp --dport 443 -m u32 --u32 0=0 -j ACCEPT\n-A INPUT -p tcp --dport 443 -j ACCEPT\nCOMMIT\n",
    )
    with server.listening([25, 80, 443], ["tcp"]):
        found = {one.door[1]: one.reach[4] for one in exposures(asked(server)).found if 4 in one.reach}
    assert 25 not in found, "dropped either way"
    assert not found[80].accepted
    assert found[80].undecided
    assert "--string x" in found[80].because
    assert found[443].accepted, "accepted either way"
    assert not found[443].undecided
