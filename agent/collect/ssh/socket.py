"""TCP below SSH: name lookup and connection, within limits; and the error that says why there is no connection."""

import errno
import os
import select
import socket
import threading
import time
from collections.abc import Sequence
from typing import Any

import paramiko

from agent.cancellation import SLICE, CancellationToken
from agent.collect.plan import Limits
from checks.ssh import Connection, Outcome


class HostConnectionError(Exception):
    """Ends the way to a host; `connection` says how."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection.reason)
        self.connection = connection


def connection_error(outcome: Outcome, reason: str, remedy: str = "", hop: str = "") -> HostConnectionError:
    """The error for one way in which a connection can end."""
    return HostConnectionError(Connection(outcome, reason, remedy, hop))


PIECE = 65536
"""Bytes read at once, however many an SSH packet promises to have."""

HANDSHAKE_BYTES = 128 * 1024
"""Bytes a server may send before it has let us in."""

GREETING_BYTES = 200
"""Bytes kept of what a server says first."""

DEAD_AFTER = 30_000
"""Milliseconds after which unacknowledged data ends a connection."""

_UNREACHABLE = frozenset({errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EACCES, errno.EPERM, errno.EADDRNOTAVAIL})

Address = tuple[Any, ...]


class GuardedSocket:
    """A socket or a jump host's channel, as paramiko wants one: no waiting for small packets, and no flood.

    Two waits of 40 ms go away at each host: Nagle's for our small packets, and the server's for our acknowledgement.
    """

    def __init__(self, below: "socket.socket | paramiko.Channel") -> None:
        self.allowed = HANDSHAKE_BYTES  # bytes still to be received
        self.flooded = False
        self.greeting = b""  # the first bytes received, for when they are no SSH
        self._below = below
        self._socket = below if isinstance(below, socket.socket) else None
        self._closed = False  # paramiko looks here

    def recv(self, size: int) -> bytes:
        """Up to `size` bytes, none at the end, which a flood is."""
        data = self._below.recv(min(size, PIECE))
        self.allowed -= len(data)
        if len(self.greeting) < GREETING_BYTES:
            self.greeting += data[: GREETING_BYTES - len(self.greeting)]
        if self.allowed < 0:
            self.flooded = True
            return b""
        if self._socket:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        return data

    def send(self, data: bytes) -> int:
        """How many bytes went out."""
        return self._below.send(data)

    def settimeout(self, seconds: float | None) -> None:
        """For each recv and send."""
        self._below.settimeout(seconds)

    def getpeername(self) -> Any:
        """Where it leads."""
        return self._below.getpeername()

    def close(self) -> None:
        """Close it, waking whoever waits in recv."""
        self._closed = True
        if self._socket:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError as error:
                if error.errno not in (errno.ENOTCONN, errno.EBADF):
                    raise
        self._below.close()


def dial(address: str, port: int, limits: Limits, connect_seconds: float, stop: CancellationToken) -> GuardedSocket:
    """A TCP connection to the first of a name's addresses that answers."""
    found = _resolve(address, port, limits.resolve, stop)
    deadline = time.monotonic() + connect_seconds
    errors: list[tuple[str, OSError]] = []
    for number, (family, place) in enumerate(found):
        share = (deadline - time.monotonic()) / (len(found) - number)
        try:
            return GuardedSocket(_connect(family, place, share, stop))
        except OSError as error:
            errors.append((f"{place[0]} port {port}", error))
    raise _refusal(errors, connect_seconds)


def _resolve(address: str, port: int, seconds: float, stop: CancellationToken) -> list[tuple[int, Address]]:
    """The addresses of a name. The system's resolver knows no time limit, so it is asked in a thread left to itself."""
    try:
        return _addresses(socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))
    except (socket.gaierror, UnicodeError):
        pass  # a name, then
    answer: list[list[tuple[int, Address]]] = []
    errors: list[str] = []
    done = threading.Event()

    def ask() -> None:
        try:
            answer.append(_addresses(socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)))
        except OSError as error:
            errors.append(error.strerror or str(error))
        except UnicodeError:
            errors.append("that is no name")
        finally:
            done.set()

    threading.Thread(target=ask, name=f"resolve {address}", daemon=True).start()
    if not stop.wait(done, seconds):
        raise connection_error(Outcome.TIMED_OUT, f"no answer from the resolver for {address} within {seconds:g} s")
    if not answer:
        remedy = "correct `address:` in the inventory, or HostName in ~/.ssh/config"
        raise connection_error(Outcome.NAME_NOT_RESOLVED, f"{address}: {errors[0]}", remedy)
    return answer[0]


def _addresses(found: Sequence[tuple[Any, Any, Any, Any, Address]]) -> list[tuple[int, Address]]:
    return list(dict.fromkeys((family, place) for family, _, _, _, place in found))


def _connect(family: int, place: Address, seconds: float, stop: CancellationToken) -> socket.socket:
    """A connected socket; OSError, TimeoutError after that many seconds."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        code = sock.connect_ex(place)
        if code == errno.EINPROGRESS:
            code = _await(sock, time.monotonic() + seconds, stop)
        if code:
            raise OSError(code, os.strerror(code))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, DEAD_AFTER)
    except BaseException:
        sock.close()
        raise
    return sock


def _await(sock: socket.socket, deadline: float, stop: CancellationToken) -> int:
    """The error number with which a connection attempt ended, 0 for none."""
    poll = select.poll()
    poll.register(sock, select.POLLOUT)
    while not poll.poll(SLICE * 1000):
        stop.check()
        if time.monotonic() > deadline:
            return errno.ETIMEDOUT
    return sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)


def _refusal(errors: Sequence[tuple[str, OSError]], seconds: float) -> HostConnectionError:
    """What a host's addresses have said, in one sentence; what one of them said itself counts for more than silence."""
    kinds = {
        Outcome.REFUSED: [place for place, error in errors if error.errno == errno.ECONNREFUSED],
        Outcome.UNREACHABLE: [f"{place}: {error.strerror}" for place, error in errors if error.errno in _UNREACHABLE],
        Outcome.TIMED_OUT: [place for place, error in errors if error.errno == errno.ETIMEDOUT],
    }
    places = "; ".join(place for place, _ in errors)
    if kinds[Outcome.REFUSED]:
        remedy = "start sshd, or correct `port:` in the inventory"
        return connection_error(Outcome.REFUSED, f"{'; '.join(kinds[Outcome.REFUSED])} refuses connections", remedy)
    if kinds[Outcome.TIMED_OUT]:
        remedy = "is the machine up, and does its firewall let this one in?"
        return connection_error(Outcome.TIMED_OUT, f"no answer from {places} within {seconds:g} s", remedy)
    said = "; ".join(kinds[Outcome.UNREACHABLE]) or "; ".join(f"{place}: {error}" for place, error in errors)
    return connection_error(Outcome.UNREACHABLE, said or "the name has no address")
