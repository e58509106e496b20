"""A port of our loopback as a port of a machine's: so that the service in there reaches the stand-ins out here."""

import contextlib
import ctypes
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from tests.booted.machine import Machine

_CLONE_NEWNET = 0x40000000
PIECE = 65536


@contextlib.contextmanager
def relayed(machine: Machine, url: str) -> Iterator[None]:
    """Whoever connects to this loopback address in the machine is connected to it here."""
    port = int(url.rsplit(":", 1)[1])
    with contextlib.closing(_listener_in(machine, port)) as listener:
        threading.Thread(target=_accept, args=(listener, port), daemon=True).start()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)  # closing alone does not wake who waits


def _listener_in(machine: Machine, port: int) -> socket.socket:
    """A socket of the machine's network, made by a thread that has entered it."""
    made: list[socket.socket] = []
    failed: list[OSError] = []

    def make() -> None:
        try:
            with Path(f"/proc/{machine.leader}/ns/net").open("rb") as file:
                if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), _CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), "setns")
            made.append(socket.create_server(("127.0.0.1", port), backlog=64))
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return made[0]


def _accept(listener: socket.socket, port: int) -> None:
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        try:
            far = socket.create_connection(("127.0.0.1", port), timeout=10)
        except OSError:
            near.close()
            continue
        far.settimeout(None)
        threading.Thread(target=_join, args=(near, far), daemon=True).start()


def _join(near: socket.socket, far: socket.socket) -> None:
    """Pass on both ways until both have ended."""
    with near, far:
        back = threading.Thread(target=_pass, args=(far, near), daemon=True)
        back.start()
        _pass(near, far)
        back.join()


def _pass(one: socket.socket, other: socket.socket) -> None:
    """What comes from one goes to the other, its end included."""
    with contextlib.suppress(OSError):
        while data := one.recv(PIECE):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)
