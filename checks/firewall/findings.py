"""The findings on reachable ports, on the policy for all others, and on conflicting firewall programs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from checks.findings import Cause, Finding, NotChecked, State
from checks.firewall.exposure import Exposure, reach_of_nobody
from checks.firewall.facts import Facts
from checks.firewall.intervals import NONE, IntervalSet
from checks.firewall.network import FAMILIES, Family, words, world
from checks.firewall.rules import Table
from checks.firewall.settings import Settings

WIDE = {4: 2**24, 6: 2**112}
"""From how many addresses on it is the world that a port is open to, and not some machines: a /8, a /16 of IPv6."""

_ANSWERED_ONLY = frozenset({("udp", 68), ("udp", 546)})
"""Where answers to this host's own questions for an address come in: nobody serves anything there."""


@dataclass(frozen=True, slots=True)
class OpenPort:
    """One port, by family: the undeclared strangers who reach it, and those of whom that cannot be told."""

    exposure: Exposure
    strangers: dict[Family, IntervalSet]
    doubtful: dict[Family, IntervalSet]
    declared: bool

    def wide(self, family: Family) -> bool:
        """Whether the world reaches it by this family."""
        return self.strangers.get(family, NONE).amount > WIDE[family]

    @property
    def open(self) -> bool:
        """Whether anybody undeclared reaches it."""
        return any(self.strangers.values())


def open_port(exposure: Exposure, settings: Settings, ssh: frozenset[int]) -> OpenPort:
    """Return the undeclared sources that reach a port, by family."""
    strangers: dict[Family, IntervalSet] = {}
    doubtful: dict[Family, IntervalSet] = {}
    for family in FAMILIES:
        reach = exposure.reach.get(family)
        if reach is not None:
            undeclared = world(family, settings.internal_networks)
            undeclared = undeclared - settings.declared(*exposure.door, family, ssh)
            strangers[family] = reach.accepted & undeclared
            doubtful[family] = reach.undecided & undeclared
    return OpenPort(exposure, strangers, doubtful, settings.is_declared(*exposure.door, ssh))


def evaluate_opening(found: OpenPort, settings: Settings) -> Iterator[Finding]:
    """Return the finding on a port that is open, or may be, to undeclared sources."""
    exposure = found.exposure
    if exposure.item in settings.ignore or exposure.door in _ANSWERED_ONLY:
        return
    if found.open:
        yield _open(found, settings)
    elif any(found.doubtful.values()):
        because = next((one.because for one in exposure.reach.values() if one.because), "")
        reason = f"whether {exposure.item} ({exposure.by_whom}) can be reached cannot be told from the rule: {because}"
        remedy = _declare(exposure, "try it from outside, then ")
        yield NotChecked(exposure.item, reason, remedy, Cause.NOT_UNDERSTOOD).finding()


def _open(found: OpenPort, settings: Settings) -> Finding:
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


ITEM = "policy"

_HOOKS = frozenset({"ingress", "prerouting", "input"})


def open_families(facts: Facts, settings: Settings) -> tuple[tuple[Family, ...], tuple[Family, ...]]:
    """The families in which a stranger reaches what no rule names, and those for which that cannot be told."""
    found: list[Family] = []
    doubtful: list[Family] = []
    for family in FAMILIES:
        reach = reach_of_nobody(facts, family)
        strangers = world(family, settings.internal_networks)
        if (reach.accepted & strangers).amount > WIDE[family]:
            found.append(family)
        elif (reach.undecided & strangers).amount > WIDE[family]:
            doubtful.append(family)
    return tuple(found), tuple(doubtful)


def filters(tables: Iterable[Table], family: Family) -> bool:
    """Whether any rule or policy that packets to this host meet can turn one away."""
    for table in tables:
        if family not in table.families:
            continue
        bases = [chain for chain in table.chains.values() if chain.hook in _HOOKS]
        if any(chain.policy == "drop" for chain in bases):
            return True
        todo, seen = [chain.name for chain in bases], set()
        while todo:
            name = todo.pop()
            chain = table.chains.get(name)
            if chain is None or name in seen:
                continue
            seen.add(name)
            if any(rule.action.verdict in ("drop", "unknown") for rule in chain.rules):
                return True
            todo += [rule.action.chain for rule in chain.rules if rule.action.chain]
    return False


def evaluate_policy(facts: Facts, settings: Settings, open_to: Sequence[Family], doubtful: Sequence[Family]) -> Finding:
    """Return the finding on the policy; the families are the result of `open_families`."""
    names = " and ".join(f"IPv{family}" for family in open_to)
    none_at_all = not any(filters(facts.tables, family) for family in open_to)
    data = {"families": [f"ipv{family}" for family in open_to], "managed_elsewhere": settings.managed_elsewhere}
    if doubtful and not open_to:
        reason = f"what the rules of IPv{doubtful[0]} do with a port they do not name cannot be told"
        return NotChecked(ITEM, reason, "end the input chain with a policy of drop", Cause.NOT_UNDERSTOOD).finding()
    if not open_to:
        return Finding(State.OK, "firewall-policy", ITEM, "what no rule allows is turned away", data=data)
    if settings.managed_elsewhere:
        summary = f"no filtering of {names} here: that is done by {settings.managed_elsewhere}"
        return Finding(State.OK, "firewall-elsewhere", ITEM, summary, data=data)
    if tuple(open_to) == (6,):
        kind, summary = (
            "firewall-ipv6-open",
            "IPv4 is filtered, IPv6 is not: whatever listens there is open to the world",
        )
    elif none_at_all:
        kind, summary = "no-firewall", f"no firewall: nothing filters {names}, whatever listens is open to the world"
    else:
        kind, summary = "firewall-default-open", f"the rules of {names} let in whatever they do not name"
    return Finding(State.WARNING, kind, ITEM, summary, remedy=_advice(facts), data=data)


def _advice(facts: Facts) -> str:
    if facts.frontends:
        return f"{facts.frontends[0]} is enabled and filters nothing: see why, and set its default for incoming to deny"
    return (
        "set up one firewall that denies by default, for IPv4 and IPv6 (`ufw default deny incoming`, allow SSH first); "
        "where a firewall before the host does it, name that in firewall.managed_elsewhere"
    )


def about_frontends(facts: Facts) -> Iterator[Finding]:
    """Yield findings on programs that conflict, and on rules that will not survive a restart."""
    if len(facts.frontends) > 1:
        names = " and ".join(facts.frontends)
        yield Finding(
            State.WARNING,
            "firewall-frontends",
            "frontends",
            f"{names} are enabled together: whichever starts last may flush the rules of the others",
            remedy="keep one and `systemctl disable` the others, then see that its rules are there after a restart",
            data={"frontends": list(facts.frontends)},
        )
    if facts.testing:
        yield Finding(
            State.WARNING,
            "firewall-testing",
            "testing",
            "csf is testing: it takes all its rules back every few minutes",
            remedy='set TESTING = "0" in /etc/csf/csf.conf once it is sure that SSH stays open, then `csf -r`',
        )
    if facts.not_kept:
        yield Finding(
            State.WARNING,
            "firewall-not-kept",
            "permanent",
            "firewalld does something else now than after a restart",
            details=facts.not_kept,
            remedy="`firewall-cmd --runtime-to-permanent` keeps what is now, `firewall-cmd --reload` goes back",
            data={"differences": len(facts.not_kept)},
        )
