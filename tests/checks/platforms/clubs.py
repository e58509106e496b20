"""Clubs' sites on ExpressionEngine, in files and tables, asked by the real probe as an account that is not theirs."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from checks.platforms import expressionengine
from checks.platforms.facts import Account, SiteFacts, Software, parse
from checks.platforms.probe import PHP_SCRIPT, php_payload
from tests.servers.expressionengine import Built, Line, build, tables
from tests.servers.mariadb import Database, MariaDb

NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
"""The moment from which the tables' dates are counted back."""

# Hands the sources back instead of reading them.
_SOURCES: Final = "function sr_logs_main($sources, $options, $site) { return array('sources' => $sources); }"


def settings(database: Database) -> dict[str, str | int]:
    return {
        "host": "127.0.0.1",
        "name": database.name,
        "user": database.user,
        "password": database.password,
        "port": database.port,
    }


NOWHERE: Final[dict[str, str | int]] = {"host": "127.0.0.1", "name": "x", "user": "x", "password": "s3cret", "port": 1}


def site(folder: Path, server: MariaDb, line: Line = 7, **more: Any) -> tuple[Built, Database]:
    """A whole installation with its tables."""
    database = server.create(f"ee{line}")
    prefix = more.get("prefix", "exp_")
    server.run(tables(prefix, NOW, line), database.name)
    return build(folder, settings(database), line=line, now=NOW, **more), database


def answer(root: Path, mode: str = "facts", platform: str = "auto", php: str = "") -> str:
    outsider = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if os.geteuid() == 0 else ()
    done = subprocess.run(
        [*outsider, "sh", "-c", PHP_SCRIPT, "site", mode, str(root), "", php, platform, "{}"],
        input=php_payload((expressionengine.platform,), *([_SOURCES] if mode == "logs" else [])).encode(),
        capture_output=True,
        env={"LC_ALL": "C", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        cwd="/",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout.decode("ascii")


def facts(root: Path) -> SiteFacts:
    return parse(answer(root))


def the_core(found: SiteFacts) -> Software:
    (one,) = [software for software in found.software if software.kind == "core"]
    return one


def addons(found: SiteFacts) -> dict[str, Software]:
    return {software.key: software for software in found.software if software.kind == "addon"}


def people(found: SiteFacts) -> dict[str, Account]:
    return {account.login: account for account in found.accounts}


def gap_reasons(found: SiteFacts) -> dict[str, str]:
    return {gap.item: gap.reason for gap in (*found.software_gaps, *found.account_gaps)}


def days(account: Account) -> float:
    return round(min((NOW - sign.at) / timedelta(days=1) for sign in account.evidence), 2)
