"""The example says the defaults that the models have, and descriptions leave defaults to the models."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from checks.registry import load as registry
from inventory.document import plain
from inventory.errors import InventoryIssue, alternatives, reached
from inventory.load import example
from inventory.schema import schema
from inventory.yaml import compose

KNOWN = registry()
SCHEMA = schema(KNOWN.settings(), KNOWN.platforms, KNOWN.host_checks(), KNOWN.client_checks())
OTHERS = {  # what the example writes because it is not the default
    "services.zone",
    "services.teamwork.kinds.standard",
    "services.teamwork.kinds.extended",
    "schedule.days",
    "clients.harbour.contract.calendar",
    "clients.harbour.contract.time.rule",
    "clients.harbour.report.when",
    "clients.harbour.schedule.days",
    "hosts.agent.transport",
}

Path = tuple[str | int, ...]


def example_with_its_comments() -> Any:
    """The whole example, what is commented out included."""
    before, _, after = example().partition("\nhosts:\n")
    hosts, _, maintenance = after.partition("\n# maintenance:\n")
    key = re.compile(r"^( *)# ( *[a-z0-9_]+:(?: .*)?)$", re.MULTILINE)
    agent = hosts.replace("  # agent:", "  agent:")
    whole = [key.sub(r"\1\2", before), "hosts:", agent, "maintenance:", key.sub(r"\1\2", maintenance)]
    issues: list[InventoryIssue] = []
    root = compose("\n".join(whole), "example", issues)
    assert root is not None
    assert not issues
    return plain(root)


def values(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The path and the value of every key."""
    for key, inner in value.items() if isinstance(value, dict) else ():
        yield (*path, key), inner
        yield from values(inner, (*path, key))


def defaults() -> dict[str, tuple[Any, Any]]:
    """By key: what the example says, and the default of the model, wherever there are both."""
    found = {}
    for path, value in values(example_with_its_comments()):
        standing = [one["default"] for one in reached(SCHEMA, path) if "default" in one]
        if standing and "settings" not in path:
            found[".".join(map(str, path))] = (value, standing[0])
    return found


DEFAULTS = defaults()


@pytest.mark.parametrize("key", sorted(DEFAULTS.keys() - OTHERS))
def test_the_example_says_the_default_of_the_model(key: str) -> None:
    said, standing = DEFAULTS[key]

    assert said == standing


def test_the_example_says_most_defaults() -> None:
    assert {"services.zendesk.requests_a_minute", "service.stale_hours", "services.mail.security"} < DEFAULTS.keys()
    assert len(DEFAULTS.keys() - OTHERS) > 20


def test_what_differs_from_the_default_is_still_there() -> None:
    assert {key for key, (said, standing) in DEFAULTS.items() if said != standing} == OTHERS


def test_descriptions_do_not_repeat_defaults() -> None:
    ours = [SCHEMA, *(one for name, one in SCHEMA["$defs"].items() if "." not in name)]
    checked = 0
    for owner in ours:
        for about in owner.get("properties", {}).values():
            default, text = about.get("default"), about.get("description", "")
            choices = any("enum" in one or "const" in one for one in alternatives(SCHEMA, about))
            if default is not None and not choices:
                checked += 1
                assert not re.search(rf"\b{re.escape(str(default).lower())}\b", text.lower()), text
    assert checked > 30
