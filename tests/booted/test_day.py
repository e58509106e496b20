"""A small dose of a booted systemd: the service from its package to its end. `make booted` has the whole of it."""

import time
from pathlib import Path

from tests.booted.machine import Machine
from tests.booted.service import set_up


def test_installed_ready_at_work_stopped_and_removed(machine: Machine, package: Path) -> None:
    service = set_up(machine, package)
    service.write(schedule='{cron: "* * * * *"}')
    service.call("service", "install")
    assert machine.show("ActiveState") == "active"
    assert service.code("service", "status") == 0
    end = time.monotonic() + 120
    while not service.rounds():
        assert time.monotonic() < end, machine.journal("--lines=50")
        time.sleep(0.5)
    assert "could not be reached" not in service.call("report")
    machine.run("systemctl", "stop", "siterounds")
    assert (machine.show("Result"), machine.show("ExecMainStatus")) == ("success", "0")
    machine.run("dpkg", "--purge", "siterounds")
    assert machine.run("ls", "/opt/siterounds", "/etc/siterounds/credentials", check=False).code != 0
