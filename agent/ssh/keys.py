"""Keys to log in with: from files, and from an agent that holds them."""

import base64
import binascii
import io
import os
import socket
import stat
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from paramiko.agent import AgentSSH

from agent.secret import SecretError, read_secret
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
class Credential:
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

    def credentials(self) -> tuple[Credential, ...]:
        """The keys it holds."""
        return tuple(Credential(f"{key.comment or key.get_name()} (agent)", key) for key in self.get_keys())

    def close(self) -> None:
        """End the conversation."""
        self._close()  # type: ignore[attr-defined]


def read_key(path: Path, passphrase: Reference | None) -> tuple[Credential, ...]:
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
    bare = Credential(str(path), _load(path, found.st_mtime_ns, password))
    certificate = path.with_name(f"{path.name}-cert.pub")
    if not certificate.exists():
        return (bare,)
    return (Credential(str(certificate), _certified(path, found.st_mtime_ns, password, certificate)), bare)


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
    """The first public key in OpenSSH's own format, which stands there in the clear."""
    if not data.startswith(_MAGIC):
        return None
    rest = data[len(_MAGIC) :]
    for skipped in range(5):  # cipher, kdf, its options, a count, the key
        size = 0 if skipped == 3 else int.from_bytes(rest[:4], "big")
        if skipped == 4:
            return rest[4 : 4 + size]
        rest = rest[4 + size :]
    return None


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
