"""What can go wrong on the way to a host and there, against a server that misbehaves as told."""

import logging
import socket
import threading
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from agent.cancellation import CancellationToken
from agent.collect.plan import AnswerOutcome as Ending
from agent.collect.ssh import HostKeys, Visit, fetch_key, visit
from checks.ssh import Connection, Outcome
from inventory.model import Host
from tests.agent.collect.asking import inventory, question
from tests.agent.collect.ssh.visiting import QUICK, ask, ended
from tests.servers.embedded_ssh import EmbeddedSsh, Faults
from tests.servers.ports import free_port


def test_a_good_day(server: EmbeddedSsh, key: Path) -> None:
    seen = ask(server.host("web", key), question("q1", "echo hello; echo $USER"), question("q2", "cat", payload="fed"))
    assert seen.connection == Connection(Outcome.CONNECTED)
    assert {id: answer.output for id, answer in seen.answers.items()} == {"q1": "hello\ndeploy\n", "q2": "fed"}
    assert (server.logins, server.commands) == (["deploy"], ["sh -c 'eval \"$(cat)\"'"])


def test_no_question_is_still_a_visit(server: EmbeddedSsh, key: Path) -> None:
    host = server.host("web", key)
    seen = visit(host, inventory(host), (), (), QUICK, keys=HostKeys(None, []))
    assert seen == Visit(Connection(Outcome.CONNECTED), {})


def test_a_refused_connection(key: Path) -> None:
    host = Host("web", "127.0.0.1", free_port(), "deploy", key)
    connection = ended(host, Outcome.REFUSED, f"127.0.0.1 port {host.port} refuses")
    assert "sshd" in connection.remedy


def test_a_name_that_does_not_resolve(key: Path) -> None:
    connection = ended(
        Host("web", "no-such-host.invalid", 22, "deploy", key), Outcome.NAME_NOT_RESOLVED, "no-such-host.invalid"
    )
    assert "address" in connection.remedy


@pytest.mark.parametrize("name", ["a" * 300, "..", "a b", "é" * 100])
def test_a_name_that_is_none(name: str, key: Path) -> None:
    assert ask(Host("web", name, 22, "deploy", key)).connection.outcome is Outcome.NAME_NOT_RESOLVED


def test_a_host_that_swallows_connections(key: Path) -> None:
    """A listener whose queue is full drops what comes, as a firewall does."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(8)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        host = Host("web", "127.0.0.1", listener.getsockname()[1], "deploy", key)
        ended(host, Outcome.TIMED_OUT, "no answer from 127.0.0.1 port")
        for filler in fillers:
            filler.close()


def test_a_server_that_never_speaks(server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(silent=True))
    ended(server.host("web", key), Outcome.TIMED_OUT, "does not say within 1 s")


@pytest.mark.parametrize("drip", [b"a", b"Welcome\r\n"])
def test_a_server_that_drips(drip: bytes, server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(drip=drip))
    ended(server.host("web", key), Outcome.TIMED_OUT, "does not say within 1 s")


def test_a_server_that_stalls_in_the_handshake(server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(drip=b"SSH-2.0-slow\r\n" + b"\0\0\x01\x04" + b"\0" * 500))
    limits = replace(QUICK, banner=5, handshake=1)
    ended(server.host("web", key), Outcome.TIMED_OUT, "no SSH handshake within 1 s", limits=limits)


@pytest.mark.parametrize(
    ("junk", "said"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "does not speak SSH, but says: HTTP/1.1 400 Bad Request"),
        (b"220 mail ESMTP\r\n", "220 mail ESMTP"),
        (b"SSH-1.5-old\r\n", "1.5"),
        (b"SSH-2.0-x\r\n" + b"\xff" * 5000, "the SSH handshake with SSH-2.0-x failed"),
        (b"SSH-2.0-x\r\n", "the SSH handshake with SSH-2.0-x failed"),
    ],
)
def test_a_server_that_speaks_something_else(junk: bytes, said: str, server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(junk=junk))
    ended(server.host("web", key), Outcome.PROTOCOL, said)


@pytest.mark.parametrize("start", [b"", b"SSH-2.0-x\r\n\x7f\xff\xff\xfc"])
def test_a_server_that_floods_before_the_login(start: bytes, server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(junk=start + b"\0" * 2_000_000))
    limits = replace(QUICK, banner=60, handshake=60)
    ended(server.host("web", key), Outcome.PROTOCOL, "it floods us before any login", limits=limits)


def test_a_server_that_hangs_up_at_once(server: EmbeddedSsh, key: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hang_up() -> None:
            listener.accept()[0].close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        host = Host("web", "127.0.0.1", listener.getsockname()[1], "deploy", key)
        connection = ended(host, Outcome.PROTOCOL, "closes it without a word")
        thread.join()
    assert "MaxStartups" in connection.remedy


def test_a_wrong_key(server: EmbeddedSsh, stranger: Path) -> None:
    connection = ended(
        server.host("web", stranger), Outcome.AUTHENTICATION_FAILED, f"deploy is not let in with {stranger}"
    )
    assert "authorized_keys" in connection.remedy


def test_a_wrong_user(server: EmbeddedSsh, key: Path) -> None:
    ended(server.host("web", key, "nobody-here"), Outcome.AUTHENTICATION_FAILED, "nobody-here is not let in")


def test_a_login_that_is_never_answered(server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(stalls_at_login=True))
    ended(server.host("web", key), Outcome.TIMED_OUT, "the login of deploy got no answer")


def test_an_unknown_key_is_not_accepted(server: EmbeddedSsh, key: Path) -> None:
    host = replace(server.host("web", key), host_key=None)
    connection = ended(host, Outcome.HOST_KEY_UNKNOWN, server.key.fingerprint)
    assert connection.remedy == "siterounds hosts trust web"
    assert server.logins == []


def test_a_changed_key_is_not_accepted(server: EmbeddedSsh, key: Path) -> None:
    other = paramiko.ECDSAKey.generate()
    pinned = replace(server.host("web", key), host_key=f"{other.get_name()} {other.get_base64()}")
    connection = ended(pinned, Outcome.HOST_KEY_CHANGED, server.key.fingerprint)
    assert other.fingerprint in connection.reason
    assert "the inventory" in connection.reason
    assert "ssh_host_ecdsa_key.pub" in connection.remedy
    assert server.logins == []


def test_a_pin_that_is_no_key(server: EmbeddedSsh, key: Path) -> None:
    ended(replace(server.host("web", key), host_key="ssh-rsa nonsense"), Outcome.CONFIGURATION, "host_key of web")


def test_trusting_a_host(server: EmbeddedSsh, key: Path, tmp_path: Path) -> None:
    host = replace(server.host("web", key), host_key=None)
    shown = fetch_key(host, inventory(host), QUICK)
    assert str(shown) == server.host_key
    assert server.logins == []
    keys = HostKeys(tmp_path / "known_hosts", [])
    keys.pin("web", shown)
    assert visit(host, inventory(host), [question("q1")], (), QUICK, keys=keys).connection.outcome is Outcome.CONNECTED
    keys.pin("web", type(shown)(*f"{(other := paramiko.ECDSAKey.generate()).get_name()} {other.get_base64()}".split()))
    seen = visit(host, inventory(host), [question("q1")], (), QUICK, keys=keys)
    assert seen.connection.outcome is Outcome.HOST_KEY_CHANGED
    assert seen.connection.remedy.endswith("siterounds hosts trust web")


def test_the_users_known_hosts_count(server: EmbeddedSsh, key: Path, home: Path) -> None:
    host = replace(server.host("web", key), host_key=None)
    known = home / ".ssh" / "known_hosts"
    known.write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n")
    assert (
        visit(host, inventory(host), [question("q1")], (), QUICK, keys=HostKeys()).connection.outcome
        is Outcome.CONNECTED
    )
    known.write_text(f"[127.0.0.1]:{server.port} {server.host_key}\n@revoked * {server.host_key}\n")
    seen = visit(host, inventory(host), [question("q1")], (), QUICK, keys=HostKeys())
    assert seen.connection.outcome is Outcome.HOST_KEY_REVOKED
    known.write_text(f"@cert-authority * {server.host_key}\n")
    seen = visit(host, inventory(host), [question("q1")], (), QUICK, keys=HostKeys())
    assert seen.connection.outcome is Outcome.HOST_KEY_UNKNOWN
    assert "certificates" in seen.connection.reason


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        (Faults(refuses_session=True), "opens no session: Administratively prohibited"),
        (Faults(refuses_exec=True), "does not run what it is sent"),
        (Faults(account=b"This account is currently not available.\n"), "This account is currently not available."),
    ],
)
def test_an_account_without_a_shell(faults: Faults, said: str, server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(faults)
    ended(server.host("web", key), Outcome.NO_SHELL, said)


def test_a_shell_that_says_nothing(server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(mute=True))
    seen = ask(server.host("web", key), question("q1", timeout=1))
    assert seen.connection == Connection(Outcome.TIMED_OUT, "logged in, but nothing more was heard for 1.5 s")
    assert seen.answers == {}


def test_noise_before_the_script(server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(noise=b"\x1b[2JWelcome!\n\x00\xff" * 20_000))
    assert ask(server.host("web", key)).answers["q1"].output == "hello\n"


@pytest.mark.parametrize("after", [0, 200, 5000, 60_000])
def test_a_connection_cut_in_mid_transcript(after: int, server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(cut_after=after, piece=100))
    asked = [question("q1", "echo one"), question("q2", "head -c 100000 /dev/zero"), question("q3", "echo three")]
    seen = ask(server.host("web", key), *asked)
    assert seen.connection.outcome is Outcome.CUT
    if after == 0:
        assert seen.connection.reason == "the connection was lost right after the login"
        assert seen.answers == {}
        return
    assert seen.connection.reason == "the connection was lost"
    if after >= 5000:
        assert seen.answers["q1"].output == "one\n"
        assert seen.answers["q2"].outcome is Ending.CUT
    assert seen.answers["q3"].outcome is Ending.NOT_REACHED
    assert seen.answers["q3"].reason == "the connection was lost"


def test_a_runner_killed_on_the_host(server: EmbeddedSsh, key: Path) -> None:
    killer = (
        "p=$PPID; while [ $p -gt 1 ]; do c=$(cat /proc/$p/comm); q=$(cut -d' ' -f4 /proc/$p/stat); "
        "if tr '\\0' ' ' </proc/$p/cmdline | grep -q '^sh -c eval '; then kill -9 $p; fi; p=$q; done"
    )
    seen = ask(
        server.host("web", key), question("q1", "echo one"), question("q2", killer), question("q3", "echo three")
    )
    assert seen.connection.outcome is Outcome.CUT
    assert seen.connection.reason.startswith("the shell on the host ended early")
    assert seen.answers["q1"].output == "one\n"
    assert seen.answers["q3"].outcome is Ending.NOT_REACHED


def test_a_visit_that_takes_too_long(server: EmbeddedSsh, key: Path) -> None:
    asked = [question(f"q{number}", "sleep 0.4; echo done") for number in range(1, 10)]
    seen = ask(server.host("web", key), *asked, limits=replace(QUICK, visit=1.2))
    assert seen.connection == Connection(Outcome.TIMED_OUT, "the visit took longer than 1.2 s")
    assert seen.answers["q1"].output == "done\n"
    assert seen.answers["q9"].outcome is Ending.NOT_REACHED


def test_a_host_that_floods(server: EmbeddedSsh, key: Path) -> None:
    asked = [question("q1", "echo one"), question("q2", "cat /dev/zero", limit=2**40), question("q3", "echo three")]
    seen = ask(server.host("web", key), *asked)
    assert seen.connection.outcome is Outcome.CUT
    assert seen.connection.reason == "the host sent more than 10000000 bytes"
    assert seen.answers["q1"].output == "one\n"
    assert seen.answers["q2"].outcome is Ending.CUT


def test_much_both_ways_at_once(server: EmbeddedSsh, key: Path) -> None:
    """Payloads larger than any window and pipe, while the host already talks."""
    server.misbehave(Faults(noise=b"n" * 3_000_000))
    payload = "0123456789" * 400_000
    asked = [question("q1", "cat", payload=payload), question("q2", "cat", payload=payload)]
    seen = ask(server.host("web", key), *asked, limits=replace(QUICK, output=20_000_000))
    assert [answer.output == payload for answer in seen.answers.values()] == [True, True]


def test_a_slow_host(server: EmbeddedSsh, key: Path) -> None:
    server.misbehave(Faults(piece=7, pause=0.001))
    assert ask(server.host("web", key)).answers["q1"].output == "hello\n"


def test_a_round_that_is_stopped(server: EmbeddedSsh, key: Path) -> None:
    stop = CancellationToken()
    host = server.host("web", key)
    seen: list[Visit] = []

    def go() -> None:
        asked = [question("q1", "echo one"), question("q2", "sleep 60", timeout=90)]
        limits = replace(QUICK, visit=120)
        seen.append(visit(host, inventory(host), asked, (), limits, keys=HostKeys(None, []), stop=stop))

    thread = threading.Thread(target=go)
    thread.start()
    while not server.commands:
        thread.join(0.05)
    stop.cancel()
    thread.join(10)
    assert not thread.is_alive()
    assert seen[0].connection.outcome is Outcome.CUT


def test_a_library_that_logs_tells_nobody(server: EmbeddedSsh, key: Path, caplog: pytest.LogCaptureFixture) -> None:
    server.misbehave(Faults(junk=b"SSH-2.0-x\r\n" + b"\xff" * 5000))
    with caplog.at_level(logging.WARNING):
        ask(server.host("web", key))
    assert caplog.records == []
