"""The model of firewall rules into which every rule language is parsed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from checks.firewall.intervals import IntervalSet
from checks.firewall.network import Family


class BeyondLimitError(ValueError):
    """Raised if there are more rules than are evaluated."""


Field = Literal[
    "family",  # {"4"}: names
    "proto",  # {"tcp"}: names
    "iif",  # {"eth0", "wg*"}: patterns
    "oif",
    "saddr",  # spans of addresses; of one family, which a match on the family before it sees to
    "daddr",
    "sport",  # spans of ports
    "dport",
    "original-dport",  # as it was before it was redirected
    "state",  # {"new"}: names of connection tracking; a stranger's first packet is new
    "status",  # {"dnat"}
    "local",  # True: sent to this host
    "unmarked",  # True: matches a packet that no rule has marked
    "constant",  # True, False, or None for what cannot be told
    "either",  # alternatives, each of matches that must all hold
]


@dataclass(frozen=True, slots=True)
class Match:
    """One condition of a rule."""

    field: Field
    wanted: "IntervalSet | frozenset[str] | bool | tuple[tuple[Match, ...], ...] | None" = None
    negated: bool = False


UNTELLABLE = Match("constant", None)
NEVER = Match("constant", False)

Verdict = Literal["accept", "drop", "return", "jump", "goto", "dnat", "redirect", "mark", "unknown"]


@dataclass(frozen=True, slots=True)
class RuleAction:
    """What a rule does with what it matches. `unknown` ends the walk as accept does, but nobody can tell how."""

    verdict: Verdict
    chain: str = ""  # of jump and goto
    address: int | None = None  # of dnat: the first one where there are several; None: as it was
    port: int | None = None  # of dnat and redirect: the first one where there are several; None: as it was


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: all matches must hold. Rules that only count or log are left out."""

    matches: tuple[Match, ...]
    action: RuleAction
    text: str = ""  # as a person would write it, counters and comments apart


@dataclass(frozen=True, slots=True)
class Chain:
    """Rules in order. Only a chain with a hook is walked by itself, others are jumped to."""

    name: str
    rules: tuple[Rule, ...] = ()
    hook: str = ""  # ingress, prerouting, input, forward
    priority: int = 0
    nat: bool = False
    policy: Literal["accept", "drop"] = "accept"
    devices: frozenset[str] = frozenset()  # of ingress


@dataclass(frozen=True, slots=True)
class Table:
    """Chains that may jump to each other."""

    source: str  # which program it is from: "nft", "iptables", "iptables-legacy"
    name: str
    families: frozenset[Family]
    chains: Mapping[str, Chain] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Return the name for people: "iptables-legacy filter (IPv4)"."""
        both = "IPv4 and IPv6" if len(self.families) == 2 else "".join(f"IPv{one}" for one in self.families)
        return f"{self.source} {self.name} ({both})"


def tcp_syn(mask: frozenset[str], wanted: frozenset[str]) -> bool:
    """Whether the first packet of a connection, which has the flag SYN and no other, has `wanted` among `mask`."""
    return (mask & {"syn"}) == wanted


def protocol_name(text: str) -> str:
    """Protocols by the names that rules mostly use, where they come as numbers."""
    return {"6": "tcp", "17": "udp", "1": "icmp", "58": "ipv6-icmp", "icmpv6": "ipv6-icmp"}.get(text, text)
