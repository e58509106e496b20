"""ExpressionEngine, read from files and tables by the real probe, as an account that is not the site's."""

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from checks.findings import State
from checks.platforms import expressionengine
from checks.platforms.answers import parse
from checks.platforms.facts import Account, SiteFacts, Software
from checks.platforms.site import PHP_SCRIPT, php_payload
from checks.users import check as users
from checks.versions import check as versions
from tests.servers.expressionengine import (
    SECRETS,
    Built,
    Line,
    build,
    config,
    core,
    current_version,
    current_version_list,
    failed_version_check,
    front,
    setup,
    tables,
    write,
)
from tests.servers.mariadb import Database, MariaDb

NOW: Final = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_SOURCES: Final = "function sr_logs_main($sources, $options, $site) { return array('sources' => $sources); }"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that any account may enter, which pytest's own are not."""
    path = Path(tempfile.mkdtemp(prefix="ee"))
    path.chmod(0o755)
    yield path
    for below in [path, *path.rglob("*")]:
        if below.is_dir() and not below.is_symlink():
            below.chmod(0o755)
    shutil.rmtree(path)


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


@pytest.mark.parametrize("system", ["system", "../eesys", "inner/deeper/renamed"])
def test_a_system_folder_is_found_wherever_it_was_moved(folder: Path, server: MariaDb, system: str) -> None:
    built, _ = site(folder, server, system=system)
    found = facts(built.public)
    assert found.platform == "expressionengine"
    assert (found.software_gaps, found.account_gaps) == ((), ())
    core_found = the_core(found)
    assert (core_found.version, core_found.latest, core_found.latest_in_line) == ("7.5.1", "7.5.15", "7.5.15")
    assert core_found.security is True
    assert core_found.known_at == NOW - timedelta(hours=3)
    assert core_found.unfinished == ""
    assert core_found.update == f"php '{built.system}/ee/eecli.php' update"


def test_the_folder_above_the_public_one_will_do(folder: Path, server: MariaDb) -> None:
    site(folder, server, system="../eesys")
    assert the_core(facts(folder)).version == "7.5.1"


def test_an_absolute_path_and_a_renamed_control_panel_will_do(folder: Path, server: MariaDb) -> None:
    built, _ = site(folder, server, system="../eesys")
    (built.public / "index.php").unlink()
    (built.public / "manage.php").unlink()
    write(built.public / "other.php", "<?php echo 1;\n")
    write(built.public / "panel.php", front(str(built.system)))
    assert the_core(facts(built.public)).version == "7.5.1"


def test_addons_are_read_from_files_and_held_against_the_tables(folder: Path, server: MariaDb) -> None:
    built, _ = site(folder, server)
    found = addons(facts(built.public))
    assert set(found) == {"harbour_events", "harbour_plain", "harbour_tides"}
    events = found["harbour_events"]
    assert (events.name, events.version, events.active) == ("Harbour Events", "2.3.1", True)
    assert events.unfinished == "the files are of 2.3.1, the database is of 2.2.0"
    assert events.update == f"php '{built.system}/ee/eecli.php' addons:update -a 'harbour_events'"
    plain = found["harbour_plain"]
    assert (plain.version, plain.active, plain.unfinished) == ("1.0.7", False, "")
    tides = found["harbour_tides"]
    assert (tides.version, tides.active) == (None, True)
    assert all(addon.latest is None and addon.known_from == "" for addon in found.values())


@pytest.mark.parametrize(
    ("files", "table", "unfinished"),
    [
        ("2.3.3", "2.3.3", False),
        ("2.3.0", "2.3", False),
        ("2.3.2", "2.3.3", False),  # files older than their record: so is one of EE's own on a fresh installation
        ("2.3.4", "2.3.3", True),
        ("2.0.0-beta.12", "2.0.0-beta.1", False),  # the column holds twelve characters
    ],
)
def test_shipped_addons_are_told_only_where_their_update_was_not_run(
    folder: Path, server: MariaDb, files: str, table: str, unfinished: bool
) -> None:
    built, database = site(folder, server)
    write(built.system / "ee/ExpressionEngine/Addons/comment/addon.setup.php", setup("Comment", files))
    server.run(f"UPDATE exp_modules SET module_version = '{table}' WHERE module_name = 'Comment'", database.name)
    found = facts(built.public)
    assert ("comment" in addons(found)) is unfinished
    said = {finding.item: finding.state for finding in versions.evaluate(found, versions.settings, {}, NOW).findings}
    assert (said.get("addon:comment/unfinished") is State.WARNING) is unfinished


def test_people_are_found_by_every_way_to_the_control_panel(folder: Path, server: MariaDb) -> None:
    built, _ = site(folder, server)
    found = people(facts(built.public))
    assert set(found) == {
        "eeadmin", "ed_naomi", "ed_oscar", "super_old", "super_never", "member_quinn", "group_gina", "banned_editor"
    }  # fmt: skip
    admin = found["eeadmin"]
    assert (admin.id, admin.name, admin.email) == ("1", "Eeadmin", "eeadmin@ee.example")
    assert (admin.roles, admin.powers, admin.second_factor) == (("Super Admin",), ("all",), True)
    assert {sign.source for sign in admin.evidence} == {
        "last activity, on the site or in the control panel",
        "the control panel's log",
    }
    assert days(admin) == 0.1
    assert found["member_quinn"].roles == ("Members", "Club Editors")
    assert found["member_quinn"].powers == ("can_access_cp",)
    assert days(found["member_quinn"]) == 70
    assert set(found["group_gina"].powers) == {"can_access_cp", "can_access_design", "can_edit_templates"}
    assert found["group_gina"].roles == ("Members", "Designers")
    assert found["super_never"].evidence == ()
    assert found["super_never"].absence_is_never
    assert found["super_never"].created == NOW - timedelta(days=700)
    assert [login for login, account in found.items() if not account.enabled] == ["banned_editor"]


def test_the_judgement_of_these_people(folder: Path, server: MariaDb) -> None:
    built, _ = site(folder, server)
    judgement = users.evaluate(facts(built.public), users.settings, {}, NOW)
    bad = {finding.item: finding.kind for finding in judgement.findings if finding.state is not State.OK}
    assert bad == {
        "account:ed_oscar": "account-idle",
        "account:super_old": "account-idle",
        "account:super_never": "account-never-used",
        "account:member_quinn": "account-idle",
        "second-factor": "second-factor-missing",
    }


@pytest.mark.parametrize(
    ("where", "expected"),
    [("table", False), ("file", False), ("neither", True)],
)
def test_a_second_factor_that_is_switched_off_is_none(
    folder: Path, server: MariaDb, where: str, expected: bool
) -> None:
    built, database = site(folder, server)
    if where == "table":
        server.run("UPDATE exp_config SET value = 'n' WHERE `key` = 'enable_mfa'", database.name)
    if where == "file":
        path = built.system / "user/config/config.php"
        write(path, path.read_text(encoding="utf-8") + "$config['enable_mfa'] = 'n';\n")
    if where == "neither":
        server.run("DELETE FROM exp_config", database.name)
    assert people(facts(built.public))["eeadmin"].second_factor is expected


def test_line_five_has_groups_instead(folder: Path, server: MariaDb) -> None:
    built, _ = site(folder, server, line=5, prefix="club_")
    write(built.system / "user/cache/current_version", current_version(NOW, "5.4.3", "normal"))
    found = facts(built.public)
    assert gap_reasons(found) == {}
    assert (the_core(found).version, the_core(found).security) == ("5.4.3", False)
    assert set(people(found)) == {"eeadmin", "ed_naomi", "ed_never"}
    assert people(found)["eeadmin"].powers == ("all",)
    assert set(people(found)["ed_naomi"].powers) == {"can_access_cp", "can_access_design"}
    assert people(found)["ed_naomi"].roles == ("Club Editors",)
    assert days(people(found)["ed_naomi"]) == 61
    assert people(found)["eeadmin"].second_factor is None
    assert addons(found)["harbour_events"].update == "run its update in the control panel, under Add-ons"


def test_line_two_is_read_as_well(folder: Path, server: MariaDb) -> None:
    database = server.create("ee2")
    server.run(tables("exp_", NOW, 5), database.name)
    public, code = folder / "public", folder / "public/system/expressionengine"
    write(public / "index.php", front("./system").replace("ee/ExpressionEngine/Boot/boot.php", "codeigniter/x.php"))
    write(code / "libraries/Core.php", core("2.10.1"))
    write(code / "config/config.php", "<?php\n$config['app_version'] = '2.10.0';\n$config['third_party_path'] = '';\n")
    quoted = database.password.replace("\\", "\\\\").replace("'", "\\'")
    write(
        code / "config/database.php",
        "<?php\n$active_group = 'expressionengine';\n"
        f"$db['expressionengine']['hostname'] = '127.0.0.1:{database.port}';\n"
        f"$db['expressionengine']['username'] = '{database.user}';\n"
        f"$db['expressionengine']['password'] = '{quoted}';\n"
        f"$db['expressionengine']['database'] = '{database.name}';\n"
        "$db['expressionengine']['dbprefix'] = 'exp_';\n",
    )
    listed = current_version_list(NOW, ("2.11.9", "high"), ("2.10.1", "normal"), ("2.9.0", "high"))
    write(code / "cache/current_version", listed)
    write(code / "third_party/harbour_events/upd.harbour_events.php", "<?php class X { var $version = '2.3.1'; }\n")
    write(code / "third_party/harbour_quote/pi.harbour_quote.php", "<?php $info = array('pi_version' => '1.2');\n")
    found = facts(public)
    assert gap_reasons(found) == {}
    core_found = the_core(found)
    assert (core_found.version, core_found.latest, core_found.security) == ("2.10.1", "2.11.9", True)
    assert core_found.unfinished == "the files are of 2.10.1, the database is of 2.10.0"
    write(code / "libraries/Core.php", core("2.5.5"))
    write(code / "config/config.php", "<?php\n$config['app_version'] = '255';\n")
    assert the_core(facts(public)).unfinished == ""
    assert addons(found)["harbour_events"].unfinished == "the files are of 2.3.1, the database is of 2.2.0"
    assert addons(found)["harbour_quote"].version == "1.2"
    assert set(people(found)) == {"eeadmin", "ed_naomi", "ed_never"}


@pytest.mark.parametrize(
    ("cached", "latest", "security"),
    [
        (current_version(NOW, "7.5.1", "normal"), "7.5.1", False),
        (current_version(NOW, "8.0.0", "normal"), "8.0.0", False),
        (current_version(NOW, "7.5.1", "high"), "7.5.1", False),
        (failed_version_check(NOW), None, None),
        (current_version(NOW, "<b>7.9</b>", "high"), None, None),
        (current_version(NOW)[:40], None, None),
        ('O:8:"DateTime":0:{}', None, None),
        ("a:1:{s:4:", None, None),
        ("", None, None),
    ],
)
def test_what_the_cache_says_of_the_newest_release(
    folder: Path, cached: str, latest: str | None, security: bool | None
) -> None:
    built = build(folder, NOWHERE, now=NOW)
    write(built.system / "user/cache/current_version", cached)
    core_found = the_core(facts(built.public))
    assert (core_found.latest, core_found.security) == (latest, security)
    assert (core_found.known_at is None) is (latest is None)
    assert core_found.known_from == "ExpressionEngine's own version check"


def test_an_update_that_stopped_half_way_is_told_with_its_end(folder: Path) -> None:
    built = build(folder, NOWHERE, now=NOW)
    write(built.system / "ee/legacy/libraries/Core.php", core("7.5.2"))
    core_found = the_core(facts(built.public))
    assert core_found.unfinished == "the files are of 7.5.2, the database is of 7.5.1"
    assert core_found.update == "end the update in the control panel, or with eecli.php update"


@pytest.mark.parametrize(
    ("env", "open_door", "remedy"),
    [
        ("EE_INSTALL_MODE=FALSE\n", False, ""),
        ("EE_INSTALL_MODE=TRUE\n", True, "set EE_INSTALL_MODE=FALSE in .env.php"),
        ("<?php\nputenv('EE_INSTALL_MODE=FALSE');\n", False, ""),
        ("<?php\nputenv('EE_INSTALL_MODE=TRUE');\n", True, "set EE_INSTALL_MODE=FALSE in .env.php"),
        (None, True, "remove"),
    ],
)
def test_an_installer_that_answers_is_told(folder: Path, env: str | None, open_door: bool, remedy: str) -> None:
    built = build(folder, NOWHERE, now=NOW, system="../eesys")
    assert the_core(facts(built.public)).unfinished == ""
    write(built.system / "ee/installer/index.html", "")
    path = folder / ".env.php"
    path.unlink()
    if env is not None:
        write(path, env)
    core_found = the_core(facts(built.public))
    assert ("the installer answers" in core_found.unfinished) is open_door
    assert core_found.update.startswith(remedy)


def test_nothing_secret_leaves_and_nothing_is_written(folder: Path, server: MariaDb) -> None:
    built, database = site(folder, server)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}, server.checksums(database.name)
    printed = answer(built.public) + answer(built.public, "logs")
    assert ({path: path.stat().st_mtime_ns for path in folder.rglob("*")}, server.checksums(database.name)) == before
    for secret in (*SECRETS, database.password, json.dumps(database.password)[1:-1]):
        assert secret not in printed


def test_each_part_that_cannot_be_read_says_why(folder: Path, server: MariaDb) -> None:
    built, database = site(folder, server)
    path = built.system / "user/config/config.php"
    path.chmod(0o600)
    found = facts(built.public)
    if os.geteuid() == 0:
        assert gap_reasons(found) == {
            "database": f"permission denied: {path} (owner root:root, mode 0600)",
        }
        assert all(str(path) in gap.remedy for gap in found.software_gaps)
    assert the_core(found).version == "7.5.1"
    assert addons(found)["harbour_events"].active is None
    assert found.accounts == ()
    path.chmod(0o644)
    server.run(f"REVOKE ALL ON `{database.name}`.* FROM `{database.user}`@`%`; FLUSH PRIVILEGES")
    assert set(gap_reasons(facts(built.public))) == {"database"}


def test_tables_that_may_not_be_read_are_gaps_of_their_own(folder: Path, server: MariaDb) -> None:
    built, database = site(folder, server)
    server.run("DROP TABLE exp_permissions; DROP TABLE exp_modules", database.name)
    found = facts(built.public)
    assert set(gap_reasons(found)) == {"members", "set-up-add-ons"}
    assert addons(found)["harbour_events"].version == "2.3.1"
    server.run("DROP TABLE exp_members; DROP TABLE exp_cp_log", database.name)
    assert set(gap_reasons(facts(built.public))) == {"members", "set-up-add-ons"}


def test_without_the_control_panels_log_the_rest_is_evidence_still(folder: Path, server: MariaDb) -> None:
    built, database = site(folder, server)
    server.run("DROP TABLE exp_cp_log", database.name)
    found = facts(built.public)
    assert set(gap_reasons(found)) == {"control-panel-log"}
    assert days(people(found)["eeadmin"]) == 0.1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<?php\n$config['database'] = load_it();\n", "a call of load_it()"),
        ("<?php\nrequire '/nowhere/master.php';\n", "does not say how to reach the database"),
        ("<?php\n$config['database']['expressionengine']['password'] = file_get_contents('/x');\n", "password"),
        ("", "does not say how to reach the database"),
        ("<?php $config['database'] = array('expressionengine' => array(", "database"),
        ("<?php\n" + "$config = array(" * 5000, ""),
    ],
)
def test_a_configuration_beyond_reading_is_a_gap_with_its_reason(folder: Path, text: str, reason: str) -> None:
    built = build(folder, NOWHERE, now=NOW)
    write(built.system / "user/config/config.php", text)
    found = facts(built.public)
    assert reason in gap_reasons(found)["database"]
    assert the_core(found).version == "7.5.1"


@pytest.mark.parametrize(
    ("text", "recognised"),
    [
        (front("../nowhere"), True),
        ("<?php // ExpressionEngine\n$system_path = where_is_it();\n", True),
        ("<?php // ExpressionEngine\nif (PHP_SAPI == 'x') { $system_path = 'system'; }\n", True),
        ("<?php // ExpressionEngine\n$system_path", False),
        ("<?php $system_path = 'system';", False),
        ("<?php require 'wp-blog-header.php';", False),
        ("\x00\xff", False),
    ],
)
def test_a_front_file_that_leads_nowhere_is_recognised_with_a_gap(folder: Path, text: str, recognised: bool) -> None:
    built = build(folder, NOWHERE, now=NOW, system="../eesys")
    (built.public / "manage.php").unlink()
    write(built.public / "index.php", text)
    found = facts(built.public)
    assert found.platform == ("expressionengine" if recognised else "")
    assert set(gap_reasons(found)) == ({"system-folder"} if recognised else {"site"})


def test_a_system_folder_kept_from_us_is_a_gap_that_names_it(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to ask as an account that is not the folder's owner")
    built = build(folder, NOWHERE, now=NOW, system="../eesys")
    built.system.chmod(0o700)
    found = facts(built.public)
    assert found.platform == "expressionengine"
    assert gap_reasons(found)["system-folder"].startswith("its system folder: permission denied")
    assert str(built.system) in found.software_gaps[0].remedy


def test_a_front_file_kept_from_us_is_made_up_for_by_the_usual_folder(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root, to ask as an account that is not the file's owner")
    built = build(folder, NOWHERE, now=NOW)
    (built.public / "manage.php").unlink()
    (built.public / "index.php").chmod(0o600)
    assert the_core(facts(built.public)).version == "7.5.1"


def test_hostile_names_stay_text(folder: Path, server: MariaDb) -> None:
    built, database = site(folder, server)
    nasty = "<script>alert(1)</script>\x1b[31m'\"\\"
    literal = nasty.replace("\\", "\\\\").replace("'", "''")
    server.run(
        f"UPDATE exp_members SET username = '{literal}', screen_name = '{literal}' WHERE member_id = 1", database.name
    )
    server.run(
        "UPDATE exp_members SET last_visit = 4294967295, last_activity = 0, join_date = 0 WHERE member_id = 2",
        database.name,
    )
    write(built.system / "user/addons/evil/addon.setup.php", setup(nasty.replace("\\", "").replace("'", ""), "9" * 900))
    write(built.system / "user/addons/$(touch x)/addon.setup.php", setup("Shell", "1.0"))
    found = facts(built.public)
    assert people(found)[nasty].name == nasty
    assert people(found)["ed_naomi"].created is None
    assert len(addons(found)["evil"].version or "") <= 400
    assert "$(touch x)" not in addons(found)
    assert users.evaluate(found, users.settings, {}, NOW).findings
    assert versions.evaluate(found, versions.settings, {}, NOW).findings


@pytest.mark.parametrize(
    ("threshold", "folder_there", "off"),
    [
        (None, True, "log_threshold is 0, as it is by default"),
        (0, True, "log_threshold is 0, as it is by default"),
        (1, False, "is missing: ExpressionEngine writes nothing without it"),
        (1, True, ""),
    ],
)
def test_a_log_that_is_not_written_is_said_to_be_off(
    folder: Path, threshold: int | None, folder_there: bool, off: str
) -> None:
    built = build(folder, NOWHERE, now=NOW, log_threshold=threshold)
    if folder_there:
        (built.system / "user/logs").mkdir()
    own, php = json.loads(answer(built.public, "logs"))["sources"]
    assert (own["path"], own["format"], own["purpose"]) == (f"{built.system}/user/logs/log-*.php", "ee", "application")
    assert off in own["off"]
    assert bool(own["off"]) is bool(off)
    assert bool(own["remedy"]) is bool(off)
    assert "$debug is 0" in php["off"]


def test_errors_of_php_are_logged_where_debug_is_on(folder: Path) -> None:
    built = build(folder, NOWHERE, now=NOW)
    write(built.public / "index.php", front("system", debug=1))
    assert [source["format"] for source in json.loads(answer(built.public, "logs"))["sources"]] == ["ee"]


def test_the_environment_of_the_configuration_is_in_env_php(folder: Path, server: MariaDb) -> None:
    built, database = site(folder, server)
    text = config({**settings(database), "host": "nowhere.invalid"}, 7)
    write(built.system / "user/config/config.php", text)
    assert gap_reasons(facts(built.public)) == {}
    write(built.public / ".env.php", "EE_INSTALL_MODE=FALSE\n")
    assert set(gap_reasons(facts(built.public))) == {"database"}


def test_without_php_the_version_can_be_read_by_its_file() -> None:
    for pattern in expressionengine.platform.version_files.values():
        for version in ("7.5.1", "5.4.3"):
            match = re.search(pattern, core(version))
            assert match
            assert match[1] == version
