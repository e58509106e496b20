"""A home without anybody's SSH configuration, and keys to log in with."""

from pathlib import Path

import pytest

from tests.servers.sshd import make_key


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where ~ is; no agent."""
    folder = tmp_path / "home"
    (folder / ".ssh").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    return folder


@pytest.fixture(scope="package")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys made once."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="package")
def key(key_folder: Path) -> Path:
    """The key that the test servers let in."""
    return make_key(key_folder / "id")


@pytest.fixture(scope="package")
def stranger(key_folder: Path) -> Path:
    """A key that nobody knows."""
    return make_key(key_folder / "stranger")
