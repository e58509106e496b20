"""ExpressionEngine installations as their files and tables are, small: made from what is known of real ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

SECRETS: Final = ("529652b3766a4a7e3b1ca2607275536e4a0e05c9", "REDACTED-HASH", "licence-4711")
"""What stands in the files and tables and must never leave the host; the database's password is one more."""

Line = Literal[7, 5]

_VERSIONS: Final[Mapping[Line, str]] = {7: "7.5.1", 5: "5.4.3"}
_CODE: Final[Mapping[Line, str]] = {7: "ExpressionEngine", 5: "EllisLab"}
_HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Built:
    """Where an installation stands."""

    public: Path  # the web server's folder
    system: Path
    line: Line


def build(
    folder: Path,
    database: Mapping[str, str | int],
    *,
    line: Line = 7,
    system: str = "system",
    now: datetime,
    prefix: str = "exp_",
    log_threshold: int | None = None,
) -> Built:
    """Writes a whole installation below `folder`: public/ and the system folder, a path as index.php would have it.

    `database` has host, name, user, password and perhaps port. The files of the harbour_events add-on are newer than
    what `tables` has of it.
    """
    built = Built(folder / "public", (folder / "public" / system).resolve(), line)
    write(built.public / "index.php", front(system, debug=0))
    write(built.public / "manage.php", front(system, debug=1))
    code = built.system / "ee"
    write(code / "legacy/libraries/Core.php", core(_VERSIONS[line]))
    write(code / _CODE[line] / "Tests/bootstrap.php", "<?php define('APP_VER', '4.0.0');\n")
    if line == 7:
        write(code / "eecli.php", "#!/usr/bin/env php\n")
        write(built.system.parent / ".env.php", "EE_INSTALL_MODE=FALSE\nEE_DB_HOST='" + str(database["host"]) + "'\n")
    write(code / f"installer_{_VERSIONS[line]}_671a2b/index.html", "")
    write(code / _CODE[line] / "Addons/comment/addon.setup.php", setup("Comment", "2.3.3"))
    write(code / _CODE[line] / "Addons/comment/upd.comment.php", "<?php\n")
    write(code / _CODE[line] / "Addons/rss/addon.setup.php", setup("RSS", "2.0.0"))
    write(code / _CODE[line] / "Addons/rss/mod.rss.php", "<?php\n")
    write(built.system / "user/config/config.php", config(database, line, prefix, log_threshold))
    write(built.system / "user/cache/current_version", current_version(now - timedelta(hours=3)))
    _write_addons(built.system / "user/addons")
    return built


def write(path: Path, text: str) -> None:
    """Writes a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def front(system: str, debug: int = 0) -> str:
    """index.php, or the control panel's file, as they are shipped; what follows the settings works on them."""
    return f"""<?php
/**
 * This source file is part of ExpressionEngine
 */
	$system_path = '{system}';
 //  $assign_to_config['site_name']  = 'domain2_short_name';
	$debug = {debug};
	$routing['directory'] = '';
	$routing['controller'] = 'ee';
	$system_path = $system_path ?: __DIR__;
	if (realpath($system_path) !== FALSE)
	{{
		$system_path = realpath($system_path);
	}}
	$system_path = rtrim($system_path, '/').'/';
	define('EESELF', basename(__FILE__));
	define('FCPATH', __DIR__.'/');
	define('SYSPATH', $system_path);
	define('DEBUG', $debug);  unset($debug);
	if (DEBUG == 1)
	{{
		error_reporting(E_ALL);
	}}
	else
	{{
		error_reporting(0);
	}}
	require_once SYSPATH . 'ee/ExpressionEngine/Boot/boot.php';
// EOF
"""


def core(version: str, build_date: str = "20241015") -> str:
    """The part of Core.php that holds the version, with the tabs of older lines."""
    return f"""<?php
class EE_Core {{
	public function bootstrap()
	{{
		// define('APP_VER', 'never');
		define('APP_NAME', 'ExpressionEngine');
		define('APP_BUILD',		'{build_date}');
		define('APP_VER',		'{version}');
		define('APP_VER_ID', '');
	}}
}}
"""


def config(
    database: Mapping[str, str | int], line: Line = 7, prefix: str = "exp_", threshold: int | None = None
) -> str:
    """user/config/config.php as the installer writes it; in line 7 the host comes from .env.php."""
    quoted = {key: str(value).replace("\\", "\\\\").replace("'", "\\'") for key, value in database.items()}
    host = f"getenv('EE_DB_HOST') ?: '{quoted['host']}'" if line == 7 else f"'{quoted['host']}'"
    logging = "" if threshold is None else f"$config['log_threshold'] = {threshold};\n"
    return f"""<?php  if ( ! defined('BASEPATH')) exit('No direct script access allowed');

$config['save_tmpl_files'] = 'y';
// ExpressionEngine Config Items
$config['app_version'] = '{_VERSIONS[line]}';
$config['encryption_key'] = '{SECRETS[0]}';
$config['license_number'] = '{SECRETS[2]}';
{logging}$config['database'] = array(
	'expressionengine' => array(
		'hostname' => {host},
		'database' => '{quoted["name"]}',
		'username' => '{quoted["user"]}',
		'password' => '{quoted["password"]}',
		'dbprefix' => '{prefix}',
		'char_set' => 'utf8mb4',
		'dbcollat' => 'utf8mb4_unicode_ci',
		'port'     => '{quoted.get("port", "")}'
	),
);
$config['show_ee_news'] = 'y';

// EOF
"""


def current_version(asked: datetime, latest: str = "7.5.15", severity: str = "high") -> str:
    """The cached answer of the update service, asked for at that time."""
    return (
        f'a:3:{{s:4:"time";i:{asked.timestamp():.0f};s:3:"ttl";i:86400;s:4:"data";a:3:{{s:14:"latest_version";'
        f's:{len(latest)}:"{latest}";s:10:"build_date";s:8:"20251015";s:8:"severity";s:{len(severity)}:"{severity}";}}}}'
    )


def current_version_list(asked: datetime, *releases: tuple[str, str]) -> str:
    """The same as ExpressionEngine 2 and 3 keep it: several releases, each with its severity."""
    rows = "".join(
        f'i:{at};a:3:{{i:0;s:{len(name)}:"{name}";i:1;s:8:"20180913";i:2;s:{len(severity)}:"{severity}";}}'
        for at, (name, severity) in enumerate(releases)
    )
    return f'a:3:{{s:4:"time";i:{asked.timestamp():.0f};s:3:"ttl";i:86400;s:4:"data";a:{len(releases)}:{{{rows}}}}}'


def failed_version_check(asked: datetime) -> str:
    """What is kept where the update service could not be reached."""
    return (
        f'a:3:{{s:4:"time";i:{asked.timestamp():.0f};s:3:"ttl";i:86400;s:4:"data";a:2:{{s:5:"error";b:1;'
        's:9:"error_msg";s:7:"timeout";}}'
    )


def setup(name: str, version: str) -> str:
    """An add-on's addon.setup.php."""
    return f"""<?php

return [
    'name'              => '{name}',
    'description'       => 'An add-on',
    'version'           => '{version}',
    'author'            => 'Harbour Agency',
    'namespace'         => 'Harbour\\Events',
    'settings_exist'    => false,
    'commands'          => ['harbour:seed' => Harbour\\Events\\Commands\\CommandSeed::class],
];
"""


def _write_addons(folder: Path) -> None:
    write(folder / "index.html", "")
    write(folder / "harbour_events/addon.setup.php", setup("Harbour Events", "2.3.1"))
    write(folder / "harbour_events/upd.harbour_events.php", "<?php\n")
    write(folder / "harbour_events/ext.harbour_events.php", "<?php\n")
    write(
        folder / "harbour_plain/addon.setup.php",
        "<?php\nif (! defined('HARBOUR_PLAIN_VERSION')) { define('HARBOUR_PLAIN_VERSION', '1.0.7'); }\n"
        "return array('author'=>'Harbour Agency','name'=>'Harbour Plain','version'=>HARBOUR_PLAIN_VERSION);\n",
    )
    write(folder / "harbour_plain/pi.harbour_plain.php", "<?php\n")
    write(
        folder / "harbour_tides/addon.setup.php",
        "<?php\nreturn ['name' => 'Harbour Tides', 'version' => Harbour\\Tides\\Release::NUMBER];\n",
    )
    write(folder / "harbour_tides/ft.harbour_tides.php", "<?php\n")


def tables(prefix: str, now: datetime, line: Line = 7) -> str:
    """The SQL that makes the tables and fills them with people whose last days are counted back from `now`."""
    schema = (_HERE / "expressionengine.sql").read_text(encoding="utf-8").replace("{px}", prefix)
    return schema + _installed(prefix) + (_members_7(prefix, now) if line == 7 else _members_5(prefix, now))


def _ago(now: datetime, days: float) -> int:
    return round((now - timedelta(days=days)).timestamp())


def _installed(prefix: str) -> str:
    return f"""
INSERT INTO `{prefix}modules` (module_name, module_version) VALUES ('Comment', '2.3.3'), ('Rss', '2.0.0'),
 ('Harbour_events', '2.2.0');
INSERT INTO `{prefix}extensions` (class, method, hook, settings, version, enabled) VALUES
 ('Comment_ext', 'addCommentMenu', 'cp_custom_menu', 'a:0:{{}}', '2.3.3', 'y'),
 ('Harbour_events_ext', 'a', 'b', '', '1.0.0', 'n');
INSERT INTO `{prefix}fieldtypes` (name, version, settings) VALUES ('text', '1.0.0', 'YTowOnt9'),
 ('harbour_tides', '0.9', 'YTowOnt9');
"""


_PEOPLE_7: Final = (
    # member_id, role_id, name, joined, last visit, last activity, second factor
    (1, 1, "eeadmin", 700, 0.2, 0.1, "y"),
    (2, 6, "ed_naomi", 700, 4, 4, "n"),
    (3, 6, "ed_oscar", 700, 210, 210, "n"),
    (4, 1, "super_old", 700, 800, 800, "n"),
    (5, 1, "super_never", 700, None, None, "n"),
    (6, 5, "member_pat", 700, 3, 3, "n"),
    (7, 5, "member_quinn", 700, 130, 70, "n"),
    (8, 2, "banned_rob", 700, 500, 500, "n"),
    (9, 4, "pending_sue", 700, None, None, "n"),
    (10, 5, "group_gina", 90, 12, 12, "n"),
    (11, 2, "banned_editor", 300, 200, 200, "n"),
)


def _members_7(prefix: str, now: datetime) -> str:
    rows = ", ".join(
        f"({number}, {role}, '{name}', '{name.replace('_', ' ').title()}', '{SECRETS[1]}', '', '{name}@ee.example', "
        f"{_ago(now, joined)}, {_ago(now, visit) if visit is not None else 0}, "
        f"{_ago(now, active) if active is not None else 0}, 'english', '{mfa}')"
        for number, role, name, joined, visit, active, mfa in _PEOPLE_7
    )
    return f"""
CREATE TABLE `{prefix}members` (
  `member_id` int(10) unsigned NOT NULL PRIMARY KEY, `role_id` int(10) NOT NULL DEFAULT 0,
  `username` varchar(75) NOT NULL, `screen_name` varchar(75) NOT NULL, `password` varchar(128) NOT NULL DEFAULT '',
  `unique_id` varchar(40) NOT NULL, `email` varchar(254) NOT NULL, `join_date` bigint(10) unsigned NOT NULL DEFAULT 0,
  `last_visit` int(10) unsigned NOT NULL DEFAULT 0, `last_activity` int(10) unsigned NOT NULL DEFAULT 0,
  `language` varchar(50) NOT NULL, `enable_mfa` char(1) NOT NULL DEFAULT 'n', KEY `role_id` (`role_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `{prefix}members` VALUES {rows};
INSERT INTO `{prefix}roles` (role_id, name, short_name, is_locked) VALUES (1, 'Super Admin', 'super_admin', 'y'),
 (2, 'Banned', 'banned', 'n'), (3, 'Guests', 'guests', 'n'), (4, 'Pending', 'pending', 'n'),
 (5, 'Members', 'members', 'n'), (6, 'Club Editors', 'club_editors', 'n'), (7, 'Designers', 'designers', 'n');
INSERT INTO `{prefix}members_roles` VALUES (1, 1), (2, 6), (3, 6), (4, 1), (5, 1), (6, 5), (7, 5), (7, 6), (8, 2),
 (9, 4), (10, 5), (11, 2), (11, 6);
INSERT INTO `{prefix}role_groups` VALUES (3, 'Agency');
INSERT INTO `{prefix}roles_role_groups` VALUES (7, 3);
INSERT INTO `{prefix}members_role_groups` VALUES (10, 3);
INSERT INTO `{prefix}permissions` (role_id, site_id, permission) VALUES (1, 1, 'can_access_cp'),
 (1, 1, 'can_access_design'), (5, 1, 'can_email_from_profile'), (6, 1, 'can_access_cp'), (6, 2, 'can_access_cp'),
 (6, 1, 'can_access_publish'), (7, 1, 'can_access_cp'), (7, 1, 'can_edit_templates'), (7, 1, 'can_access_design');
INSERT INTO `{prefix}config` (site_id, `key`, value) VALUES (0, 'enable_mfa', 'y'), (1, 'enable_comments', 'y');
INSERT INTO `{prefix}cp_log` (member_id, username, act_date, action) VALUES
 (1, 'eeadmin', {_ago(now, 0.15)}, 'Logged in'), (1, 'eeadmin', {_ago(now, 30)}, 'Logged in'),
 (7, 'member_quinn', {_ago(now, 131)}, 'Angemeldet');
"""


def _members_5(prefix: str, now: datetime) -> str:
    people = (
        # member_id, group_id, name, joined, last visit, last activity
        (1, 1, "eeadmin", 2000, 1, 0.5),
        (2, 6, "ed_naomi", 1500, 95, 61),
        (3, 6, "ed_never", 1500, None, None),
        (4, 5, "member_pat", 1400, 3, 3),
        (5, 2, "banned_rob", 1400, 500, 500),
    )
    rows = ", ".join(
        f"({number}, {group}, '{name}', '{name}', '{SECRETS[1]}', '', '{name}@ee.example', {_ago(now, joined)}, "
        f"{_ago(now, visit) if visit is not None else 0}, {_ago(now, active) if active is not None else 0}, 'english')"
        for number, group, name, joined, visit, active in people
    )
    return f"""
CREATE TABLE `{prefix}members` (
  `member_id` int(10) unsigned NOT NULL PRIMARY KEY, `group_id` smallint(4) NOT NULL DEFAULT 0,
  `username` varchar(75) NOT NULL, `screen_name` varchar(75) NOT NULL, `password` varchar(128) NOT NULL DEFAULT '',
  `unique_id` varchar(40) NOT NULL, `email` varchar(75) NOT NULL, `join_date` int(10) unsigned NOT NULL DEFAULT 0,
  `last_visit` int(10) unsigned NOT NULL DEFAULT 0, `last_activity` int(10) unsigned NOT NULL DEFAULT 0,
  `language` varchar(50) NOT NULL, KEY `group_id` (`group_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
INSERT INTO `{prefix}members` VALUES {rows};
INSERT INTO `{prefix}member_groups` (group_id, site_id, group_title, can_access_cp, can_access_design,
 can_access_members) VALUES (1, 1, 'Super Admin', 'y', 'y', 'y'), (2, 1, 'Banned', 'n', 'n', 'n'),
 (5, 1, 'Members', 'n', 'n', 'n'), (6, 1, 'Club Editors', 'y', 'n', 'n'), (6, 2, 'Club Editors', 'y', 'y', 'n');
INSERT INTO `{prefix}cp_log` (member_id, username, act_date, action) VALUES
 (1, 'eeadmin', {_ago(now, 1)}, 'Logged in');
"""
