"""ExpressionEngine's members and older lines, read from files and tables by the real probe."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from checks.findings import State
from checks.users import check as users
from checks.versions import check as versions
from tests.checks.platforms.clubs import (
    NOW,
    addons,
    answer,
    days,
    facts,
    gap_reasons,
    people,
    site,
    the_core,
)
from tests.servers.expressionengine import (
    SECRETS,
    core,
    current_version,
    current_version_list,
    front,
    setup,
    tables,
    write,
)
from tests.servers.folders import open_folder
from tests.servers.mariadb import MariaDb


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the probe may enter."""
    with open_folder() as path:
        yield path


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


def test_nothing_secret_leaves_and_nothing_is_written(folder: Path, server: MariaDb) -> None:
    built, database = site(folder, server)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}, server.checksums(database.name)
    printed = answer(built.public) + answer(built.public, "logs")
    assert ({path: path.stat().st_mtime_ns for path in folder.rglob("*")}, server.checksums(database.name)) == before
    for secret in (*SECRETS, database.password, json.dumps(database.password)[1:-1]):
        assert secret not in printed


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
