"""The HTTP endpoint for browsers, Prometheus and load balancers: three paths, on loopback or a Unix socket only."""

import contextlib
import json
import logging
import os
import socket
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from io import BytesIO
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from agent.domain.errors import StoreError
from agent.self_check.rules import HealthProblem, is_healthy
from agent.service.acceptor import BACKLOG, AcceptLimits, Acceptor

log = logging.getLogger(__name__)

LIMITS = AcceptLimits(size=65_536)
"""Of all who ask; a request's body is never read."""
SOCKET_MODE = 0o660
"""Access to the socket: its owner and its group."""
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
    """The address to listen on: a Unix socket, or an address and port of loopback."""

    path: Path | None = None
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `127.0.0.1:9464`, `[::1]:9464`, `localhost:9464` or `unix:/path`. Raises ValueError."""
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
    """The pages, each rendered on request in a thread of its own. All may raise StoreError."""

    metrics: Callable[[], bytes]
    health: Callable[[], tuple[HealthProblem, ...]]
    wall: Callable[[bool], str]  # argument: whether the page refreshes itself
    version: str = ""


@dataclass(frozen=True, slots=True)
class _Reply:
    code: HTTPStatus
    kind: str
    body: bytes


class HttpEndpoint:
    """Answers until it is closed, in threads of its own."""

    def __init__(self, place: ListenAddress, pages: Pages, limits: AcceptLimits = LIMITS) -> None:
        """Listen; raises OSError where that cannot be."""
        self._place = place
        self._listener = _listening(place)
        self.port = 0 if place.path else int(self._listener.getsockname()[1])
        """The port that it listens on; 0 for a Unix socket."""

        def answer_one(connection: socket.socket, head: bytes) -> None:
            _Answering(connection, head, pages, local=place.path is not None)

        self._acceptor = Acceptor(
            self._listener, answer_one, ends=(b"\r\n\r\n", b"\n\n"), busy=_BUSY, limits=limits, name="endpoint"
        )

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._acceptor.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Answer no more."""
        self.close()

    @property
    def answers(self) -> bool:
        """Whether it still does."""
        return self._acceptor.answers

    def close(self) -> None:
        """Answer no more; who is slow is not waited for. May be called again."""
        if not self.answers:
            return
        self._acceptor.close()
        if self._place.path is not None:
            with contextlib.suppress(OSError):
                self._place.path.unlink()


class _Answering(BaseHTTPRequestHandler):
    """One request, whose head was read."""

    server_version = "siterounds"
    sys_version = ""

    def __init__(self, connection: socket.socket, head: bytes, pages: Pages, *, local: bool) -> None:
        """Answer it; `local` where it came over a Unix socket."""
        self._head = head
        self._pages = pages
        self._local = local
        super().__init__(connection, None, None)  # type: ignore[arg-type]  # it only keeps them

    def setup(self) -> None:
        """Read what was read, and nothing more."""
        super().setup()
        self.rfile.close()
        self.rfile = BytesIO(self._head)  # it is read from, and no more

    def do_GET(self) -> None:
        """Answer."""
        self._send(self._answer())

    do_HEAD = do_GET  # noqa: N815

    def _answer(self) -> _Reply:
        if not self._local and not _means_us(self.headers.get("Host", "")):
            return _text(HTTPStatus.FORBIDDEN, "ask for 127.0.0.1: another name may be somebody's trick")
        path = self.path.partition("?")[0]
        try:
            return answer(path, self._pages)
        except StoreError as error:
            log.warning("%s cannot be answered: %s", path if path in PATHS else "a request", error)
            return _unreadable(path, str(error), self._pages.version)
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
        """Log nothing: scrapes are frequent."""

    def address_string(self) -> str:
        """Who asks; the library takes it from an address that a Unix socket has not."""
        return "-"


PATHS = ("/", "/still", "/metrics", "/health")


def answer(path: str, pages: Pages) -> _Reply:
    """Return the page of one path. Raises StoreError."""
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


_BUSY = (
    b"HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nRetry-After: 1\r\n\r\n"
    b"too many ask at once\n"
)


def _listening(place: ListenAddress) -> socket.socket:
    if place.path is None:
        return _bound(socket.AF_INET6 if ":" in place.host else socket.AF_INET, (place.host, place.port))
    _clear(place.path)
    before = os.umask(0o777 & ~SOCKET_MODE)  # it is never there for others, not even for a moment
    try:
        return _bound(socket.AF_UNIX, str(place.path))
    finally:
        os.umask(before)


def _bound(family: socket.AddressFamily, address: str | tuple[str, int]) -> socket.socket:
    listener = socket.socket(family)
    try:
        if family != socket.AF_UNIX:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


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
