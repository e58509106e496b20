"""Who can administer a Magento 2, by its tables in a real MariaDB."""

from collections.abc import Mapping

import pytest

from tests.checks.platforms.shops import MakeShop, Shop, ago, facts, gaps, people, seen
from tests.servers import magento
from tests.servers.magento import config, env, write
from tests.servers.mariadb import MariaDb


@pytest.fixture
def shop(make: MakeShop) -> Shop:
    """A shop with everything in it."""
    return make()


MODULES = [name for name, _ in magento.MODULES.values()] + ["Magento_Backend", "Harbour_StockSync", "Mageplaza_Smtp"]


@pytest.mark.parametrize("prefix", ["", "mg_", "Shop_A_", "a%b_", "100-`x`"])
def test_administrators_are_read_whatever_the_prefix(make: MakeShop, prefix: str) -> None:
    quoted = prefix.replace("`", "``")
    shop = make(quoted)
    write(shop.root / "app/etc/env.php", env(shop.settings(), prefix))
    found = facts(shop.root)
    assert gaps(found) == (set(), set())
    assert {
        login: (one.id, one.name, one.roles, one.powers, one.enabled, one.created)
        for login, one in people(found).items()
    } == {
        "ada": ("1", "Ada Admin", ("Administrators",), ("all",), True, ago(900)),
        "bob": ("2", "Bob Former", ("Administrators",), ("all",), True, ago(880)),
        "carol": ("3", "Carol Agency", ("Administrators",), ("all",), True, ago(500)),
        "dave": ("4", "Dave Never", ("Administrators",), ("all",), True, ago(200)),
        "erin": ("5", "Erin Locked", ("Administrators",), ("all",), True, ago(1)),
        "frank": ("6", "Frank Expired", ("Administrators",), ("all",), False, ago(300)),
        "grace": ("7", "Grace Merch", ("Merchandisers",), ("Magento_Catalog::catalog",), True, ago(300)),
        "heidi": ("8", "Heidi Off", ("Administrators",), ("all",), False, ago(300)),
        "integration:Warehouse": ("integration:7", "Warehouse", ("integration",), ("api", "all"), True, ago(400)),
    }


def test_tables_of_another_prefix_are_somebody_elses(make: MakeShop) -> None:
    shop = make("mgx")  # in LIKE, the underscore of mg_ would take this one too
    write(shop.root / "app/etc/env.php", env(shop.settings(), "mg_"))
    found = facts(shop.root)
    assert found.accounts == ()
    assert gaps(found) == ({"setup-versions"}, {"admin-users", "roles"})
    assert all("mg_" in gap.reason for gap in found.account_gaps)


def test_when_administrators_were_last_seen_and_how_it_is_known(shop: Shop) -> None:
    found = people(facts(shop.root))
    assert seen(found["ada"]) == {"admin login": ago(2), "admin session": ago(1.5)}
    assert seen(found["bob"]) == {"admin login": ago(700)}
    assert seen(found["carol"]) == {"admin login": ago(120), "API token issued": ago(4)}
    assert seen(found["dave"]) == {}
    assert seen(found["integration:Warehouse"]) == {"signed API request": ago(5)}
    assert found["integration:Warehouse"].tokens_used == ago(5)
    assert {login for login, one in found.items() if not one.absence_is_never} == {"integration:Warehouse"}


def test_a_count_of_logins_without_a_date_is_not_never(shop: Shop) -> None:
    shop.sql("UPDATE {px}admin_user SET logdate = NULL WHERE username = 'bob'")
    bob = people(facts(shop.root))["bob"]
    assert (bob.evidence, bob.absence_is_never) == ((), False)


def test_times_are_right_whatever_the_servers_zone(shop: Shop, server: MariaDb) -> None:
    was = server.run("SELECT @@GLOBAL.time_zone").strip()
    server.run("SET GLOBAL time_zone = '+09:30'")
    try:
        # Releases before 1.6 of the first generation kept times without a zone; nothing changes for them.
        shop.sql("SET time_zone = '+00:00'; ALTER TABLE {px}admin_user MODIFY created datetime NULL")
        found = people(facts(shop.root))
    finally:
        server.run(f"SET GLOBAL time_zone = '{was}'")
    assert (found["ada"].created, seen(found["ada"])["admin login"]) == (ago(900), ago(2))


def test_an_expiry_that_is_still_to_come_takes_nothing_away(shop: Shop) -> None:
    shop.sql("UPDATE {px}admin_user_expiration SET expires_at = UTC_TIMESTAMP() + INTERVAL 1 HOUR")
    assert people(facts(shop.root))["frank"].enabled
    shop.sql("UPDATE {px}admin_user_expiration SET expires_at = UTC_TIMESTAMP() - INTERVAL 1 MINUTE WHERE user_id = 6")
    found = people(facts(shop.root))
    assert (found["frank"].enabled, found["grace"].enabled) == (False, True)


def test_powers_are_ten_at_most_and_the_strong_ones_come_first(shop: Shop) -> None:
    rules = [f"(9, 'Vendor_Module::resource{i:02}', 'allow')" for i in range(30)]
    rules += ["(9, 'Magento_User::acl_users', 'allow')", "(9, 'Magento_Config::config', 'deny')"]
    shop.sql("INSERT INTO {px}authorization_rule (role_id, resource_id, permission) VALUES " + ", ".join(rules))
    grace = people(facts(shop.root))["grace"]
    assert grace.powers[:3] == ("Magento_User::acl_users", "Magento_Catalog::catalog", "Vendor_Module::resource00")
    assert len(grace.powers) == 10


def test_a_role_that_may_only_enter_says_so_and_no_role_is_no_power(shop: Shop) -> None:
    shop.sql("DELETE FROM {px}authorization_rule WHERE role_id = 9 AND resource_id LIKE 'Magento\\_Catalog%'")
    shop.sql("DELETE FROM {px}authorization_role WHERE user_id = 8")
    found = people(facts(shop.root))
    assert found["grace"].powers == ("Magento_Backend::admin",)
    assert (found["heidi"].roles, found["heidi"].powers) == ((), ())


def test_a_second_factor_is_off_for_all_where_its_module_is(shop: Shop) -> None:
    assert {one.second_factor for one in facts(shop.root).accounts} == {False, None}
    assert people(facts(shop.root))["integration:Warehouse"].second_factor is None


def second_factors(shop: Shop, *on: str, off: tuple[str, ...] = ()) -> Mapping[str, bool | None]:
    """Who has a second factor with these modules."""
    write(shop.root / "app/etc/config.php", config([*MODULES, *on], off))
    return {login: people(facts(shop.root))[login].second_factor for login in ("ada", "bob", "grace")}


def test_a_second_factor_is_what_somebody_set_up(shop: Shop) -> None:
    assert second_factors(shop, "Magento_TwoFactorAuth") == {"ada": True, "bob": False, "grace": False}
    shop.sql("RENAME TABLE {px}tfa_user_config TO {px}msp_tfa_user_config")
    assert second_factors(shop, "MSP_TwoFactorAuth") == {"ada": True, "bob": False, "grace": False}


NOBODY_KNOWS = {"ada": None, "bob": None, "grace": None}


NOBODY = {"ada": False, "bob": False, "grace": False}


def test_a_second_factor_is_not_known_where_its_table_is_missing(shop: Shop) -> None:
    shop.sql("DROP TABLE {px}tfa_user_config")
    assert second_factors(shop, "Magento_TwoFactorAuth") == NOBODY_KNOWS


@pytest.mark.parametrize("module", ["Amasty_TwoFactorAuth", "Xtento_TwoFactorAuth", "MiniOrange_SP_Saml", "Acme_SSO"])
def test_a_second_factor_is_not_known_where_somebody_elses_module_may_be_one(shop: Shop, module: str) -> None:
    assert second_factors(shop, module, off=("Magento_TwoFactorAuth",)) == NOBODY_KNOWS
    assert second_factors(shop, "Acme_Accessories", off=("Magento_TwoFactorAuth", module)) == NOBODY


def test_a_second_factor_is_not_known_where_people_log_in_at_adobe(shop: Shop) -> None:
    shop.sql("INSERT INTO {px}core_config_data (path, value) VALUES ('adobe_ims/integration/admin_enabled', '1')")
    assert second_factors(shop, off=("Magento_TwoFactorAuth",)) == NOBODY_KNOWS


def test_a_second_factor_that_is_switched_off_by_setting_is_off(shop: Shop) -> None:
    shop.sql("INSERT INTO {px}core_config_data (path, value) VALUES ('twofactorauth/general/enable', '0')")
    modules = ("Magento_TwoFactorAuth", "Markshust_DisableTwoFactorAuth")
    assert second_factors(shop, *modules) == NOBODY
    assert second_factors(shop, *modules[:1])["ada"] is True  # the setting is of a module that is not there
    shop.sql("UPDATE {px}core_config_data SET value = '1'")
    assert second_factors(shop, *modules)["ada"] is True


HOSTILE = [
    "<script>alert(1)</script>",
    "a'; DROP TABLE x; --",
    "\x1b[2J\x1b]0;gone\x07",
    "Ünïcødé 🛒",
    "new\nline\t\x00",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_data(shop: Shop, name: str) -> None:
    text = "X'" + name.encode().hex() + "'"
    for table, column, row in (
        ("admin_user", "username", "user_id = 1"),
        ("admin_user", "firstname", "user_id = 2"),
        ("admin_user", "email", "user_id = 3"),
        ("authorization_role", "role_name", "role_id = 1"),
        ("authorization_rule", "resource_id", "role_id = 9"),
        ("integration", "name", "integration_id = 7"),
    ):
        shop.sql(f"ALTER TABLE {{px}}{table} MODIFY {column} varchar(255) CHARACTER SET utf8mb4 NULL")
        shop.sql(f"UPDATE {{px}}{table} SET {column} = CONVERT({text} USING utf8mb4) WHERE {row}")
    found = {one.id: one for one in facts(shop.root).accounts}
    assert found["1"].login == name
    assert found["2"].name == (name + " Former").strip()
    assert found["3"].email == name
    assert found["1"].roles == (name,)
    assert found["integration:7"].login == "integration:" + name


def test_bytes_that_are_no_utf8_are_replaced(shop: Shop) -> None:
    shop.sql("ALTER TABLE {px}admin_user MODIFY firstname varbinary(32); UPDATE {px}admin_user SET firstname = X'C341'")
    assert people(facts(shop.root))["ada"].name == "\ufffdA Admin"


def test_thousands_of_administrators_are_capped_and_said(shop: Shop) -> None:
    shop.sql(
        "INSERT INTO {px}admin_user (username, password, email) SELECT CONCAT('u', seq), '', 'u@x.example'"
        " FROM seq_1_to_6000"
    )
    found = facts(shop.root)
    assert len([one for one in found.accounts if not one.login.startswith("integration:")]) == 5000
    assert gaps(found)[1] == {"too-many"}
