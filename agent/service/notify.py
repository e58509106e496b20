"""What systemd is told of us, by its notification protocol; nothing at all where systemd did not start us."""

import logging
import os
import socket
import time
from collections.abc import Mapping

log = logging.getLogger(__name__)


class Notifier:
    """Datagrams to $NOTIFY_SOCKET. Safe between threads; no method raises, for being heard is not what we are for."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Read where to write, and how often the watchdog wants to hear of us."""
        self._address = environment.get("NOTIFY_SOCKET", "")
        self.watchdog_seconds = _watchdog(environment)

    @property
    def heard(self) -> bool:
        """Whether anybody listens."""
        return bool(self._address)

    def ready(self, text: str = "") -> None:
        """Started, or done with reloading: everything that could be wrong at the start has been looked at."""
        self._send("READY=1", _words(text))

    def reloading(self) -> None:
        """Reading the configuration anew; `ready` ends it."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self, text: str = "") -> None:
        """On the way out."""
        self._send("STOPPING=1", _words(text))

    def watchdog(self) -> None:
        """There was progress; to be said only then."""
        self._send("WATCHDOG=1")

    def say(self, text: str) -> None:
        """One line that `systemctl status` shows."""
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
    """Seconds of silence after which systemd ends us; None where it does not, or means another process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    micros = environment.get("WATCHDOG_USEC", "")
    return int(micros) / 1e6 if micros.isdecimal() and int(micros) > 0 else None
