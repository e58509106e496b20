"""One database server for all tests of platforms; each test makes databases of its own on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checks.platforms.shops import MakeShop, Shop, open_shop
from tests.servers import magento
from tests.servers.folders import open_folder
from tests.servers.mariadb import MariaDb, mariadb


@pytest.fixture(scope="session")
def server() -> Iterator[MariaDb]:
    """A running MariaDB, one a session."""
    with mariadb() as running:
        yield running


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where a shop may be built, in a folder that the probe's account may enter."""
    with open_folder() as made:
        yield made / "shop"


@pytest.fixture
def make(folder: Path, server: MariaDb) -> Iterator[MakeShop]:
    """Makes a Magento 2 with tables of a prefix."""

    def made(prefix: str = "mg_") -> Shop:
        return open_shop(magento, folder, server, prefix)

    yield made
    server.run("DROP DATABASE magento")
