"""A network of WordPress sites: one installation, many tables."""

from tests.checks.platforms.wordpress.estate import ask, core, evidence, gaps, people, software
from tests.servers.wordpress import WordPress


def test_a_plugin_that_is_on_anywhere_is_on(planted_network: WordPress) -> None:
    facts = ask(planted_network)
    assert gaps(facts) == {}
    assert {key: one.active for key, one in software(facts, "plugin").items()} == {
        "akismet/akismet.php": True,  # for the whole network
        "contact-form-7/wp-contact-form-7.php": True,  # on the second site only
        "hello.php": False,
    }
    assert software(facts, "plugin")["contact-form-7/wp-contact-form-7.php"].latest == "6.1.6"
    assert core(facts).latest_in_line == "6.1.10"
    assert core(facts).update.endswith("core update-db --network")


def test_who_may_administer_what(planted_network: WordPress) -> None:
    found = people(ask(planted_network))
    assert {login: account.roles for login, account in found.items()} == {
        "siteadmin": ("super administrator", "administrator"),
        "north_admin": ("administrator",),  # and a reader elsewhere, which says nothing
        "south_editor": ("editor",),
        "boss": ("super administrator",),
        "spammer": ("editor",),
    }
    assert found["siteadmin"].powers == found["boss"].powers == ("all",)
    powers = set(found["north_admin"].powers)
    assert {"manage_options", "promote_users"} <= powers
    assert not powers & {"install_plugins", "edit_users", "unfiltered_html", "update_core"}  # a super administrator's
    assert found["south_editor"].powers == ("edit_others_posts", "edit_others_pages")
    assert {login for login, account in found.items() if not account.enabled} == {"spammer"}


def test_what_was_written_on_any_site_counts(network: WordPress) -> None:
    network.server.run(
        "SET sql_mode = ''; INSERT INTO net_3_posts (post_author, post_type, post_status, post_date_gmt) "
        "SELECT ID, 'page', 'publish', '2026-02-03 04:05:06' FROM net_users WHERE user_login = 'south_editor'",
        network.database.name,
    )
    assert evidence(people(ask(network))["south_editor"]) == {"last written content": 1770091506}


def test_sites_whose_database_lags_are_counted(network: WordPress) -> None:
    network.server.run(
        "UPDATE net_2_options SET option_value = '50000' WHERE option_name = 'db_version'", network.database.name
    )
    assert core(ask(network)).unfinished == "the database of 1 of 3 sites is at 50000, the files want 53496"


def test_a_site_without_tables_costs_only_itself(network: WordPress) -> None:
    network.server.run("DROP TABLE net_3_options, net_3_posts", network.database.name)
    facts = ask(network)
    assert {"siteadmin", "north_admin"} <= set(people(facts))
    assert set(gaps(facts)) == {"roles"}
    assert core(facts).version is not None


def test_sites_that_were_given_up_do_not_count(network: WordPress) -> None:
    network.server.run("UPDATE net_blogs SET archived = 1 WHERE blog_id = 2", network.database.name)
    facts = ask(network)
    assert software(facts, "plugin")["contact-form-7/wp-contact-form-7.php"].active is False
    assert "spammer" not in people(facts)


def test_super_administrators_of_the_configuration_come_first(network: WordPress) -> None:
    config = network.config().read_text()
    network.config().write_text(config.replace("<?php", "<?php $super_admins = array('North_Admin');", 1))
    found = people(ask(network))
    assert found["north_admin"].powers == ("all",)
    assert "boss" not in found
    assert found["siteadmin"].powers != ("all",)


def test_a_broken_list_of_super_administrators(network: WordPress) -> None:
    network.server.run("UPDATE net_sitemeta SET meta_value = 'x' WHERE meta_key = 'site_admins'", network.database.name)
    assert all(account.powers != ("all",) for account in ask(network).accounts)
