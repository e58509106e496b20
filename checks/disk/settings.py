"""The settings of the disk check: thresholds for space and inodes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from checks.check import Threshold

GIB = 2**30
_FLOOR_SHARE = 0.05  # of the size: two GiB are much on a /boot
_USED = Threshold.above(80, 90)
_INODES = Threshold.above(90, 95)
_VITAL = ("/", "/var", "/home", "/srv", "/opt", "/tmp")  # noqa: S108  # a mount point, not a file that is made


@dataclass(frozen=True, slots=True)
class Settings:
    """How the disks of a host are judged.

    At 90 % a disk of 10 TiB still has a terabyte left. So the percentages hold as written up to `normal_gib`, and what
    has to stay free beyond it grows slower than the disk: by size ** `growth`. With the defaults CRITICAL comes at 90 %
    of 20 GiB, at 95.4 % of 1 TiB, at 97.1 % of 10 TiB. Small disks are not judged harder: a /boot that holds two
    kernels is half full for life. One curve was taken rather than a rule of percentage and free space both, because
    it has no edge at which a disk that is enlarged changes its state.
    """

    used: Threshold = _USED  # percent of the space that users may use, as df shows it
    inodes: Threshold = _INODES  # percent of the inodes
    normal_gib: float = 20  # up to this size `used` holds as written
    growth: float = 0.8  # 1: percentages for all sizes; 0: the same free space for all sizes
    floor_gib: float = 2  # CRITICAL when less is left, or less than 5 % of a small disk; 0: no such floor
    used_on: Mapping[str, Threshold] = field(default_factory=dict)  # by exact mount point; taken as written, no floor
    inodes_on: Mapping[str, Threshold] = field(default_factory=dict)  # by exact mount point
    include: tuple[str, ...] = ()  # mount points looked at whatever their type, such as a /tmp in memory
    ignore: tuple[str, ...] = ()  # mount points to leave out: a backup disk that comes and goes
    read_only: tuple[str, ...] = ()  # mount points that are meant to be read-only though /etc/fstab does not say so
    vital: tuple[str, ...] = _VITAL  # these, and what is mounted below them
    forecast_days: float = 14  # WARNING when the disk will be full within so many days; 0: no forecast
    forecast_from: float = 60  # percent used below which nothing is foretold
    missing_days: float = 7  # how long a mount that is not in /etc/fstab is missed
    patience: int = 5  # seconds a mount has to answer
    search: int = 10  # seconds the search for the biggest places has

    def __post_init__(self) -> None:
        """Refuse what has no meaning."""
        if not 0 <= self.growth <= 1:
            raise ValueError("growth must be between 0 and 1")
        if self.normal_gib <= 0:
            raise ValueError("normal_gib must be more than 0")
        if self.floor_gib < 0 or self.forecast_days < 0 or self.missing_days < 0:
            raise ValueError("floor_gib, forecast_days and missing_days cannot be negative")
        if not (1 <= self.patience <= 15 and 1 <= self.search <= 20):
            raise ValueError("patience must be 1 to 15 seconds, search 1 to 20")
        for one in (self.used, self.inodes, *self.used_on.values(), *self.inodes_on.values()):
            if one.falling:
                raise ValueError("thresholds of a disk rise: leave out falling")
            if not 0 < one.warning <= 100:
                raise ValueError("thresholds of a disk are percentages: more than 0 and at most 100")

    def lines(self, point: str, size: int) -> Threshold:
        """Where WARNING and CRITICAL begin on a disk of `size` bytes, in percent."""
        if point in self.used_on:
            return self.used_on[point]
        times = size / (self.normal_gib * GIB)
        share = times ** (self.growth - 1) if times > 1 else 1.0
        return Threshold.above(100 - (100 - self.used.warning) * share, 100 - (100 - self.used.critical) * share)

    def inode_lines(self, point: str) -> Threshold:
        """The same for inodes."""
        return self.inodes_on.get(point, self.inodes)

    def floor(self, point: str, size: int) -> float:
        """Bytes that must be left on a disk of `size` bytes whatever the percentages say."""
        return 0.0 if point in self.used_on else min(self.floor_gib * GIB, _FLOOR_SHARE * size)

    def is_vital(self, point: str) -> bool:
        """Whether trouble there stops the sites."""
        return any(point == one or (one != "/" and point.startswith(f"{one}/")) for one in self.vital)
