"""What the world can reach on a host, against what it may."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checks.check import Check
from checks.findings import Kind, Memory
from checks.firewall.evaluate import evaluate
from checks.firewall.facts import Facts, parse
from checks.firewall.settings import Allow, Settings
from checks.probes import ONLY_ROOT, Probe, Scope, Target


def arguments(target: Target, settings: Any, memory: Memory) -> Sequence[str]:  # noqa: ARG001  # a probe's signature
    """Where the inventory says SSH is, for connections that do not tell."""
    return (str(target.host.port or ""),)


PROBE: Probe[Facts] = Probe(
    name="firewall",
    script=ONLY_ROOT + Path(__file__).with_name("probe.sh").read_text(encoding="utf-8"),
    parse=parse,
    scope=Scope.HOST,
    timeout=60.0,
    arguments=arguments,
    output_limit=16 * 1024 * 1024,
)


__all__ = ["Allow", "Facts", "Settings", "check", "evaluate", "parse"]

check: Check[Facts, Settings] = Check(
    name="firewall",
    title="Firewall",
    probe=PROBE,
    evaluate=evaluate,
    settings=Settings(),
    kinds=(
        Kind("firewall-as-declared"),
        Kind("firewall-policy"),
        Kind("firewall-elsewhere"),
        Kind("no-firewall"),
        Kind("firewall-default-open"),
        Kind("firewall-ipv6-open"),
        Kind("firewall-open-port"),
        Kind("firewall-published-port"),
        Kind("firewall-open-to-some"),
        Kind("firewall-frontends"),
        Kind("firewall-testing"),
        Kind("firewall-not-kept"),
        Kind("firewall-changed"),
    ),
    scope_words=("firewall", "open port", "iptables", "nftables"),
)
