"""Secrets written into the inventory: found, refused and never repeated."""

from pathlib import Path

import pytest

from tests.inventory.samples import Cases, mistakes

HOST_KEYS = "known: address, client, host_key, jump, key, legacy_ssh, passphrase, port, settings, tags, transport, user"
SECRET = "a secret does not belong in the inventory; write a reference: env:NAME, file:/path or credential:NAME"
NOTHING = "hosts: {a: {}}\n"

CASES: Cases = {
    "by key": (
        "hosts:\n  a:\n    password: hunter2\n    passphrase: hunter2\n",
        [
            f"3: hosts.a.password: {SECRET}",
            f"3: hosts.a.password: is not a key here; {HOST_KEYS}",
            f"4: hosts.a.passphrase: {SECRET}",
        ],
    ),
    "anywhere": (
        NOTHING + "x-zendesk: {apiToken: abc, dqs_key: 12345}\nx-secrets: [abc, 'env:OK']\n",
        [f"2: x-zendesk.apiToken: {SECRET}", f"2: x-zendesk.dqs_key: {SECRET}", f"3: x-secrets[0]: {SECRET}"],
    ),
    "by look": (
        NOTHING + "x-notes:\n  - |\n    -----BEGIN OPENSSH PRIVATE KEY-----\n    AAAA\n",
        [f"3: x-notes[0]: {SECRET.replace('a secret', 'a private key', 1)}"],
    ),
    "of services": (
        NOTHING
        + "services:\n  harvest:\n    account: 5\n    contact: a@b.example\n    token: hunter2\n    api_key: hunter2\n",
        [
            f"6: services.harvest.token: {SECRET}",
            f"7: services.harvest.api_key: {SECRET}",
            "7: services.harvest.api_key: is not a key here; known: account, contact, requests_in_15_seconds, task, "
            "token, url",
        ],
    ),
    "none": (
        "hosts: {a: {passphrase: 'env:WEB1', key: /home/l2/token}}\nx-token: credential:zendesk\nx-password: ''\n"
        "x-token_days: 5\nx-secret: true\n",
        [],
    ),
}


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_each_mistake_is_told_where_it_is(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, text) == expected
