"""WordPress wherever its parts were moved to, Bedrock among them."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks.platforms.asking import AS_ROOT, NEEDS_ROOT
from tests.checks.platforms.wordpress.estate import CORE, PLUGINS, ask, core, gaps, people, software
from tests.servers.wordpress import WordPress, write_config

needs_root = pytest.mark.skipif(not AS_ROOT, reason=NEEDS_ROOT)


def config_above(shop: WordPress) -> Path:
    public = shop.root / "public"
    public.mkdir()
    for path in list(shop.root.iterdir()):
        if path.name not in ("public", "wp-config.php"):
            path.rename(public / path.name)
    return public


def core_in_a_folder(shop: WordPress) -> Path:
    inner = shop.root / "cms"
    inner.mkdir()
    for path in list(shop.root.iterdir()):
        if path.name not in ("cms", "wp-config.php"):
            path.rename(inner / path.name)
    (shop.root / "index.php").write_text("<?php\nrequire __DIR__ . '/cms/wp-blog-header.php';\n")
    return shop.root


def beside_its_content(shop: WordPress) -> Path:
    inner = shop.root / "wp"
    inner.mkdir()
    for path in list(shop.root.iterdir()):
        if path.name not in ("wp", "wp-config.php", "wp-content"):
            path.rename(inner / path.name)
    (shop.root / "wp-content").rename(shop.root / "content")
    write_config(shop, {"WP_CONTENT_DIR": str(shop.root / "content")})
    return shop.root


def content_elsewhere(shop: WordPress) -> Path:
    (shop.root / "wp-content").rename(shop.root / "stuff")
    (shop.root / "stuff/plugins").rename(shop.root / "extensions")
    (shop.root / "stuff/mu-plugins").rename(shop.root / "always")
    places = {"WP_CONTENT_DIR": "stuff", "WP_PLUGIN_DIR": "extensions/", "WPMU_PLUGIN_DIR": "always"}
    write_config(shop, {name: f"{shop.root}/{place}" for name, place in places.items()})
    return shop.root


def content_by_expression(shop: WordPress) -> Path:
    (shop.root / "wp-content").rename(shop.root / "stuff")
    config = shop.config().read_text()
    code = "<?php $base = dirname(__FILE__); define('WP_CONTENT_DIR', \"{$base}/stuff\");"
    shop.config().write_text(config.replace("<?php", code, 1))
    return shop.root


def behind_a_link(shop: WordPress) -> Path:
    (shop.root / "releases").mkdir()
    shop.root.joinpath("releases/1").symlink_to(shop.root)
    shop.root.joinpath("current").symlink_to("releases/1")
    return shop.root / "current"


def below_public_html(shop: WordPress) -> Path:
    home = shop.root.with_name(shop.root.name + "home")
    home.mkdir()
    shop.root.rename(home / "public_html")
    return home


def _environment(shop: WordPress) -> dict[str, str]:
    database = shop.database
    return {
        "DB_NAME": database.name,
        "DB_USER": database.user,
        "DB_PASSWORD": database.password,
        "DB_HOST": f"127.0.0.1:{database.port}",
        "DB_PREFIX": "wpx_",
        "WP_ENV": "production",
        "WP_HOME": "https://shop.example",
    }


def _written(values: dict[str, str]) -> str:
    escaped = {
        name: value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") for name, value in values.items()
    }
    return "".join(f'{name}="{value}"\n' for name, value in escaped.items()) + 'WP_SITEURL="${WP_HOME}/wp"\n'


APPLICATION = """<?php
use Roots\\WPConfig\\Config;
use function Env\\env;
$root_dir = dirname(__DIR__);
$webroot_dir = $root_dir . '/web';
if (file_exists($root_dir . '/.env')) {
    $repository = Dotenv\\Repository\\RepositoryBuilder::createWithNoAdapters()->immutable()->make();
    $dotenv = Dotenv\\Dotenv::create($repository, $root_dir, ['.env'], false);
    $dotenv->load();
    if (!env('DATABASE_URL')) { $dotenv->required(['DB_NAME', 'DB_USER', 'DB_PASSWORD']); }
}
define('WP_ENV', env('WP_ENV') ?: 'production');
if (!env('WP_ENVIRONMENT_TYPE') && in_array(WP_ENV, ['production', 'staging', 'development', 'local'])) {
    Config::define('WP_ENVIRONMENT_TYPE', WP_ENV);
}
Config::define('WP_HOME', env('WP_HOME'));
Config::define('CONTENT_DIR', '/app');
Config::define('WP_CONTENT_DIR', $webroot_dir . Config::get('CONTENT_DIR'));
if (env('DB_SSL')) { Config::define('MYSQL_CLIENT_FLAGS', MYSQLI_CLIENT_SSL); }
Config::define('DB_NAME', env('DB_NAME'));
Config::define('DB_USER', env('DB_USER'));
Config::define('DB_PASSWORD', env('DB_PASSWORD'));
Config::define('DB_HOST', env('DB_HOST') ?: 'localhost');
$table_prefix = env('DB_PREFIX') ?: 'wp_';
if (env('DATABASE_URL')) {
    $dsn = (object) parse_url(env('DATABASE_URL'));
    Config::define('DB_NAME', substr($dsn->path, 1));
    Config::define('DB_USER', $dsn->user);
    Config::define('DB_PASSWORD', isset($dsn->pass) ? $dsn->pass : null);
    Config::define('DB_HOST', isset($dsn->port) ? "{$dsn->host}:{$dsn->port}" : $dsn->host);
}
Config::define('DISALLOW_FILE_MODS', true);
Config::define('WP_DEBUG_LOG', env('WP_DEBUG_LOG') ?? false);
$env_config = __DIR__ . '/environments/' . WP_ENV . '.php';
if (file_exists($env_config)) { require_once $env_config; }
Config::apply();
if (!defined('ABSPATH')) { define('ABSPATH', $webroot_dir . '/wp/'); }
"""


def bedrock(shop: WordPress) -> Path:
    web = shop.root / "web"
    (web / "wp").mkdir(parents=True)
    shop.config().unlink()
    (shop.root / "wp-content").rename(web / "app")
    for path in list(shop.root.iterdir()):
        if path.name != "web":
            path.rename(web / "wp" / path.name)
    shutil.copytree(web / "app/plugins/akismet", web / "app/mu-plugins/akismet")
    (web / "app/mu-plugins/bedrock-autoloader.php").write_text(
        "<?php\n/* Plugin Name: Bedrock Autoloader\nVersion: 1.0.4 */"
    )
    (web / "index.php").write_text(
        "<?php\ndefine('WP_USE_THEMES', true);\nrequire __DIR__ . '/wp/wp-blog-header.php';\n"
    )
    (web / "wp-config.php").write_text(
        "<?php\nrequire_once dirname(__DIR__) . '/vendor/autoload.php';\n"
        "require_once dirname(__DIR__) . '/config/application.php';\nrequire_once ABSPATH . 'wp-settings.php';\n"
    )
    (shop.root / "config").mkdir()
    (shop.root / "config/application.php").write_text(APPLICATION)
    (shop.root / "composer.json").write_text("{}")
    (shop.root / ".env").write_text(_written(_environment(shop)))
    return shop.root


@pytest.mark.parametrize(
    "layout",
    [config_above, core_in_a_folder, beside_its_content, content_elsewhere, content_by_expression, behind_a_link,
     below_public_html, bedrock],
)  # fmt: skip
def test_a_site_is_found_wherever_its_parts_lie(shop: WordPress, layout: Callable[[WordPress], Path]) -> None:
    root = layout(shop)
    answer = ask(shop, root=root)
    assert gaps(answer) == {}
    assert core(answer).version == CORE
    assert set(PLUGINS) <= set(software(answer, "plugin"))
    assert "mu-plugins/harbour-guard.php" in software(answer, "plugin")
    assert "harbour" in software(answer, "theme")
    assert "siteadmin" in people(answer)


@pytest.mark.parametrize("below", ["", "web", "web/wp"])
def test_bedrock_from_any_of_its_folders(shop: WordPress, below: str) -> None:
    answer = ask(shop, root=bedrock(shop) / below)
    assert gaps(answer) == {}
    assert core(answer).update.startswith("composer update in the site's repository")
    plugins = software(answer, "plugin")
    assert plugins["mu-plugins/akismet/akismet.php"].active is True  # the autoloader loads folders too
    assert "mu-plugins/bedrock-autoloader.php" in plugins


def test_bedrock_with_a_database_url(shop: WordPress) -> None:
    root = bedrock(shop)
    database = shop.server.create(shop.database.name + "url", "plain-Pw1")
    for table in shop.server.run("SHOW TABLES", shop.database.name).split():
        shop.server.run(f"RENAME TABLE `{shop.database.name}`.`{table}` TO `{database.name}`.`{table}`")
    url = f"mysql://{database.user}:plain-Pw1@127.0.0.1:{database.port}/{database.name}"
    (root / ".env").write_text(f"DATABASE_URL='{url}'\nDB_PREFIX='wpx_'\n")
    answer = ask(shop, root=root)
    assert gaps(answer) == {}
    assert "siteadmin" in people(answer)


def test_bedrock_with_local_values_over_the_shared_ones(shop: WordPress) -> None:
    root = bedrock(shop)
    wrong = _environment(shop) | {"DB_PASSWORD": "wrong", "DB_HOST": "127.0.0.1:1"}
    (root / ".env.local").write_text((root / ".env").read_text())
    (root / ".env").write_text(_written(wrong))
    assert gaps(ask(shop, root=root)) == {}


def test_bedrock_without_its_environment_says_what_is_missing(shop: WordPress) -> None:
    root = bedrock(shop)
    (root / ".env").unlink()
    answer = ask(shop, root=root)
    assert gaps(answer)["database"].reason.startswith("the database cannot be asked: DB_")
    assert "the environment's DB_" in gaps(answer)["database"].reason
    assert set(PLUGINS) <= set(software(answer, "plugin"))


@needs_root
def test_bedrock_whose_environment_may_not_be_read(shop: WordPress) -> None:
    root = bedrock(shop)
    (root / ".env").chmod(0o640)
    gap = gaps(ask(shop, root=root, account="nobody"))["database"]
    assert gap.reason == f"permission denied: {root}/.env (owner root:root, mode 0640)"
    assert gap.remedy


def test_another_application_with_a_blog_below_it_is_not_taken_for_one(shop: WordPress) -> None:
    (shop.root / "blog").mkdir()
    for path in list(shop.root.iterdir()):
        if path.name != "blog":
            path.rename(shop.root / "blog" / path.name)
    (shop.root / "index.php").write_text("<?php require 'app/bootstrap.php';")
    assert ask(shop).platform == ""
    assert ask(shop, root=shop.root / "blog").platform == "wordpress"
