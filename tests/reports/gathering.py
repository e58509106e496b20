"""A pytest plugin that writes down every finding which the tests of a check make, for the words to be tried on."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from checks import Finding
from checks.text import clean_value

_seen: dict[str, dict[str, Any]] = {}
_made = Finding.__init__


def _noted(self: Finding, *values: Any, **named: Any) -> None:
    _made(self, *values, **named)
    one = {"kind": self.kind, "state": str(self.state), "item": self.item, "summary": self.summary, "data": self.data}
    _seen.setdefault(json.dumps([self.kind, self.state, sorted(self.data)]), clean_value(one))


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen."""
    Finding.__init__ = _noted  # type: ignore[method-assign]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Write down what was heard: one finding for each kind, state and set of values."""
    Finding.__init__ = _made  # type: ignore[method-assign]
    Path(os.environ["GATHERED"]).write_text(json.dumps(list(_seen.values())), encoding="utf-8")
