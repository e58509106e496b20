"""Shops in files and tables, asked by the real probe: what the tests of both Magentos stand on."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from checks.platforms import magento, openmage
from checks.platforms.facts import Account, SiteFacts, Software, parse
from checks.platforms.probe import PHP_SCRIPT, php_payload
from tests.servers.magento import Package
from tests.servers.mariadb import Database, MariaDb

NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""The moment from which the tables' dates are counted back."""

NOWHERE: Final = {"host": "127.0.0.1:1", "name": "shop", "user": "shop", "password": "s3cret-Pw#1"}
"""A database that is not there."""

# Hands the sources back instead of reading them.
_SOURCES: Final = "function sr_logs_main($sources, $options, $site) { return array('sources' => $sources); }"

# What is needed besides PHP's core, without a way to MySQL, XML or the names of accounts.
_BARE: Final = ("-n", "-d", "extension=tokenizer")
_PDO: Final = (*_BARE, "-d", "extension=mysqlnd", "-d", "extension=pdo", "-d", "extension=pdo_mysql")


def answer(
    root: Path, *, mode: str = "facts", platform: str = "auto", php: str = "", env: Mapping[str, str] | None = None
) -> str:
    """What the probe prints about a folder; asked as nobody where the tests run as root, so that modes count."""
    outsider = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    done = subprocess.run(
        [*outsider, "sh", "-c", PHP_SCRIPT, "site", mode, str(root), "", php, platform, "{}"],
        input=php_payload((magento.platform, openmage.platform), *([_SOURCES] if mode == "logs" else [])).encode(),
        capture_output=True,
        env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **(env or {})},
        cwd="/",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode("ascii")


def facts(root: Path, *, platform: str = "auto", php: str = "", env: Mapping[str, str] | None = None) -> SiteFacts:
    """What the site says of itself."""
    return parse(answer(root, platform=platform, php=php, env=env))


def sources(root: Path, platform: str = "auto") -> list[dict[str, Any]]:
    """The log sources of a site, with paths relative to its folder."""
    found = json.loads(answer(root, mode="logs", platform=platform))["sources"]
    return [source | {"path": source["path"].removeprefix(f"{root.resolve()}/")} for source in found]


def core(found: SiteFacts) -> Software:
    """The one core of a site."""
    (one,) = [software for software in found.software if software.kind == "core"]
    return one


def extensions(found: SiteFacts) -> dict[str, Software]:
    """What is not the core and not PHP, by key."""
    return {software.key: software for software in found.software if software.kind not in ("core", "runtime")}


def people(found: SiteFacts) -> dict[str, Account]:
    """The accounts by login."""
    assert len({account.id for account in found.accounts}) == len(found.accounts)
    return {account.login: account for account in found.accounts}


def seen(account: Account) -> dict[str, datetime]:
    """When an account was last seen, by source."""
    return {sign.source: sign.at for sign in account.evidence}


def gaps(found: SiteFacts) -> tuple[set[str], set[str]]:
    """The items of the gaps in software, and in accounts."""
    return {gap.item for gap in found.software_gaps}, {gap.item for gap in found.account_gaps}


def settings(database: Database, host: str | None = None) -> Mapping[str, str | int]:
    """What a shop's configuration says of a database; `host` in any form that Magento knows."""
    where = f"127.0.0.1:{database.port}" if host is None else host
    return {"host": where, "name": database.name, "user": database.user, "password": database.password}


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop's folder, and its database."""

    root: Path
    server: MariaDb
    database: Database
    prefix: str

    def sql(self, statements: str) -> str:
        """Runs statements in which {px} is the table prefix."""
        return self.server.run(statements.replace("{px}", self.prefix), self.database.name)

    def settings(self, host: str | None = None) -> Mapping[str, str | int]:
        """What the shop's configuration says of its database."""
        return settings(self.database, host)


MakeShop = Callable[..., Shop]


def open_shop(software: ModuleType, folder: Path, server: MariaDb, prefix: str) -> Shop:
    """A whole shop of tests.servers.magento or tests.servers.openmage, whose database the caller drops."""
    shop = Shop(folder, server, server.create(software.__name__.rpartition(".")[2]), prefix)
    shop.sql(software.tables(prefix, NOW))
    software.build(folder, shop.settings(), prefix=prefix)
    return shop


def ago(days: float) -> datetime:
    """A moment so long before the tables' own now."""
    return NOW - timedelta(days=days)


def lock(shop: Path, change: Callable[[list[Package]], None]) -> None:
    """Changes the packages of a shop's composer.lock."""
    path = shop / "composer.lock"
    read = json.loads(path.read_text())
    change(read["packages"])
    path.write_text(json.dumps(read))


def state(root: Path) -> dict[str, tuple[int, int, int, int]]:
    """Every file and folder with its inode, mode, size and time of change."""
    found = {}
    for path in [root, *root.rglob("*")]:
        stat = os.lstat(path)
        found[str(path)] = (stat.st_ino, stat.st_mode, stat.st_size, stat.st_mtime_ns)
    return found


def leaked(root: Path, secrets: Sequence[str]) -> list[str]:
    """Which of the secrets stand in what the probe prints about a site, as they are or as JSON writes them."""
    said = answer(root) + json.dumps(sources(root))
    return [secret for secret in secrets if secret in said or json.dumps(secret)[1:-1] in said]


def php_with(folder: Path, *, mysqli: bool = False, pdo: bool = False) -> str:
    """A PHP command that has only these ways to MySQL, and no extension it could do without."""
    arguments: Sequence[str] = () if mysqli else (_PDO if pdo else _BARE)
    command = folder / "php-with"
    command.write_text(f'#!/bin/sh\nexec {shutil.which("php")} {" ".join(arguments)} "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    return str(command)
