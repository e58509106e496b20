"""Connections to hosts: each hop connected, verified and logged in to, and closed again."""

import errno
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import cast

import paramiko

from agent.cancellation import SLICE, CancellationToken, CancelledError
from agent.collect.plan import Limits
from agent.collect.ssh.algorithms import Transport, legacy_in_use, no_agreement, restrict
from agent.collect.ssh.auth import authenticate
from agent.collect.ssh.config import SshConfig
from agent.collect.ssh.hostkeys import HostKeys, ServerKey, known_entries, verify
from agent.collect.ssh.route import Hop, plan_route
from agent.collect.ssh.socket import GuardedSocket, HostConnectionError, connection_error, dial
from agent.collect.transcript import line
from checks.ssh import Connection, Outcome
from inventory.model import Host, Inventory


def handshake(
    wire: GuardedSocket, hop: Hop, types: Iterable[str], limits: Limits, stop: CancellationToken
) -> paramiko.Transport:
    """Agree on encryption, with host keys of these types preferred. The server's key is not verified yet."""
    transport = Transport(wire)  # type: ignore[arg-type]
    transport.banner_timeout = transport.handshake_timeout = limits.visit  # ours below say more, and come first
    restrict(transport, types, legacy=hop.legacy)
    done = threading.Event()
    try:
        transport.start_client(event=done)
        deadline = time.monotonic() + limits.banner
        while not transport.remote_version and not stop.wait(done, SLICE) and time.monotonic() < deadline:
            pass
        if not transport.remote_version and not done.is_set():
            reason = f"it accepts the connection, but does not say within {limits.banner:g} s that it speaks SSH"
            raise connection_error(
                Outcome.TIMED_OUT, reason, "is it sshd that listens there, and is the machine overloaded?"
            )
        if not stop.wait(done, limits.handshake):
            raise connection_error(Outcome.TIMED_OUT, f"no SSH handshake within {limits.handshake:g} s")
        if not transport.is_active():
            raise _no_handshake(transport, wire, hop)
    except BaseException:
        close(transport)
        raise
    return transport


def server_key(transport: paramiko.Transport) -> ServerKey:
    """The key the server has proved to hold."""
    key = transport.get_remote_server_key()
    return ServerKey(key.get_name(), key.get_base64())


def close(transport: paramiko.Transport) -> None:
    """Close it and see its thread off."""
    try:
        transport.close()
        transport.sock.close()
    except (OSError, EOFError, paramiko.SSHException):
        pass  # it was on its way out
    if transport.is_alive():
        transport.join(2)


def _no_handshake(transport: Transport, wire: GuardedSocket, hop: Hop) -> HostConnectionError:
    error = transport.get_exception()
    said = line(str(error)) if error else ""
    if wire.flooded:
        return connection_error(Outcome.PROTOCOL, "it floods us before any login")
    if isinstance(error, OSError) and error.errno in (errno.ETIMEDOUT, errno.EHOSTUNREACH):
        return connection_error(Outcome.TIMED_OUT, "the connection died during the handshake")
    if not transport.remote_version:
        return _no_ssh(line(wire.greeting.decode("utf-8", "replace")))
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer) and transport.offered is not None:
        return no_agreement(transport, hop)
    remedy = ""
    if error is None or isinstance(error, EOFError | OSError):  # as a server does that is the first to find none
        remedy = "if `ssh -v` says that there is no matching algorithm, bring its OpenSSH up to date"
    reason = f"the SSH handshake with {line(transport.remote_version)} failed: {said or 'it hung up'}"
    return connection_error(Outcome.PROTOCOL, reason, remedy)


def _no_ssh(greeting: str) -> HostConnectionError:
    if greeting:
        reason = f"what listens there does not speak SSH, but says: {greeting}"
        return connection_error(Outcome.PROTOCOL, reason, "correct `port:` in the inventory")
    remedy = "sshd may be overloaded (MaxStartups), or something in front of it turns us away (fail2ban, hosts.deny)"
    return connection_error(Outcome.PROTOCOL, "it accepts the connection and closes it without a word of SSH", remedy)


KEEPALIVE = 15
"""Seconds of silence after which a sign of life is sent."""

_PROHIBITED = 1
"""The reason code with which a server says that it does not forward connections."""


@dataclass(frozen=True, slots=True)
class Session:
    """A host that is logged in to, and what is remarkable about the way there."""

    transport: paramiko.Transport
    notes: tuple[str, ...] = ()  # sentences


@dataclass(frozen=True, slots=True)
class Connector:
    """Opens connections for one round: the same limits, known hosts and configuration for all. Safe between threads."""

    inventory: Inventory
    limits: Limits
    keys: HostKeys
    config: SshConfig
    stop: CancellationToken

    @contextmanager
    def session(self, host: Host) -> Iterator[Session]:
        """A session with a host, logged in. NoConnectionError says why there is none."""
        with self._opened() as opened:
            hops = plan_route(host, self.inventory, self.config)
            notes: list[str] = []
            for hop in hops:
                with self._told(hop):
                    transport = self._shake_hands(hop, opened)
                    notes += _legacy_notes(hop, transport)
                    verify(hop, server_key(transport), known_entries(hop, self.keys))
                    authenticate(transport, hop, self.limits, self.stop)
                    cast("GuardedSocket", transport.sock).allowed = self.limits.output + self.limits.output // 8
                    transport.set_keepalive(KEEPALIVE)
            yield Session(opened[-1], tuple(notes))

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
        types = [entry.key.type for entry in known_entries(hop, self.keys) if not entry.marker]
        wire = _through(opened[-1], hop, self.limits) if opened else self._dial(hop)
        transport = handshake(wire, hop, types, self.limits, self.stop)
        opened.append(transport)
        return transport

    def _dial(self, hop: Hop) -> GuardedSocket:
        seconds = min(hop.connect_timeout or self.limits.connect, self.limits.connect)
        return dial(hop.address, hop.port, self.limits, seconds, self.stop)

    @contextmanager
    def _told(self, hop: Hop) -> Iterator[None]:
        """Say which hop an error is about, and what was not done for it."""
        try:
            yield
        except HostConnectionError as error:
            told = error.connection
            reason = "; ".join((told.reason, *hop.notes))
            raise HostConnectionError(replace(told, reason=reason, hop=told.hop or _named(hop))) from error
        except (paramiko.SSHException, EOFError, OSError) as error:
            reason = str(error) or "the connection was lost before the host was logged in to"
            raise HostConnectionError(Connection(Outcome.CUT, reason, hop=_named(hop))) from error
        except CancelledError as error:
            raise HostConnectionError(Connection(Outcome.CUT, "the round was stopped", hop=_named(hop))) from error


def _legacy_notes(hop: Hop, transport: paramiko.Transport) -> list[str]:
    if not hop.legacy:
        return []
    if used := legacy_in_use(transport):
        return [f"{hop.name} is talked to by old algorithms, as its legacy_ssh allows: {', '.join(used)}"]
    return [f"{hop.name} does not need its legacy_ssh any more: remove it from the inventory"]


def _named(hop: Hop) -> str:
    return hop.name if hop.jump else ""


def _through(transport: paramiko.Transport, hop: Hop, limits: Limits) -> GuardedSocket:
    """A connection onward from a jump host."""
    place = f"{hop.address} port {hop.port}"
    started = time.monotonic()
    try:
        destination, origin = (hop.address, hop.port), ("127.0.0.1", 0)
        return GuardedSocket(transport.open_channel("direct-tcpip", destination, origin, timeout=limits.channel))
    except paramiko.ChannelException as error:
        if error.code == _PROHIBITED:
            remedy = "AllowTcpForwarding and PermitOpen in its sshd_config, or permitopen in authorized_keys"
            raise connection_error(Outcome.UNREACHABLE, f"the jump host does not forward to {place}", remedy) from error
        raise connection_error(Outcome.UNREACHABLE, f"the jump host cannot connect to {place}") from error
    except paramiko.SSHException as error:
        if time.monotonic() - started < limits.channel:
            raise
        reason = f"the jump host did not connect to {place} within {limits.channel:g} s"
        raise connection_error(Outcome.TIMED_OUT, reason) from error
