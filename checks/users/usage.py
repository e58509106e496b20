"""What is known of an account's use: when last, by which sign, or that it never was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

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
    """The latest sign of use that can be true, whatever it is a sign of."""
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
