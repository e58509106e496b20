"""One service over HTTP on its bad days: every answer and every silence becomes the error that says what to do."""

import gzip
import logging
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
import requests

from agent.domain.errors import AuthenticationError, PermanentError, ServiceError, TransientError, UnknownOutcomeError
from agent.integrations import http as module
from agent.integrations.http import ApiResponse, HttpClient, asked_to_wait
from agent.integrations.protocol import ClientContext
from agent.integrations.rate_limit import Booked, Limit
from tests.agent.integrations.raw import Raw, plain, raw, self_signed
from tests.agent.outbox.office import by_hand
from tests.standins import HandClock
from tests.standins.elsewhere import Elsewhere

SECRET = "s3cret-of-ours"
LIMITS = (Limit("account", 100, 60),)


class Marks:
    """Marks of buckets, kept in memory."""

    def __init__(self) -> None:
        self.marks: dict[str, datetime] = {}

    def reserve(self, bucket: str, booked: Booked) -> datetime:
        self.marks[bucket] = booked(self.marks.get(bucket))
        return self.marks[bucket]


def ours(request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"Bearer {SECRET}"
    return request


def ask(url: str, method: str = "POST", path: str = "/x", marks: Marks | None = None) -> ApiResponse:
    with HttpClient("Somewhere", url, ours, {"Accept": "application/json"}, ClientContext(marks or Marks())) as service:
        return service.request(method, path, LIMITS, body=b"{}" if method == "POST" else None)


def trouble(url: str, *, method: str = "POST", path: str = "/x") -> ServiceError:
    """The error that comes of asking, in which nothing is secret."""
    with pytest.raises(ServiceError) as caught:
        ask(url, method, path)
    said = f"{caught.value!s} {caught.value!r} {caught.value.reason} {caught.value.remedy}"
    assert SECRET not in said
    return caught.value


ANSWERS: list[tuple[int, str, type[ServiceError], float | None]] = [
    (302, "Location: https://evil.example/\r\n", AuthenticationError, None),
    (400, "", PermanentError, None),
    (401, "", AuthenticationError, None),
    (403, "", PermanentError, None),
    (404, "", PermanentError, None),
    (408, "", UnknownOutcomeError, None),
    (409, "", PermanentError, None),
    (422, "", PermanentError, None),
    (425, "", UnknownOutcomeError, None),
    (429, "Retry-After: 93\r\n", TransientError, 93.0),
    (429, "Retry-After: 4000\r\n", TransientError, 4000.0),
    (429, "Retry-After: soon\r\n", TransientError, 60.0),
    (429, "ratelimit-reset: 7\r\n", TransientError, 7.0),
    (429, "", TransientError, 60.0),
    (500, "", UnknownOutcomeError, None),
    (502, "", UnknownOutcomeError, None),
    (503, "Retry-After: 5\r\n", UnknownOutcomeError, 5.0),
    (599, "", UnknownOutcomeError, None),
]


@pytest.mark.parametrize(("code", "headers", "kind", "after"), ANSWERS)
def test_what_an_answer_means(code: int, headers: str, kind: type[ServiceError], after: float | None) -> None:
    with raw(plain(code, b'{"error": "Oops", "description": "It failed"}', headers)) as there:
        error = trouble(there.url)
    assert (type(error), error.code, error.after) == (kind, code, after)
    assert "Somewhere" in error.reason
    assert code < 400 or error.reason == f"Somewhere answered {code}: Oops: It failed"
    assert bool(error.remedy) is (code in (302, 401, 403))
    assert not isinstance(error, PermanentError) or error.name == "Oops"


@pytest.mark.parametrize("code", [200, 302, 401, 503])
def test_whoever_wants_to_know_hears_of_every_response(code: int) -> None:
    heard: list[tuple[str, int, str | None]] = []
    context = ClientContext(
        Marks(), on_response=lambda name, code, headers, _: heard.append((name, code, headers.get("date")))
    )
    with raw(plain(code, headers="Date: Mon, 23 Nov 2026 06:00:00 GMT\r\n")) as there, suppress(ServiceError):
        HttpClient("Somewhere", there.url, ours, {}, context).request("GET", "/x", LIMITS)
    assert heard == [("Somewhere", code, "Mon, 23 Nov 2026 06:00:00 GMT")]


def test_a_page_in_place_of_json_is_not_quoted() -> None:
    with raw(plain(503, b"<h1>We will be back</h1>", kind="text/html")) as there:
        assert trouble(there.url).reason == "Somewhere answered 503"


WAITS: list[tuple[Mapping[str, str], float | None]] = [
    ({}, None),
    ({"Retry-After": "0"}, 0.0),
    ({"Retry-After": " 12 "}, 12.0),
    ({"Retry-After": "9" * 5000}, 86_400.0),
    ({"Retry-After": "-1"}, None),
    ({"Retry-After": "1.5"}, None),
    ({"Retry-After": "\u0663"}, None),
    ({"Retry-After": "soon", "X-Rate-Limit-Reset": "9"}, 9.0),
    ({"Retry-After": "Mon, 23 Nov 2026 09:02:00 GMT"}, 120.0),
    ({"Retry-After": "Mon, 23 Nov 2026 08:00:00 GMT"}, 0.0),
    ({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 86_400.0),
    ({"Retry-After": "Mon, 99 Nov 2026 09:02:00 GMT"}, None),
    ({"Retry-After": "GMT"}, None),
]


@pytest.mark.parametrize(("headers", "seconds"), WAITS, ids=lambda value: repr(value)[:30])
def test_how_long_an_answer_asks_to_wait(headers: Mapping[str, str], seconds: float | None) -> None:
    with by_hand(HandClock()):
        assert asked_to_wait(headers) == seconds


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (plain(429, headers="Retry-After: 93\r\n"), 93),
        (plain(429, headers="Retry-After: 100000\r\n"), 900),
        (plain(429, headers="Retry-After: \xff\r\n"), 60),
        (plain(200, headers="X-Rate-Limit-Remaining: 0\r\nratelimit-reset: 17\r\n"), 17),
        (plain(200, headers="X-Rate-Limit-Remaining: 1\r\nratelimit-reset: 17\r\n"), 0),
        (plain(503, headers="Retry-After: 93\r\n"), 93),
        (plain(503), 0),
    ],
)
def test_a_service_is_left_alone_for_as_long_as_it_says(answer: bytes, waits: float) -> None:
    """A short wait is waited for; a long one is an error that says how long, and nothing is sent."""
    marks = Marks()
    with raw(answer, plain(200)) as there, by_hand(HandClock()) as clock:
        begun, told = clock(), 0.0
        with suppress(ServiceError):
            ask(there.url, marks=marks)
        try:
            ask(there.url, marks=marks)
        except TransientError as error:
            told = error.after or 0.0
            assert len(there.asked) == 1
        passed = (clock() - begun).total_seconds()
    assert passed <= module.PATIENCE
    assert waits <= passed + told <= waits + LIMITS[0].interval + 0.001


@pytest.mark.parametrize("code", [300, 301, 302, 303, 305, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_redirect_is_never_followed(code: int, method: str) -> None:
    elsewhere = Elsewhere({"ours": SECRET})
    elsewhere.open()
    with raw(plain(code, headers=f"Location: {elsewhere.url}/x\r\n")) as there:
        error = trouble(there.url, method=method)
    elsewhere.close()
    assert isinstance(error, AuthenticationError)
    assert "credentials do not go there" in error.reason
    assert elsewhere.seen == []


@pytest.mark.parametrize(
    "location", ["", "http://[", "\xff\xfe", "http://x:99999/", "//u:hunter2@evil.example/x", "javascript:0", "/x?y#z"]
)
def test_a_redirect_to_nonsense_is_one_sentence(location: str) -> None:
    with raw(plain(307, headers=f"Location: {location}\r\n")) as there:
        error = trouble(there.url)
    assert isinstance(error, AuthenticationError)
    assert "hunter2" not in str(error)


def test_links_are_followed_only_to_the_service_itself() -> None:
    with raw(plain(200, b'{"a": 1}')) as there:
        assert ask(there.url, "GET", f"{there.url}/next?page=2").json() == {"a": 1}
        assert there.asked[0].startswith(b"GET /next?page=2 ")
        for link in (
            f"http://127.0.0.1:{there.port}@evil.example/",
            f"https://127.0.0.1:{there.port}/",
            f"http://127.0.0.1:{there.port}.evil.example/",
            f"http://evil.example/{there.url}",
            "evil.example/x",
            "",
            "http://[",
        ):
            with pytest.raises(AuthenticationError, match="leads elsewhere"):
                ask(there.url, "GET", link)
        assert len(there.asked) == 1


HALF = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"ticket":'
UNCERTAIN = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "no number": b"HTTP/1.1 fine OK\r\n\r\n",
    "half a body": HALF,
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nabc",
    "no chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
    "no gzip": plain(200, b"{}", "Content-Encoding: gzip\r\n"),
    "many headers": plain(200, headers="X: y\r\n" * 200),
    "a long header": plain(200, headers=f"X: {'y' * 70_000}\r\n"),
}


@pytest.mark.parametrize("name", UNCERTAIN)
def test_an_answer_that_did_not_come_whole_may_have_been_carried_out(name: str) -> None:
    with raw(UNCERTAIN[name]) as there:
        error = trouble(there.url)
        assert isinstance(error, UnknownOutcomeError)
        assert len(there.asked) == 1, "it is never sent twice by itself"


NO_JSON = {
    **{repr(body[:9]): plain(200, body) for body in (b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000, b"<html>")},
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a gzip": plain(200, gzip.compress(b'{"a": 1}')[:-12], "Content-Encoding: gzip\r\n"),
}


@pytest.mark.parametrize("name", NO_JSON)
def test_json_that_is_none_may_have_been_carried_out(name: str) -> None:
    with raw(NO_JSON[name]) as there, pytest.raises(UnknownOutcomeError, match="no whole JSON"):
        ask(there.url).json()


def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 200_000)
    bomb = gzip.compress(b" " * 30_000_000)
    for answer in (plain(200, b" " * 200_001), plain(200, bomb, "Content-Encoding: gzip\r\n")):
        with raw(answer) as there:
            assert isinstance(trouble(there.url), UnknownOutcomeError)


def test_silence_is_waited_for_no_longer_than_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TIMEOUTS", (1.0, 0.05))
    for answer in (None, HALF):
        with raw(answer) as there:
            assert isinstance(trouble(there.url), UnknownOutcomeError)


def _closed() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"http://127.0.0.1:{listening.getsockname()[1]}"


def test_what_is_not_reached_was_surely_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    url = _closed()
    error = trouble(url)
    assert type(error) is TransientError
    assert error.reason == f"Somewhere was not reached at {url.removeprefix('http://')}"
    monkeypatch.setenv("http_proxy", f"http://u:hunter2@{url.removeprefix('http://')}")
    error = trouble("http://service.example")
    assert type(error) is TransientError
    assert "hunter2" not in str(error)


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    return self_signed(tmp_path)


def test_a_certificate_that_is_not_trusted_ends_it(certified: ssl.SSLContext) -> None:
    with raw(plain(200), tls=certified) as there:
        error = trouble(there.url)
        assert there.asked == []
    assert type(error) is AuthenticationError
    assert error.reason == f"{there.url} shows a certificate that is not trusted"
    assert error.remedy == f"is {there.url} right?"


def test_a_certificate_of_another_name_ends_it(
    certified: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    with raw(plain(200, b'{"a": 1}'), tls=certified) as there:
        assert ask(there.url).json() == {"a": 1}
        assert type(trouble(there.url.replace("127.0.0.1", "localhost"))) is AuthenticationError


def test_tls_that_breaks_for_another_reason_is_a_broken_connection(
    certified: ssl.SSLContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "certificate.pem"))
    with raw(b"", tls=certified) as cut, raw(HALF, tls=certified) as half, raw(plain(200)) as cleartext:
        for there in (cut, half):
            assert type(trouble(there.url)) is UnknownOutcomeError
        assert type(trouble(cleartext.url.replace("http:", "https:"))) is UnknownOutcomeError


@pytest.mark.parametrize("known", ["machine 127.0.0.1", "default"])
def test_no_credentials_but_ours_are_sent(known: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".netrc").write_text(f"{known} login somebody password hunter2\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    with raw(plain(200)) as there:
        ask(there.url)
        with HttpClient("Somewhere", there.url, lambda request: request, {}, ClientContext(Marks())) as service:
            service.request("GET", "/", LIMITS)
    assert _authorized(there) == [[f"Authorization: Bearer {SECRET}".encode()], []]


def _authorized(there: Raw) -> list[list[bytes]]:
    return [[line for line in head.split(b"\r\n") if line.startswith(b"Authorization")] for head in there.asked]


def test_nothing_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for answer in (plain(200), plain(401), plain(307, headers="Location: http://evil.example/\r\n"), b""):
        with raw(answer) as there:
            try:
                ask(there.url)
            except ServiceError:
                continue
    assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}
    assert SECRET not in caplog.text
    assert SECRET not in repr(HttpClient("Somewhere", "http://127.0.0.1:1", ours, {}, ClientContext(Marks())))
