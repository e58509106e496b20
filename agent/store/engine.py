"""The SQLite file of the store: opening and migration, transactions, locks, errors and backups."""

import fcntl
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from agent.domain.errors import BusyError, StoreError
from agent.files import FileError, make_private, open_private, private_file, private_folder
from agent.store.backups import damaged, examine

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "0005"
"""The newest revision of the migrations."""


def open_engine(folder: Path) -> sa.Engine:
    """Return the engine of the store in `folder`, created and migrated where needed. Raises StoreError."""
    path = folder / "siterounds.sqlite"
    try:
        private_folder(folder, is_ours)
        for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal", "known_hosts"):
            private_file(folder / name)
        make_private(path)
    except FileError as error:
        raise StoreError(str(error)) from error
    engine = sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})
    sa.event.listen(engine, "connect", _set_up)
    sa.event.listen(engine, "begin", _begin)
    with store_errors(path), migration_lock(folder):
        examine(path)
        _migrate(engine, path)
    return engine


_OURS = re.compile(r"siterounds\..*|[a-z]+-lock|lock|\.?known_hosts.*|backups|reports|control\.sock|http|lost\+found")


def is_ours(name: str) -> bool:
    """Whether something in a state folder is what we put there."""
    return _OURS.fullmatch(name) is not None


@contextmanager
def migration_lock(folder: Path) -> Iterator[None]:
    """Held while tables are made or changed: two commands may be the first ones at once."""
    descriptor = _open_lock(folder / "migration-lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open_lock(path: Path) -> int:
    try:
        return open_private(path)
    except OSError as error:
        raise StoreError(f"{path} cannot be opened: {error.strerror}") from error


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

    with _migrations() as config, engine.connect() as connection:
        config.attributes["connection"] = connection
        if current is not None:
            if current not in _revisions(config):
                raise StoreError(f"{path} was written by a newer siterounds (revision {current}): upgrade this one")
            _back_up(path, path.with_suffix(f".before-{HEAD}.sqlite"))
        command.upgrade(config, "head")
        connection.commit()


@contextmanager
def _migrations() -> Iterator["Config"]:
    from alembic.config import Config

    with as_file(files("agent.store") / "migrations") as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts))
        config.set_main_option("path_separator", "os")
        yield config


def _revisions(config: "Config") -> frozenset[str]:
    from alembic.script import ScriptDirectory

    return frozenset(step.revision for step in ScriptDirectory.from_config(config).walk_revisions())


def known_revisions() -> frozenset[str]:
    """The steps of the migrations that this siterounds knows."""
    with _migrations() as config:
        return _revisions(config)


def _back_up(path: Path, copy: Path) -> None:
    """A copy with all that was committed, the part that still lies in the write-ahead log included."""
    try:
        private_file(copy)
        make_private(copy)
    except FileError as error:
        raise StoreError(str(error)) from error
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
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
        if said in ("database disk image is malformed", "file is not a database"):
            raise damaged(path, said) from error
        advice = {
            "database or disk is full": f"no space is left for {path}: make room; what was being written is not kept",
            "disk I/O error": f"{path} cannot be written (disk full or failing): what was being written is lost",
            "attempt to write a readonly database": f"{path} may not be written by this user",
            "unable to open database file": f"{path} cannot be opened: may this user write its folder?",
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
