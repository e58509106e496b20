"""Validate keys together: keys of one block that must agree, names that must exist."""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime, time
from types import NoneType
from typing import Any, TypeVar, get_args

from inventory.contracts import Rule
from inventory.document import Merged, SourceValue, entries
from inventory.errors import InventoryIssue, printable, suggest
from inventory.mail import LOGIN, is_loopback
from inventory.maintenance import SUBJECTS
from inventory.reports import MAILED, When
from inventory.services import BASIC, OAUTH, TEAMWORK_KINDS
from inventory.types import day, moment_or_time

T = TypeVar("T")
_RULES = get_args(Rule)

_PAIRS = "client_id and client_secret, or email and token"
_UNUSED = {"measured": ("hours", "step"), "per_site": ("step",)}
_ONLY_SSH = ("port", "user", "key", "passphrase", "host_key", "legacy_ssh", "jump")
_SERVICES = ("zendesk", "harvest", "teamwork")


def cross_field_errors(merged: Merged) -> Iterator[InventoryIssue]:
    """Yield an issue for each key that conflicts with others of its block; wrong forms are left to the models."""
    zendesk, teamwork = (merged["services"].get(name) for name in ("zendesk", "teamwork"))
    if zendesk and isinstance(zendesk.node.value, dict):
        yield from _credentials(zendesk)
    if teamwork and (kinds := teamwork.value_or_none("kinds")):
        yield from _kinds(kinds)
    if mail := merged["services"].get("mail"):
        yield from _mail(mail)
    for client in merged["clients"].values():
        if contract := client.value_or_none("contract"):
            yield from _contract(contract)
        if report := client.value_or_none("report"):
            yield from _day(report)
            yield from _readers(client, report)
    yield from _overview(merged["report"])
    yield from _schedules(merged)
    for window in merged["maintenance"].values():
        yield from _times(window)
        if isinstance(window.node.value, dict | NoneType) and not any(window.value_or_none(key) for key in SUBJECTS):
            yield window.issue(f"is about nobody: name some {', '.join(SUBJECTS[:-1])} or {SUBJECTS[-1]}")


def _credentials(zendesk: SourceValue) -> Iterator[InventoryIssue]:
    oauth = [written for key in OAUTH if (written := zendesk.value_or_none(key))]
    basic = [written for key in BASIC if (written := zendesk.value_or_none(key))]
    if oauth and basic:
        yield basic[0].issue(f"does not go with {oauth[0].path[-1]}: write {_PAIRS}")
    elif not oauth and not basic:
        yield zendesk.issue(f"lacks what it logs in with: write {_PAIRS}")
    elif len(found := oauth or basic) == 1:
        missing = next(key for key in (OAUTH if oauth else BASIC) if key != found[0].path[-1])
        yield found[0].issue(f"needs {missing} beside it: write {_PAIRS}")


def _mail(mail: SourceValue) -> Iterator[InventoryIssue]:
    login = [written for key in LOGIN if (written := mail.value_or_none(key))]
    if len(login) == 1:
        missing = next(key for key in LOGIN if key != login[0].path[-1])
        yield login[0].issue(f"needs {missing} beside it: write both, or neither")
    security, host = mail.value_or_none("security"), mail.value_or_none("host")
    name = host.node.value if host else None
    if security and security.node.value == "none" and isinstance(name, str) and not is_loopback(name):
        yield security.issue("is only for this very machine, such as host: 127.0.0.1: write starttls or tls")


def _day(report: SourceValue) -> Iterator[InventoryIssue]:
    when, day = report.value_or_none("when"), report.value_or_none("day")
    yield from _only_weekly(when, day)


def _only_weekly(when: SourceValue | None, day: SourceValue | None) -> Iterator[InventoryIssue]:
    kind = _kind(when)
    if day and kind in get_args(When) and kind != "weekly":
        yield day.issue(f"is not used with when: {kind}: remove it, or write when: weekly")


def _kind(when: SourceValue | None) -> str:
    said = when.node.value if when else "never"
    return said if isinstance(said, str) else ""


def _readers(client: SourceValue, report: SourceValue) -> Iterator[InventoryIssue]:
    when, contacts = report.value_or_none("when"), client.value_or_none("contacts")
    if when and _kind(when) in MAILED and not report.value_or_none("to") and not (contacts and contacts.node.value):
        yield when.issue("needs somebody to write to: contacts of the client, or addresses as to")


def _overview(report: Mapping[str, SourceValue]) -> Iterator[InventoryIssue]:
    """The agency's own report, which has no client's contacts."""
    written = {key: one for key, one in report.items() if one.node.value is not None}
    when = written.get("when")
    yield from _only_weekly(when, written.get("day"))
    if when and _kind(when) in MAILED and "to" not in written:
        yield when.issue("needs somebody to write to: addresses as to")


def _schedules(merged: Merged) -> Iterator[InventoryIssue]:
    """Each level's schedule, with the one above it that it changes."""
    top = {key: one for key, one in merged["schedule"].items() if one.node.value is not None}
    yield from _one_rule(top)
    clients = {}
    for name, client in merged["clients"].items():
        clients[name] = _rule(client)
        yield from _one_rule(clients[name], top)
    for site in merged["sites"].values():
        owner = site.child("client")
        whose = owner.node.value if owner else None
        above = clients.get(whose, {}) if isinstance(whose, str) else {}
        yield from _one_rule(_rule(site), above if above.keys() & {"cron", "daily"} else top)


def _rule(owner: SourceValue) -> Mapping[str, SourceValue]:
    schedule = owner.value_or_none("schedule")
    found = ((key, schedule.value_or_none(key)) for key in ("cron", "daily", "days")) if schedule else ()
    return {key: one for key, one in found if one}


def _one_rule(
    said: Mapping[str, SourceValue], above: Mapping[str, SourceValue] | None = None
) -> Iterator[InventoryIssue]:
    """Yield an issue for days without a daily schedule at this level or above."""
    cron, daily, days = (said.get(key) for key in ("cron", "daily", "days"))
    if cron and daily:
        yield daily.issue("does not go with cron: write one of the two")
    elif cron and days:
        yield days.issue('does not go with cron: write them into it, as in "0 6 * * mon-fri"')
    elif days and not daily and above and "cron" in above:
        yield days.issue(f"does not go with the cron above ({above['cron'].place}): write daily beside it, or a cron")


def _kinds(kinds: SourceValue) -> Iterator[InventoryIssue]:
    said = {kind: written for kind in TEAMWORK_KINDS if (written := kinds.value_or_none(kind))}
    meant = {word.casefold(): kind for kind, words in TEAMWORK_KINDS.items() if kind not in said for word in words}
    for kind, written in said.items():
        for word in written.items():
            text = word.node.value
            if isinstance(text, str) and (other := meant.setdefault(text.strip().casefold(), kind)) != kind:
                yield word.issue(f"'{printable(text)}' means {other} already: write other words for one of the two")


def _contract(contract: SourceValue) -> Iterator[InventoryIssue]:
    within, outside = contract.child("scope"), contract.child("out_of_scope")
    names = {one.node.value for one in within.items() if isinstance(one.node.value, str)} if within else set()
    for one in outside.items() if outside else ():
        if isinstance(one.node.value, str) and one.node.value in names:
            yield one.issue(f"'{printable(one.node.value)}' is in scope, too: remove one of the two")
    start, end = _read(contract, "start", day), _read(contract, "end", day)
    if start and end and end[1] < start[1]:
        yield end[0].issue(f"must not be before start ({start[1]})")
    if rule := contract.value_or_none("time"):
        yield from _time_rule(rule)


def _time_rule(rule: SourceValue) -> Iterator[InventoryIssue]:
    if rule.value_or_none("rule") is None:
        yield rule.issue(f"needs a rule: write {', '.join(_RULES[:-1])} or {_RULES[-1]} as rule")
    said = rule.value_or_none("rule")
    kind = said.node.value if said and isinstance(said.node.value, str) else ""
    for written in (rule.value_or_none(key) for key in _UNUSED.get(kind, ())):
        if written:
            yield written.issue(f"is not used with rule: {kind}: remove it")
    if kind in ("per_site", "minimum") and not rule.value_or_none("hours"):
        yield rule.issue(f"needs hours beside rule: {kind}")


def _times(window: SourceValue) -> Iterator[InventoryIssue]:
    start, until = _read(window, "from", moment_or_time), _read(window, "until", moment_or_time)
    days = window.value_or_none("days")
    if start and until and type(start[1]) is not type(until[1]):
        yield until[0].issue("must have the form of from: a moment, or a time of day")
        return
    if start and isinstance(start[1], datetime):
        for written in filter(None, (days, window.value_or_none("zone"))):
            yield written.issue('is for times of day, such as from: "22:00": remove it, or write such times')
        if until and isinstance(until[1], datetime) and until[1] <= start[1]:
            yield until[0].issue("must be after from")
    if start and isinstance(start[1], time):
        if not days:
            yield start[0].issue("is a time of day, and needs days beside it: daily, or such as [saturday, sunday]")
        if until and until[1] == start[1]:
            yield until[0].issue("must differ from from; what ends on the next day ends earlier by the clock")


def _read(owner: SourceValue, key: str, form: Callable[[Any], T]) -> tuple[SourceValue, T] | None:
    """Return the value under a key, parsed; None if it is malformed."""
    written = owner.value_or_none(key)
    try:
        return (written, form(written.node.value)) if written else None
    except ValueError:
        return None


def reference_errors(merged: Merged, platforms: Collection[str], checks: Collection[str]) -> Iterator[InventoryIssue]:
    """Yield an issue for each name that refers to nothing, or to something it must not refer to."""
    clients, hosts, sites = merged["clients"], merged["hosts"], merged["sites"]
    for client in clients.values():
        for key in ("scope", "out_of_scope"):
            yield from _unknown_of(client.child("contract", key), "check", checks)
        yield from _services(client, merged["services"])
    yield from _mail_server(merged["report"].get("when"), merged["services"])
    for host in hosts.values():
        yield from _unknown(host.child("client"), "client", clients)
        yield from _ways(host, hosts)
    yield from _circles(hosts)
    for site in sites.values():
        yield from _unknown(site.child("client"), "client", clients)
        yield from _unknown(site.child("host"), "host", hosts)
        yield from _unknown(site.child("platform"), "platform", {"auto", *platforms})
    for window in merged["maintenance"].values():
        for kind, known in {"client": clients, "host": hosts, "site": sites, "check": checks}.items():
            yield from _unknown_of(window.child(f"{kind}s"), kind, known)
    yield from _words_for(merged["services"].get("teamwork"), checks)


def _unknown(written: SourceValue | None, kind: str, known: Collection[str]) -> Iterator[InventoryIssue]:
    name = written and written.node.value
    if written and isinstance(name, str) and name not in known:
        yield written.issue(f"no {kind} is called '{printable(name)}'; {suggest(name, known)}")


def _unknown_of(names: SourceValue | None, kind: str, known: Collection[str]) -> Iterator[InventoryIssue]:
    for name in names.items() if names else ():
        yield from _unknown(name, kind, known)


def _words_for(teamwork: SourceValue | None, checks: Collection[str]) -> Iterator[InventoryIssue]:
    scope = teamwork.child("scope") if teamwork else None
    for name in entries(scope.node) if scope else ():
        if scope and name not in checks and (written := scope.child(name)):
            yield written.issue(f"no check is called '{printable(name)}'; {suggest(name, checks)}")


def _services(client: SourceValue, services: Mapping[str, SourceValue]) -> Iterator[InventoryIssue]:
    """Yield issues for services a client needs that are missing, and for time without a task."""
    yield from _mail_server(client.child("report", "when"), services)
    for name in _SERVICES:
        service, written = services.get(name), client.child(name)
        if written is None or written.node.value is None:
            continue
        if service is None or service.node.value is None:
            yield written.issue(f"needs services.{name}: write there how to reach it, or remove this")
        elif name == "harvest" and not any(one.value_or_none("task") for one in (service, written)):
            yield written.issue("needs a task: write its id as task here, or in services.harvest for all clients")


def _mail_server(when: SourceValue | None, services: Mapping[str, SourceValue]) -> Iterator[InventoryIssue]:
    mail = services.get("mail")
    if when and when.node.value in tuple(MAILED) and not (mail and mail.node.value):
        yield when.issue("needs services.mail: write there how mail goes out, or here never")


def _ways(host: SourceValue, hosts: Mapping[str, SourceValue]) -> Iterator[InventoryIssue]:
    for jump in _jumps(host):
        yield from _unknown(jump, "host", hosts)
        if _is_local(hosts.get(str(jump.node.value))):
            yield jump.issue(f"'{printable(str(jump.node.value))}' is this very machine: name hosts reached over SSH")
    if _is_local(host):
        for written in filter(None, map(host.child, _ONLY_SSH)):
            yield written.issue("is not used with transport: local: remove one of the two")


def _circles(hosts: Mapping[str, SourceValue]) -> Iterator[InventoryIssue]:
    """Yield one issue for each cycle of jump hosts, at the host by which it is entered first."""
    done: set[str] = set()
    for start in hosts:
        way: list[str] = []
        pending = [(start, 0)]
        while pending:
            name, depth = pending.pop()
            del way[depth:]
            if name in way:
                circle = way[way.index(name) :]
                written = hosts[circle[-1]].child("jump")
                if written:
                    yield written.issue(f"goes in a circle: {_arrows([*circle, name])}")
            elif name in hosts and name not in done:
                done.add(name)
                way.append(name)
                pending.extend((str(jump.node.value), depth + 1) for jump in _jumps(hosts[name]))


def _arrows(names: list[str]) -> str:
    few = names if len(names) <= 10 else [*names[:5], "…", *names[-2:]]
    return " → ".join(printable(one) for one in few)


def _jumps(host: SourceValue) -> list[SourceValue]:
    jump = host.child("jump")
    return [one for one in jump.items() if isinstance(one.node.value, str)] if jump else []


def _is_local(host: SourceValue | None) -> bool:
    transport = host.child("transport") if host else None
    return transport is not None and transport.node.value == "local"
