"""A check whose findings stand in a file of the site: `problems`, a line each of item, state and summary, by tabs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from checks import Check, CheckResult, Finding, Kind, Memory, NotCheckedError, Policy, Probe, Scope, State, Target

SCRIPT = 'cat "$1/problems"'


@dataclass(frozen=True, slots=True)
class Settings:
    """Nothing can be set."""


def parse(output: str) -> tuple[Finding, ...]:
    """What the file says; `blind` on a line of its own says that nobody can look."""
    if "blind\n" in output:
        raise NotCheckedError("somebody has closed the curtains", "open them")
    rows = (line.split("\t") for line in output.splitlines())
    return tuple(
        Finding(State(state), "rehearsal", item, summary, details=tuple(details), remedy=f"mend {item}")
        for item, state, summary, *details in rows
    )


def evaluate(facts: Sequence[Finding], settings: Settings, memory: Memory, now: datetime) -> CheckResult:
    """As the file says."""
    return CheckResult(tuple(facts))


def arguments(target: Target, settings: Settings, memory: Memory) -> Sequence[str]:
    """Where the file is."""
    return (target.site.root,) if target.site else ()


check = Check(
    name="rehearsal",
    title="Rehearsal",
    probe=Probe("rehearsal", SCRIPT, parse, Scope.SITE, arguments=arguments),
    evaluate=evaluate,
    settings=Settings(),
    kinds=(Kind("rehearsal"),),
    policy=Policy(confirm=1, recover=1, confirm_unknown=1),
)
