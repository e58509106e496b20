"""A site that names more than is judged."""

import json

import pytest

from checks.findings import Cause, NotCheckedError
from checks.platforms.facts import parse


@pytest.mark.parametrize("part", ["accounts", "software"])
def test_more_than_is_judged_is_said_to_be_too_much(part: str) -> None:
    row = {"login": "x", "id": "1"} if part == "accounts" else {"kind": "plugin", "key": "x", "name": "x"}
    document = {"platform": "x", "root": "/", "software": [], "accounts": [], "gaps": {}, "as_of": 1, "php": "8"}
    assert getattr(parse(json.dumps({**document, part: [row] * 10_000})), part)
    with pytest.raises(NotCheckedError) as raised:
        parse(json.dumps({**document, part: [row] * 10_001}))
    assert raised.value.cause is Cause.TOO_MUCH
