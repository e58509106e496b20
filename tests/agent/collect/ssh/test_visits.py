"""Many hosts at once."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.collect.plan import Plan
from agent.collect.ssh import HostKeys, Limits, visit_all
from checks.platforms import Platform
from checks.ssh import Outcome
from inventory.model import Host
from tests.agent.collect.asking import inventory, question
from tests.servers.embedded_ssh import EmbeddedSsh, Faults, Machine, embedded_ssh
from tests.servers.ports import free_port

LIMITS = Limits(connect=2, banner=2, grace=2, parallel=4)


def plan(host: Host, script: str = "echo hello") -> Plan:
    return Plan(host, (), (question("q1", script),))


def test_every_host_has_its_own_visit(server: EmbeddedSsh, key: Path) -> None:
    good = [server.host(f"web{number}", key) for number in range(8)]
    bad = [
        replace(good[0], name="refused", port=free_port()),
        replace(good[0], name="stranger", host_key=None),
        replace(good[0], name="local", transport="local"),
    ]
    hosts = [*good[:4], *bad, *good[4:]]
    plans = [plan(host, f"echo {host.name}") for host in hosts]
    done: list[str] = []
    threads: set[int] = set()

    def on_done(name: str) -> None:
        done.append(name)
        threads.add(threading.get_ident())

    visits = visit_all(plans, inventory(*hosts), (), LIMITS, on_done, keys=HostKeys(None, []))
    assert list(visits) == [host.name for host in hosts]
    assert sorted(done) == sorted(visits)
    assert threads == {threading.get_ident()}
    for host in (*good, bad[2]):
        assert visits[host.name].answers["q1"].output == f"{host.name}\n"
    assert visits["refused"].connection.outcome is Outcome.REFUSED
    assert visits["stranger"].connection.outcome is Outcome.HOST_KEY_UNKNOWN


def test_no_host_is_no_trouble() -> None:
    assert visit_all([], inventory(), (), LIMITS) == {}


def test_a_silent_host_does_not_hold_up_the_others(server: EmbeddedSsh, key: Path, tmp_path: Path) -> None:
    machine = Machine({}, faults=Faults(silent=True))
    with embedded_ssh(machine) as silent:
        hosts = [silent.host("silent", key), server.host("web", key)]
        done: list[str] = []
        visits = visit_all([plan(host) for host in hosts], inventory(*hosts), (), LIMITS, done.append)
    assert done == ["web", "silent"]
    assert visits["silent"].connection.outcome is Outcome.TIMED_OUT


def test_our_own_fault_with_one_host_costs_that_host(
    server: EmbeddedSsh, key: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(platforms: Sequence[Platform]) -> str:
        raise ZeroDivisionError("as if a payload were wrong")

    hosts = [server.host("broken", key), server.host("web", key)]
    asked = question("q1", "cat")
    faulty = replace(asked, probe=replace(asked.probe, payload=broken))
    plans: list[Any] = [replace(plan(hosts[0]), questions=(faulty,)), plan(hosts[1])]
    with caplog.at_level(logging.ERROR):
        visits = visit_all(plans, inventory(*hosts), (), LIMITS)
    assert visits["web"].connection.outcome is Outcome.CONNECTED
    assert visits["broken"].connection.outcome is Outcome.PROTOCOL
    assert "ZeroDivisionError" in visits["broken"].connection.reason
    assert "the visit to broken failed" in caplog.text


def test_no_more_at_once_than_allowed(server: EmbeddedSsh, key: Path, tmp_path: Path) -> None:
    hosts = [server.host(f"web{number}", key) for number in range(6)]
    script = f"echo x >>{tmp_path}/in; sleep 0.2; wc -l <{tmp_path}/in; echo x >>{tmp_path}/out; wc -l <{tmp_path}/out"
    visits = visit_all([plan(host, script) for host in hosts], inventory(*hosts), (), replace(LIMITS, parallel=2))
    for visit in visits.values():
        begun, ended = visit.answers["q1"].output.split()
        assert int(begun) - int(ended) <= 1


def test_ctrl_c_stops_all_at_once(server: EmbeddedSsh, key: Path, tmp_path: Path) -> None:
    """In a process of its own, as a person would: with visits that work, that hang in TCP, and that wait their turn."""
    code = f"""
        import sys
        from pathlib import Path
        from agent.collect.ssh import HostKeys, Limits, visit_all
        from inventory.model import Host
        from tests.agent.collect.asking import inventory, question
        from agent.collect.plan import Plan
        key = {server.host_key!r}
        place = ("127.0.0.1", {server.port}, "deploy", Path({str(key)!r}))
        hosts = [Host(f"web{{number}}", *place, host_key=key) for number in range(6)]
        plans = [Plan(host, (), (question("q1", "sleep 50", timeout=60),)) for host in hosts]
        try:
            visit_all(plans, inventory(*hosts), (), Limits(parallel=3), keys=HostKeys(None, []))
        except KeyboardInterrupt:
            print("stopped")
    """
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], stdout=subprocess.PIPE, text=True)
    while len(server.commands) < 3:
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    assert process.communicate(timeout=30)[0] == "stopped\n"
    assert process.returncode == 0
    assert len(server.commands) == 3
