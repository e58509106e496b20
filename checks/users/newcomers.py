"""Who can administer now and could not before: what a break-in looks like, and a new colleague too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from checks.findings import Gap
from checks.platforms.facts import Account

_POWERS: Final = 64  # remembered of one account

Known = dict[str, Any]
"""What is remembered: {"at": ISO time, "gaps": [item], "accounts": {login: {"powers": […], "since"?, "gained"?,
"existed"?}}}."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An account that is new among those who can administer, or, where it gained something, more powerful."""

    since: str  # ISO time of the round that saw it first
    gained: tuple[str, ...] = ()
    existed: bool = False  # before the round that did not see it yet: it was raised, not made


def advance(
    before: Mapping[str, Any] | None,
    people: Mapping[str, Account],
    gaps: Sequence[Gap],
    clock: datetime,
    days: float,
) -> tuple[dict[str, Newcomer], Known | None]:
    """Who is new, for `days` days each, and what to remember.

    The first round that sees anybody learns who is there and calls nobody new. Nor does one that sees what an earlier
    one could not: there, only who was created since then is new.
    """
    now = clock.isoformat()
    if before is None:
        baseline = {login: {"powers": _powers(account)} for login, account in people.items()}
        return {}, _known(now, gaps, baseline) if people else None
    hidden = set(before["gaps"]) - {gap.item for gap in gaps}
    accounts: dict[str, dict[str, Any]] = dict(before["accounts"]) if gaps else {}
    for login, account in people.items():
        was = before["accounts"].get(login)
        existed = account.created is not None and account.created < datetime.fromisoformat(before["at"])
        if was is not None:
            accounts[login] = _compared(account, was, now)
        elif hidden and (existed or account.created is None):
            accounts[login] = {"powers": _powers(account)}
        else:
            accounts[login] = {"powers": _powers(account), "since": now, "existed": existed}
    newcomers = {
        login: Newcomer(one["since"], tuple(one.get("gained", ())), one.get("existed", False))
        for login, one in accounts.items()
        if login in people and _lasts(one.get("since"), clock, days)
    }
    return newcomers, _known(now, gaps, accounts)


def _compared(account: Account, was: Mapping[str, Any], now: str) -> dict[str, Any]:
    powers = _powers(account)
    gained = [power for power in powers if power not in was["powers"]]
    if gained and was["powers"] != ["all"]:
        return {"powers": powers, "since": now, "gained": gained, "existed": True}
    return {**was, "powers": powers}


def _powers(account: Account) -> list[str]:
    return ["all"] if "all" in account.powers else sorted(account.powers)[:_POWERS]


def _lasts(since: str | None, clock: datetime, days: float) -> bool:
    return since is not None and clock - datetime.fromisoformat(since) <= timedelta(days=days)


def _known(now: str, gaps: Sequence[Gap], accounts: Mapping[str, Any]) -> Known:
    return {"at": now, "gaps": sorted({gap.item for gap in gaps}), "accounts": dict(accounts)}
