"""Who may administer a WordPress, and by which signs they were last seen."""

import pytest

from tests.checks.platforms.wordpress.estate import HOSTILE_LOGIN, ask, evidence, gaps, moment, people
from tests.servers.php import literal
from tests.servers.wordpress import WordPress


def test_who_is_more_than_a_reader_or_a_customer_is_listed(planted: WordPress) -> None:
    found = people(ask(planted))
    assert {login: account.roles for login, account in found.items()} == {
        "siteadmin": ("administrator",),
        "editor_jane": ("editor",),
        "old_admin": ("administrator",),
        "recorded": ("administrator",),
        "shop_lee": ("shop_manager",),
        "author_kim": ("author",),
        "odd_role": ("100%_me",),
        "raised": ("subscriber",),
        "lowered": ("editor",),
        HOSTILE_LOGIN: ("administrator",),
    }


def test_what_makes_them_privileged(planted: WordPress) -> None:
    powers = {login: account.powers for login, account in people(ask(planted)).items()}
    assert {"manage_options", "edit_users", "install_plugins", "update_core"} <= set(powers["siteadmin"])
    assert powers["editor_jane"] == ("unfiltered_html", "edit_others_posts", "edit_others_pages")
    assert powers["shop_lee"] == ("manage_woocommerce",)
    assert powers["author_kim"] == ()
    assert powers["odd_role"] == ("edit_others_posts",)
    assert powers["raised"] == ("manage_options",)  # given to the account itself, beside a harmless role
    assert powers["lowered"] == ("edit_others_posts", "edit_others_pages")  # one of the role's is taken back


def test_who_they_are(planted: WordPress) -> None:
    found = people(ask(planted))
    jane = found["editor_jane"]
    assert (jane.name, jane.email, jane.enabled) == ("Editor_jane", "editor_jane@wp.example", True)
    assert jane.created == moment(1714979289)
    assert jane.id.isdigit()
    hostile = found[HOSTILE_LOGIN]
    assert (hostile.name, hostile.email, hostile.created) == ("'\"><script>", "<b>\x1b[0m", None)
    assert all(not account.absence_is_never for account in found.values())


def test_the_signs_of_use_with_their_sources(planted: WordPress) -> None:
    found = people(ask(planted))
    assert evidence(found["editor_jane"]) == {"login session": 1794868212, "last written content": 1735787045}
    assert evidence(found["old_admin"]) == {"WooCommerce activity": 1727049600}
    assert found["old_admin"].tokens_used == moment(1795386612)
    assert evidence(found["recorded"]) == {
        "Wordfence login": 1790000000,
        "login recorded by WP Last Login": 1780000000,
        "login recorded by When Last Login": 1770000000,
        "Ultimate Member login": 1767323045,
    }
    assert found["recorded"].evidence[0].source == "Wordfence login"
    for login in ("shop_lee", "author_kim", "raised"):
        assert (found[login].evidence, found[login].tokens_used) == ((), None)


def test_second_factors_of_the_plugin_that_is_on(planted: WordPress) -> None:
    found = people(ask(planted))
    assert {login for login, account in found.items() if account.second_factor} == {"recorded"}
    assert {account.second_factor for account in found.values()} == {True, False}


@pytest.mark.parametrize(
    ("plugins", "with_factor"),
    [
        ([], None),
        (["akismet/akismet.php"], None),
        (["two-factor/two-factor.php"], "recorded"),
        (["two-factor/two-factor.php", "miniorange-2-factor-authentication/x.php"], None),
        (["two-factor/two-factor.php", "my-saml-login/x.php"], None),
        (["wordfence/wordfence.php"], "shop_lee"),
        (["wp-2fa/wp-2fa.php"], ""),
    ],
)
def test_second_factors_are_known_only_where_they_can_be(
    shop: WordPress, plugins: list[str], with_factor: str | None
) -> None:
    shop.server.run(
        "CREATE TABLE wpx_wfls_2fa_secrets (id INT, user_id BIGINT);"
        "INSERT INTO wpx_wfls_2fa_secrets SELECT 1, ID FROM wpx_users WHERE user_login = 'shop_lee'",
        shop.database.name,
    )
    shop.boot(f"update_option('active_plugins', {literal(plugins)});")
    found = people(ask(shop))
    if with_factor is None:
        assert {account.second_factor for account in found.values()} == {None}
    else:
        assert {login for login, account in found.items() if account.second_factor} == {with_factor} - {""}


@pytest.mark.parametrize("table", ["wflogins", "wfLogins"])
def test_wordfence_writes_logins_into_a_table(shop: WordPress, table: str) -> None:
    shop.server.run(
        f"CREATE TABLE wpx_{table} (id INT, ctime DOUBLE(17,6), fail TINYINT, action VARCHAR(40), userID INT);"
        f"INSERT INTO wpx_{table} SELECT 1, 1795000000.25, 0, 'loginOK', ID FROM wpx_users WHERE user_login = 'raised';"
        f"INSERT INTO wpx_{table} SELECT 2, 1795400000.5, 1, 'loginFailValidUsername', ID FROM wpx_users;"
        f"INSERT INTO wpx_{table} SELECT 3, 1794000000.5, 0, 'loginOK', ID FROM wpx_users WHERE user_login = 'raised';",
        shop.database.name,
    )
    found = people(ask(shop))
    assert evidence(found["raised"]) == {"login recorded by Wordfence": 1795000000}
    assert found["author_kim"].evidence == ()


def test_the_activity_log_writes_logins_into_a_table(shop: WordPress) -> None:
    shop.server.run(
        "CREATE TABLE wpx_wsal_occurrences (id INT, alert_id BIGINT, created_on DOUBLE, user_id BIGINT);"
        "INSERT INTO wpx_wsal_occurrences SELECT 1, 1000, 1795000000.1, ID FROM wpx_users WHERE user_login = 'raised';"
        "INSERT INTO wpx_wsal_occurrences SELECT 2, 1002, 1795400000.1, ID FROM wpx_users;",
        shop.database.name,
    )
    assert evidence(people(ask(shop))["raised"]) == {"login recorded by WP Activity Log": 1795000000}


def test_an_older_table_of_another_shape_is_no_sign_and_no_trouble(shop: WordPress) -> None:
    shop.server.run(
        "CREATE TABLE wpx_wsal_occurrences (id INT, alert_id BIGINT, created_on DOUBLE)", shop.database.name
    )
    assert gaps(ask(shop)) == {}


def test_what_strangers_ordered_is_no_sign_of_the_administrator(shop: WordPress) -> None:
    shop.server.run(
        "SET sql_mode = ''; DELETE FROM wpx_posts;"
        "INSERT INTO wpx_posts (post_author, post_type, post_status, post_date_gmt) VALUES "
        "(1, 'shop_order', 'wc-completed', '2026-01-01 00:00:00'), (1, 'post', 'auto-draft', '2026-01-01 00:00:00'),"
        "(1, 'attachment', 'inherit', '2026-01-01 00:00:00')",
        shop.database.name,
    )
    assert people(ask(shop))["siteadmin"].evidence == ()
    shop.server.run(
        "SET sql_mode = ''; INSERT INTO wpx_posts (post_author, post_type, post_status, post_date_gmt) VALUES "
        "(1, 'revision', 'inherit', '2025-06-01 00:00:00')",
        shop.database.name,
    )
    assert evidence(people(ask(shop))["siteadmin"]) == {"last written content": 1748736000}


def test_a_table_without_its_index_is_read_all_the_same(shop: WordPress) -> None:
    shop.server.run("ALTER TABLE wpx_posts DROP INDEX post_author", shop.database.name)
    facts = ask(shop)
    assert gaps(facts) == {}
    assert "last written content" in evidence(people(facts)["editor_jane"])


@pytest.mark.parametrize(
    "value",
    ["", "nonsense", "a:1:{", "i:5;", 'a:1:{i:0;s:1:"x";}', 'a:1:{i:0;a:1:{s:5:"login";s:3:"abc";}}', 'O:1:"X":0:{}',
     'a:1:{i:0;a:1:{s:5:"login";i:-1;}}', 'a:1:{i:0;a:1:{s:5:"login";d:1.0E+300;}}',
     'a:1:{i:0;a:1:{s:5:"login";a:0:{}}}'],
)  # fmt: skip
def test_broken_sessions_are_no_sign(shop: WordPress, value: str) -> None:
    quoted = value.replace("'", "''")
    shop.server.run(
        f"UPDATE wpx_usermeta SET meta_value = '{quoted}' WHERE meta_key = 'session_tokens'", shop.database.name
    )
    facts = ask(shop)
    assert gaps(facts) == {}
    assert "login session" not in evidence(people(facts)["editor_jane"])


def test_roles_that_cannot_be_read_are_taken_for_the_usual_ones_and_said(shop: WordPress) -> None:
    shop.server.run(
        "UPDATE wpx_options SET option_value = 'x' WHERE option_name = 'wpx_user_roles'", shop.database.name
    )
    facts = ask(shop)
    assert "wpx_user_roles cannot be read" in gaps(facts)["roles"].reason
    assert "manage_options" in people(facts)["siteadmin"].powers
    assert people(facts)["editor_jane"].powers


def test_a_table_that_the_account_may_not_read_is_said(shop: WordPress) -> None:
    name = shop.database.name
    shop.server.run(
        f"REVOKE ALL ON `{name}`.* FROM `{name}`@`%`; GRANT SELECT ON `{name}`.wpx_options TO `{name}`@`%`;"
        f"GRANT SELECT ON `{name}`.wpx_users TO `{name}`@`%`"
    )
    facts = ask(shop)
    assert "the account may not read a table (error 1142)" in gaps(facts)["probe:wp_accounts"].reason
    assert facts.accounts == ()
    assert any(one.kind == "plugin" and one.active for one in facts.software)


def test_many_customers_hide_nobody(shop: WordPress) -> None:
    customer = 'a:1:{s:8:"customer";b:1;}'
    shop.server.run(
        "INSERT INTO wpx_users (ID, user_login) SELECT seq, CONCAT('c', seq) FROM seq_1000_to_30000;"
        f"INSERT INTO wpx_usermeta (user_id, meta_key, meta_value) SELECT seq, 'wpx_capabilities', '{customer}' "
        "FROM seq_1000_to_30000;"
        "UPDATE wpx_usermeta SET meta_value = 'a:1:{s:13:\"administrator\";b:1;}' WHERE user_id = 29999",
        shop.database.name,
    )
    found = people(ask(shop))
    assert "c29999" in found
    assert len(found) == 11


def test_more_than_can_be_looked_at_is_said(shop: WordPress) -> None:
    editor = 'a:1:{s:6:"editor";b:1;}'
    shop.server.run(
        "INSERT INTO wpx_users (ID, user_login) SELECT seq, CONCAT('c', seq) FROM seq_1000_to_7000;"
        f"INSERT INTO wpx_usermeta (user_id, meta_key, meta_value) SELECT seq, 'wpx_capabilities', '{editor}' "
        "FROM seq_1000_to_7000",
        shop.database.name,
    )
    facts = ask(shop)
    assert len(facts.accounts) == 5000
    assert "more than 5,000 accounts" in gaps(facts)["too-many"].reason


def test_bytes_that_are_no_text_arrive_as_text(shop: WordPress) -> None:
    shop.server.run(
        "ALTER TABLE wpx_users MODIFY display_name VARBINARY(250);"
        "UPDATE wpx_users SET display_name = X'FFFE41' WHERE ID = 1",
        shop.database.name,
    )
    assert people(ask(shop))["siteadmin"].name == "\ufffd\ufffdA"


def test_users_may_have_moved_to_other_tables(shop: WordPress) -> None:
    shop.server.run("RENAME TABLE wpx_users TO `Shared Users`, wpx_usermeta TO `meta-of all`", shop.database.name)
    config = shop.config().read_text()
    moved = "define('CUSTOM_USER_TABLE', 'Shared Users'); define('CUSTOM_USER_META_TABLE', 'meta-of all');"
    shop.config().write_text(config.replace("<?php", f"<?php {moved}", 1))
    facts = ask(shop)
    assert gaps(facts) == {}
    assert "siteadmin" in people(facts)
