"""Files: written completely or not at all, and kept private where they are our own."""

import os
import pwd
import stat
import tempfile
from collections.abc import Callable
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


def private_folder(folder: Path, is_ours: Callable[[str], bool]) -> None:
    """Make a folder that is its owner's alone, or have one be so; FileError where that cannot be.

    An existing one that others may enter is closed to them if it holds nothing but what `is_ours` knows by name, and
    refused if not. Root may use another account's folder, but makes no change to it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        named, found = folder.lstat(), folder.stat()
    except OSError as error:
        raise FileError(f"the folder {folder} cannot be made: {error.strerror}") from error
    me = os.geteuid()
    if stat.S_ISLNK(named.st_mode) and named.st_uid not in (0, me):
        raise FileError(f"{folder} is a link that belongs to {_account(named.st_uid)}: it is not followed")
    if me not in (found.st_uid, 0):
        raise FileError(
            f"the folder {folder} belongs to {_account(found.st_uid)}: run this as that account, or name another folder"
        )
    if not found.st_mode & 0o077:
        return
    if found.st_uid != me:
        raise FileError(f"the folder {folder} of {_account(found.st_uid)} is open to others: chmod 700 {folder}")
    try:
        other = next((name for name in sorted(one.name for one in folder.iterdir()) if not is_ours(name)), None)
        if other is None:
            folder.chmod(0o700)
    except OSError as error:
        raise FileError(f"the folder {folder} cannot be closed to others: {error.strerror}") from error
    if other is not None:
        mode = stat.S_IMODE(found.st_mode)
        raise FileError(
            f"the folder {folder} is open to others (mode {mode:04o}) and holds other things, such as {other!r}: "
            f"name a folder of its own, or chmod 700 {folder}"
        )


def private_file(path: Path) -> None:
    """Have a file that is there be its owner's alone; FileError for a link, or what is no plain file of the folder's.

    The file itself is not opened: to close it again would drop the locks that this process has on it.
    """
    try:
        descriptor = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileError(f"{path} cannot be looked at: {error.strerror}") from error
    try:
        found, folder = os.fstat(descriptor), path.parent.stat()
        if not stat.S_ISREG(found.st_mode):
            raise FileError(f"{path} is no plain file, but a link or the like: it is not used")
        if found.st_uid not in (folder.st_uid, os.geteuid()) or (folder.st_uid != os.geteuid() and found.st_nlink > 1):
            raise FileError(f"{path} is another account's file, or has a second name elsewhere: it is not used")
        if found.st_mode & 0o077:
            Path(f"/proc/self/fd/{descriptor}").chmod(0o600)
    except OSError as error:
        raise FileError(f"{path} cannot be closed to others: {error.strerror}") from error
    finally:
        os.close(descriptor)


def make_private(path: Path) -> None:
    """Make an empty file for the owner of its folder alone, where there is none; FileError."""
    try:
        os.close(open_private(path, os.O_WRONLY | os.O_EXCL))
    except FileExistsError:
        return
    except OSError as error:
        raise FileError(f"{path} cannot be opened: {error.strerror}") from error


def open_private(path: Path, flags: int = os.O_RDWR) -> int:
    """The descriptor of a file that is made where there is none; OSError. One that root makes is the folder's owner's.

    No link is followed, and what has another name elsewhere is not given away.
    """
    descriptor = os.open(path, flags | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        found = os.fstat(descriptor)
        if os.geteuid() == 0 and found.st_nlink == 1:
            owner = path.parent.stat()
            os.fchown(descriptor, owner.st_uid, owner.st_gid)
        if found.st_nlink == 1 and found.st_mode & 0o077 and (os.geteuid() in (0, found.st_uid)):
            os.fchmod(descriptor, 0o600)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _account(number: int) -> str:
    try:
        return f"the account {pwd.getpwuid(number).pw_name}"
    except KeyError:
        return f"the account of number {number}"
