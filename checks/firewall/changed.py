"""What is said of rules that are not as they were."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from checks.findings import Finding, Memory, State
from checks.firewall.drift import changes, kept, snapshot
from checks.firewall.facts import Facts
from checks.firewall.settings import Settings

_MOST_SHOWN = 60


def judge_changes(
    facts: Facts, settings: Settings, memory: Memory, today: date
) -> tuple[list[Finding], Mapping[str, Any]]:
    """The finding about rules that are not as they were, for some days; the first round has nothing to compare with."""
    now = snapshot(facts.tables)
    before = memory.get("rules")
    new = changes(before, now) if isinstance(before, Mapping) else []
    told = memory.get("changed")
    lines, day = ([], today) if not isinstance(told, Mapping) else _told(told, today)
    if new:
        lines, day = [*new, *(line for line in lines if line not in new)][:_MOST_SHOWN], today
    over = (today - day).days >= settings.changed_days
    remembered: dict[str, Any] = {"rules": kept(now)}
    if not lines or over:
        return [], remembered
    remembered["changed"] = {"day": day.isoformat(), "lines": lines}
    came, went = (sum(line.startswith(sign) for line in lines) for sign in "+-")
    finding = Finding(
        State.WARNING,
        "firewall-changed",
        "changes",
        f"the firewall's rules have changed: {came} came, {went} went",
        details=tuple(lines),
        remedy="find out who did it and why; if it was meant, nothing is to be done",
        data={"came": came, "went": went, "day": day.isoformat()},
    )
    return [finding], remembered


def _told(told: Mapping[str, Any], today: date) -> tuple[list[str], date]:
    """What was told last, and since when; a day to come is today: the clock was wrong then, or is now."""
    try:
        day = min(date.fromisoformat(str(told.get("day"))), today)
    except ValueError:
        return [], today
    lines = told.get("lines")
    return [str(line) for line in lines] if isinstance(lines, list) else [], day
