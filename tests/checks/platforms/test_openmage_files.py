"""What a Magento 1 or an OpenMage says of itself by its files alone."""

import json
import os
import re
from pathlib import Path

import pytest

from checks.platforms.openmage import platform
from tests.checks.platforms.shops import NOWHERE, core, extensions, facts, gaps, sources
from tests.servers.magento import write
from tests.servers.openmage import build, mage_php, module_xml


@pytest.fixture
def shop(folder: Path) -> Path:
    """A whole shop whose database is not there."""
    build(folder, NOWHERE)
    return folder


@pytest.mark.parametrize(
    ("version", "key", "name"),
    [
        ("1.3.2.4", "magento1", "Magento 1"),
        ("1.4.0.1", "magento1", "Magento 1"),
        ("1.9.4.5", "magento1", "Magento 1"),
        ("19.4.23", "openmage/magento-lts", "OpenMage"),
        ("19.5.3", "openmage/magento-lts", "OpenMage"),
        ("20.0.20", "openmage/magento-lts", "OpenMage"),
        ("20.12.3", "openmage/magento-lts", "OpenMage"),
        ("20.1.0-rc.4", "openmage/magento-lts", "OpenMage"),
        ("21.0.0-beta", "openmage/magento-lts", "OpenMage"),
    ],
)
def test_each_line_states_its_version_in_its_own_way(folder: Path, version: str, key: str, name: str) -> None:
    build(folder, NOWHERE, version=version)
    found = facts(folder)
    one = core(found)
    assert (found.platform, one.key, one.name, one.version) == ("openmage", key, name, version)
    assert (one.active, one.latest, one.listed, one.unfinished) == (True, None, None, "")


def replaced(*pairs: tuple[str, str], version: str = "19.4.23") -> str:
    """app/Mage.php with texts replaced."""
    text = mage_php(version)
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    return text


BETA = "'stability' => 'beta', 'number' => '1'"


CALL = "self::getOpenMageMajorVersion() === 20"


OLD_WAY = [
    (CALL, "$majorVersion === 20"),
    ("getOpenMageVersionInfo(): array\n    {", "getOpenMageVersionInfo()\n    {\n$majorVersion = 19;"),
]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        (replaced(*OLD_WAY, ("getOpenMageMajorVersion", "gone")), "19.4.23"),
        (replaced(*OLD_WAY, ("getOpenMageMajorVersion", "gone"), ("= 19;", "= 20;")), "20.0.20"),
        (replaced(("getOpenMageMajorVersion", "gone")), "19.4.23"),  # no word on the line: the last array is what runs
        (replaced(("return 19;", "return 21;")), "19.4.23"),
        (replaced(("=> '19'", "=> \"19\""), ("'patch' => '23'", "'patch' => 23")), "19.4.23"),
        (replaced(("'stability' => '', 'number' => ''", BETA), version="1.9.4.5"), "1.9.4.5-beta1"),
        (replaced(("'patch' => '23'", "'patch' => '23' /* 'patch' => '99' */ # 'patch' => '98'\n")), "19.4.23"),
        ("<?php class Mage {}", None),
        ("", None),
        ("<?php /* 'major' => '1' */ function getVersionInfo() { return array('minor' => '9'); }", None),
        ("<?php function getVersionInfo(" + "(" * 5000, None),
    ],
)  # fmt: skip
def test_the_version_that_runs_is_picked_among_those_stated(shop: Path, text: str, version: str | None) -> None:
    write(shop / "app/Mage.php", text)
    assert core(facts(shop)).version == version


def test_enterprise_is_named(shop: Path) -> None:
    write(shop / "app/Mage.php", mage_php("1.14.4.5", "ENTERPRISE"))
    assert (core(facts(shop)).name, core(facts(shop)).version) == ("Magento 1 Enterprise", "1.14.4.5")


@pytest.mark.parametrize(
    ("stated", "installed", "version"),
    [
        ("20.12.0", "v20.12.3", "20.12.3"),
        ("20.12.0", "20.11.9", "20.12.0"),
        ("20.12.0", "v20.13.0", "20.12.0"),
        ("20.12.0", "dev-main", "20.12.0"),
        ("1.9.4.5", "v20.12.3", "1.9.4.5"),
    ],
)
def test_a_patch_release_that_forgot_to_count_is_told_by_composer(
    shop: Path, stated: str, installed: str, version: str
) -> None:
    write(shop / "app/Mage.php", mage_php(stated))
    listed = {"packages": [None, {"name": "a/b"}, {"name": "openmage/magento-lts", "version": installed}]}
    write(shop / "vendor/composer/installed.json", json.dumps(listed))
    assert core(facts(shop)).version == version
    write(shop / "vendor/composer/installed.json", json.dumps(listed["packages"]))
    assert core(facts(shop)).version == version


def test_modules_are_those_of_others(shop: Path) -> None:
    found = facts(shop)
    assert {key: (one.kind, one.version, one.active) for key, one in extensions(found).items()} == {
        "Harbour_Sync": ("module", "1.3.0", True),
        "Aoe_Scheduler": ("module", "1.5.0", False),
        "Gone_Away": ("module", None, True),
    }
    assert extensions(found)["Gone_Away"].unfinished == "declared in app/etc/modules, but its files are missing"
    assert gaps(found) == ({"database"}, {"database"})


def test_local_modules_are_off_where_they_are_disabled_as_a_whole(shop: Path) -> None:
    path = shop / "app/etc/local.xml"
    path.write_text(path.read_text().replace("<disable_local_modules>false", "<disable_local_modules>true"))
    assert extensions(facts(shop))["Harbour_Sync"].active is False
    assert extensions(facts(shop))["Gone_Away"].active is True


def test_a_later_declaration_overrides_an_earlier_one(shop: Path) -> None:
    write(shop / "app/etc/modules/Z_Off.xml", module_xml("Harbour_Sync", "local", active=False))
    assert extensions(facts(shop))["Harbour_Sync"].active is False


@pytest.mark.parametrize(
    "text",
    ["", "<config>", "<config><modules>", "text", "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><c>&e;</c>"],
)
def test_broken_declarations_are_gaps_and_the_rest_is_read(shop: Path, text: str) -> None:
    write(shop / "app/etc/modules/Broken.xml", text)
    write(shop / "app/code/community/Aoe/Scheduler/etc/config.xml", text)
    found = facts(shop)
    assert gaps(found)[0] == {"database", "modules/Broken.xml", "Aoe_Scheduler"}
    assert extensions(found)["Aoe_Scheduler"].version is None
    assert extensions(found)["Harbour_Sync"].version == "1.3.0"


def test_hostile_module_names_are_left_out(shop: Path) -> None:
    for i, name in enumerate(("A_..", "A_B.C", "A:B_C", "é_x", "_", "A-B_C")):
        write(shop / f"app/etc/modules/odd{i}.xml", module_xml(name, "local"))
    write(shop / "app/etc/modules/odd.xml", module_xml("Some_One", "../../../etc"))
    os.mkfifo(shop / "app/etc/modules/pipe.xml")
    found = facts(shop)
    assert extensions(found).keys() == {"Harbour_Sync", "Aoe_Scheduler", "Gone_Away"}
    assert "modules/pipe.xml" in gaps(found)[0]


@pytest.mark.parametrize("below", ["", "../current", ".."])
def test_it_is_recognised_from_wherever_the_root_points(shop: Path, below: str) -> None:
    (shop.parent / "current").symlink_to("shop")
    root = shop.parent / below.removeprefix("..").strip("/") if below else shop
    assert facts(root).platform == "openmage"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "not found"),
        ("", "cannot be understood"),
        ("<config><global>", "cannot be understood"),
        ("<!DOCTYPE c [<!ENTITY p SYSTEM 'file:///etc/passwd'>]><config>&p;</config>", "cannot be understood"),
        ("<config/>", "no database is named"),
        ("<config>" + "<a>" * 200 + "</a>" * 200 + "</config>", "cannot be understood"),
        ("\x00\xff", "cannot be understood"),
    ],
)
def test_a_configuration_that_is_none_costs_only_the_database(shop: Path, text: str | None, said: str) -> None:
    (shop / "app/etc/local.xml").unlink()
    if text is not None:
        write(shop / "app/etc/local.xml", text)
    found = facts(shop)
    assert (core(found).version, found.accounts) == ("20.12.3", ())
    assert gaps(found) == ({"database"}, {"database"})
    assert said in found.account_gaps[0].reason


def test_nothing_is_said_of_logging_where_the_database_does_not_tell(shop: Path) -> None:
    assert {source["off"] for source in sources(shop)} == {""}


def test_without_php_composers_own_list_tells_the_version() -> None:
    text = """<?php return array(
    'root' => array('name' => 'shop/project', 'pretty_version' => '1.0.0'),
    'versions' => array(
        'openmage/composer-plugin' => array(
            'pretty_version' => 'v3.0.1',
        ),
        'openmage/magento-lts' => array(
            'pretty_version' => 'v20.12.3',
        ),
    ),
);
"""
    (pattern,) = platform.version_files.values()
    match = re.search(pattern, text)
    assert match
    assert match[1] == "20.12.3"
