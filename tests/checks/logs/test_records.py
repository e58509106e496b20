"""What each form of log says, as real installations write it, and one thing in several logs as one."""

import subprocess
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from checks import Finding, State
from checks.logs.groups import LogProblem, Severity, log_problems
from tests.checks.logs.php import call
from tests.checks.logs.site import CLEAN, PlainSite, by_item, nowhere
from tests.checks.logs.written import (
    ISO,
    PHP,
    TABLE,
    Said,
    T,
    one_error_page_of_magento,
    one_fatal_error_everywhere,
    place,
)


def said(trouble: LogProblem) -> Said:
    if trouble.severity == Severity.NOISE and trouble.message and not trouble.message.startswith("Unable"):
        return ("noise", "", "", "")
    return (str(trouble.severity), trouble.class_, trouble.message, trouble.file)


@pytest.fixture
def site(tmp_path: Path) -> PlainSite:
    return PlainSite(tmp_path / "shop", nowhere(tmp_path))


@pytest.mark.parametrize("name", TABLE)
def test_a_form_of_log_is_understood(site: PlainSite, name: str) -> None:
    form, text, expected = TABLE[name]
    place(site, "x.log", text)
    site.sources({"path": "x.log", "format": form})
    found = [said(trouble) for trouble in log_problems(site.facts())]
    expected = [(severity, class_, message.replace("ROOT/", ""), file) for severity, class_, message, file in expected]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("happens", [one_error_page_of_magento, one_fatal_error_everywhere])
def test_one_thing_in_several_logs_is_one(site: PlainSite, happens: Callable[[PlainSite], None]) -> None:
    happens(site)
    _, judgement = site.visit()
    fatal = [finding for finding in judgement.findings if finding.kind == "fatal-error"]
    assert [(finding.state, finding.value) for finding in fatal] == [(State.CRITICAL, 1.0)]
    assert len(fatal[0].data["logs"]) == 4
    [again] = [finding for finding in site.visit()[1].findings if finding.kind == "fatal-error"]
    assert (again.item, again.value, again.data["new"]) == (fatal[0].item, 1.0, 0)


def test_the_same_message_in_two_files_is_two_things(site: PlainSite) -> None:
    text = "".join(f"[{PHP}] PHP Fatal error:  Uncaught Error: x in ROOT/{name}.php:1\n" for name in ("a", "b", "a"))
    place(site, "x.log", text)
    site.sources({"path": "x.log", "format": "php"})
    assert sorted((one.file, one.count) for one in log_problems(site.facts())) == [("a.php", 2), ("b.php", 1)]


def test_a_group_keeps_its_name_over_releases_line_numbers_and_rounds(site: PlainSite) -> None:
    site.sources({"path": "x.log", "format": "php"})
    items = set()
    for release, line in ((20261101, 4), (20261122, 99)):
        place(
            site,
            "x.log",
            f"[{PHP}] PHP Fatal error:  Uncaught Error: Row {line} lost in /srv/app/releases/{release}/p.php:{line}\n",
        )
        site.memory = {}
        items |= {finding.item for finding in site.visit()[1].findings if finding.kind == "fatal-error"}
    assert len(items) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"[{PHP}] stock: [{PHP}] PHP Fatal error:  Uncaught Error: x in /p.php:1\n",
        f"[{PHP}] user said\n PHP Fatal error:  Uncaught Error: x in /p.php:1\n",
        f"[{PHP}] agent\n# [{PHP}] PHP Fatal error:  x in /p.php:1\n",
    ],
    ids=["in a message", "indented", "behind a number sign"],
)
def test_only_a_header_makes_a_record_grave(site: PlainSite, text: str) -> None:
    place(site, "x.log", text)
    site.sources({"path": "x.log", "format": "php"})
    facts = site.facts()
    assert (facts.groups, facts.infos) == ((), 1)


def test_a_time_in_the_future_or_none_is_now(site: PlainSite) -> None:
    ahead = time.strftime("%d-%b-%Y %H:%M:%S UTC", time.gmtime(time.time() + 900_000))
    site.sources({"path": "x.log", "format": "php"})
    site.visit()
    place(
        site,
        "x.log",
        f"[{ahead}] PHP Fatal error:  x in /p.php on line 1\n"
        "[31-Foo-2026 99:99:99 UTC] PHP Fatal error:  x in /p.php on line 1\n",
    )
    facts = site.facts()
    assert all(group.last <= facts.now for group in facts.groups)


def test_history_is_not_news_on_the_first_visit(site: PlainSite) -> None:
    old = time.strftime("%d-%b-%Y %H:%M:%S UTC", time.gmtime(time.time() - 30 * 3600))
    place(
        site,
        "x.log",
        f"[{old}] PHP Fatal error:  Uncaught Error: old in /p.php:1\n"
        f"[{PHP}] PHP Fatal error:  Uncaught Error: new in /p.php:1\n",
    )
    site.sources({"path": "x.log", "format": "php"})
    facts = site.facts()
    assert [group.message for group in facts.groups] == ["new"]
    assert facts.files[0].older == 1


def test_access_logs_tell_failures_and_logins(site: PlainSite) -> None:
    at = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(T))

    def line(request: str, code: int, more: str = "") -> str:
        return f'{more}203.0.113.9 - bob [{at}] "{request} HTTP/1.1" {code} 12 "-" "curl \\"x\\""\n'

    text = (
        line("GET / HTTP/1.1", 200) * 8
        + line("GET /p/17?token=abc", 502) * 3
        + line("GET /p/18", 500, "shop.example:443 ")
        + line("POST /wp-login.php", 200) * 4
        + line("POST /wp-login.php", 302)
        + line("POST //xmlrpc.php", 200)
        + line("POST /manage.php?/cp/login/authenticate", 302)
        + "\\x16\\x03\\x01 junk\n"
    )
    place(site, "access.log", text)
    site.sources({"path": "access.log", "format": "nginx-access", "purpose": "access"})
    facts = site.facts()
    [access] = facts.access
    assert (access.requests, access.failed, [hour.logins for hour in access.hours]) == (19, 4, [6])
    assert access.worst == (("502 /p/#", 3), ("500 /p/#", 1))
    assert facts.files[0].lines == 20


def finding_of(site: PlainSite, item: str) -> Finding:
    return by_item(site.visit()[1])[item]


def test_a_format_that_does_not_fit_is_said(site: PlainSite) -> None:
    place(site, "access.log", '{"status":500}\n' * 30)
    site.sources({"path": "access.log", "format": "nginx-access", "purpose": "access"})
    finding = finding_of(site, "log:access.log")
    assert finding.state == State.UNKNOWN
    assert "none of the 30 new lines" in finding.summary


def test_a_custom_log_of_an_application_is_only_mentioned(site: PlainSite) -> None:
    place(site, "custom.log", "something\n" * 30)
    site.sources({"path": "custom.log", "format": "monolog"})
    finding = finding_of(site, "")
    assert finding.state == State.OK
    assert "custom.log: 30 lines in no form that is known" in finding.details


def test_paths_of_the_settings_are_read(tmp_path: Path) -> None:
    own = tmp_path / "elsewhere.log"
    own.write_text(f"[{PHP}] PHP Fatal error:  Uncaught Error: x in /p.php:1\n")
    settings = nowhere(tmp_path, paths={str(own): "php", "logs/*.log": "monolog"})
    site = PlainSite(tmp_path / "shop", settings)
    (site.root / "logs").mkdir()
    place(site, "logs/a b.log", f"[{ISO}+00:00] main.CRITICAL: y [] []\n")
    assert sorted(group.message for group in site.facts().groups) == ["x", "y"]


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York", "Europe/Berlin"])
def test_a_time_without_a_zone_is_the_hosts(site: PlainSite, zone: str) -> None:
    local = datetime.fromtimestamp(T, ZoneInfo(zone))
    place(site, "nginx.log", f"{local:%Y/%m/%d %H:%M:%S} [error] 9#9: *1 upstream timed out, client: 1.1.1.1\n")
    place(site, "php.log", f"[{local:%d-%b-%Y %H:%M:%S} {zone}] PHP Fatal error:  x in /p.php on line 1\n")
    site.sources({"path": "nginx.log", "format": "nginx-error"}, {"path": "php.log", "format": "php"})
    site.env = {**CLEAN, "TZ": zone}
    assert [group.last for group in site.facts().groups] == [int(T), int(T)]


HOSTILE = st.lists(
    st.sampled_from(
        ("PHP Fatal error:  ", "Uncaught ", "Error: ", "exception ", "'", '"', "\\", "\n", "Next X: ", " in /a", ":1",
         " on line 2", "Stack trace:", "#0 ", "{", "}", "[]", " CONTEXT: {", '"file":"', "Severity: E_WARNING  --> ",
         "PHP message: ", 'FastCGI sent in stderr: "', '" while ', ", client: 1.1.1.1, server: s", "AH00124: ", "<b>",
         '[pool x] child 1 said into stderr: "', "AH01071: Got error '", "\x00", "é", "0", "deadbeef12", "a" * 60, "@",
         "é" * 3000, "A\\B\\CException", " with message '", "\u202e", "SQLSTATE[42S02]: ", " for query ", "report_id",
         "://", "(" * 30)
    ),
    max_size=30,
).map("".join)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batch=st.lists(HOSTILE, min_size=10, max_size=40))
@example(batch=['x CONTEXT: {PHP Fatal error:  "file":"\nFastCGI sent in stderr: "report_id'])
def test_whatever_a_record_says_it_is_a_few_bounded_texts(batch: list[str], tmp_path: Path) -> None:
    code = """
    $groups = new SrLogGroups(array('/srv/shop/'), time());
    foreach ($given as $at => $said) {
        foreach (array('', 'error', 'critical') as $level) { $groups->add(0, $at, $level, $said); }
    }
    return $groups->rows();
    """
    for row in call(code, batch, tmp_path):
        assert len(row["message"]) <= 500
        assert len(row["file"]) <= 200
        assert len(row["class"]) <= 120
        assert not set(row["message"] + row["file"] + row["class"]) & {"\n", "\x00", "\u202e"}


def test_what_php_itself_writes(site: PlainSite) -> None:
    programs = {
        "uncaught.php": "<?php function f() { throw new LogicException('out of stock', 0, new Error('inner')); } f();",
        "parse.php": "<?php $x = ;",
        "memory.php": "<?php ini_set('memory_limit', '8M'); $x = str_repeat('x', 64 << 20);",
        "type.php": "<?php declare(strict_types=1); strlen(array());",
        "mild.php": "<?php echo $x; trigger_error('old', E_USER_DEPRECATED); trigger_error('hm', E_USER_NOTICE);",
        "user.php": "<?php trigger_error('gave up', E_USER_ERROR);",
        "says.php": "<?php error_log('PHP Fatal error:  pretended'); error_log('feed: 0 rows');",
    }
    for name, text in programs.items():
        place(site, name, text)
        options = (
            "log_errors=1",
            f"error_log={site.root}/php.log",
            "display_errors=0",
            "error_reporting=-1",
            "html_errors=0",
        )
        command = ["php", *(part for option in options for part in ("-d", option)), str(site.root / name)]
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, timeout=60)
    site.sources({"path": "php.log", "format": "php"})
    facts = site.facts()
    found = {(one.file, str(one.severity), one.class_) for one in log_problems(facts)}
    assert found == {
        ("uncaught.php", "fatal", "Error"),
        ("parse.php", "fatal", ""),
        ("memory.php", "fatal", ""),
        ("type.php", "fatal", "TypeError"),
        ("mild.php", "warning", ""),
        ("user.php", "fatal", ""),
        ("", "fatal", ""),
    }
    assert (facts.deprecated, facts.notices, facts.infos) == (1, 1, 1)
