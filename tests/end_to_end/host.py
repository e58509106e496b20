"""A host of its own on this machine: a network, an sshd, rules of nftables, a database, a disk, two people."""

import ctypes
import json
import os
import pwd
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import pytest

from tests.servers.accounts import SystemAccount, account
from tests.servers.folders import open_folder
from tests.servers.mariadb import MariaDb, mariadb
from tests.servers.network import SERVER4, Namespace, pair
from tests.servers.shells import PATH
from tests.servers.sshd import Sshd, make_key, public_key, sshd

T = TypeVar("T")

DISK_BYTES: Final = 24 * 2**20
OPEN_PORT: Final = 6379
_CLONE_NEWNS: Final = 0x20000
_READS_RULES: Final = (
    "nft -j list ruleset",
    "iptables-nft-save",
    "ip6tables-nft-save",
    "iptables-legacy-save",
    "ip6tables-legacy-save",
)
_MAY_READ_RULES: Final = ", ".join(f"/usr/sbin/{command}" for command in _READS_RULES)


@dataclass(frozen=True, slots=True)
class EndHost:
    """The host, and the agent's desk at the other end of the cable.

    `sites` is where sites stand: `deploy` may look into it, `outsider` may not. The disk is mounted for the sshd alone,
    and for everybody who logs in there: nobody else on this machine sees it.
    """

    folder: Path
    sites: Path
    disk: Path
    network: Namespace
    desk: Namespace
    sshd: Sshd
    database: MariaDb
    deploy: SystemAccount
    outsider: SystemAccount
    key: Path
    before: frozenset[str]  # files of earlier accounts that had the numbers of the two people

    def on_host(self, function: Callable[[], T]) -> T:
        """What a function gives that is called within the host's network."""
        return self.network.call(function)

    @property
    def on_disk(self) -> Path:
        """The disk's folder as the host sees it, from here."""
        return Path(f"/proc/{self.sshd.process.pid}/root{self.disk}")

    def other_mounts(self) -> list[str]:
        """The mount points that belong to this machine and not to the host."""
        lines = Path(f"/proc/{self.sshd.process.pid}/mounts").read_text().splitlines()
        points = {line.split()[1].encode().decode("unicode_escape") for line in lines}
        return sorted(points - {str(self.disk)})

    def load(self, *ports: int) -> None:
        """A firewall that lets in SSH and these ports, and turns away everything else."""
        open_ports = ", ".join(str(port) for port in (self.sshd.port, *ports))
        rules = f"""
            flush ruleset
            table inet estate {{
                chain input {{ type filter hook input priority 0; policy drop;
                    iif lo accept
                    ct state established,related accept
                    meta l4proto {{ icmp, ipv6-icmp }} accept
                    tcp dport {{ {open_ports} }} accept
                }}
            }}
        """
        self.network.run("nft", "-f", "-", stdin=rules)

    def visits(self) -> int:
        """How often somebody logged in so far, as sshd has it."""
        return self.sshd.log.count("Accepted publickey")

    def left_by(self, person: SystemAccount) -> list[str]:
        """The processes somebody has, once sshd had time to end its own, and their files where everybody may write."""
        uid, _ = _numbers(person)
        for _ in range(100):
            running = _processes(uid)
            if not running:
                break
            time.sleep(0.1)
        return [*(f"process {command}" for command in running), *sorted(_files(person) - self.before)]


def needs() -> None:
    """Skip where a host of one's own cannot be made, saying what is missing."""
    if os.geteuid() != 0:
        pytest.skip("needs root: it makes network namespaces, an account and a loop mount")
    tried = subprocess.run(["ip", "netns", "add", f"sr-try-{os.getpid()}"], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this kernel or container allows no network namespaces: {tried.stderr.strip()}")
    subprocess.run(["ip", "netns", "del", f"sr-try-{os.getpid()}"], check=True)
    if not Path("/dev/loop-control").exists():
        pytest.skip("this kernel or container has no loop devices: /dev/loop-control is missing")


def _processes(uid: int) -> list[str]:
    """The commands of all processes of an account, but for those that only wait to be forgotten."""
    done = subprocess.run(["ps", "-u", str(uid), "-o", "args="], capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if "<defunct>" not in line]


def _files(person: SystemAccount) -> set[str]:
    """The files of an account's number where everybody may write, and in its home."""
    uid, _ = _numbers(person)
    found = set()
    for place in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock", str(person.home)):
        for folder, names, files in os.walk(place):
            paths = (Path(folder, name) for name in (*names, *files))
            found |= {f"file {path}" for path in paths if path != person.home and _is_of(path, uid)}
    return found


def _is_of(path: Path, uid: int) -> bool:
    """Whether a file is an account's; one that went meanwhile is nobody's."""
    try:
        return path.lstat().st_uid == uid
    except FileNotFoundError:
        return False


@contextmanager
def end_host() -> Iterator[EndHost]:
    """The host, until the block is left."""
    with ExitStack() as stack:
        folder = stack.enter_context(open_folder())
        deploy = stack.enter_context(account("deploy"))
        outsider = stack.enter_context(account("outsider"))
        before = frozenset(_files(deploy) | _files(outsider))
        deploy.may(f"{deploy.name} ALL=(root) NOPASSWD: {_MAY_READ_RULES}")
        sites = _folder_of(folder / "sites", deploy)
        disk = folder / "disk"
        disk.mkdir()
        network, desk = stack.enter_context(pair())
        desk.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=1")  # so that what leads nowhere is told so, and waits not
        key = make_key(folder / "key")
        database = network.call(lambda: stack.enter_context(mariadb()))
        running = network.call(lambda: stack.enter_context(_sshd_with_disk(folder, disk, public_key(key))))
        host = EndHost(folder, sites, disk, network, desk, running, database, deploy, outsider, key, before)
        host.load()
        yield host


def _folder_of(path: Path, person: SystemAccount) -> Path:
    """A folder that root may write, this person may read, and nobody else may enter."""
    path.mkdir()
    os.chown(path, 0, _numbers(person)[1])
    path.chmod(0o750)
    return path


def _numbers(person: SystemAccount) -> tuple[int, int]:
    """Somebody's user and group."""
    entry = pwd.getpwnam(person.name)
    return entry.pw_uid, entry.pw_gid


@contextmanager
def _sshd_with_disk(folder: Path, disk: Path, key: str) -> Iterator[Sshd]:
    """An sshd whose mounts are its own: a small disk, and a table of file systems that expects nothing."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    image, table = folder / "disk.img", folder / "fstab"
    table.write_text("# nothing\n")
    with image.open("wb") as file:
        file.truncate(DISK_BYTES)
    for command in (
        ["mount", "--make-rprivate", "/"],
        ["mkfs.ext4", "-q", "-F", str(image)],
        ["mount", "-o", "loop", str(image), str(disk)],
        ["mount", "--bind", str(table), "/etc/fstab"],
    ):
        subprocess.run(command, check=True, env={"PATH": PATH})
    with sshd(folder / "sshd", [key], address=SERVER4) as running:
        yield running


def yaml_text(text: str) -> str:
    """Any text as YAML's double-quoted form."""
    return json.dumps(text)
