"""What ~/.ssh/config says."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from agent.collect.ssh.config import Options, load_config, matches
from agent.collect.ssh.socket import HostConnectionError
from checks.ssh import Outcome


def options(home: Path, text: str, *names: str, user: str | None = None) -> Options:
    path = home / ".ssh" / "config"
    path.write_text(text)
    return load_config([path]).options(names, user)


@pytest.mark.parametrize(
    ("patterns", "names", "fits"),
    [
        (["web"], ["web"], True),
        (["WEB"], ["web"], True),
        (["web*"], ["web1.example.com"], True),
        (["web?"], ["web"], False),
        (["*", "!web1"], ["web1"], False),
        (["!web1", "*"], ["web2"], True),
        (["!web1"], ["web2"], False),
        (["10.0.0.*"], ["web", "10.0.0.7"], True),
        (["[w]eb"], ["web"], False),
        ([], ["web"], False),
    ],
)
def test_patterns(patterns: Sequence[str], names: Sequence[str], fits: bool) -> None:
    assert matches(patterns, names) is fits


def test_the_first_value_wins_and_keys_gather(home: Path) -> None:
    text = """
    # ours
    User early
    Host web* !web9
        User=late
        Port 2222
        IdentityFile ~/.ssh/one
    Host *
        Port 22
        IdentityFile "~/.ssh/with space"
        identitiesonly yes
    """
    found = options(home, text, "web1")
    assert found.first("user") == "early"
    assert found.first("port") == "2222"
    assert found.values["identityfile"] == ("~/.ssh/one", "~/.ssh/with space")
    assert found.yes("identitiesonly")
    assert options(home, text, "web9").first("port") == "22"


def test_a_block_fits_by_name_or_by_address(home: Path) -> None:
    text = "Host 10.0.0.*\n User by-address\nHost shop\n Port 23\n"
    found = options(home, text, "shop", "10.0.0.4")
    assert (found.first("user"), found.first("port")) == ("by-address", "23")


def test_included_files(home: Path) -> None:
    (home / ".ssh" / "config.d").mkdir()
    (home / ".ssh" / "config.d" / "10-a").write_text("Host web\n User included\n")
    (home / ".ssh" / "config.d" / "20-b").write_text("User second\n")
    assert options(home, "Include config.d/*\nHost *\n User last\n", "web").first("user") == "included"
    assert options(home, "Include ~/.ssh/config.d/*\n", "db").first("user") == "second"
    assert options(home, "Host web\n Include config.d/20-b\n", "db").first("user") is None


def test_a_circle_of_includes_ends(home: Path) -> None:
    with pytest.raises(HostConnectionError, match="deeper"):
        options(home, "Include config\n", "web")


@pytest.mark.parametrize(
    ("match", "user", "fits"),
    [
        ("all", None, True),
        ("host web*", None, True),
        ("host db", None, False),
        ("!host db", None, True),
        ("originalhost web1 user deploy", "deploy", True),
        ("originalhost web1 user deploy", "root", False),
        ("canonical all", None, False),
        ("localnetwork 10.0.0.0/8", None, False),
    ],
)
def test_match(match: str, user: str | None, fits: bool, home: Path) -> None:
    found = options(home, f"Match {match}\n Port 99\n", "web1", user=user)
    assert (found.first("port") == "99") is fits
    assert found.notes == ()


def test_match_exec_is_never_run(home: Path) -> None:
    witness = home / "witness"
    text = f'Match host web* exec "touch {witness}"\n Port 99\nMatch host db exec "touch {witness}"\n Port 98\n'
    found = options(home, text, "web1")
    assert not witness.exists()
    assert found.first("port") is None
    assert found.notes == (f"{home}/.ssh/config line 1: Match exec was not run",)


@pytest.mark.parametrize("text", ["Host\n", "Port\n", '"quoted\n', 'User "open\n', "=\n", "Port=\n"])
def test_a_line_that_is_none_is_named(text: str, home: Path) -> None:
    with pytest.raises(HostConnectionError, match="config line 2") as caught:
        options(home, f"# first\n{text}", "web")
    assert caught.value.connection.outcome is Outcome.CONFIGURATION


def test_no_file_says_nothing(home: Path) -> None:
    assert load_config([home / "nowhere"]).options(["web"], None) == Options()
