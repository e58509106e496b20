"""A small estate on loopback: two servers, three sites, a name server with block lists, and faults planted in all."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.demo import wordpress
from tests.demo.agency import Agency, agency_services, clients, services
from tests.servers import expressionengine, magento
from tests.servers.dns import DnsServer, Records
from tests.servers.embedded_ssh import EmbeddedSsh, Machine, embedded_ssh
from tests.servers.mariadb import MariaDb, mariadb

SHOP, LISTED = "192.0.2.10", "192.0.2.25"
"""Addresses that belong to nobody (RFC 5737); only the demo's own name server speaks of them."""
LISTS: Mapping[str, Mapping[str, str]] = {
    "zen.spamhaus.org": {"2.0.0.127": "127.0.0.2", "25.2.0.192": "127.0.0.4"},
    "bl.spamcop.net": {"2.0.0.127": "127.0.0.2"},
}


@dataclass(frozen=True, slots=True)
class Estate:
    """Where everything is."""

    folder: Path
    inventory: Path
    nameserver: str
    without: tuple[str, ...]  # what this machine lacks, and what therefore cannot be looked at
    agency: Agency


@contextmanager
def estate(folder: Path, now: datetime) -> Iterator[Estate]:
    """Build it, run it, and end every process of it."""
    without = []
    with ExitStack() as stack:
        server: MariaDb | None = None
        if shutil.which("mariadbd"):
            server = stack.enter_context(mariadb())
        else:
            without.append("MariaDB")
        if not shutil.which("php"):
            without.append("PHP")
        _sites(folder, server, now)
        key = _key(folder / "key")
        public = paramiko.Ed25519Key.from_private_key_file(str(key))
        machine = Machine({"deploy": frozenset({f"{public.get_name()} {public.get_base64()}"})}, home=folder)
        servers = [stack.enter_context(embedded_ssh(machine)) for _ in range(2)]
        dns = stack.enter_context(DnsServer(_records()))
        inventory = folder / "inventory.yaml"
        agency = stack.enter_context(agency_services(now))
        inventory.write_text(_inventory(folder, servers, key, agency))
        yield Estate(folder, inventory, dns.nameserver, tuple(without), agency)


def _key(path: Path) -> Path:
    """A new key to log in with, written as ssh-keygen would."""
    private = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    path.touch(mode=0o600)
    path.write_bytes(private)
    return path


def _sites(folder: Path, server: MariaDb | None, now: datetime) -> None:
    """The files of all sites, and their tables where there is a database."""
    databases = {name: _database(server, name) for name in ("shop", "club", "books")}
    filled = {
        "books": wordpress.build(folder / "books", databases["books"], now),
        "shop": magento.tables("mg_", now),
        "club": expressionengine.tables("exp_", now),
    }
    magento.build(folder / "shop", databases["shop"])
    stamp = f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M:%S.000000+00:00}"
    with (folder / "shop/var/log/exception.log").open("a") as log:
        log.write(f"[{stamp}] main.CRITICAL: RuntimeException: The stock feed answered 503 in Feed.php:16 [] []\n")
    expressionengine.build(folder / "club", databases["club"], now=now, system="../eesys")
    if server:
        for name, sql in filled.items():
            server.run(sql, name)


def _database(server: MariaDb | None, name: str) -> Mapping[str, str]:
    if server is None:
        return {"host": "127.0.0.1:9", "name": name, "user": name, "password": "nobody-listens"}
    made = server.create(name, "demo-only")
    return {"host": f"127.0.0.1:{made.port}", "name": made.name, "user": made.user, "password": made.password}


def _records() -> Records:
    sites = {"books.example": [SHOP], "shop.example": [LISTED], "club.example": [SHOP]}
    records: dict[str, Mapping[str, list[str]]] = {name: {"A": addresses} for name, addresses in sites.items()}
    for zone, listed in LISTS.items():
        records[zone] = {"SOA": [f"ns.{zone}. host.{zone}. 1 3600 600 86400 300"]}
        for name, answer in listed.items():
            records[f"{name}.{zone}"] = {"A": [answer], "TXT": ['"listed for the demo"']}
    return records


def something_new(built: Estate, now: datetime) -> None:
    """A fault that was not there before: a plugin begins to fail."""
    plugin = built.folder / "books/wp-content/plugins/contact-form-7/includes/mail.php"
    with (built.folder / "books/wp-content/debug.log").open("a") as log:
        said = f"PHP Fatal error:  Uncaught Error: Class Harbour_Cart not found in {plugin}:12"
        log.write(f"[{now:%d-%b-%Y %H:%M:%S} UTC] {said}\n")


def _inventory(folder: Path, servers: list[EmbeddedSsh], key: Path, agency: Agency) -> str:
    hosts = "".join(
        f"  {name}:\n    address: {server.address}\n    port: {server.port}\n    user: deploy\n    key: {key}\n"
        f"    host_key: {server.host_key}\n"
        for name, server in zip(("web1", "web2"), servers, strict=True)
    )
    return f"""# The demo's inventory. Yours begins with `siterounds init`.
settings:
  dnsbl:
    lists: [{", ".join(LISTS)}]
    private_addresses: true   # the demo's addresses are examples; yours are public
{services(agency)}clients:
{clients()}hosts:
{hosts}sites:
  books: {{client: harbour, host: web1, url: https://books.example, root: {folder}/books}}
  shop: {{client: harbour, host: web2, url: https://shop.example, root: {folder}/shop}}
  club: {{client: regatta, host: web1, url: https://club.example, root: {folder}/club/public}}
"""
