"""What listens on the agent's own machine, asked of the kernel by psutil and told in the words of `ss`."""

import ipaddress
import socket
from collections.abc import Collection
from dataclasses import dataclass

import psutil

VARIABLE = "SITEROUNDS_LISTENERS"
"""Where the firewall's probe looks before it calls ss, which a small machine may not have."""


LIMIT = 100_000
"""Bytes of the longest text that an environment may hold, with some to spare."""


@dataclass(frozen=True, slots=True)
class _Listener:
    """One open socket."""

    udp: bool
    address: str
    port: int
    pid: int | None
    descriptor: int


def listeners() -> str | None:
    """Lines as `ss -H -lntup` prints them; None where the kernel does not say, or says too much."""
    try:
        found = psutil.net_connections(kind="inet")
    except (psutil.Error, OSError):
        return None
    all_ = [
        _Listener(one.type == socket.SOCK_DGRAM, one.laddr.ip, one.laddr.port, one.pid, max(one.fd, 0))
        for one in found
        if one.laddr and not one.raddr and (one.type == socket.SOCK_DGRAM or one.status == psutil.CONN_LISTEN)
    ]
    names = {pid: _name(pid) for pid in {one.pid for one in all_ if one.pid}}
    told = "".join(f"{_line(one, all_, names.get(one.pid or 0, ''))}\n" for one in all_)
    return told if len(told.encode()) <= LIMIT else None


def _line(one: _Listener, all_: Collection[_Listener], name: str) -> str:
    address = ipaddress.ip_address(one.address)
    shown = f"[{address}]" if address.version == 6 else str(address)
    if address.version == 6 and address.is_unspecified and not any(_same_on_v4(one, other) for other in all_):
        shown = "*"  # nobody else has the port on IPv4, so this socket most likely takes both
    peer = {"[": "[::]:*", "*": "*:*"}.get(shown[0], "0.0.0.0:*")
    users = f' users:(("{name}",pid={one.pid},fd={one.descriptor}))' if name else ""
    return f"{'udp UNCONN' if one.udp else 'tcp LISTEN'} 0 0 {shown}:{one.port} {peer}{users}"


def _same_on_v4(one: _Listener, other: _Listener) -> bool:
    place = ipaddress.ip_address(other.address)
    return place.version == 4 and place.is_unspecified and (other.udp, other.port) == (one.udp, one.port)


def _name(pid: int) -> str:
    """A process's name without what would break the line; "" if it is gone or not ours to see."""
    try:
        name = psutil.Process(pid).name()
    except psutil.Error:
        return ""
    return "".join(char for char in name if char.isprintable() and char not in '"()')
