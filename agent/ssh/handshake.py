"""From a connection to an encrypted one: both sides agree on keys, and the server proves which one it holds."""

import errno
import threading
from collections.abc import Iterable

import paramiko

from agent.ssh.hostkeys import ServerKey
from agent.ssh.trouble import NoConnectionError, trouble
from agent.ssh.wire import Wire
from agent.stop import Stop
from agent.transcript import line
from agent.visit import Limits
from checks.ssh import Outcome

_RSA = ("rsa-sha2-512", "rsa-sha2-256")


def shake_hands(wire: Wire, types: Iterable[str], limits: Limits, stop: Stop) -> paramiko.Transport:
    """Agree on encryption, with host keys of these types preferred. The server's key is not verified yet."""
    transport = paramiko.Transport(wire)  # type: ignore[arg-type]
    transport.banner_timeout = limits.banner
    transport.handshake_timeout = limits.handshake
    wanted = [name for type_ in types for name in (_RSA if type_ == "ssh-rsa" else (type_,))]
    options = transport.get_security_options()
    known = tuple(options.key_types)
    options.key_types = tuple(dict.fromkeys(name for name in (*wanted, *known) if name in known))
    done = threading.Event()
    try:
        transport.start_client(event=done)
        if not stop.wait(done, limits.banner) and not transport.remote_version:
            reason = f"it accepts the connection, but does not say within {limits.banner:g} s that it speaks SSH"
            raise trouble(Outcome.TIMED_OUT, reason, "is it sshd that listens there, and is the machine overloaded?")
        if not stop.wait(done, limits.handshake):
            raise trouble(Outcome.TIMED_OUT, f"no SSH handshake within {limits.handshake:g} s")
        if not transport.is_active():
            raise _no_handshake(transport, wire)
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


def _no_handshake(transport: paramiko.Transport, wire: Wire) -> NoConnectionError:
    error = transport.get_exception()
    said = line(str(error)) if error else ""
    if wire.flooded:
        return trouble(Outcome.PROTOCOL, "it floods us before any login")
    if isinstance(error, OSError) and error.errno in (errno.ETIMEDOUT, errno.EHOSTUNREACH):
        return trouble(Outcome.TIMED_OUT, "the connection died during the handshake")
    if not transport.remote_version:
        if said.startswith("Indecipherable"):
            return trouble(Outcome.PROTOCOL, f"what listens there does not speak SSH: {said}", "correct `port:`")
        remedy = (
            "sshd may be overloaded (MaxStartups), or something in front of it turns us away (fail2ban, hosts.deny)"
        )
        return trouble(Outcome.PROTOCOL, "it accepts the connection and closes it without a word of SSH", remedy)
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return trouble(Outcome.PROTOCOL, f"no algorithm that both sides speak: {said}", "bring its OpenSSH up to date")
    version = line(transport.remote_version)
    return trouble(Outcome.PROTOCOL, f"the SSH handshake with {version} failed" + (f": {said}" if said else ""))
