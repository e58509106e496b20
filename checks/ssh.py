"""The check of the SSH connection to a host: whether it was reached, and where the connection failed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from checks.check import Check, Policy
from checks.findings import CheckResult, Finding, Kind, Memory, State
from checks.probes import InternalProbe, Scope


class Outcome(StrEnum):
    """How the way to a host ended. Only CONNECTED brought answers to everything; CUT and TIMED_OUT may have some."""

    CONNECTED = "connected"
    NAME_NOT_RESOLVED = "name not resolved"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed out"
    HOST_KEY_UNKNOWN = "host key unknown"
    HOST_KEY_CHANGED = "host key changed"
    HOST_KEY_REVOKED = "host key revoked"
    AUTHENTICATION_FAILED = "authentication failed"
    KEY_UNUSABLE = "key unusable"  # ours, to log in with
    PROTOCOL = "protocol"  # something else than SSH answers, or no SSH that both sides speak
    CUT = "cut"  # connected, then lost
    NO_SHELL = "no shell"  # logged in, but what was sent is not run
    CONFIGURATION = "configuration"  # not even tried: the inventory or ~/.ssh/config ask for what cannot be done


_ALARMING = frozenset({Outcome.HOST_KEY_CHANGED, Outcome.HOST_KEY_REVOKED})


@dataclass(frozen=True, slots=True)
class Connection:
    """What became of one visit's connection. `hop` names the jump host it ended at, "" for the host itself."""

    outcome: Outcome
    reason: str = ""
    remedy: str = ""
    hop: str = ""
    notes: tuple[str, ...] = ()  # of the agent's own, on a way that was found


@dataclass(frozen=True, slots=True)
class Settings:
    """Nothing can be set: a host is reached or it is not."""


def evaluate(facts: Connection, settings: Settings, memory: Memory, now: datetime) -> CheckResult:  # noqa: ARG001
    """One finding: a host that was not reached is not checked, and only a key that changed says something about it."""
    kind = kind_of(facts.outcome)
    data = {"reason": facts.reason, "hop": facts.hop}
    if facts.outcome is Outcome.CONNECTED:
        return CheckResult((Finding(State.OK, kind, "", "reached and asked", details=facts.notes, data=data),))
    state = State.CRITICAL if facts.outcome in _ALARMING else State.UNKNOWN
    at = f" (at the jump host {facts.hop})" if facts.hop else ""
    summary = f"{facts.outcome}{at}: {facts.reason}" if facts.reason else f"{facts.outcome}{at}"
    return CheckResult((Finding(state, kind, "", summary, remedy=facts.remedy, data=data),))


def kind_of(outcome: Outcome) -> str:
    """The kind of finding that says how a connection ended."""
    return f"ssh-{outcome.replace(' ', '-')}"


# A key that changed is certain the first time; a host that did not answer is believed the second time.
check = Check(
    name="ssh",
    title="Connection",
    probe=InternalProbe(Scope.HOST),
    evaluate=evaluate,
    settings=Settings(),
    kinds=tuple(Kind(kind_of(outcome)) for outcome in Outcome),
    scope_words=("ssh", "uptime", "availability", "reachability"),
    policy=Policy(confirm=1, recover=1, confirm_unknown=2),
)
