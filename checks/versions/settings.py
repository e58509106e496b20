"""The settings of the versions check."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.findings import State
from checks.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Severities:
    """How bad each kind of thing is: ok, warning or critical."""

    security: State = State.CRITICAL  # a newer release is known to fix a vulnerability; or one of the core's own line
    core: State = State.WARNING  # a newer core, of another line or known not to fix a vulnerability
    plugin: State = State.WARNING  # a newer plugin, theme, module or add-on
    withdrawn: State = State.WARNING  # the update source knew it once and no longer does
    core_unfinished: State = State.CRITICAL  # an update of the core that was begun and not ended
    unfinished: State = State.WARNING  # the same of anything else
    core_end_of_life: State = State.CRITICAL  # a core that its makers no longer maintain
    end_of_life: State = State.WARNING  # the same of PHP, which a distribution may maintain instead
    end_of_life_soon: State = State.WARNING

    def __post_init__(self) -> None:
        """Refuse to call something known unknown."""
        for name in self.__dataclass_fields__:
            if getattr(self, name) is State.UNKNOWN:
                raise ValueError(f"{name}: unknown is for what could not be looked at; use ok, warning or critical")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the versions check."""

    knowledge_hours: float = 48.0  # how old what the site knows of newer releases may be
    end_of_life_days: float = 30.0  # how long before its end a line is reported
    severities: Severities = field(default_factory=Severities)
    # What is accepted, by the item of the finding: "core", "plugin:akismet/akismet.php", "runtime:php-fpm/support".
    ignore: Mapping[str, Waiver] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse times that make no sense."""
        if self.knowledge_hours <= 0 or self.end_of_life_days < 0:
            raise ValueError("knowledge_hours must be above 0, end_of_life_days at least 0")
