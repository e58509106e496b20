"""Keys that are right alone and wrong beside others, and names that other sections must know: what is said of each."""

from pathlib import Path

import pytest

from inventory.errors import InventoryError
from tests.inventory.samples import Cases, mistakes, read, read_text
from tests.inventory.test_services import HARVEST, TEAMWORK
from tests.inventory.test_services_issues import HOSTS

PAIRS = "write client_id and client_secret, or email and token"
ONCE = "from: 2026-12-01T22:00:00+01:00, until: 2026-12-01T23:00:00+01:00"


def zendesk(keys: str) -> str:
    return f"{HOSTS}services:\n  zendesk: {{url: https://a.zendesk.com, {keys}}}\n"


def contract(keys: str) -> str:
    return f"{HOSTS}clients:\n  c: {{contract: {{kind: standard, {keys}}}}}\n"


def window(keys: str) -> str:
    return f"{HOSTS}maintenance:\n  w: {{hosts: [h], {keys}}}\n"


CASES: Cases = {
    "no credentials": (
        zendesk("tags: []"),
        [f"3: services.zendesk: lacks what it logs in with: {PAIRS}"],
    ),
    "half of an OAuth client": (
        zendesk("client_id: s"),
        [f"3: services.zendesk.client_id: needs client_secret beside it: {PAIRS}"],
    ),
    "half of a token": (
        zendesk("token: env:Z"),
        [f"3: services.zendesk.token: needs email beside it: {PAIRS}"],
    ),
    "both credentials": (
        zendesk("client_id: s, client_secret: env:Z, email: a@b.example, token: env:Z"),
        [f"3: services.zendesk.email: does not go with client_id: {PAIRS}"],
    ),
    "halves of both credentials": (
        zendesk("client_secret: env:Z, token: env:Z"),
        [f"3: services.zendesk.token: does not go with client_secret: {PAIRS}"],
    ),
    "kinds that are the same": (
        f"{HOSTS}services:\n  {TEAMWORK[:-1]}, kinds: {{standard: [L2, A], extended: [L3, ' l2']}}}}\n",
        ["3: services.teamwork.kinds.extended[1]: ' l2' means standard already: write other words for one of the two"],
    ),
    "a kind that is the other by default": (
        f"{HOSTS}services:\n  {TEAMWORK[:-1]}, kinds: {{standard: [extended]}}}}\n",
        [
            "3: services.teamwork.kinds.standard[0]: 'extended' means extended already: write other words for one of "
            "the two"
        ],
    ),
    "words for an unknown check": (
        f"{HOSTS}services:\n  {TEAMWORK[:-1]}, scope: {{dsik: [disk]}}}}\n",
        ["3: services.teamwork.scope.dsik: no check is called 'dsik'; did you mean 'disk'? known: disk, users"],
    ),
    "services that are not there": (
        f"{HOSTS}services: {{zendesk: }}\nclients:\n  c:\n    zendesk: {{}}\n    harvest: {{project: 1, task: 1}}\n"
        "    teamwork: {project: 1}\n",
        [
            f"{line}: clients.c.{name}: needs services.{name}: write there how to reach it, or remove this"
            for line, name in ((5, "zendesk"), (6, "harvest"), (7, "teamwork"))
        ],
    ),
    "no task anywhere": (
        f"{HOSTS}services:\n  {HARVEST}\nclients:\n  c: {{harvest: {{project: 1}}}}\n"
        "  d: {harvest: {project: 1, task: }}\n  e: {harvest: {project: 1, task: 1}}\n",
        [
            f"{line}: clients.{client}.harvest: needs a task: write its id as task here, or in services.harvest for "
            "all clients"
            for line, client in ((5, "c"), (6, "d"))
        ],
    ),
    "in scope and out of it": (
        contract("scope: [disk, users], out_of_scope: [users]"),
        ["3: clients.c.contract.out_of_scope[0]: 'users' is in scope, too: remove one of the two"],
    ),
    "unknown checks in scope": (
        contract("scope: [dsik], out_of_scope: [zebra]"),
        [
            "3: clients.c.contract.out_of_scope[0]: no check is called 'zebra'; known: disk, users",
            "3: clients.c.contract.scope[0]: no check is called 'dsik'; did you mean 'disk'? known: disk, users",
        ],
    ),
    "an end before the start": (
        contract("start: 2026-02-01, end: 2026-01-31"),
        ["3: clients.c.contract.end: must not be before start (2026-02-01)"],
    ),
    "an end on the start": (contract("start: 2026-02-01, end: 2026-02-01"), []),
    "measured hours": (
        contract("time: {rule: measured, hours: 1, step: 1, cap: 1}"),
        [
            "3: clients.c.contract.time.hours: is not used with rule: measured: remove it",
            "3: clients.c.contract.time.step: is not used with rule: measured: remove it",
        ],
    ),
    "no hours for a site": (
        contract("time: {rule: per_site}"),
        ["3: clients.c.contract.time: needs hours beside rule: per_site"],
    ),
    "a step for a site": (
        contract("time: {rule: per_site, hours: 1, step: 1}"),
        ["3: clients.c.contract.time.step: is not used with rule: per_site: remove it"],
    ),
    "no hours at least": (
        contract("time: {rule: minimum, step: 1}"),
        ["3: clients.c.contract.time: needs hours beside rule: minimum"],
    ),
    "a window for nobody": (
        f"{HOSTS}maintenance:\n  w: {{{ONCE}, hosts: }}\n",
        ["3: maintenance.w: is about nobody: name some clients, hosts or sites"],
    ),
    "a window for unknown names": (
        f"{HOSTS}maintenance:\n  w: {{{ONCE}, clients: [c], hosts: [h, x], sites: [s], checks: [dsik]}}\n",
        [
            "3: maintenance.w.checks[0]: no check is called 'dsik'; did you mean 'disk'? known: disk, users",
            "3: maintenance.w.clients[0]: no client is called 'c'; none is known",
            "3: maintenance.w.hosts[1]: no host is called 'x'; known: h",
            "3: maintenance.w.sites[0]: no site is called 's'; none is known",
        ],
    ),
    "a window that ends as it begins": (
        window("from: 2026-12-01T22:00:00+01:00, until: 2026-12-01T21:00:00Z"),
        ["3: maintenance.w.until: must be after from"],
    ),
    "a moment every week": (
        window(f"{ONCE}, days: daily, zone: UTC"),
        [
            f'3: maintenance.w.{key}: is for times of day, such as from: "22:00": remove it, or write such times'
            for key in ("days", "zone")
        ],
    ),
    "times of no day": (
        window("from: 02:00, until: 04:00"),
        [
            "3: maintenance.w.from: is a time of day, and needs days beside it: daily, or such as [saturday, sunday]",
        ],
    ),
    "a time and a moment": (
        window("from: 02:00, until: 2026-12-01T22:00:00Z, days: daily"),
        ["3: maintenance.w.until: must have the form of from: a moment, or a time of day"],
    ),
    "a day that never ends": (
        window("from: 02:00, until: 02:00, days: daily"),
        ["3: maintenance.w.until: must differ from from; what ends on the next day ends earlier by the clock"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        f"{HOSTS}services:\n  {HARVEST[:-1]}, task: 5}}\nclients: {{c: {{harvest: {{project: 1}}}}}}\n",
        contract("time: {rule: measured, hours: , step: , cap: 0}"),
        contract("time: {rule: per_site, hours: 0.5}"),
        contract("scope: [disk], out_of_scope: [users], end: 2026-01-01"),
        window(ONCE),
        window("from: 23:00, until: 01:00, days: [daily], zone: Europe/Berlin"),
    ],
)
def test_what_agrees_loads(tmp_path: Path, text: str) -> None:
    assert read_text(tmp_path, text).hosts


def test_what_an_unreadable_file_may_hold_is_not_missed(tmp_path: Path) -> None:
    (tmp_path / "clients.yaml").write_text(HOSTS + "clients: {c: {harvest: {project: 1}, teamwork: {project: 1}}}\n")
    (tmp_path / "services.yaml").write_text("services: {harvest: {\n")

    with pytest.raises(InventoryError) as raised:
        read(tmp_path)
    assert [Path(mistake.file).name for mistake in raised.value.issues] == ["services.yaml"]
