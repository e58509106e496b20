"""What is at hand while one host is judged."""

from dataclasses import dataclass
from datetime import date

from checks.disk.facts import Facts
from checks.disk.settings import Settings


@dataclass(frozen=True, slots=True)
class Scene:
    """The same for all file systems of the host."""

    facts: Facts
    settings: Settings
    today: date
