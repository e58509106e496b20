"""An HTTP client of one service: one session, one base URL, its rate limits, no redirects, and typed errors."""

import json
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, Self
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError

from agent.clock import now
from agent.domain.errors import AuthenticationError, PermanentError, TransientError, UnknownOutcomeError
from agent.integrations.protocol import ClientContext
from agent.integrations.rate_limit import Limit, block_for, delay, reserve
from checks.redaction import redact

_TEXTS = ("description", "message", "error_description", "detail", "title", "MESSAGE")
_LONGEST = 300  # characters


def described(kind: str, body: bytes) -> tuple[str, str]:
    """Return the service's name of the error and its sentences, redacted; "" where there are none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        text = body[:1000].decode("utf-8", "replace") if "text/plain" in kind else ""
        return "", _redacted(text)
    error = document.get("error") if isinstance(document, dict) else None
    named = error.get("title") if isinstance(error, dict) else error
    name = named if isinstance(named, str) else ""
    sentences = dict.fromkeys([*([name] if name else []), *_sentences(document)])
    return _redacted(name), _redacted(": ".join(sentences))


def _redacted(text: str) -> str:
    return redact(" ".join(text.split()), _LONGEST)


def _sentences(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the sentences of a response, general ones before those about a field."""
    if depth > 6:
        return
    if isinstance(value, dict):
        yield from (value[key] for key in _TEXTS if isinstance(value.get(key), str) and value[key])
        for key, inner in value.items():
            if key in ("details", "errors", "error", "base") or depth:
                yield from _sentences(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value[:5]:
            if isinstance(inner, str):
                yield inner
            else:
                yield from _sentences(inner, depth + 1)


Auth = Callable[[requests.PreparedRequest], requests.PreparedRequest]
"""Adds the credentials to a request."""

TIMEOUTS = (5.0, 30.0)
"""Seconds to connect, and between two bytes of a response."""
PATIENCE = 30.0
"""Seconds that a request waits for its rate limit; a longer wait raises TransientError."""
_LONGEST_WAIT = 86_400.0  # seconds; a service that asks for more is tried again after this
LARGEST = 20 * 1024 * 1024
"""Bytes of a response at most."""


@dataclass(frozen=True, slots=True)
class ApiResponse:
    """The response to a request that was carried out."""

    code: int
    headers: Mapping[str, str]  # names in any case
    body: bytes

    def json(self) -> Any:
        """Return the body as JSON. Raises UnknownOutcomeError if it is not valid: the request was carried out."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise UnknownOutcomeError("the answer is no whole JSON document") from error


class _Session(requests.Session):
    """A session that never recognises a redirect: requests would read one's body even without following it."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:  # noqa: ARG002
        """Return None: there is no redirect."""
        return None


class HttpClient:
    """The client of one service. Every method raises ServiceError.

    `url` is the base URL of all paths. `auth` alone adds the credentials to each request.
    """

    def __init__(self, name: str, url: str, auth: Auth, headers: Mapping[str, str], context: ClientContext) -> None:
        self.name = name
        self.url = url.rstrip("/")
        self._auth = auth
        self._paces = context.paces
        self._on_response = context.on_response
        self._session = _Session()
        self._session.headers.update(headers)

    def __enter__(self) -> Self:
        """Use the session as a context."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Close the connections."""
        self._session.close()

    def request(
        self,
        method: str,
        path: str,
        limits: Sequence[Limit],
        *,
        params: Mapping[str, str | int] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiResponse:
        """Send one request, once, when the rate limits allow it. `path` begins with /, or is a URL of this service."""
        self._wait(limits)
        try:
            with self._session.request(
                method,
                self._address(path),
                params=params,
                data=body,
                headers=dict(headers or {}),
                auth=self._auth,
                timeout=TIMEOUTS,
                allow_redirects=False,
                stream=True,
            ) as response:
                self._on_response(self.name, response.status_code, response.headers, now())
                answer = ApiResponse(response.status_code, response.headers, self._body(response))
        except requests.RequestException as error:
            raise self._map_exception(error) from error
        self._apply_backoff(answer, limits)
        return self._raise_for_status(answer)

    def _address(self, path: str) -> str:
        if path.startswith("/"):
            return self.url + path
        if _origin(path) != _origin(self.url):
            raise AuthenticationError(f"{self.name} gave a link that leads elsewhere; it was not followed")
        return path

    def _body(self, response: requests.Response) -> bytes:
        body = bytearray()
        for part in response.iter_content(65536):
            body += part
            if len(body) > LARGEST:
                raise UnknownOutcomeError(f"{self.name} answered with more than {LARGEST >> 20} MB")
        return bytes(body)

    def _wait(self, limits: Sequence[Limit]) -> None:
        marks = [
            self._paces.reserve(self._bucket(one), lambda mark, one=one: reserve(one, mark, now()))  # type: ignore[misc]
            for one in limits
        ]
        at = now()
        wait = max((delay(one, mark, at) for one, mark in zip(limits, marks, strict=True)), default=0.0)
        if wait > PATIENCE:
            raise TransientError(f"{self.name} is to be left alone for {wait:.0f} s", after=wait, code=429)
        if wait > 0:
            time.sleep(wait)

    def _apply_backoff(self, answer: ApiResponse, limits: Sequence[Limit]) -> None:
        """Block the account's bucket if the service asks us to wait, or says that no requests are left, by whomever."""
        seconds = asked_to_wait(answer.headers)
        asked = answer.code == requests.codes.too_many_requests or "Retry-After" in answer.headers
        if not asked and not _used_up(answer.headers):
            return
        for one in limits[:1]:  # the account's own limit comes first
            until = block_for(one, 60.0 if seconds is None else seconds, now())
            self._paces.reserve(self._bucket(one), lambda mark, until=until: max(mark or until, until))  # type: ignore[misc]

    def _bucket(self, limit: Limit) -> str:
        return f"{self.name} {limit.bucket}"

    def _raise_for_status(self, answer: ApiResponse) -> ApiResponse:
        code, after = answer.code, asked_to_wait(answer.headers)
        if 200 <= code < 300:
            return answer
        name, said = described(answer.headers.get("Content-Type", ""), answer.body)
        reason = f"{self.name} answered {code}" + (f": {said}" if said else "")
        if 300 <= code < 400:
            raise AuthenticationError(
                f"{self.name} sent us on to {_host(answer.headers.get('Location', ''))}; credentials do not go there",
                f"is {self.url} the right address?",
                code=code,
            )
        if code == 401:
            remedy = f"{self.name} does not accept our credentials: renew them where they are kept"
            raise AuthenticationError(reason, remedy, code=code)
        if code == 429:
            raise TransientError(reason, after=60.0 if after is None else after, code=code)
        if code in (408, 425) or code >= 500:
            raise UnknownOutcomeError(reason, after=_seconds(answer.headers, ("Retry-After",)), code=code)
        remedy = f"give the account that we use in {self.name} this right" if code == 403 else ""
        raise PermanentError(reason, remedy, code=code, name=name)

    def _map_exception(self, error: requests.RequestException) -> Exception:
        inner = getattr(error.args[0], "reason", None) if error.args else None
        if isinstance(inner, Exception) and any(isinstance(one, ssl.SSLCertVerificationError) for one in inner.args):
            return AuthenticationError(f"{self.url} shows a certificate that is not trusted", f"is {self.url} right?")
        causes = (NewConnectionError, ConnectTimeoutError, NameResolutionError)
        if isinstance(error, requests.ConnectTimeout) or isinstance(inner, causes):
            return TransientError(f"{self.name} was not reached at {_host(self.url)}")
        if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidURL):
            return TransientError(f"{self.name} was not reached: {type(error).__name__}")
        return UnknownOutcomeError(f"the connection to {self.name} broke before it had answered")


def asked_to_wait(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a response asks to wait, by Retry-After or the reset of its limit; None: not at all."""
    return _seconds(headers, ("Retry-After", "ratelimit-reset", "X-Rate-Limit-Reset", "X-RateLimit-Reset"))


def _seconds(headers: Mapping[str, str], names: Sequence[str]) -> float | None:
    for name in names:
        text = headers.get(name, "").strip()
        if text.isascii() and text.isdigit():
            return min(float(text), _LONGEST_WAIT)  # an int of very many digits would be refused
        if text.endswith("GMT"):
            try:
                until = parsedate_to_datetime(text)
            except ValueError:
                continue
            return min(max((until - now()).total_seconds(), 0.0), _LONGEST_WAIT)
    return None


def _used_up(headers: Mapping[str, str]) -> bool:
    names = ("X-Rate-Limit-Remaining", "ratelimit-remaining", "X-RateLimit-Remaining")
    return any(headers.get(name, "").strip() == "0" for name in names)


def _origin(url: str) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.netloc


def _host(url: str) -> str:
    """Return the host of a URL, without anything secret that may be in it."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}{f':{parts.port}' if parts.port else ''}" if parts.hostname else "nowhere"
    except ValueError:
        return "nowhere"


PAUSE = 0.5
"""Seconds before a question is asked a second time."""


def read(
    service: HttpClient, path: str, limits: Sequence[Limit], params: Mapping[str, str | int] | None = None
) -> Mapping[str, Any]:
    """The JSON object at a path, with every number that has a fraction as a Decimal. Raises ServiceError.

    What was not answered is asked once more, unless the service wants to be left alone.
    """
    try:
        return _object(service.name, service.request("GET", path, limits, params=params))
    except UnknownOutcomeError as error:
        if error.after is not None:
            raise
    time.sleep(PAUSE)
    return _object(service.name, service.request("GET", path, limits, params=params))


def rows(answer: Mapping[str, Any], key: str, name: str) -> Sequence[Mapping[str, Any]]:
    """The list of objects under a key of an answer; UnknownOutcomeError where there is none."""
    found = answer.get(key)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise UnknownOutcomeError(f"{name} answered without a list of {key}")
    return found


def _object(name: str, answer: ApiResponse) -> Mapping[str, Any]:
    try:
        value = json.loads(answer.body, parse_float=Decimal, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise UnknownOutcomeError(f"{name} answered with what is no whole JSON document") from error
    if not isinstance(value, dict):
        raise UnknownOutcomeError(f"{name} answered with JSON that is no object")
    return value


def _refused(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def sound_token(name: str, token: str) -> str:
    """The token; AuthenticationError where it holds what no header can carry, such as a line break in its middle."""
    if token and token.isascii() and token.isprintable() and " " not in token:
        return token
    raise AuthenticationError(f"the secret kept for {name} is no token: it holds more than letters, digits and signs")
