"""The firewall's probe run by real shells, by root and by others, with sudo and without."""

import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from agent.collect.plan import Question
from agent.collect.script import SHELL, build, encode
from agent.collect.transcript import read
from checks import Probe, Target
from checks.findings import CheckResult, State
from checks.firewall import PROBE, Facts, Settings, evaluate, parse
from inventory.model import Host
from tests.servers.network import Namespace, pair
from tests.servers.shells import PATH, SHELLS, ask, needs_root

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


@pytest.fixture(name="server")
def _server() -> Iterator[Namespace]:
    with pair() as (server, _):
        yield server


def judged(facts: Facts) -> CheckResult:
    """What is said of it."""
    return evaluate(facts, Settings(), {}, NOW)


def reasons(judgement: CheckResult) -> list[tuple[str, State]]:
    """Each item with its state."""
    return [(finding.item, finding.state) for finding in judgement.findings]


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_asks_this_machine(shell: str) -> None:
    facts = parse(ask(PROBE, ["2222"], shell=shell))
    assert facts.listeners is not None
    assert facts.here.interfaces
    assert facts.ssh_ports == {2222}
    assert facts.rule_tools


@pytest.mark.parametrize("shell", SHELLS)
def test_the_port_of_this_connection_goes_before_the_inventorys(shell: str) -> None:
    connection = {"SSH_CONNECTION": "192.0.2.7 51234 198.51.100.1 2022"}
    assert parse(ask(PROBE, ["22"], shell=shell, environment=connection)).ssh_ports == {2022}
    assert parse(ask(PROBE, [""], shell=shell)).ssh_ports == {22}


@pytest.mark.parametrize("shell", SHELLS)
def test_listeners_may_be_told_by_the_agent(shell: str) -> None:
    told = 'tcp LISTEN 0 0 *:3306 *:* users:(("it\'s $(x) `y` \\n",pid=1,fd=2))\nudp UNCONN 0 0 [::1]:53 [::]:*'
    facts = parse(ask(PROBE, [""], shell=shell, environment={"SITEROUNDS_LISTENERS": told}))
    assert facts.listeners is not None
    assert [(one.protocol, one.port, one.loopback) for one in facts.listeners] == [
        ("tcp", 3306, False),
        ("udp", 53, True),
    ]


@needs_root
@pytest.mark.parametrize("shell", SHELLS)
def test_root_sees_all(shell: str, server: Namespace) -> None:
    server.run("nft", "add table inet mine; add chain inet mine in { type filter hook input priority 0; policy drop; }")
    server.run("iptables-nft", "-A", "INPUT", "-p", "tcp", "-m", "multiport", "--dports", "80,443", "-j", "ACCEPT")
    server.run("ip6tables-legacy", "-A", "INPUT", "-p", "udp", "-j", "DROP")
    with server.listening([80, 3306]):
        facts = parse(ask(PROBE, [""], shell=shell, inside=server.inside))
    titles = {table.title for table in facts.tables}
    assert {"nft inet mine (IPv4 and IPv6)", "iptables filter (IPv4)", "iptables-legacy filter (IPv6)"} <= titles
    assert "nft ip filter (IPv4)" not in titles, "its own tool reads it"
    assert {(one.protocol, one.port) for one in facts.listeners or ()} == {
        (protocol, port) for protocol in ("tcp", "udp") for port in (80, 3306)
    }
    assert facts.here.facing_world(4) == facts.here.facing_world(6) == ("eth0",)
    assert dict(reasons(judged(facts)))["policy"] is State.OK


@needs_root
def test_a_table_that_nft_alone_understands_is_read_from_nft(server: Namespace) -> None:
    server.run("nft", "add table ip filter; add chain ip filter in { type filter hook input priority 0; policy drop; }")
    server.run("nft", "add rule ip filter in tcp dport vmap { 80 : accept }")
    facts = parse(ask(PROBE, [""], inside=server.inside))
    assert facts.unseen == ()
    assert {table.title for table in facts.tables} == {"nft ip filter (IPv4)"}


@needs_root
@pytest.mark.parametrize("shell", SHELLS)
def test_an_ordinary_user_is_told_the_lines_that_help(shell: str, server: Namespace) -> None:
    server.run("nft", "add table inet mine; add chain inet mine in { type filter hook input priority 0; policy drop; }")
    inside = (*server.inside, "setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
    with server.listening([3306]):
        facts = parse(ask(PROBE, [""], shell=shell, inside=inside))
    found = judged(facts)
    assert reasons(found) == [("", State.UNKNOWN)]
    assert "nobody ALL=(root) NOPASSWD: /usr/sbin/nft -j list ruleset" in found.findings[0].remedy
    assert any("tcp/3306" in line for line in found.findings[0].details)


@needs_root
def test_the_lines_that_help_help(server: Namespace, tmp_path: Path) -> None:
    """They are put where sudo finds them, and the same user then sees all; nothing of it leaves the namespace."""
    server.run("nft", "add table inet mine; add chain inet mine in { type filter hook input priority 0; policy drop; }")
    server.run("iptables-legacy", "-A", "INPUT", "-j", "DROP")
    inside = (*server.inside, "setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups")
    remedy = judged(parse(ask(PROBE, [""], inside=inside))).findings[0].remedy
    sudoers = tmp_path / "sudoers"
    sudoers.write_text("Defaults !syslog, !pam_session\n" + "\n".join(remedy.splitlines()[1:]) + "\n")
    sudoers.chmod(0o440)
    subprocess.run(["visudo", "-c", "-s", "-f", sudoers], check=True, env={"PATH": PATH}, capture_output=True)
    setup = f"""
        mount --bind '{sudoers}' /etc/sudoers
        set -- setpriv --reuid nobody --regid nogroup --clear-groups "$@"
    """
    facts = parse(ask(PROBE, [""], inside=server.inside, setup=setup))
    assert facts.unseen == ()
    assert not facts.root
    assert {table.title for table in facts.tables} >= {"nft inet mine (IPv4 and IPv6)", "iptables-legacy filter (IPv4)"}
    refused = f"""
        mount --bind '{sudoers}' /etc/sudoers
        set -- setpriv --reuid nobody --regid nogroup --clear-groups sudo -n /usr/sbin/iptables-legacy-save -f /tmp/x
    """
    with pytest.raises(AssertionError, match=r"password|not allowed"):
        ask(PROBE, [""], inside=server.inside, setup=refused)


def looking_only_in(folder: Path, script: str = PROBE.script) -> Probe[Facts]:
    """The probe on a host whose commands all lie in one folder."""
    changed = re.sub(r"^folders='[^']*'$", f"folders='{folder}'", script, flags=re.MULTILINE)
    assert changed != script
    return Probe(PROBE.name, changed, PROBE.parse, PROBE.scope)


@needs_root
def test_commands_that_hang_cost_only_themselves() -> None:
    setup = """
        mount -t tmpfs -o mode=755 none /usr/local/sbin
        for name in docker firewall-cmd; do
            printf '#!/bin/sh\\nexec sleep 1000\\n' >/usr/local/sbin/$name
            chmod 755 /usr/local/sbin/$name
        done
    """
    short = PROBE.script.replace("timeout 10", "timeout 1")
    assert short != PROBE.script
    hanging = Probe(PROBE.name, short, PROBE.parse, PROBE.scope)
    facts = parse(ask(hanging, [""], setup=setup))
    assert facts.listeners is not None
    assert facts.rule_tools


@pytest.mark.parametrize("shell", SHELLS)
def test_a_host_with_nothing_says_so(shell: str, tmp_path: Path) -> None:
    facts = parse(ask(looking_only_in(tmp_path), [""], shell=shell))
    assert not facts.rule_tools
    assert facts.listeners is not None, "the kernel tells"
    assert reasons(judged(facts))[0] == ("", State.UNKNOWN)


@needs_root
@pytest.mark.parametrize("shell", SHELLS)
def test_a_command_of_the_logins_own_is_neither_run_nor_advised(shell: str, tmp_path: Path) -> None:
    """The login's PATH begins with a folder of its own, in which an `nft` fails."""
    ran = tmp_path / "ran"
    for name in ("nft", "iptables-nft-save", "sudo", "ss"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho $0 >>{ran}\necho 'not permitted' >&2\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    tmp_path.chmod(0o777)
    question = Question("q1", PROBE, Target(Host("web")), ("22",))
    script = build([question], (), "mark0123")
    done = subprocess.run(
        [*_SHELL_COMMANDS[shell], *SHELL[1:]],
        input=encode(script),
        env={"PATH": f"{tmp_path}:{PATH}", "HOME": str(tmp_path)},
        user="nobody",
        group="nogroup",
        extra_groups=[],
        capture_output=True,
        check=True,
    )
    answer = read([done.stdout], [question], "mark0123")["q1"]
    found = judged(parse(answer.output)).findings[0]
    assert found.state is State.UNKNOWN
    assert "/usr/sbin/nft -j list ruleset" in found.remedy
    assert str(tmp_path) not in found.remedy
    assert not ran.exists()


_SHELL_COMMANDS = {"dash": ("dash",), "busybox": ("busybox", "ash"), "bash": ("bash", "--posix")}


@needs_root
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    "spoil",
    [
        "chown nobody $sbin/nft",
        "chmod g+w $sbin/nft",
        "chmod o+w $sbin",
        "chown nobody $sbin",
        "mkdir -m 777 $sbin/of; mv $sbin/nft $sbin/of; ln -s of/nft $sbin/nft",
        "mv $sbin/nft $sbin/other; ln -s nft2 $sbin/nft; ln -s nft $sbin/nft2",
    ],
)
def test_a_command_that_others_may_change_is_not_advised(spoil: str, shell: str) -> None:
    setup = f"""
        sbin=/usr/local/sbin
        mount -t tmpfs -o mode=755 none $sbin
        printf '#!/bin/sh\\nexit 1\\n' >$sbin/nft
        chmod 755 $sbin/nft
        {spoil}
        set -- setpriv --reuid nobody --regid nogroup --clear-groups "$@"
    """
    facts = parse(ask(looking_only_in(Path("/usr/local/sbin")), [""], shell=shell, setup=setup))
    assert "sudo" not in judged(facts).findings[0].remedy
    assert "NOPASSWD" not in judged(facts).findings[0].remedy
    well = setup.replace(spoil, "")
    facts = parse(ask(looking_only_in(Path("/usr/local/sbin")), [""], shell=shell, setup=well))
    assert "nobody ALL=(root) NOPASSWD: /usr/local/sbin/nft -j list ruleset" in judged(facts).findings[0].remedy
