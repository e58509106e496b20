"""What came back from a host for one question."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How a question ended. Only ANSWERED has output that may be parsed."""

    ANSWERED = "answered"
    FAILED = "failed"  # the probe ended with an exit code other than 0
    TIMED_OUT = "timed out"
    TOO_LONG = "too long"  # more output than the probe's limit
    CUT = "cut"  # the transcript ended in the middle of it
    NOT_REACHED = "not reached"  # the transcript ended before it


@dataclass(frozen=True, slots=True)
class Answer:
    """The output of one probe, or why there is none and what would mend that."""

    outcome: Outcome
    output: str = ""
    reason: str = ""
    remedy: str = ""
    seconds: float = 0.0
