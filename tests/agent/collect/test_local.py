"""Visits to the agent's own machine."""

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from agent.cancellation import CancellationToken
from agent.collect.local import VARIABLE, listeners, visit_local
from agent.collect.plan import AnswerOutcome as Ending
from agent.collect.plan import Limits, Question, Visit
from agent.collect.ssh import visit
from checks.ssh import Connection, Outcome
from inventory.model import Host
from tests.agent.collect.asking import inventory, question

LIMITS = Limits(grace=2)


def ask(*questions: Question, limits: Limits = LIMITS, stop: CancellationToken | None = None) -> Visit:
    return visit_local(questions, (), limits, stop or CancellationToken())


@pytest.fixture(autouse=True)
def no_child_left() -> Iterator[None]:
    yield
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_the_same_script_as_over_ssh() -> None:
    seen = ask(
        question("q1", 'echo "$1"; cat', "it's", payload="fed"),
        question("q2", "sleep 60", timeout=1),
        question("q3", "exit 3"),
        question("q4", "head -c 5000000 /dev/zero | tr '\\0' x", limit=5_000_000),
    )
    assert seen.connection == Connection(Outcome.CONNECTED)
    assert seen.answers["q1"].output == "it's\nfed"
    assert seen.answers["q2"].outcome is Ending.TIMED_OUT
    assert seen.answers["q3"].outcome is Ending.FAILED
    assert len(seen.answers["q4"].output) == 5_000_000


def test_a_host_whose_transport_is_local_is_visited_without_a_network() -> None:
    host = Host("here", "192.0.2.1", transport="local")
    assert visit(host, inventory(host), [question("q1", "echo hello")], (), LIMITS).answers["q1"].output == "hello\n"


def test_a_visit_that_takes_too_long() -> None:
    seen = ask(question("q1", "echo one"), question("q2", "sleep 60", timeout=90), limits=Limits(visit=1))
    assert seen.connection == Connection(Outcome.TIMED_OUT, "the visit took longer than 1 s")
    assert seen.answers["q1"].output == "one\n"
    assert seen.answers["q2"].outcome is Ending.CUT


def test_a_shell_that_is_killed() -> None:
    runs = "tr '\\0' ' ' </proc/$p/cmdline | grep -q '^sh -c eval '"
    killer = f"p=$PPID; while ! {runs}; do p=$(cut -d' ' -f4 /proc/$p/stat); done"
    seen = ask(
        question("q1", "echo one"), question("q2", f"{killer}; kill -9 $p; sleep 2"), question("q3", "echo three")
    )
    assert seen.connection.outcome is Outcome.CUT
    assert seen.connection.reason == "the shell ended early"
    assert seen.answers["q1"].output == "one\n"
    assert seen.answers["q3"].outcome is Ending.NOT_REACHED


def test_a_machine_that_floods() -> None:
    seen = ask(question("q1", "cat /dev/zero", limit=2**40), limits=Limits(output=1_000_000))
    assert seen.connection.outcome is Outcome.CUT
    assert "more than 1000000 bytes" in seen.connection.reason


def test_a_round_that_is_stopped(tmp_path: Path) -> None:
    stop = CancellationToken()
    seen: list[Visit] = []
    witness = tmp_path / "pid"
    asked = question("q1", f"echo $$ >{witness}; sleep 60", timeout=90)
    thread = threading.Thread(target=lambda: seen.append(ask(asked, stop=stop)))
    thread.start()
    while not witness.exists():
        thread.join(0.02)
    stop.cancel()
    thread.join(10)
    assert seen[0].connection == Connection(Outcome.CUT, "the round was stopped")


def test_a_machine_without_a_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    seen = ask(question("q1"))
    assert seen.connection.outcome is Outcome.NO_SHELL
    assert seen.answers == {}


def test_listeners_are_told_as_ss_tells_them() -> None:
    """Each socket that we open here is in both, in the same words but for the queues and the file descriptor."""
    with ExitStack() as stack:
        opened = []
        for family, address, kind in (
            (socket.AF_INET, "127.0.0.1", socket.SOCK_STREAM),
            (socket.AF_INET, "0.0.0.0", socket.SOCK_STREAM),
            (socket.AF_INET, "127.0.0.1", socket.SOCK_DGRAM),
            (socket.AF_INET6, "::1", socket.SOCK_STREAM),
            (socket.AF_INET6, "::", socket.SOCK_STREAM),
            (socket.AF_INET6, "::1", socket.SOCK_DGRAM),
        ):
            sock = stack.enter_context(socket.socket(family, kind))
            sock.bind((address, 0))
            if kind == socket.SOCK_STREAM:
                sock.listen()
            opened.append(sock.getsockname()[1])
        ours = listeners()
        theirs = subprocess.run(["ss", "-H", "-lntup"], check=True, capture_output=True, text=True).stdout
    assert ours
    assert told(ours, opened) == told(theirs, opened)
    assert len(told(ours, opened)) == len(opened)


def told(text: str, ports: list[int]) -> list[tuple[str, ...]]:
    """Protocol, state, address, and the process without its file descriptor, of the lines about these ports."""
    lines = [line.split() for line in text.splitlines()]
    kept = [(*words[:2], *words[4:6], words[6].partition(",fd=")[0]) for words in lines if len(words) > 6]
    return sorted(words for words in kept if int(words[2].rpartition(":")[2]) in ports)


def test_the_probes_get_the_listeners() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        seen = ask(question("q1", f'printf %s "${VARIABLE}"'))
        assert f"127.0.0.1:{sock.getsockname()[1]} " in seen.answers["q1"].output
