"""The worked example of a third party's package does what it says, for real."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from checks import NotCheckedError, State, Target
from checks.platforms.facts import parse as parse_facts
from checks.platforms.probe import php_arguments, php_payload, site_probe
from inventory.model import Host, Site
from tests.plugin_example.siterounds_example import mail_queue
from tests.plugin_example.siterounds_example.kirby import platform

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def run(script: str, *arguments: str, path: str = "/usr/bin:/bin", given: str = "") -> subprocess.CompletedProcess[str]:
    """A probe's script as a host's shell runs it."""
    return subprocess.run(
        ["/bin/sh", "-c", script, "sh", *arguments],
        input=given,
        env={"PATH": path, "LC_ALL": "C"},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def postqueue(folder: Path, body: str) -> str:
    """A PATH on which `postqueue` does what `body` says."""
    command = folder / "postqueue"
    command.write_text(f"#!/bin/sh\n{body}\n")
    command.chmod(0o755)
    return f"{folder}:/usr/bin:/bin"


QUEUE = """\
-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------
3F2A91C0D5      512 Sun Nov  1 10:00:00  www-data@web1.example
     (connect to mx.example[203.0.113.25]:25: Connection timed out)
                                         ann@shop.example

-- 12 Kbytes in 320 Requests.
"""


@pytest.mark.parametrize(
    ("answer", "waiting"), [(QUEUE, 320), ("Mail queue is empty\n", 0), ("-- 0 Kbytes in 1 Request.\n", 1)]
)
def test_waiting_mails_are_counted(tmp_path: Path, answer: str, waiting: int) -> None:
    done = run(mail_queue.SCRIPT, path=postqueue(tmp_path, f"cat <<'END'\n{answer}END"))

    assert (done.returncode, done.stderr) == (0, "")
    assert mail_queue.parse(done.stdout) == mail_queue.Queue(waiting)


def test_a_host_without_postfix_has_no_queue(tmp_path: Path) -> None:
    facts = mail_queue.parse(run(mail_queue.SCRIPT, path=str(tmp_path)).stdout)

    assert facts == mail_queue.Queue(None)
    assert mail_queue.evaluate(facts, mail_queue.Settings(), {}, NOW).findings == ()


def test_a_postfix_that_is_down_is_not_an_empty_queue(tmp_path: Path) -> None:
    done = run(mail_queue.SCRIPT, path=postqueue(tmp_path, "echo 'postqueue: fatal: mail system is down' >&2; exit 69"))

    assert done.returncode != 0
    assert "mail system is down" in done.stderr


@pytest.mark.parametrize(
    "output",
    ["", "-- x Kbytes in 3 Requests.", "-- 1 Kbytes in 3", "3", "\x1b[31m", "-- 1 Kbytes in 9999999999 Requests."],
)
def test_what_is_no_queue_is_not_checked(output: str) -> None:
    with pytest.raises(NotCheckedError):
        mail_queue.parse(output)


@pytest.mark.parametrize(("waiting", "state"), [(99, State.OK), (100, State.WARNING), (1000, State.CRITICAL)])
def test_a_long_queue_is_found(waiting: int, state: State) -> None:
    (finding,) = mail_queue.evaluate(mail_queue.Queue(waiting), mail_queue.Settings(), {}, NOW).findings

    assert (finding.state, finding.value, finding.data) == (state, waiting, {"waiting": waiting})


@pytest.fixture
def kirby(tmp_path: Path) -> Path:
    """A Kirby as far as the example looks."""
    (tmp_path / "kirby").mkdir()
    (tmp_path / "kirby" / "bootstrap.php").write_text("<?php exit('never run');\n")
    (tmp_path / "kirby" / "composer.json").write_text('{"name": "getkirby/cms", "version": "4.8.0"}\n')
    return tmp_path


def ask(root: Path) -> str:
    site = Site("shop", "harbour", "web1", "https://shop.example", str(root))
    arguments = php_arguments("facts", Target(Host("web1"), site), {})
    done = run(site_probe.script, *arguments, given=php_payload([platform]))
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_kirby_is_recognised_and_read(kirby: Path) -> None:
    facts = parse_facts(ask(kirby))

    assert facts.platform == "kirby"
    assert [(one.kind, one.key, one.version) for one in facts.software if one.kind == "core"] == [
        ("core", "getkirby/cms", "4.8.0")
    ]
    assert [gap.item for gap in facts.account_gaps] == ["kirby"]


def test_a_kirby_whose_files_are_not_there_is_a_gap(kirby: Path) -> None:
    (kirby / "kirby" / "composer.json").unlink()
    facts = parse_facts(ask(kirby))

    assert facts.platform == "kirby"
    assert [(gap.item, "composer.json" in gap.reason) for gap in facts.software_gaps] == [("kirby", True)]


def test_the_version_is_found_without_php_too(kirby: Path) -> None:
    ((path, pattern),) = platform.version_files.items()
    found = re.search(pattern, (kirby / path).read_text())

    assert found
    assert found[1] == "4.8.0"


def test_another_site_is_no_kirby(tmp_path: Path) -> None:
    assert parse_facts(ask(tmp_path)).platform != "kirby"
