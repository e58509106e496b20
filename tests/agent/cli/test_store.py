"""A damaged store, as a person meets it, and the way back."""

import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.domain.errors import EXIT_BUSY, EXIT_NO_STORE
from agent.store.backups import back_up
from agent.store.engine import exclusive_lock
from tests.agent.cli.command import Desk, desk

AT = datetime(2026, 11, 29, 2, 30, tzinfo=UTC)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as made:
        assert made.siterounds("run", "--check", "disk").code == 0
        yield made


def copied(at: Desk) -> Path:
    copy = back_up(at.state / "siterounds.sqlite", at.state / "backups", 3, AT)
    assert copy
    return copy


def flip(path: Path, offset: int = 8192, count: int = 400) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        was = file.read(count)
        file.seek(offset)
        file.write(bytes(one ^ 0xFF for one in was))


def test_each_command_says_that_the_store_is_damaged_and_the_one_it_names_brings_it_back(at: Desk) -> None:
    copy, store = copied(at), at.state / "siterounds.sqlite"
    flip(store)
    damaged = store.read_bytes()
    for command in (("status",), ("run", "--check", "disk"), ("incidents",)):
        done = at.siterounds(*command)
        assert done.code == EXIT_NO_STORE
        assert str(copy) in done.err
        assert f"siterounds --state {at.state} store restore" in done.err
    assert store.read_bytes() == damaged
    assert at.siterounds("store", "check").code == 1
    assert at.siterounds("store", "restore").code == 0
    assert at.siterounds("store", "check").code == 0
    assert at.siterounds("run", "--check", "disk").code == 0
    (aside,) = at.state.glob("siterounds.damaged-*.sqlite")
    assert aside.read_bytes() == damaged
    assert stat.S_IMODE(store.stat().st_mode) == 0o600


@pytest.mark.parametrize("offset", [0, 4096, 20_480])
def test_damage_anywhere_is_seen(offset: int, at: Desk) -> None:
    copied(at)
    flip(at.state / "siterounds.sqlite", offset)
    assert at.siterounds("incidents").code == EXIT_NO_STORE
    assert at.siterounds("store", "restore").code == 0
    assert at.siterounds("incidents").code == 0


def test_nothing_is_restored_while_the_service_runs_or_without_need_or_from_what_is_no_copy(at: Desk) -> None:
    copy, store = copied(at), at.state / "siterounds.sqlite"
    before = store.read_bytes()
    assert at.siterounds("store", "restore").code == 1  # it is sound
    with exclusive_lock(at.state / "service-lock", "busy"):
        assert at.siterounds("store", "restore", "--yes").code == EXIT_BUSY
    flip(copy)
    assert at.siterounds("store", "restore", "--yes").code == EXIT_NO_STORE
    assert at.siterounds("store", "restore", "--yes", str(at.inventory)).code == EXIT_NO_STORE
    assert at.siterounds("store", "restore", "--yes", str(at.state / "nothing")).code == EXIT_NO_STORE
    assert store.read_bytes() == before
    assert not list(at.state.glob("siterounds.damaged-*"))


def test_a_copy_of_an_older_revision_can_be_named_and_without_any_this_is_said(at: Desk) -> None:
    assert at.siterounds("store", "restore", "--yes").code == EXIT_NO_STORE
    copy = copied(at).rename(at.folder / "mine.sqlite")
    assert at.siterounds("store", "restore", "--yes", str(copy)).code == 0
    assert at.siterounds("incidents").code == 0
