"""Programs that write logs, and the ways logs are rotated."""

import gzip
import os
import shutil
import time
from pathlib import Path

TRACE = "Stack trace:\n#0 /srv/shop/index.php(17): run()\n#1 {main}\n  thrown in /srv/shop/app.php on line 4\n"


def stamp(seconds_ago: float = 0) -> str:
    """A time as PHP's log has it."""
    return time.strftime("%d-%b-%Y %H:%M:%S", time.gmtime(time.time() - seconds_ago))


def fatal(number: int, seconds_ago: float = 0, said: str = "order {} failed") -> str:
    """A record of PHP's log, of several lines; numbers do not make it another kind."""
    what = said.format(number)
    return f"[{stamp(seconds_ago)} UTC] PHP Fatal error:  Uncaught Error: {what} in /srv/shop/app.php:4\n{TRACE}"


def append(path: Path, text: str) -> None:
    """Writes as a program does that holds the log open for appending."""
    with path.open("a") as stream:
        stream.write(text)


def numbered(path: Path) -> list[int]:
    """The numbers of a log's rotated files."""
    found = []
    for other in path.parent.glob(f"{path.name}.*"):
        digits = other.name.removesuffix(".gz").rsplit(".", 1)[1]
        found.append(int(digits))
    return sorted(found)


def _shift(path: Path) -> None:
    for number in reversed(numbered(path)):
        for ending in ("", ".gz"):
            old = path.with_name(f"{path.name}.{number}{ending}")
            if old.exists():
                old.rename(path.with_name(f"{path.name}.{number + 1}{ending}"))


def rotate_rename(path: Path, create: bool = True) -> None:
    """logrotate's usual way: x becomes x.1, x.1 becomes x.2."""
    _shift(path)
    path.rename(path.with_name(f"{path.name}.1"))
    if create:
        path.touch()


def rotate_copy(path: Path) -> None:
    """logrotate's copytruncate."""
    _shift(path)
    shutil.copyfile(path, path.with_name(f"{path.name}.1"))
    os.truncate(path, 0)


def rotate_dated(path: Path, date: str) -> None:
    """logrotate's dateext."""
    path.rename(path.with_name(f"{path.name}-{date}"))
    path.touch()


def pack(path: Path) -> None:
    """What gzip does to a rotated file: another inode, the same time."""
    told = path.stat()
    packed = path.with_name(path.name + ".gz")
    packed.write_bytes(gzip.compress(path.read_bytes(), 1))
    os.utime(packed, ns=(told.st_atime_ns, told.st_mtime_ns))
    path.unlink()
