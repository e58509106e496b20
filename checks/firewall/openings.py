"""What is said of each port that can be reached, or may be."""

from collections.abc import Iterator
from dataclasses import dataclass

from checks.findings import Finding, Gap, State
from checks.firewall.addresses import FAMILIES, Family, words, world
from checks.firewall.exposure import Exposure
from checks.firewall.settings import Settings
from checks.firewall.spans import NONE, Spans

WIDE = {4: 2**24, 6: 2**112}
"""From how many addresses on it is the world that a port is open to, and not some machines: a /8, a /16 of IPv6."""

_ANSWERED_ONLY = frozenset({("udp", 68), ("udp", 546)})
"""Where answers to this host's own questions for an address come in: nobody serves anything there."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One port, by family: the undeclared strangers who reach it, and those of whom that cannot be told."""

    exposure: Exposure
    strangers: dict[Family, Spans]
    doubtful: dict[Family, Spans]
    declared: bool

    def wide(self, family: Family) -> bool:
        """Whether the world reaches it by this family."""
        return self.strangers.get(family, NONE).amount > WIDE[family]

    @property
    def open(self) -> bool:
        """Whether anybody undeclared reaches it."""
        return any(self.strangers.values())


def opening(exposure: Exposure, settings: Settings, ssh: frozenset[int]) -> Opening:
    """Who reaches a port that was not declared to."""
    strangers: dict[Family, Spans] = {}
    doubtful: dict[Family, Spans] = {}
    for family in FAMILIES:
        reach = exposure.reach.get(family)
        if reach is not None:
            undeclared = world(family, settings.internal_networks)
            undeclared = undeclared - settings.declared(*exposure.door, family, ssh)
            strangers[family] = reach.accepted & undeclared
            doubtful[family] = reach.undecided & undeclared
    return Opening(exposure, strangers, doubtful, settings.is_declared(*exposure.door, ssh))


def evaluate_opening(found: Opening, settings: Settings) -> Iterator[Finding]:
    """The finding about a port that is open to somebody undeclared, or that may be."""
    exposure = found.exposure
    if exposure.item in settings.ignore or exposure.door in _ANSWERED_ONLY:
        return
    if found.open:
        yield _open(found, settings)
    elif any(found.doubtful.values()):
        because = next((one.because for one in exposure.reach.values() if one.because), "")
        reason = f"whether {exposure.item} ({exposure.by_whom}) can be reached cannot be told from the rule: {because}"
        yield Gap(exposure.item, reason, _declare(exposure, "try it from outside, then ")).finding()


def _open(found: Opening, settings: Settings) -> Finding:
    exposure = found.exposure
    families = [family for family in FAMILIES if found.strangers.get(family)]
    wide = any(found.wide(family) for family in families)
    dangerous = exposure.door[1] in settings.dangerous
    only6 = families == [6] and 4 in exposure.families
    whom = "the world" if wide else " and ".join(words(found.strangers[family], family) for family in families)
    summary = f"{exposure.item} ({exposure.by_whom}) is open to {whom}"
    if families == [6]:
        summary += " over IPv6" + (", while the rules of IPv4 close it" if only6 else "")
    summary += ", which nobody declared"
    if exposure.published:
        summary += "; it is sent on past the rules of INPUT, so ufw and the like do not stop it"
    kind = "firewall-open-to-some" if not wide else "firewall-open-port"
    return Finding(
        State.CRITICAL if wide and dangerous else State.WARNING,
        "firewall-published-port" if wide and exposure.published else kind,
        exposure.item,
        summary,
        remedy=_close(exposure),
        data={
            "protocol": exposure.door[0],
            "port": exposure.door[1],
            "processes": list(exposure.processes),
            "families": [f"ipv{family}" for family in families],
            "sources": ["any"] if wide else [words(found.strangers[family], family) for family in families],
            "dangerous": dangerous,
            "published": exposure.published,
            "only_ipv6": only6,
        },
    )


def _close(exposure: Exposure) -> str:
    if exposure.published:
        first = "publish it to 127.0.0.1 alone (`-p 127.0.0.1:…`), or drop it in the chain DOCKER-USER; "
    else:
        first = "bind it to 127.0.0.1, or close it in the firewall for both IPv4 and IPv6; "
    return first + _declare(exposure, "")


def _declare(exposure: Exposure, before: str) -> str:
    protocol, port = exposure.door
    udp = ", protocol: udp" if protocol == "udp" else ""
    return f"{before}where it is meant to be reached, add {{port: {port}{udp}}} to firewall.allow"
