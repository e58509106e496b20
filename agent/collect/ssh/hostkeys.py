"""Known host keys, and the files that hold them."""

import base64
import binascii
import fcntl
import hashlib
import hmac
import os
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agent.collect.ssh.config import matches
from agent.collect.ssh.route import Hop
from agent.collect.ssh.socket import connection_error
from agent.files import open_private
from checks.ssh import Outcome

STANDARD_FILES = (Path("~/.ssh/known_hosts"), Path("~/.ssh/known_hosts2"))
SYSTEM_FILES = (Path("/etc/ssh/ssh_known_hosts"), Path("/etc/ssh/ssh_known_hosts2"))
REVOKED = "@revoked"
AUTHORITY = "@cert-authority"


@dataclass(frozen=True, slots=True)
class ServerKey:
    """The public key of a server."""

    type: str  # "ssh-ed25519"
    base64: str

    @classmethod
    def parse(cls, text: str) -> "ServerKey":
        """Read "ssh-ed25519 AAAA… comment"; ValueError where that is no key."""
        type_, _, rest = text.strip().partition(" ")
        encoded = rest.split()[0] if rest.split() else ""
        try:
            blob = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError(f"{text[:40]!r} is no host key: {error}") from error
        if not type_ or blob[: 4 + len(type_)] != len(type_).to_bytes(4, "big") + type_.encode():
            raise ValueError(f"{text[:40]!r} is no host key; write TYPE BASE64, as in /etc/ssh/ssh_host_*_key.pub")
        return cls(type_, encoded)

    @property
    def fingerprint(self) -> str:
        """As ssh-keygen -l shows it: "SHA256:…"."""
        digest = hashlib.sha256(base64.b64decode(self.base64)).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def __str__(self) -> str:
        """As it is written in the inventory and in known-hosts files."""
        return f"{self.type} {self.base64}"


@dataclass(frozen=True, slots=True)
class KnownHost:
    """One key that one line vouches for, or warns of."""

    key: ServerKey
    source: str  # "~/.ssh/known_hosts line 3"
    marker: str = ""  # REVOKED, AUTHORITY


@dataclass(slots=True)
class _File:
    """One known-hosts file, in a form that is quick to ask."""

    exact: dict[str, list[KnownHost]] = field(default_factory=dict)
    patterns: list[tuple[tuple[str, ...], KnownHost]] = field(default_factory=list)
    hashed: list[tuple[bytes, bytes, KnownHost]] = field(default_factory=list)

    def find(self, name: str) -> Iterator[KnownHost]:
        name = name.lower()
        yield from self.exact.get(name, ())
        yield from (entry for patterns, entry in self.patterns if matches(patterns, (name,)))
        encoded = name.encode()
        yield from (entry for salt, digest, entry in self.hashed if hmac.digest(salt, encoded, "sha1") == digest)


class HostKeys:
    """The known-hosts files: our own, by the names of the inventory, and the user's and the system's, by address.

    Each is read once. Safe between threads.
    """

    def __init__(self, own: Path | None = None, files: Sequence[Path] | None = None) -> None:
        self.own = own
        self._files = tuple(files) if files is not None else None
        self._read: dict[Path, _File] = {}
        self._lock = threading.Lock()

    def find(self, name: str, address: str, port: int, instead: Sequence[Path] | None = None) -> tuple[KnownHost, ...]:
        """What is known of a host; `instead` are files to ask instead of the user's own."""
        place = address if port == 22 else f"[{address}]:{port}"
        user = STANDARD_FILES if instead is None else tuple(instead)
        files = self._files if self._files is not None else (*user, *SYSTEM_FILES)
        with self._lock:
            own = tuple(self._file(self.own).find(name)) if self.own else ()
            return own + tuple(entry for path in files for entry in self._file(path.expanduser()).find(place))

    def pin(self, name: str, *keys: ServerKey) -> None:
        """Have our own file vouch for these keys of a host and for no others. OSError where it cannot be written."""
        if self.own is None:
            raise ValueError("there is no known-hosts file of our own to write to")
        if not name or any(char.isspace() or char in ",*?!|@#" for char in name):
            raise ValueError(f"{name!r} cannot stand in a known-hosts file")
        self.own.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._lock, _alone(self.own):
            lines = _text(self.own).splitlines()
            kept = [line for line in lines if line.lower().split()[:1] != [name.lower()]]
            _write(self.own, "".join(f"{line}\n" for line in (*kept, *(f"{name} {key}" for key in keys))))
            self._read.pop(self.own, None)

    def _file(self, path: Path) -> _File:
        if path not in self._read:
            self._read[path] = _parse(_text(path), path)
        return self._read[path]


def _text(path: Path) -> str:
    """A file's text; empty where there is none, or none that we may read, which vouches for nothing."""
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _parse(text: str, path: Path) -> _File:
    """Lines that are damaged vouch for nothing."""
    file = _File()
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split()
        marker = words.pop(0) if words and words[0] in (REVOKED, AUTHORITY) else ""
        if len(words) < 3 or words[0].startswith(("#", "@")):
            continue
        try:
            entry = KnownHost(ServerKey.parse(f"{words[1]} {words[2]}"), f"{path} line {number}", marker)
            _add(file, words[0], entry)
        except ValueError:
            continue
    return file


def _add(file: _File, hosts: str, entry: KnownHost) -> None:
    if hosts.startswith("|1|"):
        _, _, salt, digest = hosts.split("|")
        file.hashed.append((base64.b64decode(salt), base64.b64decode(digest), entry))
        return
    names = tuple(hosts.lower().split(","))
    if any(char in name for name in names for char in "*?!"):
        file.patterns.append((names, entry))
        return
    for name in names:
        file.exact.setdefault(name, []).append(entry)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Hold the lock beside a file, so that two processes do not undo each other's pins."""
    lock = open_private(path.with_name(f"{path.name}.lock"))
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _write(path: Path, text: str) -> None:
    """Replace a file in one step, readable to nobody else."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if os.geteuid() == 0:  # root pins for whoever has the folder
                owner = path.parent.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def known_entries(hop: Hop, keys: HostKeys) -> tuple[KnownHost, ...]:
    """What is known of a hop's key: the inventory's word alone where it has one, else the known-hosts files'."""
    if hop.host_key:
        try:
            return (KnownHost(ServerKey.parse(hop.host_key), "the inventory"),)
        except ValueError as error:
            raise connection_error(Outcome.CONFIGURATION, f"host_key of {hop.name}: {error}") from error
    return keys.find(hop.name, hop.alias or hop.address, 22 if hop.alias else hop.port, hop.known_hosts)


def verify(hop: Hop, shown: ServerKey, entries: Sequence[KnownHost]) -> None:
    """NoConnectionError unless the key the server holds is one that is trusted."""
    revoked = [entry for entry in entries if entry.marker == REVOKED and entry.key == shown]
    trusted = [entry for entry in entries if not entry.marker]
    seen = f"{shown.type} {shown.fingerprint}"
    if revoked:
        raise connection_error(Outcome.HOST_KEY_REVOKED, f"the server's key {seen} is revoked ({revoked[0].source})")
    if any(entry.key == shown for entry in trusted):
        return
    if trusted:
        pinned = "; ".join(f"{entry.key.type} {entry.key.fingerprint} ({entry.source})" for entry in trusted[:4])
        remedy = (
            "somebody may stand between, or the machine was reinstalled: compare on its console "
            f"(ssh-keygen -lf /etc/ssh/ssh_host_{_file(shown.type)}_key.pub), and only if they agree, "
            + ("correct host_key in the inventory" if hop.host_key else _trusting(hop))
        )
        raise connection_error(Outcome.HOST_KEY_CHANGED, f"the server shows {seen}, known is {pinned}", remedy)
    reason = f"the server shows {seen}, and nothing vouches for it"
    if authorities := [entry.source for entry in entries if entry.marker == AUTHORITY]:
        reason += f" (certificates, as in {authorities[0]}, are not supported)"
    raise connection_error(Outcome.HOST_KEY_UNKNOWN, reason, _trusting(hop))


def _trusting(hop: Hop) -> str:
    if hop.inventoried:
        return f"siterounds hosts trust {hop.name}"
    return f"ssh to {hop.name} once by hand and compare its fingerprint, or add it to the inventory"


def _file(type_: str) -> str:
    """The part of /etc/ssh/ssh_host_…_key that a type of key has."""
    return {"ssh-ed25519": "ed25519", "ssh-rsa": "rsa"}.get(type_, "ecdsa")
