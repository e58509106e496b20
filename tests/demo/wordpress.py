"""A WordPress with planted faults: its files and its tables, as far as the rounds look at them."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.demo.serialized import Thing, serialize

CORE = "6.9.1"
PLUGINS = {
    "akismet/akismet.php": ("Akismet Anti-spam", "5.6"),
    "contact-form-7/wp-contact-form-7.php": ("Contact Form 7", "6.1.6"),
}
NEWER = {"akismet/akismet.php": "5.7"}

TABLES = """
CREATE TABLE wp_options (option_id BIGINT PRIMARY KEY AUTO_INCREMENT, option_name VARCHAR(191) UNIQUE,
  option_value LONGTEXT, autoload VARCHAR(20) DEFAULT 'yes') DEFAULT CHARSET utf8mb4;
CREATE TABLE wp_users (ID BIGINT PRIMARY KEY AUTO_INCREMENT, user_login VARCHAR(60), user_pass VARCHAR(255),
  user_nicename VARCHAR(50), user_email VARCHAR(100), user_url VARCHAR(100), user_registered DATETIME,
  user_activation_key VARCHAR(255), user_status INT DEFAULT 0, display_name VARCHAR(250)) DEFAULT CHARSET utf8mb4;
CREATE TABLE wp_usermeta (umeta_id BIGINT PRIMARY KEY AUTO_INCREMENT, user_id BIGINT, meta_key VARCHAR(255),
  meta_value LONGTEXT) DEFAULT CHARSET utf8mb4;
CREATE TABLE wp_posts (ID BIGINT PRIMARY KEY AUTO_INCREMENT, post_author BIGINT, post_date_gmt DATETIME,
  post_modified_gmt DATETIME, post_type VARCHAR(20), post_status VARCHAR(20)) DEFAULT CHARSET utf8mb4;
CREATE TABLE wp_comments (comment_ID BIGINT PRIMARY KEY AUTO_INCREMENT, user_id BIGINT, comment_date_gmt DATETIME)
  DEFAULT CHARSET utf8mb4;
"""


def build(root: Path, database: Mapping[str, str], now: datetime) -> str:
    """Write the files below `root` and give the SQL that fills the database: its host, name, user, password."""
    files = {
        "wp-load.php": "<?php\n",
        "wp-settings.php": "<?php\n",
        "wp-blog-header.php": "<?php\n",
        "index.php": "<?php\nrequire __DIR__ . '/wp-blog-header.php';\n",
        "wp-includes/version.php": f"<?php\n$wp_version = '{CORE}';\n$wp_db_version = 60717;\n",
        "wp-config.php": _config(database),
        "wp-content/themes/harbour/style.css": "/*\nTheme Name: Harbour\nVersion: 1.4\n*/\n",
        "wp-content/debug.log": _debug_log(root, now),
    }
    for path, (name, version) in PLUGINS.items():
        files[f"wp-content/plugins/{path}"] = f"<?php\n/*\nPlugin Name: {name}\nVersion: {version}\n*/\n"
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return TABLES + "".join(_rows(now))


def _config(database: Mapping[str, str]) -> str:
    constants = {f"DB_{key.upper()}": value for key, value in database.items()}
    lines = [f"define('{key}', '{value}');" for key, value in constants.items()]
    lines += ["define('WP_DEBUG', true);", "define('WP_DEBUG_LOG', true);", "$table_prefix = 'wp_';"]
    return "<?php\n" + "\n".join(lines) + "\nrequire_once __DIR__ . '/wp-settings.php';\n"


def _debug_log(root: Path, now: datetime) -> str:
    at = f"{now - timedelta(hours=2):%d-%b-%Y %H:%M:%S} UTC"
    plugin = root / "wp-content/plugins/contact-form-7/includes/mail.php"
    return (
        f'[{at}] PHP Warning:  Undefined array key "sku" in {plugin} on line 16\n'
        f"[{at}] PHP Fatal error:  Uncaught Error: Call to undefined function mail_queue_push() in {plugin}:88\n"
        f"Stack trace:\n#0 {plugin}(41): send_mail('jane@example.com')\n#1 {{main}}\n  thrown in {plugin} on line 88\n"
    )


def _rows(now: datetime) -> Iterable[str]:
    stamp = int(now.timestamp())
    core = Thing({"updates": [_offer("6.9.7", "autoupdate")], "last_checked": stamp - 3600, "version_checked": CORE})
    response = {path: Thing({"slug": path.split("/")[0], "new_version": new}) for path, new in NEWER.items()}
    current = {path: Thing({"new_version": version}) for path, (_, version) in PLUGINS.items() if path not in NEWER}
    checked = {path: version for path, (_, version) in PLUGINS.items()}
    plugins = Thing({"last_checked": stamp - 3600, "checked": checked, "response": response, "no_update": current})
    themes = Thing({"last_checked": stamp - 3600, "checked": {"harbour": "1.4"}, "response": {}, "no_update": {}})
    admin = {"name": "Administrator", "capabilities": {"manage_options": True, "edit_users": True}}
    options = {
        "db_version": "60717",
        "active_plugins": serialize(list(PLUGINS)),
        "template": "harbour",
        "stylesheet": "harbour",
        "wp_user_roles": serialize({"administrator": admin}),
        "_site_transient_update_core": serialize(core),
        "_site_transient_update_plugins": serialize(plugins),
        "_site_transient_update_themes": serialize(themes),
    }
    yield from (_insert("wp_options", option_name=name, option_value=value) for name, value in options.items())
    yield from _user(1, "jane", now - timedelta(days=900), now - timedelta(days=2))
    yield from _user(2, "old_agency", now - timedelta(days=1500), now - timedelta(days=400))


def _offer(version: str, response: str) -> Thing:
    return Thing({"response": response, "current": version, "version": version, "locale": "en_US"})


def _user(number: int, login: str, created: datetime, used: datetime) -> Iterable[str]:
    registered = f"{created.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    email = f"{login}@harbour.example"
    yield _insert(
        "wp_users", ID=number, user_login=login, user_email=email, user_registered=registered, display_name=login
    )
    seen = int(used.timestamp())
    sessions = {"a" * 64: {"expiration": seen + 172800, "ip": "203.0.113.9", "ua": "browser", "login": seen}}
    metas = {"wp_capabilities": serialize({"administrator": True}), "session_tokens": serialize(sessions)}
    yield from (_insert("wp_usermeta", user_id=number, meta_key=key, meta_value=value) for key, value in metas.items())


def _insert(table: str, **values: str | int) -> str:
    written = (
        str(value) if isinstance(value, int) else "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
        for value in values.values()
    )
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(written)});\n"
