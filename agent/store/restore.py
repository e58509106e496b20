"""The way back: a nightly copy is put in the place of a damaged store, which is kept aside."""

import os
import shutil
import sqlite3
from contextlib import ExitStack, closing
from datetime import datetime
from pathlib import Path

from agent.domain.errors import StoreError
from agent.files import FileError, open_private, private_file, private_folder
from agent.store.backups import faults
from agent.store.engine import exclusive_lock, is_ours, known_revisions, migration_lock

_BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite has beside a database, which belongs to it alone."""


def restore(folder: Path, copy: Path, at: datetime) -> Path | None:
    """Put a copy in the place of the store in `folder`; gives where the old one is now, None where there was none.

    Raises BusyError while the service, a round or a delivery is under way, and StoreError where the copy is damaged,
    was written by a newer siterounds, or cannot be read; nothing is changed then.
    """
    store = folder / "siterounds.sqlite"
    try:
        private_folder(folder, is_ours)
        private_file(copy)
        private_file(store)
    except FileError as error:
        raise StoreError(str(error)) from error
    with ExitStack() as held:
        busy = "nothing was restored: {} is under way ({{}}); end it first"
        for name, what in (("service-lock", "the service"), ("lock", "a round"), ("delivery-lock", "a delivery")):
            held.enter_context(exclusive_lock(folder / name, busy.format(what)))
        held.enter_context(migration_lock(folder))
        _vet(copy)
        try:
            return _swap(store, copy, at)
        except OSError as error:
            raise StoreError(f"{copy} could not be put in the place of {store}: {error.strerror}") from error


def _vet(copy: Path) -> None:
    if not copy.is_file():
        raise StoreError(f"{copy} is no file: name a copy of the store")
    if found := faults(copy):
        raise StoreError(f"{copy} is damaged itself ({found[0]}): name an older copy")
    try:
        with closing(sqlite3.connect(copy)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise StoreError(f"{copy} is no store of siterounds: {error}") from error
    if row is None or row[0] not in known_revisions():
        raise StoreError(f"{copy} was written by a newer siterounds: upgrade this one")


def _swap(store: Path, copy: Path, at: datetime) -> Path | None:
    fresh = store.with_name("siterounds.restoring")
    fresh.unlink(missing_ok=True)
    with copy.open("rb") as source, os.fdopen(open_private(fresh, os.O_WRONLY | os.O_EXCL), "wb") as target:
        shutil.copyfileobj(source, target)
        target.flush()
        os.fsync(target.fileno())
    aside = None
    if store.exists():
        aside = store.with_name(f"siterounds.damaged-{at:%Y-%m-%dT%H%M%S}.sqlite")
        os.link(store, aside)
        for ending in _BESIDE:  # before the copy is in place: it must never meet the old one's log
            if (beside := store.with_name(store.name + ending)).exists():
                beside.rename(aside.with_name(aside.name + ending))
    fresh.replace(store)
    folder = os.open(store.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return aside
