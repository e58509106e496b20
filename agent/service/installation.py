"""Installation of the service: install, uninstall, and the check of its unit, files and secrets."""

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from agent.files import FileError, write_whole
from agent.service.unit import (
    GROUP,
    NAME,
    StoredCredential,
    UnitError,
    UnitOptions,
    check_seen,
    drop_in_text,
    unit_text,
)

BOOTED = Path("/run/systemd/system")
"""There where systemd runs the machine."""
PATIENCE = 120
"""Seconds for one command; a start waits for the service to be ready."""

_SHOWN = (
    "LoadState", "UnitFileState", "ActiveState", "SubState", "Result", "MainPID", "NRestarts", "StatusText",
    "ActiveEnterTimestamp", "FragmentPath", "DropInPaths", "NeedDaemonReload", "InvocationID",
)  # fmt: skip


class SystemdError(Exception):
    """systemd is absent or reported an error; the message is what it said."""


@dataclass(frozen=True, slots=True)
class UnitVerdict:
    """What systemd thinks of a unit's file."""

    complaints: tuple[str, ...]  # of `systemd-analyze verify`
    exposure: float | None  # 0 to 10, of `systemd-analyze security`; None where it could not tell


def runs_the_machine() -> bool:
    """Whether this machine was booted with systemd."""
    return BOOTED.is_dir()


def call(*command: str) -> str:
    """Return the output of a systemd command. Raises SystemdError with its error message."""
    done = _done(*command)
    if done.returncode:
        raise SystemdError(done.stderr.strip() or done.stdout.strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def properties() -> Mapping[str, str]:
    """Return the properties of the service from `systemctl show`. Raises SystemdError."""
    printed = call("systemctl", "show", NAME, "--property", ",".join(_SHOWN))
    return dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)


def verify_unit(path: Path) -> UnitVerdict:
    """Return systemd's assessment of a unit, whose file may be anywhere. Raises SystemdError if that fails."""
    verified = _done("systemd-analyze", "verify", "--man=no", str(path))
    complaints = tuple(line for line in verified.stderr.splitlines() if path.name in line)
    rated = _done("systemd-analyze", "security", "--offline=true", "--no-pager", str(path))
    found = re.search(r"exposure level for .*: ([0-9.]+)", rated.stdout)
    return UnitVerdict(complaints, float(found[1]) if found else None)


def restart() -> None:
    """Start or restart the service. Raises SystemdError with its last log lines if it does not start."""
    try:
        call("systemctl", "restart", NAME)
    except SystemdError as error:
        invocation = properties().get("InvocationID", "")
        said = call("journalctl", "--no-pager", "--output=cat", "--lines=10", f"_SYSTEMD_INVOCATION_ID={invocation}")
        raise SystemdError(f"the service does not start; it says:\n{said.strip() or error}") from error


def _done(*command: str) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(  # noqa: S603 - systemd's own commands, and arguments of ours
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise SystemdError(f"{' '.join(command)} did not end within {PATIENCE} seconds") from error
    except OSError as error:
        raise SystemdError(f"{command[0]} is not there: {error.strerror}") from error


EXPOSURE = 1.2
"""The most that `systemd-analyze security` may say."""
MARK = "# Written by `siterounds service install`"
"""The first line of our files; files of others are left alone."""
DROP_IN = "siterounds-credentials.conf"


@dataclass(frozen=True, slots=True)
class InstallPaths:
    """The folders of units and secrets."""

    units: Path = Path("/etc/systemd/system")
    packaged: Path = Path("/lib/systemd/system")  # where Debian's packages bring theirs
    credentials: Path = Path("/etc/siterounds/credentials")
    kept: tuple[Path, ...] = tuple(
        Path(base) / part / "siterounds" for base in ("/var/lib", "/var/cache") for part in ("", "private")
    )  # what the service remembers

    @property
    def unit(self) -> Path:
        """Return the path of our unit, which overrides a packaged one."""
        return self.units / NAME

    @property
    def drop_in(self) -> Path:
        """Return the path of the drop-in with the secrets."""
        return self.units / f"{NAME}.d" / DROP_IN


@dataclass(frozen=True, slots=True)
class File:
    """A file that the service needs, with its whole text."""

    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class InstallStatus:
    """The status of the installed service."""

    properties: dict[str, str]  # as `systemctl show` names them
    exposure: float | None  # of `systemd-analyze security`, 0 to 10
    troubles: tuple[str, ...] = field(default=())  # each a sentence with its remedy

    @property
    def well(self) -> bool:
        """Whether it runs without troubles."""
        return not self.troubles


def program() -> Path:
    """The command that the service starts: the one beside our own Python. UnitError where the service cannot see it."""
    found = Path(sys.executable).with_name("siterounds")
    if not found.is_file():
        raise UnitError(
            f"{found} is not there: install siterounds in an environment of its own, such as /opt/siterounds"
        )
    check_seen(found)
    check_seen(Path(sys.executable).resolve())
    return found


def found_credentials(names: Sequence[str], folder: Path) -> tuple[tuple[StoredCredential, ...], tuple[str, ...]]:
    """The secrets of these names that lie in a folder, as NAME.cred or NAME, and the names of those that do not."""
    found, missing = [], []
    for name in names:
        if (folder / f"{name}.cred").is_file():
            found.append(StoredCredential(name, folder / f"{name}.cred", encrypted=True))
        elif (folder / name).is_file():
            found.append(StoredCredential(name, folder / name))
        else:
            missing.append(name)
    return tuple(found), tuple(missing)


def needed_files(
    means: UnitOptions, kept: Sequence[StoredCredential], writable: Sequence[Path], places: InstallPaths
) -> tuple[File, ...]:
    """What has to be written: no unit where a package brings the same, no drop-in where it would say nothing."""
    unit = File(places.unit, unit_text(means))
    needed = [] if _text(places.packaged / NAME) == unit.text else [unit]
    if kept or writable:
        needed.append(File(places.drop_in, drop_in_text(kept, writable)))
    return tuple(needed)


def install(
    files: Sequence[File], writable: Sequence[Path], places: InstallPaths, group: str = GROUP, start: bool = True
) -> None:
    """Write the files, have systemd read and enable them, and start or restart the service.

    `writable` are made where they are missing, for that group. Raises UnitError where systemd finds fault with the
    unit, with nothing written then, FileError and SystemdError.
    """
    for file in files:
        _refuse_foreign_files(file.path)
        if file.path == places.unit:
            _examine(file)
    for file in files:
        with _plain_errors(file.path):
            file.path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        write_whole(file.path, file.text)
        with _plain_errors(file.path):
            file.path.chmod(0o644)
    for stale in {places.unit, places.drop_in} - {file.path for file in files}:
        _remove(stale)
    call("systemd-sysusers", "--inline", f"g {group} - -")
    for folder in writable:
        _have_folder(folder, group)
    call("systemctl", "daemon-reload")
    call("systemctl", "enable", NAME)
    if start:
        restart()


def uninstall(places: InstallPaths, purge: bool = False) -> None:
    """Stop the service and take away what `install` wrote; with `purge`, what it remembers, too.

    Raises FileError, and SystemdError where systemd does not stop it, with nothing taken away then.
    """
    if any(path.exists() for path in (places.unit, places.packaged / NAME)):
        call("systemctl", "disable", "--now", NAME)
    for path in (places.unit, places.drop_in):
        _remove(path)
    with contextlib.suppress(OSError):  # somebody's own drop-ins stay
        places.drop_in.parent.rmdir()
    call("systemctl", "daemon-reload")
    with contextlib.suppress(SystemdError):  # it did not fail
        call("systemctl", "reset-failed", NAME)
    if purge:
        for folder in places.kept:
            _forget(folder)


def _forget(folder: Path) -> None:
    with _plain_errors(folder):
        if folder.is_symlink():
            folder.unlink()
        elif folder.is_dir():
            shutil.rmtree(folder)


def install_status(files: Sequence[File], missing: Sequence[str], places: InstallPaths) -> InstallStatus:
    """How the service is, against the files it should have and the secrets that are missing; raises SystemdError."""
    found = dict(properties())
    troubles = [f"the secret {name} is not in {places.credentials}: {how_to_keep(name, places)}" for name in missing]
    if found.get("LoadState") != "loaded":
        return InstallStatus(found, None, ("it is not installed: siterounds service install",))
    stale = [file.path for file in files if _text(file.path) != file.text]
    troubles += [f"{path} is not as this version writes it: siterounds service install" for path in stale]
    if found.get("NeedDaemonReload") == "yes":
        troubles.append("systemd has not read its files anew: systemctl daemon-reload")
    if found.get("UnitFileState") != "enabled":
        troubles.append(f"it is not started with the machine: systemctl enable {NAME}")
    if found.get("ActiveState") != "active":
        how = f"{found.get('ActiveState')}, {found.get('Result')}"
        troubles.append(f"it does not run ({how}): journalctl -u {NAME} tells why, systemctl start {NAME} starts it")
    exposure = verify_unit(Path(found["FragmentPath"])).exposure if found.get("FragmentPath") else None
    if exposure is not None and exposure > EXPOSURE:
        troubles.append(f"it may do more than it needs ({exposure}): siterounds service install writes the unit anew")
    return InstallStatus(found, exposure, tuple(troubles))


def how_to_keep(name: str, places: InstallPaths) -> str:
    """The command that keeps a secret for the service."""
    return f"systemd-creds encrypt --name={name} - {places.credentials}/{name}.cred, and type it"


def _have_folder(folder: Path, group: str) -> None:
    """A folder that the service may write to as one of its group."""
    if folder.is_dir():
        return
    with _plain_errors(folder):
        folder.mkdir(parents=True, mode=0o700)
        shutil.chown(folder, group=group)
        folder.chmod(0o770)


def _examine(file: File) -> None:
    """UnitError where systemd complains of the unit."""
    with tempfile.TemporaryDirectory() as folder:
        written = Path(folder) / NAME
        written.write_text(file.text, "utf-8")
        opinion = verify_unit(written)
    if opinion.complaints:
        raise UnitError(f"systemd does not like the unit for {file.path}: {'; '.join(opinion.complaints)}")


def _refuse_foreign_files(path: Path) -> None:
    """FileError where somebody else's file is in the way."""
    if path.exists() and not _text(path).startswith(MARK):
        raise FileError(f"{path} was not written by siterounds: move it away first; changes belong in a drop-in")


def _remove(path: Path) -> None:
    if path.exists() and _text(path).startswith(MARK):
        with _plain_errors(path):
            path.unlink()


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


@contextlib.contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Turns what the system says into a FileError that names the file."""
    try:
        yield
    except OSError as error:
        raise FileError(f"{path} cannot be changed: {error.strerror}") from error
