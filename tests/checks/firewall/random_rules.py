"""Random rulesets, written in both rule languages from one draft."""

import random
from dataclasses import dataclass, field

from tests.servers.network import CLIENT4, CLIENT6

PORTS = (25, 80, 443, 3306, 8080, 9200)

SOURCES4 = (f"{CLIENT4[0]}/32", "203.0.113.0/24", "192.0.2.0/25", "0.0.0.0/1", "10.0.0.0/8", "203.0.113.4/31")
SOURCES6 = (f"{CLIENT6[0]}/128", "2001:db8:2::/48", "fe80::/10", "2001:db8::/32", "8000::/1")


@dataclass(frozen=True)
class Draft:
    """One rule: what is not given does not matter."""

    verdict: str
    protocol: str = ""
    ports: tuple[tuple[int, int], ...] = ()
    not_ports: bool = False
    source: str = ""
    not_source: bool = False
    interface: str = ""
    state: str = ""
    limited: bool = False


@dataclass(frozen=True)
class Ruleset:
    """Rules by chain; "input" is the base chain, others are jumped to."""

    policy: str
    chains: dict[str, list[Draft]] = field(default_factory=dict)


def draw(chance: random.Random, family: int) -> Ruleset:
    """A ruleset for one family."""
    names = ["input", "first", "second", "third"]
    chains = {}
    for index, name in enumerate(names):
        chains[name] = [_draft(chance, family, names[index + 1 :]) for _ in range(chance.randint(1, 6))]
    return Ruleset(chance.choice(["accept", "drop"]), chains)


def _draft(chance: random.Random, family: int, targets: list[str]) -> Draft:
    verdicts = ["accept", "accept", "drop", "reject", "return", *(f"jump {one}" for one in targets)]
    verdicts += [f"goto {one}" for one in targets[:1]]
    protocol = chance.choice(["", "tcp", "tcp", "udp"])
    ports: tuple[tuple[int, int], ...] = ()
    if protocol and chance.random() < 0.8:
        drawn = chance.sample(PORTS, chance.randint(1, 3))
        ports = tuple(
            sorted((port, port if chance.random() < 0.7 else port + chance.choice([1, 500])) for port in drawn)
        )
        ports = tuple(one for index, one in enumerate(ports) if index == 0 or one[0] > ports[index - 1][1])
    source = chance.choice(SOURCES4 if family == 4 else SOURCES6) if chance.random() < 0.4 else ""
    return Draft(
        chance.choice(verdicts),
        protocol,
        ports,
        chance.random() < 0.15,
        source,
        chance.random() < 0.3,
        chance.choice(["", "", "", "eth0", "eth*", "lo", "eth1"]),
        chance.choice(["", "", "", "new", "established,related", "new,established"]),
        chance.random() < 0.1,
    )


def nft(rules: dict[int, Ruleset]) -> str:
    """One inet table with a chain for each family behind a verdict map, the way people join them."""
    lines = ["table inet drawn {"]
    for family, ruleset in rules.items():
        for name in reversed(list(ruleset.chains)):
            lines.append(f"chain {name}{family} {{")
            if name == "input":
                lines.append(f"type filter hook input priority {family}; policy accept;")
                lines.append(f"meta nfproto != ipv{family} accept")
                lines.append("ct state established,related accept")  # as everybody has it: nobody drops half a talk
            lines += [_nft_rule(one, family) for one in ruleset.chains[name]]
            if name == "input":
                lines.append(ruleset.policy)
            lines.append("}")
    return "\n".join([*lines, "}", ""])


def _nft_rule(draft: Draft, family: int) -> str:
    parts = []
    if draft.interface:
        parts.append(f'iifname "{draft.interface}"')
    if draft.source:
        parts.append(f"{'ip' if family == 4 else 'ip6'} saddr {'!= ' if draft.not_source else ''}{draft.source}")
    if draft.ports:
        elements = ", ".join(f"{low}" if low == high else f"{low}-{high}" for low, high in draft.ports)
        parts.append(f"{draft.protocol} dport {'!= ' if draft.not_ports else ''}{{ {elements} }}")
    elif draft.protocol:
        parts.append(f"meta l4proto {draft.protocol}")
    if draft.state:
        parts.append(f"ct state {draft.state}")
    if draft.limited:
        parts.append("limit rate 1000/second burst 1000 packets")
    verdict = draft.verdict if not draft.verdict.startswith(("jump", "goto")) else f"{draft.verdict}{family}"
    return " ".join([*parts, "counter", verdict])


def iptables(ruleset: Ruleset) -> str:
    """For iptables-restore or ip6tables-restore."""
    lines = ["*filter", f":INPUT {ruleset.policy.upper()} [0:0]", ":FORWARD ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]"]
    lines += [f":{name} - [0:0]" for name in ruleset.chains if name != "input"]
    lines.append("-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT")
    for name, drafts in ruleset.chains.items():
        lines += [f"-A {'INPUT' if name == 'input' else name} {_iptables_rule(one)}" for one in drafts]
    return "\n".join([*lines, "COMMIT", ""])


def _iptables_rule(draft: Draft) -> str:
    parts = []
    if draft.source:
        parts.append(f"{'! ' if draft.not_source else ''}-s {draft.source}")
    if draft.interface:
        parts.append(f"-i {draft.interface.replace('*', '+')}")
    if draft.protocol:
        parts.append(f"-p {draft.protocol}")
    if draft.ports:
        listed = ",".join(f"{low}" if low == high else f"{low}:{high}" for low, high in draft.ports)
        parts.append(f"-m multiport {'! ' if draft.not_ports else ''}--dports {listed}")
    if draft.state:
        parts.append(f"-m conntrack --ctstate {draft.state.upper()}")
    if draft.limited:
        parts.append("-m limit --limit 1000/second --limit-burst 1000")
    word, _, target = draft.verdict.partition(" ")
    parts.append({"jump": f"-j {target}", "goto": f"-g {target}"}.get(word, f"-j {word.upper()}"))
    return " ".join(parts)
