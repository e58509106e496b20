"""What holds for a Magento 2 as it does for a Magento 1 or an OpenMage, on files and on tables in a real MariaDB."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest

from tests.checks.platforms.shops import (
    Shop,
    core,
    extensions,
    facts,
    gaps,
    open_shop,
    people,
    php_with,
    sources,
    state,
)
from tests.servers import magento, openmage
from tests.servers.magento import write
from tests.servers.mariadb import MariaDb


@dataclass(frozen=True, slots=True)
class Product:
    """Where the two differ: how they are built, where their files lie, what is in them."""

    software: ModuleType
    config: str
    flag: str
    version: str
    module: str
    accounts: int


PRODUCTS = {
    "magento": Product(magento, "app/etc/env.php", "var/.maintenance.flag", "2.4.7-p3", "mollie/magento2", 9),
    "openmage": Product(openmage, "app/etc/local.xml", "maintenance.flag", "20.12.3", "Harbour_Sync", 5),
}


@pytest.fixture(params=PRODUCTS)
def product(request: pytest.FixtureRequest) -> Product:
    """Each of the two."""
    return PRODUCTS[request.param]


@pytest.fixture
def shop(product: Product, folder: Path, server: MariaDb) -> Iterator[Shop]:
    """A shop with everything in it."""
    made = open_shop(product.software, folder, server, "px_")
    yield made
    server.run(f"DROP DATABASE {made.database.name}")


def test_a_maintenance_flag_is_said_with_its_date(product: Product, shop: Shop) -> None:
    write(shop.root / product.flag, "")
    os.utime(shop.root / product.flag, (1795000000, 1795000000))
    assert core(facts(shop.root)).unfinished == "maintenance mode is on since 2026-11-18 11:06 UTC"


def test_a_configuration_kept_from_us_costs_only_the_database(product: Product, shop: Shop) -> None:
    (shop.root / product.config).chmod(0)
    found = facts(shop.root)
    assert (core(found).version, found.accounts) == (product.version, ())
    assert extensions(found)[product.module].active is True
    assert gaps(found) == ({"database"}, {"database"})
    for gap in (*found.software_gaps, *found.account_gaps):
        assert gap.reason.startswith(f"permission denied: {shop.root}/{product.config} (owner ")
        assert gap.remedy


def test_php_with_only_pdo_sees_the_same_and_php_without_mysql_reads_the_files(product: Product, shop: Shop) -> None:
    whole = facts(shop.root)
    assert people(facts(shop.root, php=php_with(shop.root.parent, pdo=True))) == people(whole)
    found = facts(shop.root, php=php_with(shop.root.parent))  # without XML as well
    assert core(found).version == product.version
    assert extensions(found)[product.module].version == extensions(whole)[product.module].version
    assert extensions(found)[product.module].version
    assert "neither mysqli nor pdo_mysql" in found.account_gaps[0].reason
    assert "php" in found.account_gaps[0].remedy


def test_nothing_is_written(product: Product, shop: Shop) -> None:
    files, rows = state(shop.root), shop.server.checksums(shop.database.name)
    assert len(facts(shop.root).accounts) == product.accounts
    sources(shop.root)
    assert (state(shop.root), shop.server.checksums(shop.database.name)) == (files, rows)
