"""The socket by which the service is asked: who may, what is said, and what nonsense does."""

import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.service.control_socket import (
    LIMITS,
    LONGEST,
    Commands,
    ControlError,
    ControlSocket,
    RefusedCommandError,
    ask,
    socket_path,
)
from tests.agent.service.dripping import dripping


def refuse(_: object) -> dict[str, object]:
    raise RefusedCommandError("not now")


def fail(_: object) -> dict[str, object]:
    raise ValueError("secret")


COMMANDS: Commands = {"echo": lambda asked: {"says": asked.get("text")}, "refuse": refuse, "fail": fail}


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    with ControlSocket(tmp_path / "run" / "control.sock", COMMANDS):
        yield tmp_path / "run" / "control.sock"


def raw(path: Path, line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(10)
        asking.connect(str(path))
        asking.sendall(line)
        with asking.makefile("rb") as answer:
            return answer.readline()


def test_it_answers(path: Path) -> None:
    assert ask([path], "echo", text="hello\nthere")["says"] == "hello\nthere"
    with pytest.raises(ControlError, match="not now"):
        ask([path], "refuse")


def test_a_fault_of_ours_is_told_to_the_log_alone(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ControlError, match="log tells what"):
        ask([path], "fail")
    assert "ValueError: secret" in caplog.text


@pytest.mark.parametrize(
    "line",
    [b"\n", b"{}\n", b"[]\n", b'"echo"\n', b'{"do": ["echo"]}\n', b"\xff\n", b"[" * 9_000 + b"\n",
     b"x" * LONGEST],
)  # fmt: skip
def test_nonsense_is_answered_with_what_is_allowed(path: Path, line: bytes) -> None:
    assert b"ask for one of echo, refuse, fail" in raw(path, line)


def test_nobody_else_gets_in(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_a_group_is_let_in(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with ControlSocket(tmp_path / "c", COMMANDS, "nosuchgroup"):
        assert "there is no such group" in caplog.text
    if os.getuid() == 0:
        with ControlSocket(tmp_path / "c", COMMANDS, "daemon"):
            assert (tmp_path / "c").group() == "daemon"


def test_what_is_left_of_another_is_taken_away_and_nothing_else(path: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="in use"):
        ControlSocket(path, COMMANDS)
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "dead"))
    with ControlSocket(tmp_path / "dead", COMMANDS):
        assert ask([tmp_path / "dead"], "echo", text="x")["says"] == "x"
    assert not (tmp_path / "dead").exists()
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        ControlSocket(tmp_path / "file", COMMANDS)


def test_where_none_listens_one_is_told_what_to_do(path: Path, tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="systemctl start siterounds"):
        ask([tmp_path / "gone", tmp_path / "a" / "b"], "echo")
    assert ask([tmp_path / "gone", path], "echo", text="x")["says"] == "x"


def test_where_it_is_sought(tmp_path: Path) -> None:
    named, state = Path("/named"), tmp_path
    assert socket_path(named, state, {"RUNTIME_DIRECTORY": "/run/x"}) == named
    assert socket_path(None, state, {"RUNTIME_DIRECTORY": "/run/x:/run/y"}) == Path("/run/x/control.sock")
    assert socket_path(None, state, {}) == tmp_path / "control.sock"


def test_those_who_drip_what_they_ask_take_no_threads_and_nobodys_turn(path: Path) -> None:
    with dripping(300, address=str(path)) as at_most:
        for _ in range(20):
            assert ask([path], "echo", text="x")["says"] == "x"
        assert at_most() <= LIMITS.workers + 1


def test_more_than_can_be_answered_are_told_so(tmp_path: Path) -> None:
    inside, go_on = threading.Semaphore(0), threading.Event()

    def slow(_: object) -> dict[str, object]:
        inside.release()
        go_on.wait(30)
        return {"says": "done"}

    said: list[object] = []
    path = tmp_path / "c"
    with ControlSocket(path, {"slow": slow}):
        threads = [
            threading.Thread(target=lambda: said.append(ask([path], "slow")["says"])) for _ in range(LIMITS.workers)
        ]
        for one in threads:
            one.start()
        assert all(inside.acquire(timeout=30) for _ in threads)
        with pytest.raises(ControlError):
            ask([path], "slow")
        go_on.set()
        for one in threads:
            one.join(30)
    assert said == ["done"] * LIMITS.workers
