"""Magento 1 and OpenMage installations as their files and tables are, small: made from what is known of real ones."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from tests.servers.magento import write

SECRETS: Final = ("664b76998bf3ce42e5f4b6c3e1e14c1e", "hidden-panel-9Qx", "REDACTED-HASH")
"""What stands in the files and tables and must never leave the host; the database's password is one more."""

_MODULE: Final = """<?xml version="1.0"?>
<!-- <Commented_Out> -->
<config>
    <modules>
        <{name}>
            <active>{active}</active>
            <codePool>{pool}</codePool>
        </{name}>
    </modules>
</config>
"""


def build(folder: Path, database: Mapping[str, str | int], *, prefix: str = "om_", version: str = "20.12.3") -> None:
    """Writes a whole installation: OpenMage 19 or 20, or Magento 1 for versions that begin with 1 and a dot.

    `database` has host (all forms that Magento knows), name, user and password.
    """
    write(folder / "app/Mage.php", mage_php(version))
    write(folder / "app/etc/local.xml", local_xml(database, prefix))
    write(folder / "app/etc/modules/Mage_All.xml", module_xml("Mage_Core", "core"))
    write(folder / "app/etc/modules/Harbour_Sync.xml", module_xml("Harbour_Sync", "local"))
    write(folder / "app/etc/modules/Aoe_Scheduler.xml", module_xml("Aoe_Scheduler", "community", active=False))
    write(folder / "app/etc/modules/Gone_Away.xml", module_xml("Gone_Away", "community"))
    write(folder / "app/code/local/Harbour/Sync/etc/config.xml", config_xml("Harbour_Sync", "1.3.0", "harbour_setup"))
    write(folder / "app/code/community/Aoe/Scheduler/etc/config.xml", config_xml("Aoe_Scheduler", "1.5.0"))
    write(folder / "index.php", "<?php\n")
    write(folder / "var/log/system.log", "2026-11-22T22:45:06+00:00 ERR (3): Stock feed rejected token\n")
    write(
        folder / "var/log/exception.log", "2026-11-22T22:45:06+00:00 ERR (3): \nException: Feed refused in /om.php:4\n"
    )
    write(folder / "var/report/1032754301266", 'a:1:{i:0;s:12:"Feed refused";}')


def module_xml(name: str, pool: str, *, active: bool = True) -> str:
    """A declaration in app/etc/modules."""
    return _MODULE.format(name=name, pool=pool, active="true" if active else "false")


def config_xml(name: str, version: str, setup: str = "") -> str:
    """A module's etc/config.xml, with the name of its setup resource if it has one."""
    resources = f"<resources><{setup}><setup><module>{name}</module></setup></{setup}></resources>" if setup else ""
    return (
        f"<config><modules><{name}><version>{version}</version></{name}></modules>"
        f"<global>{resources}</global></config>\n"
    )


def local_xml(database: Mapping[str, str | int], prefix: str, more: str = "") -> str:
    """app/etc/local.xml as the installer writes it, with its secrets; `more` stands behind the global part."""
    texts = {name: str(value).replace("]]>", "]]]]><![CDATA[>") for name, value in database.items()}
    return f"""<?xml version="1.0"?>
<!--
/**
 * NOTICE OF LICENSE: it's "free" > everything
 */
-->
<config>
    <global>
        <install><date><![CDATA[Sun, 22 Nov 2026 22:27:24 +0000]]></date></install>
        <crypt><key><![CDATA[{SECRETS[0]}]]></key></crypt>
        <disable_local_modules>false</disable_local_modules>
        <resources>
            <db><table_prefix><![CDATA[{prefix}]]></table_prefix></db>
            <default_setup>
                <connection>
                    <host><![CDATA[{texts["host"]}]]></host>
                    <username><![CDATA[{texts["user"]}]]></username>
                    <password><![CDATA[{texts["password"]}]]></password>
                    <dbname><![CDATA[{texts["name"]}]]></dbname>
                    <pdoType><![CDATA[]]></pdoType>
                    <persistent/>
                    <active>1</active>
                </connection>
            </default_setup>
        </resources>
    </global>
    {more}
    <admin><routers><adminhtml><args><frontName><![CDATA[{SECRETS[1]}]]></frontName></args></adminhtml></routers></admin>
</config>
"""


def mage_php(version: str, edition: str = "COMMUNITY") -> str:
    """app/Mage.php with the versions it states: plain text before 1.4, then an array, in OpenMage three of them."""
    if version.startswith("1.") and version.split(".")[1] in "0123":
        return f"<?php\nfinal class Mage {{\n  public static function getVersion()\n  {{ return '{version}'; }}\n}}\n"
    own = "" if version.startswith("1.") else _openmage_functions(version)
    base = version if version.startswith("1.") else "1.9.4.5"
    names = ("major", "minor", "revision", "patch")
    return f"""<?php
final class Mage
{{
    private static $_currentEdition = self::EDITION_{edition};

    // 'major' => '9' in a comment is no version
    public static function getVersionInfo()
    {{
        return array({_numbers(dict(zip(names, base.split("."), strict=False)))});
    }}
{own}}}
"""


def _openmage_functions(version: str) -> str:
    parts, _, extra = version.partition("-")
    stability, _, number = extra.partition(".")
    numbers = dict(zip(("major", "minor", "patch"), parts.split("."), strict=True))
    mine = _numbers({**numbers, "stability": stability, "number": number})
    other = _numbers({"major": "19", "minor": "5", "patch": "3", "stability": "", "number": ""})
    if version.startswith("19"):
        mine, other = _numbers({"major": "20", "minor": "0", "patch": "20", "stability": "", "number": ""}), mine
    return f"""
    public static function getOpenMageVersionInfo(): array
    {{
        if (self::getOpenMageMajorVersion() === 20) {{
            return [{mine}];
        }}

        return [{other}];
    }}

    public static function getOpenMageMajorVersion(): int
    {{
        return {numbers["major"]};
    }}
"""


def _numbers(numbers: Mapping[str, str]) -> str:
    full = {"stability": "", "number": "", "patch": ""} | dict(numbers)
    return ", ".join(f"'{name}' => '{value}'" for name, value in full.items())


def tables(prefix: str, now: datetime, *, logging: bool = True) -> str:
    """The SQL that makes the tables and fills them with people whose last days are counted back from `now`."""

    def ago(days: float) -> str:
        return f"'{(now - timedelta(days=days)):%Y-%m-%d %H:%M:%S}'"

    return (
        _SCHEMA.replace("{px}", prefix)
        + f"""
INSERT INTO `{prefix}admin_user` (user_id, firstname, lastname, email, username, password, created, logdate, lognum,
  is_active) VALUES
 (1, 'Olive', 'Admin', 'olive@openmage.example', 'olive', '{SECRETS[2]}', {ago(800)}, {ago(1)}, 300, 1),
 (2, 'Kate', 'Old', 'kate@om.example', 'kate', '{SECRETS[2]}', {ago(900)}, {ago(700)}, 12, 1),
 (3, 'Jim', 'Off', 'jim@om.example', 'jim', '{SECRETS[2]}', {ago(400)}, {ago(390)}, 3, 0),
 (4, 'Nora', 'Never', 'nora@om.example', 'nora', '{SECRETS[2]}', {ago(100)}, NULL, 0, 1);
INSERT INTO `{prefix}admin_role` VALUES (1, 0, 1, 1, 'G', 0, 'Administrators'), (2, 1, 2, 0, 'U', 1, 'Olive'),
 (3, 5, 2, 0, 'U', 2, 'Kate'), (4, 1, 2, 0, 'U', 3, 'Jim'), (5, 0, 1, 0, 'G', 0, 'Orders');
INSERT INTO `{prefix}admin_rule` (role_id, resource_id, role_type, permission) VALUES (1, 'all', 'G', 'allow'),
 (5, 'admin', 'G', 'allow'), (5, 'admin/sales', 'G', 'allow'), (5, 'admin/system', 'G', 'deny');
INSERT INTO `{prefix}core_resource` VALUES ('core_setup', '1.6.0.10', '1.6.0.10'), ('harbour_setup', '1.3.0', '1.3.0');
INSERT INTO `{prefix}core_config_data` (scope, scope_id, path, value) VALUES
 ('default', 0, 'web/secure/base_url', 'https://om.example/'), ('default', 0, 'dev/log/active', '{int(logging)}');
INSERT INTO `{prefix}api_user` (user_id, firstname, lastname, email, username, api_key, created, is_active) VALUES
 (1, 'Erp', 'Robot', 'erp@om.example', 'erp', '{SECRETS[2]}', {ago(600)}, 1),
 (2, 'Old', 'Robot', 'old@om.example', 'old', '{SECRETS[2]}', {ago(900)}, 0);
INSERT INTO `{prefix}api_session` VALUES (1, {ago(3)}, '9f0c');
"""
    )


_SCHEMA: Final = (Path(__file__).parent / "openmage.sql").read_text(encoding="utf-8")
