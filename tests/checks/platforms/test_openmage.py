"""What a Magento 1 or an OpenMage says of itself, by files and by tables in a real MariaDB."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from checks.platforms.openmage import platform
from tests.checks.platforms.shops import (
    NOW,
    NOWHERE,
    answer,
    core,
    extensions,
    facts,
    folder_for_all,
    gaps,
    people,
    php_with,
    seen,
    sources,
)
from tests.servers import openmage
from tests.servers.magento import write
from tests.servers.mariadb import Database, MariaDb
from tests.servers.openmage import build, config_xml, local_xml, mage_php, module_xml, tables


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the probe's account may enter."""
    with folder_for_all() as made:
        yield made / "shop"


@pytest.fixture
def shop(folder: Path) -> Path:
    """A whole shop whose database is not there."""
    build(folder, NOWHERE)
    return folder


@pytest.fixture
def database(server: MariaDb) -> Iterator[Database]:
    """An empty database."""
    yield server.create("openmage")
    server.run("DROP DATABASE openmage")


def settings(database: Database, host: str | None = None) -> Mapping[str, str | int]:
    """What local.xml says of a database."""
    where = f"127.0.0.1:{database.port}" if host is None else host
    return {"host": where, "name": database.name, "user": database.user, "password": database.password}


Live = Callable[[str], str]


@pytest.fixture
def live(folder: Path, server: MariaDb, database: Database) -> Live:
    """A shop with tables of the prefix om_; called with statements in which {px} is that prefix."""
    build(folder, settings(database))
    server.run(tables("om_", NOW), database.name)
    return lambda sql: server.run(sql.replace("{px}", "om_"), database.name)


def ago(days: float) -> datetime:
    """A moment so long before the tables' own now."""
    return NOW - timedelta(days=days)


@pytest.mark.parametrize(
    ("version", "key", "name"),
    [
        ("1.3.2.4", "magento1", "Magento 1"),
        ("1.4.0.1", "magento1", "Magento 1"),
        ("1.9.4.5", "magento1", "Magento 1"),
        ("19.4.23", "openmage/magento-lts", "OpenMage"),
        ("19.5.3", "openmage/magento-lts", "OpenMage"),
        ("20.0.20", "openmage/magento-lts", "OpenMage"),
        ("20.12.3", "openmage/magento-lts", "OpenMage"),
        ("20.1.0-rc.4", "openmage/magento-lts", "OpenMage"),
        ("21.0.0-beta", "openmage/magento-lts", "OpenMage"),
    ],
)
def test_each_line_states_its_version_in_its_own_way(folder: Path, version: str, key: str, name: str) -> None:
    build(folder, NOWHERE, version=version)
    found = facts(folder)
    one = core(found)
    assert (found.platform, one.key, one.name, one.version) == ("openmage", key, name, version)
    assert (one.active, one.latest, one.listed, one.unfinished) == (True, None, None, "")


def replaced(*pairs: tuple[str, str], version: str = "19.4.23") -> str:
    """app/Mage.php with texts replaced."""
    text = mage_php(version)
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


BETA = "'stability' => 'beta', 'number' => '1'"
CALL = "self::getOpenMageMajorVersion() === 20"
OLD_WAY = [
    (CALL, "$majorVersion === 20"),
    ("getOpenMageVersionInfo(): array\n    {", "getOpenMageVersionInfo()\n    {\n$majorVersion = 19;"),
]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (replaced(*OLD_WAY, ("getOpenMageMajorVersion", "gone")), "19.4.23"),
        (replaced(*OLD_WAY, ("getOpenMageMajorVersion", "gone"), ("= 19;", "= 20;")), "20.0.20"),
        (replaced(("getOpenMageMajorVersion", "gone")), "19.4.23"),  # no word on the line: the last array is what runs
        (replaced(("return 19;", "return 21;")), "19.4.23"),
        (replaced(("=> '19'", "=> \"19\""), ("'patch' => '23'", "'patch' => 23")), "19.4.23"),
        (replaced(("'stability' => '', 'number' => ''", BETA), version="1.9.4.5"), "1.9.4.5-beta1"),
        (replaced(("'patch' => '23'", "'patch' => '23' /* 'patch' => '99' */ # 'patch' => '98'\n")), "19.4.23"),
        ("<?php class Mage {}", None),
        ("", None),
        ("<?php /* 'major' => '1' */ function getVersionInfo() { return array('minor' => '9'); }", None),
        ("<?php function getVersionInfo(" + "(" * 5000, None),
    ],
)  # fmt: skip
def test_the_version_that_runs_is_picked_among_those_stated(shop: Path, text: str, version: str | None) -> None:
    write(shop / "app/Mage.php", text)
    assert core(facts(shop)).version == version


def test_enterprise_is_named(shop: Path) -> None:
    write(shop / "app/Mage.php", mage_php("1.14.4.5", "ENTERPRISE"))
    assert (core(facts(shop)).name, core(facts(shop)).version) == ("Magento 1 Enterprise", "1.14.4.5")


@pytest.mark.parametrize(
    ("stated", "installed", "version"),
    [
        ("20.12.0", "v20.12.3", "20.12.3"),
        ("20.12.0", "20.11.9", "20.12.0"),
        ("20.12.0", "v20.13.0", "20.12.0"),
        ("20.12.0", "dev-main", "20.12.0"),
        ("1.9.4.5", "v20.12.3", "1.9.4.5"),
    ],
)
def test_a_patch_release_that_forgot_to_count_is_told_by_composer(
    shop: Path, stated: str, installed: str, version: str
) -> None:
    write(shop / "app/Mage.php", mage_php(stated))
    listed = {"packages": [None, {"name": "a/b"}, {"name": "openmage/magento-lts", "version": installed}]}
    write(shop / "vendor/composer/installed.json", json.dumps(listed))
    assert core(facts(shop)).version == version
    write(shop / "vendor/composer/installed.json", json.dumps(listed["packages"]))
    assert core(facts(shop)).version == version


def test_modules_are_those_of_others(shop: Path) -> None:
    found = facts(shop)
    assert {key: (one.kind, one.version, one.active) for key, one in extensions(found).items()} == {
        "Harbour_Sync": ("module", "1.3.0", True),
        "Aoe_Scheduler": ("module", "1.5.0", False),
        "Gone_Away": ("module", None, True),
    }
    assert extensions(found)["Gone_Away"].unfinished == "declared in app/etc/modules, but its files are missing"
    assert gaps(found) == ({"database"}, {"database"})


def test_local_modules_are_off_where_they_are_disabled_as_a_whole(shop: Path) -> None:
    path = shop / "app/etc/local.xml"
    path.write_text(path.read_text().replace("<disable_local_modules>false", "<disable_local_modules>true"))
    assert extensions(facts(shop))["Harbour_Sync"].active is False
    assert extensions(facts(shop))["Gone_Away"].active is True


def test_a_later_declaration_overrides_an_earlier_one(shop: Path) -> None:
    write(shop / "app/etc/modules/Z_Off.xml", module_xml("Harbour_Sync", "local", active=False))
    assert extensions(facts(shop))["Harbour_Sync"].active is False


@pytest.mark.parametrize(
    "text",
    ["", "<config>", "<config><modules>", "text", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><c>&e;</c>"],
)
def test_broken_declarations_are_gaps_and_the_rest_is_read(shop: Path, text: str) -> None:
    write(shop / "app/etc/modules/Broken.xml", text)
    write(shop / "app/code/community/Aoe/Scheduler/etc/config.xml", text)
    found = facts(shop)
    assert gaps(found)[0] == {"database", "modules/Broken.xml", "Aoe_Scheduler"}
    assert extensions(found)["Aoe_Scheduler"].version is None
    assert extensions(found)["Harbour_Sync"].version == "1.3.0"


def test_hostile_module_names_are_left_out(shop: Path) -> None:
    for i, name in enumerate(("A_..", "A_B.C", "A:B_C", "é_x", "_", "A-B_C")):
        write(shop / f"app/etc/modules/odd{i}.xml", module_xml(name, "local"))
    write(shop / "app/etc/modules/odd.xml", module_xml("Some_One", "../../../etc"))
    os.mkfifo(shop / "app/etc/modules/pipe.xml")
    found = facts(shop)
    assert extensions(found).keys() == {"Harbour_Sync", "Aoe_Scheduler", "Gone_Away"}
    assert "modules/pipe.xml" in gaps(found)[0]


def test_a_maintenance_flag_is_said_with_its_date(shop: Path) -> None:
    write(shop / "maintenance.flag", "")
    os.utime(shop / "maintenance.flag", (1795000000, 1795000000))
    assert core(facts(shop)).unfinished == "maintenance mode is on since 2026-11-18 11:06 UTC"


@pytest.mark.parametrize("below", ["", "../current", ".."])
def test_it_is_recognised_from_wherever_the_root_points(shop: Path, below: str) -> None:
    (shop.parent / "current").symlink_to("shop")
    root = shop.parent / below.removeprefix("..").strip("/") if below else shop
    assert facts(root).platform == "openmage"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "not found"),
        ("", "cannot be understood"),
        ("<config><global>", "cannot be understood"),
        ("<!DOCTYPE c [<!ENTITY p SYSTEM 'file:///etc/passwd'>]><config>&p;</config>", "cannot be understood"),
        ("<config/>", "no database is named"),
        ("<config>" + "<a>" * 200 + "</a>" * 200 + "</config>", "cannot be understood"),
        ("\x00\xff", "cannot be understood"),
    ],
)
def test_a_configuration_that_is_none_costs_only_the_database(shop: Path, text: str | None, said: str) -> None:
    (shop / "app/etc/local.xml").unlink()
    if text is not None:
        write(shop / "app/etc/local.xml", text)
    found = facts(shop)
    assert (core(found).version, found.accounts) == ("20.12.3", ())
    assert gaps(found) == ({"database"}, {"database"})
    assert said in found.account_gaps[0].reason


def test_a_configuration_kept_from_us_costs_only_the_database(shop: Path) -> None:
    (shop / "app/etc/local.xml").chmod(0)
    found = facts(shop)
    assert core(found).version == "20.12.3"
    assert found.account_gaps[0].reason.startswith("permission denied")
    assert found.account_gaps[0].remedy


@pytest.mark.parametrize("prefix", ["", "om_", "Shop_A_"])
def test_administrators_and_users_of_the_interface(
    folder: Path, server: MariaDb, database: Database, prefix: str
) -> None:
    build(folder, settings(database), prefix=prefix)
    server.run(tables(prefix, NOW), database.name)
    found = facts(folder)
    assert gaps(found) == (set(), set())
    assert {
        login: (
            one.id,
            one.roles,
            one.powers,
            one.enabled,
            one.created,
            seen(one),
            one.absence_is_never,
            one.second_factor,
        )
        for login, one in people(found).items()
    } == {
        "olive": ("1", ("Administrators",), ("all",), True, ago(800), {"admin login": ago(1)}, True, False),
        "kate": ("2", ("Orders",), ("admin/sales",), True, ago(900), {"admin login": ago(700)}, True, False),
        "jim": ("3", ("Administrators",), ("all",), False, ago(400), {"admin login": ago(390)}, True, False),
        "nora": ("4", (), (), True, ago(100), {}, True, False),
        "api:erp": ("api:1", ("api",), ("api",), True, ago(600), {"API session": ago(3)}, False, None),
    }


def test_another_second_factor_than_the_cores_cannot_be_known(folder: Path, live: Live) -> None:
    write(folder / "app/etc/modules/Rob_TwoFactorAuth.xml", module_xml("Rob_TwoFactorAuth", "community"))
    assert people(facts(folder))["olive"].second_factor is None


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("'1.2.9'", "its setup has not run: the database is at 1.2.9, the files want 1.3.0"),
        (None, "its setup has not run: the database holds nothing of it, the files want 1.3.0"),
        ("'1.10.0'", "the database is at 1.10.0, the files are older, 1.3.0: an update was taken back by halves"),
        ("'1.3.0'", ""),
    ],
)
def test_a_module_whose_setup_has_not_run_is_unfinished(folder: Path, live: Live, at: str | None, said: str) -> None:
    live("DELETE FROM {px}core_resource WHERE code = 'harbour_setup'")
    if at is not None:
        live(f"INSERT INTO {{px}}core_resource VALUES ('harbour_setup', {at}, {at})")
    assert extensions(facts(folder))["Harbour_Sync"].unfinished == said
    write(folder / "app/etc/modules/Harbour_Sync.xml", module_xml("Harbour_Sync", "local", active=False))
    assert extensions(facts(folder))["Harbour_Sync"].unfinished == ""


@pytest.mark.parametrize(
    ("table", "missing"),
    [
        ("core_resource", ({"setup-versions"}, set())),
        ("admin_user", (set(), {"admin-users"})),
        ("admin_role", (set(), {"roles"})),
        ("admin_rule", (set(), {"roles"})),
        ("api_user", (set(), set())),
        ("api_session", (set(), set())),
    ],
)
def test_a_missing_table_is_a_gap_where_something_hangs_on_it(
    folder: Path, live: Live, table: str, missing: tuple[set[str], set[str]]
) -> None:
    live(f"DROP TABLE {{px}}{table}")
    found = facts(folder)
    assert gaps(found) == missing
    if missing[1] == {"roles"}:
        assert people(found)["olive"].powers == ()


def test_php_with_neither_mysql_nor_xml_reads_the_files(folder: Path, live: Live) -> None:
    found = facts(folder, php=php_with(folder.parent))
    assert "neither mysqli nor pdo_mysql" in found.account_gaps[0].reason
    assert extensions(found)["Harbour_Sync"].version == "1.3.0"
    assert people(facts(folder, php=php_with(folder.parent, pdo=True))) == people(facts(folder))


OFF = "dev/log/active is 0: Magento writes neither messages nor exceptions"


def logging(folder: Path) -> dict[str, str]:
    """Why each log is switched off, by path."""
    return {source["path"]: source["off"] for source in sources(folder)}


def test_the_places_of_its_logs(folder: Path, live: Live) -> None:
    write(folder / "var/log/json.log", "[2026-11-22T22:35:48+00:00] main.ERROR: x [] []\n")
    assert {source["path"]: (source["format"], source["purpose"], source["off"]) for source in sources(folder)} == {
        "var/log/exception.log": ("magento1", "application", ""),
        "var/log/system.log": ("magento1", "application", ""),
        "var/log/json.log": ("monolog", "application", ""),
        "var/report/*": ("magento1", "report-files", ""),
    }


@pytest.mark.parametrize(
    ("sql", "more", "off"),
    [
        ("", "", False),
        ("UPDATE {px}core_config_data SET value = '0' WHERE path = 'dev/log/active'", "", True),
        ("DELETE FROM {px}core_config_data WHERE path = 'dev/log/active'", "", True),
        ("DELETE FROM {px}core_config_data WHERE path = 'dev/log/active'", "1", False),
        ("UPDATE {px}core_config_data SET value = '0' WHERE path = 'dev/log/active'", "1", True),
        ("UPDATE {px}core_config_data SET value = NULL WHERE path = 'dev/log/active'", "", True),
        ("UPDATE {px}core_config_data SET scope = 'stores', scope_id = 2", "", False),
        ("DROP TABLE {px}core_config_data", "", False),
    ],
)
def test_logging_that_is_switched_off_is_said(
    folder: Path, live: Live, database: Database, *, sql: str, more: str, off: bool
) -> None:
    live(sql or "SELECT 1")
    default = f"<default><dev><log><active>{more}</active></log></dev></default>" if more else ""
    write(folder / "app/etc/local.xml", local_xml(settings(database), "om_", default))
    said = OFF if off else ""
    assert logging(folder) == {
        "var/log/system.log": said,
        "var/log/exception.log": said,
        "var/report/*": "",
    }


def test_logging_is_said_to_be_off_even_where_no_log_was_ever_written(folder: Path, live: Live) -> None:
    live("UPDATE {px}core_config_data SET value = '0' WHERE path = 'dev/log/active'")
    (folder / "var/log").rename(folder / "var/was")
    found = sources(folder)
    assert [source["path"] for source in found if source["off"]] == ["var/log/system.log", "var/log/exception.log"]
    assert all("Log Settings" in source["remedy"] for source in found if source["off"])


def test_nothing_is_said_of_logging_where_the_database_does_not_tell(shop: Path) -> None:
    assert set(logging(shop).values()) == {""}


def test_no_secret_leaves_the_host(folder: Path, live: Live, database: Database) -> None:
    secrets = [*openmage.SECRETS, database.password]
    secrets += [json.dumps(secret)[1:-1] for secret in secrets]
    for host in (f"127.0.0.1:{database.port}", "127.0.0.1:1", str(database.socket)):
        write(folder / "app/etc/local.xml", local_xml(settings(database, host), "om_"))
        said = answer(folder) + json.dumps(sources(folder))
        assert not [secret for secret in secrets if secret in said]
    path = folder / "app/etc/local.xml"
    path.write_text(path.read_text()[:-40])
    assert not [secret for secret in secrets if secret in answer(folder)]


def test_nothing_is_written(folder: Path, live: Live, server: MariaDb, database: Database) -> None:
    def state() -> dict[str, tuple[int, int, int]]:
        stats = {str(path): os.lstat(path) for path in [folder, *folder.rglob("*")]}
        return {path: (stat.st_ino, stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}

    before = state(), server.checksums(database.name)
    assert len(facts(folder).accounts) == 5
    sources(folder)
    assert (state(), server.checksums(database.name)) == before


def test_a_module_without_a_setup_has_none_to_run(folder: Path, live: Live) -> None:
    write(folder / "app/code/local/Harbour/Sync/etc/config.xml", config_xml("Harbour_Sync", "9.9"))
    assert extensions(facts(folder))["Harbour_Sync"].unfinished == ""


def test_without_php_composers_own_list_tells_the_version() -> None:
    text = """<?php return array(
    'root' => array('name' => 'shop/project', 'pretty_version' => '1.0.0'),
    'versions' => array(
        'openmage/composer-plugin' => array(
            'pretty_version' => 'v3.0.1',
        ),
        'openmage/magento-lts' => array(
            'pretty_version' => 'v20.12.3',
        ),
    ),
);
"""
    (pattern,) = platform.version_files.values()
    match = re.search(pattern, text)
    assert match
    assert match[1] == "20.12.3"
