"""A check: what is asked, how it is judged, and with which settings. A value, not a class to inherit from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from checks.findings import Judgement, Memory
from checks.probes import Brought, Lookup, Probe

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
    """

    name: str
    title: str
    probe: Probe[F] | Lookup[F] | Brought
    evaluate: Callable[[F, S, Memory, datetime], Judgement]
    settings: S
    policy: Policy = field(default_factory=Policy)
