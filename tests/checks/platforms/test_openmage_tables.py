"""What a Magento 1 or an OpenMage says of itself by its tables, in a real MariaDB."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from checks.remedies import remedy_text
from tests.checks.platforms.shops import NOW, ago, extensions, facts, gaps, leaked, people, seen, settings, sources
from tests.servers import openmage
from tests.servers.magento import write
from tests.servers.mariadb import Database, MariaDb
from tests.servers.openmage import build, config_xml, local_xml, module_xml, tables


@pytest.fixture
def database(server: MariaDb) -> Iterator[Database]:
    """An empty database."""
    yield server.create("openmage")
    server.run("DROP DATABASE openmage")


Live = Callable[[str], str]


@pytest.fixture
def live(folder: Path, server: MariaDb, database: Database) -> Live:
    """A shop with tables of the prefix om_; called with statements in which {px} is that prefix."""
    build(folder, settings(database))
    server.run(tables("om_", NOW), database.name)
    return lambda sql: server.run(sql.replace("{px}", "om_"), database.name)


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


def test_a_module_without_a_setup_has_none_to_run(folder: Path, live: Live) -> None:
    write(folder / "app/code/local/Harbour/Sync/etc/config.xml", config_xml("Harbour_Sync", "9.9"))
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
    assert all("Log Settings" in remedy_text(source["remedy"]) for source in found if source["off"])


def test_no_secret_leaves_the_host(folder: Path, live: Live, database: Database) -> None:
    secrets = [*openmage.SECRETS, database.password]
    for host in (f"127.0.0.1:{database.port}", "127.0.0.1:1", str(database.socket)):
        write(folder / "app/etc/local.xml", local_xml(settings(database, host), "om_"))
        assert not leaked(folder, secrets)
    path = folder / "app/etc/local.xml"
    path.write_text(path.read_text()[:-40])
    assert not leaked(folder, secrets)
