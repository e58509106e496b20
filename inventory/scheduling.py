"""When rounds are made: every day at about a time, or by a cron expression, in a time zone."""

from dataclasses import dataclass, field
from datetime import time

from inventory.cron import Cron
from inventory.moments import WEEKDAYS

EVERY_DAY = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Daily:
    """Once on each of these days, within `spread` minutes from `around` on: when exactly differs from site to site."""

    around: time = time(6)
    spread: int = 60
    days: frozenset[int] = EVERY_DAY  # 0 is Monday

    def __str__(self) -> str:
        """As people say it."""
        days = "daily" if self.days == EVERY_DAY else ", ".join(WEEKDAYS[day] for day in sorted(self.days))
        spread = f" within {self.spread} minutes" if self.spread else ""
        return f"{days} from {self.around:%H:%M}{spread}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the rounds of a client or of a site begin."""

    rule: Daily | Cron = field(default_factory=Daily)
    zone: str = "UTC"  # IANA time zone of its times and days

    def __str__(self) -> str:
        """As people say it; two that say the same are the same."""
        return f"{self.rule}, {self.zone}"
