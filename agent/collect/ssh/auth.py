"""Keys to log in with: from files, and from an agent that holds them."""

import base64
import binascii
import io
import os
import socket
import stat
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from paramiko.agent import AgentSSH

from agent.cancellation import CancellationToken
from agent.collect.plan import Limits
from agent.collect.ssh.route import Hop
from agent.collect.ssh.socket import HostConnectionError, connection_error
from agent.collect.transcript import line
from agent.config import SecretError, read_secret
from checks.ssh import Outcome
from inventory.secrets import Reference

AGENT_SECONDS = 10.0
"""How long an agent may take for one answer; a token may want to be touched."""

_MAGIC = b"openssh-key-v1\0"


class KeyUnusableError(Exception):
    """A key cannot be used; says why, and what would help."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Identity:
    """Something to log in with."""

    name: str  # where it is from
    key: paramiko.PKey


class KeyAgent(AgentSSH):
    """The agent behind a socket, ours or another's. Close it when the login is over. OSError or SSHException."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(AGENT_SECONDS)
        try:
            connection.connect(str(path))
            self._connect(connection)  # type: ignore[attr-defined]  # there is no public way to name a socket
        except BaseException:
            connection.close()
            raise

    def credentials(self) -> tuple[Identity, ...]:
        """The keys it holds."""
        return tuple(Identity(f"{key.comment or key.get_name()} (agent)", key) for key in self.get_keys())

    def close(self) -> None:
        """End the conversation."""
        self._close()  # type: ignore[attr-defined]


def read_key(path: Path, passphrase: Reference | None) -> tuple[Identity, ...]:
    """A private key's file as what can be offered to a server: with its certificate, where there is one, and bare.

    KeyUnusableError with the reason in words.
    """
    try:
        found = path.stat()
    except OSError as error:
        raise KeyUnusableError(f"the key {path} cannot be read: {error.strerror}") from error
    if found.st_uid == os.getuid() and stat.S_IMODE(found.st_mode) & 0o077:
        mode = f"{stat.S_IMODE(found.st_mode):04o}"
        raise KeyUnusableError(f"the key {path} can be read by others (mode {mode})", f"chmod 600 {path}")
    password = None
    if passphrase:
        try:
            password = read_secret(passphrase)
        except SecretError as error:
            raise KeyUnusableError(f"the passphrase of the key {path}: {error}") from error
    bare = Identity(str(path), _load(path, found.st_mtime_ns, password))
    certificate = path.with_name(f"{path.name}-cert.pub")
    if not certificate.exists():
        return (bare,)
    return (Identity(str(certificate), _certified(path, found.st_mtime_ns, password, certificate)), bare)


def public_blob(path: Path) -> bytes | None:
    """The public half of a key, even of one with a passphrase; None where the files do not tell."""
    try:
        data = path.read_bytes()
        if b"BEGIN OPENSSH PRIVATE KEY" in data:
            return _openssh_public(base64.b64decode(b"".join(data.split(b"-----")[2].split())))
        words = path.with_name(f"{path.name}.pub").read_text("ascii", "replace").split()
        return base64.b64decode(words[1], validate=True) if len(words) > 1 else None
    except (OSError, binascii.Error, ValueError, IndexError):
        return None


def _openssh_public(data: bytes) -> bytes | None:
    """The first public key in OpenSSH's own format, which stands there in the clear.

    cryptography reads it, but gives it to nobody without the passphrase.
    """
    if not data.startswith(_MAGIC):
        return None
    fields = paramiko.Message(data[len(_MAGIC) :])
    for _ in ("cipher", "key derivation", "its options"):
        fields.get_binary()
    fields.get_int()  # how many keys
    return fields.get_binary()


def _certified(path: Path, modified: int, password: str | None, certificate: Path) -> paramiko.PKey:
    key = _load.__wrapped__(path, modified, password)  # one of its own: the certificate is attached to it
    try:
        key.load_certificate(str(certificate))
    except (OSError, ValueError, paramiko.SSHException) as error:
        raise KeyUnusableError(f"the certificate {certificate} cannot be used: {error}") from error
    return key


@lru_cache(maxsize=64)
def _load(path: Path, modified: int, password: str | None) -> paramiko.PKey:
    """Through cryptography, which reads more forms than paramiko does. A file modified meanwhile is another one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise KeyUnusableError(f"the key {path} cannot be read: {error.strerror}") from error
    if data.startswith((b"ssh-", b"ecdsa-", b"sk-")):
        raise KeyUnusableError(f"{path} is a public key; the private one is wanted")
    if data.startswith(b"PuTTY-User-Key-File"):
        remedy = f"puttygen {path} -O private-openssh -o NEW_FILE"
        raise KeyUnusableError(f"{path} is a key in PuTTY's format", remedy)
    openssh = b"BEGIN OPENSSH PRIVATE KEY" in data
    load = serialization.load_ssh_private_key if openssh else serialization.load_pem_private_key
    try:
        key = load(data, password.encode() if password else None)
    except TypeError as error:
        if password:  # given, but the key has none
            return _load(path, modified, None)
        raise KeyUnusableError(
            f"the key {path} has a passphrase, and no agent holds the key",
            f"ssh-add {path}, or say in the inventory where its `passphrase:` is kept",
        ) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        reason = f"its passphrase is wrong, or the file is damaged: {error}" if password else f"{error}"
        raise KeyUnusableError(f"the key {path} cannot be used: {reason}") from error
    return _for_paramiko(key, path)


def _for_paramiko(key: object, path: Path) -> paramiko.PKey:
    kinds: tuple[tuple[type, type[paramiko.PKey]], ...] = (
        (ed25519.Ed25519PrivateKey, paramiko.Ed25519Key),
        (rsa.RSAPrivateKey, paramiko.RSAKey),
        (ec.EllipticCurvePrivateKey, paramiko.ECDSAKey),
    )
    for kind, theirs in kinds:
        if isinstance(key, kind):
            text = key.private_bytes(  # type: ignore[attr-defined]
                serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
            )
            return theirs.from_private_key(io.StringIO(text.decode()))
    raise KeyUnusableError(f"the key {path} is of a kind that is not supported", "make one: ssh-keygen -t ed25519")


DEFAULT_KEYS = ("id_ed25519", "id_ecdsa", "id_rsa")
"""What is looked for in ~/.ssh where neither the inventory nor ~/.ssh/config names a key."""


def authenticate(transport: paramiko.Transport, hop: Hop, limits: Limits, stop: CancellationToken) -> None:
    """Log in with the first key that the server takes. NoConnectionError if there is none."""
    agent, problems = _open_agent(hop)
    try:
        credentials, more = _credentials(hop, agent)
        problems += more
        if not credentials:
            raise _no_key(hop, problems)
        deadline = time.monotonic() + limits.authentication
        accepted: Sequence[str] = ()
        for tried, credential in enumerate(credentials, 1):
            try:
                accepted = _offer(transport, hop, credential, deadline, stop)
            except _LostError:
                raise _lost(transport, hop, [one.name for one in credentials[:tried]]) from None
            if transport.is_authenticated():
                return
        raise _refused(hop, [credential.name for credential in credentials], problems, accepted)
    finally:
        if agent:
            agent.close()


class _LostError(Exception):
    """The server hung up during a login."""


def _offer(
    transport: paramiko.Transport, hop: Hop, credential: Identity, deadline: float, stop: CancellationToken
) -> Sequence[str]:
    """Offer one key. What the server would take besides, where it did not take this one."""
    done = threading.Event()
    try:
        transport.auth_publickey(hop.user, credential.key, done)
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise _LostError from error
    if not stop.wait(done, deadline - time.monotonic()):
        raise connection_error(Outcome.TIMED_OUT, f"the login of {hop.user} got no answer in time")
    if not transport.is_active():
        raise _LostError
    if transport.is_authenticated():
        return ()
    refusal = transport.get_exception()
    if isinstance(refusal, paramiko.ssh_exception.PartialAuthentication):
        types = ", ".join(map(line, refusal.allowed_types))
        reason = f"{hop.user}'s key {credential.name} is accepted, but the server wants {types} besides"
        raise connection_error(Outcome.AUTHENTICATION_FAILED, reason, f"let {hop.user} log in with the key alone")
    return tuple(refusal.allowed_types) if isinstance(refusal, paramiko.BadAuthenticationType) else ()


def _open_agent(hop: Hop) -> tuple[KeyAgent | None, list[KeyUnusableError]]:
    if hop.agent is None:
        return None, []
    try:
        return KeyAgent(hop.agent), []
    except (OSError, EOFError, paramiko.SSHException) as error:
        return None, [KeyUnusableError(f"the agent at {hop.agent} does not answer: {error}")]


def _credentials(hop: Hop, agent: KeyAgent | None) -> tuple[list[Identity], list[KeyUnusableError]]:
    """What to offer: the inventory's key alone; else those of ~/.ssh/config, the agent's, the usual files, in order."""
    held = agent.credentials() if agent else ()
    if hop.key:
        return _from_files([hop.key], hop, held)
    found, problems = _from_files(hop.identities, hop, held)
    if not hop.identities_only:
        found += [one for one in held if one not in found]
    if not hop.identities:
        folder = Path("~/.ssh").expanduser()
        usual = [folder / name for name in DEFAULT_KEYS if os.access(folder / name, os.F_OK)]
        more, others = _from_files(usual, hop, held)
        found += [one for one in more if one not in found]
        problems += others
    return found, problems


def _from_files(
    paths: Iterable[Path], hop: Hop, held: Sequence[Identity]
) -> tuple[list[Identity], list[KeyUnusableError]]:
    """The keys of these files; the agent's where it holds the same one, which spares us the passphrase."""
    found: list[Identity] = []
    problems: list[KeyUnusableError] = []
    for path in paths:
        try:
            found += read_key(path, hop.passphrase)
        except KeyUnusableError as error:
            blob = public_blob(path)
            same = [one for one in held if blob and one.key.asbytes() == blob]
            found += same
            if not same:
                problems.append(error)
    return found, problems


def _no_key(hop: Hop, problems: Sequence[KeyUnusableError]) -> HostConnectionError:
    if problems:
        reason = "; ".join(problem.reason for problem in problems)
        return connection_error(Outcome.KEY_UNUSABLE, reason, next((p.remedy for p in problems if p.remedy), ""))
    remedy = f"name one in the inventory (key:) or in ~/.ssh/config for {hop.name}, or load one: ssh-add"
    return connection_error(Outcome.KEY_UNUSABLE, "there is no key to log in with", remedy)


def _refused(
    hop: Hop, tried: Sequence[str], problems: Sequence[KeyUnusableError], accepted: Sequence[str]
) -> HostConnectionError:
    reason = f"{hop.user} is not let in with {', '.join(tried)}"
    if accepted and "publickey" not in accepted:
        reason += f"; the server only takes {', '.join(map(line, accepted))}"
    reason += "".join(f"; {problem.reason}" for problem in problems)
    remedy = f"put the public key into ~{hop.user}/.ssh/authorized_keys on {hop.name}, or correct `user:`"
    return connection_error(Outcome.AUTHENTICATION_FAILED, reason, remedy)


def _lost(transport: paramiko.Transport, hop: Hop, tried: Sequence[str]) -> HostConnectionError:
    error = transport.get_exception()
    why = f": {line(str(error))}" if error and str(error) else ""
    reason = f"the server hung up while {hop.user} was logging in with {', '.join(tried)}{why}"
    remedy = f"name the right key for {hop.name} in the inventory (key:)" if len(tried) > 3 else ""
    return connection_error(Outcome.AUTHENTICATION_FAILED, reason, remedy)
