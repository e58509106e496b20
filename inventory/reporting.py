"""How a client is told of the rounds: when, who, and whether somebody looks at it before."""

from dataclasses import dataclass
from typing import Literal

When = Literal["change", "weekly", "monthly", "never"]
MAILED: frozenset[When] = frozenset({"change", "weekly", "monthly"})
Pdf = Literal["attach", "file", "no"]


@dataclass(frozen=True, slots=True)
class Reporting:
    """A client's reports. Nobody is written to unasked."""

    when: When = "never"  # after a round that changed something, every week, with each contract month
    day: int = 0  # of the week, 0 is Monday; for weekly reports
    to: tuple[str, ...] = ()  # e-mail addresses, each once
    approve: bool = True  # whether a person lets each report go
    pdf: Pdf = "no"
    zone: str = "UTC"  # IANA time zone, of days as well as of the times that are shown
