"""A WordPress's configuration that says more or less, and a database or a PHP that says nothing."""

import shutil
from pathlib import Path

import pytest

from tests.checks.platforms.asking import AS_ROOT, NEEDS_ROOT, facts
from tests.checks.platforms.wordpress.estate import CORE, ask, core, gaps, people, software
from tests.servers.wordpress import PACKAGE, WordPress, write_config

needs_root = pytest.mark.skipif(not AS_ROOT, reason=NEEDS_ROOT)


@needs_root
def test_a_configuration_that_may_not_be_read_leaves_the_rest(shop: WordPress) -> None:
    shutil.chown(shop.config(), "www-data", "www-data")
    shop.config().chmod(0o640)
    answer = ask(shop, account="nobody")
    gap = gaps(answer)["database"]
    assert gap.reason == f"permission denied: {shop.config()} (owner www-data:www-data, mode 0640)"
    assert "`run_as: www-data`" in gap.remedy
    assert "`nobody ALL=(www-data) NOPASSWD: /usr/bin/php" in gap.remedy
    assert core(answer).version == CORE
    plugins = software(answer, "plugin")
    assert plugins["akismet/akismet.php"].version == "5.6"
    assert plugins["akismet/akismet.php"].active is None
    assert answer.accounts == ()
    assert [gap.item for gap in answer.account_gaps] == ["database"]
    assert gaps(ask(shop, run_as="www-data")) == {}


def test_without_a_configuration_it_is_not_installed(shop: WordPress) -> None:
    shop.config().unlink()
    answer = ask(shop)
    assert gaps(answer)["database"].reason == f"not found: {shop.root}/wp-config.php, nor one folder above"
    assert core(answer).version == CORE


def debian(shop: WordPress, etc: Path) -> None:
    """As Debian's package has it: one configuration for all, which asks for the one of each host."""
    etc.mkdir()
    text = (PACKAGE / "wp-config.php").read_text().replace("/etc/wordpress/", f"{etc}/")
    shop.config().write_text(text.replace("/var/lib/wordpress/wp-content", f"{shop.root}/wp-content"))


def host_config(shop: WordPress, password: str | None = None) -> str:
    database = shop.database
    values = {"DB_NAME": database.name, "DB_USER": database.user, "DB_HOST": f"127.0.0.1:{database.port}"}
    values["DB_PASSWORD"] = (password or database.password).replace("\\", "\\\\").replace("'", "\\'")
    return (
        "<?php\n"
        + "".join(f"define('{name}', '{value}');\n" for name, value in values.items())
        + "$table_prefix = 'wpx_';\n"
    )


def test_debians_configuration_of_the_sites_own_host(shop: WordPress) -> None:
    etc = shop.root / "etc"
    debian(shop, etc)
    (etc / "config-shop.example.php").write_text(host_config(shop))
    (etc / "config-other.example.php").write_text(host_config(shop, "of another site"))
    answer = ask(shop)
    assert gaps(answer) == {}
    assert "siteadmin" in people(answer)
    other = ask(shop, options='{"host": "other.example"}')
    assert "it refuses the account or its password" in gaps(other)["database"].reason


def test_debians_configuration_for_all_other_hosts(shop: WordPress) -> None:
    debian(shop, shop.root / "etc")
    (shop.root / "etc/config-default.php").write_text(host_config(shop))
    assert gaps(ask(shop)) == {}


def test_debians_configuration_without_a_host_is_not_guessed(shop: WordPress) -> None:
    debian(shop, shop.root / "etc")
    (shop.root / "etc/config-shop.example.php").write_text(host_config(shop))
    gap = gaps(ask(shop, options="{}"))["database"]
    assert "only the running site knows" in gap.reason
    assert "HTTP_HOST" in gap.reason


def test_the_package_itself_is_updated_by_its_package_manager() -> None:
    answer = facts(PACKAGE)
    assert core(answer).update.startswith("apt install --only-upgrade wordpress")


CONFIGS = {
    "a file of its own": ("require_once __DIR__ . '/db.php';", True),
    "the environment, else a value": ("define('DB_NAME', getenv('X_NAME') ?: NAME);", True),
    "a condition on the host": ("if ($_SERVER['HTTP_HOST'] === 'shop.example') { define('DB_NAME', NAME); }", True),
    "the other host's": ("if ($_SERVER['HTTP_HOST'] === 'dev.example') { define('DB_NAME', 'dev'); }", True),
    "a file read as text": ("define('DB_NAME', trim(file_get_contents(__DIR__ . '/name')));", False),
    "a condition nobody can tell": ("if (is_dev()) { define('DB_NAME', 'dev'); }", False),
    "a file nobody can name": (
        "require $_COOKIE['x'] . '.php'; if (!defined('DB_NAME')) define('DB_NAME', NAME);",
        False,
    ),
}


@pytest.mark.parametrize(("code", "known"), CONFIGS.values(), ids=CONFIGS)
def test_credentials_that_are_computed(shop: WordPress, code: str, known: bool) -> None:
    name = f"'{shop.database.name}'"
    (shop.root / "db.php").write_text(f"<?php define('DB_NAME', {name});")
    (shop.root / "name").write_text(shop.database.name)
    config = shop.config().read_text()
    shop.config().write_text(config.replace("<?php", "<?php\n" + code.replace("NAME)", f"{name})"), 1))
    answer = ask(shop)
    if known:
        assert gaps(answer) == {}
    else:
        assert gaps(answer)["database"].reason.startswith("the database cannot be asked: DB_NAME: ")
        assert gaps(answer)["database"].remedy
        assert core(answer).version == CORE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"DB_PASSWORD": "wrong-Pw1"}, "no database: it refuses the account or its password (error 1045)"),
        ({"DB_HOST": "127.0.0.1:1"}, "no database: nothing answers at the configured host or socket (error 2002)"),
        ({"DB_HOST": "localhost:/no/such.sock"}, "no database: nothing answers at the configured host or socket"),
        ({"DB_NAME": "no_such_database"}, "no database: "),
    ],
)
def test_a_database_that_does_not_answer(shop: WordPress, changes: dict[str, str], reason: str) -> None:
    write_config(shop, changes)
    answer = ask(shop)
    for area in (answer.software_gaps, answer.account_gaps):
        assert [gap.item for gap in area] == ["database"]
        assert area[0].reason.startswith(reason)
        assert area[0].remedy
    assert "wrong-Pw1" not in str(answer)
    assert core(answer).version == CORE
    assert software(answer, "plugin")["akismet/akismet.php"].version == "5.6"


def test_a_prefix_that_is_not_there(shop: WordPress) -> None:
    config = shop.config().read_text()
    shop.config().write_text(config.replace("'wpx_'", "'other_'"))
    assert "the database holds no options under the prefix other_" in gaps(ask(shop))["probe:wp_blogs"].reason


@pytest.mark.parametrize("prefix", ["Wp_%_", "wp`x_", "a-b.c_", "x?_"])
def test_a_prefix_that_needs_care(shop: WordPress, prefix: str) -> None:
    tables = shop.server.run("SHOW TABLES", shop.database.name).split()
    quoted = prefix.replace("`", "``")
    renames = ", ".join(f"`{table}` TO `{quoted}{table.removeprefix('wpx_')}`" for table in tables)
    shop.server.run(f"RENAME TABLE {renames}", shop.database.name)
    for table, column in (("usermeta", "meta_key"), ("options", "option_name")):
        shop.server.run(
            f"UPDATE `{quoted}{table}` SET {column} = REPLACE({column}, 'wpx_', '{prefix}')"
            f" WHERE {column} LIKE 'wpx\\_%'",
            shop.database.name,
        )
    config = shop.config().read_text()
    shop.config().write_text(config.replace("'wpx_'", f"'{prefix}'"))
    answer = ask(shop)
    if prefix == "x?_":  # no place for a parameter in a name; refused rather than misread
        assert gaps(answer)
    else:
        assert gaps(answer) == {}
        assert "siteadmin" in people(answer)


def test_a_folder_of_plugins_that_only_the_running_site_knows(shop: WordPress) -> None:
    config = shop.config().read_text()
    shop.config().write_text(config.replace("<?php", "<?php define('WP_CONTENT_DIR', find_it());", 1))
    answer = ask(shop)
    assert {"plugins", "themes"} <= set(gaps(answer))
    assert "a call of find_it()" in gaps(answer)["plugins"].reason


def test_php_without_a_way_to_mysql(shop: WordPress, folder: Path) -> None:
    ini = folder / "no-mysql"
    ini.mkdir(exist_ok=True)
    scan = Path("/etc/php").glob("*/cli/conf.d/*.ini")
    for path in scan:
        if not any(word in path.name for word in ("mysql", "pdo")) and not (ini / path.name).exists():
            (ini / path.name).symlink_to(path)
    gap = gaps(ask(shop, env={"PHP_INI_SCAN_DIR": str(ini)}))["database"]
    assert gap.reason == "PHP has neither mysqli nor pdo_mysql, so that the database cannot be asked"
    assert "-mysql`" in gap.remedy


def test_php_without_a_tokenizer(shop: WordPress, folder: Path) -> None:
    ini = folder / "no-tokenizer"
    ini.mkdir(exist_ok=True)
    answer = ask(shop, env={"PHP_INI_SCAN_DIR": str(ini)})
    assert "tokenizer extension is missing" in gaps(answer)["database"].reason
    assert "tokenizer extension is missing" in gaps(answer)["core"].reason


@pytest.mark.parametrize("text", ["", "<?php", "\x00\xff garbage", "<?php define('DB_NAME', ", "<?php " + "(" * 3000])
def test_a_broken_configuration(shop: WordPress, text: str) -> None:
    shop.config().write_bytes(text.encode("latin-1"))
    answer = ask(shop)
    assert "database" in gaps(answer)
    assert core(answer).version == CORE
