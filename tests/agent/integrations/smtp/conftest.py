"""An authority that the tests trust."""

from pathlib import Path

import pytest

from tests.agent.integrations.smtp.certificates import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder: Path = tmp_path_factory.mktemp("authority")
    return Authority(folder)
