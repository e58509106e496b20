"""Killed a hundred times at any moment: nothing that was due is lost, and nothing is done or told twice."""

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import pytest

from tests.booted.machine import Machine
from tests.booted.relay import relayed
from tests.booted.service import INVENTORY, KEY, Service, set_up
from tests.outside.agency import MANAGER, ORGANIZATIONS, PLUGIN, PROJECTS, REQUESTERS, SECRETS, TITLES, Agency, agency
from tests.outside.reckoning import reckon

pytestmark = pytest.mark.booted
KILLS = 100
SITES = {"books": "harbour", "shop": "harbour", "club": "regatta", "boat": "regatta"}
PACKAGES = "opt/siterounds/lib/python3.11/site-packages"
OFF = ("disk", "firewall", "logs", "versions", "users", "dnsbl")


@pytest.fixture(scope="module")
def estate(
    machine: Machine, package: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Service, Agency]]:
    """The service over sites whose problems we write, with stand-ins for what it tells outside."""
    folder = tmp_path_factory.mktemp("agency")
    with agency(folder) as made, ExitStack() as stack:
        for url in (made.zendesk.url, made.harvest.url):
            stack.enter_context(relayed(machine, url))
        service = set_up(machine, package)
        plugin = (PLUGIN / "rehearsal_check.py").read_text()
        slow = plugin.replace("'cat ", "'sleep 0.5; cat ")  # so that kills hit rounds
        assert "sleep" in slow
        (machine.root / PACKAGES / "rehearsal_check.py").write_text(slow)
        shutil.copytree(folder / "plugin", machine.root / PACKAGES, dirs_exist_ok=True)
        for name, variable in (("zendesk", "ZENDESK_SECRET"), ("harvest", "HARVEST_TOKEN")):
            machine.write(f"/etc/siterounds/credentials/{name}", SECRETS[variable], 0o600)
        for site in SITES:
            machine.write(f"/srv/{site}/problems", "")
        machine.write(INVENTORY, _inventory(made, machine))
        service.settings("RestartSec=20ms")
        service.call("service", "install")
        yield service, made


def _inventory(made: Agency, machine: Machine) -> str:
    key = machine.run("cut", "-d ", "-f1,2", "/etc/ssh/ssh_host_ed25519_key.pub").out.strip()
    clients = "".join(
        f"  {name}: {{title: {TITLES[name]}, harvest: {{project: {PROJECTS[name]}}}, contract: {{kind: standard, "
        f"hours_a_month: 400, time: {{rule: minimum, hours: 0.25}}}}, "
        f"zendesk: {{organization: {ORGANIZATIONS[name]}, requester: {REQUESTERS[name]}}}}}\n"
        for name in ORGANIZATIONS
    )
    sites = "".join(
        f"  {site}: {{client: {client}, host: web1, url: https://{site}.example, root: /srv/{site}}}\n"
        for site, client in SITES.items()
    )
    return (
        f"settings: {{{', '.join(f'{name}: {{enabled: false}}' for name in OFF)}}}\n"
        'schedule: {cron: "* * * * *"}\nservice: {deliver_every: 1}\n'
        f"services:\n  environment: rehearsal\n  zendesk: {{url: {made.zendesk.url}, client_id: siterounds, "
        f"client_secret: credential:zendesk, account_manager: {MANAGER}}}\n"
        f"  harvest: {{url: {made.harvest.url}, account: 1234, token: credential:harvest, contact: l2@agency.example, "
        f"task: 222}}\nclients:\n{clients}hosts:\n"
        f"  web1: {{address: 127.0.0.1, user: l2, key: {KEY}, host_key: {key}}}\nsites:\n{sites}"
    )


def test_killed_at_any_moment_it_loses_nothing_and_doubles_nothing(estate: tuple[Service, Agency]) -> None:
    service, made = estate
    machine, chance = service.machine, random.Random(5)
    begun, killed, problems, pid = time.monotonic(), 0, 0, 0
    _await_rounds(service, 1)  # what is there at the first look would be one ticket
    while killed < KILLS:
        if chance.random() < 0.4:
            problems += 1
            line = f"item{problems}\twarning\titem{problems} is bad\n"
            machine.run("sh", "-c", f"cat >>/srv/{chance.choice(list(SITES))}/problems", stdin=line)
        if chance.random() < 0.7:
            _await_another(service, pid)
            machine.run("siterounds", "control", "run")
        time.sleep(chance.uniform(0, 2.5))
        if current := service.pid:
            pid = current
            killed += machine.run("kill", "-KILL", str(pid), check=False).code == 0
    took = time.monotonic() - begun
    _await_another(service, pid)
    restarts = int(machine.show("NRestarts"))
    _await_rounds(service, service.rounds() + 2)  # all that is bad has been seen
    _come_to_rest(service)
    machine.run("systemctl", "stop", "siterounds")
    made.state.mkdir()
    for path in (machine.root / "var/lib/private/siterounds").glob("siterounds.sqlite*"):
        shutil.copy(path, made.state)
    found = reckon(made)
    print(f"{killed} kills in {took:.0f} s, {restarts} restarts, {problems} problems\n{found}")
    assert service.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    assert found.wrong == ()
    assert found.tickets == found.incidents == problems
    assert found.entries > 5
    assert restarts >= KILLS
    _slots_are_whole(service)
    assert "Traceback" not in machine.journal()


def _await_another(service: Service, pid: int) -> None:
    """Until a process runs that is not the one which was killed, and has said that it is ready."""
    end = time.monotonic() + 20
    while service.pid in {0, pid} or service.machine.show("ActiveState") != "active":
        assert time.monotonic() < end, service.machine.journal("--lines=60")
        time.sleep(0.05)


def _await_rounds(service: Service, count: int) -> None:
    end = time.monotonic() + 200
    while service.rounds() < count:
        assert time.monotonic() < end, service.machine.journal("--lines=60")
        time.sleep(1)


def _come_to_rest(service: Service) -> None:
    """Nothing more is due, and all that is owed is told; some of it is tried again after minutes."""
    service.machine.run("sed", "-i", 's/cron: "[^"]*"/cron: "0 3 1 1 *"/', INVENTORY)
    service.machine.run("systemctl", "reload", "siterounds")
    end = time.monotonic() + 900
    while True:
        waiting = service.rows("SELECT count(*) AS n FROM message WHERE stage NOT IN ('delivered', 'dropped')")[0]["n"]
        if not waiting:
            return
        assert time.monotonic() < end, service.call("outbox")
        time.sleep(5)


def _slots_are_whole(service: Service) -> None:
    """Every slot that was begun has ended, with a round of its own, and none was left out without a word."""
    slots = service.rows("SELECT * FROM slot WHERE subject LIKE 'client:%' ORDER BY subject, due_at")
    assert slots
    assert [one for one in slots if one["outcome"] != "done"] == []
    entries = {(one["client"], one["slot"]) for one in service.rows("SELECT client, slot FROM time_entry")}
    for subject in {one["subject"] for one in slots}:
        ours = [one for one in slots if one["subject"] == subject]
        minutes = (ours[-1]["due_at"], ours[0]["due_at"])
        last, first = (datetime.fromisoformat(one) for one in minutes)
        skipped = sum(one["skipped"] for one in ours)
        assert (last - first).total_seconds() / 60 == len(ours) - 1 + skipped, f"{subject} lacks slots"
        assert len([one for one in entries if f"client:{one[0]}" == subject]) == len(ours)
    again = sum(one["begun"] > 1 for one in slots)
    assert again, "no scheduled round was hit"
    print(f"{len(slots)} slots, {again} of them begun again, all done")
