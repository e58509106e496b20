"""A small dose of the soak: few rounds, every one of them in danger. `make soak` is the whole of it."""

from pathlib import Path

import pytest

from tests.outside.soak import soak


@pytest.mark.parametrize("seed", [11, 12])
def test_whatever_fails_and_whenever_it_dies_all_is_told_once(seed: int, tmp_path: Path) -> None:
    made, reckoning = soak(rounds=6, kills=4, seed=seed, folder=tmp_path)
    assert reckoning.wrong == ()
    assert made.killed >= 4
    assert reckoning.tickets > 0
    assert reckoning.entries > 0
    assert sum(reckoning.suffered.values()) > 5
