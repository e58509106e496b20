"""Copies of the store, made while it is used."""

import contextlib
import os
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from agent.domain.errors import StoreError

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
