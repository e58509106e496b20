"""What systemd is told: heard by a socket as systemd listens at one."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.service.sd_notify import Notifier, WatchdogDeadlines


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(5)
        yield listening


def test_what_is_said_is_heard(ear: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": ear.getsockname()})
    assert notifier.heard
    notifier.ready("waiting\nfor 06:00")
    assert ear.recv(999) == b"READY=1\nSTATUS=waiting for 06:00"
    notifier.watchdog()
    assert ear.recv(999) == b"WATCHDOG=1"
    notifier.reloading()
    assert ear.recv(999).startswith(b"RELOADING=1\nMONOTONIC_USEC=")
    notifier.stopping()
    assert ear.recv(999) == b"STOPPING=1"
    notifier.say("a round")
    assert ear.recv(999) == b"STATUS=a round"


def test_an_abstract_socket_is_reached_too() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(f"\0siterounds-test-{os.getpid()}")
        Notifier({"NOTIFY_SOCKET": f"@siterounds-test-{os.getpid()}"}).watchdog()
        assert listening.recv(999) == b"WATCHDOG=1"


def test_nobody_has_to_listen(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    Notifier({}).ready()
    assert not Notifier({}).heard
    assert caplog.text == ""
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()
    assert "systemd could not be told READY=1" in caplog.text


def test_the_watchdog_s_patience_is_ours_alone() -> None:
    assert Notifier({"WATCHDOG_USEC": "90000000"}).watchdog_seconds == 90
    assert Notifier({"WATCHDOG_USEC": "90000000", "WATCHDOG_PID": str(os.getpid())}).watchdog_seconds == 90
    assert Notifier({"WATCHDOG_USEC": "90000000", "WATCHDOG_PID": "1"}).watchdog_seconds is None
    assert [Notifier({"WATCHDOG_USEC": text}).watchdog_seconds for text in ("", "0", "soon")] == [None] * 3


def test_who_breaks_a_promise_is_overdue() -> None:
    at = [0.0]
    pulse = WatchdogDeadlines(lambda: at[0])
    pulse.extend("rounds", 60)
    pulse.extend("chores", 600)
    at[0] = 60.0
    assert pulse.expired() == ()
    at[0] = 61.0
    assert pulse.expired() == ("rounds",)
    pulse.extend("rounds", 60)
    assert pulse.expired() == ()
    at[0] = 999.0
    pulse.rest("chores")
    assert pulse.expired() == ("rounds",)
