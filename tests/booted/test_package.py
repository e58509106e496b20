"""The package: installed, upgraded with a store of an older version, removed, purged."""

import subprocess
from pathlib import Path

import pytest

from tests.booted.machine import Machine
from tests.booted.service import INVENTORY, STATE, Service, set_up

pytestmark = pytest.mark.booted
EARLIER = "0002"
"""A revision of the store before the newest one."""
TAKE_BACK = """
import sys
from importlib.resources import as_file, files
import sqlalchemy
from alembic import command
from alembic.config import Config
with as_file(files("agent.store") / "migrations") as scripts:
    with sqlalchemy.create_engine(f"sqlite:///{sys.argv[1]}").connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(scripts))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, sys.argv[2])
        connection.commit()
"""


@pytest.fixture(scope="module")
def service(machine: Machine, package: Path) -> Service:
    return set_up(machine, package)


def _newer(machine: Machine) -> None:
    """The same package again, by a newer version's number."""
    folder = machine.root / "var/tmp/newer"
    subprocess.run(["dpkg-deb", "-R", machine.root / "var/tmp/siterounds.deb", folder], check=True)
    control = folder / "DEBIAN/control"
    lines = (f"{line}+1" if line.startswith("Version:") else line for line in control.read_text().splitlines())
    control.write_text("\n".join([*lines, ""]))
    with (folder / "etc/siterounds/inventory.yaml").open("a") as file:
        file.write("# the example of the newer version\n")
    subprocess.run(
        ["dpkg-deb", "-Znone", "--root-owner-group", "-b", folder, machine.root / "var/tmp/newer.deb"],
        check=True, capture_output=True,
    )  # fmt: skip


def test_what_is_installed_is_whole_and_switched_off(service: Service) -> None:
    machine = service.machine
    assert machine.run("dpkg", "--verify", "siterounds").out.split() == ["??5??????", "c", INVENTORY]  # that we wrote
    assert (machine.show("UnitFileState"), machine.show("ActiveState")) == ("disabled", "inactive")
    assert machine.run("siterounds", "--version").out.startswith("siterounds ")
    assert machine.run("getent", "group", "siterounds-control").out
    assert machine.run("stat", "--format=%a %U", "/etc/siterounds/credentials").out.strip() == "700 root"
    assert machine.run("systemd-analyze", "security", "--threshold=12", "siterounds.service").code == 0
    said = service.call("service", "status", check=False)
    assert "it is not started with the machine" in said
    assert service.code("service", "status") == 1


def test_an_upgrade_brings_the_store_up_to_date_after_a_copy_and_keeps_the_inventory(service: Service) -> None:
    machine = service.machine
    machine.run("mkdir", "-p", STATE)
    machine.run("/opt/siterounds/bin/python", "-c", TAKE_BACK, f"{STATE}/siterounds.sqlite", EARLIER)
    service.call("service", "install", "--no-start")
    before = machine.run("cat", INVENTORY).out
    _newer(machine)
    machine.run("dpkg", "--force-confdef", "--force-confold", "--install", "/var/tmp/newer.deb")
    machine.until("ActiveState", "active", 10)  # it was switched on, so it goes on
    head = service.rows("SELECT version_num FROM alembic_version")[0]["version_num"]
    assert head > EARLIER
    copy = f"{STATE}/siterounds.before-{head}.sqlite"
    kept = machine.run("python3", "-c", _VERSION, copy).out.strip()
    assert kept == EARLIER
    assert machine.run("cat", INVENTORY).out == before
    assert machine.run("dpkg-query", "-W", "-f", "${Version}", "siterounds").out.endswith("+1")
    assert service.code("service", "status") == 0


_VERSION = (
    "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT version_num FROM alembic_version')"
    ".fetchone()[0])"
)


def test_removing_stops_it_and_keeps_what_it_remembers(service: Service) -> None:
    machine = service.machine
    machine.run("dpkg", "--remove", "siterounds")
    assert machine.show("LoadState") == "not-found"
    assert machine.run("pgrep", "-f", "/opt/siterounds", check=False).out == ""
    for gone in ("/opt/siterounds", "/usr/bin/siterounds", "/lib/systemd/system/siterounds.service"):
        assert machine.run("test", "-e", gone, check=False).code == 1, gone
    assert machine.run("systemctl", "list-units", "--failed", "--no-legend", "siterounds*").out == ""
    assert "siterounds" not in machine.run("ls", "/etc/systemd/system/multi-user.target.wants").out
    for kept in (INVENTORY, f"{STATE}/siterounds.sqlite", "/etc/siterounds/credentials/web1"):
        machine.run("test", "-e", kept)


def test_purging_leaves_nothing(service: Service) -> None:
    machine = service.machine
    machine.run("dpkg", "--purge", "siterounds")
    found = machine.run("find", "/", "-xdev", "-iname", "*siterounds*", "-not", "-path", "/var/tmp/*").out.split()
    assert found == []
    assert machine.run("find", "/var/lib/private", "/var/cache/private", "-mindepth", "1", check=False).out == ""
