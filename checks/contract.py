"""The check of a client's contract: the share of agreed hours that is used, and time not booked because of the cap."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from checks.check import Check, Policy, Threshold
from checks.findings import CheckResult, Finding, Kind, Memory, State
from checks.probes import InternalProbe, Scope

_AGENCY = "agency"
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of one client's contract month.

    `agreed` is None where none were agreed or it is not known, `used` where it is not known; then `reason` says what
    could not be read, "" where nothing was to be read.
    """

    agreed: Decimal | None
    used: Decimal | None
    forecast: Decimal | None = None  # used by the end of the month, if it goes on as it did
    cap: Decimal | None = None  # hours after which no routine time is booked
    withheld: tuple[str, ...] = ()  # routine rounds of this month whose time was not booked because of the cap
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """`used` is per cent of the hours agreed for a month."""

    used: Threshold = field(default_factory=lambda: Threshold.above(80, 100))


def evaluate(facts: Hours, settings: Settings, memory: Memory, now: datetime) -> CheckResult:  # noqa: ARG001
    """Return a finding on used hours if any are agreed, and one if time was not booked because of the cap."""
    return CheckResult((*_hours(facts, settings), *_withheld(facts)))


def percent_used(agreed: Decimal | None, used: Decimal | None) -> float | None:
    """Return used hours in per cent of the agreed ones; None if either is not known or none are agreed."""
    return float(used * 100 / agreed) if agreed and used is not None else None


def hours(amount: Decimal) -> str:
    """Format hours: "1.25 h", "4 h"."""
    return f"{plain(amount)} h"


def plain(amount: Decimal) -> str:
    """Format a number with at most two decimals, without trailing zeros."""
    text = f"{amount:.2f}"
    return text.rstrip("0").rstrip(".")


def _hours(facts: Hours, settings: Settings) -> Iterator[Finding]:
    percent = percent_used(facts.agreed, facts.used)
    if percent is None or facts.agreed is None or facts.used is None:
        if facts.reason:
            data = {"audience": _AGENCY, "reason": facts.reason}
            yield Finding(State.UNKNOWN, "not-checked", "hours", facts.reason, remedy=facts.remedy, data=data)
        return
    state = settings.used.judge(percent)
    left = facts.agreed - facts.used
    rest = f"{hours(left)} left" if left >= 0 else f"{hours(-left)} too many"
    yield Finding(
        state,
        "contract-hours" if left >= 0 else "contract-hours-exceeded",
        "hours",
        f"{plain(facts.used)} of {hours(facts.agreed)} used this contract month, {rest}",
        value=percent,
        unit="%",
        details=_forecast(facts),
        remedy="" if state is State.OK else "agree on more hours with the client, or put off what is not urgent",
        data={
            "audience": _AGENCY,
            "used": plain(facts.used),
            "agreed": plain(facts.agreed),
            "left": plain(abs(left)),
            "percent": percent,
        },
    )


def _forecast(facts: Hours) -> tuple[str, ...]:
    if facts.forecast is None:
        return ()
    return (f"about {facts.forecast:.1f} h by the end of the contract month, if it goes on like this",)


def _withheld(facts: Hours) -> Iterator[Finding]:
    rounds = len(facts.withheld)
    if not rounds:
        return
    cap = f" of {hours(facts.cap)}" if facts.cap is not None else ""
    yield Finding(
        State.WARNING,
        "contract-cap",
        "cap",
        f"the time of {rounds} routine {'round' if rounds == 1 else 'rounds'} was not booked: the cap{cap} is reached",
        value=float(rounds),
        details=(*facts.withheld[:_NAMED], *([f"… and {rounds - _NAMED} more"] if rounds > _NAMED else [])),
        remedy="raise `contract: time: cap:` of the client, or leave it unbooked",
        data={"audience": _AGENCY, "rounds": rounds},
    )


check = Check(
    name="contract",
    title="Contract hours",
    probe=InternalProbe(Scope.CLIENT),
    evaluate=evaluate,
    settings=Settings(),
    kinds=(
        Kind("contract-hours"),
        Kind("contract-hours-exceeded"),
        Kind("contract-cap"),
    ),
    policy=Policy(confirm=1, recover=1),
)
