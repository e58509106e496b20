"""Whether damage is seen, in small stores and in those too big to be read wholly at every opening."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.domain.errors import DamagedError, StoreError
from agent.store import backups
from agent.store.backups import examine, faults
from agent.store.restore import restore
from agent.store.store import Store
from tests.agent.store.filled import fresh, problem

PAGE = 4096


@pytest.fixture(params=["small", "big"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    if request.param == "big":
        monkeypatch.setattr(backups, "SMALL", 0)
    with fresh(tmp_path) as store:
        for number in range(20):
            problem(store, f"/{number}")
    with closing(sqlite3.connect(store.path)) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return store.path


def test_a_sound_store_is_not_called_damaged(path: Path) -> None:
    examine(path)
    assert faults(path) == ()


def test_a_damaged_page_is_seen_wherever_it_is(path: Path) -> None:
    whole = path.read_bytes()
    for page in range(len(whole) // PAGE):
        damaged = bytearray(whole)
        start = page * PAGE
        damaged[start : start + 400] = bytes(one ^ 0xFF for one in damaged[start : start + 400])
        path.write_bytes(damaged)
        assert faults(path), page
        with pytest.raises(DamagedError):
            examine(path)


def test_a_store_that_was_cut_short_is_damaged(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: 5 * PAGE])
    with pytest.raises(DamagedError):
        Store(path.parent)


def test_a_store_of_a_newer_revision_is_refused_unharmed_and_so_is_a_copy_of_one(tmp_path: Path) -> None:
    for name in ("newer", "ours"):
        fresh(tmp_path / name).__exit__()
    newer, ours = (tmp_path / name / "siterounds.sqlite" for name in ("newer", "ours"))
    with closing(sqlite3.connect(newer)) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = newer.read_bytes(), ours.read_bytes()
    with pytest.raises(StoreError, match="newer siterounds"):
        Store(newer.parent)
    with pytest.raises(StoreError, match="newer siterounds"):
        restore(ours.parent, newer, datetime(2026, 11, 29, tzinfo=UTC))
    assert (newer.read_bytes(), ours.read_bytes()) == before
    assert not list(newer.parent.glob("*before*"))
