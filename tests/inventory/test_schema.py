"""The JSON Schema for editors: it takes what loads, and refuses what it can see is wrong."""

import copy
import functools
import json
import operator
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from checks.registry import load as registry
from inventory.document import plain
from inventory.errors import InventoryIssue
from inventory.load import example
from inventory.schema import remarks, schema
from inventory.yaml import compose
from tests.inventory import (
    test_file,
    test_hostile,
    test_load,
    test_mail,
    test_reports,
    test_schedule,
    test_services,
    test_services_issues,
    test_settings_levels,
    test_validate,
)
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
    "kinds that are the same",
    "a kind that is the other by default",
    "services that are not there",
    "no task anywhere",
    "in scope and out of it",
    "an end before the start",
    "an end on the start",  # it is right
    "a window that ends as it begins",
    "a day that never ends",
    "an unsubscribe address that is none",
    "pale colours",
    "nobody to write to",
    "no mail server",
    "days below a cron",
}


def refusals(data: Any, of: dict[str, Any] = SCHEMA) -> list[str]:
    return [error.message for error in Draft202012Validator(of).iter_errors(data)]


def read(text: str | bytes) -> Any:
    """A file as editors have it by YAML 1.2: days are text, and so are all keys."""
    wrong: list[InventoryIssue] = []
    root = compose(text if isinstance(text, str) else text.decode(), "", wrong)
    assert root is not None
    return plain(root)


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_it_takes_the_example() -> None:
    known = registry()
    ours = schema(known.settings(), known.platforms, known.host_checks())
    Draft202012Validator.check_schema(ours)

    assert refusals(read(example()), ours) == []


def test_it_takes_all_that_loads() -> None:
    assert refusals(read(test_load.FULL)) == []
    assert refusals(read("clients:\n  harbour:\nhosts:\n  web1:\nsites:\nsettings:\n  disk:\nx-own: [1]\n")) == []
    assert refusals(read(test_services.FULL)) == []
    assert refusals(read(test_mail.FULL)) == []
    assert refusals(read(test_reports.FULL)) == []
    assert refusals(read(test_schedule.FULL)) == []
    assert refusals(read("services:\nmaintenance:\nclients: {c: {zendesk: , harvest: , teamwork: , contract: }}")) == []
    assert refusals(read("services: {zone: , environment: , zendesk: , harvest: , teamwork: }")) == []
    assert refusals(read("hosts:\n  web1:\n    port:\n    jump:\n    tags:\n    settings:\n    transport:\n")) == []


TABLES = (
    test_file.CASES,
    test_settings_levels.CASES,
    test_services_issues.CASES,
    test_validate.CASES,
    test_mail.CASES,
    test_reports.CASES,
    test_schedule.CASES,
)
CASES = {name: case for table in TABLES for name, case in table.items()}


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


SERVICE = "client_id: s, client_secret: env:Z"
ONCE = "from: 2026-12-01T22:00:00Z, until: 2026-12-01T23:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"services: {{zendesk: {{url: https://a.zendesk.com, {keys}}}}}"
            for keys in (
                "",
                "client_id: s",
                "client_secret: env:Z",
                "email: a@b.example",
                "client_id: s, token: env:Z",
                f"{SERVICE}, email: a@b.example",
                "client_id: s, client_secret: hunter2",
                f"{SERVICE}, scope: 'read,write'",
                f"{SERVICE}, tags: [a b]",
                f"{SERVICE}, group: 0",
                f"{SERVICE}, public: 1",
                f"{SERVICE}, reopen_days: 366",
                f"{SERVICE}, new_tickets_a_round: -1",
                f"{SERVICE}, requests_a_minute: 10001",
                f"{SERVICE}, fields: {{a: x}}",
                f"{SERVICE}, fields: {{'0': x}}",
                f"{SERVICE}, fields: {{5: '{{sit}}'}}",
                f"{SERVICE}, fields: {{5: '{{site'}}",
                f"{SERVICE}, fields: {{5: '{{site:}}'}}",
                f"{SERVICE}, fields: {{5: ''}}",
            )
        ),
        f"services: {{zendesk: {{url: http://a.zendesk.com, {SERVICE}}}}}",
        f"services: {{zendesk: {{url: https://a.zendesk.com/api, {SERVICE}}}}}",
        f"services: {{zendesk: {{url: 'https://u:p@a.zendesk.com', {SERVICE}}}}}",
        "services: {zone: ../UTC}",
        "services: {environment: a b}",
        "services: {harvest: {account: 5, token: env:H}}",
        "services: {harvest: {account: 5, token: env:H, contact: 'a b'}}",
        "services: {teamwork: {url: https://t.example, token: env:T, fields: {site: x}}}",
        "services: {teamwork: {url: https://t.example, token: env:T, kinds: {standard: []}}}",
        "services: {teamwork: {url: https://t.example, token: env:T, scope: {dsik: [x]}}}",
        *(
            f"clients: {{c: {{contract: {{kind: standard, {keys}}}}}}}"
            for keys in (
                "start: 2026-13-01",
                "scope: [dsik]",
                "scope: []",
                "first_response: {soon: 1}",
                "resolution: {low: 0}",
                "calendar: always",
                "time: {}",
                "time: {rule: measured, hours: 1}",
                "time: {rule: measured, step: 1}",
                "time: {rule: per_site}",
                "time: {rule: per_site, hours: }",
                "time: {rule: per_site, hours: 1, step: 1}",
                "time: {rule: minimum, step: 1}",
                "time: {rule: minimum, hours: 0}",
            )
        ),
        *(
            f"hosts: {{h: {{}}}}\nmaintenance: {{w: {{{keys}}}}}"
            for keys in (
                "",
                ONCE,
                f"{ONCE}, hosts: ",
                f"{ONCE}, hosts: []",
                f"{ONCE}, hosts: [h], days: daily",
                f"{ONCE}, hosts: [h], zone: UTC",
                f"{ONCE}, hosts: [h], checks: [dsik]",
                "from: '02:00', until: '04:00', hosts: [h]",
                "from: '02:00', until: '04:00', hosts: [h], days: ",
                "from: '02:00', until: '04:00', hosts: [h], days: []",
                "from: '02:00', until: '04:00', hosts: [h], days: [sonday]",
                "from: '02:00', until: 2026-12-01T22:00:00Z, hosts: [h], days: daily",
                "from: 2026-12-01T22:00:00, until: 2026-12-01T23:00:00, hosts: [h]",
                "from: '02:00', hosts: [h], days: daily",
            )
        ),
    ],
)
def test_it_refuses_in_the_newer_sections_what_loading_refuses(tmp_path: Path, text: str) -> None:
    assert refusals(read(text))
    assert mistakes(tmp_path, text if "hosts: {h" in text else f"{text}\nhosts: {{h: {{}}}}\n")


@pytest.mark.parametrize(
    "text",
    [
        f"services: {{zendesk: {{url: https://a.zendesk.com, {SERVICE}, email: , token: }}}}",
        "services: {zendesk: {url: 'http://[::1]:80/', email: a@b.example, token: env:Z, client_id: }}",
        f"services: {{zendesk: {{url: https://a.zendesk.com, {SERVICE}, fields: {{5: 'a {{site}} {{{{'}}}}}}",
        "clients: {c: {contract: {kind: standard, time: {rule: measured, hours: , step: , cap: 5}}}}",
        "clients: {c: {contract: {kind: standard, time: {rule: per_site, hours: 0.1, step: }}}}",
        "clients: {c: {contract: {kind: standard, time: {rule: minimum, hours: 0.1}}}}",
        f"maintenance: {{w: {{{ONCE}, hosts: [h], sites: , days: , zone: }}}}",
        "maintenance: {w: {from: '02:00', until: '01:00', hosts: [h], days: [daily, sunday]}}",
    ],
)
def test_it_takes_in_the_newer_sections_what_loads(tmp_path: Path, text: str) -> None:
    text += "\nhosts: {h: {}}\n"
    assert refusals(read(text)) == []
    assert mistakes(tmp_path, text) == []


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
    ours = {name: one for name, one in SCHEMA["$defs"].items() if "." not in name and not name.endswith("Settings")}

    assert len(ours) == 27
    for one in (SCHEMA, *ours.values()):
        assert one["description"]
        assert all(about["description"] for about in one["properties"].values())


def test_checks_about_a_client_are_set_for_clients_alone() -> None:
    found = schema(CHECKS, PLATFORMS, host_checks=("disk", "users"), client_checks=("users",))

    assert refusals(read("clients: {c: {settings: {users: {days: 5}}}}\nsettings: {users: {days: 5}}"), found) == []
    assert refusals(read("hosts: {h: {settings: {users: {days: 5}}}}"), found)
    assert refusals(read("hosts: {h: {settings: {disk: {growers: 5}}}}"), found) == []


def test_remarks_of_what_has_no_source_are_none() -> None:
    made: Any = {}
    exec("import dataclasses\n@dataclasses.dataclass\nclass Made:\n    a: int = 1  # lost\n", made)

    assert remarks(made["Made"]) == {}
    assert remarks(int) == {}
    assert remarks(Users) == {}
    assert set(remarks(Disk)) == {"used", "inodes", "growers"}


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value in a value."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield (*path, key)
        yield from places(inner, (*path, key))


WHOLES = [read(one.FULL) for one in (test_services, test_mail, test_reports, test_schedule)]
PLACES = [(number, place) for number, whole in enumerate(WHOLES) for place in places(whole)]


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.sampled_from(PLACES), value=test_hostile.VALUES)
def test_it_takes_whatever_loads(tmp_path: Path, place: tuple[int, tuple[str | int, ...]], value: object) -> None:
    whole = copy.deepcopy(WHOLES[place[0]])
    *way, last = place[1]
    functools.reduce(operator.getitem, way, whole)[last] = value
    text = json.dumps(whole)

    assert mistakes(tmp_path, text) or refusals(read(text)) == []
