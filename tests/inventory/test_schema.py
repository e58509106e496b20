"""The JSON Schema for editors: it takes what loads, and refuses what it can see is wrong."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from checks.registry import load as registry
from inventory.example import example
from inventory.remarks import remarks
from inventory.schema import schema
from tests.inventory import test_levels, test_loading, test_shapes
from tests.inventory.samples import CHECKS, PLATFORMS, Disk, Users, mistakes

SCHEMA = schema(CHECKS, PLATFORMS, host_checks=("disk",))
UNSEEN = {  # what needs more than one value, or code, to be seen
    "name too long",
    "address",
    "client",
    "urls",
    "refused by the check",
    "wrong beside the default",
    "unfinished",
    "wrong only together",
    "mended by another level",
    "a site's level over its host's",
}


def refusals(data: Any, of: dict[str, Any] = SCHEMA) -> list[str]:
    return [error.message for error in Draft202012Validator(of).iter_errors(data)]


def read(text: str | bytes) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_it_takes_the_example() -> None:
    known = registry()
    ours = schema(known.settings(), known.platforms, known.host_checks())
    Draft202012Validator.check_schema(ours)

    assert refusals(read(example()), ours) == []


def test_it_takes_all_that_loads() -> None:
    assert refusals(read(test_loading.FULL)) == []
    assert refusals(read("clients:\n  harbour:\nhosts:\n  web1:\nsites:\nsettings:\n  disk:\nx-own: [1]\n")) == []
    assert refusals(read("hosts:\n  web1:\n    port:\n    jump:\n    tags:\n    settings:\n    transport:\n")) == []


CASES = {name: case for table in (test_shapes.CASES, test_levels.CASES) for name, case in table.items()}


@pytest.mark.parametrize("name", sorted(CASES.keys() - UNSEEN))
def test_it_refuses(name: str) -> None:
    assert refusals(read(CASES[name][0]))


@pytest.mark.parametrize(
    "text",
    [
        "hosts: {a: {passphrase: hunter2}}",
        "clients: {c: {contacts: [{name: Ann}]}}",
        "clients: {c: {language: english}}",
        "clients: {c: {contract: {kind: gold}}}",
        "clients: {c: {contract: {kind: standard, hours_a_month: -1}}}",
        "hosts: {a: {host_key: ssh-dss AAAA}}",
        "hosts: {a: {address: 'web 1'}}",
        "sites: {s: {client: c, host: h, url: 'ftp://s.example', root: /}}",
        "sites: {s: {client: c, host: h, url: https://s.example, root: /, platform: drupal}}",
        "sites: {s: {client: c, host: h, url: https://s.example, root: /, settings: {disk: {growers: 1}}}}",
    ],
)
def test_it_refuses_as_well_as_loading_does(tmp_path: Path, text: str) -> None:
    assert refusals(read(text))
    assert mistakes(tmp_path, text)


def test_a_level_may_write_a_part_of_a_threshold() -> None:
    assert refusals(read("hosts: {a: {settings: {disk: {used: {warning: 70}, mounts: {/var: {critical: 70}}}}}}")) == []


def test_settings_are_described_in_their_authors_words() -> None:
    used, inodes, mounts, ignore, growers, enabled = SCHEMA["$defs"]["disk.Disk"]["properties"].values()
    assert (enabled["type"], enabled["default"]) == ("boolean", True)

    assert used["description"] == "percent used"
    assert used["default"] == {"warning": 80, "critical": 90, "falling": False}
    assert inodes["description"] == "percent of inodes left, for each file system"
    assert "description" not in mounts
    assert ignore["default"] == ["squashfs"]
    assert growers["description"] == "How many of the biggest growers are named."


def test_every_key_of_ours_is_described() -> None:
    for name in ("ClientShape", "ContactShape", "ContractShape", "HostShape", "SiteShape"):
        assert all(about["description"] for about in SCHEMA["$defs"][name]["properties"].values())


def test_remarks_of_what_has_no_source_are_none() -> None:
    made: Any = {}
    exec("import dataclasses\n@dataclasses.dataclass\nclass Made:\n    a: int = 1  # lost\n", made)

    assert remarks(made["Made"]) == {}
    assert remarks(int) == {}
    assert remarks(Users) == {}
    assert set(remarks(Disk)) == {"used", "inodes", "growers"}
