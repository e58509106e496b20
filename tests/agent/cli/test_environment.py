"""Whatever a command is started from: any terminal, any account, closed streams; it answers in a sentence."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.agent.cli.command import COMMAND, environment, run

LOCAL = """
clients:
  harbour: {title: "Bücher ✓"}
hosts:
  here: {transport: local}
sites:
  shop: {client: harbour, host: here, url: https://shop.example, root: %s}
"""
ASCII = ["env", "LC_ALL=C", "PYTHONUTF8=0", "PYTHONCOERCECLOCALE=0"]


@pytest.fixture
def told(tmp_path: Path) -> list[str]:
    """The command with an inventory of this machine alone."""
    (tmp_path / "inventory.yaml").write_text(LOCAL % tmp_path)
    return [str(COMMAND), "--inventory", str(tmp_path / "inventory.yaml"), "--state", str(tmp_path / "state")]


@pytest.mark.parametrize("surroundings", [ASCII, ["env", "PYTHONIOENCODING=latin-1"]], ids=["ascii", "latin-1"])
def test_a_terminal_without_our_signs_is_told_all_the_same(
    surroundings: list[str], told: list[str], tmp_path: Path
) -> None:
    done = run([*surroundings, *told, "run", "--check", "disk", "--all"], tmp_path)
    assert done.code == 0
    assert "OK" in done.out
    shown = run([*surroundings, *told, "report", "--format", "json"], tmp_path)
    assert shown.json == run([*told, "report", "--format", "json"], tmp_path).json


def test_json_stays_json_where_the_encoding_lacks_a_character(told: list[str], tmp_path: Path) -> None:
    broken = tmp_path / "b\xfc\U0001f600"
    broken.mkdir()
    (tmp_path / "inventory.yaml").write_text(LOCAL % broken)
    done = subprocess.run(
        [*ASCII, *told, "check", "--check", "users", "--format", "json"],
        env=environment(tmp_path), cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    assert done.stdout.isascii()
    assert "b\xfc\U0001f600" in json.loads(done.stdout)["findings"][0]["summary"]


def test_a_width_of_nothing_still_shows_something(told: list[str], tmp_path: Path) -> None:
    done = run(["env", "COLUMNS=0", *told, "check", "--check", "disk"], tmp_path)
    assert "checks ran" in done.out


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_cost_nothing_but_what_would_be_said(closed: str, told: list[str], tmp_path: Path) -> None:
    line = f"{' '.join(told)} run --check disk {closed}; echo ended $? >> ended"
    done = run(["sh", "-c", line], tmp_path)
    assert done.err == ""
    assert (tmp_path / "ended").read_text() == "ended 0\n"


def test_an_account_without_a_home(tmp_path: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root may start a command as an account that does not exist, by setpriv")
    keep = "+dac_override,+dac_read_search"
    nobody = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", f"--inh-caps={keep}"]
    bare = [*nobody, f"--ambient-caps={keep}", "env", "-u", "HOME"]
    listed = run([*bare, str(COMMAND), "checks"], tmp_path)
    assert "Disk space" in listed.out


def test_a_state_folder_that_may_not_be_seen_is_said(told: list[str], tmp_path: Path) -> None:
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root may give a folder to another account, and take its own right to all by setpriv")
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    os.chown(other, 54321, 54321)
    weak = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
    for command, code in ((["report"], 73), (["check", "--check", "disk"], 3)):
        done = run([*weak, *told[:-1], str(other / "state"), *command], tmp_path)
        assert done.code == code
        assert f"{other}/state/siterounds.sqlite cannot be opened: Permission denied" in " ".join(done.err.split())


@pytest.mark.parametrize(
    ("options", "command", "ending"),
    [
        (["--nameserver", "ns.example"], ["run"], (2, "'ns.example' is not the address of a name server")),
        (["--nameserver", "ns.example"], ["check"], (3, "--nameserver")),
        (["-i", "inventory"], ["check"], (3, "cannot be read")),
        (["-i", "check"], ["run"], (65, "cannot be read")),
        (["--inventory=inventory"], ["check"], (3, "cannot be read")),
        (["-i", "check"], ["inventory", "check"], (65, "cannot be read")),
    ],
)
def test_the_exit_code_is_that_of_the_command_whatever_its_options_are_called(
    options: list[str], command: list[str], ending: tuple[int, str], told: list[str], tmp_path: Path
) -> None:
    done = run([*told, *options, *command], tmp_path)
    assert (done.code, done.out) == (ending[0], "")
    assert ending[1] in " ".join(done.err.split())


def test_a_check_that_was_not_looked_at_is_never_ok_to_nagios(told: list[str], tmp_path: Path) -> None:
    nowhere = tmp_path / "bin"
    nowhere.mkdir()
    python = str(COMMAND.with_name("python"))
    done = run(["env", f"PATH={nowhere}", python, *told, "check", "--check", "disk"], tmp_path)
    assert done.code == 3
    assert done.out.startswith("UNKNOWN - nothing was looked at; 0 of 1 checks ran")
