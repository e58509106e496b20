"""Files written completely or not at all."""

import os
import tempfile
from pathlib import Path


class FileError(Exception):
    """A file could not be written; the message says which and why."""


def write_new(path: Path, text: str) -> None:
    """Write a new file. Raises FileError if it exists or cannot be written."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise FileError(f"{path} is there already: it was left alone") from error
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}") from error


def write_whole(path: Path, content: str | bytes, *, private: bool = False) -> None:
    """Put `content` where `path` says, replacing what was there in one step; else raises FileError.

    Only its owner can read it where it is `private`; else the umask decides.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}") from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o600 if private else 0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise FileError(f"{path} cannot be written: {error.strerror}") from error
    finally:
        temporary.unlink(missing_ok=True)  # it exists only if something failed


def _umask() -> int:
    """Return the umask of this process; reading it requires setting it."""
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
