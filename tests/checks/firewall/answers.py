"""Answers of the firewall's probe, written by hand."""

import json
from collections.abc import Sequence

PLAIN = "0 plain /usr/bin/x"
ETH0 = "2: eth0    inet 198.51.100.1/24 brd 198.51.100.255 scope global eth0"
ETH0_6 = "2: eth0    inet6 2001:db8:1::1/64 scope global"
LOOPBACK = "1: lo    inet 127.0.0.1/8 scope host lo\n1: lo    inet6 ::1/128 scope host"
ROUTES4 = (
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n"
    "eth0\t00000000\t026433C6\t0003\t0\t0\t0\t00000000\t0\t0\t0"
)
CLOSED = "*filter\n:INPUT DROP [0:0]\n:FORWARD DROP [0:0]\n{rules}\nCOMMIT"


def part(name: str, text: str = "", header: str = PLAIN, why: str = "") -> str:
    """One part as probe.sh prints it."""
    lines = [f"@ {name} {header}", *(f"|{line}" for line in text.split("\n") if text)]
    return "\n".join([*lines, *([f"!{why}"] if why else [])])


def socket(port: int, protocol: str = "tcp", address: str = "*", process: str = "") -> str:
    """A line of ss."""
    users = f' users:(("{process}",pid=7,fd=3))' if process else ""
    return f"{protocol} {'LISTEN' if protocol == 'tcp' else 'UNCONN'} 0 0 {address}:{port} *:*{users}"


BOTH = f"{LOOPBACK}\n{ETH0}\n{ETH0_6}"


def answer(
    sockets: Sequence[str] = (),
    rules4: Sequence[str] | None = (),
    rules6: Sequence[str] | None = (),
    *more: str,
    user: str = "0 root",
    addresses: str = BOTH,
) -> str:
    """A whole answer of a host whose INPUT drops all but `rules4` and `rules6`; None stands for no rules at all."""
    parts = [
        "siterounds firewall 1",
        part("who", user),
        part("ssh", "22\n"),
        part("listeners", "\n".join(sockets)),
        part("addresses", addresses),
        part("interfaces", "Inter-|\n face |\n    lo: 1\n  eth0: 2"),
        part("routes4", ROUTES4),
        part("nft", json.dumps({"nftables": []}), "0 plain /usr/sbin/nft"),
        part("iptables-nft", _dump(rules4), "0 plain /usr/sbin/iptables-nft-save"),
        part("ip6tables-nft", _dump(rules6), "0 plain /usr/sbin/ip6tables-nft-save"),
    ]
    replaced = {one.split(" ", 2)[1] for one in more if one.startswith("@ ")}
    kept = [one for one in parts if not (one.startswith("@") and one.split(" ", 2)[1] in replaced)]
    return "\n".join([*kept, *more, "@ end", ""])


def _dump(rules: Sequence[str] | None) -> str:
    return "" if rules is None else CLOSED.format(rules="\n".join(f"-A INPUT {rule}" for rule in rules))


def allow(*ports: int, protocol: str = "tcp", source: str = "") -> list[str]:
    """Rules that let ports in."""
    start = f"-s {source} " if source else ""
    return [f"{start}-p {protocol} -m {protocol} --dport {port} -j ACCEPT" for port in ports]
