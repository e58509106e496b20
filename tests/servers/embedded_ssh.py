"""An SSH server inside this process that really runs what it is sent, needs no root, and misbehaves when told to."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import paramiko
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_FAILED_CONNECT_FAILED,
    OPEN_SUCCEEDED,
)

from inventory.model import Host

PIECE = 16384


@dataclass(frozen=True, slots=True)
class Faults:
    """What the server does wrong; nothing by default."""

    silent: bool = False  # accepts connections and never speaks
    junk: bytes = b""  # speaks this instead of SSH, and hangs up
    drip: bytes = b""  # sends this, a byte each 0.1 s, for ever, instead of a banner
    stalls_at_login: bool = False  # never answers a login
    refuses_session: bool = False
    refuses_exec: bool = False
    account: bytes = b""  # says this and exits instead of running anything
    noise: bytes = b""  # on standard output before the command's, as a .bashrc does
    mute: bool = False  # takes the command and does nothing, for ever
    cut_after: int | None = None  # bytes of standard output after which the connection is lost
    pause: float = 0.0  # seconds between pieces of standard output
    piece: int = PIECE  # bytes of a piece


@dataclass(frozen=True, slots=True)
class Machine:
    """What the server pretends to be."""

    authorized: Mapping[str, frozenset[str]]  # user → public keys, TYPE BASE64
    environment: Mapping[str, str] = field(default_factory=dict)  # besides PATH, HOME and USER
    home: Path = Path("/")
    shell: tuple[str, ...] = ("sh", "-c")  # the login shell, given the command as its last argument
    forwards: bool = False  # is a jump host
    faults: Faults = Faults()


class EmbeddedSsh:
    """A running server. What it ran is ended with it."""

    def __init__(self, machine: Machine, key: paramiko.PKey, address: str = "127.0.0.1", port: int = 0) -> None:
        self.machine = machine
        self.key = key
        self.logins: list[str] = []
        self.commands: list[str] = []
        self.closing = threading.Event()
        self._transports: list[paramiko.Transport] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server((address, port), backlog=128)
        self.address, self.port = self._listener.getsockname()[:2]
        self.start(self._accept)

    @property
    def host_key(self) -> str:
        """TYPE BASE64, as an inventory pins it."""
        return f"{self.key.get_name()} {self.key.get_base64()}"

    def host(self, name: str, key: Path, user: str = "deploy") -> Host:
        """It as the inventory would have it, with its key pinned; `dataclasses.replace` for the rest."""
        return Host(name, self.address, self.port, user, key, host_key=self.host_key)

    def misbehave(self, faults: Faults) -> None:
        """From the next connection on."""
        self.machine = replace(self.machine, faults=faults)

    def close(self) -> None:
        """Hang up on everybody and end everything that runs."""
        self.closing.set()
        for sock in (self._listener, *self._sockets):
            with suppress(OSError):  # already gone
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for process in self._processes:
            _kill(process)
        for transport in self._transports:
            transport.close()
        for thread in (*self._threads, *self._transports):
            thread.join(5)

    def start(self, target: Callable[..., object], *arguments: object) -> None:
        """Run something beside; it ends where whoever it serves has gone."""

        def serve() -> None:
            with suppress(OSError, EOFError, paramiko.SSHException):
                target(*arguments)

        thread = threading.Thread(target=serve, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.closing.is_set():
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            self._sockets.append(sock)
            self.start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        faults = self.machine.faults
        try:
            if faults.silent:
                self.closing.wait()
            elif faults.junk:
                sock.sendall(faults.junk)
                sock.shutdown(socket.SHUT_WR)
                while sock.recv(PIECE):
                    pass
            elif faults.drip:
                self._drip(sock, faults.drip)
            else:
                transport = paramiko.Transport(sock)
                transport.set_log_channel("paramiko.embedded")
                transport.add_server_key(self.key)
                self._transports.append(transport)
                transport.start_server(server=_Sessions(self, transport))
                return
        except (OSError, EOFError, paramiko.SSHException):
            pass  # whoever was there has gone
        sock.close()

    def _drip(self, sock: socket.socket, data: bytes) -> None:
        while True:
            for byte in data:
                if self.closing.wait(0.1):
                    return
                sock.sendall(bytes((byte,)))

    def run(self, channel: paramiko.Channel, command: str, user: str) -> None:
        """Run a command for a channel."""
        self.commands.append(command)
        machine = self.machine
        if machine.faults.mute:
            self.closing.wait()
            return
        if machine.faults.account:
            channel.sendall(machine.faults.account)
            channel.send_exit_status(1)
            channel.close()
            return
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": str(machine.home), "USER": user}
        process = subprocess.Popen(
            [*machine.shell, command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**environment, **machine.environment},
            cwd=machine.home,
            start_new_session=True,
            bufsize=0,
        )
        self._processes.append(process)
        assert process.stdin
        assert process.stdout
        assert process.stderr
        self.start(_take, channel, process.stdin)
        out = threading.Thread(target=self._give, args=(channel, process.stdout), daemon=True)
        err = threading.Thread(target=_complain, args=(channel, process.stderr), daemon=True)
        out.start()
        err.start()
        self.start(_finish, channel, process, out, err)

    def _give(self, channel: paramiko.Channel, out: IO[bytes]) -> None:
        """Forward standard output, faults and all."""
        faults, sent = self.machine.faults, 0
        try:
            channel.sendall(faults.noise)
            while data := out.read(faults.piece):
                if faults.cut_after is not None and sent + len(data) >= faults.cut_after:
                    channel.sendall(data[: faults.cut_after - sent])
                    time.sleep(0.2)  # let it arrive: a reset connection takes back what was not read yet
                    channel.get_transport().close()
                    return
                channel.sendall(data)
                sent += len(data)
                if faults.pause:
                    self.closing.wait(faults.pause)
        except (OSError, EOFError, paramiko.SSHException):
            pass  # whoever listened has gone
        finally:
            out.close()

    def forward(self, channel: paramiko.Channel, place: tuple[str, int]) -> None:
        """Join a channel and a connection onward."""
        try:
            onward = socket.create_connection(place, timeout=5)
        except OSError:
            channel.close()
            return
        onward.settimeout(None)
        self._sockets.append(onward)
        if self.closing.is_set():
            onward.close()
            return
        self.start(_pump_in, channel, onward)
        self.start(_pump_out, onward, channel)


class _Sessions(paramiko.ServerInterface):
    """What paramiko asks a server."""

    def __init__(self, server: EmbeddedSsh, transport: paramiko.Transport) -> None:
        self._server = server
        self._transport = transport
        self._user = ""
        self._places: dict[int, tuple[str, int]] = {}

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        machine = self._server.machine
        if machine.faults.stalls_at_login:
            self._server.closing.wait(30)
        if f"{key.get_name()} {key.get_base64()}" not in machine.authorized.get(username, frozenset()):
            return AUTH_FAILED
        self._user = username
        self._server.logins.append(username)
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        if kind != "session" or self._server.machine.faults.refuses_session:
            return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        return OPEN_SUCCEEDED

    def check_channel_exec_request(self, channel: paramiko.Channel, command: bytes) -> bool:
        if self._server.machine.faults.refuses_exec:
            return False
        self._server.start(self._run, channel, command.decode())
        return True

    def check_channel_direct_tcpip_request(self, chanid: int, origin: object, destination: tuple[str, int]) -> int:
        if not self._server.machine.forwards:
            return OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED
        try:
            socket.create_connection(destination, timeout=5).close()
        except OSError:
            return OPEN_FAILED_CONNECT_FAILED
        self._server.start(self._forward, destination)
        return OPEN_SUCCEEDED

    def _run(self, channel: paramiko.Channel, command: str) -> None:
        time.sleep(0.01)  # the answer to the request goes first
        self._server.run(channel, command, self._user)

    def _forward(self, destination: tuple[str, int]) -> None:
        channel = self._transport.accept(5)
        if channel:
            self._server.forward(channel, destination)


@contextmanager
def embedded_ssh(
    machine: Machine, key: paramiko.PKey | None = None, address: str = "127.0.0.1"
) -> Iterator[EmbeddedSsh]:
    """A server for as long as the block lasts."""
    server = EmbeddedSsh(machine, key or paramiko.ECDSAKey.generate(), address)
    try:
        yield server
    finally:
        server.close()


def _take(channel: paramiko.Channel, stdin: IO[bytes]) -> None:
    try:
        while data := channel.recv(PIECE):
            rest = memoryview(data)
            while rest:
                rest = rest[stdin.write(rest) :]
    except OSError:
        pass  # the command wants no more
    finally:
        stdin.close()


def _complain(channel: paramiko.Channel, error: IO[bytes]) -> None:
    try:
        while data := error.read(PIECE):
            channel.sendall_stderr(data)
    except (OSError, EOFError, paramiko.SSHException):
        pass  # whoever listened has gone
    finally:
        error.close()


def _finish(
    channel: paramiko.Channel, process: "subprocess.Popen[bytes]", out: threading.Thread, err: threading.Thread
) -> None:
    code = process.wait()
    out.join()
    err.join()
    try:
        channel.send_exit_status(code if code >= 0 else 128 - code)
        channel.close()
    except (OSError, EOFError, paramiko.SSHException):
        pass  # whoever listened has gone


def _pump_in(channel: paramiko.Channel, onward: socket.socket) -> None:
    while data := channel.recv(PIECE):
        onward.sendall(data)
    onward.shutdown(socket.SHUT_WR)


def _pump_out(onward: socket.socket, channel: paramiko.Channel) -> None:
    try:
        while data := onward.recv(PIECE):
            channel.sendall(data)
    except (OSError, EOFError, paramiko.SSHException):
        pass  # the other side has gone
    channel.close()


def _kill(process: "subprocess.Popen[bytes]") -> None:
    """A runner that is asked to end ends its probe, too, which has a group of its own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(3)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
