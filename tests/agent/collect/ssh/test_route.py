"""The way to a host."""

from dataclasses import replace
from pathlib import Path

import pytest

from agent.collect.ssh.config import load_config
from agent.collect.ssh.route import Hop, plan_route
from agent.collect.ssh.socket import HostConnectionError
from checks.ssh import Outcome
from inventory.model import Host
from tests.agent.collect.asking import inventory


def route(home: Path, config: str, host: Host, *others: Host) -> tuple[Hop, ...]:
    (home / ".ssh" / "config").write_text(config)
    return plan_route(host, inventory(host, *others), load_config([home / ".ssh" / "config"]))


def names(hops: tuple[Hop, ...]) -> list[str]:
    return [hop.name for hop in hops]


def test_the_inventory_comes_first(home: Path) -> None:
    config = "Host web\n HostName wrong\n Port 1\n User wrong\n IdentityFile ~/.ssh/%h-%r\n IdentityAgent ~/agent\n"
    host = Host("web", "10.0.0.1", 2222, "deploy", Path("~/key"), host_key="ssh-ed25519 AAAA")
    (hop,) = route(home, config, host)
    assert (hop.address, hop.port, hop.user, hop.key) == ("10.0.0.1", 2222, "deploy", home / "key")
    assert hop.identities == (home / ".ssh" / "10.0.0.1-deploy",)
    assert hop.agent == home / "agent"
    assert (hop.jump, hop.inventoried) == (False, True)


def test_the_configuration_fills_what_is_missing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/run/agent")
    config = (
        "Host web\n HostName %h.example.com\n Port 2200\n User deploy\n ConnectTimeout 3\n HostKeyAlias alias\n"
        " UserKnownHostsFile ~/a /b\n IdentitiesOnly yes\n"
    )
    (hop,) = route(home, config, Host("web"))
    assert (hop.address, hop.port, hop.user, hop.connect_timeout) == ("web.example.com", 2200, "deploy", 3.0)
    assert (hop.alias, hop.known_hosts, hop.identities_only) == ("alias", (home / "a", Path("/b")), True)
    assert hop.agent == Path("/run/agent")


def test_where_all_are_silent(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "me")
    (hop,) = route(home, "", Host("web"))
    assert (hop.address, hop.port, hop.user, hop.key, hop.identities, hop.agent) == ("web", 22, "me", None, (), None)


def test_a_container_that_knows_no_names(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 12345")

    monkeypatch.setattr("getpass.getuser", nobody)
    with pytest.raises(HostConnectionError, match="nobody to log in to web as"):
        route(home, "", Host("web"))
    assert route(home, "", Host("web", user="deploy"))[0].user == "deploy"


def test_jump_hosts_of_the_inventory(home: Path) -> None:
    far, near = Host("far", "10.0.0.2"), Host("near", "192.0.2.1", jump=("gate",))
    hops = route(home, "Host web\n ProxyJump other\n", Host("web", jump=("near", "far")), far, near, Host("gate"))
    assert names(hops) == ["gate", "near", "far", "web"]
    assert [hop.jump for hop in hops] == [True, True, True, False]


def test_jump_hosts_of_the_configuration(home: Path) -> None:
    config = "Host web\n ProxyJump ops@gate:2222, near\nHost gate\n HostName gate.example.com\n"
    hops = route(home, config, Host("web"), Host("near", "192.0.2.1", user="deploy"))
    gate, near, web = hops
    assert (gate.name, gate.address, gate.port, gate.user) == ("gate", "gate.example.com", 2222, "ops")
    assert not gate.inventoried
    assert (near.address, near.user, near.inventoried) == ("192.0.2.1", "deploy", True)
    assert web.name == "web"


@pytest.mark.parametrize(
    "command", ["ssh -W %h:%p ops@gate", "ssh -q -W [%h]:%p ops@gate", "/usr/bin/ssh -W %h:%p gate"]
)
def test_the_old_way_to_write_a_jump(command: str, home: Path) -> None:
    assert names(route(home, f"Host web\n ProxyCommand {command}\n", Host("web"))) == ["gate", "web"]


@pytest.mark.parametrize(
    "command", ["nc -X connect %h %p", "ssh gate nc %h %p", "ssh -W %h:%p -F x gate", "sh -c 'id'"]
)
def test_any_other_command_is_not_run(command: str, home: Path) -> None:
    with pytest.raises(HostConnectionError, match="config line 2 sets a ProxyCommand") as caught:
        route(home, f"Host web\n ProxyCommand {command}\n", Host("web"))
    assert caught.value.connection.outcome is Outcome.CONFIGURATION
    assert "ProxyJump" in caught.value.connection.remedy
    assert caught.value.connection.hop == ""


@pytest.mark.parametrize("config", ["Host *\n ProxyJump gate\n", "Host web gate\n ProxyCommand ssh -W %h:%p gate\n"])
def test_a_jump_host_does_not_jump_through_itself(config: str, home: Path) -> None:
    assert names(route(home, config, Host("web"))) == ["gate", "web"]


@pytest.mark.parametrize("config", ["Host web\n ProxyJump none\n", "Host web\n ProxyCommand none\n"])
def test_none_is_none(config: str, home: Path) -> None:
    assert names(route(home, config, Host("web"))) == ["web"]


def test_circles_and_strangers_are_named(home: Path) -> None:
    one, two = Host("one", jump=("two",)), Host("two", jump=("one",))
    with pytest.raises(HostConnectionError, match="one → two → one"):
        route(home, "", one, two)
    with pytest.raises(HostConnectionError, match="one stands twice"):
        route(home, "", replace(one, jump=("two", "one")), replace(two, jump=()))
    with pytest.raises(HostConnectionError, match="gate is not in the inventory"):
        route(home, "", Host("web", jump=("gate",)))
    with pytest.raises(HostConnectionError, match="names no jump host"):
        route(home, "ProxyJump a@b@c\n", Host("web"))


def test_ipv6_addresses(home: Path) -> None:
    hops = route(home, "Host web\n ProxyJump [2001:db8::1]:2222\n", Host("web", "[2001:db8::2]"))
    assert [(hop.address, hop.port) for hop in hops] == [("2001:db8::1", 2222), ("2001:db8::2", 22)]
