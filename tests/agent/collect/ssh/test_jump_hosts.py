"""Hosts behind other hosts."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent.collect.ssh import HostConnectionError, HostKeys, fetch_key
from checks.ssh import Outcome
from tests.agent.collect.asking import inventory
from tests.agent.collect.ssh.visiting import QUICK, ask, ended
from tests.servers.embedded_ssh import EmbeddedSsh, Machine, embedded_ssh
from tests.servers.ports import free_port
from tests.servers.sshd import public_key


@pytest.fixture
def gate(key: Path, tmp_path: Path) -> Iterator[EmbeddedSsh]:
    with embedded_ssh(Machine({"ops": frozenset({public_key(key)})}, home=tmp_path, forwards=True)) as running:
        yield running


def test_through_a_jump_host(server: EmbeddedSsh, gate: EmbeddedSsh, key: Path) -> None:
    host = replace(server.host("web", key), jump=("gate",))
    assert ask(host, others=[gate.host("gate", key, "ops")]).answers["q1"].output == "hello\n"
    assert (gate.logins, gate.commands) == (["ops"], [])


def test_trouble_at_a_jump_host_names_it(server: EmbeddedSsh, gate: EmbeddedSsh, key: Path, stranger: Path) -> None:
    host = replace(server.host("web", key), jump=("gate",))
    good = gate.host("gate", key, "ops")
    wrong_key = ended(host, Outcome.AUTHENTICATION_FAILED, "ops is not let in", others=[replace(good, key=stranger)])
    assert wrong_key.hop == "gate"
    unknown = ended(host, Outcome.HOST_KEY_UNKNOWN, gate.key.fingerprint, others=[replace(good, host_key=None)])
    assert (unknown.hop, unknown.remedy) == ("gate", "siterounds hosts trust gate")
    assert server.logins == []
    gate.machine = replace(gate.machine, forwards=False)
    forbidden = ended(host, Outcome.UNREACHABLE, "does not forward", others=[good])
    assert "AllowTcpForwarding" in forbidden.remedy


def test_trouble_behind_a_jump_host_is_the_hosts(
    server: EmbeddedSsh, gate: EmbeddedSsh, key: Path, stranger: Path
) -> None:
    good = gate.host("gate", key, "ops")
    host = replace(server.host("web", key), jump=("gate",))
    closed = ended(replace(host, port=free_port()), Outcome.UNREACHABLE, "the jump host cannot connect", others=[good])
    assert closed.hop == ""
    assert ended(replace(host, key=stranger), Outcome.AUTHENTICATION_FAILED, "deploy", others=[good]).hop == ""
    assert ended(replace(host, host_key=gate.host_key), Outcome.HOST_KEY_CHANGED, "shows", others=[good]).hop == ""


def test_a_key_is_fetched_through_verified_jump_hosts_only(server: EmbeddedSsh, gate: EmbeddedSsh, key: Path) -> None:
    host = replace(server.host("web", key), jump=("gate",), host_key=None)
    good = gate.host("gate", key, "ops")
    assert str(fetch_key(host, inventory(host, good), QUICK)) == server.host_key
    with pytest.raises(HostConnectionError, match="nothing vouches for it"):
        fetch_key(host, inventory(host, replace(good, host_key=None)), QUICK, HostKeys(None, []))
