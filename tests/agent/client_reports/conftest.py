"""What the tests of reports' data share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.client_reports.estate import Estate, estate


@pytest.fixture
def rounds(tmp_path: Path) -> Iterator[Estate]:
    """An estate that nobody has looked at yet."""
    made = estate(tmp_path)
    with made.store:
        yield made
