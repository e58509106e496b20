"""The facts about a host's file systems, and the parser of what probe.sh prints."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from checks.findings import Cause, NotChecked, NotCheckedError

FIRST_LINE = "siterounds disk 1"
LAST_LINE = "end"
_MOST_MOUNTS = 256  # as many as probe.sh asks about
_MOST_PLACES = 1000
_MOST_LINES = 200_000
_LONGEST_PATH = 4096  # PATH_MAX of Linux
_LARGEST = 2**80  # bytes; what claims more is nonsense
_FAILED = frozenset({"emergency_ro", "shutdown"})  # ext4 since Linux 6.15, where older kernels said "ro"


@dataclass(frozen=True, slots=True)
class Space:
    """The size and use of a file system, in bytes and inodes. `available`: what users may still use, less than free."""

    used: int
    available: int
    inodes: int  # 0: this file system does not count them
    inodes_used: int

    @property
    def size(self) -> int:
        """Bytes used and available to users: the base of `df`'s percentage."""
        return self.used + self.available

    @property
    def used_percent(self) -> float:
        """Per cent used as `df` shows it, not rounded."""
        return 100 * self.used / self.size if self.size else 0.0

    @property
    def inodes_percent(self) -> float:
        """Used inodes; 0 where they are not counted."""
        return 100 * self.inodes_used / self.inodes if self.inodes else 0.0


@dataclass(frozen=True, slots=True)
class PathUsage:
    """A file or folder and its size in bytes or inodes."""

    path: str
    amount: int


@dataclass(frozen=True, slots=True)
class Search:
    """The result of the search for the largest paths."""

    places: tuple[PathUsage, ...] = ()
    unreadable: int = 0  # files and folders it could not look into
    first_unreadable: str = ""
    cut_short: bool = False  # time was over before it had seen all


@dataclass(frozen=True, slots=True)
class Deleted:
    """A file that was deleted but is still held open by a process."""

    device: str
    amount: int  # bytes
    pid: str
    process: str


@dataclass(frozen=True, slots=True)
class Mount:
    """One mounted file system. Without `space`, `hung` or `refused` says why."""

    point: str
    device: str  # "254:1": the same for all mounts of one file system
    root: str  # which folder of the file system is mounted, "/" unless it is a bind mount
    type: str
    source: str
    writable: bool
    failed: bool = False  # the kernel itself stopped all writing to it after an error
    space: Space | None = None
    hung: bool = False
    refused: str = ""
    cause: Cause = Cause.OTHER  # of `refused`
    big: Search | None = None
    many: Search | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """A line of /etc/fstab."""

    point: str
    type: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts. `mounts` has every mount of interest, several of one file system included."""

    mounts: tuple[Mount, ...]
    expected: tuple[Expected, ...] = ()
    automounts: frozenset[str] = frozenset()  # mounted when somebody goes there: their absence means nothing
    known_places: tuple[PathUsage, ...] = ()  # what usually fills a disk, searched apart
    deleted: tuple[Deleted, ...] = ()
    inodes_searched: bool = True  # False: the du of this host cannot count inodes
    left_out: tuple[NotChecked, ...] = ()  # what is beyond the limits


@dataclass(slots=True)
class _Lines:
    """The lines of one answer, grouped by their first word."""

    mounts: dict[str, Mount] = field(default_factory=dict)
    spaces: dict[str, Space] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    hung: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    places: dict[str, list[PathUsage]] = field(default_factory=dict)
    blind: dict[str, str] = field(default_factory=dict)
    blinds: dict[str, int] = field(default_factory=dict)
    deleted: list[Deleted] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    automounts: set[str] = field(default_factory=set)
    uncounted: bool = False
    more: dict[str, int] = field(default_factory=dict)  # how many of each kind are beyond the limits


def parse(output: str) -> Facts:
    """Facts from what probe.sh prints.

        mount 2 254:1 / /var rw,relatime ext4 /dev/vda1 rw,errors=remount-ro
        space 2 4096 66053021 59881702 20426409 16777216 16322048
        big 2 436224    /var/www/shop/var/log

    Fields of `space`: unit in bytes, blocks, free, available, inodes, inodes free. NotCheckedError where the answer is
    cut or is not one.
    """
    lines = output.split("\n")
    while lines and not lines[-1]:
        lines.pop()
    if not lines or lines[0] != FIRST_LINE or lines[-1] != LAST_LINE:
        raise NotCheckedError("the answer about file systems is cut, or is something else", cause=Cause.NOT_UNDERSTOOD)
    if len(lines) > _MOST_LINES:
        reason = f"the answer about file systems has {len(lines)} lines, {_MOST_LINES} are the most that are read"
        raise NotCheckedError(reason, cause=Cause.TOO_MUCH)
    read = _Lines()
    for line in lines[1:-1]:
        word, _, rest = line.partition(" ")
        _read(read, word, rest)
    return Facts(
        mounts=tuple(_assemble(read, key, mount) for key, mount in read.mounts.items()),
        expected=tuple(read.expected),
        automounts=frozenset(read.automounts),
        known_places=tuple(read.places.get("places", ())),
        deleted=tuple(read.deleted),
        inodes_searched=not read.uncounted,
        left_out=tuple(
            NotChecked(kind, f"{count} more {kind} than are looked at", cause=Cause.TOO_MUCH)
            for kind, count in sorted(read.more.items())
        ),
    )


def unescape(text: str) -> str:
    r"""Undo the \040 that the kernel and fstab write for spaces, tabs, newlines and backslashes."""
    return re.sub(r"\\([0-3][0-7]{2})", lambda found: chr(int(found[1], 8)), text)


def _read(read: _Lines, word: str, rest: str) -> None:  # noqa: C901, PLR0912  # one flat table of words
    key, _, values = rest.partition(" ")
    match word:
        case "mount":
            if key not in read.mounts and len(read.mounts) >= _MOST_MOUNTS:
                _one_more(read, "file systems")
            elif mount := _mount(values.split(" ", 8)):
                read.mounts[key] = mount
        case "space":
            if space := _space(values.split()):
                read.spaces[key] = space
        case "df":
            if space := _space_of_df(values):
                read.spaces[key] = space
        case "refused":
            read.refused[key] = values.strip()[:300]
        case "denied":
            read.denied.add(key)
        case "hung":
            read.hung.add(key)
        case "cut":
            read.cut.add(key)
        case "big" | "place" | "many":
            _place(read, read.places.setdefault(key, []), values, 1 if word == "many" else 1024)
        case "blind":
            read.blind.setdefault(key, values.removeprefix("du: ").strip()[:300])
        case "blinds":
            read.blinds[key] = _number(values) or 0
        case "deleted":
            _deleted(read, key, values)
        case "fstab":
            _expected(read, rest)
        case "automount":
            read.automounts.add(unescape(rest))
        case "uncounted":
            read.uncounted = True


def _number(text: str) -> int | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 30):
        return None
    return int(text)


def _mount(fields: list[str]) -> Mount | None:
    if len(fields) < 6:
        return None
    device, root, point, options, kind, source, *more = fields
    if max(len(point), len(root), len(source)) > _LONGEST_PATH:
        return None
    of_mount, of_system = set(options.split(",")), set((more or [""])[-1].split(","))
    failed = bool(of_system & _FAILED)
    writable = not failed and "ro" not in of_mount | of_system
    return Mount(unescape(point), device, unescape(root), kind, unescape(source), writable, failed)


def _space(fields: list[str]) -> Space | None:
    numbers = [_number(field) for field in fields]
    if len(numbers) != 6 or any(number is None for number in numbers):
        return None
    unit, blocks, free, available, inodes, inodes_free = (number or 0 for number in numbers)
    return _sound(Space((blocks - free) * unit, available * unit, inodes, inodes - inodes_free))


def _space_of_df(text: str) -> Space | None:
    """`DEVICE 1000 800 150 85- DEVICE 500 20 480 4`: what `df -P -k` and `df -P -i` say before the percent sign."""
    kilobytes, _, inodes = text.partition("- ")
    sizes = [_number(field) for field in kilobytes.split()[-4:]]
    counts = [_number(field) for field in inodes.split()[-4:]] if inodes.strip() else []
    if len(sizes) != 4 or sizes[1] is None or sizes[2] is None:
        return None
    total, used = (counts[0] or 0, counts[1] or 0) if len(counts) == 4 else (0, 0)
    return _sound(Space(sizes[1] * 1024, sizes[2] * 1024, total, used))


def _sound(space: Space) -> Space | None:
    """Return None for impossible sizes. Impossible inode counts are left out."""
    if not (0 <= space.used < _LARGEST and 0 <= space.available < _LARGEST):
        return None
    return space if 0 <= space.inodes_used <= space.inodes else replace(space, inodes=0, inodes_used=0)


def _one_more(read: _Lines, kind: str) -> None:
    read.more[kind] = read.more.get(kind, 0) + 1


def _place(read: _Lines, places: list[PathUsage], values: str, unit: int) -> None:
    amount, _, path = values.partition("\t")
    number = _number(amount)
    if number is None or not path.startswith("/"):
        return
    if len(places) >= _MOST_PLACES or len(path) > _LONGEST_PATH:
        _one_more(read, "large places")
    else:
        places.append(PathUsage(path.rstrip("/") or "/", number * unit))


def _deleted(read: _Lines, device: str, values: str) -> None:
    """`device` is the number that stat(2) gives, in Linux' packing of major and minor."""
    amount, pid, name = (*values.split(" ", 2), "", "")[:3]
    packed, size = _number(device), _number(amount)
    if packed is None or size is None:
        return
    if len(read.deleted) >= _MOST_PLACES:
        _one_more(read, "deleted files")
        return
    major = ((packed >> 8) & 0xFFF) | ((packed >> 32) & 0xFFFFF000)
    minor = (packed & 0xFF) | ((packed >> 12) & 0xFFFFFF00)
    read.deleted.append(Deleted(f"{major}:{minor}", size, pid, name.strip()))


def _expected(read: _Lines, line: str) -> None:
    fields = line.split(None, 4)
    if len(fields) >= 3 and len(read.expected) >= _MOST_PLACES:
        _one_more(read, "lines of /etc/fstab")
    elif len(fields) >= 3:
        options = frozenset(fields[3].split(",")) if len(fields) > 3 else frozenset()
        read.expected.append(Expected(unescape(fields[1]).rstrip("/") or "/", fields[2], options))


def _assemble(read: _Lines, key: str, mount: Mount) -> Mount:
    space = read.spaces.get(key)
    hung = space is None and key in read.hung
    refused = "" if space or hung else read.refused.get(key) or "it gave no numbers that can be"
    cause = Cause.NO_PERMISSION if key in read.denied else Cause.PROGRAM_FAILED
    big = _search(read, key) if key in read.places or key in read.cut else None
    inode_key = f"inodes:{key}"
    many = _search(read, inode_key) if inode_key in read.places or inode_key in read.cut else None
    return replace(mount, space=space, hung=hung, refused=refused, cause=cause, big=big, many=many)


def _search(read: _Lines, key: str) -> Search:
    return Search(
        tuple(read.places.get(key, ())), read.blinds.get(key, 0), read.blind.get(key, ""), cut_short=key in read.cut
    )


def by_point(mounts: Iterable[Mount]) -> Mapping[str, Mount]:
    """Return the mounts by mount point; of several on one mount point the last one, which hides the others."""
    return {mount.point: mount for mount in mounts}
