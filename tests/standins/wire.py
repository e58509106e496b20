"""HTTP/1.1 with keep-alive on a free port of loopback, for clients that may be killed at any moment."""

import socket
import socketserver
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.standins.exchange import Answer

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Reply:
    """How an answer leaves: after `wait` seconds; whole, or cut off, or not at all where `answer` is None."""

    answer: Answer | None
    wait: float = 0.0
    truncated: bool = False


Respond = Callable[[str, str, Mapping[str, str], bytes], Reply]
"""(method, path with its query, headers in lower case, body) → reply."""


class Wire:
    """A server from `open` to `close`; what goes wrong inside it comes to `troubled` and never to standard error."""

    def __init__(self, respond: Respond, troubled: Callable[[str], None]) -> None:
        self.closing = threading.Event()
        self._server = _Server(respond, troubled, self.closing)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def open(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def close(self) -> None:
        """Stop to answer, and cut every connection that is still open."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_all()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, respond: Respond, troubled: Callable[[str], None], closing: threading.Event) -> None:
        self.respond, self.troubled, self.closing = respond, troubled, closing
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Conversation)

    def server_bind(self) -> None:
        socketserver.TCPServer.server_bind(self)  # HTTPServer would ask the DNS for this machine's name
        self.server_name, self.server_port = "127.0.0.1", int(self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if not isinstance(error, ConnectionError | TimeoutError) and not self.closing.is_set():
            self.troubled(f"the stand-in itself failed: {error!r}")

    def cut_all(self) -> None:
        with self._lock:
            for connection in self._open:
                _cut(connection)


class _Conversation(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.removeprefix("do_") in _METHODS:
            return self._converse
        raise AttributeError(name)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: standard error belongs to the tests."""

    def _converse(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = headers.get("content-length", "0")
        if not said.isdecimal() or "transfer-encoding" in headers:
            self.close_connection = True
            self.wfile.write(self._rendered(Answer(411, b"{}"), truncated=False))
            return
        length = int(said)
        body = self.rfile.read(length) if length else b""
        if len(body) < length:  # the client died in the middle of its request
            self.close_connection = True
            return
        reply = self.server.respond(self.command, self.path, headers, body)
        if reply.wait:
            self.server.closing.wait(reply.wait)
        if self.server.closing.is_set():
            reply = Reply(None)
        if reply.answer is not None and reply.answer.finish is not None:
            reply.answer.finish()
        if reply.answer is None or reply.truncated:
            self.close_connection = True
        if reply.answer is not None:
            self.wfile.write(self._rendered(reply.answer, truncated=reply.truncated))
        if self.close_connection:
            _cut(self.connection)

    def _rendered(self, answer: Answer, *, truncated: bool) -> bytes:
        lines = [
            f"HTTP/1.1 {answer.status} {_PHRASES.get(answer.status, '')}",
            f"Date: {self.date_time_string()}",
            f"Content-Type: {answer.content_type}",
            f"Content-Length: {len(answer.body)}",
            *(f"{name}: {value}" for name, value in answer.headers.items()),
            *(["Connection: close"] if self.close_connection and not truncated else []),
        ]
        body = answer.body[: len(answer.body) // 2] if truncated else answer.body
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (b"" if self.command == "HEAD" else body)


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
