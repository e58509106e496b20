"""What a browser, Prometheus and a load balancer may ask: three addresses, on loopback or a Unix socket alone."""

import contextlib
import json
import logging
import os
import socket
import stat
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_address
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, Self
from urllib.parse import urlsplit

from agent.domain.errors import StoreError
from agent.self_check.rules import HealthProblem, is_healthy

log = logging.getLogger(__name__)

AT_ONCE = 8
"""Requests answered at the same time; more are turned away."""
PATIENCE = 10.0
"""Seconds for which one who asks may be silent."""
SOCKET_MODE = 0o660
"""Who may use the socket: its owner and its group."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; "
    "base-uri 'none'; form-action 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where it listens: a Unix socket, or an address and port of loopback."""

    path: Path | None = None
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464` or `unix:/path`; ValueError says what is allowed."""
        if text.startswith("unix:"):
            path = Path(text.removeprefix("unix:"))
            if not path.is_absolute() or len(os.fsencode(path)) > 107:
                raise ValueError("the socket's path must be absolute, and 107 bytes long at most")
            return cls(path)
        try:
            parts = urlsplit(f"//{text}")
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise ValueError(_ALLOWED) from error
        if port is None or parts.path or parts.query or parts.username is not None or not _is_loopback(host):
            raise ValueError(_ALLOWED)
        return cls(None, "127.0.0.1" if host == "localhost" else host, port)


_ALLOWED = "must be 127.0.0.1:PORT, [::1]:PORT or unix:/path: what is shown is not for everybody in the network"


@dataclass(frozen=True, slots=True)
class Pages:
    """What is shown; each is made when somebody asks, in a thread of its own. All may raise StoreError."""

    metrics: Callable[[], bytes]
    health: Callable[[], tuple[HealthProblem, ...]]
    wall: Callable[[bool], str]  # whether it renews itself
    version: str = ""


@dataclass(frozen=True, slots=True)
class _Reply:
    code: HTTPStatus
    kind: str
    body: bytes


class HttpEndpoint:
    """Answers until it is closed, in threads of its own."""

    def __init__(self, place: ListenAddress, pages: Pages) -> None:
        """Listen; raises OSError where that cannot be."""
        self._server = _listening(place, pages)
        self._place = place
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="endpoint", daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on; 0 for a Unix socket."""
        return 0 if self._place.path else int(self._server.server_address[1])

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Answer no more."""
        self.close()

    @property
    def answers(self) -> bool:
        """Whether it still does."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Answer no more; who is slow is not waited for. May be called again."""
        if not self.answers:
            return
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)
        if self._place.path is not None:
            with contextlib.suppress(OSError):
                self._place.path.unlink()


class _Server(ThreadingMixIn, HTTPServer):
    """Holds what the threads share."""

    daemon_threads = True
    block_on_close = False  # who is slow does not keep the service from ending
    allow_reuse_address = True
    request_queue_size = 16

    def __init__(self, place: ListenAddress, pages: Pages) -> None:
        self.pages = pages
        self.room = threading.BoundedSemaphore(AT_ONCE)
        self.local = place.path is not None
        self.address_family = socket.AF_UNIX if self.local else socket.AF_INET6 if ":" in place.host else socket.AF_INET
        address: Any = str(place.path) if self.local else (place.host, place.port)
        super().__init__(address, _Answering)

    def server_bind(self) -> None:
        """Bind without asking the DNS who we are, which `HTTPServer` does."""
        if not self.local and self.allow_reuse_address:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "siterounds", 0

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """One who went away in the middle is no news."""
        log.debug("a request broke off", exc_info=True)


class _Answering(BaseHTTPRequestHandler):
    """One request."""

    server: _Server
    timeout = PATIENCE
    server_version = "siterounds"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer, if there is room."""
        if not self.server.room.acquire(blocking=False):
            self._send(_text(HTTPStatus.SERVICE_UNAVAILABLE, "too many ask at once"))
            return
        try:
            self._send(self._answer())
        finally:
            self.server.room.release()

    do_HEAD = do_GET  # noqa: N815

    def _answer(self) -> _Reply:
        if not self.server.local and not _means_us(self.headers.get("Host", "")):
            return _text(HTTPStatus.FORBIDDEN, "ask for 127.0.0.1: another name may be somebody's trick")
        path = self.path.partition("?")[0]
        try:
            return answer(path, self.server.pages)
        except StoreError as error:
            log.warning("%s cannot be answered: %s", path if path in PATHS else "a request", error)
            return _unreadable(path, str(error), self.server.pages.version)
        except Exception:
            log.exception("%s cannot be answered", path if path in PATHS else "a request")
            return _text(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong; the journal tells what")

    def _send(self, reply: _Reply) -> None:
        self.send_response(reply.code)
        for name, value in {**_HEADERS, "Content-Type": reply.kind, "Content-Length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a scrape every few seconds is no news."""

    def address_string(self) -> str:
        """Who asks; the library takes it from an address that a Unix socket has not."""
        return "-"


PATHS = ("/", "/still", "/metrics", "/health")


def answer(path: str, pages: Pages) -> _Reply:
    """What one path shows; raises StoreError."""
    match path:
        case "/" | "/still":
            return _Reply(HTTPStatus.OK, "text/html; charset=utf-8", pages.wall(path == "/").encode())
        case "/metrics":
            return _Reply(HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", pages.metrics())
        case "/health":
            return _health(pages.health(), pages.version)
    return _text(HTTPStatus.NOT_FOUND, f"there is {', '.join(PATHS)}")


def _health(reasons: tuple[HealthProblem, ...], version: str) -> _Reply:
    is_well = is_healthy(reasons)
    listed = [{"about": one.about, "says": one.message, "grave": one.critical} for one in reasons]
    said: Mapping[str, Any] = {"healthy": is_well, "version": version, "reasons": listed}
    code = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return _Reply(code, "application/json", json.dumps(said, indent=2).encode() + b"\n")


def _unreadable(path: str, why: str, version: str) -> _Reply:
    if path == "/health":
        return _health((HealthProblem("store", why, critical=True),), version)
    return _text(HTTPStatus.SERVICE_UNAVAILABLE, "the store cannot be read; /health tells why")


def _text(code: HTTPStatus, sentence: str) -> _Reply:
    return _Reply(code, "text/plain; charset=utf-8", f"{sentence}\n".encode())


def _listening(place: ListenAddress, pages: Pages) -> _Server:
    if place.path is None:
        return _Server(place, pages)
    _clear(place.path)
    before = os.umask(0o777 & ~SOCKET_MODE)  # it is never there for others, not even for a moment
    try:
        return _Server(place, pages)
    finally:
        os.umask(before)


def _clear(path: Path) -> None:
    """Take away a socket that nobody answers at any more; one that is used, or anything else, is left."""
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(17, "it is there, and no socket", str(path))
    except FileNotFoundError:
        return
    with socket.socket(socket.AF_UNIX) as trial:
        try:
            trial.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _means_us(host: str) -> bool:
    """Whether a Host header names this machine: a page from elsewhere can have a browser ask us under its own name."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return False
    return _is_loopback(name)
