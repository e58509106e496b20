"""What a host says of its firewall."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.findings import NotCheckedError
from checks.firewall import docker, frontends, ipset, iptables, nft
from checks.firewall.addresses import Family
from checks.firewall.listening import Listener, parse_proc, parse_ss
from checks.firewall.rules import Table
from checks.firewall.spans import Spans
from checks.firewall.surroundings import Surroundings, parse_addresses, parse_interfaces, parse_routes
from checks.firewall.transcript import Part, Parts, parts, text_of

_USUAL_EPHEMERAL = (32768, 60999)
_DUMPS: Mapping[str, Family] = {
    "iptables-nft": 4,
    "ip6tables-nft": 6,
    "iptables-legacy": 4,
    "ip6tables-legacy": 6,
    "iptables-plain": 4,
    "ip6tables-plain": 6,
}
_ARGUMENTS = {"nft": "-j list ruleset", "ipset": "save"}


@dataclass(frozen=True, slots=True)
class Unseen:
    """Rules that could not be read."""

    command: str  # absolute path and arguments
    reason: str
    refused: bool  # root could read them


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. Without `rule_tools` nobody on the host could tell its rules."""

    user: str
    root: bool
    ssh_ports: frozenset[int]
    listeners: tuple[Listener, ...] | None  # None: the host does not say
    here: Surroundings
    tables: tuple[Table, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    rule_tools: bool = True
    ephemeral: Spans = field(default_factory=lambda: Spans.of([_USUAL_EPHEMERAL]))
    published: docker.Published = field(default_factory=dict)
    frontends: tuple[str, ...] = ()
    testing: bool = False
    not_kept: tuple[str, ...] = ()


def parse(output: str) -> Facts:
    """Facts from what probe.sh prints; NotCheckedError where that is cut."""
    found = parts(output)
    if "who" not in found:
        raise NotCheckedError("the answer about the firewall does not say who asked")
    uid, _, user = text_of(found, "who").partition(" ")
    root = uid == "0"
    tables, unseen, tools = _rules(found, root)
    return Facts(
        user=user.strip() or uid,
        root=root,
        ssh_ports=_ssh_ports(text_of(found, "ssh")),
        listeners=_listeners(found),
        here=_here(found),
        tables=tables,
        unseen=unseen,
        rule_tools=tools,
        ephemeral=_ephemeral(text_of(found, "ephemeral")),
        published=docker.parse(text_of(found, "docker")),
        frontends=frontends.enabled(found),
        testing=frontends.csf_is_testing(found),
        not_kept=frontends.not_kept(found),
    )


def _ssh_ports(text: str) -> frozenset[int]:
    """The port by which this very connection came, else the inventory's, else the usual one."""
    numbers = [int(line) for line in text.split("\n") if line.strip().isascii() and line.strip().isdigit()]
    return frozenset(number for number in numbers[:1] if 0 < number <= 65535) or frozenset({22})


def _listeners(found: Parts) -> tuple[Listener, ...] | None:
    part = found.get("listeners")
    if part is not None and part.ok:
        return parse_ss(part.text)
    tables = [(name, found[name].text) for name in ("tcp", "tcp6", "udp", "udp6") if name in found and found[name].ok]
    return parse_proc(tables) if tables else None


def _here(found: Parts) -> Surroundings:
    part = found.get("addresses")
    return Surroundings(
        parse_addresses(part.text) if part is not None and part.ok else None,
        parse_interfaces(text_of(found, "interfaces")),
        parse_routes(text_of(found, "routes4"), text_of(found, "routes6")),
    )


def _ephemeral(text: str) -> Spans:
    numbers = [int(word) for word in text.split() if word.isascii() and word.isdigit()]
    return Spans.of([(numbers[0], numbers[1]) if len(numbers) == 2 else _USUAL_EPHEMERAL])


def _rules(found: Parts, root: bool) -> tuple[tuple[Table, ...], tuple[Unseen, ...], bool]:
    """The tables of all rule languages, what of them could not be read, and whether there is a tool at all.

    iptables over nftables keeps its rules in nft's tables, but only its own tools know what they mean: a table that
    they show is taken from them.
    """
    unseen: list[Unseen] = []
    sets = ipset.parse(text_of(found, "ipset"))
    ours: list[Table] = []
    left_out: set[tuple[Family, str]] = set()
    names = [name for name in ("nft", *_DUMPS) if name in found and found[name].code is not None]
    for name in names:
        if reason := _not_read(found[name], root):
            unseen.append(reason)
    unseen += _sets_needed(found, root)
    for name, family in _DUMPS.items():
        part = found.get(name)
        if part is None or _not_read(part, root):
            continue
        over_nft = name.endswith("nft") or "(nf_tables)" in part.text[:300]
        source = "iptables" if over_nft else "iptables-legacy"
        try:
            ours += iptables.parse(part.text, family, source, sets)
        except ValueError as error:
            unseen.append(Unseen(_command(part), str(error), refused=False))
        left_out |= {(family, table) for table in iptables.incompatible(part.text)}
    theirs = _nft(found, root, unseen)
    known = {(family, table.name) for table in ours if table.source == "iptables" for family in table.families}
    tables = [table for table in theirs if not _is_one_of(table, known - left_out)]
    kept = [table for table in ours if table.source != "iptables" or not _is_one_of(table, left_out)]
    return (*tables, *kept), tuple(unseen), bool(names)


def _sets_needed(found: Parts, root: bool) -> list[Unseen]:
    """The ipsets, where rules ask them and they could not be read."""
    asked = any("--match-set" in found[name].text for name in _DUMPS if name in found)
    reason = _not_read(found["ipset"], root) if asked and "ipset" in found else None
    return [reason] if reason else []


def _nft(found: Parts, root: bool, unseen: list[Unseen]) -> tuple[Table, ...]:
    part = found.get("nft")
    if part is None or part.code is None or _not_read(part, root):
        return ()
    try:
        return nft.parse(part.text)
    except ValueError as error:
        unseen.append(Unseen(_command(part), f"what nft printed cannot be read: {error}", refused=False))
        return ()


def _is_one_of(table: Table, known: set[tuple[Family, str]]) -> bool:
    name = table.name.removeprefix("ip6 ").removeprefix("ip ")
    return len(table.families) == 1 and any((family, name) in known for family in table.families)


def _not_read(part: Part, root: bool) -> Unseen | None:
    """Why a part cannot be believed: it failed, or one without the right to see rules was told that there are none."""
    if part.code is None or (part.ok and (root or part.by_sudo or part.text.strip())):
        return None
    return Unseen(_command(part), part.why or "it printed nothing", refused=not root)


def _command(part: Part) -> str:
    return f"{part.path} {_ARGUMENTS.get(part.name, '')}".strip()
