"""ExpressionEngine's folders, core, add-ons, logs, read from files and tables by the real probe."""

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from checks.findings import State
from checks.platforms import expressionengine
from checks.versions import check as versions
from tests.checks.platforms.clubs import (
    NOW,
    NOWHERE,
    addons,
    answer,
    facts,
    gap_reasons,
    settings,
    site,
    the_core,
)
from tests.servers.expressionengine import (
    build,
    config,
    core,
    current_version,
    failed_version_check,
    front,
    setup,
    write,
)
from tests.servers.folders import open_folder
from tests.servers.mariadb import MariaDb


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the probe may enter."""
    with open_folder() as path:
        yield path


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
    assert core_found.update == f"php {built.system}/ee/eecli.php update"


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
    assert events.update == f"php {built.system}/ee/eecli.php addons:update -a harbour_events"
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
