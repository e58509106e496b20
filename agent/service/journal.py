"""What is logged as the systemd journal likes it: with a level, and with fields that can be asked for."""

import logging
import os
import re
import socket
import struct
from collections.abc import Mapping
from pathlib import Path

SOCKET = Path("/run/systemd/journal/socket")
LONGEST = 48 * 1024
"""Bytes of a field; a datagram does not hold much more."""

_LEVELS = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
_FIELD = re.compile(r"[A-Z][A-Z0-9_]{0,50}")


class Journal(logging.Handler):
    """Writes each record to the journal; `extra={"about": {"SITE": "shop"}}` adds the field SITEROUNDS_SITE=shop."""

    def __init__(self, path: Path = SOCKET) -> None:
        """Open a way to the journal; OSError where there is none."""
        super().__init__()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise

    def emit(self, record: logging.LogRecord) -> None:
        """Send one record; one that cannot be sent is lost, for the service goes on without a journal."""
        try:
            self._socket.send(datagram(self._fields(record)))
        except (OSError, ValueError, TypeError):
            self.handleError(record)

    def close(self) -> None:
        """Close the way to the journal."""
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
    """The journal's level, 2 for critical to 7 for debugging."""
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
    """Whether standard error leads to the journal, as systemd says by JOURNAL_STREAM."""
    try:
        found = os.fstat(descriptor)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


def log_to_journal(level: int = logging.INFO) -> bool:
    """Have all that is logged go to the journal where standard error does; False, and nothing done, elsewhere."""
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
