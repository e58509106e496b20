"""A desk for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.outbox.office import Desk, desk


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as made:
        yield made
