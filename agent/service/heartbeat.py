"""The heartbeat: HTTP requests to a monitoring service, which alerts when they stop. Failures do not disturb us."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

import requests

from agent.clock import now
from agent.config import SecretError, read_secret
from agent.domain.service_state import HeartbeatKind, HeartbeatResult
from inventory.secrets import Reference

log = logging.getLogger(__name__)

TIMEOUTS = (5.0, 10.0)
"""Seconds to connect, and until a response begins."""
TRIES = 2
"""Attempts of one heartbeat; the second follows at once, because a connection may be lost by chance."""
LONGEST = 1_000
"""Characters of the text sent with it."""


Secrets = Callable[[Reference], str]


class _Session(requests.Session):
    """A session that never recognises a redirect: requests would read one's body even without following it."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Return None: there is no redirect."""
        return None


class Heartbeat:
    """Sends heartbeats to one URL. Thread-safe; failures of the network raise nothing."""

    def __init__(
        self, url: Reference, secrets: Secrets = read_secret, clock: Callable[[], datetime] = now, tries: int = TRIES
    ) -> None:
        """Create it without a request; the URL is read again for each heartbeat."""
        self._url = url
        self._secrets = secrets
        self._clock = clock
        self._tries = tries
        self._lock = threading.Lock()
        self._last: HeartbeatResult | None = None

    @property
    def last(self) -> HeartbeatResult | None:
        """Return the last result. None: none was sent yet."""
        with self._lock:
            return self._last

    def beat(self, kind: HeartbeatKind = HeartbeatKind.SUCCESS, said: str = "") -> HeartbeatResult:
        """Send one heartbeat with a short text; takes at most half a minute."""
        trouble, skew = self._send(kind, said)
        at = self._clock()
        with self._lock:
            before = self._last
            heard_at = at if not trouble else before.heard_at if before else None
            failures = (before.failures if before else 0) + 1 if trouble else 0
            self._last = HeartbeatResult(kind, at, trouble, heard_at, failures, skew)
            last = self._last
        if trouble and failures == 1:  # logged once, not at each repetition
            log.warning("the heartbeat was not heard: %s", trouble)
        elif not trouble and before is not None and before.failures:
            log.info("the heartbeat is heard again")
        return last

    def _send(self, kind: HeartbeatKind, said: str) -> tuple[str, float | None]:
        """Return why it failed, "" if it did not, and the clock skew in seconds."""
        try:
            url = address(self._secrets(self._url), kind)
        except SecretError as error:
            return str(error), None
        except ValueError as error:
            return f"{self._url}: {error}", None
        trouble: str = ""
        skew: float | None = None
        for _ in range(self._tries):
            trouble, skew, again = self._post(url, said)
            if not again:
                break
        return trouble, skew

    def _post(self, url: str, said: str) -> tuple[str, float | None, bool]:
        """Return the result of one attempt, and whether another one may succeed."""
        body = said[:LONGEST].encode()
        before = self._clock()
        try:
            with _Session() as session:
                answer = session.post(
                    url,
                    data=body,
                    headers={"Content-Type": "text/plain; charset=utf-8", "User-Agent": "siterounds"},
                    auth=lambda request: request,  # none, not even from ~/.netrc
                    timeout=TIMEOUTS,
                    allow_redirects=False,
                    stream=True,
                )
                code, told = answer.status_code, answer.headers.get("Date", "")
                answer.close()
        except requests.RequestException as error:
            return f"it was not reached ({type(error).__name__})", None, True
        skew = _skew(told, before, self._clock())
        if 200 <= code < 300:
            return "", skew, False
        if 300 <= code < 400:
            return f"it answered {code} and would have us go elsewhere", skew, False
        return f"it answered {code}", skew, code >= 500


def address(text: str, kind: HeartbeatKind) -> str:
    """Return the URL of one kind of heartbeat. Raises ValueError, without the URL, if it is invalid."""
    parts = urlsplit(text.strip())
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise ValueError("this is no web address without a password in it")
    if parts.scheme == "http" and not _is_here(parts.hostname):
        raise ValueError("its address has to begin with https: whoever knows it can send heartbeats in our name")
    path = parts.path.rstrip("/") + f"/{kind}" if kind else parts.path
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _skew(told: str, before: datetime, after: datetime) -> float | None:
    """Return the seconds by which our clock is ahead, from the middle of request and response. None: unknown."""
    try:
        theirs = parsedate_to_datetime(told)
    except ValueError:
        return None
    if theirs.tzinfo is None:
        return None
    middle = before + (after - before) / 2
    return (middle - theirs - timedelta(seconds=0.5)).total_seconds()
