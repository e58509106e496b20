"""One estate for all tests of a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.estate import Estate, estate
from tests.end_to_end.host import needs


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    """The estate, without the faults that a test plants."""
    needs()
    desk: Path = tmp_path_factory.mktemp("desk")
    with estate(desk) as made:
        yield made
