"""The package of this tree, and a machine for each module."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.booted.machine import ImpossibleError, Machine, booted, make_base
from tests.servers.folders import one_at_a_time

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "build" / "booted"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """They take minutes: only whoever asks for them gets them. What is not marked is the small dose for everybody."""
    ours = [item for item in items if item.get_closest_marker("booted")]
    if ours and "booted" not in str(config.option.markexpr):
        config.hook.pytest_deselected(items=ours)
        items[:] = [item for item in items if item not in ours]


@pytest.fixture(scope="session")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package of this very tree, out of the way of whoever builds the next one there."""
    with one_at_a_time(ROOT / "build" / "deb.lock"):
        done = subprocess.run(["bash", ROOT / ".ci/deb/build"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        built = ROOT / done.stdout.strip().splitlines()[-1]
        return Path(shutil.copy(built, tmp_path_factory.mktemp("package")))


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """A machine without siterounds; skipped with the reason where none can be booted."""
    with ExitStack() as stack:
        try:
            with one_at_a_time(KEPT / "lock"):
                base = make_base(KEPT)
            made = stack.enter_context(booted(base, tmp_path_factory.mktemp("machine")))
        except ImpossibleError as error:
            pytest.skip(f"no machine: {error}")
        yield made
