"""From a connection to an encrypted one: both sides agree on keys, and the server proves which one it holds."""

import errno
import threading
import time
from collections.abc import Iterable

import paramiko

from agent.ssh.hostkeys import ServerKey
from agent.ssh.trouble import NoConnectionError, trouble
from agent.ssh.wire import Wire
from agent.stop import SLICE, Stop
from agent.transcript import line
from agent.visit import Limits
from checks.ssh import Outcome

_RSA = ("rsa-sha2-512", "rsa-sha2-256")


def shake_hands(wire: Wire, types: Iterable[str], limits: Limits, stop: Stop) -> paramiko.Transport:
    """Agree on encryption, with host keys of these types preferred. The server's key is not verified yet."""
    transport = paramiko.Transport(wire)  # type: ignore[arg-type]
    transport.banner_timeout = transport.handshake_timeout = limits.visit  # ours below say more, and come first
    wanted = [name for type_ in types for name in (_RSA if type_ == "ssh-rsa" else (type_,))]
    options = transport.get_security_options()
    known = tuple(options.key_types)
    options.key_types = tuple(dict.fromkeys(name for name in (*wanted, *known) if name in known))
    done = threading.Event()
    try:
        transport.start_client(event=done)
        deadline = time.monotonic() + limits.banner
        while not transport.remote_version and not stop.wait(done, SLICE) and time.monotonic() < deadline:
            pass
        if not transport.remote_version and not done.is_set():
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
        return _no_ssh(line(wire.greeting.decode("utf-8", "replace")))
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return trouble(Outcome.PROTOCOL, f"no algorithm that both sides speak: {said}", "bring its OpenSSH up to date")
    remedy = ""
    if error is None or isinstance(error, EOFError | OSError):  # as a server does that is the first to find none
        remedy = "if `ssh -v` says that there is no matching algorithm, bring its OpenSSH up to date"
    reason = f"the SSH handshake with {line(transport.remote_version)} failed: {said or 'it hung up'}"
    return trouble(Outcome.PROTOCOL, reason, remedy)


def _no_ssh(greeting: str) -> NoConnectionError:
    if greeting:
        reason = f"what listens there does not speak SSH, but says: {greeting}"
        return trouble(Outcome.PROTOCOL, reason, "correct `port:` in the inventory")
    remedy = "sshd may be overloaded (MaxStartups), or something in front of it turns us away (fail2ban, hosts.deny)"
    return trouble(Outcome.PROTOCOL, "it accepts the connection and closes it without a word of SSH", remedy)
