"""The service in a machine: installed from its package, with a host that it visits by the machine's own sshd."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.booted.machine import Machine

STATE = "/var/lib/siterounds"
INVENTORY = "/etc/siterounds/inventory.yaml"
KEY = "/run/credentials/siterounds.service/web1"
DROP_IN = "/etc/systemd/system/siterounds.service.d/test.conf"
QUERY = """
import json, sqlite3, sys
with sqlite3.connect(sys.argv[1], timeout=30) as connection:
    connection.row_factory = sqlite3.Row
    print(json.dumps([dict(row) for row in connection.execute(sys.argv[2])]))
"""


@dataclass(frozen=True, slots=True)
class Service:
    """Siterounds in a machine."""

    machine: Machine

    def write(self, schedule: str = '{cron: "0 3 1 1 *"}', more: str = "", hosts: str = "") -> None:
        """Write the inventory: web1 is the machine itself, by its sshd; `more` are further sections."""
        key = self.machine.run("cut", "-d ", "-f1,2", "/etc/ssh/ssh_host_ed25519_key.pub").out.strip()
        self.machine.write(
            INVENTORY,
            f"settings: {{dnsbl: {{enabled: false}}}}\nschedule: {schedule}\n{more}"
            "clients:\n  harbour: {title: Harbour Books}\nhosts:\n"
            f"  web1: {{address: 127.0.0.1, user: l2, key: {KEY}, host_key: {key}}}\n{hosts}"
            "sites:\n  shop: {client: harbour, host: web1, url: https://shop.example, root: /srv/shop}\n",
        )

    def call(self, *arguments: str, check: bool = True) -> str:
        """What the command prints on both of its ways, as root; AssertionError where it fails and may not."""
        done = self.machine.run("siterounds", *arguments, check=check)
        return done.out + done.err

    def code(self, *arguments: str) -> int:
        """How the command ends."""
        return self.machine.run("siterounds", *arguments, check=False).code

    def settings(self, *lines: str) -> None:
        """Further settings of the unit, as an administrator has them; no number of restarts is too many."""
        self.machine.write(DROP_IN, "\n".join(["[Unit]", "StartLimitIntervalSec=0", "[Service]", *lines, ""]))
        self.machine.run("systemctl", "daemon-reload")

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What the store answers."""
        done = self.machine.run("python3", "-c", QUERY, f"{STATE}/siterounds.sqlite", query)
        found: list[dict[str, Any]] = json.loads(done.out)
        return found

    def rounds(self) -> int:
        """How many rounds are recorded."""
        return int(self.rows("SELECT count(*) AS count FROM round")[0]["count"])

    @property
    def pid(self) -> int:
        """The service's process, as the machine numbers it; 0 while there is none."""
        return int(self.machine.show("MainPID"))


def set_up(machine: Machine, package: Path) -> Service:
    """Install the package, and make a host of the machine; the service does not run yet."""
    machine.bring(package, "/var/tmp/siterounds.deb")
    machine.run("dpkg", "--install", "/var/tmp/siterounds.deb")
    machine.run("useradd", "--create-home", "l2")
    machine.run("mkdir", "-p", "/srv/shop")
    kept = "/etc/siterounds/credentials/web1"
    machine.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", kept)
    machine.run("install", "-D", "-o", "l2", "-m", "600", f"{kept}.pub", "/home/l2/.ssh/authorized_keys")
    machine.run("chown", "-R", "l2:", "/home/l2/.ssh")
    service = Service(machine)
    service.write()
    return service
