"""A home without anybody's SSH configuration, and keys to log in with."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.embedded_ssh import EmbeddedSsh, Machine, embedded_ssh
from tests.servers.sshd import make_key, public_key


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


@pytest.fixture
def server(key: Path, tmp_path: Path) -> Iterator[EmbeddedSsh]:
    """A host that lets deploy in."""
    with embedded_ssh(Machine({"deploy": frozenset({public_key(key)})}, home=tmp_path)) as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_left_behind(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Each visit leaves no thread of ours, and nothing on standard error."""
    before = set(threading.enumerate())
    yield
    ours = [one for one in set(threading.enumerate()) - before if one.name.startswith(("send", "visit"))]
    assert ours == []
    assert capfd.readouterr().err == ""
