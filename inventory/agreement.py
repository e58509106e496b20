"""Keys of one block that must agree with one another: each may be right alone, and wrong beside the others."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time
from types import NoneType
from typing import Any, TypeVar, get_args

from inventory.mail_shapes import LOGIN
from inventory.mail_texts import is_loopback
from inventory.maintenance_shapes import SUBJECTS
from inventory.mistakes import Mistake, shown
from inventory.moments import day, moment_or_time
from inventory.reporting import MAILED, When
from inventory.service_shapes import BASIC, OAUTH
from inventory.services import TEAMWORK_KINDS
from inventory.sources import Merged, Written

T = TypeVar("T")

_PAIRS = "client_id and client_secret, or email and token"
_UNUSED = {"measured": ("hours", "step"), "per_site": ("step",)}


def disagreements(merged: Merged) -> Iterator[Mistake]:
    """A mistake for each key that does not go with those beside it; values of a wrong form are left to the shapes."""
    zendesk, teamwork = (merged["services"].get(name) for name in ("zendesk", "teamwork"))
    if zendesk and isinstance(zendesk.node.value, dict):
        yield from _credentials(zendesk)
    if teamwork and (kinds := _said(teamwork, "kinds")):
        yield from _kinds(kinds)
    if mail := merged["services"].get("mail"):
        yield from _mail(mail)
    for client in merged["clients"].values():
        if contract := _said(client, "contract"):
            yield from _contract(contract)
        if report := _said(client, "report"):
            yield from _day(report)
            yield from _readers(client, report)
    yield from _overview(merged["report"])
    yield from _schedules(merged)
    for window in merged["maintenance"].values():
        yield from _times(window)
        if isinstance(window.node.value, dict | NoneType) and not any(_said(window, key) for key in SUBJECTS):
            yield window.mistake(f"is about nobody: name some {', '.join(SUBJECTS[:-1])} or {SUBJECTS[-1]}")


def _credentials(zendesk: Written) -> Iterator[Mistake]:
    oauth = [written for key in OAUTH if (written := _said(zendesk, key))]
    basic = [written for key in BASIC if (written := _said(zendesk, key))]
    if oauth and basic:
        yield basic[0].mistake(f"does not go with {oauth[0].path[-1]}: write {_PAIRS}")
    elif not oauth and not basic:
        yield zendesk.mistake(f"lacks what it logs in with: write {_PAIRS}")
    elif len(found := oauth or basic) == 1:
        missing = next(key for key in (OAUTH if oauth else BASIC) if key != found[0].path[-1])
        yield found[0].mistake(f"needs {missing} beside it: write {_PAIRS}")


def _mail(mail: Written) -> Iterator[Mistake]:
    login = [written for key in LOGIN if (written := _said(mail, key))]
    if len(login) == 1:
        missing = next(key for key in LOGIN if key != login[0].path[-1])
        yield login[0].mistake(f"needs {missing} beside it: write both, or neither")
    security, host = _said(mail, "security"), _said(mail, "host")
    name = host.node.value if host else None
    if security and security.node.value == "none" and isinstance(name, str) and not is_loopback(name):
        yield security.mistake("is only for this very machine, such as host: 127.0.0.1: write starttls or tls")


def _day(report: Written) -> Iterator[Mistake]:
    when, day = _said(report, "when"), _said(report, "day")
    yield from _only_weekly(when, day)


def _only_weekly(when: Written | None, day: Written | None) -> Iterator[Mistake]:
    kind = _kind(when)
    if day and kind in get_args(When) and kind != "weekly":
        yield day.mistake(f"is not used with when: {kind}: remove it, or write when: weekly")


def _kind(when: Written | None) -> str:
    said = when.node.value if when else "never"
    return said if isinstance(said, str) else ""


def _readers(client: Written, report: Written) -> Iterator[Mistake]:
    when, contacts = _said(report, "when"), _said(client, "contacts")
    if when and _kind(when) in MAILED and not _said(report, "to") and not (contacts and contacts.node.value):
        yield when.mistake("needs somebody to write to: contacts of the client, or addresses as to")


def _overview(report: Mapping[str, Written]) -> Iterator[Mistake]:
    """The agency's own report, which has no client's contacts."""
    written = {key: one for key, one in report.items() if one.node.value is not None}
    when = written.get("when")
    yield from _only_weekly(when, written.get("day"))
    if when and _kind(when) in MAILED and "to" not in written:
        yield when.mistake("needs somebody to write to: addresses as to")


def _schedules(merged: Merged) -> Iterator[Mistake]:
    """Each level's schedule, with the one above it that it changes."""
    top = {key: one for key, one in merged["schedule"].items() if one.node.value is not None}
    yield from _one_rule(top)
    clients = {}
    for name, client in merged["clients"].items():
        clients[name] = _rule(client)
        yield from _one_rule(clients[name], top)
    for site in merged["sites"].values():
        owner = site.below("client")
        whose = owner.node.value if owner else None
        above = clients.get(whose, {}) if isinstance(whose, str) else {}
        yield from _one_rule(_rule(site), above if above.keys() & {"cron", "daily"} else top)


def _rule(owner: Written) -> Mapping[str, Written]:
    schedule = _said(owner, "schedule")
    found = ((key, _said(schedule, key)) for key in ("cron", "daily", "days")) if schedule else ()
    return {key: one for key, one in found if one}


def _one_rule(said: Mapping[str, Written], above: Mapping[str, Written] | None = None) -> Iterator[Mistake]:
    """Days go with daily rounds alone, whether these are written here or above."""
    cron, daily, days = (said.get(key) for key in ("cron", "daily", "days"))
    if cron and daily:
        yield daily.mistake("does not go with cron: write one of the two")
    elif cron and days:
        yield days.mistake('does not go with cron: write them into it, as in "0 6 * * mon-fri"')
    elif days and not daily and above and "cron" in above:
        yield days.mistake(f"does not go with the cron above ({above['cron'].place}): write daily beside it, or a cron")


def _kinds(kinds: Written) -> Iterator[Mistake]:
    said = {kind: written for kind in TEAMWORK_KINDS if (written := _said(kinds, kind))}
    meant = {word.casefold(): kind for kind, words in TEAMWORK_KINDS.items() if kind not in said for word in words}
    for kind, written in said.items():
        for word in written.items():
            text = word.node.value
            if isinstance(text, str) and (other := meant.setdefault(text.strip().casefold(), kind)) != kind:
                yield word.mistake(f"'{shown(text)}' means {other} already: write other words for one of the two")


def _contract(contract: Written) -> Iterator[Mistake]:
    within, outside = contract.below("scope"), contract.below("out_of_scope")
    names = {one.node.value for one in within.items() if isinstance(one.node.value, str)} if within else set()
    for one in outside.items() if outside else ():
        if isinstance(one.node.value, str) and one.node.value in names:
            yield one.mistake(f"'{shown(one.node.value)}' is in scope, too: remove one of the two")
    start, end = _read(contract, "start", day), _read(contract, "end", day)
    if start and end and end[1] < start[1]:
        yield end[0].mistake(f"must not be before start ({start[1]})")
    if rule := _said(contract, "time"):
        yield from _time_rule(rule)


def _time_rule(rule: Written) -> Iterator[Mistake]:
    said = _said(rule, "rule")
    kind = said.node.value if said and isinstance(said.node.value, str) else ""
    for written in (_said(rule, key) for key in _UNUSED.get(kind, ())):
        if written:
            yield written.mistake(f"is not used with rule: {kind}: remove it")
    if kind in ("per_site", "minimum") and not _said(rule, "hours"):
        yield rule.mistake(f"needs hours beside rule: {kind}")


def _times(window: Written) -> Iterator[Mistake]:
    start, until = _read(window, "from", moment_or_time), _read(window, "until", moment_or_time)
    days = _said(window, "days")
    if start and until and type(start[1]) is not type(until[1]):
        yield until[0].mistake("must have the form of from: a moment, or a time of day")
        return
    if start and isinstance(start[1], datetime):
        for written in filter(None, (days, _said(window, "zone"))):
            yield written.mistake('is for times of day, such as from: "22:00": remove it, or write such times')
        if until and isinstance(until[1], datetime) and until[1] <= start[1]:
            yield until[0].mistake("must be after from")
    if start and isinstance(start[1], time):
        if not days:
            yield start[0].mistake("is a time of day, and needs days beside it: daily, or such as [saturday, sunday]")
        if until and until[1] == start[1]:
            yield until[0].mistake("must differ from from; what ends on the next day ends earlier by the clock")


def _said(owner: Written, key: str) -> Written | None:
    """What is written under a key, if anything stands after it."""
    written = owner.below(key)
    return written if written and written.node.value is not None else None


def _read(owner: Written, key: str, form: Callable[[Any], T]) -> tuple[Written, T] | None:
    """What is written under a key, and what it is; None where it has another form."""
    written = _said(owner, key)
    try:
        return (written, form(written.node.value)) if written else None
    except ValueError:
        return None
