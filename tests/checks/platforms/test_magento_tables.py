"""What a Magento 2 says of its setup by its tables, in a real MariaDB, and ways to them that are barred."""

import base64
import json

import pytest

from tests.checks.platforms.shops import MakeShop, Shop, answer, core, extensions, facts, gaps, leaked, people
from tests.servers import magento
from tests.servers.magento import env, write


@pytest.fixture
def shop(make: MakeShop) -> Shop:
    """A shop with everything in it."""
    return make()


SMALL = {"admin_user_session", "admin_user_expiration", "oauth_token", "oauth_nonce", "core_config_data"}


@pytest.mark.parametrize("table", sorted(SMALL | {"integration", "tfa_user_config"}))
def test_tables_that_old_releases_lack_take_away_only_what_was_in_them(shop: Shop, table: str) -> None:
    shop.sql(f"DROP TABLE {{px}}{table}")
    found = facts(shop.root)
    assert gaps(found) == (set(), set())
    assert len(found.accounts) == (8 if table == "integration" else 9)


def test_without_tables_of_roles_nobodys_powers_are_guessed(shop: Shop) -> None:
    shop.sql("DROP TABLE {px}authorization_rule")
    found = facts(shop.root)
    assert gaps(found) == (set(), {"roles"})
    assert {one.powers for one in found.accounts} == {()}
    assert len(found.accounts) == 9


def test_without_the_table_of_administrators_there_is_a_gap(shop: Shop) -> None:
    shop.sql("DROP TABLE {px}admin_user")
    found = facts(shop.root)
    assert gaps(found) == (set(), {"admin-users"})
    assert people(found).keys() == {"integration:Warehouse"}


def test_tables_the_account_may_not_read_are_a_gap(shop: Shop) -> None:
    name = shop.database.name
    shop.server.run(
        f"REVOKE ALL ON `{name}`.* FROM `{name}`@`%`; GRANT SELECT ON `{name}`.mg_setup_module TO `{name}`@`%`"
    )
    found = facts(shop.root)
    assert gaps(found) == (set(), {"admin-users", "roles"})


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("schema_version = '1.1.9'", "setup:upgrade pending: the database is at 1.1.9, the files want 1.2.0"),
        ("data_version = '1.1.9'", "setup:upgrade pending: the database is at 1.1.9, the files want 1.2.0"),
        ("data_version = NULL", "setup:upgrade pending: the database holds nothing of it, the files want 1.2.0"),
        ("schema_version = '1.10.0'", "the database is at 1.10.0, the files are older and want 1.2.0"),
        ("schema_version = '1.2.0', data_version = '1.2.0'", ""),
    ],
)
def test_a_module_whose_setup_has_not_run_is_unfinished(shop: Shop, sql: str, said: str) -> None:
    shop.sql(f"UPDATE {{px}}setup_module SET {sql} WHERE module = 'Harbour_StockSync'")
    found = facts(shop.root)
    one = extensions(found)["Harbour_StockSync"].unfinished
    assert one.startswith(said)
    assert bool(one) == bool(said)
    assert core(found).unfinished == ""


def test_setup_that_has_not_run_for_the_cores_own_modules_is_the_cores(shop: Shop) -> None:
    shop.sql("DELETE FROM {px}setup_module")
    found = facts(shop.root)
    assert core(found).unfinished == "setup:upgrade pending for Klarna_Core"
    assert "holds nothing of it" in extensions(found)["mollie/magento2"].unfinished
    assert extensions(found)["harbour/module-tides"].unfinished == ""  # a declarative schema has no number
    assert extensions(found)["Mageplaza_Off"].unfinished == ""  # what is off has no setup to run


def test_without_setup_module_nothing_is_claimed(shop: Shop) -> None:
    shop.sql("DROP TABLE {px}setup_module")
    found = facts(shop.root)
    assert gaps(found) == ({"setup-versions"}, set())
    assert {one.unfinished for one in found.software} == {""}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("'host' => '", "'host' => getenv('DB_HOST') . '", "host"),
        ("'password' => '", "'password' => trim(file_get_contents('/run/secret')) . '", "password"),
        ("'default' => [", "'other' => [", "no database connection can be read"),
        ("'table_prefix' => '", "'table_prefix' => prefix() . '", "table prefix"),
        ("'dbname' => 'magento'", "'dbname' => ''", "no database is named"),
    ],
)
def test_settings_that_only_the_running_site_knows_are_a_gap(shop: Shop, old: str, new: str, said: str) -> None:
    path = shop.root / "app/etc/env.php"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    found = facts(shop.root)
    assert gaps(found) == ({"database"}, {"database"})
    assert said in found.account_gaps[0].reason


def test_the_environment_of_a_cloud_host_gives_the_database(shop: Shop) -> None:
    one = shop.database
    relation = {"host": "127.0.0.1", "port": one.port, "path": one.name, "username": one.user, "password": one.password}
    given = base64.b64encode(json.dumps({"database": [relation]}).encode()).decode()
    write(
        shop.root / "app/etc/env.php",
        "<?php\n$r = json_decode(base64_decode($_ENV['MAGENTO_CLOUD_RELATIONSHIPS']), true);\n"
        "return ['db' => ['table_prefix' => 'mg_', 'connection' => ['default' => from($r)]]];\n",
    )
    assert "ada" in people(facts(shop.root, env={"MAGENTO_CLOUD_RELATIONSHIPS": given}))
    found = facts(shop.root)
    assert "MAGENTO_CLOUD_RELATIONSHIPS" in found.account_gaps[0].remedy
    for nonsense in ("", "%%%", base64.b64encode(b"[]").decode(), base64.b64encode(b'{"database": 1}').decode()):
        assert gaps(facts(shop.root, env={"MAGENTO_CLOUD_RELATIONSHIPS": nonsense}))[1] == {"database"}


def test_a_host_may_be_a_socket(shop: Shop) -> None:
    write(shop.root / "app/etc/env.php", env(shop.settings(str(shop.database.socket)), "mg_"))
    assert "ada" in people(facts(shop.root))
    write(shop.root / "app/etc/env.php", env(shop.settings("/nowhere/at/all.sock"), "mg_"))
    assert gaps(facts(shop.root))[1] == {"database"}


def test_a_database_that_is_down_costs_only_what_was_in_it(shop: Shop) -> None:
    write(shop.root / "app/etc/env.php", env(shop.settings("127.0.0.1:1"), "mg_"))
    found = facts(shop.root)
    assert gaps(found) == ({"database"}, {"database"})
    assert extensions(found)["mollie/magento2"].version == "2.39.0"


def test_no_secret_leaves_the_host(shop: Shop) -> None:
    write(shop.root / "auth.json", '{"http-basic": {"repo.example": {"password": "auth-json-secret"}}}')
    secrets = [*magento.SECRETS, shop.database.password, "auth-json-secret", "token=x"]
    for host in (f"127.0.0.1:{shop.database.port}", "127.0.0.1:1"):
        write(shop.root / "app/etc/env.php", env(shop.settings(host), "mg_"))
        assert not leaked(shop.root, secrets)
    wrong = {**shop.settings(), "password": "wrong-but-secret"}
    write(shop.root / "app/etc/env.php", env(wrong, "mg_"))
    said = answer(shop.root)
    assert "it refuses the account" in said
    assert "wrong-but-secret" not in said
