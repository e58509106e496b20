"""The settings of the users check."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.check import Threshold
from checks.findings import State
from checks.waivers import Waiver


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the users check."""

    # Days without a sign of use. PCI DSS 8.2.6 wants accounts disabled after 90.
    idle: Threshold = field(default_factory=lambda: Threshold.above(60, 90))
    grace_days: float = 30.0  # how long after its creation an account may wait for its first use
    new_days: float = 7.0  # how long a new account, or one with new powers, is reported
    default_names: tuple[str, ...] = (
        "admin",
        "administrator",
        "root",
        "test",
        "tester",
        "demo",
        "support",
        "webmaster",
        "wordpress",
        "magento",
        "user",
    )
    email_domains: tuple[str, ...] = ()  # where not empty: the only ones that administrators' addresses may have
    second_factor: State = State.WARNING  # how bad accounts without one are: ok, warning or critical
    # The exception register, by login: covers idleness, name, address and second factor. "LOGIN/new" and
    # "LOGIN/powers" cover what an account did not have before.
    exceptions: Mapping[str, Waiver] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what would alarm always, or never."""
        if self.idle.falling or self.idle.warning <= 0:
            raise ValueError("idle: days without use must be above 0, and alarm when they rise")
        if self.grace_days < 0 or self.new_days <= 0:
            raise ValueError("grace_days must be at least 0, new_days above 0")
        if self.second_factor is State.UNKNOWN:
            raise ValueError("second_factor: use ok, warning or critical")
