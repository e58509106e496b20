"""The facts about a host's firewall, and the parser of what probe.sh prints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from checks.findings import Cause, NotChecked, NotCheckedError
from checks.firewall import iptables, iptables_match, nft, sockets
from checks.firewall.intervals import IntervalSet
from checks.firewall.network import (
    MOST_ADDRESSES,
    MOST_INTERFACES,
    MOST_ROUTES,
    Family,
    HostNetwork,
    parse_addresses,
    parse_interfaces,
    parse_routes,
)
from checks.firewall.rules import BeyondLimitError, Table
from checks.firewall.sockets import Listener, parse_proc, parse_ss

FIRST_LINE = "siterounds firewall 1"
LAST_LINE = "@ end"
_MOST_LINES = 500_000


@dataclass(frozen=True, slots=True)
class Part:
    """The output of one command, or the content of one file."""

    name: str
    code: int | None  # None: there is no such command or file
    by_sudo: bool
    path: str  # of the command or file
    text: str
    why: str = ""  # what it said when it failed
    unsafe: bool = False  # others than root may change the command, so that it was not run

    @property
    def ok(self) -> bool:
        """Whether it could be read."""
        return self.code == 0


Parts = Mapping[str, Part]


def parts(output: str) -> Parts:
    """Return the parts by name. Raises NotCheckedError if the answer is cut or malformed."""
    lines = output.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    if not lines or lines[0] != FIRST_LINE or lines[-1] != LAST_LINE:
        raise NotCheckedError("the answer about the firewall is cut, or is something else", cause=Cause.NOT_UNDERSTOOD)
    if len(lines) > _MOST_LINES:
        reason = f"the answer about the firewall has {len(lines)} lines, {_MOST_LINES} are the most that are read"
        raise NotCheckedError(reason, cause=Cause.TOO_MUCH)
    found: dict[str, Part] = {}
    header: list[str] = []
    said: list[str] = []
    why = ""
    for line in lines[1:]:
        if line.startswith("|"):
            said.append(line[1:])
        elif line.startswith("!"):
            why = line[1:].strip()
        elif line.startswith("@ "):
            if header:
                found.setdefault(header[0], _part(header, said, why))
            header, said, why = line[2:].split(" ", 3), [], ""
    return found


def _part(header: list[str], said: list[str], why: str) -> Part:
    name, code, how, path = (*header, "", "", "", "")[:4]
    number = int(code) if code.isascii() and code.isdigit() and len(code) < 5 else None
    return Part(name, number, how == "sudo", path, "\n".join(said), why[:300], how == "unsafe")


def text_of(found: Parts, name: str) -> str:
    """A part's text, "" where it was not read."""
    part = found.get(name)
    return part.text if part is not None and part.ok else ""


_UNITS = {
    "nftables.service": "nftables",
    "firewalld.service": "firewalld",
    "netfilter-persistent.service": "netfilter-persistent",
    "iptables.service": "iptables-services",
    "ip6tables.service": "iptables-services",
    "csf.service": "csf",
    "shorewall.service": "shorewall",
    "ferm.service": "ferm",
}
_KEPT = (
    "target",
    "sources",
    "services",
    "ports",
    "protocols",
    "masquerade",
    "forward-ports",
    "source-ports",
    "rich rules",
)


def enabled(found: Parts) -> tuple[str, ...]:
    """Those that set rules when the host starts. ufw's unit is always on: its own settings tell whether it does."""
    names = []
    for line in text_of(found, "units").splitlines():
        fields = line.split()
        if len(fields) >= 2 and fields[1] == "enabled" and fields[0] in _UNITS:
            names.append(_UNITS[fields[0]])
    if text_of(found, "ufw").strip().strip("\"'").lower() == "yes":
        names.append("ufw")
    if text_of(found, "firewalld").strip() == "running":
        names.append("firewalld")
    return tuple(sorted(set(names)))


def csf_is_testing(found: Parts) -> bool:
    """Whether csf takes all its rules back every few minutes, which it calls testing."""
    return text_of(found, "csf").strip().strip("\"'") == "1"


def not_kept(found: Parts) -> tuple[str, ...]:
    """What firewalld does now and will not do after a restart, or the other way round; () where it did not say."""
    now, kept = (text_of(found, name) for name in ("firewalld-now", "firewalld-kept"))
    if not now or not kept:
        return ()
    mine, theirs = dict(_zones(now)), dict(_zones(kept))
    gone = [f"until the next restart, {zone}: {line}" for (zone, line) in mine.keys() - theirs.keys()]
    new = [f"after the next restart, {zone}: {line}" for (zone, line) in theirs.keys() - mine.keys()]
    return tuple(sorted(gone) + sorted(new))[:40]


def _zones(text: str) -> Iterator[tuple[tuple[str, str], None]]:
    """(zone, "ports: 80/tcp") for each thing a zone lets through."""
    zone = key = ""
    for line in text.splitlines()[:5000]:
        if line and not line[0].isspace():
            zone = line.partition(" ")[0]
            continue
        stripped = line.strip()
        name, colon, rest = stripped.partition(":")
        if colon and name in (*_KEPT, "interfaces", "icmp-blocks", "icmp-block-inversion", "forward"):
            key, stripped = name, rest.strip()
        if key in _KEPT and stripped:
            words = [stripped] if key == "rich rules" else stripped.split()
            for word in words:
                yield (zone, f"{key}: {word}"), None


_USUAL_EPHEMERAL = (32768, 60999)
_DUMPS: Mapping[str, Family] = {
    "iptables-nft": 4,
    "ip6tables-nft": 6,
    "iptables-legacy": 4,
    "ip6tables-legacy": 6,
    "iptables-plain": 4,
    "ip6tables-plain": 6,
}
_FOLDERS = frozenset({"/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin"})
_ARGUMENTS = {"nft": "-j list ruleset", "ipset": "save"}


@dataclass(frozen=True, slots=True)
class Unseen:
    """Rules that could not be read, and why."""

    command: str  # absolute path and arguments
    reason: str
    refused: bool  # root could read them by this command, which is one of ours
    cause: Cause = Cause.PROGRAM_FAILED


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts. Without `rule_tools` no program on the host could list its rules."""

    user: str
    root: bool
    ssh_ports: frozenset[int]
    listeners: tuple[Listener, ...] | None  # None: the host does not say
    here: HostNetwork
    tables: tuple[Table, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    rule_tools: bool = True
    ephemeral: IntervalSet = field(default_factory=lambda: IntervalSet.of([_USUAL_EPHEMERAL]))
    published: sockets.Published = field(default_factory=dict)
    frontends: tuple[str, ...] = ()
    testing: bool = False
    not_kept: tuple[str, ...] = ()
    left_out: tuple[NotChecked, ...] = ()  # what is beyond the limits, rules apart


_LIMITS: Mapping[str, tuple[int, str]] = {
    "listeners": (sockets.MOST_SOCKETS, "sockets"),
    **dict.fromkeys(("tcp", "tcp6", "udp", "udp6"), (sockets.MOST_SOCKETS, "sockets")),
    "addresses": (MOST_ADDRESSES, "addresses"),
    "interfaces": (MOST_INTERFACES, "interfaces"),
    "routes4": (MOST_ROUTES, "routes"),
    "routes6": (MOST_ROUTES, "routes"),
    "docker": (sockets.MOST_CONTAINERS, "containers"),
}
"""How many lines of a part are read, and what they are."""


def limited(found: Parts) -> tuple[Parts, tuple[NotChecked, ...]]:
    """The parts, none of them longer than is read; and what is left out."""
    short, left_out = dict(found), []
    for name, (most, what) in _LIMITS.items():
        lines = found[name].text.split("\n") if name in found else []
        if len(lines) > most + 1:  # one may be a heading
            short[name] = replace(found[name], text="\n".join(lines[: most + 1]))
            reason = f"{len(lines) - most - 1} more {what} ({name}) than are looked at"
            left_out.append(NotChecked(f"{what} ({name})", reason, cause=Cause.TOO_MUCH))
    return short, tuple(left_out)


def parse(output: str) -> Facts:
    """Parse the output of probe.sh. Raises NotCheckedError if it is cut."""
    found, left_out = limited(parts(output))
    if "who" not in found:
        raise NotCheckedError("the answer about the firewall does not say who asked", cause=Cause.NOT_UNDERSTOOD)
    uid, _, user = text_of(found, "who").partition(" ")
    root = uid == "0"
    tables, unseen, tools = _rules(found, root)
    published = sockets.parse(text_of(found, "docker"))
    if len(published) > sockets.MOST_PUBLISHED:
        reason = f"more than {sockets.MOST_PUBLISHED} ports of containers"
        left_out = (*left_out, NotChecked("ports of containers", reason, cause=Cause.TOO_MUCH))
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
        published=published,
        frontends=enabled(found),
        testing=csf_is_testing(found),
        not_kept=not_kept(found),
        left_out=left_out,
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


def _here(found: Parts) -> HostNetwork:
    part = found.get("addresses")
    return HostNetwork(
        parse_addresses(part.text) if part is not None and part.ok else None,
        parse_interfaces(text_of(found, "interfaces")),
        parse_routes(text_of(found, "routes4"), text_of(found, "routes6")),
    )


def _ephemeral(text: str) -> IntervalSet:
    numbers = [int(word) for word in text.split() if word.isascii() and word.isdigit()]
    return IntervalSet.of([(numbers[0], numbers[1]) if len(numbers) == 2 else _USUAL_EPHEMERAL])


def _rules(found: Parts, root: bool) -> tuple[tuple[Table, ...], tuple[Unseen, ...], bool]:
    """The tables of all rule languages, what of them could not be read, and whether there is a tool at all.

    iptables over nftables keeps its rules in nft's tables, but only its own tools know what they mean: a table that
    they show is taken from them.
    """
    unseen: list[Unseen] = []
    sets = iptables_match.parse(text_of(found, "ipset"))
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
            unseen.append(Unseen(_command(part), str(error), refused=False, cause=_cause(error)))
        left_out |= {(family, table) for table in iptables.incompatible(part.text)}
    theirs = _nft(found, root, unseen)
    known = {(family, table.name) for table in ours if table.source == "iptables" for family in table.families}
    tables = [table for table in theirs if not _is_one_of(table, known - left_out)]
    kept = [table for table in ours if table.source != "iptables" or not _is_one_of(table, left_out)]
    return (*tables, *kept), tuple(unseen), bool(names)


def _sets_needed(found: Parts, root: bool) -> list[Unseen]:
    """Return the ipsets that rules refer to and that could not be read."""
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
        reason = f"what nft printed cannot be read: {error}"
        unseen.append(Unseen(_command(part), reason, refused=False, cause=_cause(error)))
        return ()


def _cause(error: ValueError) -> Cause:
    return Cause.TOO_MUCH if isinstance(error, BeyondLimitError) else Cause.PROGRAM_FAILED


def _is_one_of(table: Table, known: set[tuple[Family, str]]) -> bool:
    name = table.name.removeprefix("ip6 ").removeprefix("ip ")
    return len(table.families) == 1 and any((family, name) in known for family in table.families)


def _not_read(part: Part, root: bool) -> Unseen | None:
    """Why a part cannot be believed: it failed, or one without the right to see rules was told that there are none."""
    if part.code is None or (part.ok and (root or part.by_sudo or part.text.strip())):
        return None
    refused = not root and not part.unsafe and _is_ours(part)
    return Unseen(_command(part), part.why or "it printed nothing", refused)


def _is_ours(part: Part) -> bool:
    """Whether what a host names is the part's own command in a folder of the system."""
    name = f"{part.name.removesuffix('-plain')}-save" if part.name in _DUMPS else part.name
    return part.path.rpartition("/")[0] in _FOLDERS and part.path.rpartition("/")[2] == name


def _command(part: Part) -> str:
    return f"{part.path} {_ARGUMENTS.get(part.name, '')}".strip()
