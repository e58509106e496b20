"""Hosts to visit: addresses of loopback on which OpenSSH's own servers listen, all at one port."""

import getpass
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.servers.ports import free_port
from tests.servers.sshd import Sshd, make_key, public_key, sshd

A_SERVER = 15
"""Addresses one sshd listens on beside its own: it takes sixteen."""

PATIENCE = 10.0
"""Seconds to wait for sessions to end."""


@dataclass(frozen=True, slots=True)
class Estate:
    """The hosts by address with their keys, who logs in with what, and the servers behind."""

    folder: Path
    hosts: dict[str, str]
    port: int
    key: Path
    servers: Sequence[Sshd]
    light: bool  # whether it is asked only what costs it nearly nothing

    @property
    def description(self) -> Path:
        """All of it as JSON, for the programs that visit."""
        return self.folder / "estate.json"

    @property
    def known_hosts(self) -> Path:
        """As ssh reads it."""
        return self.folder / "known_hosts"

    @property
    def environment(self) -> dict[str, str]:
        """One without anybody's own SSH configuration or agent."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("SSH_", "ANSIBLE_"))}
        return {**kept, "HOME": str(self.folder)}

    def processor_seconds(self) -> float:
        """Of the servers and all their sessions, once these have ended: that may be a moment after the client has."""
        servers = [psutil.Process(server.process.pid) for server in self.servers]
        deadline = time.monotonic() + PATIENCE
        while any(server.children() for server in servers) and time.monotonic() < deadline:
            time.sleep(0.02)
        times = [server.cpu_times() for server in servers]
        return float(sum(one.user + one.system + one.children_user + one.children_system for one in times))


@contextmanager
def estate(folder: Path, count: int, light: bool) -> Iterator[Estate]:
    """So many hosts, 127.0.1.1 and on, that let one key in."""
    key = make_key(folder / "id")
    port = free_port()
    addresses = [f"127.0.{1 + number // 250}.{1 + number % 250}" for number in range(count)]
    with ExitStack() as running:
        hosts: dict[str, str] = {}
        servers = []
        for first in range(0, count, A_SERVER):
            part = addresses[first : first + A_SERVER]
            listening = [f"ListenAddress {address}:{port}" for address in part]
            server = running.enter_context(sshd(folder / f"sshd{first}", [public_key(key)], listening))
            servers.append(server)
            hosts |= dict.fromkeys(part, server.host_key)
        made = Estate(folder, hosts, port, key, servers, light)
        made.known_hosts.write_text("".join(f"[{name}]:{port} {shown}\n" for name, shown in hosts.items()))
        told = {"hosts": hosts, "port": port, "user": getpass.getuser(), "key": str(key), "light": light}
        made.description.write_text(json.dumps({**told, "known_hosts": str(made.known_hosts)}))
        yield made
