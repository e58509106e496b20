"""systemd as its own commands show it: what it thinks of a unit, and how the service is."""

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent.service.unit import NAME

BOOTED = Path("/run/systemd/system")
"""There where systemd runs the machine."""
PATIENCE = 120
"""Seconds for one command; a start waits for the service to be ready."""

_SHOWN = (
    "LoadState", "UnitFileState", "ActiveState", "SubState", "Result", "MainPID", "NRestarts", "StatusText",
    "ActiveEnterTimestamp", "FragmentPath", "DropInPaths", "NeedDaemonReload", "InvocationID",
)  # fmt: skip


class SystemdError(Exception):
    """systemd declined, or is not there; the message is what it said."""


@dataclass(frozen=True, slots=True)
class UnitVerdict:
    """What systemd thinks of a unit's file."""

    complaints: tuple[str, ...]  # of `systemd-analyze verify`
    exposure: float | None  # 0 to 10, of `systemd-analyze security`; None where it could not tell


def runs_the_machine() -> bool:
    """Whether this machine was booted with systemd."""
    return BOOTED.is_dir()


def call(*command: str) -> str:
    """What a command of systemd prints; raises SystemdError with its complaint where it fails."""
    done = _done(*command)
    if done.returncode:
        raise SystemdError(done.stderr.strip() or done.stdout.strip() or f"{command[0]} ended with {done.returncode}")
    return done.stdout


def properties() -> Mapping[str, str]:
    """How the service is, as `systemctl show` tells it; raises SystemdError."""
    printed = call("systemctl", "show", NAME, "--property", ",".join(_SHOWN))
    return dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)


def verify_unit(path: Path) -> UnitVerdict:
    """What systemd thinks of a unit; its file may lie anywhere. Raises SystemdError where it cannot be asked."""
    verified = _done("systemd-analyze", "verify", "--man=no", str(path))
    complaints = tuple(line for line in verified.stderr.splitlines() if path.name in line)
    rated = _done("systemd-analyze", "security", "--offline=true", "--no-pager", str(path))
    found = re.search(r"exposure level for .*: ([0-9.]+)", rated.stdout)
    return UnitVerdict(complaints, float(found[1]) if found else None)


def restart() -> None:
    """Start the service, or start it anew; raises SystemdError with its own last words where it does not come up."""
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
