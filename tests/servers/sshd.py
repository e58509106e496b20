"""OpenSSH's own server on loopback: a process, a port, host keys and a configuration of its own."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from inventory.model import Host
from tests.servers.ports import free_port

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin") or "/usr/sbin/sshd"
SEPARATION = Path("/run/sshd")
"""The empty folder without which sshd does not start as root; Debian's service makes it."""


@dataclass(frozen=True, slots=True)
class Sshd:
    """One running server."""

    address: str
    port: int
    folder: Path
    process: "subprocess.Popen[bytes]" = field(repr=False)

    @property
    def host_key(self) -> str:
        """Its ed25519 host key, as an inventory pins it."""
        return public_key(self.folder / "host_ed25519")

    @property
    def log(self) -> str:
        """What it says of itself."""
        return (self.folder / "log").read_text("utf-8", "replace")

    def host(self, name: str, key: Path, user: str, **more: object) -> Host:
        """It as the inventory would have it, with its key pinned."""
        return Host(
            **{  # type: ignore[arg-type]
                "name": name,
                "address": self.address,
                "port": self.port,
                "user": user,
                "key": key,
                "host_key": self.host_key,
                **more,
            }
        )


def make_key(path: Path, type_: str = "ed25519", passphrase: str = "") -> Path:
    """A new pair of keys."""
    path.unlink(missing_ok=True)
    bits = ["-b", "2048"] if type_ == "rsa" else []
    named = ["-N", passphrase, "-C", path.name, "-f", str(path)]
    subprocess.run(["ssh-keygen", "-q", "-t", type_, *bits, *named], check=True)
    return path


def public_key(path: Path) -> str:
    """TYPE BASE64."""
    return " ".join(path.with_name(f"{path.name}.pub").read_text().split()[:2])


@contextmanager
def sshd(
    folder: Path,
    authorized: Sequence[str],
    options: Sequence[str] = (),
    address: str = "127.0.0.1",
    types: Sequence[str] = ("ed25519",),
) -> Iterator[Sshd]:
    """A server that lets in whoever holds one of these keys, with these lines before its own configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        SEPARATION.mkdir(mode=0o755, exist_ok=True)
    for type_ in types:
        if not (folder / f"host_{type_}").exists():
            make_key(folder / f"host_{type_}", type_)
    port = free_port(address)
    with tempfile.TemporaryDirectory(prefix="siterounds-sshd-") as public, (folder / "log").open("ab") as log:
        Path(public).chmod(0o755)  # sshd reads the keys as whoever logs in
        keys = Path(public) / "authorized_keys"
        keys.write_text("".join(f"{key}\n" for key in authorized))
        keys.chmod(0o644)
        (folder / "config").write_text("\n".join([*options, *_configuration(folder, keys, address, port, types), ""]))
        command = [SSHD, "-D", "-e", "-f", str(folder / "config")]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        running = Sshd(address, port, folder, process)
        try:
            _await(running)
            yield running
        finally:
            process.terminate()
            process.wait()


def _configuration(folder: Path, keys: Path, address: str, port: int, types: Sequence[str]) -> list[str]:
    return [
        f"ListenAddress {address}:{port}",
        *(f"HostKey {folder}/host_{type_}" for type_ in types),
        f"AuthorizedKeysFile {keys}",
        f"PidFile {folder}/pid",
        "StrictModes no",
        "UsePAM no",
        "PasswordAuthentication no",
        "KbdInteractiveAuthentication no",
        "PermitRootLogin prohibit-password",
        "MaxStartups 200",
        "LogLevel VERBOSE",
        "Subsystem sftp internal-sftp",
    ]


def _await(server: Sshd) -> None:
    """Until it listens."""
    for _ in range(3_000):
        if server.process.poll() is not None:
            break
        with socket.socket() as sock:
            if sock.connect_ex((server.address, server.port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError(f"sshd did not start: {server.log}")
