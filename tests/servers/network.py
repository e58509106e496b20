"""Hosts on one machine: network namespaces joined by veth pairs, made by the test and gone with it.

    with pair() as (server, client):
        server.run("nft", "-f", "-", stdin=ruleset)
        with server.listening([80, 3306]) as ports:
            reached = client.reach(server, ports)

Sockets are made in a thread that has entered the namespace, so no process is started for them.
"""

import contextlib
import ctypes
import itertools
import os
import select
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from tests.servers.shells import PATH

Protocol = Literal["tcp", "udp"]
T = TypeVar("T")
Listeners = dict[tuple[Protocol, int], list[socket.socket]]

SERVER4, SERVER6 = "198.51.100.1", "2001:db8:1::1"
CLIENT4 = ("198.51.100.2", "203.0.113.5", "192.0.2.9")
CLIENT6 = ("2001:db8:1::2", "2001:db8:2::5")

_numbers = itertools.count()
_CLONE_NEWNET = 0x40000000


@dataclass(frozen=True, slots=True)
class Namespace:
    """A host: a network namespace by its name."""

    name: str

    @property
    def inside(self) -> tuple[str, ...]:
        """What to put in front of a command."""
        return ("ip", "netns", "exec", self.name)

    def run(self, *command: str, stdin: str | None = None, check: bool = True) -> str:
        """What a command in there prints; AssertionError with its complaint where it fails."""
        done = subprocess.run(
            [*self.inside, *command],
            input=stdin or "",
            capture_output=True,
            text=True,
            env={"LC_ALL": "C", "PATH": PATH},
            timeout=60,
            check=False,
        )
        assert not check or done.returncode == 0, f"{command}: {done.stderr}"
        return done.stdout

    def call(self, function: Callable[[], T]) -> T:
        """What a function returns that is called in a thread of its own in there; its sockets stay there."""
        found: list[T] = []
        failed: list[BaseException] = []

        def work() -> None:
            try:
                with (Path("/run/netns") / self.name).open("rb") as file:
                    libc = ctypes.CDLL(None, use_errno=True)
                    if libc.setns(file.fileno(), _CLONE_NEWNET) != 0:
                        raise OSError(ctypes.get_errno(), "setns", self.name)
                found.append(function())
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                failed.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        if failed:
            raise failed[0]
        return found[0]

    @contextlib.contextmanager
    def listening(
        self,
        ports: Collection[int],
        protocols: Collection[Protocol] = ("tcp", "udp"),
        addresses: Collection[str] = ("::",),
    ) -> Iterator[Listeners]:
        """Sockets that listen; "::" stands for IPv6 and IPv4 both."""
        opened: Listeners = {}
        with contextlib.ExitStack() as stack:
            for protocol, port, where in itertools.product(protocols, ports, addresses):
                one = self.call(lambda p=protocol, n=port, a=where: _listener(p, n, a))  # type: ignore[misc]
                opened.setdefault((protocol, port), []).append(stack.enter_context(one))
            yield opened


def _listener(protocol: Protocol, port: int, address: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    one = socket.socket(family, socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, int(address != "::"))
    one.bind((address, port))
    if protocol == "tcp":
        one.listen(64)
    return one


Way = tuple[str, Protocol, int]
"""From which source address, by which protocol, to which port."""


def reach(
    client: Namespace,
    ways: Collection[Way],
    listeners: Listeners,
    to: tuple[str, str] = (SERVER4, SERVER6),
    patience: float = 2.0,
) -> set[Way]:
    """Which of the ways lead to a listener, found out by trying all at once for `patience` seconds.

    A way of TCP leads there when its connection is made. One of UDP does when its datagram, which says which way it
    came, is received by any of the listeners.
    """
    trying = client.call(lambda: [(way, _try(way, to)) for way in ways])
    reached: set[Way] = set()
    connecting = {one: way for way, one in trying if way[1] == "tcp" and one is not None}
    receiving = [one for (protocol, _), found in listeners.items() if protocol == "udp" for one in found]
    names = {_name(way): way for way in ways}
    end = time.monotonic() + patience
    while (left := end - time.monotonic()) > 0 and (connecting or receiving):
        readable, writable, _ = select.select(receiving, list(connecting), [], left)
        for one in readable:
            with contextlib.suppress(OSError):
                reached |= {names[data] for data in (one.recv(200),) if data in names}
        for one in writable:
            way = connecting.pop(one)
            if one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                reached.add(way)
    for _, opened in trying:
        if opened is not None:
            opened.close()
    return reached


def _name(way: Way) -> bytes:
    return repr(way).encode()


def _try(way: Way, to: tuple[str, str]) -> socket.socket | None:
    source, protocol, port = way
    six = ":" in source
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    one = socket.socket(socket.AF_INET6 if six else socket.AF_INET, kind)
    one.setblocking(False)
    try:
        one.bind((source, 0))
        if protocol == "tcp":
            one.connect_ex((to[six], port))
        else:
            one.sendto(_name(way), (to[six], port))
    except OSError:
        one.close()
        return None
    return one


@contextlib.contextmanager
def namespace(name: str) -> Iterator[Namespace]:
    """A host of its own, with nothing but a loopback interface."""
    one = Namespace(f"sr-{name}-{os.getpid()}-{next(_numbers)}")
    subprocess.run(["ip", "netns", "add", one.name], check=True, env={"PATH": PATH})
    try:
        one.run("ip", "link", "set", "lo", "up")
        yield one
    finally:
        subprocess.run(["ip", "netns", "del", one.name], check=True, env={"PATH": PATH})


@contextlib.contextmanager
def pair() -> Iterator[tuple[Namespace, Namespace]]:
    """A server and a client that reach each other, the client by several addresses of both families."""
    with namespace("server") as server, namespace("client") as client:
        join(server, "eth0", client, "eth0")
        for address in (f"{SERVER4}/24", f"{SERVER6}/64"):
            add_address(server, "eth0", address)
        for address in (f"{CLIENT4[0]}/24", f"{CLIENT6[0]}/64", *(f"{one}/32" for one in CLIENT4[1:])):
            add_address(client, "eth0", address)
        for address in (f"{one}/128" for one in CLIENT6[1:]):
            add_address(client, "eth0", address)
        _introduce(server, client, (CLIENT4[0], *CLIENT6))
        _introduce(client, server, (SERVER4, SERVER6))
        server.run("ip", "route", "add", "default", "via", CLIENT4[0])
        server.run("ip", "-6", "route", "add", "default", "via", CLIENT6[0])
        yield server, client


def _introduce(host: Namespace, other: Namespace, addresses: Collection[str]) -> None:
    """Neighbours for good, so that rules which drop all ICMP, by which IPv6 finds neighbours, cut nothing off."""
    theirs = other.run("cat", "/sys/class/net/eth0/address").strip()
    for address in addresses:
        host.run("ip", "neighbour", "replace", address, "lladdr", theirs, "dev", "eth0", "nud", "permanent")


def join(one: Namespace, its: str, other: Namespace, others: str) -> None:
    """A cable between two hosts, by the names of the interfaces at its ends."""
    one.run("ip", "link", "add", its, "type", "veth", "peer", "name", others, "netns", other.name)
    one.run("ip", "link", "set", its, "up")
    other.run("ip", "link", "set", others, "up")


def add_address(where: Namespace, interface: str, address: str) -> None:
    """An address that can be used at once."""
    where.run("ip", "address", "add", address, "dev", interface, *(("nodad",) if ":" in address else ()))
