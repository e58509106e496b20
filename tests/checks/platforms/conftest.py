"""One database server for all tests of platforms; each test makes databases of its own on it."""

from collections.abc import Iterator

import pytest

from tests.servers.mariadb import MariaDb, mariadb


@pytest.fixture(scope="session")
def server() -> Iterator[MariaDb]:
    """A running MariaDB, one a session."""
    with mariadb() as running:
        yield running
