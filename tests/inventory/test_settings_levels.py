"""Settings that do not hold, alone or over one another: what is said about each, and where."""

from pathlib import Path

import pytest

from inventory.errors import InventoryError
from inventory.load import load
from tests.inventory.samples import CHECKS, PLATFORMS, Cases, mistakes

NOTHING = "hosts: {a: {}}\n"

CASES: Cases = {
    "unknown check": (
        "settings: {dsik: {}}\n" + NOTHING,
        ["1: settings.dsik: no check is called 'dsik'; did you mean 'disk'? known: disk, users"],
    ),
    "a switch that is none": (
        "settings: {disk: {enabled: off}}\n" + NOTHING,
        ["1: settings.disk.enabled: must be true or false: is the check made here?"],
    ),
    "unknown key": (
        "settings:\n  disk:\n    usedd: 5\n    used: {warn: 5}\n" + NOTHING,
        [
            "3: settings.disk.usedd: is not a key here; did you mean 'used'? "
            "known: growers, ignore, inodes, mounts, used",
            "4: settings.disk.used.warn: is not a key here; did you mean 'warning'? known: critical, falling, warning",
        ],
    ),
    "wrong types": (
        "settings:\n  disk:\n    used: {warning: high}\n    inodes: 5\n    ignore: x\n    growers: 1.5\n"
        "  users:\n    mode: lax\n    second_factor: yes\n    least: ''\n    days:\n"
        "    waivers: {ann: {reason: x, expires: soon}, bob: {reason: x, expires: 2026-12-31}}\n" + NOTHING,
        [
            "3: settings.disk.used.warning: must be a number, not text",
            "4: settings.disk.inodes: must be a block of keys, not the number 5",
            "5: settings.disk.ignore: must be a list, such as [one, two], not text",
            "6: settings.disk.growers: must be a whole number, not the number 1.5",
            "8: settings.users.mode: must be 'strict' or 'loose', not 'lax'",
            "9: settings.users.second_factor: must be true or false, not text",
            "10: settings.users.least: must be a whole number, not text",
            "11: settings.users.days: is empty: write a number, or remove the key",
            "12: settings.users.waivers.ann.expires: must be a day such as 2026-12-31, not text",
        ],
    ),
    "no block": (
        "hosts:\n  a:\n    settings:\n      disk: 5\n  b: {settings: [x]}\n",
        [
            "4: hosts.a.settings.disk: must be a block of keys, not the number 5",
            "5: hosts.b.settings: must be a block of keys, not a list",
        ],
    ),
    "refused by the check": (
        "hosts:\n  a:\n    settings:\n      users:\n        days: 0.5\n",
        ["4: hosts.a.settings.users: days must be at least 1, not 0.5"],
    ),
    "wrong beside the default": (
        "hosts:\n  a:\n    settings:\n      disk:\n        used: {warning: 91}\n",
        ["5: hosts.a.settings.disk.used: warning (91) must be at most critical (90)"],
    ),
    "unfinished": (
        "hosts:\n  a: {settings: {disk: {mounts: {/var: {warning: 5}}}}}\n",
        ["2: hosts.a.settings.disk.mounts./var.critical: is missing"],
    ),
    "wrong only together": (
        "settings: {disk: {used: {warning: 85, critical: 95}}}\n"
        "clients: {c: {settings: {disk: {used: {critical: 88}}}}}\n"
        "hosts:\n"
        "  a: {client: c, settings: {disk: {used: {warning: 89}}}}\n"
        "  b: {client: c, settings: {disk: {used: {warning: 87}}}}\n"
        "  d: {settings: {disk: {used: {warning: 94}}}}\n",
        [
            "4: hosts.a.settings.disk.used: warning (89) must be at most critical (88); this comes of it together with "
            "settings.disk.used (FILE:1), clients.c.settings.disk.used (FILE:2)"
        ],
    ),
    "mended by another level": (
        "settings: {disk: {used: {critical: 95}}}\nhosts: {d: {settings: {disk: {used: {warning: 94}}}}}\n",
        [],
    ),
    "a site's level over its host's": (
        "clients: {c: {}}\nhosts: {h: {settings: {users: {days: 2}}}}\nsites:\n"
        "  s: {client: c, host: h, url: https://s.example, root: /, settings: {users: {days: 0}}}\n",
        [
            "4: sites.s.settings.users: days must be at least 1, not 0; this comes of it together with "
            "hosts.h.settings.users (FILE:2)"
        ],
    ),
    "about the host": (
        "clients: {c: {}}\nhosts: {h: {}}\nsites:\n"
        "  s: {client: c, host: h, url: https://s.example, root: /, settings: {disk: {growers: 1}}}\n",
        ["4: sites.s.settings.disk: 'disk' is about the host, not the site: write it in the settings of the host"],
    ),
}


def test_a_check_about_a_client_is_set_for_clients_alone(tmp_path: Path) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text(
        "settings: {users: {days: 1}}\nclients: {c: {settings: {users: {days: 2}}}}\n"
        "hosts: {h: {settings: {users: {days: 3}}}}\n"
        "sites: {s: {client: c, host: h, url: https://s.example, root: /, settings: {users: {days: 4}}}}\n"
    )

    with pytest.raises(InventoryError) as raised:
        load(file, CHECKS, PLATFORMS, host_checks=("disk", "users"), client_checks=("users",))
    sentence = "'users' is about the client: write it in the settings of the client"
    assert [(mistake.line, mistake.message) for mistake in raised.value.issues] == [(3, sentence), (4, sentence)]


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected
