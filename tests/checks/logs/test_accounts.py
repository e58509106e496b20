"""The site's account reads the application's logs, the one that logged in the web server's; together all, once."""

import json
import os
import pwd
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks import NotCheckedError, State
from checks.logs.probe import logs_probe
from tests.checks.logs.site import PlainSite, by_item, nowhere
from tests.checks.logs.test_servers import failed, request
from tests.checks.logs.writers import append, fatal
from tests.servers.accounts import SystemAccount, account, needs_root
from tests.servers.folders import open_folder

SHELLS = ("dash", "busybox sh", "bash")


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as folder:
        yield folder


@pytest.fixture
def visitor() -> Iterator[SystemAccount]:
    """Who logs in."""
    with account("visit") as made:
        yield made


@pytest.fixture
def owner() -> Iterator[SystemAccount]:
    """Whose site it is."""
    with account("owner") as made:
        yield made


def estate(folder: Path, owner: SystemAccount, visitor: SystemAccount) -> PlainSite:
    """A site whose log only its owner may read, and a server whose logs only the visitor may."""
    settings = nowhere(folder, nginx=(str(folder / "nginx.conf"),))
    site = PlainSite(folder / "shop", settings, run_as=owner.name, account=visitor.name)
    site.sources({"path": "app.log", "format": "php"})
    server = (
        f"server {{ server_name shop.example; root {site.root}; access_log {folder}/a.log; error_log {folder}/e.log; }}"
    )
    (folder / "nginx.conf").write_text(f"http {{ {server} }}")
    (site.root / "app.log").write_text(fatal(1))
    (folder / "e.log").write_text(failed("upstream timed out", "shop.example"))
    (folder / "a.log").write_text(request(200))
    for path, whose in ((site.root / "app.log", owner), (folder / "e.log", visitor), (folder / "a.log", visitor)):
        shutil.chown(path, whose.name)
        path.chmod(0o400)
    return site


@needs_root
@pytest.mark.parametrize("shell", SHELLS)
def test_two_accounts_read_together(folder: Path, owner: SystemAccount, visitor: SystemAccount, shell: str) -> None:
    site = estate(folder, owner, visitor)
    site.shell = shell
    visitor.may(f"{visitor.name} ALL=({owner.name}) NOPASSWD: {shutil.which('php')}")
    facts, judgement = site.visit()
    assert {Path(row.path).name: (row.state, row.records) for row in facts.files} == {
        "app.log": ("read", 1),
        "e.log": ("read", 1),
        "a.log": ("read", 1),
    }
    assert [(one.requests, facts.files[one.source].purpose) for one in facts.access] == [(1, "access")]
    assert sorted(group.message for group in facts.groups) == ["order 1 failed", "upstream timed out"]
    assert not any(finding.state == State.UNKNOWN for finding in judgement.findings)
    append(site.root / "app.log", fatal(2))
    append(folder / "e.log", failed("upstream timed out", "shop.example") * 2)
    facts, _ = site.visit()
    assert {Path(row.path).name: row.records for row in facts.files} == {"app.log": 1, "e.log": 2, "a.log": 0}


@needs_root
def test_what_both_may_read_is_read_once(folder: Path, owner: SystemAccount, visitor: SystemAccount) -> None:
    site = estate(folder, owner, visitor)
    for name in ("e.log", "a.log"):
        (folder / name).chmod(0o444)
    visitor.may(f"{visitor.name} ALL=({owner.name}) NOPASSWD: {shutil.which('php')}")
    first, second = [json.loads(line) for line in site.document().splitlines()]
    assert sorted(row["name"].rsplit("/")[-1] for row in first["sources"]) == ["a.log", "app.log", "e.log"]
    assert second["sources"] == []
    assert (first["user"], second["user"]) == (owner.name, visitor.name)
    assert second["part"] == "server"


@needs_root
def test_without_the_sudoers_line_the_servers_logs_are_still_read(
    folder: Path, owner: SystemAccount, visitor: SystemAccount
) -> None:
    site = estate(folder, owner, visitor)
    facts, judgement = site.visit()
    assert {Path(row.path).name: row.state for row in facts.files} == {"e.log": "read", "a.log": "read"}
    finding = by_item(judgement)["application"]
    assert finding.state == State.UNKNOWN
    assert finding.summary == f"sudo asks {visitor.name} for a password to become {owner.name}"
    assert f"{visitor.name} ALL=({owner.name}) NOPASSWD: " in finding.remedy


@needs_root
def test_what_neither_may_read_is_said_with_the_remedy(
    folder: Path, owner: SystemAccount, visitor: SystemAccount
) -> None:
    site = estate(folder, owner, visitor)
    site.run_as = None
    shutil.chown(folder / "e.log", "root")
    found = by_item(site.visit()[1])
    for item in ("log:app.log", f"log:{folder}/e.log"):
        assert found[item].state == State.UNKNOWN
        assert "permission denied" in found[item].summary
        assert found[item].remedy
    assert found["requests"].state == State.OK


@needs_root
def test_a_folder_that_may_not_be_listed_is_said(folder: Path, owner: SystemAccount, visitor: SystemAccount) -> None:
    site = estate(folder, owner, visitor)
    site.run_as = None
    logs = site.root / "logs"
    logs.mkdir(mode=0o700)
    site.sources(
        {"path": "logs/*.log", "format": "monolog"},
        {"path": "logs/report/*", "format": "monolog", "purpose": "report-files"},
    )
    found = by_item(site.visit()[1])
    assert found["log:logs/*.log"].state == State.UNKNOWN
    assert found["log:logs/report/*"].state == State.UNKNOWN


@needs_root
def test_a_folder_of_servers_that_may_not_be_listed_is_said(
    folder: Path, owner: SystemAccount, visitor: SystemAccount
) -> None:
    site = estate(folder, owner, visitor)
    site.run_as = None
    (folder / "sites").mkdir(mode=0o711)
    (folder / "sites").chmod(0o711)
    (folder / "nginx.conf").write_text("http { include sites/*; }")
    (site.root / "app.log").chmod(0o444)
    assert str(folder / "sites") in by_item(site.visit()[1])["web-server"].summary


@needs_root
def test_an_unreadable_configuration_is_said(folder: Path, owner: SystemAccount, visitor: SystemAccount) -> None:
    site = estate(folder, owner, visitor)
    site.run_as = None
    (folder / "nginx.conf").chmod(0o600)
    (site.root / "app.log").chmod(0o444)
    finding = by_item(site.visit()[1])["web-server"]
    assert finding.state == State.UNKNOWN
    assert str(folder / "nginx.conf") in finding.summary


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
def test_an_account_that_is_not_there_is_said(folder: Path) -> None:
    site = PlainSite(folder / "shop", nowhere(folder), run_as="no-such-account")
    facts, _ = site.visit()
    assert [gap.reason for gap in facts.gaps] == ["there is no account no-such-account on this host"]


def test_a_host_without_php_is_not_healthy() -> None:
    with pytest.raises(NotCheckedError, match="PHP was not found"):
        logs_probe.parse("no-php\nfile\tmagento\tcomposer.lock\n|{}\n")


@needs_root
@pytest.mark.parametrize("way", ["link", "folder", "hard", "named by the site"])
def test_no_site_reads_anothers_log(folder: Path, owner: SystemAccount, visitor: SystemAccount, way: str) -> None:
    """Site beta has no `run_as`, and leads to alpha's log, which the login may read and beta's account may not."""
    alpha = folder / "alpha"
    alpha.mkdir()
    (alpha / "app.log").write_text(fatal(77))
    shutil.chown(alpha / "app.log", "root", visitor.name)
    (alpha / "app.log").chmod(0o640)
    site = PlainSite(folder / "beta", nowhere(folder), account=visitor.name)
    (site.root / "own.log").write_text(fatal(1))
    path = {"folder": "logs/app.log", "named by the site": str(alpha / "app.log")}.get(way, "app.log")
    site.sources({"path": path, "format": "php"}, {"path": "own.log", "format": "php"})
    if way == "link":
        (site.root / "app.log").symlink_to(alpha / "app.log")
    elif way == "folder":
        (site.root / "logs").symlink_to(alpha)
    elif way == "hard":
        (site.root / "app.log").hardlink_to(alpha / "app.log")
    for one in (site.root, *site.root.iterdir()):
        if not one.is_symlink() and not (way == "hard" and one.name == "app.log"):
            shutil.chown(one, owner.name)
        elif one.is_symlink():
            os.lchown(one, pwd.getpwnam(owner.name).pw_uid, -1)
    facts, judgement = site.visit()
    assert [group.message for group in facts.groups] == ["order 1 failed"]
    assert "order 77" not in str(judgement)
    assert any(finding.state is State.UNKNOWN and "app.log" in finding.item for finding in judgement.findings)
