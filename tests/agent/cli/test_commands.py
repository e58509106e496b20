"""What a person types and what they see: every mistake is a sentence, every command is documented."""

import json
import os
import pty
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import jsonschema
import pytest

from agent.cli import outcome
from tests.agent.cli.command import COMMAND, Desk, desk, environment, run

PLAIN = ["env", "-i", f"PATH={os.environ['PATH']}", str(COMMAND)]
README = Path(__file__).parents[3] / "README.md"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as made:
        yield made


def commands() -> list[str]:
    from typer.main import get_command

    from agent.cli import app

    def below(prefix: str, group: object) -> Iterator[str]:
        for name, command in getattr(group, "commands", {}).items():
            yield from below(f"{prefix}{name} ", command) if hasattr(command, "commands") else [f"{prefix}{name}"]

    return list(below("", get_command(app)))


@pytest.mark.parametrize("command", commands())
def test_every_command_explains_itself_within_80_columns(command: str, tmp_path: Path) -> None:
    out = StringIO()
    with patch.dict(os.environ, environment(tmp_path)), redirect_stdout(out):
        assert outcome([*command.split(), "--help"]) == 0
    assert max(map(len, out.getvalue().splitlines())) <= 80
    assert len(out.getvalue().split("\n\n")[1].strip()) > 20


def test_every_command_stands_in_the_readme() -> None:
    text = README.read_text()
    assert [command for command in commands() if f"siterounds {command}" not in text] == []


def test_first_steps(tmp_path: Path) -> None:
    first = run([str(COMMAND), "run"], tmp_path)
    assert (first.code, first.out) == (65, "")
    assert "inventory.yaml" in first.err
    assert run([str(COMMAND), "init"], tmp_path).code == 0
    checked = run([str(COMMAND), "inventory", "check"], tmp_path)
    assert (checked.code, checked.out) == (0, "inventory.yaml is in order: 1 client, 1 host, 1 site\n")
    again = run([str(COMMAND), "init"], tmp_path)
    assert again.code == 1
    assert "is there already: it was left alone" in again.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["rum"], 2, "No such command 'rum'"),
        (["run", "--host", "web2"], 2, "--host web2: there is none of that name; did you mean 'web1'? known: web1"),
        (["check", "--check", "disc"], 3, "did you mean 'disk'?"),
        (["hosts", "trust", "nobody"], 2, "nobody: there is no host of that name"),
        (["report"], 73, "make a round by `siterounds run`"),
        (["incidents"], 73, "make a round by `siterounds run`"),
        (["why", "1"], 73, "make a round by `siterounds run`"),
        (["report", "--client", "harbor"], 2, "did you mean 'harbour'?"),
        (["check", "--format", "xml"], 3, "'xml' is not one of"),
        (["--parallel", "0", "run"], 2, "Input should be greater than or equal to 1"),
    ],
)
def test_mistakes_are_sentences(at: Desk, arguments: list[str], code: int, said: str) -> None:
    done = at.siterounds(*arguments)
    assert said in " ".join(done.err.split())
    assert (done.code, done.out) == (code, "")


def test_every_mistake_of_the_inventory_at_once_with_its_line(at: Desk) -> None:
    at.inventory.write_text("clients: {}\nhosts:\n  web1: {port: 99999}\nsites:\n  shop: {host: web2}\n")
    done = at.siterounds("run")
    assert done.code == 65
    assert re.search(r"inventory\.yaml:3: hosts\.web1\.port: ", done.err)
    assert re.search(r"inventory\.yaml:5: sites\.shop\.", done.err)


def test_a_round_in_a_pipe_is_data_alone(at: Desk) -> None:
    done = at.siterounds("run", "--check", "disk", "--format", "json")
    assert (done.code, done.err) == (0, "")
    schema = json.loads(at.siterounds("schema").out)
    jsonschema.validate(done.json, schema)
    assert done.json["round"]["id"] == 1
    assert done.json["coverage"]["due"] == 2
    assert {one["check"] for one in done.json["findings"]} == {"ssh", "disk"}
    shown = at.siterounds("report", "--format", "json")
    assert shown.json == done.json


def test_check_records_nothing(at: Desk) -> None:
    done = at.siterounds("check", "--check", "disk", "--format", "json")
    assert done.json["round"]["id"] is None
    assert not at.state.exists()
    assert at.siterounds("report").code == 73


@pytest.mark.parametrize(
    ("used", "code"), [("{warning: 99.9, critical: 100}", 0), ("{warning: 0.001, critical: 100}", 1)]
)
def test_check_speaks_nagios(at: Desk, used: str, code: int) -> None:
    at.write(settings=f"{{disk: {{used: {used}, floor_gib: 0, growth: 1, forecast_days: 0}}}}")
    done = at.siterounds("check", "--check", "disk")
    assert done.out.startswith(("OK - all in order; 2 of 2 checks ran.", "WARNING - ")[code])
    assert done.code == code


def test_check_of_a_host_that_does_not_answer_is_unknown(at: Desk) -> None:
    at.server.close()
    done = at.siterounds("check", "--check", "disk")
    assert done.code == 3
    assert done.out.startswith("UNKNOWN - 1 unknown; 0 of 2 checks ran, 2 could not look.")


def test_a_host_that_cannot_be_reached_is_one_finding(at: Desk) -> None:
    site = "  s{0}: {{client: harbour, host: web1, url: https://s{0}.example, root: /srv}}\n"
    at.write(sites="".join(site.format(number) for number in range(5)))
    at.server.close()
    done = at.siterounds("run", "--format", "json")
    not_asked_of_the_host = {"dnsbl"}
    bad = [one for one in done.json["findings"] if one["state"] != "ok" and one["check"] not in not_asked_of_the_host]
    assert [(one["check"], one["item"]) for one in bad] == [("ssh", "")]
    assert done.json["coverage"]["due"] - done.json["coverage"]["ran"] >= 17


def test_doctor_says_which_line_would_mend_it(at: Desk) -> None:
    at.write(sites=f"  shop: {{client: harbour, host: web1, url: https://s.example, root: {at.folder}/nothing}}\n")
    done = at.siterounds("doctor", "--format", "json")
    assert done.code == 1
    places = {(one["host"], one["site"]): one for one in done.json}
    assert "disk" in places["web1", None]["whole"]
    assert any("nothing" in missed["reason"] for missed in places["web1", "shop"]["missed"])
    text = at.siterounds("doctor").out
    assert "can be looked at: ssh, disk" in text
    assert "→ " in text


def test_trust_shows_the_key_and_pins_only_what_was_compared(at: Desk) -> None:
    at.inventory.write_text(re.sub(r", host_key: [^}]*", "", at.inventory.read_text()))
    untrusted = at.siterounds("check", "--check", "disk")
    assert untrusted.code == 3
    assert "siterounds hosts trust web1" in " ".join(untrusted.out.split())
    asked = at.siterounds("hosts", "trust", "web1")
    assert asked.code == 1
    assert "SHA256:" in asked.out
    assert not (at.state / "known_hosts").exists()
    pinned = at.siterounds("hosts", "trust", "web1", "--yes", "--format", "json")
    assert pinned.code == 0
    assert pinned.json["fingerprint"] in asked.out
    assert stat.S_IMODE((at.state / "known_hosts").stat().st_mode) == 0o600
    assert at.siterounds("check", "--check", "disk", "--format", "json").json["findings"][0]["state"] == "ok"


def test_why_shows_the_evidence(at: Desk) -> None:
    at.server.close()
    at.siterounds("run")
    at.siterounds("run")
    listed = at.siterounds("incidents", "--format", "json").json
    assert [(one["check"], one["phase"]) for one in listed] == [("ssh", "open")]
    text = at.siterounds("why", str(listed[0]["id"])).out
    assert "opened, UNKNOWN" in text
    assert "What the last round saw" in text
    assert at.siterounds("why", "99").code == 2


def test_the_html_report_is_written_whole_or_not_at_all(at: Desk) -> None:
    at.siterounds("run", "--check", "disk")
    page = at.folder / "report.html"
    assert at.siterounds("report", "--client", "harbour", "--html", str(page)).code == 0
    assert "Health report for Harbour Books" in page.read_text()
    refused = at.siterounds("report", "--html", str(at.folder / "no" / "where.html"))
    assert refused.code == 1
    assert "cannot be written: No such file or directory" in refused.err


def test_a_report_is_as_private_as_this_account_wants(at: Desk) -> None:
    at.siterounds("run", "--check", "disk")
    page = at.folder / "report.html"
    before = os.umask(0o077)
    try:
        at.siterounds("report", "--html", str(page))
    finally:
        os.umask(before)
    assert stat.S_IMODE(page.stat().st_mode) == 0o600


def test_without_a_command_there_is_help(at: Desk) -> None:
    bare = run([str(COMMAND)], at.folder)
    assert (bare.code, bare.err) == (0, "")
    assert "Usage: siterounds" in bare.out
    group = run([str(COMMAND), "hosts"], at.folder)
    assert (group.code, group.out) == (2, "")
    assert "trust" in group.err


def test_a_reader_that_leaves_is_no_error(at: Desk) -> None:
    shell = f"{' '.join(at.arguments('schema'))} | head -c 10"
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""


def test_progress_is_shown_to_a_person_only(at: Desk) -> None:
    leader, follower = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80"}
    command = at.arguments("run", "--check", "disk")
    subprocess.run(command, stderr=follower, stdout=subprocess.PIPE, env=environment, check=True, timeout=60)
    os.close(follower)
    assert b"going the rounds" in os.read(leader, 65536)
    os.close(leader)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_complete(shell: str, tmp_path: Path) -> None:
    code = f"import agent.cli; agent.cli.app(['--show-completion', '{shell}'], prog_name='siterounds')"
    assert "_SITEROUNDS_COMPLETE" in run([sys.executable, "-c", code], tmp_path).out


def test_checks_are_listed_with_their_origin(tmp_path: Path) -> None:
    listed = run([str(COMMAND), "checks", "--format", "json"], tmp_path).json
    six = {"disk", "firewall", "versions", "users", "logs", "dnsbl"}
    assert six <= {one["name"] for one in listed if one["kind"] == "check" and one["origin"] == "siterounds"}
    assert {"wordpress", "magento", "expressionengine"} <= {one["name"] for one in listed if one["kind"] == "platform"}


def test_it_starts_without_an_environment(tmp_path: Path) -> None:
    assert run([*PLAIN, "--version"], tmp_path).out.startswith("siterounds ")
