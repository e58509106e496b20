"""The script around our PHP: which PHP, as whom, what it says when that does not work; and main.php's own answers."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from checks import Scope, Target
from checks.platforms import Platform, php_source
from checks.platforms.facts import parse
from checks.platforms.probe import PHP_SCRIPT, php_arguments, php_payload, site_probe
from checks.platforms.wordpress import platform as wordpress
from inventory.model import Host, Site
from tests.checks.platforms.asking import AS_ROOT, NEEDS_ROOT, SHELLS, commands, facts, run, said
from tests.servers.folders import open_folder

needs_root = pytest.mark.skipif(not AS_ROOT, reason=NEEDS_ROOT)


@pytest.fixture
def root() -> Iterator[Path]:
    """The least that is taken for a WordPress, in a folder that all may enter."""
    with open_folder() as folder:
        (folder / "wp-includes").mkdir()
        (folder / "wp-includes/version.php").write_text("<?php\n$wp_version = '6.9.1';\n$wp_db_version = 60717;\n")
        (folder / "wp-load.php").write_text("<?php\n")
        yield folder


def target(**fields: Any) -> Target:
    return Target(Host("web1"), replace(Site("shop", "c", "web1", "https://shop.example", "/srv"), **fields))


def test_the_probe_asks_once_a_site() -> None:
    assert (site_probe.name, site_probe.scope, site_probe.script) == ("site", Scope.SITE, PHP_SCRIPT)
    assert site_probe.payload is php_payload
    assert site_probe.parse is parse


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://Shop.example:8443/x", "shop.example"),
        ("http://user:pw@shop.example", "shop.example"),
        ("http://[::1]:80/", "[::1]"),
        ("https://shop.example?x=http://other/", "shop.example"),
        ("nonsense", ""),
    ],
)
def test_the_arguments_are_the_sites(url: str, host: str) -> None:
    assert php_arguments("facts", target(url=url, run_as="www", php="/usr/bin/php8.2"), {}) == (
        "facts", "/srv", "www", "/usr/bin/php8.2", "auto", json.dumps({"host": host}),
    )  # fmt: skip
    assert php_arguments("logs", target(url=url), {"since": 1})[5] == json.dumps({"host": host, "since": 1})


def test_a_host_is_not_a_site() -> None:
    with pytest.raises(ValueError, match="about a site"):
        php_arguments("facts", Target(Host("web1")), {})


def test_our_files_begin_with_a_tag_and_do_not_end_with_one(tmp_path: Path) -> None:
    (tmp_path / "a.php").write_text("<?php\n$x = '?>';\n")
    assert php_source(tmp_path / "a.php") == "$x = '?>';\n"
    for text in ("$x = 1;", "<?php\n$x = 1;\n?>\n", "", "\n<?php\n"):
        (tmp_path / "a.php").write_text(text)
        with pytest.raises(ValueError, match=r"a\.php must begin"):
            php_source(tmp_path / "a.php")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_runs_it(root: Path, shell: str) -> None:
    if shell != "dash" and not shutil.which(shell.partition(" ")[0]):
        pytest.fail(f"{shell} is needed: install bash and busybox")
    answer = facts(root, shell=shell)
    assert (answer.platform, answer.software[0].version) == ("wordpress", "6.9.1")


@pytest.mark.parametrize("name", ["with space", "it's", '"quoted"', "new\nline", "$(id)", "-n", "ünï", "a\\b", "*"])
def test_any_name_of_a_folder_arrives_whole(root: Path, name: str) -> None:
    (root / name).mkdir()
    shutil.copytree(root / "wp-includes", root / name / "wp-includes")
    (root / name / "wp-load.php").touch()
    done = run(root / name)
    assert json.loads(done.stdout)["root"] == str(root / name)
    assert parse(done.stdout).platform == "wordpress"


def test_php_is_named_with_its_version(root: Path) -> None:
    version = subprocess.run(["php", "-r", "echo PHP_VERSION;"], capture_output=True, text=True, check=True).stdout
    found = {one.key: one.version for one in facts(root).software if one.kind == "runtime"}
    assert found["php-cli"] == version


def test_a_php_that_is_not_there_is_said(root: Path) -> None:
    reason, remedy = said(run(root, php="/opt/none/bin/php"))
    assert reason == "PHP is not at /opt/none/bin/php, where the inventory says it is"
    assert "`php`" in remedy


@pytest.mark.parametrize("command", ["/bin/false", "/bin/true"])
def test_a_command_that_is_no_php_is_said(root: Path, command: str) -> None:
    done = run(root, php=command)
    if command == "/bin/false":
        assert said(done)[0] == "PHP ended with code 1: without a word"
    else:
        with pytest.raises(Exception, match="printed nothing"):
            parse(done.stdout)


def test_the_newest_of_the_well_known_places_is_taken(root: Path) -> None:
    script = PHP_SCRIPT.replace("/opt/plesk/php/*/bin/php", f"{root}/plesk/php/*/bin/php")
    script = script.replace("/usr/bin/php[", "/nowhere/php[").replace("/usr/local/bin/php ", "")
    for version in ("5.6", "8.2", "7.4", "8.10", "notes"):
        folder = root / "plesk/php" / version / "bin"
        folder.mkdir(parents=True)
        (folder / "php").write_text(f"#!/bin/sh\necho chosen {version}\nexit 3\n")
        (folder / "php").chmod(0o755)
    with commands(root / "bin", "php") as env:
        assert said(run(root, script=script, env=env))[0] == "PHP ended with code 3: without a word"
        assert run(root, script=script, env=env).stdout == "chosen 8.10\n"


def without_php(root: Path, platform: str = "auto", account: str = "") -> str:
    """The script on a host that has no PHP anywhere."""
    script = PHP_SCRIPT.replace("/usr/bin/php[", "/nowhere/php[").replace("/usr/local/bin/php ", "")
    with commands(root / "bin", "php") as env:
        done = run(root, script=script, env=env, platform=platform, account=account)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_without_php_the_version_of_the_core_remains(root: Path) -> None:
    answer = parse(without_php(root))
    assert (answer.platform, answer.software[0].version) == ("wordpress", "6.9.1")
    assert [gap.item for gap in (*answer.software_gaps, *answer.account_gaps)] == ["php", "php"]
    assert parse(without_php(root, platform="magento")).platform == ""


def test_without_php_a_hostile_version_file_costs_only_itself(root: Path) -> None:
    (root / "wp-includes/version.php").write_bytes(b"\0\xff\x1b[31m\nfile\twordpress\tx\n" + b"x" * 10_000_000)
    output = without_php(root)
    assert len(output) < 200_000
    assert parse(output).platform == ""


@needs_root
def test_without_php_a_file_that_may_not_be_read_is_named(root: Path) -> None:
    (root / "wp-includes/version.php").chmod(0o600)
    assert "not readable: wp-includes/version.php" in parse(without_php(root, account="nobody")).software_gaps[0].reason


@needs_root
def test_root_becomes_the_account_of_the_site(root: Path) -> None:
    shutil.chown(root / "wp-includes/version.php", "www-data")
    (root / "wp-includes/version.php").chmod(0o400)
    assert facts(root, run_as="www-data").software[0].version == "6.9.1"
    assert facts(root, account="www-data", run_as="www-data").software[0].version == "6.9.1"
    denied = facts(root, run_as="nobody")
    assert denied.software[0].version is None
    assert "permission denied" in next(gap.reason for gap in denied.software_gaps if gap.item == "core")


@needs_root
def test_an_account_that_is_not_there_is_said(root: Path) -> None:
    assert said(run(root, run_as="no-such-account"))[0] == "there is no account no-such-account on this host"


@needs_root
def test_sudo_that_asks_for_a_password_is_said_with_the_line_that_helps(root: Path) -> None:
    done = run(root, account="nobody", run_as="daemon")  # www-data is let in by another test, for a moment
    reason, remedy = said(done)
    assert reason == "sudo asks nobody for a password to become daemon"
    assert "`nobody ALL=(daemon) NOPASSWD: /usr/bin/php" in remedy
    assert done.stdout == ""


@needs_root
def test_sudo_that_is_not_installed_is_said(root: Path) -> None:
    with commands(root / "bin", "sudo") as env:
        reason, remedy = said(run(root, account="nobody", run_as="www-data", env=env))
    assert reason == "sudo is not installed, so that nobody cannot read the site as www-data"
    assert "`nobody ALL=(www-data) NOPASSWD: " in remedy


@needs_root
def test_sudo_with_our_line_reads_as_the_account(root: Path) -> None:
    rule = Path(f"/etc/sudoers.d/siterounds-test-{os.getpid()}")
    php = Path(shutil.which("php") or "/usr/bin/php")
    shutil.chown(root / "wp-includes/version.php", "www-data")
    (root / "wp-includes/version.php").chmod(0o400)
    try:
        rule.write_text(f"nobody ALL=(www-data) NOPASSWD: {php}\n")
        rule.chmod(0o440)
        assert facts(root, account="nobody", run_as="www-data").software[0].version == "6.9.1"
        reason, _ = said(run(root, account="nobody", run_as="mysql"))
        assert reason in (
            "sudo asks nobody for a password to become mysql",
            f"sudo does not allow nobody to run {php} as mysql",
        )
    finally:
        rule.unlink()


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("relative/path", "the site's root is not an absolute path: relative/path"),
        ("/no/such/folder", "the site's root: not found: /no/such/folder"),
        ("/etc/passwd", "the site's root is not a folder: /etc/passwd"),
    ],
)
def test_a_root_that_is_none_is_said_everywhere(path: str, reason: str) -> None:
    answer = facts(path)
    assert answer.platform == ""
    for gaps in (answer.software_gaps, answer.account_gaps):
        assert [(gap.item, gap.reason) for gap in gaps] == [("site", reason)]
        assert "`root`" in gaps[0].remedy


@needs_root
def test_a_root_that_may_not_be_entered_is_said(root: Path) -> None:
    root.chmod(0o700)
    answer = facts(root, account="nobody")
    assert answer.software_gaps[0].reason == f"the site's root: permission denied: {root} (owner root:root, mode 0700)"


def test_what_was_looked_for_is_said(tmp_path: Path) -> None:
    reason = facts(tmp_path).software_gaps[0].reason
    assert reason.startswith(f"not recognised at {tmp_path}: looked for wordpress (wp-includes/version.php")


OTHER = Platform(
    "other", "Other", "sr_platform('other', array('recognise' => function ($r) { return null; }, 'facts' => 'f'));"
)


def test_another_platform_than_declared_is_named(root: Path) -> None:
    done = run(root, platform="other", platforms=(OTHER, wordpress))
    gap = parse(done.stdout).software_gaps[0]
    assert gap.reason.endswith("; it is wordpress")
    assert gap.remedy == "set `platform: wordpress` for this site"
    assert parse(done.stdout).platform == ""


def test_a_platform_that_nobody_knows_is_said(root: Path) -> None:
    gap = facts(root, platform="typo3").software_gaps[0]
    assert gap.reason == "no platform is called 'typo3'; known are auto, wordpress"
    assert "auto, wordpress" in gap.reason
    assert "`platform`" in gap.remedy


BREAKS = {
    "throws": "throw new RuntimeException('boom');",
    "fails": "no_such_function();",
    "eats": "$a = array(); while (true) { $a[] = str_repeat('x', 1000000); }",
    "ends": "exit(7);",
    "divides": "$x = 1 % 0;",
    "prints": "trigger_error('loud', E_USER_ERROR);",
}


@pytest.mark.parametrize("code", BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize("where", ["recognise", "facts"])
def test_whatever_breaks_inside_there_is_an_answer(root: Path, code: str, where: str) -> None:
    parts = {"recognise": "return array('root' => $a);", "facts": "", where: code}
    php = f"""sr_platform('bad', array(
        'recognise' => function ($a, $b) {{ {parts["recognise"]} }},
        'facts' => function ($a, $b) {{
            $b->software(array('kind' => 'core', 'key' => 'k', 'name' => 'N', 'version' => '1'));
            {parts["facts"]}
        }}));"""
    done = run(root, platforms=(Platform("bad", "Bad", php),))
    assert done.returncode == 0, done.stderr
    answer = parse(done.stdout)
    assert any(gap.item.startswith("probe") or gap.item == "site" for gap in answer.software_gaps)
    assert answer.account_gaps
    if where == "facts":
        assert [one.version for one in answer.software if one.kind == "core"] == ["1"]


def test_a_recursion_without_end_has_a_reason(root: Path) -> None:
    """PHP 8.2.32 gives the stack of what died no room for last words, where earlier ones did: both are answers."""
    php = "function dig($n) { return dig($n + 1) . 'x'; } function look($root, $options) { return dig(0); }"
    php += "sr_platform('bad', array('recognise' => 'look'));"
    done = run(root, platforms=(Platform("bad", "Bad", php),))
    if done.returncode:
        assert said(done)[0].startswith("PHP ended with code 255: ")
        assert "memory" in said(done)[0]
    else:
        assert "Allowed memory size" in parse(done.stdout).software_gaps[0].reason


def test_a_fatal_error_is_named(root: Path) -> None:
    php = "function eat() { ini_set('memory_limit', '8M'); str_repeat('x', 99999999); }"
    php += "sr_platform('bad', array('recognise' => 'eat'));"
    answer = parse(run(root, platforms=(Platform("bad", "Bad", php),)).stdout)
    assert "PHP ended while looking for bad: Allowed memory size" in answer.software_gaps[0].reason


def test_the_settings_of_the_hosts_php_do_no_harm(root: Path) -> None:
    (root / "prepended.php").write_text("<?php echo 'prepended'; file_put_contents(__DIR__ . '/written', 'x');")
    (root / "ini").mkdir()
    (root / "ini/99.ini").write_text(
        f"auto_prepend_file={root}/prepended.php\nauto_append_file={root}/prepended.php\nopen_basedir=/nowhere\n"
        f"display_errors=1\nerror_reporting=-1\nhtml_errors=1\nlog_errors=1\nerror_log={root}/error.log\n"
        f"memory_limit=2M\nshort_open_tag=0\noutput_buffering=1\nsession.auto_start=1\nsession.save_path={root}\n"
    )
    scan = subprocess.run(["php", "-r", "echo PHP_CONFIG_FILE_SCAN_DIR;"], capture_output=True, text=True, check=True)
    before = sorted(str(path) for path in root.rglob("*"))
    done = run(root, env={"PHP_INI_SCAN_DIR": f"{scan.stdout}:{root}/ini"})
    assert parse(done.stdout).software[0].version == "6.9.1"
    assert sorted(str(path) for path in root.rglob("*")) == before


def test_in_mode_logs_the_sources_reach_the_reader(root: Path) -> None:
    document = json.loads(run(root, mode="logs").stdout)
    assert [source["path"] for source in document["sources"]] == [f"{root}/wp-content/debug.log"]
    nothing = json.loads(run("/no/such", mode="logs").stdout)
    assert nothing["sources"] == []
    assert nothing["gaps"]["logs"][0]["item"] == "site"
