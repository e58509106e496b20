"""Checks that take too much of what answers say, as functions of a module, which another process can import."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from checks import Check, CheckResult, Finding, Kind, Probe, Scope, State, Target


@dataclass(frozen=True, slots=True)
class Settings:
    """None at all."""


def parse(output: str) -> str:
    """The answer's first word says what it costs."""
    word = output.split(" ", 1)[0]
    while word == "spin":
        pass
    if word == "swell":
        return str(len(bytearray(2**40)))
    if word == "die":
        os._exit(3)
    return f"{word} by {'another' if os.getppid() == int(output.split(' ')[1]) else 'this'}"


def evaluate(facts: Any, settings: Any, memory: Any, now: datetime) -> CheckResult:
    """One finding that says which process judged."""
    return CheckResult((Finding(State.OK, "judged", "", str(facts)),), {"before": dict(memory), "at": now.isoformat()})


def name(target: Target, settings: Any, memory: Any) -> Sequence[str]:
    """The host's name, by which the script knows how to behave."""
    return (target.host.name,)


SCRIPT = """
case $1 in
bad) printf 'die 0 '; head -c 300000 /dev/zero | tr '\\000' x ;;
large) printf 'well 0 '; head -c 300000 /dev/zero | tr '\\000' x ;;
*) echo 'well 0' ;;
esac
"""
check: Check[Any, Any] = Check(
    "hungry",
    "Hungry",
    Probe("hungry", SCRIPT, parse, Scope.HOST, arguments=name),
    evaluate,
    Settings(),
    (Kind("judged"),),
)
