"""Folders that any account of this machine may enter, which pytest's own are not, and folders that runs share."""

import fcntl
import secrets
import shutil
import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def open_folder() -> Iterator[Path]:
    """A new folder directly below /tmp, of letters alone, gone when it is left, whatever modes its files were given."""
    folder = Path("/tmp/siterounds-" + "".join(secrets.choice(string.ascii_lowercase) for _ in range(12)))
    folder.mkdir(0o755)
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        for path in (folder, *folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o755)
        shutil.rmtree(folder)


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Held by one worker, or run of the tests, after the other; the lock is a file, made where there is none."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
