"""Every shell that a host may have for sh, one after the other."""

from pathlib import Path

import pytest

from tests.agent.collect.shells import SHELLS, Shell, shell_named


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, tmp_path: Path) -> Shell:
    folder = tmp_path / "bin"
    folder.mkdir()
    return shell_named(request.param, folder)
