"""Evaluates the firewall of a host: open ports, the policy for all others, changes, missing permissions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from checks.findings import Cause, CheckResult, Finding, Memory, NotChecked, State
from checks.firewall import findings
from checks.firewall.changes import judge_changes
from checks.firewall.exposure import Exposure, exposures
from checks.firewall.facts import Facts, Unseen
from checks.firewall.findings import OpenPort, about_frontends
from checks.firewall.intervals import NONE
from checks.firewall.network import words
from checks.firewall.settings import Settings
from checks.resolution import resolve_missing


def remedy(user: str, unseen: Iterable[Unseen]) -> str:
    """The sudoers lines for all that was refused: exact commands, with exact arguments, or with "" for none at all.

    Without it iptables-save may be called with -f and a file, which it then writes as root.
    """
    refused = [one for one in unseen if one.refused]  # each is a command of ours that root alone may change
    if not refused:
        return ""
    lines = [f"{_name(user)} ALL=(root) NOPASSWD: {_sudoers(one.command)}" for one in refused]
    return "as root, `visudo -f /etc/sudoers.d/siterounds` and add:\n" + "\n".join(lines)


def _sudoers(command: str) -> str:
    path, _, arguments = command.partition(" ")
    return f"{_escaped(path)} {_escaped(arguments) if arguments else chr(34) * 2}"


def _escaped(text: str) -> str:
    """Text in which sudoers sees nothing of its own; spaces separate arguments there too."""
    return re.sub(r"([,:=\\*?\[\]!()\"#])", r"\\\1", text)


def _name(user: str) -> str:
    return user if re.fullmatch(r"[a-z_][a-z0-9._-]{0,63}", user) else "THE_SSH_USER"


_MOST_LINES = 60


def evaluate(facts: Facts, settings: Settings, memory: Memory, now: datetime) -> CheckResult:
    """Return the findings on reachable ports that are not declared, on the policy, and on changed rules."""
    today = now.date()
    found = [*about_frontends(facts)]
    if facts.listeners is None:
        found.append(_no_listeners())
    looked_at = exposures(facts)
    found += [one.finding() for one in looked_at.left_out]
    doors = _lasting(looked_at.found, facts, settings, memory)
    after: dict[str, Any] = {"udp": list(_passing(facts))[:200]}
    if facts.unseen or (not facts.rule_tools and not settings.managed_elsewhere):
        found.append(_unseen(facts, settings, doors))
        after |= {name: memory[name] for name in ("rules", "changed") if name in memory}
    else:
        found += _judged(facts, settings, doors)
        changed, remembered = judge_changes(facts, settings, memory, today)
        found += changed
        after |= remembered
    seen = facts.listeners is not None and not looked_at.left_out
    seen = seen and all(one.state is State.OK for one in found if one.item == "")
    said, after["bad"] = resolve_missing(found, memory.get("bad", {}), today, _over if seen else lambda _: "")
    return CheckResult(said, after)


def _over(item: str) -> str:
    if "/" in item:
        return f"{item} is no longer open to anybody undeclared"
    return {
        "changes": "the rules are as they were last seen",
        "frontends": "one program makes the rules",
        "testing": "csf keeps its rules",
        "permanent": "firewalld keeps after a restart what it does now",
    }.get(item, f"{item} is well")


def _judged(facts: Facts, settings: Settings, doors: Sequence[Exposure]) -> Iterator[Finding]:
    """Evaluate a host of which all rules are known."""
    open_to, doubtful = findings.open_families(facts, settings)
    yield findings.evaluate_policy(facts, settings, open_to, doubtful)
    elsewhere = open_to if settings.managed_elsewhere else ()
    found = [findings.open_port(door, settings, facts.ssh_ports) for door in doors]
    relied = [one for one in found if any(one.wide(family) for family in elsewhere)]
    for one in found:
        strangers = {family: NONE if family in elsewhere else some for family, some in one.strangers.items()}
        yield from findings.evaluate_opening(replace(one, strangers=strangers), settings)
    yield _summary(found, relied, settings)


def _summary(found: Sequence[OpenPort], relied: Sequence[OpenPort], settings: Settings) -> Finding:
    """Return the OK finding: what is open as declared."""
    as_declared = [
        one for one in found if one.declared and any(reach.accepted for reach in one.exposure.reach.values())
    ]
    names = [f"{one.exposure.item} ({one.exposure.by_whom})" for one in as_declared]
    said = [f"open as declared: {', '.join(names)}" if names else "nothing that is declared is open"]
    shut = [one.exposure for one in found if one.declared and one not in as_declared]
    details = [f"declared and closed, though {one.by_whom} listens: {one.item}" for one in shut]
    details += [_sources(one) for one in as_declared]
    if relied:
        listed = ", ".join(one.exposure.item for one in relied)
        said.append(f"kept from the world by {settings.managed_elsewhere} alone: {listed}")
    data = {
        "open": [one.exposure.item for one in as_declared],
        "closed": [one.item for one in shut],
        "relied": [one.exposure.item for one in relied],
        "managed_elsewhere": settings.managed_elsewhere,
    }
    summary = "; ".join(said)
    return Finding(
        State.OK,
        "firewall-as-declared",
        "",
        summary,
        float(len(as_declared)),
        "ports",
        tuple(details[:_MOST_LINES]),
        data=data,
    )


def _sources(one: OpenPort) -> str:
    """Return from where a port can be reached, by address family."""
    parts = []
    for family, reach in one.exposure.reach.items():
        wide = reach.accepted.amount > findings.WIDE[family]
        whom = "anywhere" if wide else words(reach.accepted, family) or "nowhere"
        parts.append(f"over IPv{family} from {whom}")
    return f"{one.exposure.item}: {', '.join(parts)}"


def _passing(facts: Facts) -> Iterator[str]:
    """UDP sockets on ports that the kernel gives out: mostly somebody's who asks, and gone a moment later."""
    for one in facts.listeners or ():
        if one.protocol == "udp" and one.port in facts.ephemeral and not one.loopback:
            yield f"udp/{one.port}"


def _lasting(doors: Sequence[Exposure], facts: Facts, settings: Settings, memory: Memory) -> tuple[Exposure, ...]:
    """The doors without those that may only be somebody's question: such a one counts once it was there before."""
    seen = set(memory.get("udp", ()))
    passing = set(_passing(facts))
    return tuple(
        door
        for door in doors
        if door.item not in passing
        or door.item in seen
        or door.published
        or settings.is_declared(*door.door, facts.ssh_ports)
    )


def _unseen(facts: Facts, settings: Settings, doors: Sequence[Exposure]) -> Finding:
    """Return UNKNOWN for rules that could not be read, naming the ports that would be open without them."""
    listening = [door for door in doors if not settings.is_declared(*door.door, facts.ssh_ports)]
    details = [f"undeclared, and open unless a rule closes it: {door.item} ({door.by_whom})" for door in listening]
    if not facts.rule_tools:
        cause = Cause.NO_PROGRAM
        reason = "this host has neither nft nor iptables, so nobody can tell its rules"
        advice = "install nftables; where a firewall before the host does it, name that in firewall.managed_elsewhere"
    else:
        refused = any(one.refused for one in facts.unseen)
        cause = Cause.NO_PERMISSION if refused else facts.unseen[0].cause
        reasons = [f"{one.command}: {one.reason}" for one in facts.unseen]
        reason = f"the firewall's rules could not be read ({'; '.join(reasons[:2])})"
        advice = remedy(facts.user, facts.unseen) or "see why the command fails on the host"
        details = [*reasons[2:], *details]
    return replace(NotChecked("", reason, advice, cause).finding(), details=tuple(details[:_MOST_LINES]))


def _no_listeners() -> Finding:
    reason = "what listens could not be read: no ss, and /proc/net is hidden"
    return NotChecked("listeners", reason, "install iproute2", Cause.NO_PROGRAM).finding()
