"""A check: what is asked, how it is judged, and with which settings. A value, not a class to inherit from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Self, TypeVar

from checks.findings import CheckResult, Kind, Memory, State
from checks.phrases import KindPhrases
from checks.probes import InternalProbe, Lookup, Probe

F = TypeVar("F")
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Policy:
    """How many rounds in a row it takes to believe a check: bad ones to open an incident, clean ones to resolve it."""

    confirm: int = 1
    recover: int = 2
    confirm_unknown: int = 2


@dataclass(frozen=True, slots=True)
class Check(Generic[F, S]):
    """One of the routine checks.

    `evaluate(facts, settings, memory, now)` is pure: `memory` is what it last asked to remember about this subject
    (empty the first time), `now` is aware and in UTC. `settings` is a frozen dataclass whose fields all have
    defaults; the inventory overrides them level by level, and the dataclass is what validates them.

    `kinds` are all kinds of finding that `evaluate` gives, without `COMMON_KINDS`, which any check may give; a finding
    of another kind makes the check UNKNOWN. `phrases` are the words for clients by kind that a third party's check
    brings; those of our own checks are in reports/phrases/. A task of a contract puts the check in scope where one of
    its words begins with one of `scope_words`, in small letters; without any, no task puts it in scope or out of it.
    """

    name: str
    title: str
    probe: Probe[F] | Lookup[F] | InternalProbe
    evaluate: Callable[[F, S, Memory, datetime], CheckResult]
    settings: S
    kinds: tuple[Kind, ...]
    policy: Policy = field(default_factory=Policy)
    phrases: Mapping[str, KindPhrases] = field(default_factory=dict)
    scope_words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """Where WARNING and CRITICAL begin, both inclusive. A `falling` one alarms at low values instead of high ones."""

    warning: float
    critical: float
    falling: bool = False

    def __post_init__(self) -> None:
        """Refuse a pair in the wrong order: CRITICAL would hide WARNING."""
        if (self.warning < self.critical) if self.falling else (self.warning > self.critical):
            order = "at least" if self.falling else "at most"
            raise ValueError(f"warning ({self.warning:g}) must be {order} critical ({self.critical:g})")

    @classmethod
    def above(cls, warning: float, critical: float) -> Self:
        """Alarms when the value reaches or passes the line going up."""
        return cls(warning, critical)

    @classmethod
    def below(cls, warning: float, critical: float) -> Self:
        """Alarms when the value reaches or passes the line going down."""
        return cls(warning, critical, falling=True)

    def judge(self, value: float) -> State:
        """The state of a measured value."""
        sign = -1 if self.falling else 1
        if sign * value >= sign * self.critical:
            return State.CRITICAL
        return State.WARNING if sign * value >= sign * self.warning else State.OK
