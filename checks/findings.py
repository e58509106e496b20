"""What a check says: states, findings, and what it wants to remember."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Memory = Mapping[str, Any]
"""What a check wants to know next time about one subject: JSON values only, at most a few dozen kilobytes."""


class State(StrEnum):
    """How one thing is, in Nagios' words. Severity orders OK < WARNING < UNKNOWN < CRITICAL, unlike the exit codes."""

    OK = "ok"
    WARNING = "warning"
    UNKNOWN = "unknown"
    CRITICAL = "critical"

    @property
    def severity(self) -> int:
        """0 to 3, rising with how much it matters."""
        return list(State).index(self)

    @property
    def exit_code(self) -> int:
        """What a Nagios plugin exits with: OK 0, WARNING 1, CRITICAL 2, UNKNOWN 3."""
        return (0, 1, 3, 2)[self.severity]


class Cause(StrEnum):
    """Why something could not be checked, as far as that decides what a client is told. A host sends these values."""

    NOT_REACHED = "not-reached"  # the host
    TIMED_OUT = "timed-out"
    NO_PERMISSION = "no-permission"
    SUDO_REFUSED = "sudo-refused"  # to become the site's account, or root
    NO_PROGRAM = "no-program"  # that is needed: PHP, an extension of it, sudo, setsid
    PROGRAM_FAILED = "program-failed"  # it ended with an error, or was killed
    TOO_MUCH = "too-much"  # a limit of ours was reached
    BROKEN_OFF = "broken-off"  # the connection ended in the middle
    DATABASE = "database"
    DATABASE_REFUSED = "database-refused"  # the account, its password, or what it asked for
    NOT_FOUND = "not-found"
    NO_LOG = "no-log"
    NAME_SERVICE = "name-service"
    NOT_UNDERSTOOD = "not-understood"  # there was an answer, and it makes no sense
    OUR_FAULT = "our-fault"
    OTHER = "other"

    @classmethod
    def of(cls, code: object) -> "Cause":
        """The cause that a host or an old row names; OTHER for a code that is not known."""
        return next((one for one in cls if one == code), cls.OTHER)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of finding that a check gives. `name` is stable: incidents and the words for clients are found by it."""

    name: str
    internal: bool = False  # about our own work: no client's report shows it, so it has no words for clients


COMMON_KINDS = (Kind("not-checked"), Kind("settled"), Kind("waived"))
"""What any check may give without declaring it: `Gap.finding`, `checks.resolution` and `checks.waivers` make them."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One judgement about one item of a subject. OK ones are findings too: they resolve incidents and fill the report.

    `item` names the thing within the subject ("/var", "akismet/akismet.php"), stable over rounds and free of wording;
    "" is the check as a whole. `kind` is the name of a kind that the check declares ("disk-space"); its words
    for clients are found by it, and filled from `data`. Text from a host may stand in any field: whoever shows it
    escapes it.
    """

    state: State
    kind: str
    item: str
    summary: str  # one line, for an engineer
    value: float | None = None
    unit: str = ""
    details: tuple[str, ...] = ()
    remedy: str = ""  # what to do, a command where there is one
    data: Mapping[str, Any] = field(default_factory=dict)  # JSON values that the client's sentence needs


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The findings of a check, and the memory that it receives in the next round."""

    findings: tuple[Finding, ...]
    memory: Memory = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotChecked:
    """A part of the facts that could not be read, why, and what would change that."""

    item: str
    reason: str
    remedy: str = ""
    cause: Cause = Cause.OTHER

    def finding(self) -> Finding:
        """The gap as a finding: not checked is a result."""
        data = {"reason": self.reason, "cause": self.cause.value}
        return Finding(State.UNKNOWN, "not-checked", self.item, self.reason, remedy=self.remedy, data=data)


class NotCheckedError(Exception):
    """Raised by `parse` when an answer holds no facts; becomes one UNKNOWN finding with its reason and cause."""

    def __init__(self, reason: str, remedy: str = "", cause: Cause = Cause.OTHER) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
        self.cause = cause
