"""Debian's own WordPress, really installed into a folder and a database of ours."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.servers.mariadb import Database, MariaDb
from tests.servers.php import literal

PACKAGE: Final = Path("/usr/share/wordpress")
HOST: Final = "shop.example"

_SETTINGS: Final = {
    "DISABLE_WP_CRON": True,
    "WP_HTTP_BLOCK_EXTERNAL": True,
    "AUTOMATIC_UPDATER_DISABLED": True,
}
_INSTALL: Final = """
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
wp_install('Harbour Books', 'siteadmin', 'siteadmin@wp.example', true, '', 'not-the-password');
"""
_NETWORK: Final = """
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
foreach ($wpdb->tables('ms_global') as $table => $prefixed) { $wpdb->$table = $prefixed; }
install_network();
$done = populate_network(1, %s, 'siteadmin@wp.example', 'Harbour Network', '/', false);
if (is_wp_error($done) && !$done->get_error_data()) { exit($done->get_error_message()); }
"""


@dataclass(frozen=True, slots=True)
class WordPress:
    """One installation: its web root (files below it are its own, but for core's folders), and its database."""

    root: Path
    database: Database
    server: MariaDb
    prefix: str

    def boot(self, code: str, before: str = "") -> str:
        """Run PHP inside the booted site, as a visitor would make it run; gives what it printed."""
        start = f"$_SERVER['HTTP_HOST'] = {literal(HOST)}; $_SERVER['REQUEST_URI'] = '/'; {before}"
        start += f"$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1'; require {literal(str(self.root / 'wp-load.php'))};"
        command = [
            "php",
            "-d",
            "display_errors=stderr",
            "-d",
            "error_reporting=E_ERROR",
            "-d",
            "sendmail_path=/bin/true",
        ]
        done = subprocess.run(
            [*command, "-r", start + code], capture_output=True, check=False, text=True, timeout=120, cwd=self.root
        )
        if done.returncode or "Fatal error" in done.stderr:
            raise RuntimeError(f"WordPress says: {done.stderr[-2000:]}{done.stdout[-2000:]}")
        return done.stdout

    def plugin(self, path: str, headers: Mapping[str, str], *, active: bool = False, code: str = "") -> None:
        """Write a plugin, or anything else with headers, below the folder of plugins, and perhaps activate it."""
        write_headers(self.root / "wp-content/plugins" / path, headers, code)
        if active:
            self.boot(
                "require_once ABSPATH . 'wp-admin/includes/plugin.php'; $done = activate_plugin("
                f"{literal(path)}); if (is_wp_error($done)) {{ fwrite(STDERR, $done->get_error_message()); exit(1); }}"
            )

    def user(self, login: str, role: str, created: str = "2020-01-02 03:04:05", **meta: object) -> int:
        """Make an account with a role and meta values; gives its number."""
        fields = {"user_login": login, "user_pass": "x", "user_email": f"{login}@wp.example", "role": role}
        fields |= {"user_registered": created, "display_name": login.title()}
        code = f"$id = wp_insert_user({literal(fields)}); if (is_wp_error($id)) {{ exit(1); }}"
        for key, value in meta.items():
            code += f"update_user_meta($id, {literal(key.replace('__', '-'))}, {literal(value)});"
        return int(self.boot(code + "echo $id;"))

    def transient(self, name: str, value: object) -> None:
        """Keep a site transient the way WordPress itself does."""
        self.boot(f"set_site_transient({literal(name)}, (object) {literal(value)});")

    def config(self) -> Path:
        """Its wp-config.php."""
        return self.root / "wp-config.php"


def install(
    server: MariaDb, root: Path, name: str, prefix: str = "wpx_", constants: Mapping[str, object] = {}
) -> WordPress:
    """A freshly installed site with one administrator, `siteadmin`, in an empty database."""
    site = WordPress(root, server.create(name), server, prefix)
    place_files(root)
    write_config(site, constants)
    site.boot(_INSTALL, "define('WP_INSTALLING', true);")
    return site


def install_network(server: MariaDb, root: Path, name: str, blogs: Sequence[str] = ("/north/", "/south/")) -> WordPress:
    """A network of sites below one host name."""
    site = install(server, root, name, "net_", {"WP_ALLOW_MULTISITE": True})
    site.boot(_NETWORK % literal(HOST), "define('WP_INSTALLING_NETWORK', true); define('WP_NETWORK_ADMIN', true);")
    constants = {"MULTISITE": True, "SUBDOMAIN_INSTALL": False, "DOMAIN_CURRENT_SITE": HOST, "PATH_CURRENT_SITE": "/"}
    constants |= {"SITE_ID_CURRENT_SITE": 1, "BLOG_ID_CURRENT_SITE": 1, "WP_ALLOW_MULTISITE": True}
    write_config(site, constants)
    for path in blogs:
        site.boot(f"$id = wpmu_create_blog({literal(HOST)}, {literal(path)}, 'A site', 1); if (!is_int($id)) exit(1);")
    return site


def clone(site: WordPress, root: Path, name: str) -> WordPress:
    """The same site once more, in a folder and a database of its own, to be changed at will."""
    database = site.server.create(name)
    wanted = f"SELECT table_name FROM information_schema.tables WHERE table_schema = '{site.database.name}'"
    copies = [
        f"CREATE TABLE `{name}`.`{table}` LIKE `{site.database.name}`.`{table}`;"
        f"INSERT INTO `{name}`.`{table}` SELECT * FROM `{site.database.name}`.`{table}`;"
        for table in site.server.run(wanted).split()
    ]
    site.server.run("SET sql_mode=''; " + "".join(copies))
    shutil.copytree(site.root, root, symlinks=True)
    config = site.config().read_text().replace(f"'{site.database.name}'", f"'{name}'")
    copied = WordPress(root, database, site.server, site.prefix)
    copied.config().write_text(config)
    return copied


def place_files(root: Path) -> None:
    """The package's files: those at the top as copies, so that WordPress takes this folder for its own."""
    root.mkdir(parents=True, exist_ok=True)
    for source in PACKAGE.iterdir():
        if source.name in ("wp-admin", "wp-includes"):
            (root / source.name).symlink_to(source)
        elif source.is_file() and source.name not in ("wp-config.php", ".htaccess"):
            shutil.copyfile(source, root / source.name)
    for folder in ("plugins", "themes", "uploads"):
        (root / "wp-content" / folder).mkdir(parents=True, exist_ok=True)
    headers = {"Theme Name": "Harbour", "Version": "1.4"}
    write_headers(root / "wp-content/themes/harbour/style.css", headers, opening="")
    (root / "wp-content/themes/harbour/index.php").write_text("<?php\n")


def write_config(site: WordPress, constants: Mapping[str, object] = {}, path: Path | None = None) -> None:
    """wp-config.php as people have it; `constants` come on top of what tests need."""
    database = site.database
    values: dict[str, object] = {
        "DB_NAME": database.name,
        "DB_USER": database.user,
        "DB_PASSWORD": database.password,
        "DB_HOST": f"127.0.0.1:{database.port}",
        "DB_CHARSET": "utf8mb4",
        "WP_DEFAULT_THEME": "harbour",
        **_SETTINGS,
        **constants,
    }
    lines = [f"define( {literal(name)}, {literal(value)} );" for name, value in values.items()]
    lines += [f"$table_prefix = {literal(site.prefix)};"]
    lines += ["if ( ! defined( 'ABSPATH' ) ) {", "\tdefine( 'ABSPATH', __DIR__ . '/' );", "}"]
    lines += ["require_once ABSPATH . 'wp-settings.php';"]
    (path or site.config()).write_text("<?php\n" + "\n".join(lines) + "\n")


def write_headers(path: Path, headers: Mapping[str, str], code: str = "", opening: str = "<?php\n") -> None:
    """A file that begins with a comment of such headers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = opening + "/**\n" + "".join(f" * {name}: {value}\n" for name, value in headers.items()) + " */\n" + code
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def owned_by(root: Path, account: str) -> None:
    """Hand all files of a folder to an account; only root can."""
    for folder, folders, files in os.walk(root):
        for name in (".", *folders, *files):
            path = Path(folder, name)
            if not path.is_symlink():
                shutil.chown(path, account, account)
