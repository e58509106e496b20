"""All the way to a host: each hop connected, verified and logged in to, and closed again."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

import paramiko

from agent.ssh.config import SshConfig
from agent.ssh.handshake import close, server_key, shake_hands
from agent.ssh.hostkeys import HostKeys, ServerKey
from agent.ssh.identity import known_entries, verify
from agent.ssh.login import authenticate
from agent.ssh.route import Hop, plan_route
from agent.ssh.trouble import NoConnectionError, trouble
from agent.ssh.wire import Wire, dial
from agent.stop import Stop, StoppedError
from agent.visit import Limits
from checks.ssh import Connection, Outcome
from inventory.model import Host, Inventory

KEEPALIVE = 15
"""Seconds of silence after which a sign of life is sent."""

_PROHIBITED = 1
"""The reason code with which a server says that it does not forward connections."""


@dataclass(frozen=True, slots=True)
class Connector:
    """Opens connections for one round: the same limits, known hosts and configuration for all. Safe between threads."""

    inventory: Inventory
    limits: Limits
    keys: HostKeys
    config: SshConfig
    stop: Stop

    @contextmanager
    def session(self, host: Host) -> Iterator[paramiko.Transport]:
        """A session with a host, logged in. NoConnectionError says why there is none."""
        with self._opened() as opened:
            hops = plan_route(host, self.inventory, self.config)
            for hop in hops:
                with self._told(hop):
                    transport = self._shake_hands(hop, opened)
                    verify(hop, server_key(transport), known_entries(hop, self.keys))
                    authenticate(transport, hop, self.limits, self.stop)
                    cast("Wire", transport.sock).allowed = self.limits.output + self.limits.output // 8
                    transport.set_keepalive(KEEPALIVE)
            yield opened[-1]

    def key(self, host: Host) -> ServerKey:
        """The key a host shows, whether or not it is known. Jump hosts on the way are verified."""
        with self._opened() as opened:
            hops = plan_route(host, self.inventory, self.config)
            for hop in hops:
                with self._told(hop):
                    transport = self._shake_hands(hop, opened)
                    if hop.jump:
                        verify(hop, server_key(transport), known_entries(hop, self.keys))
                        authenticate(transport, hop, self.limits, self.stop)
            return server_key(opened[-1])

    @contextmanager
    def _opened(self) -> Iterator[list[paramiko.Transport]]:
        """The transports of one way, closed at its end, or at once should the round be stopped; the nearest first."""
        opened: list[paramiko.Transport] = []

        def close_all() -> None:
            for transport in tuple(opened):
                close(transport)

        with self.stop.closing(close_all):
            try:
                yield opened
            finally:
                close_all()

    def _shake_hands(self, hop: Hop, opened: list[paramiko.Transport]) -> paramiko.Transport:
        self.stop.check()
        wire = _through(opened[-1], hop, self.limits) if opened else self._dial(hop)
        types = [entry.key.type for entry in known_entries(hop, self.keys) if not entry.marker]
        transport = shake_hands(wire, types, self.limits, self.stop)
        opened.append(transport)
        return transport

    def _dial(self, hop: Hop) -> Wire:
        seconds = min(hop.connect_timeout or self.limits.connect, self.limits.connect)
        return dial(hop.address, hop.port, self.limits, seconds, self.stop)

    @contextmanager
    def _told(self, hop: Hop) -> Iterator[None]:
        """Say which hop an error is about, and what was not done for it."""
        try:
            yield
        except NoConnectionError as error:
            told = error.connection
            reason = "; ".join((told.reason, *hop.notes))
            raise NoConnectionError(replace(told, reason=reason, hop=told.hop or _named(hop))) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            reason = str(error) or "the connection was lost before the host was logged in to"
            raise NoConnectionError(Connection(Outcome.CUT, reason, hop=_named(hop))) from error
        except StoppedError as error:
            raise NoConnectionError(Connection(Outcome.CUT, "the round was stopped", hop=_named(hop))) from error


def _named(hop: Hop) -> str:
    return hop.name if hop.jump else ""


def _through(transport: paramiko.Transport, hop: Hop, limits: Limits) -> Wire:
    """A connection onward from a jump host."""
    place = f"{hop.address} port {hop.port}"
    started = time.monotonic()
    try:
        destination, origin = (hop.address, hop.port), ("127.0.0.1", 0)
        return Wire(transport.open_channel("direct-tcpip", destination, origin, timeout=limits.channel))
    except paramiko.ChannelException as error:
        if error.code == _PROHIBITED:
            remedy = "AllowTcpForwarding and PermitOpen in its sshd_config, or permitopen in authorized_keys"
            raise trouble(Outcome.UNREACHABLE, f"the jump host does not forward to {place}", remedy) from error
        raise trouble(Outcome.UNREACHABLE, f"the jump host cannot connect to {place}") from error
    except paramiko.SSHException as error:
        if time.monotonic() - started < limits.channel:
            raise
        reason = f"the jump host did not connect to {place} within {limits.channel:g} s"
        raise trouble(Outcome.TIMED_OUT, reason) from error
