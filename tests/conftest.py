"""What holds for all tests."""

import signal
import sys
from functools import cache
from typing import Final

import pytest
from hypothesis import settings

settings.register_profile("siterounds", deadline=None)  # no test may fail because the machine is busy
settings.load_profile("siterounds")

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell has it for what runs in its background; children
    signal.signal(signal.SIGINT, signal.default_int_handler)  # would ignore Ctrl-C, too

GROUPS: Final = {
    "machine": "machine",
    "package": "machine",
    "built": "estate",
    "planted": "wordpress",
    "planted_network": "wordpress",
}
"""Fixtures that take long and last a session → the one worker whose tests use them."""

STARTS: Final = frozenset({*GROUPS, "server", "shell", "folder", "make", "at", "desk", "service"})
"""Fixtures that start something."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs servers, and keep together what shares the dear ones."""
    for item in items:
        assert isinstance(item, pytest.Function)
        used = set(item.fixturenames)
        for group in {GROUPS[name] for name in used & GROUPS.keys()}:
            item.add_marker(pytest.mark.xdist_group(group))
        if used & STARTS or _starts_servers(item.module.__name__):
            item.add_marker(pytest.mark.server)


@cache
def _starts_servers(module: str, steps: int = 2) -> bool:
    """Whether a module of tests has anything of tests.servers among its names, or of what has."""
    names = {str(getattr(one, "__module__", "")) for one in vars(sys.modules[module]).values()}
    ours = {name for name in names - {module} if name.startswith("tests.")}
    return any(name.startswith("tests.servers") or (steps > 1 and _starts_servers(name, steps - 1)) for name in ours)
