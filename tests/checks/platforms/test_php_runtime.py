"""Which PHP serves a site, told from processes and folders as hosts have them."""

import json
import os
from pathlib import Path

import pytest

from tests.servers.php import evaluate

PATHS: dict[str, str | None] = {
    "/etc/php/8.2/fpm/php-fpm.conf": "8.2",
    "/etc/php/5.6/fpm/pool.d/www.conf": "5.6",
    "/opt/cpanel/ea-php82/root/etc/php-fpm.conf": "8.2",
    "/opt/plesk/php/8.10/etc/php-fpm.conf": "8.10",
    "/etc/opt/remi/php74/php-fpm.conf": "7.4",
    "/etc/apache2/mods-enabled/php8.4.load": "8.4",
    "/usr/local/etc/php-fpm.conf": None,
    "/etc/php-fpm.conf": None,
    "/etc/php.ini": None,
}


def test_a_path_names_its_line_of_php() -> None:
    found = evaluate("return array_map('sr_php_line_in', json_decode($argv[1]));", json.dumps(list(PATHS)))
    assert dict(zip(PATHS, found, strict=True)) == PATHS


def process(proc: Path, number: int, command: str, parent: int = 1, owner: int = 0) -> None:
    (proc / str(number)).mkdir(parents=True)
    (proc / str(number) / "cmdline").write_bytes(command.encode() + b"\0" * 20)
    (proc / str(number) / "stat").write_text(f"{number} (php-fpm) 8) S {parent} {number} 0\n")
    if os.geteuid() == 0:
        os.chown(proc / str(number), owner, -1)


def lines(tmp_path: Path) -> list[str]:
    code = "return sr_fpm_lines($argv[1], $argv[2], $argv[3]);"
    found: list[str] = evaluate(code, str(tmp_path / "root"), str(tmp_path / "proc"), str(tmp_path / "etc"))
    return found


@pytest.fixture
def host(tmp_path: Path) -> Path:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "root").mkdir()
    process(tmp_path / "proc", 1, "/sbin/init")
    for line in ("7.4", "8.2"):
        (tmp_path / f"etc/php/{line}/fpm/pool.d").mkdir(parents=True)
    return tmp_path


def test_without_any_there_is_none(host: Path) -> None:
    assert lines(host) == []


def test_what_is_set_up_counts_where_nothing_can_be_seen_to_run(host: Path) -> None:
    (host / "etc/php/8.2/fpm/pool.d/www.conf").touch()
    (host / "etc/php/8.2/fpm/pool.d/shop.conf").touch()
    assert lines(host) == ["8.2"]


def test_one_that_runs_is_the_one(host: Path) -> None:
    (host / "etc/php/7.4/fpm/pool.d/www.conf").touch()
    process(host / "proc", 10, "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)")
    process(host / "proc", 11, "php-fpm: pool www", 10, 33)
    assert lines(host) == ["8.2"]


def test_two_that_run_are_both_named(host: Path) -> None:
    process(host / "proc", 10, "php-fpm: master process (/etc/php/8.2/fpm/php-fpm.conf)")
    process(host / "proc", 20, "php-fpm8.3: master process (/etc/php/8.3/fpm/php-fpm.conf)")
    process(host / "proc", 30, "php-fpm: master process (/usr/local/etc/php-fpm.conf)")
    process(host / "proc", 40, "evil php-fpm: master process (/etc/php/5.6/fpm/php-fpm.conf)")
    assert lines(host) == ["8.2", "8.3"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make processes' folders look like other accounts'")
def test_the_pool_of_the_sites_owner_decides(host: Path) -> None:
    os.chown(host / "root", 1234, -1)
    for master, line, owner in ((10, "7.4", 33), (20, "8.2", 1234), (30, "8.3", 33)):
        process(host / "proc", master, f"php-fpm: master process (/etc/php/{line}/fpm/php-fpm.conf)")
        process(host / "proc", master + 1, "php-fpm: pool x", master, owner)
        process(host / "proc", master + 2, "php-fpm: pool x", master, owner)
    assert lines(host) == ["8.2"]


def test_the_command_lines_php_is_always_known() -> None:
    code = """
    $out = new SrAnswer(); sr_runtimes('/', $out);
    return array($out->software[0]['key'], $out->software[0]['version'] === PHP_VERSION);
    """
    assert evaluate(code) == ["php-cli", True]
