"""The service under systemd: ready, in its sandbox, reloaded, asked, hung, stopped."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.booted.machine import Machine
from tests.booted.service import INVENTORY, STATE, Service, set_up

pytestmark = pytest.mark.booted
HANGING = "2222"
"""The port of an sshd on which every visit hangs."""


@pytest.fixture(scope="module")
def installed(machine: Machine, package: Path) -> Service:
    service = set_up(machine, package)
    machine.run("useradd", "--create-home", "ann")
    machine.run("useradd", "--create-home", "--groups", "siterounds-control", "bea")
    machine.run(
        "/usr/sbin/sshd", "-o", f"Port={HANGING}", "-o", "ForceCommand=sleep 600", "-o", "PidFile=/run/hanging.pid"
    )
    return service


@pytest.fixture
def service(installed: Service) -> Service:
    """It runs, with nothing due for months."""
    installed.settings()
    installed.write()
    installed.call("service", "install")
    return installed


def test_it_is_ready_within_five_seconds(service: Service) -> None:
    machine = service.machine
    machine.run("systemctl", "stop", "siterounds")
    begun = time.monotonic()
    machine.run("systemctl", "start", "siterounds")  # ends once it says that it is ready
    took = time.monotonic() - begun
    print(f"ready after {took:.2f} s")
    assert machine.show("ActiveState") == "active"
    assert machine.show("StatusText")
    assert took < 5
    assert service.code("service", "status") == 0


def test_it_may_do_nothing_that_it_need_not(service: Service) -> None:
    machine, pid = service.machine, service.pid
    proc = dict(
        line.split(":\t", 1) for line in machine.run("cat", f"/proc/{pid}/status").out.splitlines() if ":\t" in line
    )
    assert (proc["CapEff"], proc["CapBnd"], proc["NoNewPrivs"], proc["Seccomp"]) == ("0" * 16, "0" * 16, "1", "2")
    assert proc["Uid"].split()[0] != "0"
    inside = ("nsenter", "--target", str(pid), "--mount", "--root", "--wd")
    for path in ("/etc/siterounds/new", "/opt/siterounds/new", "/usr/new", "/var/lib/new"):
        assert "Read-only file system" in machine.run(*inside, "touch", path, check=False).err
    assert machine.run(*inside, "ls", "/root", "/home", check=False).out.split() == ["/home:", "/root:"]
    rated = machine.run("systemd-analyze", "security", "--no-pager", "--threshold=12", "siterounds").out
    assert "Overall exposure level" in rated


def test_a_round_over_ssh_is_made_when_it_is_due(service: Service) -> None:
    before = service.rounds()
    service.write(schedule='{cron: "* * * * *"}')
    service.machine.run("systemctl", "reload", "siterounds")
    begun = time.monotonic()
    while service.rounds() == before:
        assert time.monotonic() - begun < 90, service.machine.journal("--lines=50")
        time.sleep(0.5)
    assert "could not be reached" not in service.call("report")
    assert "ssh" not in service.call("incidents")


def test_secrets_are_there_plain_and_encrypted(service: Service) -> None:
    machine = service.machine
    machine.run(
        "systemd-creds", "encrypt", "--name=zendesk", "-", "/etc/siterounds/credentials/zendesk.cred", stdin="s3cr3t"
    )
    zendesk = "url: https://agency.zendesk.com, client_id: siterounds, client_secret: credential:zendesk"
    service.write(more=f"services: {{zendesk: {{{zendesk}}}}}\n")
    assert "is not as this version writes it" in service.call("service", "status", check=False)
    service.call("service", "install")
    folder = "/run/credentials/siterounds.service"
    assert machine.run("cat", f"{folder}/zendesk").out == "s3cr3t"
    assert "PRIVATE KEY" in machine.run("cat", f"{folder}/web1").out
    assert machine.run("su", "ann", "-c", f"cat {folder}/zendesk", check=False).code != 0
    service.write(more=f"services: {{zendesk: {{{zendesk.replace('credential:zendesk', 'credential:other')}}}}}\n")
    said = service.call("service", "install", check=False)
    assert "systemd-creds encrypt --name=other" in said
    assert machine.show("ActiveState") == "active"


def test_a_wrong_inventory_is_kept_out(service: Service) -> None:
    machine, pid = service.machine, service.pid
    good = machine.run("cat", INVENTORY).out
    machine.write(INVENTORY, good.replace("host: web1,", "host: web9,"))
    done = machine.run("systemctl", "reload", "siterounds", check=False)
    assert done.code != 0
    assert (service.pid, machine.show("ActiveState")) == (pid, "active")
    assert "web9" in machine.journal("--lines=20")
    before = service.rounds()
    service.call("control", "run")
    _until(lambda: service.rounds() > before, 30)
    machine.write(INVENTORY, good)
    machine.run("systemctl", "reload", "siterounds")
    assert service.pid == pid


def test_with_a_wrong_inventory_it_does_not_start_and_is_not_tried_again(service: Service) -> None:
    machine = service.machine
    machine.run("systemctl", "stop", "siterounds")
    machine.write(INVENTORY, "hosts: {web1: {port: many}}\n")
    assert machine.run("systemctl", "start", "siterounds", check=False).code != 0
    time.sleep(6)  # longer than RestartSec
    assert (machine.show("ActiveState"), machine.show("ExecMainStatus")) == ("failed", "65")
    assert "inventory.yaml" in service.call("service", "status", check=False)


def test_its_group_may_ask_it_and_nobody_else(service: Service) -> None:
    machine, before = service.machine, service.rounds()
    refused = machine.run("su", "ann", "-c", "siterounds control run", check=False)
    assert refused.code != 0
    assert "you may not ask it" in refused.err
    machine.run("su", "bea", "-c", "siterounds control run")
    _until(lambda: service.rounds() > before, 30)


def test_what_it_says_can_be_asked_for_by_fields(service: Service) -> None:
    machine = service.machine
    service.call("control", "run")
    machine.run("journalctl", "--sync")
    assert machine.run("journalctl", "--output=cat", f"_PID={service.pid}", "PRIORITY=6").out
    fields = machine.run("journalctl", "--fields").out.split()
    assert {"LOGGER", "CODE_FILE"} <= set(fields)


def test_one_that_hangs_is_started_again(service: Service) -> None:
    machine = service.machine
    service.settings("WatchdogSec=3", "TimeoutAbortSec=2", "RestartSec=100ms")
    machine.run("systemctl", "restart", "siterounds")
    time.sleep(7)  # fed all the while
    assert machine.show("NRestarts") == "0"
    pid = service.pid
    begun = time.monotonic()
    machine.run("kill", "-STOP", str(pid))
    machine.until("NRestarts", "1", 15)
    machine.until("ActiveState", "active", 15)
    print(f"running again {time.monotonic() - begun:.1f} s after it hung")
    assert service.pid not in {0, pid}
    assert "Watchdog timeout" in machine.journal("--lines=200")


@pytest.mark.parametrize("asked", ["nothing", "a round that hangs"])
def test_it_stops_within_ten_seconds(service: Service, asked: str) -> None:
    machine = service.machine
    if asked != "nothing":
        text = machine.run("cat", INVENTORY).out
        machine.write(INVENTORY, text.replace("address: 127.0.0.1,", f"address: 127.0.0.1, port: {HANGING},"))
        machine.run("systemctl", "reload", "siterounds")
        service.call("control", "run")
        _until(lambda: machine.run("pgrep", "-u", "l2", "sleep", check=False).out != "", 20)
    before = service.rounds()
    begun = time.monotonic()
    machine.run("systemctl", "stop", "siterounds")
    took = time.monotonic() - begun
    print(f"stopped after {took:.1f} s")
    assert took < 10
    assert (machine.show("Result"), machine.show("ExecMainStatus")) == ("success", "0")
    assert service.rounds() == before
    assert service.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]


def test_what_root_does_beside_it_does_not_stand_in_its_way(service: Service) -> None:
    machine = service.machine
    machine.run("systemctl", "stop", "siterounds")
    machine.run("sh", "-c", f"rm -f {STATE}/*lock*")
    service.call("run")
    machine.run("systemctl", "start", "siterounds")
    before = service.rounds()
    service.call("control", "run")
    _until(lambda: service.rounds() > before, 30)
    owners = machine.run("sh", "-c", f"stat --format=%u {STATE}/*").out.split()
    assert "0" not in owners


def test_it_can_be_taken_away_and_installed_again(service: Service) -> None:
    machine, rounds = service.machine, service.rounds()
    service.call("service", "uninstall")
    assert (machine.show("UnitFileState"), machine.show("ActiveState")) == ("disabled", "inactive")
    assert machine.run("ls", "/etc/systemd/system/siterounds.service.d").out.split() == ["test.conf"]
    service.call("service", "install")
    assert service.rounds() == rounds
    service.call("service", "uninstall", "--purge", "--yes")
    assert machine.run("test", "-e", STATE, check=False).code == 1


def _until(true: Callable[[], bool], seconds: float) -> None:
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < seconds, "it did not come to be"
        time.sleep(0.2)
