"""The last use of an account by its signs of use, and which accounts are new or gained powers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from checks.findings import NotChecked
from checks.platforms.facts import Account

_SKEW: Final = timedelta(days=1)  # a sign this far in the future is a time zone's, not a mistake


class Use(StrEnum):
    """How sure it is that an account is used."""

    USED = "used"
    NEVER = "never"  # the platform writes every use down, and wrote none
    UNSEEN = "unseen"  # no sign of use, which proves nothing


@dataclass(frozen=True, slots=True)
class Usage:
    """When an account was last used. `days` counts from then; from its creation where it never was."""

    use: Use
    days: float
    at: datetime | None = None
    source: str = ""
    token_days: float | None = None  # since a token of it was last used
    remarks: tuple[str, ...] = ()


def usage_of(account: Account, clock: datetime) -> Usage:
    """Return the latest plausible sign of use."""
    believed = [sign for sign in account.evidence if sign.at <= clock + _SKEW]
    remarks = [
        f"{sign.source} is dated {sign.at:%Y-%m-%d}, in the future: not believed"
        for sign in account.evidence
        if sign.at > clock + _SKEW
    ]
    token = account.tokens_used
    token_days = _days(clock, token) if token and token <= clock + _SKEW else None
    if believed:
        last = max(believed, key=lambda sign: sign.at)
        days = _days(clock, last.at)
        return Usage(Use.USED, days, last.at, last.source, token_days, tuple(remarks[:3]))
    if account.created and account.created > clock + _SKEW:
        remarks.append(f"its creation is dated {account.created:%Y-%m-%d}, in the future")
    age = _days(clock, account.created) if account.created else 0.0
    use = Use.NEVER if account.absence_is_never and not remarks else Use.UNSEEN
    return Usage(use, age, token_days=token_days, remarks=tuple(remarks[:3]))


def _days(clock: datetime, at: datetime) -> float:
    return max(clock - at, timedelta()) / timedelta(days=1)


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
    gaps: Sequence[NotChecked],
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


def _known(now: str, gaps: Sequence[NotChecked], accounts: Mapping[str, Any]) -> Known:
    return {"at": now, "gaps": sorted({gap.item for gap in gaps}), "accounts": dict(accounts)}
