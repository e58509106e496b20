"""Another company's server: what reaches it came by a redirect or a link that nobody should have followed."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from tests.standins.exchange import Answer, Seen
from tests.standins.wire import Reply, Wire

_CREDENTIALS = ("authorization", "proxy-authorization", "cookie", "x-api-key")


class Elsewhere:
    """Answers everything with an empty JSON object, and remembers what arrived.

    `credentials` holds each header that grants access, and the name of each secret that stood anywhere in a request.
    """

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self.seen: list[Seen] = []
        self.credentials: list[str] = []
        self.troubles: list[str] = []
        self._secrets = dict(secrets)
        self._lock = threading.Lock()
        self._wire = Wire(self._respond, self.troubles.append)

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._wire.port}"

    @property
    def open(self) -> Callable[[], None]:
        """Begin to answer."""
        return self._wire.open

    @property
    def close(self) -> Callable[[], None]:
        """Stop to answer."""
        return self._wire.close

    def _respond(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        path = urlsplit(target).path
        text = "\n".join([target, *headers.values(), body.decode(errors="replace")])
        with self._lock:
            self.seen.append(
                Seen(method, path, {}, dict(headers), body, f"{method} {path}", datetime.now(UTC), answered=200)
            )
            self.credentials += [f"{name}: {headers[name]}" for name in _CREDENTIALS if name in headers]
            self.credentials += [name for name, secret in self._secrets.items() if secret and secret in text]
        return Reply(Answer(200, b"{}"))
