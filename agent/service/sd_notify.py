"""systemd: notifications, the deadlines of its watchdog, and its journal; nothing where it did not start us."""

import logging
import os
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

log = logging.getLogger(__name__)


class Notifier:
    """Sends datagrams to $NOTIFY_SOCKET. Thread-safe; no method raises, because notifications are not essential."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Read the socket's path and the watchdog interval from the environment."""
        self._address = environment.get("NOTIFY_SOCKET", "")
        self.watchdog_seconds = _watchdog(environment)

    @property
    def heard(self) -> bool:
        """Whether systemd listens."""
        return bool(self._address)

    def ready(self, text: str = "") -> None:
        """Notify that the start or a reload is complete."""
        self._send("READY=1", _words(text))

    def reloading(self) -> None:
        """Notify that a reload has begun; `ready` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self, text: str = "") -> None:
        """Notify that the process is stopping."""
        self._send("STOPPING=1", _words(text))

    def watchdog(self) -> None:
        """Feed the watchdog; call it only after progress."""
        self._send("WATCHDOG=1")

    def say(self, text: str) -> None:
        """Set the line that `systemctl status` shows."""
        self._send(_words(text))

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.settimeout(1)
                out.sendto("\n".join(line for line in lines if line).encode(), address)
        except OSError as error:
            log.warning("systemd could not be told %s: %s", lines[0], error.strerror or error)


def _words(text: str) -> str:
    return f"STATUS={' '.join(text.split())}" if text else ""


def _watchdog(environment: Mapping[str, str]) -> float | None:
    """Return the watchdog's timeout in seconds. None: there is none, or it is for another process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    micros = environment.get("WATCHDOG_USEC", "")
    return int(micros) / 1e6 if micros.isdecimal() and int(micros) > 0 else None


SOCKET = Path("/run/systemd/journal/socket")
LONGEST = 48 * 1024
"""Bytes of a field at most; a datagram does not hold much more."""

_LEVELS = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_FIELD = re.compile(r"[A-Z][A-Z0-9_]{0,50}")


class Journal(logging.Handler):
    """Writes each record to the journal; `extra={"about": {"SITE": "shop"}}` adds the field SITEROUNDS_SITE=shop."""

    def __init__(self, path: Path = SOCKET) -> None:
        """Connect to the journal. Raises OSError if there is none."""
        super().__init__()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; one that cannot be sent is lost, because the service works without a journal."""
        try:
            self._socket.send(datagram(self._fields(record)))
        except (OSError, ValueError, TypeError):
            self.handleError(record)

    def close(self) -> None:
        """Close the connection to the journal."""
        self._socket.close()
        super().close()

    def _fields(self, record: logging.LogRecord) -> Mapping[str, str]:
        about = getattr(record, "about", {})
        return {
            "MESSAGE": self.format(record),
            "PRIORITY": str(priority(record.levelno)),
            "SYSLOG_IDENTIFIER": "siterounds",
            "LOGGER": record.name,
            "CODE_FILE": record.pathname,
            "CODE_LINE": str(record.lineno),
            **{f"SITEROUNDS_{name}": str(value) for name, value in about.items()},
        }


def priority(level: int) -> int:
    """Return the journal's priority, 2 for critical to 7 for debugging."""
    return next((found for least, found in _LEVELS if level >= least), 7)


def datagram(fields: Mapping[str, str]) -> bytes:
    """Fields as the journal reads them; a value of several lines is told by its length. ValueError for a bad name."""
    parts = []
    for name, value in fields.items():
        if not _FIELD.fullmatch(name):
            raise ValueError(f"{name} is no name of a field: have capital letters, digits and _")
        data = value.encode("utf-8", "replace")[:LONGEST]
        parts.append(f"{name}=".encode() + data if b"\n" not in data else _long(name, data))
    return b"\n".join([*parts, b""])


def _long(name: str, data: bytes) -> bytes:
    return name.encode() + b"\n" + struct.pack("<Q", len(data)) + data


def journal_listens(environment: Mapping[str, str] = os.environ, descriptor: int = 2) -> bool:
    """Whether standard error is connected to the journal, by JOURNAL_STREAM."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def log_to_journal(level: int = logging.INFO) -> bool:
    """Log to the journal if standard error is connected to it. Returns whether it is."""
    if not journal_listens() or not SOCKET.exists():
        return False
    try:
        journal = Journal()
    except OSError:
        return False
    journal.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [journal]
    root.setLevel(level)
    return True


class WatchdogDeadlines:
    """Promises of the service's threads. Thread-safe. `clock` returns monotonic seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def extend(self, who: str, seconds: float) -> None:
        """Promise another call of this method or of `rest` within so many seconds."""
        with self._lock:
            self._until[who] = self._clock() + seconds

    def rest(self, who: str) -> None:
        """Withdraw the promise."""
        with self._lock:
            self._until.pop(who, None)

    def expired(self) -> tuple[str, ...]:
        """Return the names of those who broke a promise."""
        with self._lock:
            now = self._clock()
            return tuple(who for who, until in self._until.items() if until < now)
