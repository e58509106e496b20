"""Copies of the store, made while it is used, and the examination of a store that may be damaged."""

import contextlib
import os
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from agent.domain.errors import DamagedError, StoreError

_NAME = re.compile(r"siterounds-\d{4}-\d{2}-\d{2}T\d{6}\.sqlite")
STEP = 1_000
"""Pages that are copied at once: who wants to write meanwhile waits no longer than for these."""


def back_up(store: Path, folder: Path, count: int, at: datetime) -> Path | None:
    """Copy the store into a folder while it is used, and remove all copies but the newest `count`; raises StoreError.

    A copy gets its name once it is whole and SQLite finds no fault in it. None where none is wanted.
    """
    if not count:
        return None
    target = folder / f"siterounds-{at:%Y-%m-%dT%H%M%S}.sqlite"
    unfinished = target.with_suffix(".unfinished")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in folder.glob("siterounds-*.unfinished*"):
            left.unlink()
        _room(store, folder)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        _copied(store, unfinished)
        unfinished.replace(target)
        for old in backups(folder)[:-count]:
            old.unlink()
    except (OSError, sqlite3.Error) as error:
        with contextlib.suppress(OSError):
            unfinished.unlink()
        said = error.strerror if isinstance(error, OSError) else str(error)
        raise StoreError(f"the store could not be copied into {folder}: {said}") from error
    return target


def backups(folder: Path) -> list[Path]:
    """The copies in a folder, the oldest first."""
    return sorted(one for one in folder.glob("siterounds-*.sqlite") if _NAME.fullmatch(one.name))


def _room(store: Path, folder: Path) -> None:
    need = store.stat().st_size
    if shutil.disk_usage(folder).free < 2 * need:
        raise StoreError(f"there is no room for a copy of the store in {folder}: it needs {need >> 20} MB twice")


def _copied(store: Path, to: Path) -> None:
    with closing(sqlite3.connect(store, timeout=30)) as source, closing(sqlite3.connect(to)) as target:
        source.backup(target, pages=STEP, sleep=0.01)
        target.execute("PRAGMA journal_mode=DELETE")
        found = target.execute("PRAGMA quick_check").fetchone()[0]
    if found != "ok":
        raise StoreError(f"the store could not be copied: SQLite finds in the copy: {found}")
    descriptor = os.open(to, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


SMALL = 32 << 20
"""Bytes up to which a store is examined wholly at every opening; that takes about 2 ms a MB."""
FEW = 5_000
"""Rows up to which a table of a bigger store is; of the others, the first and the last row are read."""


def examine(path: Path) -> None:
    """Look quickly whether the store can be trusted; raises DamagedError, and sqlite3's errors where it is unreadable.

    The nightly copy is examined wholly, and so is the store by `siterounds store check`.
    """
    try:
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            found = _quickly(connection, path.stat().st_size)
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):
            return  # locked, unreadable or full: that is said by whoever really uses it
        raise damaged(path, str(error)) from error
    if found:
        raise damaged(path, found)


def faults(path: Path) -> tuple[str, ...]:
    """All that SQLite finds wrong with a file, up to a hundred things; nothing where it is sound."""
    try:
        with closing(sqlite3.connect(path, timeout=30)) as connection:
            found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(100)")]
            found = [] if found == ["ok"] else found
            broken = connection.execute("PRAGMA foreign_key_check").fetchmany(100)
    except sqlite3.DatabaseError as error:
        return (str(error),)
    return (*found, *(f"a row of {row[0]} refers to none of {row[2]}" for row in broken))


def damaged(path: Path, found: str) -> DamagedError:
    """The error for a damaged store, which names the newest nightly copy and the command that puts it in place."""
    copies = backups(path.parent / "backups")
    newest = f"the newest nightly copy, {copies[-1]}," if copies else "the newest nightly copy"
    what = "is not a store any more" if found == "file is not a database" else "is damaged"
    first = " ".join(found.split())[:200]
    return DamagedError(
        f"{path} {what} ({first}). To put {newest} in its place: siterounds --state {path.parent} store restore"
    )


def _quickly(connection: sqlite3.Connection, size: int) -> str:
    """What was found first; "" where nothing was."""
    if size <= SMALL:
        return _said(connection, "PRAGMA quick_check(1)")
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for name in names:
        quoted = '"' + name.replace('"', '""') + '"'
        last = connection.execute(f"SELECT max(rowid) FROM {quoted}").fetchone()[0] or 0  # noqa: S608  # our own names
        if last <= FEW:
            if found := _said(connection, f"PRAGMA quick_check({quoted})"):
                return found
            continue
        for order in ("", "DESC"):
            connection.execute(f"SELECT * FROM {quoted} ORDER BY rowid {order} LIMIT 1").fetchone()  # noqa: S608
    return ""


def _said(connection: sqlite3.Connection, pragma: str) -> str:
    found = str(connection.execute(pragma).fetchone()[0])
    return "" if found == "ok" else found
