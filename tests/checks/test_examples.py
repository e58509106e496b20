"""The examples are of all kinds that a check declares, and of no other."""

from typing import Any

import pytest

from checks import Check
from checks.findings import COMMON_KINDS
from checks.registry import CHECKS
from tests.checks.examples import EXAMPLES


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_there_is_an_example_of_each_declared_kind(check: Check[Any, Any]) -> None:
    given = {finding.kind for finding in EXAMPLES[check.name]()}
    declared = {kind.name for kind in check.kinds}
    assert declared - given == set()
    assert given - declared - {kind.name for kind in COMMON_KINDS} == set()
