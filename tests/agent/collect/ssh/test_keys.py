"""Keys to log in with, good and bad."""

import base64
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from agent.collect.ssh.auth import KeyUnusableError, public_blob, read_key
from checks.ssh import Outcome
from inventory.model import Host
from inventory.secrets import Reference
from tests.agent.collect.ssh.visiting import ask, ended
from tests.servers.embedded_ssh import EmbeddedSsh
from tests.servers.sshd import make_key, public_key


def test_a_key_that_is_not_there(server: EmbeddedSsh, tmp_path: Path) -> None:
    ended(server.host("web", tmp_path / "none"), Outcome.KEY_UNUSABLE, "No such file")


def test_a_key_that_others_can_read(server: EmbeddedSsh, tmp_path: Path) -> None:
    path = make_key(tmp_path / "id")
    path.chmod(0o640)
    connection = ended(server.host("web", path), Outcome.KEY_UNUSABLE, "can be read by others (mode 0640)")
    assert connection.remedy == f"chmod 600 {path}"


def test_a_key_with_a_passphrase(server: EmbeddedSsh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = make_key(tmp_path / "id", passphrase="secret")
    server.machine = replace(server.machine, authorized={"deploy": frozenset({public_key(path)})})
    host = server.host("web", path)
    connection = ended(host, Outcome.KEY_UNUSABLE, "has a passphrase, and no agent holds the key")
    assert connection.remedy.startswith(f"ssh-add {path}")
    monkeypatch.setenv("PASSPHRASE", "secret")
    known = replace(host, passphrase=Reference("env", "PASSPHRASE"))
    assert ask(known).connection.outcome is Outcome.CONNECTED
    monkeypatch.setenv("PASSPHRASE", "not it")
    ended(known, Outcome.KEY_UNUSABLE, "its passphrase is wrong")
    monkeypatch.delenv("PASSPHRASE")
    ended(known, Outcome.KEY_UNUSABLE, "env:PASSPHRASE: that variable is not set")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "cannot be used"),
        ("nonsense", "cannot be used"),
        ("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "cannot be used"),
        ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me", "is a public key"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\n", "PuTTY"),
    ],
)
def test_a_file_that_is_no_key(content: str, said: str, server: EmbeddedSsh, tmp_path: Path) -> None:
    path = tmp_path / "id"
    path.write_text(content)
    path.chmod(0o600)
    ended(server.host("web", path), Outcome.KEY_UNUSABLE, said)


def test_no_key_at_all(server: EmbeddedSsh, key: Path) -> None:
    ended(replace(server.host("web", key), key=None), Outcome.KEY_UNUSABLE, "there is no key to log in with")


def test_the_usual_key_is_found(server: EmbeddedSsh, key: Path, home: Path) -> None:
    path = make_key(home / ".ssh" / "id_rsa", "rsa")
    server.machine = replace(server.machine, authorized={"deploy": frozenset({public_key(path)})})
    assert ask(replace(server.host("web", key), key=None)).connection.outcome is Outcome.CONNECTED


def test_the_key_of_the_configuration_is_found(server: EmbeddedSsh, key: Path, home: Path) -> None:
    (home / ".ssh" / "config").write_text(
        f"Host web\n IdentityFile {key}\n User deploy\n HostName 127.0.0.1\n Port {server.port}\n"
    )
    assert ask(Host("web", host_key=server.host_key)).connection.outcome is Outcome.CONNECTED


def test_a_configuration_that_cannot_be_read_is_said(server: EmbeddedSsh, key: Path, home: Path) -> None:
    (home / ".ssh" / "config").write_text('Host "web\n')
    ended(server.host("web", key), Outcome.CONFIGURATION, "config line 1")


def test_what_was_not_run_is_said_where_it_may_matter(server: EmbeddedSsh, key: Path, home: Path) -> None:
    (home / ".ssh" / "config").write_text("Match host web exec true\n IdentityFile ~/other\n")
    ended(replace(server.host("web", key), key=None), Outcome.KEY_UNUSABLE, "Match exec was not run")


def test_an_agent_that_does_not_answer_is_said(server: EmbeddedSsh, key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", "/no/such/agent")
    ended(
        replace(server.host("web", key), key=None), Outcome.KEY_UNUSABLE, "the agent at /no/such/agent does not answer"
    )
    assert ask(server.host("web", key)).connection.outcome is Outcome.CONNECTED


@pytest.mark.parametrize("passphrase", ["", "secret"])
@pytest.mark.parametrize("form", ["RFC4716", "PEM", "PKCS8"])  # as ssh-keygen calls them; the first is OpenSSH's own
@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_key_in_each_form(
    kind: str, form: str, passphrase: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_key(tmp_path / "id", kind)
    known = base64.b64decode(public_key(path).split()[1])
    subprocess.run(["ssh-keygen", "-q", "-p", "-m", form, "-P", "", "-N", passphrase, "-f", path], check=True)
    assert public_blob(path) == known
    if passphrase:
        with pytest.raises(KeyUnusableError, match="has a passphrase"):
            read_key(path, None)
        monkeypatch.setenv("PASSPHRASE", "not it")
        with pytest.raises(KeyUnusableError, match="passphrase is wrong"):
            read_key(path, Reference("env", "PASSPHRASE"))
    monkeypatch.setenv("PASSPHRASE", "secret")  # no harm where the key has none
    assert [one.key.asbytes() for one in read_key(path, Reference("env", "PASSPHRASE"))] == [known]


@pytest.mark.parametrize("passphrase", ["", "secret"])
def test_the_public_half_is_told_by_openssh_s_own_form_alone(passphrase: str, tmp_path: Path) -> None:
    path = make_key(tmp_path / "id", passphrase=passphrase)
    known = base64.b64decode(public_key(path).split()[1])
    path.with_name("id.pub").unlink()
    assert public_blob(path) == known
    path.write_bytes(path.read_bytes()[:60])
    assert public_blob(path) != known
    path.unlink()
    assert public_blob(path) is None
