"""What the rules do with everything they do not speak of."""

from collections.abc import Iterable, Sequence

from checks.findings import Finding, Gap, State
from checks.firewall.addresses import FAMILIES, Family, world
from checks.firewall.exposure import reach_of_nobody
from checks.firewall.facts import Facts
from checks.firewall.openings import WIDE
from checks.firewall.rules import Table
from checks.firewall.settings import Settings

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
    """The one finding about it; the families are what `open_families` found."""
    names = " and ".join(f"IPv{family}" for family in open_to)
    none_at_all = not any(filters(facts.tables, family) for family in open_to)
    data = {"families": [f"ipv{family}" for family in open_to], "managed_elsewhere": settings.managed_elsewhere}
    if doubtful and not open_to:
        reason = f"what the rules of IPv{doubtful[0]} do with a port they do not name cannot be told"
        return Gap(ITEM, reason, "end the input chain with a policy of drop").finding()
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
