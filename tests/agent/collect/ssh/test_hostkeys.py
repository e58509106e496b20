"""Known-hosts files."""

import base64
import hmac
import subprocess
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.collect.ssh.hostkeys import AUTHORITY, REVOKED, HostKeys, ServerKey
from tests.servers.sshd import make_key, public_key


def made_up(type_: str = "ssh-ed25519", seed: bytes = b"\0") -> ServerKey:
    blob = len(type_).to_bytes(4, "big") + type_.encode() + b"\0\0\0\x20" + seed * 32
    return ServerKey(type_, base64.b64encode(blob).decode())


ONE, TWO = made_up(seed=b"1"), made_up(seed=b"2")


def found(path: Path, text: str, address: str, port: int = 22) -> list[tuple[ServerKey, str]]:
    path.write_text(text)
    return [(entry.key, entry.marker) for entry in HostKeys(None, [path]).find("name", address, port)]


@pytest.mark.parametrize(
    ("hosts", "address", "port", "fits"),
    [
        ("web.example.com", "web.example.com", 22, True),
        ("web.example.com", "WEB.example.com", 22, True),
        ("web.example.com,10.0.0.1", "10.0.0.1", 22, True),
        ("web.example.com", "web.example.com", 2222, False),
        ("[web.example.com]:2222", "web.example.com", 2222, True),
        ("[web.example.com]:2222", "web.example.com", 22, False),
        ("*.example.com,!db.example.com", "web.example.com", 22, True),
        ("*.example.com,!db.example.com", "db.example.com", 22, False),
        ("[*.example.com]:2222", "web.example.com", 2222, True),
        ("10.0.0.?", "10.0.0.7", 22, True),
        ("name", "10.0.0.7", 22, False),
    ],
)
def test_lines(hosts: str, address: str, port: int, fits: bool, tmp_path: Path) -> None:
    assert found(tmp_path / "known", f"{hosts} {ONE} a comment\n", address, port) == ([(ONE, "")] if fits else [])


def test_hashed_lines(tmp_path: Path) -> None:
    salt = b"s" * 20
    digest = hmac.digest(salt, b"[10.0.0.1]:2222", "sha1")
    hosts = f"|1|{base64.b64encode(salt).decode()}|{base64.b64encode(digest).decode()}"
    assert found(tmp_path / "known", f"{hosts} {ONE}\n", "10.0.0.1", 2222) == [(ONE, "")]
    assert found(tmp_path / "known", f"{hosts} {ONE}\n", "10.0.0.1") == []


def test_markers(tmp_path: Path) -> None:
    text = f"@revoked * {ONE}\n@cert-authority *.example.com {TWO}\n@unknown * {ONE}\n"
    assert found(tmp_path / "known", text, "web.example.com") == [(ONE, REVOKED), (TWO, AUTHORITY)]


def test_what_ssh_keygen_hashes_is_found(tmp_path: Path) -> None:
    path = tmp_path / "known"
    key = public_key(make_key(tmp_path / "key"))
    path.write_text(f"web.example.com,10.0.0.1 {key}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(path)], check=True, stderr=subprocess.DEVNULL)
    assert "web" not in path.read_text()
    assert [str(entry.key) for entry in HostKeys(None, [path]).find("name", "10.0.0.1", 22)] == [key]


def test_fingerprints_are_those_of_ssh_keygen(tmp_path: Path) -> None:
    path = make_key(tmp_path / "key", "ecdsa")
    shown = subprocess.run(["ssh-keygen", "-l", "-f", str(path)], check=True, capture_output=True, text=True).stdout
    assert ServerKey.parse(public_key(path)).fingerprint == shown.split()[1]


@pytest.mark.parametrize(
    "text", ["", "ssh-ed25519", "ssh-ed25519 !!!!", "ssh-ed25519 AAAA", f"ssh-rsa {ONE.base64}", "x y"]
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="is no host key"):
        ServerKey.parse(text)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200), st.text(max_size=20))
def test_no_file_however_damaged_raises(tmp_path: Path, content: bytes, address: str) -> None:
    path = tmp_path / "known"
    path.write_bytes(content + f"\n|1|x|y {ONE}\n|1| {ONE}\nweb {ONE}\n".encode())
    keys = HostKeys(None, [path])
    keys.find("name", address, 22)
    assert ONE in [entry.key for entry in keys.find("name", "web", 22)]


def test_files_that_cannot_be_read_vouch_for_nothing(tmp_path: Path) -> None:
    assert HostKeys(tmp_path, [tmp_path, tmp_path / "nowhere"]).find("web", "10.0.0.1", 22) == ()


def test_a_pin_is_by_name_and_replaces_the_one_before(tmp_path: Path) -> None:
    own = tmp_path / "state" / "known_hosts"
    keys = HostKeys(own, [])
    keys.pin("web", ONE)
    keys.pin("db", TWO)
    assert [entry.key for entry in keys.find("web", "10.0.0.1", 2222)] == [ONE]
    assert keys.find("other", "web", 22) == ()
    keys.pin("web", TWO, made_up("ssh-rsa"))
    assert [entry.key for entry in keys.find("web", "anywhere", 22)] == [TWO, made_up("ssh-rsa")]
    assert [entry.key for entry in HostKeys(own, []).find("db", "x", 22)] == [TWO]
    assert own.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in own.parent.iterdir()) == ["known_hosts", "known_hosts.lock"]


def test_a_name_is_the_same_in_capitals(tmp_path: Path) -> None:
    keys = HostKeys(tmp_path / "own", [])
    keys.pin("Web", ONE)
    keys.pin("web", TWO)
    assert [entry.key for entry in keys.find("WEB", "x", 22)] == [TWO]


@pytest.mark.parametrize("name", ["", "a b", "a,b", "*", "#web", "@revoked", "|1|", "!web", "a\nb"])
def test_a_name_that_would_be_read_as_something_else_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot stand"):
        HostKeys(tmp_path / "own", []).pin(name, ONE)
    assert not (tmp_path / "own").exists()


def test_pins_side_by_side_do_not_undo_each_other(tmp_path: Path) -> None:
    own = tmp_path / "known_hosts"

    def pin(number: int) -> None:
        HostKeys(own, []).pin(f"web{number}", ONE)

    threads = [threading.Thread(target=pin, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(own.read_text().splitlines()) == sorted(f"web{number} {ONE}" for number in range(20))


def test_the_users_files_and_those_asked_instead(home: Path) -> None:
    (home / ".ssh" / "known_hosts").write_text(f"10.0.0.1 {ONE}\n")
    (home / "other").write_text(f"10.0.0.1 {TWO}\n")
    keys = HostKeys()
    assert [entry.key for entry in keys.find("web", "10.0.0.1", 22)] == [ONE]
    assert [entry.key for entry in keys.find("web", "10.0.0.1", 22, [home / "other"])] == [TWO]
