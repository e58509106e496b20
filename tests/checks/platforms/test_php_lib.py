"""Careful reading of files and safe text, the ground that all platforms' PHP stands on."""

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from checks.remedies import remedy_text
from tests.servers.folders import open_folder
from tests.servers.php import evaluate

AS_ROOT = os.geteuid() == 0
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups") if AS_ROOT else ()
READ = "$t = sr_read($argv[1]); return $t === null ? array(sr_why($argv[1]), sr_permission_remedy($argv[1])) : $t;"


def test_a_file_is_read_up_to_a_limit(tmp_path: Path) -> None:
    path = tmp_path / 'a file with spaces\'\n"quotes"'
    path.write_bytes(b"\x00\xff" + b"x" * 5000)
    assert evaluate("return strlen(sr_read($argv[1])) . '/' . strlen(sr_read($argv[1], 100));", str(path)) == "5002/100"


@pytest.mark.parametrize(
    "path",
    [
        "php://stdin",
        "http://127.0.0.1/",
        "data:text/plain,x",
        "phar:///x",
        "relative/x",
        "",
        "compress.zlib:///etc/passwd",
    ],
)
def test_nothing_but_absolute_paths_is_opened(path: str) -> None:
    assert "not an absolute path" in evaluate(READ, path)[0]


def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero"), tmp_path):
        assert evaluate(READ, str(path))[0] == f"not a regular file: {path}"


def test_what_is_missing_is_not_called_forbidden(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "gone")
    assert evaluate(READ, str(tmp_path / "a/b")) == [f"not found: {tmp_path}/a/b", ""]
    assert "a link that leads nowhere" in evaluate(READ, str(tmp_path / "link"))[0]


def test_a_file_that_may_not_be_read_says_whose_it_is() -> None:
    with open_folder() as folder:
        path = folder / "wp-config.php"
        path.write_text("<?php")
        path.chmod(0o640 if AS_ROOT else 0)
        why, remedy = evaluate(READ, str(path), prefix=NOBODY)
        owner = f"{path.owner()}:{path.group()}"
        assert why == f"permission denied: {path} (owner {owner}, mode {stat.S_IMODE(path.stat().st_mode):04o})"
        assert remedy != ""


@pytest.mark.skipif(not AS_ROOT, reason="only root can give files to other accounts")
@pytest.mark.parametrize(
    ("owner", "group", "remedy"),
    [
        ("www-data", "www-data", "run_as: www-data"),
        ("www-data", "www-data", "`nobody ALL=(www-data) NOPASSWD: /usr/bin/php"),
        ("root", "www-data", "run_as: www-data"),
        ("root", "root", "by an access list"),
    ],
)
def test_the_remedy_names_the_account_that_can(owner: str, group: str, remedy: str) -> None:
    with open_folder() as above:
        folder = above / "private"
        (folder / "deep").mkdir(parents=True)
        for path in (folder / "deep", folder):
            shutil.chown(path, owner, group)
            path.chmod(0o750)
        why, said = evaluate(READ, f"{folder}/deep/x.php", prefix=NOBODY)
        assert f"(in {folder}, owner {owner}:{group}, mode 0750)" in why
        assert remedy in remedy_text(said)


@pytest.mark.skipif(not AS_ROOT, reason="only root can give files to other accounts")
@pytest.mark.parametrize(("owner", "group"), [("root", "shadow"), ("root", "www-data"), ("www-data", "www-data")])
@pytest.mark.parametrize("linked", ["debug.log", "folder"])
def test_nothing_is_advised_from_a_links_target(owner: str, group: str, linked: str) -> None:
    with open_folder() as above:
        site = above / "site"
        site.mkdir()
        other = above / "other"
        other.mkdir()
        (other / "debug.log").write_text("secret")
        shutil.chown(other / "debug.log", owner, group)
        (other / "debug.log").chmod(0o640)
        path = site / "debug.log"
        if linked == "folder":
            path = site / "logs/debug.log"
            path.parent.symlink_to(other)
        else:
            path.symlink_to(other / "debug.log")
        link = path if linked == "debug.log" else path.parent
        shutil.chown(site, "nobody", "nogroup")
        os.chown(link, 65534, 65534, follow_symlinks=False)
        why, said = evaluate(READ, str(path), prefix=NOBODY)
        assert why.startswith("permission denied")
        for word in (group, owner, "run_as", "NOPASSWD"):
            assert word not in remedy_text(said)
        assert "link" in remedy_text(said)


def test_folders_are_listed_in_order(tmp_path: Path) -> None:
    for name in ("b", "a", ".hidden", "c\nd"):
        (tmp_path / name).touch()
    assert evaluate("return sr_list($argv[1]);", str(tmp_path)) == [".hidden", "a", "b", "c\nd"]
    listed = evaluate("return array(sr_list($argv[1]), sr_why($argv[1]));", str(tmp_path / "a"))
    assert listed == [None, f"not a folder: {tmp_path}/a"]


TEXTS: list[tuple[bytes, str]] = [
    (b"plain & <b>", "plain & <b>"),
    ("üñ€😀".encode(), "üñ€😀"),
    (b"a\xffb", "a\ufffdb"),
    (b"\xc3", "\ufffd"),
    (b"&amp;\xff&lt;", "&amp;\ufffd&lt;"),
    (b"\x00\x1b[31m", "\x00\x1b[31m"),
]


@pytest.mark.parametrize(("raw", "text"), TEXTS)
def test_text_becomes_valid(raw: bytes, text: str) -> None:
    assert evaluate("return sr_utf8(hex2bin($argv[1]));", raw.hex()) == text


@pytest.mark.parametrize("size", range(1, 12))
def test_text_is_cut_between_characters(size: int) -> None:
    text = evaluate("return sr_cap($argv[1], (int) $argv[2]);", "aé€😀b", str(size))
    assert "aé€😀b".startswith(text)
    assert len(text.encode()) <= size


def test_a_document_is_json_whatever_bytes_are_in_it() -> None:
    code = "$v = array(\"k\\xff\" => array(\"\\xfe\", 1.5, true, null, fopen('php://memory', 'r')));"
    code += "return json_decode(sr_json($v), true);"
    assert evaluate(code) == {"k\ufffd": ["\ufffd", 1.5, True, None, None]}


UNSERIALIZED: list[tuple[str, Any]] = [
    ('a:1:{s:1:"a";i:1;}', {"a": 1}),
    ("b:0;", False),
    ('O:8:"stdClass":1:{s:1:"a";i:1;}', {"object": "stdClass"}),
    ('s:2:"\u00e9";', "\u00e9"),
    ("", None),
    ("a:1:{", None),
    ("N;", None),
    ("nonsense", None),
    ('s:99:"a";', None),
    ('C:11:"ArrayObject":0:{}', None),
]


@pytest.mark.parametrize(("text", "value"), UNSERIALIZED)
def test_serialized_values(text: str, value: Any) -> None:
    assert evaluate("return sr_unserialize($argv[1]);", text) == value


def test_no_class_of_php_is_ever_built() -> None:
    code = "$v = sr_unserialize($argv[1]); return $v === null || !($v[0] instanceof DateTime);"
    assert evaluate(code, 'a:1:{i:0;O:8:"DateTime":0:{}}') is True


DOTENV = """
# comment
A='literal ${X} $Y' # comment
B="double \\"quoted\\" ${A}"
C = bare # comment
export D=exported
E=with#hash
F=
G="a\\nb"
H='it'
1BAD=x
I="wp-Pw\\$1"
"""


def test_dotenv_files(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(DOTENV)
    found = evaluate("return sr_dotenv($argv[1]);", str(tmp_path / ".env"))
    assert found == {
        "A": "literal ${X} $Y", "B": 'double "quoted" literal ${X} $Y', "C": "bare", "D": "exported", "E": "with#hash",
        "F": "", "G": "a\nb", "H": "it", "I": "wp-Pw$1",
    }  # fmt: skip
    assert evaluate("return sr_dotenv($argv[1]);", str(tmp_path / "none")) == []


def test_an_answer_keeps_one_gap_an_item_and_one_of_each_thing() -> None:
    code = """
    $a = new SrAnswer();
    $a->software(array('kind' => 'plugin', 'key' => 'a', 'version' => str_repeat("\\xff", 5000)));
    $a->software(array('kind' => 'plugin', 'key' => 'a', 'version' => '2'));
    $a->software(array('kind' => 'theme', 'key' => 'a', 'version' => array('deep' => new stdClass)));
    $a->gap('software', 'x', 'first'); $a->gap('software', 'x', 'second'); $a->gap('software', 'x', 'first');
    return array(count($a->software), strlen($a->software[0]['version']) <= 1200, $a->gaps['software']);
    """
    assert evaluate(code) == [2, True, [{"item": "x", "reason": "first; second", "remedy": "", "cause": "other"}]]


def test_more_accounts_than_anybody_has_are_a_gap() -> None:
    code = """
    $a = new SrAnswer();
    for ($i = 0; $i < 7000; $i++) { $a->account(array('id' => $i, 'login' => "u$i")); }
    return array(count($a->accounts), count($a->gaps['accounts']), $a->gaps['accounts'][0]['item']);
    """
    assert evaluate(code) == [6000, 1, "too-many"]


HOSTS: dict[str, tuple[str, int | None, str | None]] = {
    "localhost": ("localhost", None, None),
    "": ("localhost", None, None),
    "db.example:3307": ("db.example", 3307, None),
    "127.0.0.1": ("127.0.0.1", None, None),
    "localhost:/run/my.sock": ("localhost", None, "/run/my.sock"),
    ":/run/my.sock": ("localhost", None, "/run/my.sock"),
    "/run/my.sock": ("localhost", None, "/run/my.sock"),
    "[::1]:3306": ("::1", 3306, None),
    "[::1]": ("::1", None, None),
    "::1": ("::1", None, None),
    "p:db.example": ("db.example", None, None),
    "db.example:": ("db.example", None, None),
    "localhost:3306:/run/my.sock": ("localhost", 3306, "/run/my.sock"),
}


def test_database_hosts_in_all_forms() -> None:
    found = evaluate("return array_map('sr_db_host', json_decode($argv[1]));", json.dumps(list(HOSTS)))
    assert {text: (one["host"], one["port"], one["socket"]) for text, one in zip(HOSTS, found, strict=True)} == HOSTS


def test_names_and_patterns_are_quoted() -> None:
    code = "return array(sr_ident('a`b'), sr_like('50%_\\\\x'));"
    assert evaluate(code) == ["`a``b`", "50\\%\\_\\\\x"]
