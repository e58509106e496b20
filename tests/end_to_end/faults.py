"""What is planted in the estate, what a round has to say of it, and how each fault is mended."""

import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from checks.versions.lifecycles import catalogue_of
from tests.end_to_end.estate import LIST, LISTED, Estate
from tests.end_to_end.host import OPEN_PORT
from tests.servers import expressionengine, magento
from tests.servers.php import literal
from tests.servers.wordpress import write_config, write_headers

Truth = tuple[str | None, str, str, str]
"""Site (None: the host), check, item and state of a finding."""

PLUGINS: Final = {
    "akismet/akismet.php": ("Akismet Anti-spam", "5.6"),  # current
    "contact-form-7/wp-contact-form-7.php": ("Contact Form 7", "5.9.8"),  # outdated
    "harbour-stock/harbour-stock.php": ("Stock", "0.9.4"),  # no source knows it
}
OUTDATED, NEWER, UNKNOWN = "contact-form-7/wp-contact-form-7.php", "6.1.6", "harbour-stock/harbour-stock.php"
FATAL: Final = "Call to undefined function harbour_push()"


def truth(built: Estate) -> Mapping[Truth, str]:
    """All that is wrong with the faulty estate, each with how it was planted."""
    return {
        (None, "disk", str(built.host.disk), "critical"): "a file that fills the disk to 97 %",
        (None, "firewall", f"tcp/{OPEN_PORT}", "critical"): "a listener on 0.0.0.0 and a rule that lets everybody in",
        ("books", "logs", f"fatal:{FATAL}", "critical"): "a fatal error of an hour ago in debug.log",
        ("books", "logs", "exposed:wp-content/debug.log", "warning"): "that log lies where visitors' files lie",
        ("books", "versions", f"plugin:{OUTDATED}", "warning"): "5.9.8 on disk, 6.1.6 in the update transient",
        ("books", "users", "account:old_admin", "critical"): "an administrator last seen 200 days ago",
        ("books", "dnsbl", f"{LISTED} {LIST}", "critical"): "its address in rbldnsd's zone",
        ("shop", "versions", "core", "critical"): "2.4.7-p3",
        ("shop", "users", "account:bob", "critical"): "last login 700 days ago",
        ("shop", "users", "account:dave", "critical"): "created 200 days ago, lognum 0",
        ("shop", "users", "second-factor", "warning"): "Magento_TwoFactorAuth is off",
        ("club", "versions", "core", "critical"): "7.5.1, and the cached answer 7.5.15 with severity high",
        ("club", "versions", "addon:harbour_events/unfinished", "warning"): "files 2.3.1, table 2.2.0",
        ("club", "logs", f"log:{built.host.sites}/club/eesys/user/logs/log-*.php", "warning"): "log_threshold is 0",
        ("club", "logs", "log:index.php", "warning"): "$debug is 0 in index.php",
        ("club", "users", "account:ed_oscar", "critical"): "last active 210 days ago",
        ("club", "users", "account:super_old", "critical"): "last active 800 days ago",
        ("club", "users", "account:super_never", "critical"): "joined 700 days ago, never active",
        ("club", "users", "account:member_quinn", "warning"): "last active 70 days ago",
        ("club", "users", "second-factor", "warning"): "enable_mfa is n for six of seven",
    }


def plant(built: Estate) -> None:
    """Make everything faulty that `truth` tells of."""
    books = built.books
    for path, (name, version) in PLUGINS.items():
        write_headers(books.root / "wp-content/plugins" / path, {"Plugin Name": name, "Version": version})
    built.host.on_host(lambda: books.boot(_people(built.now) + _updates(built.now, outdated=True)))
    write_config(books, {"WP_DEBUG": True, "WP_DEBUG_LOG": True})
    books.root.joinpath("wp-content/debug.log").write_text(fatal_error(books.root, built.now))
    _quiet_logs(built)
    fill(built, 97)
    built.host.load(OPEN_PORT)


def mend(built: Estate) -> None:
    """Mend it all, as people would."""
    books, now = built.books, built.now
    write_headers(books.root / "wp-content/plugins" / OUTDATED, {"Plugin Name": "Contact Form 7", "Version": NEWER})
    seen_again = f"$u = get_user_by('login', 'old_admin'); {_seen('$u->ID', now, days=1)}"
    built.host.on_host(lambda: books.boot(seen_again + _updates(now, outdated=False)))
    log = built.host.sites / "logs/books.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text("")
    write_config(books, {"WP_DEBUG": True, "WP_DEBUG_LOG": str(log)})
    books.root.joinpath("wp-content/debug.log").unlink()
    _mend_shop(built)
    _mend_club(built)
    (built.host.on_disk / "filler").unlink()
    built.host.load()


def fill(built: Estate, percent: float) -> None:
    """Fill the disk until it is so full as `df` counts."""
    space = os.statvfs(built.host.on_disk)
    used, left = space.f_blocks - space.f_bfree, space.f_bavail
    wanted = int((used + left) * percent / 100) - used
    (built.host.on_disk / "filler").write_bytes(b"x" * (wanted * space.f_frsize))


def fatal_error(root: Path, now: datetime, message: str = FATAL) -> str:
    """An error that ends the page, and warnings, as PHP writes them."""
    at = f"{now - timedelta(hours=1):%d-%b-%Y %H:%M:%S} UTC"
    file = root / "wp-content/plugins/harbour-stock/harbour-stock.php"
    warnings = "".join(f'[{at}] PHP Warning:  Undefined array key "sku" in {file} on line {n}\n' for n in (16, 16, 17))
    return (
        f"{warnings}[{at}] PHP Fatal error:  Uncaught Error: {message} in {file}:88\nStack trace:\n"
        f"#0 {file}(41): stock('jane@example.com')\n#1 {{main}}\n  thrown in {file} on line 88\n"
    )


def _seen(user: str, now: datetime, days: float) -> str:
    at = int((now - timedelta(days=days)).timestamp())
    session = {"expiration": at + 172800, "ip": "203.0.113.7", "ua": "Mozilla", "login": at}
    return f"update_user_meta({user}, 'session_tokens', {literal({'a' * 64: session})});"


def _people(now: datetime) -> str:
    """Three who may administer or edit, and one who may not."""
    code = f"$u = get_user_by('login', 'siteadmin'); {_seen('$u->ID', now, days=2)}"
    for login, role, days in (("old_admin", "administrator", 200), ("jane", "editor", 5), ("amy", "subscriber", 300)):
        fields = {"user_login": login, "user_pass": "not-the-password", "role": role}
        fields |= {"user_email": f"{login}@wp.example", "user_registered": "2020-01-02 03:04:05"}
        code += f"$id = wp_insert_user({literal(fields)}); if (is_wp_error($id)) {{ exit(1); }}"
        code += _seen("$id", now, days)
    return code


def _updates(now: datetime, *, outdated: bool) -> str:
    """What WordPress keeps of its three update checks; plugins as objects, themes as arrays."""
    asked = int(now.timestamp()) - 3600
    offers = {key: version for key, (_, version) in PLUGINS.items() if key != UNKNOWN} | {OUTDATED: NEWER}
    checked = {key: version for key, (_, version) in PLUGINS.items()} | ({} if outdated else {OUTDATED: NEWER})
    return f"""
    global $wp_version; $newer = array(); $current = array(); $checked = {literal(checked)};
    foreach ({literal(offers)} as $key => $version) {{
        $offer = (object) array('id' => 'w.org/plugins/x', 'slug' => dirname($key), 'plugin' => $key,
            'new_version' => $version, 'package' => 'https://downloads.wordpress.org/x.zip');
        if (version_compare($version, $checked[$key], '>')) {{ $newer[$key] = $offer; }}
        else {{ $current[$key] = $offer; }}
    }}
    set_site_transient('update_plugins', (object) array('last_checked' => {asked}, 'checked' => $checked,
        'response' => $newer, 'no_update' => $current, 'translations' => array()));
    set_site_transient('update_themes', (object) array('last_checked' => {asked}, 'response' => array(),
        'checked' => array('harbour' => '1.4'), 'no_update' => array('harbour' => array('new_version' => '1.4'))));
    set_site_transient('update_core', (object) array('last_checked' => {asked}, 'version_checked' => $wp_version,
        'updates' => array((object) array('response' => 'latest', 'current' => $wp_version, 'version' => $wp_version,
        'locale' => 'en_US')), 'translations' => array()));
    """


def _quiet_logs(built: Estate) -> None:
    """The shop's builder writes errors of one fixed day; a round has to find the planted ones alone."""
    var = built.roots["shop"] / "var"
    for path in (*var.glob("log/*"), *var.glob("report/*")):
        path.unlink()
    at = f"{built.now - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}.000000+00:00"
    (var / "log/system.log").write_text(f"[{at}] main.INFO: cron ran [] []\n")


def _mend_shop(built: Estate) -> None:
    """The newest release that the catalogue knows, with the second factor on, and everybody back."""
    catalogue = catalogue_of("core", "magento/product-community-edition")
    assert catalogue
    newest = catalogue.lines[0].newest
    assert newest
    root, database = built.roots["shop"], built.shop
    settings = {"host": f"127.0.0.1:{database.port}", "name": database.name}
    settings |= {"user": database.user, "password": database.password}
    magento.build(root, settings, version=newest)
    modules = root / "app/etc/config.php"
    modules.write_text(modules.read_text().replace("'Magento_TwoFactorAuth' => 0", "'Magento_TwoFactorAuth' => 1"))
    _quiet_logs(built)
    built.host.database.run(
        "UPDATE mg_admin_user SET logdate = UTC_TIMESTAMP(), lognum = lognum + 1;"
        "REPLACE INTO mg_tfa_user_config (user_id, encoded_providers, encoded_config)"
        " SELECT user_id, '[\"google\"]', REPEAT('Q', 120) FROM mg_admin_user;",
        "shop",
    )


def _mend_club(built: Estate) -> None:
    """Updated, its add-on's update ended, its logging on, everybody back with a second factor."""
    public, system = built.roots["club"], built.host.sites / "club/eesys"
    (system / "ee/legacy/libraries/Core.php").write_text(expressionengine.core("7.5.15"))
    config = system / "user/config/config.php"
    text = config.read_text().replace("'7.5.1'", "'7.5.15'")
    config.write_text(text.replace("$config['show_ee_news']", "$config['log_threshold'] = 1;\n$config['show_ee_news']"))
    (system / "user/logs").mkdir()
    (public / "index.php").write_text(expressionengine.front("../eesys", debug=1))
    built.host.database.run(
        "UPDATE exp_modules SET module_version = '2.3.1' WHERE module_name = 'Harbour_events';"
        "UPDATE exp_members SET last_visit = UNIX_TIMESTAMP(), last_activity = UNIX_TIMESTAMP(), enable_mfa = 'y';",
        "club",
    )


def told(round_: Mapping[str, Any]) -> list[Truth]:
    """What a round says is not well. The number of an error in a log is of its message, which stands for it here."""
    return [(one["site"], one["check"], _item(one), one["state"]) for one in round_["findings"] if one["state"] != "ok"]


def _item(one: Mapping[str, Any]) -> str:
    return f"fatal:{one['data']['message']}" if one["kind"] == "fatal-error" else str(one["item"])
