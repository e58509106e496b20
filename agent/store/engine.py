"""The SQLite file of the store: opening and migration, transactions, locks, errors and backups."""

import contextlib
import fcntl
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from agent.domain.errors import BusyError, StoreError

HEAD = "0005"
"""The newest revision of the migrations."""


def open_engine(folder: Path) -> sa.Engine:
    """Return the engine of the store in `folder`, created and migrated where needed. Raises StoreError."""
    path = folder / "siterounds.sqlite"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise StoreError(f"the state folder {folder} cannot be made: {error.strerror}") from error
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    with store_errors(path), _locked(folder / "migration-lock"):
        _migrate(engine, path)
    return engine


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold a lock while tables are created or migrated, because two commands may do it at once."""
    descriptor = _open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open_lock(path: Path) -> int:
    """A lock's file, made where there is none. One that root makes is the folder's owner's, whom it would lock out."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}") from error
    if os.geteuid() == 0 and os.fstat(descriptor).st_nlink == 1:  # no other file of ours under a name of theirs
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor


def _set_up(connection: Any, record: Any) -> None:  # noqa: ARG001
    connection.isolation_level = None  # the driver would begin transactions when it thinks best; `_begin` does
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):  # FULL: what was sent is never forgotten
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    immediate = connection.get_execution_options().get("siterounds_writing")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


@contextmanager
def write_transaction(engine: sa.Engine, path: Path) -> Iterator[sa.Connection]:
    """Begin an immediate transaction: no other process can write from its first read on. Raises StoreError."""
    options = engine.execution_options(siterounds_writing=True)
    with store_errors(path), options.connect() as connection, connection.begin():
        yield connection


def _migrate(engine: sa.Engine, path: Path) -> None:
    with engine.connect() as connection:
        current = _revision(connection)
    if current == HEAD:
        return
    from alembic import command  # here, because every command opens a store and hardly any has to change it
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with as_file(files("agent.store") / "migrations") as scripts, engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(scripts))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        if current is not None:
            if current not in {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}:
                raise StoreError(f"{path} was written by a newer siterounds (revision {current}): upgrade this one")
            _back_up(path, path.with_suffix(f".before-{HEAD}.sqlite"))
        command.upgrade(config, "head")
        connection.commit()


def _back_up(path: Path, copy: Path) -> None:
    """Copy all that was committed, the write-ahead log included."""
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        copy.chmod(0o600)
        source.backup(target)


def _revision(connection: sa.Connection) -> str | None:
    """Return the revision of a store. None means that it is new."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return str(found) if found else None


@contextmanager
def store_errors(path: Path) -> Iterator[None]:
    """Raise errors of SQLite as a StoreError that names the file and what to do."""
    try:
        yield
    except DatabaseError as error:
        said = str(error.orig)
        advice = {
            "database or disk is full": f"no space is left for {path}: make room; what was being written is not kept",
            "disk I/O error": f"{path} cannot be written (disk full or failing): what was being written is lost",
            "attempt to write a readonly database": f"{path} may not be written by this user",
            "unable to open database file": f"{path} cannot be opened: may this user write its folder?",
            "file is not a database": f"{path} is not a store: move it away, or name another folder by --state",
            "database disk image is malformed": f"{path} is damaged: restore it, or move it away to begin anew",
            "database is locked": f"{path} is being written by another process: try again",
        }
        raise StoreError(advice.get(said, f"{path}: {said}")) from error


@contextmanager
def exclusive_lock(path: Path, busy: str) -> Iterator[None]:
    """Hold an exclusive lock. Raises BusyError, with `busy` formatted with the holder, if another process has it."""
    descriptor = _open_lock(path)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.read(descriptor, 200).decode(errors="replace").strip() or "another process"
            raise BusyError(busy.format(holder)) from error
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(
                descriptor, f"process {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode(), 0
            )
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {error.strerror}; nothing was begun") from error
        yield
    finally:
        os.close(descriptor)


_NAME = re.compile(r"siterounds-\d{4}-\d{2}-\d{2}T\d{6}\.sqlite")
STEP = 1_000
"""Pages copied at once; another process that wants to write waits for these at most."""


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
    """Return the backups in a folder, oldest first."""
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
