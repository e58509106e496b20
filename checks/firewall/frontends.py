"""Programs that make the rules, of which a host should have one."""

from collections.abc import Iterator

from checks.firewall.transcript import Parts, text_of

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
