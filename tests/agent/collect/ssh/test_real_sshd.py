"""Visits to OpenSSH's own server."""

import getpass
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from agent.collect.plan import AnswerOutcome as Ending
from agent.collect.plan import Question
from agent.collect.ssh import HostKeys, Limits, Visit, visit
from checks.ssh import Outcome
from inventory.model import Host
from tests.agent.collect.asking import inventory, question, site
from tests.servers.accounts import account, needs_root
from tests.servers.sshd import Sshd, make_key, public_key, sshd

LIMITS = Limits(grace=5)
ME = getpass.getuser()


@pytest.fixture(scope="module")
def keys_let_in(key: Path, key_folder: Path) -> list[str]:
    """What the server lets in: the usual key, and one of each other kind."""
    kinds = [make_key(key_folder / f"id_{type_}", type_) for type_ in ("rsa", "ecdsa")]
    secret = make_key(key_folder / "id_secret", passphrase="secret")
    return [public_key(path) for path in (key, *kinds, secret)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, keys_let_in: list[str]) -> Iterator[Sshd]:
    folder = tmp_path_factory.mktemp("sshd")
    with sshd(folder, keys_let_in, [f"Banner {folder}/banner"], types=("ed25519", "rsa", "ecdsa")) as running:
        (folder / "banner").write_text("Authorised use only.\n\x1b[31mRED\x1b[0m\n" * 50)
        yield running


def ask(host: Host, *questions: Question, others: Sequence[Host] = (), limits: Limits = LIMITS) -> Visit:
    asked = questions or (question("q1", "echo hello"),)
    return visit(host, inventory(host, *others), asked, (), limits, keys=HostKeys(None, []))


def said(seen: Visit, id: str = "q1") -> str:
    assert seen.connection.outcome is Outcome.CONNECTED, seen.connection
    assert seen.answers[id].outcome is Ending.ANSWERED, seen.answers[id]
    return seen.answers[id].output


@pytest.mark.parametrize("kind", ["id", "id_rsa", "id_ecdsa"])
def test_each_kind_of_key(kind: str, server: Sshd, key_folder: Path) -> None:
    assert said(ask(server.host("web", key_folder / kind, ME))) == "hello\n"


@pytest.mark.parametrize("type_", ["ed25519", "rsa", "ecdsa"])
def test_the_kind_of_host_key_that_is_pinned_is_asked_for(type_: str, server: Sshd, key: Path) -> None:
    pinned = public_key(server.folder / f"host_{type_}")
    assert said(ask(server.host("web", key, ME, host_key=pinned))) == "hello\n"


def test_a_host_key_that_changed(server: Sshd, key: Path, tmp_path: Path) -> None:
    for type_ in ("ed25519", "rsa"):
        other = public_key(make_key(tmp_path / type_, type_))
        assert ask(server.host("web", key, ME, host_key=other)).connection.outcome is Outcome.HOST_KEY_CHANGED


def test_a_wrong_key_and_a_wrong_user(server: Sshd, key: Path, stranger: Path) -> None:
    assert ask(server.host("web", stranger, ME)).connection.outcome is Outcome.AUTHENTICATION_FAILED
    seen = ask(server.host("web", key, "nobody-by-this-name"))
    assert seen.connection.outcome is Outcome.AUTHENTICATION_FAILED
    assert "nobody-by-this-name is not let in" in seen.connection.reason


def test_all_that_a_probe_can_do_wrong_at_once(server: Sshd, key: Path) -> None:
    seen = ask(
        server.host("web", key, ME),
        question("q1", "echo one"),
        question("q2", "sleep 60", timeout=1),
        question("q3", "cat; read x; echo three"),
        question("q4", 'echo "'),
        question("q5", "yes", limit=1000),
        question("q6", "kill -9 $$"),
        question("q7", "echo no >&2; echo remedy: ask >&2; exit 9"),
        question("q8", "echo eight"),
    )
    endings = {id: answer.outcome for id, answer in seen.answers.items()}
    assert endings == {
        "q1": Ending.ANSWERED,
        "q2": Ending.TIMED_OUT,
        "q3": Ending.ANSWERED,
        "q4": Ending.FAILED,
        "q5": Ending.TOO_LONG,
        "q6": Ending.FAILED,
        "q7": Ending.FAILED,
        "q8": Ending.ANSWERED,
    }
    assert (seen.answers["q7"].reason, seen.answers["q7"].remedy) == ("no", "ask its owner")
    assert seen.answers["q8"].output == "eight\n"


def test_four_megabytes(server: Sshd, key: Path) -> None:
    script = "head -c 4194304 /dev/zero | tr '\\0' x"
    assert said(ask(server.host("web", key, ME), question("q1", script))) == "x" * 4194304


def test_fifty_questions_with_a_big_payload(server: Sshd, key: Path) -> None:
    payload = "".join(f"line {number}\n" for number in range(30_000))
    asked = [question(f"q{number}", 'echo "$1"; cksum', str(number), payload=payload) for number in range(50)]
    seen = ask(server.host("web", key, ME), *asked)
    sums = {said(seen, one.id).split("\n")[1] for one in asked}
    assert len(sums) == 1
    assert [said(seen, one.id).split("\n")[0] for one in asked] == [str(number) for number in range(50)]


def test_visits_side_by_side_do_not_mix(server: Sshd, key: Path) -> None:
    def go(number: int) -> list[str]:
        asked = [question(f"q{one}", f"sleep 0.0{one}; echo {number} {one}") for one in range(1, 6)]
        seen = ask(server.host(f"web{number}", key, ME), *asked)
        return [said(seen, one.id) for one in asked]

    with ThreadPoolExecutor(6) as pool:
        heard = list(pool.map(go, range(12)))
    assert heard == [[f"{number} {one}\n" for one in range(1, 6)] for number in range(12)]


def test_a_child_that_keeps_the_channel_open_holds_nobody_up(server: Sshd, key: Path, tmp_path: Path) -> None:
    """The end mark ends a visit, not the end of output, which a daemon started by a probe may never give."""
    witness = tmp_path / "pid"
    script = f"setsid sh -c 'echo $$ > {witness}; exec sleep 60' >/dev/null 2>&1 </dev/null & echo started"
    assert said(ask(server.host("web", key, ME), question("q1", script))) == "started\n"
    while not (witness.exists() and witness.read_text().strip()):
        threading.Event().wait(0.02)
    os.kill(int(witness.read_text()), 9)


def test_a_host_that_is_left_does_not_go_on(server: Sshd, key: Path, tmp_path: Path) -> None:
    """The runner ends with the probe it is at when nobody listens any more."""
    runner, witness = tmp_path / "runner", tmp_path / "witness"
    find = (
        "p=$$; until tr '\\0' ' ' </proc/$p/cmdline | grep -q '^sh -c eval '; do p=$(cut -d' ' -f4 /proc/$p/stat); done"
    )
    asked = [question("q1", f"{find}; echo $p >{runner}; sleep 2; echo one"), question("q2", f"echo >{witness}")]
    seen = ask(server.host("web", key, ME), *asked, limits=Limits(visit=1))
    assert seen.connection.outcome is Outcome.TIMED_OUT
    while Path(f"/proc/{runner.read_text().strip()}").exists():
        threading.Event().wait(0.05)
    assert not witness.exists()


def test_two_jump_hosts(server: Sshd, key: Path, keys_let_in: list[str], tmp_path: Path) -> None:
    with sshd(tmp_path / "a", keys_let_in) as near, sshd(tmp_path / "b", keys_let_in) as far:
        hops = [near.host("near", key, ME), far.host("far", key, ME)]
        host = replace(server.host("web", key, ME), jump=("near", "far"))
        assert said(ask(host, others=hops)) == "hello\n"
        assert "Accepted publickey" in near.log
        assert "Accepted publickey" in far.log
        wrong = replace(hops[1], host_key=near.host_key)
        seen = ask(host, others=[hops[0], wrong])
        assert (seen.connection.outcome, seen.connection.hop) == (Outcome.HOST_KEY_CHANGED, "far")


def test_a_jump_host_that_forbids_it(server: Sshd, key: Path, keys_let_in: list[str], tmp_path: Path) -> None:
    with sshd(tmp_path / "a", keys_let_in, ["AllowTcpForwarding no"]) as gate:
        host = replace(server.host("web", key, ME), jump=("gate",))
        seen = ask(host, others=[gate.host("gate", key, ME)])
    assert seen.connection.outcome is Outcome.UNREACHABLE
    assert "does not forward" in seen.connection.reason


def test_more_keys_than_the_server_lets_one_try(key: Path, stranger: Path, home: Path, tmp_path: Path) -> None:
    with sshd(tmp_path / "a", [], ["MaxAuthTries 2"]) as strict:
        paths = [make_key(home / ".ssh" / f"id_{number}") for number in range(5)]
        (home / ".ssh" / "config").write_text("".join(f"IdentityFile {path}\n" for path in paths))
        seen = ask(replace(strict.host("web", key, ME), key=None))
    assert seen.connection.outcome is Outcome.AUTHENTICATION_FAILED
    assert "hung up" in seen.connection.reason


def test_a_certificate(key: Path, tmp_path: Path) -> None:
    authority, mine = make_key(tmp_path / "ca"), make_key(tmp_path / "mine")
    sign = ["ssh-keygen", "-q", "-s", str(authority), "-I", "test", "-n", ME, f"{mine}.pub"]
    subprocess.run(sign, check=True, stderr=subprocess.DEVNULL)
    with sshd(tmp_path / "a", [f"cert-authority {public_key(authority)}"]) as server:
        assert said(ask(server.host("web", mine, ME))) == "hello\n"
        (tmp_path / "mine-cert.pub").unlink()
        assert ask(server.host("web", mine, ME)).connection.outcome is Outcome.AUTHENTICATION_FAILED


def test_a_certificate_that_expired_is_no_hindrance_to_the_key(tmp_path: Path) -> None:
    authority, mine = make_key(tmp_path / "ca"), make_key(tmp_path / "mine")
    sign = ["ssh-keygen", "-q", "-s", str(authority), "-I", "test", "-n", ME, "-V", "20200101:20200102", f"{mine}.pub"]
    subprocess.run(sign, check=True, stderr=subprocess.DEVNULL)
    with sshd(tmp_path / "a", [public_key(mine)]) as server:
        assert said(ask(server.host("web", mine, ME))) == "hello\n"


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Path]:
    """An agent of our own, and its socket."""
    socket = tmp_path / "agent"
    process = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    while not socket.exists():
        assert process.poll() is None
        threading.Event().wait(0.02)
    yield socket
    process.terminate()
    process.wait()


def load(agent: Path, key: Path, tmp_path: Path) -> None:
    """Load a key, giving its passphrase as a person would."""
    answer = tmp_path / "askpass"
    answer.write_text("#!/bin/sh\necho secret\n")
    answer.chmod(0o700)
    environment = {
        **os.environ,
        "SSH_AUTH_SOCK": str(agent),
        "SSH_ASKPASS": str(answer),
        "SSH_ASKPASS_REQUIRE": "force",
    }
    subprocess.run(["ssh-add", "-q", str(key)], env=environment, check=True, stdin=subprocess.DEVNULL)


def test_the_agents_keys(
    server: Sshd, key_folder: Path, agent: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent, named = server.host("web", key_folder / "none", ME), server.host("web", key_folder / "id_secret", ME)
    silent = replace(silent, key=None)
    assert ask(silent).connection.outcome is Outcome.KEY_UNUSABLE
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    assert ask(silent).connection.reason == "there is no key to log in with"
    assert ask(named).connection.outcome is Outcome.KEY_UNUSABLE
    load(agent, key_folder / "id_rsa", tmp_path)
    assert said(ask(silent)) == "hello\n"
    assert "has a passphrase" in ask(named).connection.reason
    load(agent, key_folder / "id_secret", tmp_path)
    assert said(ask(named)) == "hello\n"


def test_identities_only_keeps_the_agents_other_keys_out(
    server: Sshd, key_folder: Path, agent: Path, home: Path, tmp_path: Path
) -> None:
    stranger = make_key(tmp_path / "stranger")
    load(agent, key_folder / "id_rsa", tmp_path)
    config = f"IdentityFile {stranger}\nIdentityAgent {agent}\n"
    host = replace(server.host("web", stranger, ME), key=None)
    (home / ".ssh" / "config").write_text(config)
    assert said(ask(host)) == "hello\n"
    (home / ".ssh" / "config").write_text(f"{config}IdentitiesOnly yes\n")
    assert ask(host).connection.outcome is Outcome.AUTHENTICATION_FAILED


def test_sftp_only(key: Path, keys_let_in: list[str], tmp_path: Path) -> None:
    with sshd(tmp_path / "a", keys_let_in, ["ForceCommand internal-sftp"]) as server:
        seen = ask(server.host("web", key, ME))
    assert seen.connection.outcome is Outcome.NO_SHELL
    assert "does not run what it is sent" in seen.connection.reason


def test_a_forced_command(key: Path, keys_let_in: list[str], tmp_path: Path) -> None:
    with sshd(tmp_path / "a", keys_let_in, ["ForceCommand echo go away"]) as server:
        seen = ask(server.host("web", key, ME))
    assert seen.connection.outcome is Outcome.NO_SHELL
    assert "go away" in seen.connection.reason


def test_no_sessions_allowed(key: Path, keys_let_in: list[str], tmp_path: Path) -> None:
    with sshd(tmp_path / "a", keys_let_in, ["MaxSessions 0"]) as server:
        assert ask(server.host("web", key, ME)).connection.outcome is Outcome.NO_SHELL


def test_a_server_that_is_killed_in_mid_visit(key: Path, keys_let_in: list[str], tmp_path: Path) -> None:
    with sshd(tmp_path / "a", keys_let_in) as server:
        # the process that serves this connection, which is the first sshd above the probe
        find = "p=$$; while [ \"$(cat /proc/$p/comm)\" != sshd ]; do p=$(cut -d' ' -f4 /proc/$p/stat); done"
        killer = f"{find}; kill -9 $p; sleep 9"
        seen = ask(
            server.host("web", key, ME), question("q1", "echo one"), question("q2", killer), question("q3", "echo")
        )
    assert seen.connection.outcome is Outcome.CUT
    assert seen.connection.reason == "the connection was lost"
    assert seen.answers["q1"].output == "one\n"
    assert seen.answers["q2"].outcome is Ending.CUT
    assert seen.answers["q3"].outcome is Ending.NOT_REACHED


def test_old_algorithms_only(key: Path, keys_let_in: list[str], tmp_path: Path) -> None:
    options = ["KexAlgorithms diffie-hellman-group14-sha1", "HostKeyAlgorithms ssh-rsa"]
    with sshd(tmp_path / "a", keys_let_in, options) as server:
        seen = ask(server.host("web", key, ME))
    assert seen.connection.outcome is Outcome.PROTOCOL
    assert "bring its OpenSSH up to date" in seen.connection.remedy  # whichever side notices first


# Accounts of the system's own


@needs_root
@pytest.mark.parametrize("shell", ["/bin/csh", "/bin/bash", "/bin/dash", "/bin/rbash"])
def test_login_shells_that_talk(shell: str, server: Sshd, key: Path) -> None:
    assert Path(shell).exists(), "make test installs csh and bash"
    with account("talk", shell) as somebody:
        for name in (".bashrc", ".profile", ".bash_profile", ".cshrc", ".login", ".tcshrc"):
            somebody.home.joinpath(name).write_text("echo 'Welcome \"back\"!'\necho\nalias cat false\n")
        seen = ask(server.host("web", key, somebody.name), question("q1", "id -un; cat", payload="$fed `it`\n"))
    assert said(seen) == f"{somebody.name}\n$fed `it`\n"


@needs_root
@pytest.mark.parametrize(
    ("shell", "words"),
    [("/usr/sbin/nologin", "This account is currently not available."), ("/bin/false", "exit code 1")],
)
def test_accounts_without_a_shell(shell: str, words: str, server: Sshd, key: Path) -> None:
    with account("none", shell) as somebody:
        seen = ask(server.host("web", key, somebody.name))
    assert seen.connection.outcome is Outcome.NO_SHELL
    assert words in seen.connection.reason


@needs_root
def test_a_bashrc_that_never_ends_or_leaves(server: Sshd, key: Path) -> None:
    with account("bash", "/bin/bash") as somebody:
        (somebody.home / ".bashrc").write_text("echo bye; exit 3\n")
        seen = ask(server.host("web", key, somebody.name))
        assert seen.connection.outcome is Outcome.NO_SHELL
        assert "bye" in seen.connection.reason
        (somebody.home / ".bashrc").write_text("echo asking; sleep 5\n")
        seen = ask(server.host("web", key, somebody.name), question("q1", timeout=1), limits=Limits(grace=0.5))
        assert seen.connection.outcome is Outcome.TIMED_OUT


@needs_root
def test_sudo_that_wants_a_password_and_the_line_that_cures_it(server: Sshd, key: Path) -> None:
    """The remedy is tried: with the line it names, the same question is answered."""
    with account("deploy") as deploy, account("shop") as shop:
        asked = question("q1", f"sudo -n -u {shop.name} /usr/bin/id -un", site=site(shop.name, php="/usr/bin/id"))
        after = question("q2", "echo after")
        host = server.host("web", key, deploy.name)
        seen = ask(host, asked, after)
        assert seen.answers["q1"].outcome is Ending.FAILED
        assert seen.answers["q1"].reason == "sudo: a password is required"
        cure = f"{deploy.name} ALL=({shop.name}) NOPASSWD: /usr/bin/id"
        assert seen.answers["q1"].remedy == f"in sudoers (visudo): {cure}"
        assert seen.answers["q2"].output == "after\n"
        deploy.may(cure)
        assert said(ask(host, asked)) == f"{shop.name}\n"


@needs_root
def test_what_sudo_runs_is_out_of_reach_and_costs_its_time_only(server: Sshd, key: Path) -> None:
    with account("deploy") as deploy:
        deploy.may(f"{deploy.name} ALL=(root) NOPASSWD: /usr/bin/sleep")
        nap = f"4.{os.getpid()}"
        asked = [question("q1", f"sudo -n /usr/bin/sleep {nap}", timeout=1), question("q2", "echo after")]
        seen = ask(server.host("web", key, deploy.name), *asked)
        assert seen.answers["q1"].outcome is Ending.TIMED_OUT
        assert said(seen, "q2") == "after\n"
        while napping(nap):
            threading.Event().wait(0.1)


def napping(nap: str) -> bool:
    """Whether anybody sleeps for just so long."""
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and (entry / "cmdline").read_bytes().endswith(f"sleep\0{nap}\0".encode()):
                return True
    return False


@needs_root
def test_an_address_without_a_way(tmp_path: Path, key: Path) -> None:
    """In a network of its own, from which nothing leads to the address."""
    if shutil.which("unshare") is None or subprocess.run(["unshare", "--net", "true"], check=False).returncode:
        pytest.skip("this kernel makes no network namespaces")
    code = f"""
        from pathlib import Path
        from agent.collect.ssh import HostKeys, Limits, visit
        from inventory.model import Host
        from tests.agent.collect.asking import inventory
        for address in ("192.0.2.7", "2001:db8::7"):
            host = Host("web", address, 22, "deploy", Path({str(key)!r}))
            print(visit(host, inventory(host), (), (), Limits(), keys=HostKeys(None, [])).connection)
    """
    command = ["unshare", "--net", sys.executable, "-c", textwrap.dedent(code)]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert len(shown) == 2
    for line in shown:
        assert "Outcome.UNREACHABLE" in line
        assert "Network is unreachable" in line or "Cannot assign requested address" in line
