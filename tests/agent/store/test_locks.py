"""Locks that root and the service's own account share."""

import os
from pathlib import Path

import pytest

from agent.domain.errors import StoreError
from agent.store.engine import exclusive_lock


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can lock out others")
def test_a_lock_that_root_makes_belongs_to_the_folders_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    with exclusive_lock(tmp_path / "lock", "busy"):
        pass
    assert (tmp_path / "lock").stat().st_uid == 65534


def test_no_other_file_is_taken_for_a_lock(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("kept")
    (tmp_path / "lock").symlink_to(other)
    with pytest.raises(StoreError, match="lock cannot be opened"), exclusive_lock(tmp_path / "lock", "busy"):
        pytest.fail("it was followed")
    assert other.read_text() == "kept"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root could give away")
def test_no_other_file_is_given_away(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.touch()
    (tmp_path / "theirs").mkdir()
    os.chown(tmp_path / "theirs", 65534, 65534)
    os.link(other, tmp_path / "theirs" / "lock")
    with exclusive_lock(tmp_path / "theirs" / "lock", "busy"):
        pass
    assert other.stat().st_uid == 0
