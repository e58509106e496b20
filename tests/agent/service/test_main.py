"""The service as a process: it makes rounds, is asked for things, and ends at once with nothing lost."""

import json
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.agent.cli.command import COMMAND, Done, environment, run
from tests.servers.embedded_ssh import EmbeddedSsh, Faults, Machine, embedded_ssh
from tests.servers.sshd import make_key, public_key

INVENTORY = """\
schedule: {{{schedule}}}
service: {{deliver_every: 1{service}}}
settings: {{dnsbl: {{enabled: false}}, firewall: {{enabled: false}}}}
clients: {{harbour: {{}}}}
hosts:
  here: {{transport: local, client: harbour}}
{hosts}"""
PATIENCE = 60.0
"""Seconds after which something that should happen counts as never happening; nothing is measured by it."""


@dataclass(slots=True)
class Service:
    """A service in a folder of its own, and what systemd would hear of it."""

    folder: Path
    ear: socket.socket
    process: "subprocess.Popen[str] | None" = None

    def write(self, hosts: str = "", schedule: str = 'cron: "* * * * *"', service: str = "") -> None:
        text = INVENTORY.format(schedule=schedule, hosts=hosts, service=service)
        (self.folder / "inventory.yaml").write_text(text)

    def command(self, *arguments: str) -> list[str]:
        told = ["--inventory", self.folder / "inventory.yaml", "--state", self.folder / "state"]
        return [str(part) for part in (COMMAND, *told, *arguments)]

    def ask(self, *arguments: str) -> Done:
        return run(self.command(*arguments), self.folder)

    def start(self) -> None:
        """Start it, and wait until it says that it is ready."""
        variables = environment(self.folder) | {
            "NOTIFY_SOCKET": self.ear.getsockname(), "WATCHDOG_USEC": "3000000",
        }  # fmt: skip
        with (self.folder / "log").open("a") as log:
            command = self.command("serve")
            self.process = subprocess.Popen(command, env=variables, cwd=self.folder, stderr=log, text=True)
        self.hear("READY=1")

    def hear(self, what: str) -> str:
        """Wait until it says something."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            said = self.ear.recv(9_999).decode()
            if what in said:
                return said
        raise AssertionError(f"{what} was never said: {self.log}")

    def until(self, happened: Callable[[], object]) -> None:
        """Wait until something has happened."""
        until = time.monotonic() + PATIENCE
        while not happened():
            assert time.monotonic() < until, self.log
            time.sleep(0.05)

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it; gives its exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        self.process = None
        return code

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "state" / "siterounds.sqlite")) as raw:
            return raw.execute(query).fetchall()

    def overdue(self, subject: str) -> None:
        """Have the schedule of a subject hold since two hours ago, as if it had been off since."""
        with closing(sqlite3.connect(self.folder / "state" / "siterounds.sqlite")) as raw:
            since = "datetime('now', '-119 minutes') || '.000000'"
            raw.execute(f"UPDATE schedule SET since = {since} WHERE subject = ?", (subject,))
            raw.commit()

    @property
    def status(self) -> dict[str, object]:
        return dict(json.loads(self.ask("control", "status", "--format", "json").out))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.settimeout(PATIENCE)
        made = Service(tmp_path, ear)
        made.write()
        yield made
        if made.process is not None:
            with suppress(ProcessLookupError):
                made.process.kill()
            made.process.wait()


def hourly() -> str:
    """A schedule of which nothing falls due while a test runs."""
    return f"cron: '{(datetime.now(UTC) + timedelta(minutes=30)).minute} * * * *'"


DONE = "SELECT round_id FROM slot WHERE outcome = 'done' AND subject = 'client:harbour'"


@pytest.fixture
def mute(tmp_path: Path) -> Iterator[EmbeddedSsh]:
    """A host that takes the questions and never answers them: it holds a round until the test has ended it."""
    machine = Machine({"deploy": frozenset({public_key(make_key(tmp_path / "key"))})}, faults=Faults(mute=True))
    with embedded_ssh(machine) as server:
        yield server


def test_a_round_that_is_asked_for_is_made_and_not_booked(service: Service) -> None:
    service.write(schedule=hourly())
    service.start()
    assert service.ask("control", "run", "--client", "harbour").code == 0
    service.until(lambda: service.rows("SELECT 1 FROM round"))
    refused = service.ask("control", "run", "--client", "harbor")
    assert refused.code == 1
    assert "did you mean 'harbour'?" in refused.err
    assert service.end() == 0
    assert service.rows("SELECT count(*) FROM slot WHERE subject LIKE 'client:%'") == [(0,)]


def test_what_was_missed_is_made_once_late_and_said(service: Service) -> None:
    service.write(schedule=hourly())
    service.start()
    assert service.end() == 0
    service.overdue("client:harbour")
    service.start()
    service.until(lambda: service.rows(DONE))
    assert service.end() == 0
    assert service.rows("SELECT skipped, round_id FROM slot WHERE subject = 'client:harbour'") == [(1, 1)]
    listed = json.loads(service.ask("schedule", "--format", "json").out)
    assert [one["missed_before"] for one in listed["unusual"] if one["subject"] == "client:harbour"] == [1]
    assert "client:harbour" in service.ask("schedule").out


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_round_that_is_ended_in_the_midst_is_made_when_it_is_back(
    service: Service, mute: EmbeddedSsh, number: int
) -> None:
    reached = f"address: {mute.address}, port: {mute.port}, user: deploy, key: {service.folder / 'key'}"
    service.write(f"  mute: {{{reached}, host_key: {mute.host_key}, client: harbour}}\n", hourly())
    service.start()
    assert service.end() == 0
    service.overdue("client:harbour")
    service.start()
    service.until(lambda: mute.commands)
    killed = number == signal.SIGKILL
    assert service.end(number) == (-number if killed else 0)
    assert service.rows("SELECT count(*) FROM round") == [(0,)]
    begun = service.rows("SELECT begun, attempts, outcome FROM slot WHERE subject = 'client:harbour'")
    assert begun == [(int(killed), 0, None)]
    service.write(schedule=hourly())
    service.start()
    service.until(lambda: service.rows(DONE))
    assert service.end() == 0
    assert service.rows("SELECT count(*) FROM round") == [(1,)]


def test_an_inventory_with_mistakes_is_not_taken(service: Service) -> None:
    service.start()
    assert service.process is not None
    good = (service.folder / "inventory.yaml").read_text()
    (service.folder / "inventory.yaml").write_text(f"{good}  bad: {{address: nowhere at all}}\n")
    service.process.send_signal(signal.SIGHUP)
    service.hear("RELOADING=1")
    assert "the new inventory was not taken" in service.hear("READY=1")
    told = service.ask("control", "reload")
    assert told.code == 1
    assert "hosts.bad.address" in told.err
    assert service.status["mistakes"]
    (service.folder / "inventory.yaml").write_text(f"{good}  more: {{transport: local}}\n")
    assert service.ask("control", "reload").code == 0
    assert service.status["mistakes"] == []
    service.until(lambda: service.rows("SELECT 1 FROM schedule WHERE subject = 'host:more'"))
    assert service.end() == 0


def test_a_pause_outlives_a_restart(service: Service) -> None:
    service.write(schedule=hourly())
    service.start()
    assert service.ask("control", "pause").code == 0
    assert service.end() == 0
    service.overdue("client:harbour")
    service.start()
    assert service.status["paused"] is True
    assert "Paused" in service.ask("schedule").out
    service.hear("WATCHDOG=1")
    service.hear("WATCHDOG=1")
    assert service.rows(DONE) == []
    assert service.ask("control", "resume").code == 0
    service.until(lambda: service.rows(DONE))
    assert service.end() == 0


def test_it_is_drained(service: Service) -> None:
    service.write(schedule=hourly())
    service.start()
    assert service.ask("control", "run").code == 0
    service.until(lambda: service.rows("SELECT 1 FROM round"))
    assert service.ask("control", "drain").code == 0
    assert service.process is not None
    assert service.process.wait(PATIENCE) == 0
    assert "Traceback" not in service.log


def test_there_is_one_service_a_state_folder(service: Service) -> None:
    service.start()
    second = service.ask("serve")
    assert second.code == 75
    assert "another siterounds serve has this state folder" in second.err
    assert service.status["draining"] is False
    assert service.end() == 0
    nobody = service.ask("control", "status")
    assert nobody.code == 1
    assert "no service listens" in nobody.err


def test_what_hangs_is_not_fed(service: Service) -> None:
    service.start()
    service.hear("WATCHDOG=1")
    assert service.process is not None
    service.process.send_signal(signal.SIGSTOP)
    service.ear.settimeout(0.2)
    with suppress(TimeoutError):
        while True:
            service.ear.recv(9_999)
    service.ear.settimeout(2.5)
    with pytest.raises(TimeoutError):
        service.ear.recv(9_999)
    service.process.send_signal(signal.SIGCONT)
    service.ear.settimeout(PATIENCE)
    service.hear("WATCHDOG=1")
    assert service.end() == 0


def test_metrics_and_health_are_shown(service: Service) -> None:
    service.write(schedule=hourly(), service=f", endpoint: 'unix:{service.folder}/http'")
    service.start()
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(str(service.folder / "http"))
        asking.sendall(b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n")
        with asking.makefile("rb") as answer:
            assert b"siterounds_service_up 1.0" in answer.read()
    assert service.end() == 0
