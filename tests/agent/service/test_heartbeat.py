"""The heartbeat, to a real HTTP server on loopback: what is sent, and what becomes of every bad day."""

import logging
import socket
from datetime import UTC, datetime, timedelta

import pytest

from agent.config import SecretError
from agent.domain.service_state import HeartbeatKind
from agent.service.heartbeat import Heartbeat, address
from inventory.secrets import Reference
from tests.agent.integrations.raw import plain, raw
from tests.standins.elsewhere import Elsewhere

URL = Reference("credential", "heartbeat")
SECRET = "5c1b8a0e-beat"
AT = datetime(2026, 11, 23, 6, tzinfo=UTC)


def beating(url: str, tries: int = 2) -> Heartbeat:
    return Heartbeat(URL, lambda _: f"{url}/{SECRET}", clock=lambda: AT, tries=tries)


@pytest.mark.parametrize(
    ("kind", "path"), [(HeartbeatKind.SUCCESS, ""), (HeartbeatKind.START, "/start"), (HeartbeatKind.FAIL, "/fail")]
)
def test_each_kind_has_its_address(kind: HeartbeatKind, path: str) -> None:
    with raw(plain(200)) as server:
        beat = beating(server.url).beat(kind, "all is well: 3 rounds at Söhne")
    assert (beat.trouble, beat.heard_at, beat.failures) == ("", AT, 0)
    (asked,) = server.asked
    assert asked.startswith(f"POST /{SECRET}{path} HTTP/1.1\r\n".encode())
    assert asked.endswith("all is well: 3 rounds at Söhne".encode())


def test_what_is_said_is_cut() -> None:
    with raw(plain(200)) as server:
        beating(server.url).beat(said="x" * 100_000)
    assert len(server.asked[0]) < 2_000


def test_a_lost_connection_and_a_server_in_trouble_are_tried_once_more() -> None:
    for bad in (b"", plain(503)):
        with raw(bad, plain(200)) as server:
            assert beating(server.url).beat().trouble == ""
        assert len(server.asked) == 2


def test_a_refusal_is_not_tried_again() -> None:
    with raw(plain(404)) as server:
        beat = beating(server.url).beat()
    assert "404" in beat.trouble
    assert len(server.asked) == 1


def test_nobody_is_followed_elsewhere() -> None:
    elsewhere = Elsewhere({"address": SECRET})
    elsewhere.open()
    try:
        with raw(plain(302, headers=f"Location: {elsewhere.url}/x\r\n")) as server:
            beat = beating(server.url).beat()
    finally:
        elsewhere.close()
    assert "elsewhere" in beat.trouble
    assert not elsewhere.seen


def test_a_huge_answer_is_not_read() -> None:
    endless = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"
    with raw(endless) as server:
        assert beating(server.url).beat().trouble == ""


def test_failures_are_counted_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    heart = beating(f"http://127.0.0.1:{port}")
    assert heart.last is None
    counts = [heart.beat().failures for _ in range(3)]
    assert counts == [1, 2, 3]
    assert heart.last
    assert heart.last.heard_at is None
    assert [one.levelname for one in caplog.records if one.name.startswith("agent")] == ["WARNING"]
    assert SECRET not in caplog.text + str(heart.last)


def test_it_is_heard_again_after_a_bad_time() -> None:
    with raw(plain(404), plain(200), plain(500)) as server:
        heart = beating(server.url)
        assert [heart.beat().failures, heart.beat().failures] == [1, 0]
        last = heart.beat()
    assert (last.failures, last.heard_at) == (1, AT)


def test_clocks_are_compared() -> None:
    with raw(plain(200, headers="Date: Mon, 23 Nov 2026 05:59:00 GMT\r\n")) as server:
        assert beating(server.url).beat().skew == pytest.approx(59.5)


def test_a_secret_that_is_not_there_is_a_trouble_and_no_more() -> None:
    def missing(reference: Reference) -> str:
        raise SecretError(f"{reference}: there is none")

    assert "credential:heartbeat" in Heartbeat(URL, missing).beat().trouble


@pytest.mark.parametrize(
    "text",
    [
        "", "hc-ping.com/x", "ftp://hc-ping.com/x", "http://hc-ping.com/x", "https://user:pass@hc-ping.com/x",
        "https:///x", "http://[::1", "https://hc-ping.com:port\n/x",
    ],
)  # fmt: skip
def test_only_addresses_that_keep_the_secret_are_taken(text: str) -> None:
    beat = Heartbeat(URL, lambda _: text).beat()
    assert beat.trouble
    assert "hc-ping" not in beat.trouble


def test_the_ending_goes_before_a_query() -> None:
    assert address("https://beats.example/abc/?key=1", HeartbeatKind.FAIL) == "https://beats.example/abc/fail?key=1"
    assert address("http://127.0.0.1:8000/abc", HeartbeatKind.SUCCESS) == "http://127.0.0.1:8000/abc"


def test_it_takes_no_longer_than_its_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.service.heartbeat.TIMEOUTS", (0.2, 0.2))
    with raw(None) as server:
        beat = beating(server.url, tries=1).beat()
    assert "not reached" in beat.trouble
    assert timedelta(0) <= beat.at - AT
