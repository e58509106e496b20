"""An agency for each test, which breaks no rule of its services while the test lasts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.outside.agency import Agency, agency


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Agency]:
    with agency(tmp_path) as made:
        yield made
        assert made.zendesk.violations + made.harvest.violations == []
        assert made.zendesk.elsewhere.credentials + made.harvest.elsewhere.credentials == []
