"""A machine of its own: Debian's minimal root under an overlay, with a real systemd as its first process.

    with booted(base, folder) as machine:
        machine.run("systemctl", "start", "siterounds")

The root is made once by debootstrap and kept; what a session changes lies in the overlay and is gone with it.
"""

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PACKAGES = (
    "systemd", "systemd-sysv", "dbus", "libpam-systemd", "python3", "procps", "openssh-server", "iproute2",
    "ca-certificates",
)  # fmt: skip
TOOLS = ("debootstrap", "systemd-nspawn", "nsenter", "ip", "mount")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_CGROUPS = Path("/sys/fs/cgroup")
_numbers = itertools.count()


class ImpossibleError(Exception):
    """No machine can be booted here; the message says why."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command in the machine said and how it ended."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Machine:
    """A running machine: its root as seen from here, and its first process."""

    root: Path
    leader: int
    container: "subprocess.Popen[bytes]" = field(repr=False)

    def run(self, *command: str, check: bool = True, stdin: str = "", timeout: float = 120) -> Done:
        """Run a command in there as root; AssertionError with what it said where it fails."""
        done = subprocess.run(
            ["nsenter", "--target", str(self.leader), "--all", "--wdns=/", "env", "-i", *_environment(), *command],
            input=stdin, capture_output=True, text=True, errors="replace", timeout=timeout, check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return Done(done.returncode, done.stdout, done.stderr)

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file in there; its folders are made."""
        self.run("sh", "-c", f"mkdir -p $(dirname {path}) && cat >{path} && chmod {mode:o} {path}", stdin=text)

    def bring(self, path: Path, to: str) -> None:
        """Copy a file of ours into it."""
        shutil.copyfile(path, self.root / to.lstrip("/"))

    def show(self, name: str, unit: str = "siterounds.service") -> str:
        """A property of a unit, as `systemctl show` has it."""
        return self.run("systemctl", "show", unit, "--property", name, "--value").out.strip()

    def journal(self, *more: str, unit: str = "siterounds.service") -> str:
        """What a unit said."""
        self.run("journalctl", "--sync")
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}", *more).out

    def until(self, name: str, value: str, seconds: float) -> float:
        """Wait for a property of the service; gives the seconds that it took. AssertionError after so many."""
        begun = time.monotonic()
        while (found := self.show(name)) != value:
            took = time.monotonic() - begun
            assert took < seconds, f"{name} is {found} after {took:.1f} s\n{self.journal('--lines=40')}"
            time.sleep(0.05)
        return time.monotonic() - begun


def _environment() -> list[str]:
    return [f"PATH={PATH}", "HOME=/root", "LANG=C.UTF-8", "COLUMNS=120"]


def make_base(folder: Path) -> Path:
    """Debian's minimal root in `folder`, made where it is not there yet; raises ImpossibleError."""
    if os.geteuid() != 0:
        raise ImpossibleError("only root may boot a machine")
    missing = [tool for tool in TOOLS if shutil.which(tool, path=PATH) is None]
    if missing:
        raise ImpossibleError(f"{', '.join(missing)} missing: apt-get install debootstrap systemd-container")
    base, partial = folder / "base", folder / "base.partial"
    if base.is_dir():
        return base
    shutil.rmtree(partial, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    included = f"--include={','.join(PACKAGES)}"
    done = subprocess.run(
        ["debootstrap", "--variant=minbase", included, _release(), str(partial)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        env={**os.environ, "PATH": PATH},
    )  # fmt: skip
    if done.returncode:
        raise ImpossibleError(f"debootstrap failed: {(done.stdout + done.stderr).strip().splitlines()[-1]}")
    partial.rename(base)
    return base


def _release() -> str:
    """This machine's Debian: the package is for the Python that it was built with."""
    lines = Path("/etc/os-release").read_text().splitlines()
    found: Mapping[str, str] = dict(line.split("=", 1) for line in lines if "=" in line)
    if found.get("ID") != "debian":
        raise ImpossibleError("this is no Debian")
    return found["VERSION_CODENAME"]


@contextlib.contextmanager
def booted(base: Path, folder: Path) -> Iterator[Machine]:
    """A machine that has come up, whose changes lie in `folder`; raises ImpossibleError."""
    with contextlib.ExitStack() as stack:
        root = stack.enter_context(_overlay(base, folder))
        group = stack.enter_context(_control_group())
        log = stack.enter_context((folder / "boot.log").open("wb"))
        container = subprocess.Popen(
            [
                "sh", "-c", f'echo $$ >{group}/cgroup.procs && exec "$@"', "boot",
                "systemd-nspawn", "--quiet", f"--directory={root}", "--boot", "--register=no", "--keep-unit",
                "--private-network", "--link-journal=no", "--resolv-conf=off", "--timezone=off",
                "--console=read-only", "--system-call-filter=bpf",
                "--capability=CAP_BPF,CAP_NET_ADMIN,CAP_PERFMON",
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            env={"PATH": PATH, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
        )  # fmt: skip
        try:
            yield _up(Machine(root, _leader(container, folder / "boot.log"), container), folder / "boot.log")
        finally:
            _down(container)


def _up(machine: Machine, log: Path) -> Machine:
    """Wait until all that starts with the machine has started."""
    for _ in range(300):
        done = machine.run("systemctl", "is-system-running", check=False)
        if done.out.strip() in {"running", "degraded"}:
            return machine
        time.sleep(0.1)
    raise ImpossibleError(f"the machine did not come up: {_end(log)}")


def _leader(container: "subprocess.Popen[bytes]", log: Path) -> int:
    """The machine's first process."""
    children = Path(f"/proc/{container.pid}/task/{container.pid}/children")
    for _ in range(200):
        if container.poll() is not None:
            break
        if found := children.read_text().split():
            return int(found[0])
        time.sleep(0.05)
    raise ImpossibleError(f"systemd-nspawn does not boot here: {_end(log)}")


def _end(log: Path) -> str:
    return " ".join(log.read_text("utf-8", "replace").split())[-300:] or "it says nothing"


def _down(container: "subprocess.Popen[bytes]") -> None:
    """Have the machine power off."""
    container.send_signal(signal.SIGTERM)  # to systemd-nspawn: an orderly end of what it boots
    try:
        container.wait(20)
    except subprocess.TimeoutExpired:
        container.kill()
        container.wait()


@contextlib.contextmanager
def _overlay(base: Path, folder: Path) -> Iterator[Path]:
    upper, work, root = (folder / name for name in ("upper", "work", "root"))
    for one in (upper, work, root):
        one.mkdir(parents=True)
    layers = f"lowerdir={base},upperdir={upper},workdir={work}"
    done = subprocess.run(
        ["mount", "-t", "overlay", "overlay", "-o", layers, str(root)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ImpossibleError(f"no overlay can be mounted: {done.stderr.strip()}")
    try:
        yield root
    finally:
        subprocess.run(["umount", "--lazy", str(root)], check=False)


@contextlib.contextmanager
def _control_group() -> Iterator[Path]:
    """A control group for the machine, apart from that of the tests."""
    top = _CGROUPS / "systemd" if (_CGROUPS / "systemd").is_dir() else _CGROUPS
    group = top / f"siterounds-booted-{os.getpid()}-{next(_numbers)}"
    try:
        group.mkdir()
    except OSError as error:
        raise ImpossibleError(f"no control group can be made: {error.strerror}") from error
    try:
        yield group
    finally:
        for one in sorted(group.rglob("*"), key=lambda path: -len(path.parts)):
            if one.is_dir():
                with contextlib.suppress(OSError):
                    one.rmdir()
        with contextlib.suppress(OSError):
            group.rmdir()
