"""What is kept is its owner's alone, and root is led nowhere else."""

import os
import stat
from pathlib import Path

import pytest

from agent.collect.ssh.hostkeys import HostKeys, ServerKey
from agent.domain.errors import StoreError
from agent.files import write_whole
from agent.store.store import Store
from tests.servers.sshd import make_key, public_key

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root meets folders of others")
NOBODY = 65534


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def opened(folder: Path) -> dict[str, int]:
    """Modes by name, after the store was used."""
    with Store(folder) as store, store.round_lock():
        store.incidents()
    return {one.name: mode(one) for one in folder.iterdir()}


@pytest.fixture
def _lax() -> object:
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.mark.usefixtures("_lax")
def test_all_that_is_made_is_private_whatever_the_umask(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "state"
    assert set(opened(folder).values()) == {0o600}
    HostKeys(folder / "known_hosts").pin("web", ServerKey.parse(public_key(make_key(tmp_path / "key"))))
    assert {mode(one) for one in folder.iterdir()} == {0o600}
    assert mode(folder) == 0o700


def test_what_was_open_to_others_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    opened(folder)
    (folder / "known_hosts").write_text("")
    for one in folder.iterdir():
        one.chmod(0o644)
    folder.chmod(0o755)
    assert set(opened(folder).values()) == {0o600}
    assert mode(folder) == 0o700


def test_an_open_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "thesis.tex").write_text("mine")
    with pytest.raises(StoreError, match=r"thesis\.tex"):
        Store(folder)
    assert mode(folder) == 0o755
    assert [one.name for one in folder.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("name", ["siterounds.sqlite", "siterounds.sqlite-wal", "lock", "migration-lock"])
def test_no_link_is_followed(name: str, tmp_path: Path) -> None:
    folder, other = tmp_path / "state", tmp_path / "other"
    folder.mkdir(mode=0o700)
    other.write_text("kept")
    other.chmod(0o644)
    (folder / name).symlink_to(other)
    with pytest.raises(StoreError, match=name), Store(folder) as store, store.round_lock():
        pytest.fail("it was followed")
    assert (other.read_text(), mode(other)) == ("kept", 0o644)


@needs_root
@pytest.mark.parametrize("kind", ["symbolic", "hard", "missing"])
def test_root_follows_nothing_out_of_anothers_folder(kind: str, tmp_path: Path) -> None:
    folder, other = tmp_path / "theirs", tmp_path / "shadow"
    folder.mkdir(mode=0o700)
    if kind != "missing":
        other.write_text("kept")
        other.chmod(0o644)
    if kind == "hard":
        (folder / "siterounds.sqlite").hardlink_to(other)
    else:
        (folder / "siterounds.sqlite").symlink_to(other)
    os.chown(folder, NOBODY, NOBODY)
    with pytest.raises(StoreError, match=r"siterounds\.sqlite"):
        Store(folder)
    assert other.exists() is (kind != "missing")
    if other.exists():
        assert (other.read_text(), mode(other), other.stat().st_uid) == ("kept", 0o644, 0)


@needs_root
def test_what_root_makes_in_anothers_folder_is_theirs(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir(mode=0o700)
    os.chown(folder, NOBODY, NOBODY)
    with Store(folder) as store, store.round_lock():
        store.incidents()
        HostKeys(folder / "known_hosts").pin("web", ServerKey.parse(public_key(make_key(tmp_path / "key"))))
        assert {one.stat().st_uid for one in folder.iterdir()} == {NOBODY}


@needs_root
def test_a_folder_of_another_that_is_open_to_others_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    folder.chmod(0o777)
    os.chown(folder, NOBODY, NOBODY)
    with pytest.raises(StoreError, match="open to others"):
        Store(folder)
    assert list(folder.iterdir()) == []


@needs_root
def test_a_folder_that_is_anothers_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "state").symlink_to(tmp_path / "real")
    os.lchown(tmp_path / "state", NOBODY, NOBODY)
    with pytest.raises(StoreError, match="link"):
        Store(tmp_path / "state")
    assert list((tmp_path / "real").iterdir()) == []


@pytest.mark.usefixtures("_lax")
def test_a_file_for_nobody_else_is_private_and_one_that_was_asked_for_is_as_the_umask_says(tmp_path: Path) -> None:
    write_whole(tmp_path / "kept", b"x", private=True)
    write_whole(tmp_path / "asked for", b"x")
    assert (mode(tmp_path / "kept"), mode(tmp_path / "asked for")) == (0o600, 0o666)
