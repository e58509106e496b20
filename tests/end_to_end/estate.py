"""Three sites of two clients on one host, a name server with a real block list, and the command that visits them."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from unittest.mock import patch

from tests.agent.cli.command import COMMAND, Done, environment
from tests.end_to_end.host import EndHost, end_host
from tests.servers import expressionengine, magento
from tests.servers.dns import DnsServer
from tests.servers.mariadb import Database
from tests.servers.rbldnsd import rbldnsd
from tests.servers.wordpress import HOST as WORDPRESS_NAME
from tests.servers.wordpress import WordPress, install

LISTED, CLEAN = "192.0.2.25", "192.0.2.10"
"""Addresses that belong to nobody (RFC 5737); only the test's own name server speaks of them."""
LIST: Final = "zen.spamhaus.org"
SECRETS: Final = (*magento.SECRETS, *expressionengine.SECRETS, "not-the-password", "$P$", "-Pw-4711-geheim")

_RECORDS: Final = {
    WORDPRESS_NAME: {"A": [LISTED]},
    "mage.example": {"A": [CLEAN]},
    "club.example": {"A": [CLEAN]},
}
_ZONE: Final = ":127.0.0.2:Blocked, see {point}\n127.0.0.2\n"
_WAIVED: Final = "{reason: no fault of the estate, owner: Tests, expires: 2099-12-31}"


@dataclass(frozen=True, slots=True)
class Estate:
    """The host, what stands on it, and where the agent's own folder is."""

    host: EndHost
    desk: Path
    books: WordPress
    shop: Database
    club: Database
    now: datetime
    nameservers: Mapping[str, str] = field(default_factory=dict)  # "listed", "clean" → ADDRESS:PORT

    @property
    def roots(self) -> Mapping[str, Path]:
        """Where each site stands."""
        sites = self.host.sites
        return {"books": self.books.root, "shop": sites / "shop", "club": sites / "club/public"}

    def databases(self) -> tuple[Database, ...]:
        """Those of all sites."""
        return self.books.database, self.shop, self.club

    def inventory(self, name: str, *, user: str = "", sites: str = "", settings: Mapping[str, str] = {}) -> Path:
        """Write an inventory; `sites` stands in place of the three."""
        host = self.host
        of_age = ("core", "runtime:php-cli", "runtime:php-fpm", "runtime:php-apache")  # this machine's, on this day
        waived = f"{{{', '.join(f'{item}/support: {_WAIVED}' for item in of_age)}}}"
        blocks = {
            "disk": f"{{ignore: {json.dumps(host.other_mounts())}}}",
            "dnsbl": f"{{lists: [{LIST}], private_addresses: true}}",
            "logs": "{nginx: [], apache: [], fpm: [], fpm_logs: [], usual: []}",
            "versions": f"{{ignore: {waived}}}",
            **settings,
        }
        path = self.desk / f"{name}.yaml"
        path.write_text(
            "settings:\n"
            + "".join(f"  {check}: {text}\n" for check, text in blocks.items())
            + "clients:\n  harbour: {title: Harbour Books}\n  regatta: {title: Regatta Club}\n"
            + f"hosts:\n  web1: {{address: {host.sshd.address}, port: {host.sshd.port}, "
            + f"user: {user or host.deploy.name}, key: {host.key}, host_key: {host.sshd.host_key}}}\n"
            + f"sites:\n{sites or self._sites()}"
        )
        return path

    def _sites(self) -> str:
        told = {
            "books": ("harbour", WORDPRESS_NAME),
            "shop": ("harbour", "mage.example"),
            "club": ("regatta", "club.example"),
        }
        return "".join(
            f"  {name}: {{client: {client}, host: web1, url: 'https://{url}', root: {self.roots[name]}}}\n"
            for name, (client, url) in told.items()
        )

    def siterounds(self, inventory: Path, *arguments: str, lists: str = "clean", **variables: str) -> Done:
        """Run the real command in a process of its own, at the desk's end of the cable, with these variables set."""
        told = ["--inventory", inventory, "--state", self.state(inventory), "--nameserver", self.nameservers[lists]]
        command = [*self.host.desk.inside, str(COMMAND), *(str(part) for part in told), *arguments]
        variables = environment(self.desk) | variables
        done = subprocess.run(
            command, env=variables, capture_output=True, timeout=180, check=False, stdin=subprocess.DEVNULL
        )
        said = Done(done.returncode, done.stdout.decode(), done.stderr.decode())
        assert "Traceback" not in said.out + said.err, said.err
        return said

    def state(self, inventory: Path) -> Path:
        """The folder of what is remembered of an inventory."""
        return inventory.with_suffix(".state")

    def fingerprint(self) -> dict[str, str]:
        """Every file of the host's sites with its time, owner, mode and content, and every table with its checksum."""
        found = {}
        for path in sorted(self.host.sites.rglob("*")):
            facts = path.lstat()
            content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
            found[str(path)] = f"{facts.st_mtime_ns} {facts.st_ctime_ns} {facts.st_uid} {facts.st_mode} {content}"
        for database in self.databases():
            found[database.name] = self.host.database.checksums(database.name)
        return found


@contextmanager
def estate(desk: Path) -> Iterator[Estate]:
    """The estate without a fault, until the block is left."""
    with end_host() as host:
        now = datetime.now(UTC)
        shop, club = (_create(host, name) for name in ("shop", "club"))
        with patch.dict(os.environ, RES_OPTIONS="timeout:1 attempts:1"):  # WordPress looks for itself, in vain
            books = host.on_host(lambda: install(host.database, host.sites / "books", "books"))
        magento.build(host.sites / "shop", _settings(shop), version="2.4.7-p3")
        host.database.run(magento.tables("mg_", now), "shop")
        expressionengine.build(host.sites / "club", _ports(club), now=now, system="../eesys")
        host.database.run(expressionengine.tables("exp_", now), "club")
        zones = {"listed": _ZONE + f"{LISTED} :127.0.0.4:Taken over\n", "clean": _ZONE}
        with _names(host, zones["listed"]) as listed, _names(host, zones["clean"]) as clean:
            yield Estate(host, desk, books, shop, club, now, {"listed": listed, "clean": clean})


def _create(host: EndHost, name: str) -> Database:
    return host.database.create(name, f"{name}-Pw-4711-geheim")


def _settings(database: Database) -> dict[str, str]:
    return {
        "host": f"127.0.0.1:{database.port}",
        "name": database.name,
        "user": database.user,
        "password": database.password,
    }


def _ports(database: Database) -> dict[str, str | int]:
    return {**_settings(database), "host": "127.0.0.1", "port": database.port}


@contextmanager
def _names(host: EndHost, zone: str) -> Iterator[str]:
    """A name server at the desk that knows the sites, and asks a real block list of its own."""
    with ExitStack() as stack:
        address = host.desk.call(lambda: stack.enter_context(rbldnsd({LIST: ("ip4set", zone)})))
        made = host.desk.call(lambda: stack.enter_context(DnsServer(_RECORDS, forward={LIST: address})))
        yield made.nameserver
