"""The endpoint as a browser, Prometheus and a load balancer meet it, over real sockets."""

import http.client
import json
import os
import re
import socket
import stat
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from agent.domain.errors import StoreError
from agent.domain.service_state import HeartbeatKind, ServiceState
from agent.self_check.rules import HealthProblem
from agent.service.heartbeat import Heartbeat
from agent.service.http_endpoint import LIMITS, SOCKET_MODE, HttpEndpoint, ListenAddress, Pages
from agent.service.metrics import Monitoring, MonitoringContext
from checks import State
from inventory.secrets import Reference
from tests.agent.client_reports.estate import AT, INVENTORY, Estate, akismet, estate
from tests.agent.integrations.raw import plain, raw
from tests.agent.service.dripping import dripping
from tests.agent.store.beside import disconnect

TITLES = {"versions": "Core and plugin versions", "disk": "Disk space"}
LOCAL = ListenAddress(None, "127.0.0.1", 0)


@dataclass(frozen=True, slots=True)
class Said:
    """An answer."""

    code: int
    headers: Mapping[str, str]
    body: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class OverSocket(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(str(self.path))


def ask(port: int, path: str, method: str = "GET", host: str | None = None) -> Said:
    return _said(http.client.HTTPConnection("127.0.0.1", port, timeout=30), path, method, host)


def _said(connection: http.client.HTTPConnection, path: str, method: str = "GET", host: str | None = None) -> Said:
    try:
        connection.request(method, path, headers={"Host": host} if host is not None else {})
        answer = connection.getresponse()
        return Said(answer.status, dict(answer.headers), answer.read().decode())
    finally:
        connection.close()


@dataclass
class Clock:
    """A clock that is moved by hand."""

    at: Any = field(default=AT)

    def __call__(self) -> Any:
        return self.at


@dataclass
class Scene:
    """A store, and what is watched of it."""

    rounds: Estate
    live: ServiceState
    watch: Monitoring
    clock: Clock


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    rounds, live, clock = estate(tmp_path), ServiceState(AT), Clock()
    live.change(ticked_at=AT, loaded_at=AT)
    watched = MonitoringContext(rounds.store, lambda: INVENTORY, TITLES, live)
    with rounds.store:
        rounds.round(AT, [("site:shop", "versions", akismet("5.6"))])
        yield Scene(rounds, live, Monitoring(watched, clock), clock)


@pytest.fixture
def port(scene: Scene) -> Iterator[int]:
    with HttpEndpoint(LOCAL, scene.watch.pages()) as endpoint:
        yield endpoint.port


def test_metrics_are_in_the_format_of_prometheus(port: int) -> None:
    said = ask(port, "/metrics")
    assert said.code == 200
    assert said.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "siterounds_sites" in {one.name for one in text_string_to_metric_families(said.body)}


def test_health_tells_whether_it_works_and_why_not(scene: Scene, port: int) -> None:
    said = ask(port, "/health")
    assert (said.code, said.json["healthy"], said.json["reasons"]) == (200, True, [])
    scene.clock.at = AT + timedelta(minutes=10)
    said = ask(port, "/health")
    assert said.code == 503
    assert said.json["reasons"] == [
        {"about": "stuck", "says": "what is due was last looked at 10 minutes ago", "grave": True}
    ]


def test_a_pause_is_told_and_no_illness(scene: Scene, port: int) -> None:
    scene.live.change(paused=True)
    said = ask(port, "/health")
    assert (said.code, [one["about"] for one in said.json["reasons"]]) == (200, ["paused"])


def test_the_wall_is_a_page_without_scripts(port: int) -> None:
    said = ask(port, "/")
    assert said.code == 200
    assert said.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script-src" not in said.headers["Content-Security-Policy"]
    assert "default-src 'none'" in said.headers["Content-Security-Policy"]
    assert "<script" not in said.body
    assert "Harbour Books" in said.body
    assert 'http-equiv="refresh"' in said.body
    assert 'http-equiv="refresh"' not in ask(port, "/still").body


def test_nothing_that_was_found_on_a_host_is_shown(port: int) -> None:
    for path in ("/", "/still", "/metrics", "/health"):
        body = ask(port, path).body
        for hidden in ("kismet", "/srv/", "plugin:"):
            assert hidden not in body
        assert not re.search(r"(?<![0-9.])5\.6(?![0-9e])", body), "a version, and no number of bytes"


def test_the_head_of_an_answer_is_that_of_the_whole(port: int) -> None:
    head, whole = ask(port, "/still", "HEAD"), ask(port, "/still")
    assert head.body == ""
    assert head.headers["Content-Length"] == whole.headers["Content-Length"] == str(len(whole.body.encode()))


@pytest.mark.parametrize("path", ["/nothing", "/metrics/", "/../etc/passwd", "//evil.example/", "/%2e%2e/"])
def test_there_is_nothing_else(port: int, path: str) -> None:
    assert ask(port, path).code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"])
def test_nobody_can_change_anything(port: int, method: str) -> None:
    assert ask(port, "/", method).code == 501


@pytest.mark.parametrize("host", ["evil.example", "evil.example:9180", "", "127.0.0.1.evil.example", "10.0.0.1", "[::"])
def test_a_page_from_elsewhere_cannot_ask_under_its_own_name(port: int, host: str) -> None:
    said = ask(port, "/health", host=host)
    assert said.code == 403
    assert "healthy" not in said.body


@pytest.mark.parametrize("host", ["localhost", "localhost:9180", "127.0.0.1", "127.9.9.9:1", "[::1]:9180"])
def test_every_name_of_this_machine_is_answered(port: int, host: str) -> None:
    assert ask(port, "/health", host=host).code == 200


def test_a_store_that_cannot_be_read_is_told_by_each_page(scene: Scene, port: int) -> None:
    disconnect(scene.rounds.store)
    scene.rounds.store.path.write_bytes(b"this is no database" * 500)
    scene.clock.at = AT + timedelta(minutes=1)
    said = ask(port, "/health")
    assert (said.code, [one["about"] for one in said.json["reasons"]]) == (503, ["store"])
    assert ask(port, "/metrics").code == ask(port, "/").code == 503


def test_a_mistake_of_ours_is_told_to_the_journal_alone(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> bytes:
        raise ZeroDivisionError("s3cret")

    with HttpEndpoint(LOCAL, pages(metrics=broken)) as endpoint:
        said = ask(endpoint.port, "/metrics")
    assert said.code == 500
    assert "s3cret" not in said.body
    assert "ZeroDivisionError" in caplog.text


def pages(**made: Any) -> Pages:
    base: dict[str, Any] = {"metrics": lambda: b"", "health": tuple[HealthProblem, ...], "wall": lambda renews: ""}
    return Pages(**(base | made))


def test_more_than_can_be_answered_are_turned_away_and_the_others_are_not() -> None:
    inside, go_on = threading.Semaphore(0), threading.Event()

    def slow() -> bytes:
        inside.release()
        go_on.wait(30)
        return b"done"

    codes: list[int] = []
    with HttpEndpoint(LOCAL, pages(metrics=slow)) as endpoint:
        threads = [
            threading.Thread(target=lambda: codes.append(ask(endpoint.port, "/metrics").code))
            for _ in range(LIMITS.workers)
        ]
        for one in threads:
            one.start()
        assert all(inside.acquire(timeout=30) for _ in threads)
        assert ask(endpoint.port, "/health").code == 503
        go_on.set()
        for one in threads:
            one.join(30)
        assert codes == [200] * LIMITS.workers
        assert ask(endpoint.port, "/health").code == 200


def test_one_who_says_nothing_keeps_neither_others_nor_the_end_waiting() -> None:
    endpoint = HttpEndpoint(LOCAL, pages())
    with endpoint, socket.create_connection(("127.0.0.1", endpoint.port)) as silent:
        silent.sendall(b"GET / HT")
        assert ask(endpoint.port, "/health").code == 200
        endpoint.close()  # which would not return before the silent one's patience ends
        assert not endpoint.answers


def test_those_who_drip_their_requests_take_no_threads_and_nobodys_turn() -> None:
    with HttpEndpoint(LOCAL, pages()) as endpoint, dripping(300, address=("127.0.0.1", endpoint.port)) as at_most:
        for _ in range(20):
            assert ask(endpoint.port, "/health").code == 200
        assert at_most() <= LIMITS.workers + 1


def test_a_request_that_is_never_whole_is_hung_up_on_however_it_is_dripped() -> None:
    hasty = replace(LIMITS, seconds=0.5)
    with (
        HttpEndpoint(LOCAL, pages(), hasty) as endpoint,
        socket.create_connection(("127.0.0.1", endpoint.port)) as slow,
    ):
        slow.settimeout(0.1)
        for _ in range(100):
            with suppress(TimeoutError, ConnectionError):
                slow.send(b"G")
                if slow.recv(1) == b"":
                    break
        else:
            pytest.fail("it was listened to without end")
        assert ask(endpoint.port, "/health").code == 200


def test_those_who_talk_nonsense_do_no_harm(port: int) -> None:
    said = (
        b"\x00\xff\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"A" * 70_000,
        b"GET /\xc3\x28 HTTP/1.1\r\n\r\n",
    )
    for nonsense in said:
        with socket.create_connection(("127.0.0.1", port)) as talk, suppress(OSError):  # it may be hung up on at once
            talk.sendall(nonsense)
            talk.shutdown(socket.SHUT_WR)
            talk.recv(1000)
    assert ask(port, "/health").code == 200


# A Unix socket.


def test_a_socket_is_for_its_owner_and_group(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "http"
    before = os.umask(0)
    try:
        with HttpEndpoint(ListenAddress(path), scene.watch.pages()) as endpoint:
            assert stat.S_IMODE(path.stat().st_mode) == SOCKET_MODE
            assert endpoint.port == 0
            assert _said(OverSocket(path), "/health", host="wall.agency.example").code == 200
    finally:
        assert os.umask(before) == 0
    assert not path.exists()


def test_a_socket_that_was_left_behind_is_replaced(scene: Scene, tmp_path: Path) -> None:
    path = tmp_path / "http"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with HttpEndpoint(ListenAddress(path), scene.watch.pages()):
        assert _said(OverSocket(path), "/health").code == 200


def test_what_is_in_use_or_no_socket_is_left_alone(scene: Scene, tmp_path: Path) -> None:
    path, file = tmp_path / "http", tmp_path / "file"
    file.write_text("mine")
    with HttpEndpoint(ListenAddress(path), scene.watch.pages()):
        for taken in (path, file):
            with pytest.raises(OSError, match=r"in use|no socket"):
                HttpEndpoint(ListenAddress(taken), scene.watch.pages())
        assert _said(OverSocket(path), "/health").code == 200
    assert file.read_text() == "mine"


@pytest.mark.parametrize(
    "text", ["127.0.0.1:9180", "127.3.2.1:1", "[::1]:9180", "localhost:65535", "unix:/run/siterounds/http"]
)
def test_this_machine_is_a_place(text: str) -> None:
    place = ListenAddress.parse(text)
    assert place.path or place.host in ("127.0.0.1", "127.3.2.1", "::1")


@pytest.mark.parametrize(
    "text",
    [
        "", ":9180", "9180", "0.0.0.0:9180", "[::]:9180", "10.0.0.1:80", "wall.example:80", "127.0.0.1", "127.0.0.1:x",
        "127.0.0.1:70000", "127.0.0.1:80/x", "user@127.0.0.1:80", "unix:", "unix:run/http", "unix:/" + "x" * 107,
        "127.0.0.1.example:80", "[::ffff:10.0.0.1]:80", "@abstract",
    ],
)  # fmt: skip
def test_nothing_else_is(text: str) -> None:
    with pytest.raises(ValueError, match="must be"):
        ListenAddress.parse(text)


# The watch.


def test_the_store_is_read_once_for_all_who_ask_at_about_the_same_time(scene: Scene) -> None:
    before = scene.watch.reasons()
    disconnect(scene.rounds.store)
    scene.rounds.store.path.write_bytes(b"this is no database" * 500)
    assert scene.watch.reasons() == before
    scene.clock.at = AT + timedelta(seconds=6)
    with pytest.raises(StoreError):
        scene.watch.reasons()


def test_the_heartbeat_tells_how_we_are(scene: Scene) -> None:
    with raw(plain(200)) as server:
        heart = Heartbeat(Reference("env", "BEAT"), lambda _: f"{server.url}/abc")
        watched = MonitoringContext(scene.rounds.store, lambda: INVENTORY, TITLES, scene.live, heart)
        watch = Monitoring(watched, scene.clock)
        for minutes, kind in ((0, None), (10, None), (10, HeartbeatKind.START)):
            scene.clock.at = AT + timedelta(minutes=minutes)
            watch.beat(kind)
    asked = [(one.split(b" ")[1].decode(), one.rpartition(b"\r\n")[2].decode()) for one in server.asked]
    assert asked == [("/abc", "well"), ("/abc/fail", "stuck"), ("/abc/start", "stuck")]


def test_no_heartbeat_is_sent_where_none_is_wanted(scene: Scene) -> None:
    assert scene.watch.beat() is None


def test_the_wall_shows_states_of_places(scene: Scene) -> None:
    scene.rounds.round(AT, [("site:shop", "versions", akismet("5.6", State.CRITICAL))])
    page = scene.watch.wall()
    assert "shop.example" in page
    assert "Core and plugin versions" in page
