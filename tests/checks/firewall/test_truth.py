"""What the walk over the rules says, against what really gets through."""

import random
from collections.abc import Collection, Iterator, Sequence

import pytest

from checks.firewall import iptables, nft
from checks.firewall.addresses import EVERYWHERE, address
from checks.firewall.arrival import arrivals
from checks.firewall.matching import Packet
from checks.firewall.rules import Table
from checks.firewall.surroundings import Surroundings, parse_addresses
from tests.checks.firewall import random_rules
from tests.checks.firewall.random_rules import PORTS
from tests.servers.network import CLIENT4, CLIENT6, SERVER4, SERVER6, Namespace, Protocol, Way, pair, reach
from tests.servers.shells import needs_root

PROTOCOLS: tuple[Protocol, Protocol] = ("tcp", "udp")
WAYS: list[Way] = [
    (source, protocol, port) for source in (*CLIENT4, *CLIENT6) for protocol in PROTOCOLS for port in PORTS
]

pytestmark = needs_root


@pytest.fixture(name="hosts")
def _hosts() -> Iterator[tuple[Namespace, Namespace]]:
    with pair() as hosts:
        yield hosts


def read(server: Namespace) -> tuple[Table, ...]:
    """All tables of a host, as the check reads them."""
    tables = [table for table in nft.parse(server.run("nft", "-j", "list", "ruleset")) if "drawn" in table.name]
    for command, family in (("iptables", 4), ("ip6tables", 6)):
        for variant in ("nft", "legacy"):
            dump = server.run(f"{command}-{variant}-save")
            tables += iptables.parse(dump, 4 if family == 4 else 6, f"iptables-{variant}", {})
    return tuple(tables)


def judged(tables: Sequence[Table], here: Surroundings, ways: Collection[Way]) -> tuple[set[Way], set[Way]]:
    """The ways that are said to lead in, and those that cannot be told."""
    accepted, undecided = set(), set()
    for source, protocol, port in ways:
        family, number = address(source)
        to = address(SERVER4 if family == 4 else SERVER6)[1]
        packet = Packet(family, protocol, port, "eth0", to)
        for one in arrivals(tables, packet, EVERYWHERE[family], here):
            if one.packet.local and one.packet.dport in PORTS:
                accepted |= {(source, protocol, port)} if number in one.accepted else set()
                undecided |= {(source, protocol, port)} if number in one.undecided else set()
    return accepted, undecided


def compare(server: Namespace, client: Namespace) -> set[Way]:
    """Measure and judge; what was measured."""
    here = Surroundings(parse_addresses(server.run("ip", "-o", "address", "show")))
    with server.listening(PORTS) as listeners:
        measured = reach(client, WAYS, listeners)
    accepted, undecided = judged(read(server), here, WAYS)
    assert not undecided
    assert accepted == measured
    return measured


@pytest.mark.parametrize("seed", range(12))
def test_random_nft(seed: int, hosts: tuple[Namespace, Namespace]) -> None:
    chance = random.Random(seed)
    text = random_rules.nft({family: random_rules.draw(chance, family) for family in (4, 6)})
    hosts[0].run("nft", "-f", "-", stdin=text)
    compare(*hosts)


@pytest.mark.parametrize("variant", ["nft", "legacy"])
@pytest.mark.parametrize("seed", range(100, 106))
def test_random_iptables(seed: int, variant: str, hosts: tuple[Namespace, Namespace]) -> None:
    chance = random.Random(seed)
    for command, family in (("iptables", 4), ("ip6tables", 6)):
        text = random_rules.iptables(random_rules.draw(chance, family), family)
        hosts[0].run(f"{command}-{variant}-restore", stdin=text)
    compare(*hosts)


@pytest.mark.parametrize("seed", range(200, 204))
def test_all_three_at_once(seed: int, hosts: tuple[Namespace, Namespace]) -> None:
    chance = random.Random(seed)
    hosts[0].run(
        "nft", "-f", "-", stdin=random_rules.nft({family: random_rules.draw(chance, family) for family in (4, 6)})
    )
    for command, family in (("iptables", 4), ("ip6tables", 6)):
        for variant in ("nft", "legacy"):
            text = random_rules.iptables(random_rules.draw(chance, family), family)
            hosts[0].run(f"{command}-{variant}-restore", stdin=text)
    compare(*hosts)
