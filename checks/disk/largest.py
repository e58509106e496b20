"""The largest paths of a file system, their growth, and what may safely be cleared."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checks.disk.facts import Deleted, Mount, PathUsage, Search
from checks.remedies import named
from checks.text import clean, size

MOST = 8
_EXPLAINED = 0.7  # of a folder, by what is listed inside it
_GROWN = 0.02  # of what it was


@dataclass(frozen=True, slots=True)
class GrowingPath:
    """A large path, and its growth since the search before."""

    path: str
    amount: int
    grown: int | None = None  # None: not known


def largest_paths(places: Iterable[PathUsage], point: str, earlier: Mapping[str, int]) -> tuple[GrowingPath, ...]:
    """Return the largest paths below a mount point; a folder only if its listed contents do not explain its size."""
    amounts: dict[str, int] = {}
    for place in places:
        amounts[place.path] = max(place.amount, amounts.get(place.path, 0))
    amounts.pop(point, None)
    inside: dict[str, int] = {}
    for path, above in nearest_above(amounts):
        if above is not None:
            inside[above] = inside.get(above, 0) + amounts[path]
    telling = [path for path in amounts if inside.get(path, 0) < _EXPLAINED * amounts[path]]
    telling.sort(key=lambda path: (-amounts[path], path))
    return tuple(GrowingPath(path, amounts[path], _growth(amounts[path], earlier.get(path))) for path in telling[:MOST])


def nearest_above(paths: Iterable[str]) -> Iterator[tuple[str, str | None]]:
    """Each path with the longest of the others that it lies below; None where there is none.

    In the order of their names, a slash before all else, folders stand right before what is in them: so each path is
    looked at once, however deeply they are nested.
    """
    stack: list[str] = []
    for path in sorted(paths, key=lambda path: path.replace("/", "\0")):
        while stack and not is_below(path, stack[-1]):
            stack.pop()
        yield path, stack[-1] if stack else None
        stack.append(path)


def _growth(amount: int, before: int | None) -> int | None:
    return None if before is None or amount - before < _GROWN * before else amount - before


def by_mount(places: Iterable[PathUsage], points: Iterable[str]) -> Mapping[str, tuple[PathUsage, ...]]:
    """Return the paths by mount point of their file system; paths on none are left out."""
    known, looked_at = set(points), tuple(places)
    home: dict[str, str | None] = {}
    for path, above in nearest_above({*known, *(place.path for place in looked_at)}):
        home[path] = path if path in known else home[above] if above is not None else None
    found: dict[str, list[PathUsage]] = {}
    for place in looked_at:
        point = home[place.path]
        if point is not None:
            found.setdefault(point, []).append(place)
    return {point: tuple(inside) for point, inside in found.items()}


def is_below(path: str, point: str) -> bool:
    """Return whether a path is a folder or lies in it."""
    return point in (path, "/") or path.startswith(f"{point}/")


def lines(growers: Sequence[GrowingPath], since: str) -> list[str]:
    """One line a place: "12 GiB /var/www/shop/var/log, 3.1 GiB more than on 2026-11-20"."""
    return [
        f"{size(one.amount)} {clean(one.path, 300)}"
        + (f", {size(one.grown)} more than on {since}" if one.grown else "")
        for one in growers
    ]


def shortcomings(search: Search | None, seconds: int) -> list[str]:
    """Yield what the search could not read."""
    if search is None:
        return []
    said = []
    if search.cut_short:
        said.append(
            f"the search was stopped after {seconds} seconds: bigger places may be missing, sizes may be too small"
        )
    if search.unreadable:
        said.append(f"{search.unreadable} files or folders could not be read: {clean(search.first_unreadable, 200)}")
    return said


def still_open(deleted: Iterable[Deleted], mount: Mount) -> list[str]:
    """Return a line for each of the three processes that hold most in deleted files open on a file system."""
    held: dict[tuple[str, str], int] = {}
    for one in deleted:
        if one.device == mount.device:
            held[one.process, one.pid] = held.get((one.process, one.pid), 0) + one.amount
    most = sorted(held.items(), key=lambda item: -item[1])[:3]
    return [
        f"{size(amount)} in deleted files held open by {clean(name, 40)} (pid {pid})" for (name, pid), amount in most
    ]


_WEB = r"\A(?>.*?(?:www|srv|home))"  # the first of them, once: a search from each of many would be quadratic
_HINTS = (
    (r"/var/log/journal", "journal: `journalctl --disk-usage`, then `journalctl --vacuum-size=500M`"),
    (r"\A(?>.*?/wp-content/).*\.log", "debug.log: read it, mend its cause, set WP_DEBUG_LOG to false"),
    (r"/wp-content/updraft|\A(?>.*?/wp-content/).*backup", "backups beside the site: move them to another machine"),
    (r"/(wp-content|web/app)/cache", "WordPress cache: empty it in the caching plugin"),
    (r"/(wp-content|web/app)/uploads", "uploads: look for archives and originals that no page uses"),
    (
        rf"/var/cache/mage|/var/page_cache|{_WEB}.*/var/cache",
        "Magento cache: `bin/magento cache:flush`",
    ),
    (r"/var/report(/|$)", "var/report: mend what the newest report says, then delete reports older than a month"),
    (rf"{_WEB}.*/var/log", "application logs: read what repeats, add them to logrotate"),
    (r"/sessions?(/|$)", "sessions: `session.gc_maxlifetime` and the cron that clears them"),
    (r"/(system/user/cache|system/user/logs)", "ExpressionEngine: empty its caches in the control panel's utilities"),
    (r"^/var/cache/apt", "packages: `apt-get clean`"),
    (
        r"^/var/lib/mysql",
        "database: `SHOW BINARY LOGS`, and binlog_expire_logs_seconds; never delete its files by hand",
    ),
    (r"^/var/lib/(docker|containers)", "containers: `docker system df`, then `docker image prune`"),
    (r"^/var/spool/(postfix|exim4|mqueue)", "mail queue: `mailq | tail -n 1`; a full one often means a hacked form"),
    (r"^/var/log", "logs: `logrotate -d /etc/logrotate.conf` shows what is not rotated"),
    (r"^/boot", "old kernels: `apt-get autoremove --purge`"),
    (r"^/(var/)?tmp", "temporary files: find out who leaves them, then clear what is older than a week"),
)


def remedy(growers: Sequence[GrowingPath], point: str, held_open: bool) -> str:
    """Return the remedies by path; each begins with how to look before clearing."""
    paths = [one.path for one in growers] or [point]
    hints = [next((hint for pattern, hint in _HINTS if re.search(pattern, path)), "") for path in paths]
    said = [hint for hint in dict.fromkeys(hints) if hint][:4]
    if held_open:
        said.insert(0, "restart what holds deleted files open: their space is free only then")
    shown = named(point, "PATH")
    return (
        "; ".join(said)
        or f"`du -xh -d 2 {shown} | sort -h | tail` shows what takes the space; clear it, or enlarge the disk"
    )
