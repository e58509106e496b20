"""WordPress sites that are really installed, once a session; tests that change one take a copy of it."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.checks.platforms.wordpress.estate import plant, plant_network
from tests.servers.folders import open_folder
from tests.servers.mariadb import MariaDb
from tests.servers.wordpress import WordPress, clone, install, install_network

_numbers = count()


@pytest.fixture(scope="session")
def folder() -> Iterator[Path]:
    """Where the sites of the session stand; any account may enter it."""
    with open_folder() as made:
        yield made


@pytest.fixture(scope="session")
def planted(server: MariaDb, folder: Path) -> WordPress:
    """A shop with people, plugins and update checks as they are in life; not to be changed."""
    return plant(install(server, folder / "planted", "wp_planted"))


@pytest.fixture(scope="session")
def planted_network(server: MariaDb, folder: Path) -> WordPress:
    """A network of three sites; not to be changed."""
    return plant_network(install_network(server, folder / "network", "wp_network"))


@pytest.fixture
def shop(planted: WordPress, folder: Path) -> WordPress:
    """A copy of the planted shop, to be changed at will."""
    number = next(_numbers)
    return clone(planted, folder / f"shop{number}", f"wp_shop{number}")


@pytest.fixture
def network(planted_network: WordPress, folder: Path) -> WordPress:
    """A copy of the planted network, to be changed at will."""
    number = next(_numbers)
    return clone(planted_network, folder / f"net{number}", f"wp_net{number}")
