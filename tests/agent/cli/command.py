"""The `siterounds` command as a person runs it, over one embedded host."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import patch

from agent.cli import outcome
from tests.servers.dns import DnsServer
from tests.servers.embedded_ssh import EmbeddedSsh, Machine, embedded_ssh
from tests.servers.sshd import make_key, public_key

COMMAND = Path(sys.executable).with_name("siterounds")


@dataclass(frozen=True, slots=True)
class Done:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, read as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True)
class Desk:
    """A folder with an inventory, a state folder, a host to visit and a name server."""

    folder: Path
    server: EmbeddedSsh
    nameserver: str
    key: Path

    def write(self, sites: str = "", hosts: str = "", settings: str = "{}") -> None:
        """Write the inventory: web1 is the embedded host, everything else is as given."""
        server = self.server
        reached = f"address: {server.address}, port: {server.port}, user: deploy, key: {self.key}"
        host = f"{{{reached}, host_key: {server.host_key}}}"
        self.inventory.write_text(
            f"settings: {settings}\nclients:\n  harbour: {{title: Harbour Books}}\nhosts:\n  web1: {host}\n{hosts}"
            + (f"sites:\n{sites}" if sites else "")
        )

    @property
    def inventory(self) -> Path:
        """The inventory's file."""
        return self.folder / "inventory.yaml"

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.folder / "state"

    def arguments(self, *arguments: str) -> list[str]:
        """The whole command line."""
        told = ["--inventory", self.inventory, "--state", self.state, "--nameserver", self.nameserver]
        return [str(part) for part in (COMMAND, *told, *arguments)]

    def siterounds(self, *arguments: str) -> Done:
        """Run the command to its end, within this process: starting Python takes longer than most tests."""
        out, err = StringIO(), StringIO()
        with patch.dict(os.environ, environment(self.folder), clear=True), redirect_stdout(out), redirect_stderr(err):
            code = outcome(self.arguments(*arguments)[1:])
        assert "Traceback" not in err.getvalue() + out.getvalue(), err.getvalue()
        return Done(code, out.getvalue(), err.getvalue())


def environment(folder: Path) -> dict[str, str]:
    """This process's environment without what would tell siterounds anything, 80 columns wide."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("SITEROUNDS_", "XDG_", "SSH_"))}
    return clean | {"COLUMNS": "80", "HOME": str(folder)}


def run(command: list[str], folder: Path) -> Done:
    """Run any command in a folder, in a process of its own, without a terminal."""
    done = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, timeout=120, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "Traceback" not in done.stderr + done.stdout, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    """A desk whose host lets us in."""
    key = make_key(folder / "key")
    machine = Machine({"deploy": frozenset({public_key(key)})}, home=folder)
    with embedded_ssh(machine) as server, DnsServer({}) as dns:
        made = Desk(folder, server, dns.nameserver, key)
        made.write()
        yield made
