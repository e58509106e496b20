"""What a Magento 2 says of itself by its files alone."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from checks import Cause
from checks.platforms.magento import platform
from tests.checks.platforms.shops import NOWHERE, core, extensions, facts, gaps, lock, sources
from tests.servers import magento
from tests.servers.magento import EDITIONS, build, write


@pytest.fixture
def shop(folder: Path) -> Path:
    """A whole shop whose database is not there."""
    build(folder, NOWHERE)
    return folder


NAMES = {
    "open-source": ("magento/product-community-edition", "Magento Open Source"),
    "commerce": ("magento/product-enterprise-edition", "Adobe Commerce"),
    "cloud": ("magento/product-enterprise-edition", "Adobe Commerce (cloud)"),
    "mage-os": ("mage-os/product-community-edition", "Mage-OS"),
    "mage-os-minimal": ("mage-os/product-minimal-edition", "Mage-OS (minimal)"),
}


@pytest.mark.parametrize("edition", EDITIONS)
def test_each_edition_has_its_package_name_and_version(folder: Path, edition: str) -> None:
    build(folder, NOWHERE, edition=edition, version="2.4.7-p4")
    found = facts(folder)
    one = core(found)
    assert (found.platform, one.key, one.name, one.version) == ("magento", *NAMES[edition], "2.4.7-p4")
    assert (one.active, one.latest, one.listed, one.unfinished) == (True, None, None, "")
    assert gaps(found) == ({"database"}, {"database"})


def without(*names: str) -> Callable[[Path], None]:
    """Removes files of a shop."""

    def change(shop: Path) -> None:
        for name in names:
            (shop / name).unlink()

    return change


def only_framework(version: str) -> Callable[[Path], None]:
    """Leaves nothing but the framework's own composer.json to tell the version."""

    def change(shop: Path) -> None:
        without("composer.lock", "vendor/composer/installed.json", "vendor/magento/magento2-base/composer.json")(shop)
        write(shop / "vendor/magento/framework/composer.json", json.dumps({"version": version}))

    return change


def required(version: str, name: str = "magento/product-community-edition") -> Callable[[Path], None]:
    """Takes the lock away and requires an edition in composer.json."""

    def change(shop: Path) -> None:
        without("composer.lock")(shop)
        write(shop / "composer.json", json.dumps({"version": "2.0.0", "require": {name: version}}))

    return change


def git_checkout(shop: Path) -> None:
    """Magento's own repository: the lock holds no edition, the root package is the product."""
    lock(shop, lambda found: found.__setitem__(slice(None), [p for p in found if "edition" not in p["name"]]))
    write(shop / "composer.json", json.dumps({"name": "magento/magento2ee", "version": "2.4.9-beta1"}))


def mage_os_on_disk(shop: Path) -> None:
    """Mage-OS without any list of Composer's."""
    without("composer.lock", "vendor/composer/installed.json", "vendor/magento/magento2-base/composer.json")(shop)
    (shop / "vendor/magento/framework/composer.json").unlink()
    write(shop / "vendor/mage-os/magento2-base/composer.json", json.dumps({"version": "1.0.5"}))


OPEN_SOURCE = "magento/product-community-edition"


@pytest.mark.parametrize(
    ("change", "key", "version"),
    [
        (required("2.4.6-p9"), OPEN_SOURCE, "2.4.6-p9"),
        (required("2.4.6-p9", "magento/product-enterprise-edition"), "magento/product-enterprise-edition", "2.4.6-p9"),
        (required("^2.4"), OPEN_SOURCE, "2.4.7-p3"),  # a wish is no version: installed.json has it
        (required("2.4.*"), OPEN_SOURCE, "2.4.7-p3"),
        (without("composer.lock"), OPEN_SOURCE, "2.4.7-p3"),
        (without("composer.lock", "vendor/composer/installed.json"), OPEN_SOURCE, "2.4.7-p3"),
        (only_framework("100.1.4"), OPEN_SOURCE, "2.1.4"),
        (only_framework("101.0.11"), OPEN_SOURCE, "2.2.11"),
        (only_framework("102.0.7-p4"), OPEN_SOURCE, "2.3.7-p4"),
        (only_framework("v103.0.7-p3"), OPEN_SOURCE, "2.4.7-p3"),
        (only_framework("104.0.1"), OPEN_SOURCE, None),
        (only_framework("dev-main"), OPEN_SOURCE, None),
        (git_checkout, "magento/product-enterprise-edition", "2.4.9-beta1"),
        (mage_os_on_disk, "mage-os/product-community-edition", "1.0.5"),
    ],
)
def test_less_sure_sources_follow_where_the_lock_says_nothing(
    shop: Path, change: Callable[[Path], None], key: str, version: str | None
) -> None:
    change(shop)
    assert (core(facts(shop)).key, core(facts(shop)).version) == (key, version)


def test_neither_what_was_asked_for_nor_the_root_packages_own_version_is_the_products(shop: Path) -> None:
    asked = {"version": "2.4.0", "require": {"magento/product-community-edition": "2.4.6"}}
    write(shop / "composer.json", json.dumps(asked))
    assert core(facts(shop)).version == "2.4.7-p3"


def test_a_lock_that_vendor_does_not_follow_is_said(shop: Path) -> None:
    def newer(found: list[magento.Package]) -> None:
        for part in found:
            part["version"] = {"mollie/magento2": "2.40.0", "monolog/monolog": "3.0.0"}.get(
                part["name"], part["version"]
            )

    lock(shop, newer)
    lock(shop, lambda found: found.append(magento.package("psr/log", "1.1.4", "library")))
    lock(shop, lambda found: found.append(magento.package("magento/b-metapackage", "1.0.0", "metapackage")))
    found = facts(shop)
    assert core(found).unfinished == (
        "vendor/ is not what composer.lock says (monolog/monolog: composer.lock wants 3.0.0, vendor/ has 2.9.3, "
        "psr/log: composer.lock wants 1.1.4, vendor/ has none): `composer install` has not been run"
    )
    assert extensions(found)["mollie/magento2"].unfinished == "composer.lock wants 2.40.0, vendor/ has 2.39.0"


def test_a_core_that_vendor_does_not_follow_is_said_even_without_composers_list(shop: Path) -> None:
    def older(found: list[magento.Package]) -> None:
        for part in found:
            part["version"] = part["version"].replace("2.4.7-p3", "2.4.7-p1")

    lock(shop, older)
    assert (
        "product-community-edition: composer.lock wants 2.4.7-p1, vendor/ has 2.4.7-p3" in core(facts(shop)).unfinished
    )
    (shop / "vendor/composer/installed.json").unlink()
    assert "magento2-base: composer.lock wants 2.4.7-p1, vendor/ has 2.4.7-p3" in core(facts(shop)).unfinished


def test_a_missing_vendor_is_said(shop: Path) -> None:
    (shop / "vendor").rename(shop / "gone")
    found = facts(shop)
    assert core(found).unfinished == "vendor/ is missing: `composer install` has not been run"
    assert core(found).version == "2.4.7-p3"
    assert extensions(found)["mollie/magento2"].active is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"packages": [{"name": "magento/product-community-edition", "version"',
        '"text"',
        '{"packages": "none"}',
        "[" * 5000,
        "\x00\x01\x02",
        "<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> theirs\n",
    ],
)
def test_a_broken_lock_is_a_gap_and_the_rest_is_still_said(shop: Path, text: str) -> None:
    (shop / "composer.lock").write_text(text)
    found = facts(shop)
    assert "composer.lock" in gaps(found)[0]
    assert core(found).version == "2.4.7-p3"
    assert extensions(found)["mollie/magento2"].version == "2.39.0"


@pytest.mark.parametrize("below", ["", "pub", "../current", "../current/pub", "..", "../site"])
def test_it_is_recognised_from_wherever_the_root_points(shop: Path, below: str) -> None:
    (shop.parent / "current").symlink_to("shop")
    (shop.parent / "site").symlink_to("shop/pub")
    found = facts(shop / below if not below.startswith("..") else shop.parent / below.removeprefix("..").strip("/"))
    assert (found.platform, core(found).version) == ("magento", "2.4.7-p3")


def test_what_lies_in_a_folder_of_the_shop_is_not_the_shop(shop: Path) -> None:
    write(shop / "blog/index.php", "<?php\n")
    found = facts(shop / "blog")
    assert found.platform == ""
    assert found.software_gaps


@pytest.mark.parametrize("name", ["composer.lock", "vendor/composer/installed.json", "app/etc/config.php", "vendor"])
def test_a_file_kept_from_us_is_a_gap_with_its_remedy(shop: Path, name: str) -> None:
    (shop / name).chmod(0)
    found = facts(shop)
    (denied,) = [gap for gap in found.software_gaps if gap.cause is Cause.NO_PERMISSION and gap.remedy]
    assert name in denied.reason or "vendor" in denied.reason
    assert core(found).version == "2.4.7-p3"


def test_the_places_of_its_logs(shop: Path) -> None:
    write(shop / "var/log/php_errors.log", "[22-Nov-2026 22:33:36 UTC] PHP Warning:  Undefined array key\n")
    found = {source["path"]: (source["format"], source["purpose"], source["off"]) for source in sources(shop)}
    assert found == {
        "var/log/exception.log": ("monolog", "application", ""),
        "var/log/system.log": ("monolog", "application", ""),
        "var/log/feed.log": ("magento1", "application", ""),
        "var/log/php_errors.log": ("php", "php", ""),
        "var/report/*": ("monolog", "report-files", ""),
    }


def test_reports_in_nested_folders_are_looked_for_as_deep_as_they_lie(shop: Path) -> None:
    write(shop / "var/report/0a/ff/report", "{}")
    globs = [source["path"] for source in sources(shop) if source["purpose"] == "report-files"]
    assert globs == ["var/report/*", "var/report/*/*", "var/report/*/*/*"]


@pytest.mark.parametrize("mode", [0, None])
def test_a_log_folder_without_logs_or_kept_from_us_is_left_to_the_reader(shop: Path, mode: int | None) -> None:
    (shop / "var/log").rename(shop / "var/was")
    if mode is not None:
        (shop / "var/log").mkdir(mode=mode)
    assert next(source["path"] for source in sources(shop)) == "var/log/*.log"


@pytest.mark.parametrize("edition", ["open-source", "commerce", "mage-os"])
@pytest.mark.parametrize("below", ["", "pub"])
def test_without_php_a_small_file_on_the_disk_tells_the_version(folder: Path, edition: str, below: str) -> None:
    build(folder / "shop", NOWHERE, edition=edition, version="2.4.8-p1")
    root = folder / "shop" / below
    texts = {path: (root / path).read_text() for path in platform.version_files if (root / path).is_file()}
    found = [match[1] for path, text in texts.items() if (match := re.search(platform.version_files[path], text))]
    assert found == ["2.4.8-p1"]
