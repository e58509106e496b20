"""What a Magento 2 says of its modules by its files alone."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.checks.platforms.shops import NOWHERE, core, extensions, facts, gaps, lock
from tests.servers import magento
from tests.servers.magento import build, config, module_xml, packages, write


@pytest.fixture
def shop(folder: Path) -> Path:
    """A whole shop whose database is not there."""
    build(folder, NOWHERE)
    return folder


def test_other_peoples_modules_are_listed_and_the_makers_are_not(shop: Path) -> None:
    found = extensions(facts(shop))
    assert {key: (one.kind, one.version, one.active) for key, one in found.items()} == {
        "mollie/magento2": ("module", "2.39.0", True),
        "snowdog/theme-blank-sass": ("theme", "1.7.0", None),
        "splendid/language-de-de": ("addon", "2.4.1", None),
        "harbour/module-tides": ("module", "dev-main", True),
        "Harbour_StockSync": ("module", None, True),
        "Mageplaza_Smtp": ("module", "4.7.9", True),
        "Mageplaza_Off": ("module", None, False),
        "frontend/Harbour/shop": ("theme", None, None),
    }
    assert {(one.listed, one.latest) for one in found.values()} == {(None, None)}
    assert found["mollie/magento2"].name == "Mollie_Payment"
    assert {one.unfinished for one in found.values()} == {""}


def test_a_schema_number_is_no_version(shop: Path) -> None:
    found = extensions(facts(shop))
    assert (found["Harbour_StockSync"].name, found["Harbour_StockSync"].version) == (
        "Harbour_StockSync (no release number, schema 1.2.0)",
        None,
    )
    assert found["Mageplaza_Smtp"].name == "Mageplaza_Smtp"  # its schema is 1.2.5, its release 4.7.9


def test_what_the_edition_brings_along_is_listed_once_somebody_asks_for_it(shop: Path) -> None:
    assert "klarna/module-core" not in extensions(facts(shop))
    write(shop / "composer.json", json.dumps({"require": {"klarna/module-core": "^5.0"}}))
    assert extensions(facts(shop))["klarna/module-core"].version == "5.1.0"


def test_a_b2b_extension_is_listed_though_the_makers_own(shop: Path) -> None:
    lock(shop, lambda found: found.append(magento.package("magento/extension-b2b", "1.4.2-p3", "metapackage")))
    assert extensions(facts(shop))["magento/extension-b2b"].version == "1.4.2-p3"


def test_modules_come_from_vendor_where_there_is_no_lock(shop: Path) -> None:
    (shop / "composer.lock").unlink()
    assert extensions(facts(shop))["mollie/magento2"].version == "2.39.0"
    # Composer 1 wrote the list without anything around it.
    write(shop / "vendor/composer/installed.json", json.dumps(packages()))
    assert extensions(facts(shop))["mollie/magento2"].version == "2.39.0"
    (shop / "vendor/composer/installed.json").unlink()
    found = facts(shop)
    assert "modules" in gaps(found)[0]
    assert "Harbour_StockSync" in extensions(found)


def test_modules_that_config_php_does_not_know_wait_for_setup_upgrade(shop: Path) -> None:
    write(shop / "app/etc/config.php", config(["Magento_Catalog", "Klarna_Core", "Mollie_Payment"]))
    found = facts(shop)
    assert extensions(found)["Harbour_StockSync"].active is False
    assert "config.php does not know it" in extensions(found)["Harbour_StockSync"].unfinished
    assert core(found).unfinished == ""
    write(shop / "app/etc/config.php", config(["Mollie_Payment"]))
    assert core(facts(shop)).unfinished == "setup:upgrade pending for Magento_Catalog, Klarna_Core"


@pytest.mark.parametrize(
    "text", ["<?php\nreturn $x;\n", "<?php\nreturn ['scopes' => []];\n", "", "<?php return [", None]
)
def test_modules_are_neither_on_nor_off_where_config_php_does_not_tell(shop: Path, text: str | None) -> None:
    (shop / "app/etc/config.php").unlink()
    if text is not None:
        write(shop / "app/etc/config.php", text)
    found = facts(shop)
    assert "enabled-modules" in gaps(found)[0]
    assert {one.active for one in extensions(found).values()} == {None}
    assert {one.unfinished for one in extensions(found).values()} == {""}


def test_a_lock_with_nonsense_in_it_is_read_as_far_as_it_makes_sense(shop: Path) -> None:
    nonsense: list[Any] = [
        None,
        7,
        [],
        {},
        {"name": 1, "version": "1"},
        {"name": "a/b", "version": None},
        {"name": "../../../etc", "version": "1.0", "type": "magento2-module"},
        {"name": "a/../../etc", "version": "1.0", "type": "magento2-module"},
        {"name": "..%2f/x", "version": "1.0", "type": "magento2-module"},
        {"name": "x/y", "version": "1.0", "type": {"a": 1}, "require": "z", "autoload": {"files": "no"}},
        {"name": "long/version", "version": "9" * 9000, "type": "magento2-module", "require": [[]]},
        {"name": "html/name", "version": "<b>1</b>", "type": "magento2-module", "autoload": {"files": ["../r.php", 7]}},
    ]
    lock(shop, lambda found: found.extend(nonsense))
    found = extensions(facts(shop))
    assert core(facts(shop)).version == "2.4.7-p3"
    assert {"mollie/magento2", "long/version", "html/name"} <= found.keys()
    assert not any("etc" in key or "%" in key for key in found)
    assert found["html/name"].version == "<b>1</b>"
    assert len(found["long/version"].version or "") == 60


def test_a_package_is_not_followed_out_of_its_folder(shop: Path) -> None:
    outside = magento.package("acme/outside", "1.0.0")
    outside["autoload"] = {"files": ["../../../app/code/Harbour/StockSync/registration.php"]}
    write(shop / "vendor/acme/outside/composer.json", "{}")
    inside = magento.package("acme/inside", "1.0.0")
    inside["autoload"] = {"files": ["src/registration.php"]}
    write(shop / "vendor/acme/inside/src/etc/module.xml", module_xml("Acme_Inside"))
    lock(shop, lambda found: found.extend([outside, inside]))
    found = extensions(facts(shop))
    assert found["acme/outside"].name == "acme/outside"
    assert found["Harbour_StockSync"].active is True
    assert found["acme/inside"].name == "Acme_Inside"


def test_a_package_of_many_modules_is_on_where_one_of_them_is(shop: Path) -> None:
    many = magento.package("acme/suite", "3.1.0")
    many["autoload"] = {}
    for name in ("Pay", "Ship"):
        write(shop / f"vendor/acme/suite/{name}/etc/module.xml", module_xml(f"Acme_{name}"))
    lock(shop, lambda found: found.append(many))
    write(shop / "app/etc/config.php", config(["Acme_Ship"], off=["Acme_Pay"]))
    one = extensions(facts(shop))["acme/suite"]
    assert (one.name, one.version, one.active, one.unfinished) == (
        "acme/suite",
        "3.1.0",
        True,
        "composer.lock wants 3.1.0, vendor/ has none",
    )
    write(shop / "app/etc/config.php", config([], off=["Acme_Pay", "Acme_Ship"]))
    assert extensions(facts(shop))["acme/suite"].active is False


def test_a_lock_of_five_megabytes_is_read(shop: Path) -> None:
    many = [magento.package(f"vendor{i}/library", "1.0.0", "library", ["php", "ext-json"]) for i in range(9000)]
    for part in many:
        part["description"] = "x" * 400
    lock(shop, lambda found: found.extend(many))
    assert (shop / "composer.lock").stat().st_size > 5_000_000
    found = facts(shop)
    assert core(found).version == "2.4.7-p3"
    assert "mollie/magento2" in extensions(found)


def test_a_code_folder_kept_from_us_is_a_gap(shop: Path) -> None:
    (shop / "app/code/Harbour").chmod(0)
    found = facts(shop)
    assert "modules" in gaps(found)[0]
    assert "Mageplaza_Smtp" in extensions(found)


def test_hostile_folders_and_files_stay_data(shop: Path) -> None:
    for name in ("<script>alert(1)</script>"[:24].replace("/", ""), "a b'c\"d", "\x1b[31mred", "new\nline", "-rf"):
        write(shop / "app/code" / name / "Module/etc/module.xml", module_xml("Odd_Name"))
        write(shop / "app/design/frontend" / name / "theme/theme.xml", "<theme/>")
    write(shop / "app/code/Evil/Xml/etc/module.xml", '<config><module name="<b>_x" setup_version="1"/></config>')
    write(shop / "app/code/Evil/Big/etc/module.xml", "<config><!--" + "x" * 3_000_000)
    (shop / "app/code/Evil/Pipe/etc").mkdir(parents=True)
    os.mkfifo(shop / "app/code/Evil/Pipe/etc/module.xml")
    os.mkfifo(shop / "app/code/Evil/Pipe/composer.json")
    (shop / "app/code/Loop").symlink_to(shop / "app")
    found = extensions(facts(shop))
    assert found["Odd_Name"].version is None
    assert "frontend/\x1b[31mred/theme" in found
    assert not any("<b>_x" in key for key in found)
