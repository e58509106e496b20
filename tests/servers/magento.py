"""Magento 2 installations as their files and tables are, small: made from what is known of real ones."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

SECRETS: Final = ("base64Dz66lbi5QURTsuT4g9Og7QqrDS6hnHoinmUwbH1AMqI=", "backoffice-7Kq", "REDACTED-HASH")
"""What stands in the files and tables and must never leave the host; the database's password is one more."""

_EDITIONS: Final[Mapping[str, Sequence[str]]] = {
    "open-source": ("magento/product-community-edition",),
    "commerce": ("magento/product-enterprise-edition", "magento/product-community-edition"),
    "cloud": (
        "magento/magento-cloud-metapackage",
        "magento/product-enterprise-edition",
        "magento/product-community-edition",
    ),
    "mage-os": ("mage-os/product-community-edition",),
    "mage-os-minimal": ("mage-os/product-minimal-edition",),
}
EDITIONS: Final = tuple(_EDITIONS)

Package = dict[str, Any]


def package(name: str, version: str, kind: str = "magento2-module", requires: Iterable[str] = ()) -> Package:
    """One entry of a composer.lock or an installed.json."""
    return {
        "name": name,
        "version": version,
        "type": kind,
        "require": dict.fromkeys(requires, "*"),
        "autoload": {"files": ["registration.php"]},
    }


def packages(edition: str = "open-source", version: str = "2.4.7-p3") -> list[Package]:
    """What Composer installed: an edition with what it brings along, and five packages by others."""
    vendor = "mage-os" if edition.startswith("mage-os") else "magento"
    brought = (f"{vendor}/framework", f"{vendor}/magento2-base", f"{vendor}/module-catalog", "klarna/module-core")
    chain = _EDITIONS[edition]
    editions = [package(name, version, "metapackage", chain[i + 1 : i + 2] or brought) for i, name in enumerate(chain)]
    return [
        *editions,
        package(f"{vendor}/framework", "103.0.7-p3" if vendor == "magento" else version, "magento2-library"),
        package(f"{vendor}/magento2-base", version, "magento2-component"),
        package(f"{vendor}/module-catalog", "104.0.7-p2" if vendor == "magento" else version),
        package("klarna/module-core", "5.1.0"),
        package("monolog/monolog", "2.9.3", "library"),
        package("mollie/magento2", "v2.39.0"),
        package("snowdog/theme-blank-sass", "1.7.0", "magento2-theme"),
        package("splendid/language-de-de", "2.4.1", "magento2-language"),
        package("harbour/module-tides", "dev-main"),
    ]


MODULES: Final = {
    "module-catalog": ("Magento_Catalog", ""),
    "klarna/module-core": ("Klarna_Core", "5.1.0"),
    "mollie/magento2": ("Mollie_Payment", "2.39.0"),
    "harbour/module-tides": ("Harbour_Tides", ""),
}
"""The ends of packages' names, the modules in them and their setup_version, where they have one."""


def build(
    folder: Path,
    database: Mapping[str, str | int],
    *,
    prefix: str = "mg_",
    edition: str = "open-source",
    version: str = "2.4.7-p3",
) -> None:
    """Writes a whole installation; `database` has host (all forms that Magento knows), name, user and password."""
    installed = packages(edition, version)
    write(folder / "composer.json", json.dumps({"name": "magento/project-community-edition", "version": "2.4.0"}))
    write(folder / "composer.lock", json.dumps({"packages": installed, "packages-dev": []}))
    write(folder / "vendor/composer/installed.json", json.dumps({"packages": installed, "dev": False}))
    for part in installed:
        _write_package(folder / "vendor" / part["name"], part)
    write(folder / "bin/magento", "#!/usr/bin/env php\n")
    write(folder / "app/etc/di.xml", "<config/>\n")
    write(folder / "app/etc/env.php", env(database, prefix))
    modules = [name for name, _ in MODULES.values()] + ["Magento_Backend", "Harbour_StockSync", "Mageplaza_Smtp"]
    write(folder / "app/etc/config.php", config(modules, off=["Magento_TwoFactorAuth", "Mageplaza_Off"]))
    _write_code(folder / "app")
    write(folder / "pub/index.php", "<?php require __DIR__ . '/../app/bootstrap.php';\n")
    _write_logs(folder / "var")


def write(path: Path, text: str) -> None:
    """Writes a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def env(database: Mapping[str, str | int], prefix: str) -> str:
    """app/etc/env.php as Magento writes it, with its secrets."""
    quoted = {key: str(value).replace("\\", "\\\\").replace("'", "\\'") for key, value in database.items()}
    return f"""<?php
return [
    'backend' => ['frontName' => '{SECRETS[1]}'],
    'crypt' => ['key' => '{SECRETS[0]}'],
    'db' => [
        'table_prefix' => '{prefix}',
        'connection' => [
            'default' => [
                'host' => '{quoted["host"]}',
                'dbname' => '{quoted["name"]}',
                'username' => '{quoted["user"]}',
                'password' => '{quoted["password"]}',
                'model' => 'mysql4',
                'active' => '1',
                'driver_options' => [1014 => false]
            ]
        ]
    ],
    'MAGE_MODE' => 'production',
    'directories' => ['document_root_is_pub' => true]
];
"""


def config(on: Sequence[str], off: Sequence[str] = ()) -> str:
    """app/etc/config.php with these modules."""
    rows = [f"        '{name}' => 1,\n" for name in on] + [f"        '{name}' => 0,\n" for name in off]
    return "<?php\nreturn [\n    'modules' => [\n" + "".join(rows) + "    ]\n];\n"


def module_xml(name: str, setup_version: str = "") -> str:
    """A module's etc/module.xml."""
    version = f' setup_version="{setup_version}"' if setup_version else ""
    comment = '<!-- <module name="Old_One"/> -->'
    return f'<?xml version="1.0"?>\n<config>\n    {comment}\n    <module name="{name}"{version}/>\n</config>\n'


def _write_package(folder: Path, part: Package) -> None:
    if part["type"] == "metapackage":
        return
    write(folder / "composer.json", json.dumps({"name": part["name"], "version": part["version"]}))
    write(folder / "registration.php", "<?php\n")
    for end, (name, setup_version) in MODULES.items():
        if part["name"].endswith(end):
            write(folder / "etc/module.xml", module_xml(name, setup_version))


def _write_code(app: Path) -> None:
    write(app / "code/Harbour/StockSync/etc/module.xml", module_xml("Harbour_StockSync", "1.2.0"))
    write(app / "code/Mageplaza/Smtp/etc/module.xml", module_xml("Mageplaza_Smtp", "1.2.5"))
    write(app / "code/Mageplaza/Smtp/composer.json", '{"name": "mageplaza/module-smtp", "version": "4.7.9"}')
    write(app / "code/Mageplaza/Off/etc/module.xml", module_xml("Mageplaza_Off", "0.9.0"))
    write(app / "design/frontend/Harbour/shop/theme.xml", "<theme/>")
    write(app / "design/frontend/Magento/luma/theme.xml", "<theme/>")


def _write_logs(var: Path) -> None:
    stamp = "2026-11-22T22:35:48.290481+00:00"
    write(var / "log/system.log", f'[{stamp}] main.ERROR: Stock feed rejected token {{"code":401}} []\n')
    write(
        var / "log/exception.log",
        f"[{stamp}] main.CRITICAL: RuntimeException: Feed refused:\nHTTP 503 in /app/code/A.php:16\n"
        f'Stack trace:\n#0 {{main}} {{"report_id":"{"ab" * 32}"}} []\n',
    )
    write(var / "log/debug.log", f"[{stamp}] main.DEBUG: everything again [] []\n")
    write(var / "log/feed.log", "2026-11-22T22:45:06+00:00 ERR (3): Feed refused\n")
    write(var / "log/notes.txt", "not a log\n")
    write(var / "report" / ("ab" * 32), json.dumps({"0": "Feed refused", "url": "/stock?token=x"}))


def tables(prefix: str, now: datetime) -> str:
    """The SQL that makes the tables and fills them with people whose last days are counted back from `now`."""

    def ago(days: float) -> str:
        return f"'{(now - timedelta(days=days)):%Y-%m-%d %H:%M:%S}'"

    return (
        _SCHEMA.replace("{px}", prefix)
        + f"""
INSERT INTO `{prefix}admin_user` (user_id, firstname, lastname, email, username, password, created, logdate, lognum,
  is_active, lock_expires) VALUES
 (1, 'Ada', 'Admin', 'ada@magento.example', 'ada', '{SECRETS[2]}', {ago(900)}, {ago(2)}, 812, 1, NULL),
 (2, 'Bob', 'Former', 'bob@magento.example', 'bob', '{SECRETS[2]}', {ago(880)}, {ago(700)}, 412, 1, NULL),
 (3, 'Carol', 'Agency', 'carol@magento.example', 'carol', '{SECRETS[2]}', {ago(500)}, {ago(120)}, 9, 1, NULL),
 (4, 'Dave', 'Never', 'dave@magento.example', 'dave', '{SECRETS[2]}', {ago(200)}, NULL, 0, 1, NULL),
 (5, 'Erin', 'Locked', 'erin@magento.example', 'erin', '{SECRETS[2]}', {ago(1)}, NULL, 0, 1, {ago(-0.02)}),
 (6, 'Frank', 'Expired', 'frank@magento.example', 'frank', '{SECRETS[2]}', {ago(300)}, {ago(40)}, 3, 1, NULL),
 (7, 'Grace', 'Merch', 'grace@magento.example', 'grace', '{SECRETS[2]}', {ago(300)}, {ago(3)}, 77, 1, NULL),
 (8, 'Heidi', 'Off', 'heidi@magento.example', 'heidi', '{SECRETS[2]}', {ago(300)}, {ago(250)}, 5, 0, NULL);
INSERT INTO `{prefix}admin_user_session` (user_id, status, created_at, updated_at, ip) VALUES
 (1, 1, {ago(2)}, {ago(1.5)}, '127.0.0.1'), (1, 0, {ago(9)}, {ago(9)}, '127.0.0.1');
INSERT INTO `{prefix}admin_user_expiration` VALUES (6, {ago(10)}), (7, {ago(-30)});
INSERT INTO `{prefix}authorization_role` VALUES (1, 0, 1, 1, 'G', 0, '2', 'Administrators'),
 (2, 1, 2, 0, 'U', 1, '2', 'ada'), (3, 1, 2, 0, 'U', 2, '2', 'bob'), (4, 1, 2, 0, 'U', 3, '2', 'carol'),
 (5, 1, 2, 0, 'U', 4, '2', 'dave'), (6, 1, 2, 0, 'U', 5, '2', 'erin'), (7, 1, 2, 0, 'U', 6, '2', 'frank'),
 (8, 9, 2, 0, 'U', 7, '2', 'grace'), (9, 0, 1, 0, 'G', 0, '2', 'Merchandisers'),
 (10, 1, 2, 0, 'U', 8, '2', 'heidi'), (11, 0, 0, 0, 'U', 7, '1', '17');
INSERT INTO `{prefix}authorization_rule` (role_id, resource_id, permission) VALUES
 (1, 'Magento_Backend::all', 'allow'), (9, 'Magento_Backend::admin', 'allow'),
 (9, 'Magento_Catalog::catalog', 'allow'), (9, 'Magento_Sales::sales', 'deny'),
 (11, 'Magento_Backend::all', 'allow');
INSERT INTO `{prefix}setup_module` VALUES ('Harbour_StockSync', '1.2.0', '1.2.0'),
 ('Klarna_Core', '5.1.0', '5.1.0'), ('Mageplaza_Smtp', '1.2.5', '1.2.5'), ('Mollie_Payment', '2.39.0', '2.39.0');
INSERT INTO `{prefix}oauth_token` (consumer_id, admin_id, type, revoked, created_at) VALUES
 (1, NULL, 'access', 0, {ago(400)}), (NULL, 3, 'access', 0, {ago(4)});
INSERT INTO `{prefix}oauth_nonce` VALUES ('n1', {(now - timedelta(days=5)).timestamp():.0f}, 1),
 ('n2', {(now - timedelta(days=6)).timestamp():.0f}, 1);
INSERT INTO `{prefix}integration` (integration_id, name, email, status, consumer_id, created_at) VALUES
 (7, 'Warehouse', 'it@warehouse.example', 1, 1, {ago(400)}), (8, 'Old ERP', 'it@erp.example', 0, 2, {ago(800)});
INSERT INTO `{prefix}tfa_user_config` (user_id, encoded_providers, encoded_config) VALUES
 (1, '["google"]', '0:3:{"Q" * 120}'), (7, '[]', '0:3:{"Q" * 40}');
"""
    )


_SCHEMA: Final = (Path(__file__).parent / "magento.sql").read_text(encoding="utf-8")
