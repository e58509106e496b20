"""What is offered to a real sshd that is new, old, or too old."""

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.collect.ssh.algorithms import is_legacy
from checks import State
from checks.ssh import Connection, Outcome, Settings, evaluate
from tests.agent.collect.ssh.test_real_sshd import ask
from tests.servers.sshd import public_key, sshd

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ME = getpass.getuser()
OLD = ("Ciphers aes128-cbc,aes256-cbc,3des-cbc", "MACs hmac-sha1,hmac-md5")
TOO_OLD = ("KexAlgorithms diffie-hellman-group14-sha1", *OLD)


def visited(folder: Path, key: Path, options: Sequence[str], *, legacy_ssh: bool) -> Connection:
    with sshd(folder, [public_key(key)], options) as server:
        return ask(server.host("web", key, ME, legacy_ssh=legacy_ssh)).connection


def test_only_old_algorithms_are_refused_with_their_names_and_the_key(tmp_path: Path, key: Path) -> None:
    seen = visited(tmp_path, key, OLD, legacy_ssh=False)
    assert seen.outcome is Outcome.PROTOCOL
    for said in ("aes128-cbc", "3des-cbc", "hmac-md5"):
        assert said in seen.reason
    assert "`legacy_ssh: true`" in seen.remedy
    assert "web" in seen.remedy


@pytest.mark.parametrize("option", OLD)
def test_each_kind_alone_is_refused(option: str, tmp_path: Path, key: Path) -> None:
    seen = visited(tmp_path, key, [option], legacy_ssh=False)
    assert seen.outcome is Outcome.PROTOCOL
    assert option.split(maxsplit=1)[0] in seen.remedy


def test_with_the_key_they_are_used_and_this_is_said_without_an_alarm(tmp_path: Path, key: Path) -> None:
    seen = visited(tmp_path, key, OLD, legacy_ssh=True)
    assert seen.outcome is Outcome.CONNECTED, seen
    (finding,) = evaluate(seen, Settings(), {}, NOW).findings
    assert finding.state is State.OK
    (note,) = finding.details
    assert "aes128-cbc" in note
    assert "hmac-sha1" in note


def test_a_key_that_is_not_needed_changes_nothing_and_is_said_to_be_needless(tmp_path: Path, key: Path) -> None:
    seen = visited(tmp_path, key, (), legacy_ssh=True)
    assert seen.outcome is Outcome.CONNECTED
    (note,) = seen.notes
    assert not any(is_legacy(word.strip(",:")) for word in note.split())
    assert visited(tmp_path, key, (), legacy_ssh=False).notes == ()


@pytest.mark.parametrize("legacy_ssh", [False, True])
def test_what_is_not_spoken_at_all_is_not_promised_by_the_key(legacy_ssh: bool, tmp_path: Path, key: Path) -> None:
    seen = visited(tmp_path, key, TOO_OLD, legacy_ssh=legacy_ssh)
    assert seen.outcome is Outcome.PROTOCOL
    assert "diffie-hellman-group14-sha1" in seen.reason
    assert "legacy_ssh" not in seen.remedy


@pytest.mark.parametrize(
    "name",
    ["3des-cbc", "aes256-cbc", "arcfour256", "hmac-md5-96", "hmac-sha1", "hmac-sha1-96", "ssh-rsa", "ssh-dss",
     "diffie-hellman-group14-sha1", "diffie-hellman-group-exchange-sha1", "hmac-sha1-etm@openssh.com"],
)  # fmt: skip
def test_old_ones(name: str) -> None:
    assert is_legacy(name)


@pytest.mark.parametrize(
    "name",
    ["aes128-ctr", "aes256-gcm@openssh.com", "hmac-sha2-256-etm@openssh.com", "rsa-sha2-512", "ssh-ed25519",
     "curve25519-sha256@libssh.org", "diffie-hellman-group14-sha256", "ecdsa-sha2-nistp384"],
)  # fmt: skip
def test_others(name: str) -> None:
    assert not is_legacy(name)
