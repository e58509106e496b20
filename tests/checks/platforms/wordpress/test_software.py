"""What is installed in a WordPress, and what it knows of newer releases."""

import os
import shutil
import time
from pathlib import Path

import pytest

from tests.checks.platforms.asking import AS_ROOT, NEEDS_ROOT
from tests.checks.platforms.wordpress.estate import (
    ACTIVE,
    ASKED,
    CORE,
    CURRENT,
    NEWER,
    PLUGINS,
    ask,
    core,
    gaps,
    moment,
    people,
    software,
)
from tests.servers.php import literal
from tests.servers.wordpress import WordPress, write_config, write_headers

needs_root = pytest.mark.skipif(not AS_ROOT, reason=NEEDS_ROOT)


def test_the_core_and_the_newest_of_its_branch(planted: WordPress) -> None:
    facts = ask(planted)
    assert facts.platform == "wordpress"
    assert gaps(facts) == {}
    one = core(facts)
    assert (one.key, one.name, one.version, one.active) == ("wordpress", "WordPress", CORE, True)
    assert (one.latest, one.latest_in_line, one.security) == ("7.1", "6.1.10", True)
    assert (one.known_at, one.known_from, one.unfinished) == (moment(ASKED), "WordPress' own update check", "")
    assert (
        one.update
        == f"wp --path={planted.root} core update --version=6.1.10, then: wp --path={planted.root} core update-db"
    )


def test_every_plugin_with_what_is_known_of_it(planted: WordPress) -> None:
    found = {key: one for key, one in software(ask(planted), "plugin").items() if "plugins/" not in key}
    found.pop("drop-ins/advanced-cache.php")
    assert set(found) == set(PLUGINS)
    for key, one in found.items():
        assert one.version == PLUGINS[key].get("Version")
        assert one.active is (key in ACTIVE)
        assert one.known_at == moment(ASKED)
        latest = NEWER.get(key) or (PLUGINS[key]["Version"] if key in CURRENT else None)
        assert one.latest == latest, key
    listed = {key: one.listed for key, one in found.items()}
    assert listed == dict.fromkeys((*NEWER, *CURRENT), True) | {
        "harbour-stock/harbour-stock.php": False,  # says itself that nobody updates it
        "withdrawn/withdrawn.php": False,
        "hostile/hostile.php": False,
        "late/late.php": None,  # came after the check
        "unversioned/a.php": None,
    }
    assert found["akismet/akismet.php"].update == f"wp --path={planted.root} plugin update akismet"
    assert found["hello.php"].update == f"wp --path={planted.root} plugin update hello"


def test_names_of_attackers_arrive_as_text(planted: WordPress) -> None:
    one = software(ask(planted), "plugin")["hostile/hostile.php"]
    assert one.name == "Evil \x1b[31m\ufffd\ufffd"
    assert one.version == "1.0<script>"


def test_what_is_always_on_is_listed_without_a_source(planted: WordPress) -> None:
    found = software(ask(planted), "plugin")
    always = {
        key: (one.name, one.version, one.active, one.known_from) for key, one in found.items() if key not in PLUGINS
    }
    assert always == {
        "mu-plugins/harbour-guard.php": ("Harbour Guard", "1.0.2", True, ""),
        "mu-plugins/plain.php": ("plain.php", None, True, ""),
        "drop-ins/advanced-cache.php": ("Page cache", "3.1", True, ""),
    }


def test_themes(planted: WordPress) -> None:
    found = software(ask(planted), "theme")
    assert {key: (one.name, one.version, one.active, one.latest, one.listed) for key, one in found.items()} == {
        "harbour": ("Harbour", "1.4", True, "1.5", True),
        "harbour-child": ("Harbour Child", None, False, None, None),
    }


def test_a_child_theme_needs_its_parent(shop: WordPress) -> None:
    shop.boot("update_option('stylesheet', 'harbour-child');")
    assert all(one.active for one in software(ask(shop), "theme").values())


def test_nothing_on_the_host_changes(planted: WordPress) -> None:
    def state() -> dict[str, tuple[int, int]]:
        paths = [Path(folder, name) for folder, _, names in os.walk(planted.root) for name in (".", *names)]
        return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in paths}

    before, rows = state(), planted.server.checksums(planted.database.name)
    ask(planted)
    ask(planted, account="www-data" if AS_ROOT else "")
    assert state() == before
    assert planted.server.checksums(planted.database.name) == rows


def test_a_database_older_than_the_files_is_an_unfinished_update(shop: WordPress) -> None:
    shop.boot("update_option('db_version', 50000);", "define('WP_INSTALLING', true);")
    one = core(ask(shop))
    assert one.unfinished == "the database is at 50000, the files want 53496"
    assert "core update-db" in one.update


def test_a_database_newer_than_the_files_is_said(shop: WordPress) -> None:
    shop.boot("update_option('db_version', 99999);", "define('WP_INSTALLING', true);")
    assert core(ask(shop)).unfinished == "the database is at 99999, the files want 53496: older files were put back"


@pytest.mark.parametrize(("age", "left"), [(60, False), (3600, True)])
def test_an_update_that_broke_off_left_its_mark(shop: WordPress, age: int, left: bool) -> None:
    (shop.root / ".maintenance").write_text(f"<?php $upgrading = {int(time.time()) - age}; ?>")
    assert ("left .maintenance behind" in core(ask(shop)).unfinished) is left


@pytest.mark.parametrize("text", ["", "<?php nonsense", "\xff" * 100_000])
def test_a_mark_without_a_time_counts_from_its_date(shop: WordPress, text: str) -> None:
    mark = shop.root / ".maintenance"
    mark.write_text(text)
    assert core(ask(shop)).unfinished == ""
    os.utime(mark, (1_700_000_000, 1_700_000_000))
    assert core(ask(shop)).unfinished == "an update began at 2023-11-14 22:13 UTC and left .maintenance behind"


def test_a_core_that_is_current(shop: WordPress) -> None:
    offer = {"response": "latest", "current": CORE, "version": CORE, "locale": "en_US"}
    shop.boot(f"set_site_transient('update_core', (object) array('updates' => array((object) {literal(offer)}),"
              f"'last_checked' => {ASKED}));")  # fmt: skip
    one = core(ask(shop))
    assert (one.latest, one.latest_in_line, one.security, one.known_at) == (CORE, CORE, False, moment(ASKED))


def test_a_branch_without_an_offer_of_its_own_promises_nothing(shop: WordPress) -> None:
    offers = "(object) array('response' => 'upgrade', 'current' => '7.1'), (object) array('response' => 'development',"
    offers += "'current' => '7.2-beta1'), (object) array('response' => 'upgrade'), 'nonsense', 5, null"
    shop.boot(
        f"set_site_transient('update_core', (object) array('updates' => array({offers}), 'last_checked' => {ASKED}));"
    )
    one = core(ask(shop))
    assert (one.latest, one.latest_in_line, one.security) == ("7.1", None, None)


def test_a_check_that_failed_is_not_an_answer(shop: WordPress) -> None:
    """A failed check moves last_checked on and leaves no `response`."""
    shop.boot("foreach (array('core', 'plugins', 'themes') as $n) set_site_transient(\"update_$n\", (object) array("
              "'last_checked' => time(), 'checked' => array('akismet/akismet.php' => '5.6')));")  # fmt: skip
    facts = ask(shop)
    known = [one for one in facts.software if one.known_from]
    assert len(known) == 1 + len(PLUGINS) + 2
    assert all((one.known_at, one.latest, one.listed) == (None, None, None) for one in known)


@pytest.mark.parametrize(
    "value",
    ["", "nonsense", "O:8:\"stdClass\":1:{", "b:1;", "a:0:{}", 'O:11:"ArrayObject":0:{}', "i:5;",
     'O:8:"stdClass":3:{s:8:"response";s:3:"abc";s:12:"last_checked";s:1:"x";s:7:"updates";O:8:"stdClass":0:{}}'],
)  # fmt: skip
def test_a_broken_answer_is_no_answer(shop: WordPress, value: str) -> None:
    quoted = value.replace("'", "''")
    shop.server.run(
        f"UPDATE wpx_options SET option_value = '{quoted}' WHERE option_name LIKE '\\_site\\_transient\\_update\\_%'",
        shop.database.name,
    )
    assert all(one.latest is None and one.known_at is None for one in ask(shop).software)


def test_a_site_that_never_asked(shop: WordPress) -> None:
    shop.boot("foreach (array('core', 'plugins', 'themes') as $n) delete_site_transient(\"update_$n\");")
    facts = ask(shop)
    assert all(one.known_at is None for one in facts.software)
    assert gaps(facts) == {}


def test_an_object_cache_hides_the_answers(shop: WordPress) -> None:
    (shop.root / "wp-content/object-cache.php").write_text(
        "<?php\n/* Plugin Name: Redis Object Cache\n Version: 2.5 */\n"
    )
    facts = ask(shop)
    assert "site transients live in an object cache" in gaps(facts)["updates"].reason
    assert all(one.latest is None and one.known_at is None for one in facts.software)
    assert software(facts, "plugin")["drop-ins/object-cache.php"].version == "2.5"


def test_an_object_cache_that_hides_nothing_is_no_gap(shop: WordPress) -> None:
    now = int(time.time())
    shop.boot(f"foreach (array('core', 'plugins', 'themes') as $n) {{ $t = get_site_transient(\"update_$n\");"
              f"$t->last_checked = {now}; set_site_transient(\"update_$n\", $t); }}")  # fmt: skip
    (shop.root / "wp-content/object-cache.php").write_text("<?php // switched off\n")
    facts = ask(shop)
    assert gaps(facts) == {}
    assert core(facts).known_at == moment(now)


def test_a_site_under_deployment_is_updated_in_its_repository(shop: WordPress) -> None:
    write_config(shop, {"DISALLOW_FILE_MODS": True})
    facts = ask(shop)
    assert core(facts).update.startswith("composer update in the site's repository, deploy, then: wp --path=")
    assert software(facts, "plugin")["akismet/akismet.php"].update == (
        "composer update wpackagist-plugin/akismet in the site's repository, then deploy"
    )


def test_names_that_are_no_slugs_never_become_commands(shop: WordPress) -> None:
    write_headers(shop.root / "wp-content/plugins/a; rm -rf ~/x.php", {"Plugin Name": "Odd", "Version": "1"})
    one = software(ask(shop), "plugin")["a; rm -rf ~/x.php"]
    assert "rm" not in one.update


def test_headers_are_read_as_wordpress_reads_them(shop: WordPress) -> None:
    plugins = shop.root / "wp-content/plugins"
    (plugins / "old-mac.php").write_bytes(b"<?php\r/*\r Plugin Name: Old Mac\r Version: 1.0 */\r")
    (plugins / "oneline.php").write_bytes(b"<?php /* Plugin Name: One line\nVersion:2.0*/ ?>x")
    (plugins / "hash.php").write_bytes(b"<?php\n# plugin name: Hash\n# VERSION: 3.0\n")
    (plugins / "late-head.php").write_bytes(b"<?php\n" + b"//" * 5000 + b"\n/* Plugin Name: Beyond 8 kB */")
    (plugins / "empty.php").touch()
    (plugins / "folder.php").mkdir()
    (plugins / "loop").symlink_to(plugins)
    code = "require ABSPATH . 'wp-admin/includes/plugin.php'; foreach (get_plugins() as $k => $p) "
    code += "if ($k !== 'hostile/hostile.php') echo \"$k\\t{$p['Name']}\\t{$p['Version']}\\n\";"
    theirs = shop.boot(code)
    (plugins / "pipe").mkdir()
    os.mkfifo(plugins / "pipe/pipe.php")  # WordPress itself would wait for ever
    found = software(ask(shop), "plugin")
    ours = {
        key: (one.name, one.version or "")
        for key, one in found.items()
        if not key.startswith(("mu-", "drop-", "hostile"))
    }
    assert ours == {key: (name, version) for key, name, version in (line.split("\t") for line in theirs.splitlines())}
    assert ours["old-mac.php"] == ("Old Mac", "1.0")


def test_a_plugin_that_is_gone_from_the_disk_is_gone(shop: WordPress) -> None:
    shutil.rmtree(shop.root / "wp-content/plugins/akismet")
    facts = ask(shop)
    assert "akismet/akismet.php" not in software(facts, "plugin")
    assert gaps(facts) == {}


@needs_root
def test_what_may_not_be_read_is_a_gap_of_its_own(shop: WordPress) -> None:
    content = shop.root / "wp-content"
    (content / "plugins/akismet/akismet.php").chmod(0o600)
    (content / "plugins/two-factor").chmod(0o700)
    (content / "themes/harbour/style.css").chmod(0o600)
    (content / "mu-plugins").chmod(0o700)
    facts = ask(shop, account="nobody")
    assert {item: gap.reason.split(" (")[0] for item, gap in gaps(facts).items()} == {
        "plugin:akismet/akismet.php": f"permission denied: {content}/plugins/akismet/akismet.php",
        "plugin:two-factor/two-factor.php": f"permission denied: {content}/plugins/two-factor/two-factor.php",
        "theme:harbour": f"permission denied: {content}/themes/harbour/style.css",
        "mu-plugins": f"permission denied: {content}/mu-plugins",
    }
    assert all(gap.remedy for gap in gaps(facts).values())
    assert len(people(facts)) > 5


@needs_root
@pytest.mark.parametrize("name", ["plugins", "themes"])
def test_a_folder_that_may_not_be_read_is_a_gap(shop: WordPress, name: str) -> None:
    (shop.root / "wp-content" / name).chmod(0o700)
    facts = ask(shop, account="nobody")
    assert gaps(facts)[name].reason.startswith(f"permission denied: {shop.root}/wp-content/{name}")
    assert software(facts, "theme" if name == "plugins" else "plugin")
