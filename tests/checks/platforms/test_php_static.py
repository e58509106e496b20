"""The reader of PHP configuration: what a file says is known, what only the running site knows is unknown."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.servers.php import evaluate, foundation, literal

_READ = "$r = sr_static($argv[1], json_decode($argv[2], true), json_decode($argv[3], true)); "
_READ += "return $r === null ? array('why' => sr_why($argv[1])) : $r;"


def read(path: Path, text: str, given: dict[str, str] | None = None, constants: dict[str, Any] | None = None) -> Any:
    """What the reader makes of a file with that text."""
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return evaluate(_READ, str(path), json.dumps(given or {}), json.dumps(constants or {}))


def values(tmp_path: Path, *codes: str) -> list[Any]:
    """The values of expressions."""
    text = "<?php\n" + "".join(f"$v{i} = {code};\n" for i, code in enumerate(codes))
    found = read(tmp_path / "config.php", text)["variables"]
    return [found[f"v{i}"] for i in range(len(codes))]


KNOWN: dict[str, Any] = {
    "'it\\'s \\\\ \\n'": "it's \\ \\n",
    '"tab\\t\\x41\\101 \\$x \\u{e9}"': "tab\tAA $x é",
    '"a\'b"': "a'b",
    "12": 12,
    "-3": -3,
    "0x1F": 31,
    "0755": 493,
    "1_000": 1000,
    "1.5": 1.5,
    "TRUE": True,
    "null": None,
    "'a' . 'b' . 3": "ab3",
    "1 + 2 * 3": 7,
    "(1 + 2) * 3": 9,
    "'5' == 5": True,
    "!true": False,
    "true && !false": True,
    "array('a' => array('b' => 1), 'c')": {"a": {"b": 1}, "0": "c"},
    "['x', ['y' => 2],]": ["x", {"y": 2}],
    "[...['a' => 1], 'b' => 2]": {"a": 1, "b": 2},
    "array('a' => array('b' => 'c'))['a']['b']": "c",
    "true ? 'yes' : 'no'": "yes",
    "'' ?: 'else'": "else",
    "null ?? 'else'": "else",
    "$missing ?? 'else'": "else",
    "$v0['none']['none'] ?? 'else'": "else",
    "getenv('NOT_SET') ?: 'y'": "y",
    "$_ENV['NOT_SET'] ?? 'y'": "y",
    "isset($_SERVER['NOT_SET']) ? 'a' : 'b'": "b",
    "empty($nothing)": True,
    "(int) '7up'": 7,
    "(bool) ''": False,
    "(string) 5": "5",
    "strtolower(trim(' ABC '))": "abc",
    "str_replace('a', 'b', 'banana')": "bbnbnb",
    "dirname('/a/b/c', 2)": "/a",
    "defined('NOPE') ? 1 : 2": 2,
    "\\strtoupper('x')": "X",
    "Foo\\Bar::class": "Bar",
    "DIRECTORY_SEPARATOR . PHP_EOL": "/\n",
    "<<<EOT\na 'b' \"c\"\nEOT": "a 'b' \"c\"",
    "<<<'EOT'\n  raw $x\n  EOT": "raw $x",
    "explode(',', 'a,b')": ["a", "b"],
    "((object) parse_url('mysql://u:p@h:3307/db'))->port": 3307,
    "json_decode(base64_decode('eyJhIjoxfQ=='), true)": {"a": 1},
    "preg_replace('/:.*/', '', 'host:80')": "host",
    "MYSQLI_CLIENT_SSL": 2048,
    "php_sapi_name() === 'cli'": False,
    "array_replace_recursive(['a' => ['b' => 1]], ['a' => ['c' => 2]])": {"a": {"b": 1, "c": 2}},
}


def test_what_the_file_itself_says_is_known(tmp_path: Path) -> None:
    assert dict(zip(KNOWN, values(tmp_path, *KNOWN), strict=True)) == KNOWN


UNKNOWN = (
    "trim(file_get_contents('/etc/hostname'))",
    "new Foo('a')",
    "function () { return 1; }",
    "fn ($x) => 1",
    "match (1) { 1 => 'a' }",
    "some_function('a') . 'b'",
    "$_GET['x']",
    "$_SERVER['HTTP_HOST']",
    "$_SERVER['HTTP_HOST'] == 'a' ? 'x' : 'y'",
    "$undefined",
    "'a' . $undefined . 'b'",
    "getenv('NOT_SET')",
    "Foo::BAR",
    "Foo::bar()",
    "NO_SUCH_CONSTANT",
    "$obj->method()->other()",
    "`ls`",
    "'a' <=> 'b'",
    "PHP_VERSION_ID > 80000",
    "preg_replace('/x/e', 'phpinfo()', 'x')",
    "eval('return 1;')",
    "system('true')",
    "call_user_func('phpinfo')",
    "array_map('phpinfo', array(1))",
    "constant('Foo::' . $undefined)",
    "(function () { return 'x'; })()",
    '"a $undefined b"',
    "\"{$undefined['x']}\"",
    "clone $x",
    "include 'http://127.0.0.1/x.php'",
    "1 / 0",
    "strrev('abc')",
)


def test_what_only_the_running_site_knows_is_unknown_with_a_reason(tmp_path: Path) -> None:
    for code, value in zip(UNKNOWN, values(tmp_path, *UNKNOWN), strict=True):
        assert isinstance(value, dict), code
        assert "unknown" in value, code
        assert f"{tmp_path}/config.php line " in value["unknown"], code


def test_assignments_of_all_kinds(tmp_path: Path) -> None:
    found = read(
        tmp_path / "c.php",
        """<?php
        $a = $b = 'x'; $c['p']['q'] = 1; $c['p']['r'][] = 'i'; $c['p']['r'][] = 'j'; $a .= 'y'; $n = 1; $n += 2;
        $d['k'] ??= 'first'; $d['k'] ??= 'second'; $GLOBALS['g'] = 'G'; $_SERVER['HTTPS'] = 'on';
        list($l, $m) = f(); [$o] = f(); unset($b); const ONE = 1, TWO = ONE + 1; define('THREE', 3); define('THREE', 4);
        foreach (array(1, 2) as $key => $value) { $loop = $value; }
        $late = THREE . $_SERVER['HTTPS'];
        """,
    )
    variables = found["variables"]
    assert variables["a"] == "xy"
    assert variables["c"] == {"p": {"q": 1, "r": ["i", "j"]}}
    assert variables["d"] == {"k": "first"}
    assert (variables["n"], variables["g"], variables["late"]) == (3, "G", "3on")
    assert all("unknown" in variables[name] for name in ("b", "l", "m", "o", "key", "value", "loop"))
    assert found["constants"] == {"ONE": 1, "TWO": 2, "THREE": 3}


def test_a_condition_that_is_known_decides(tmp_path: Path) -> None:
    found = read(
        tmp_path / "c.php",
        """<?php
        if (!defined('A')) define('A', 1);
        if (defined('A')) { define('B', 1); } elseif (true) { define('B', 2); } else { define('B', 3); }
        if (false): define('C', 1); elseif (defined('A')): define('C', 2); else: define('C', 3); endif;
        defined('D') || define('D', 4); defined('D') or define('D', 5); true && define('E', 6); false && define('F', 7);
        if (!defined('BASEPATH')) exit('No direct script access allowed');
        $after = 'still read';
        if (isset($_ENV['MODE'])) { define('G', 1); } else if (A == 1) { define('G', 2); } else { define('G', 3); }
        """,
    )
    assert found["constants"] == {"A": 1, "B": 1, "C": 2, "D": 4, "E": 6, "G": 2}
    assert found["variables"] == {"after": "still read"}


def test_a_condition_that_is_not_known_leaves_no_guess(tmp_path: Path) -> None:
    found = read(
        tmp_path / "c.php",
        """<?php
        define('SURE', 1);
        if ($_SERVER['HTTP_HOST'] == 'dev.example') { define('DB', 'dev'); $x = 1; define('SURE', 2); }
        else { define('DB', 'live'); $x = 2; }
        switch (mode()) { case 'a': define('S', 1); break; default: $y = 2; }
        try { $t = 'tried'; } catch (Exception $e) { $t = 'caught'; }
        while (more()) { $w = 1; } for ($i = 0; $i < 3; $i++) $f = $i; do { $o = 1; } while (more());
        $config['a'] = 'sure'; if (maybe()) $config['a'] = 'maybe'; if (maybe()) { $config['b'] = 'maybe'; }
        if (maybe()) { return array('early'); }
        return array('late');
        """,
    )
    assert found["constants"]["SURE"] == 1
    assert "set under a condition" in found["constants"]["DB"]["unknown"]
    for name in ("x", "y", "w", "f", "i", "e", "t"):
        assert "unknown" in found["variables"][name], name
    assert all("unknown" in value for value in found["variables"]["config"].values())
    assert "condition" in found["return"]["unknown"]


def test_functions_and_classes_are_stepped_over(tmp_path: Path) -> None:
    found = read(
        tmp_path / "c.php",
        """<?php
        namespace Site; use Foo\\{A, B}; use function Env\\env;
        function later($a = array('{')) { define('IN_FUNCTION', 1); return "}"; }
        abstract class K extends A { const Z = 1; public $x = 'y'; function f() { define('IN_CLASS', 2); } }
        interface I { function f(); } trait T { public $t; } enum E: string { case A = 'a'; }
        #[Attribute(1)] function marked() { define('MARKED', 1); }
        $c = function ($a) use ($b) { define('IN_CLOSURE', 1); return 1; };
        $o = new class { public $q = 1; }; static $s = 1; global $g; echo 'x', "y"; goto end; end: declare(ticks=1);
        define('AFTER', 'yes');
        """,
    )
    assert found["constants"] == {"AFTER": "yes"}


def test_names_of_the_environment(tmp_path: Path) -> None:
    given = {"DB_NAME": "shop", "FLAG": "false", "HTTP_HOST": "dev.example"}
    found = read(
        tmp_path / "c.php",
        """<?php
        $a = getenv('DB_NAME'); $b = $_ENV['DB_NAME']; $c = $_SERVER['DB_NAME'] ?? 'no'; $d = env('FLAG');
        $e = getenv_docker('MISSING', 'fallback'); $f = getenv('MISSING_TOO') ?: 'z';
        putenv('PUT=x'); $g = getenv('PUT');
        if ($_SERVER['HTTP_HOST'] === 'dev.example') { $h = 'dev'; } else { $h = 'live'; }
        """,
        given,
    )
    assert found["variables"] == {
        "a": "shop", "b": "shop", "c": "shop", "d": False, "e": "fallback", "f": "z", "g": "x", "h": "dev",
    }  # fmt: skip
    assert found["environment"] == ["MISSING", "MISSING_TOO"]


def test_included_files_are_read_on(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/db.php").write_text(
        "<?php define('NAME', $prefix . 'db'); $from_sub = __DIR__; return array('k' => 'v');"
    )
    (tmp_path / "autoload.php").write_text("<?php define('NEVER', 1);")
    found = read(
        tmp_path / "c.php",
        """<?php
        $prefix = 'x_'; $returned = require __DIR__ . '/sub/db.php'; require_once dirname(__FILE__) . '/autoload.php';
        @include __DIR__ . '/not-there.php'; if (file_exists(__DIR__ . '/nope.php')) { require __DIR__ . '/nope.php'; }
        $known = defined('OTHER') ? 1 : 2; ini_set('error_log', __DIR__ . '/php.log');
        """,
    )
    assert found["constants"] == {"NAME": "x_db"}
    assert found["variables"]["returned"] == {"k": "v"}
    assert found["variables"]["from_sub"] == f"{tmp_path}/sub"
    assert found["variables"]["known"] == 2
    assert found["opaque"] == ""
    assert found["ini"] == {"error_log": f"{tmp_path}/php.log"}


@pytest.mark.parametrize("include", ["require $where . '/db.php';", "require __DIR__ . '/missing.php';"])
def test_what_follows_an_unknown_file_may_have_been_set_there(tmp_path: Path, include: str) -> None:
    found = read(tmp_path / "c.php", f"<?php {include} if (!defined('A')) define('A', 1); $b = $c ?? 'd';")
    assert found["opaque"] != ""
    assert "unknown" in found["constants"]["A"]
    assert "unknown" in found["variables"]["b"]


def test_a_file_that_includes_itself_ends(tmp_path: Path) -> None:
    found = read(tmp_path / "c.php", "<?php $a = 1; require __DIR__ . '/c.php'; $b = 2;")
    assert found["variables"] == {"a": 1, "b": 2}
    assert "too many files" in found["opaque"]


def test_an_array_with_a_key_that_is_not_known_keeps_what_comes_after(tmp_path: Path) -> None:
    found = read(tmp_path / "c.php", "<?php return ['a' => 1, PDO::ATTR_X => 2, 'b' => 3, f() => 4, 'c' => 5];")
    assert "unknown" in found["return"]["a"]
    assert "unknown" in found["return"]["b"]
    assert found["return"]["c"] == 5


def test_a_constant_as_a_key_hides_nothing(tmp_path: Path) -> None:
    found = read(tmp_path / "c.php", "<?php return ['host' => 'db', PDO::ATTR_X => 2, 'name' => 'shop'];")
    assert (found["return"]["host"], found["return"]["name"]) == ("db", "shop")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<?php $x = " + "[" * 5000 + ";", "nested too deeply"),
        ("<?php " + "if (1) { " * 5000, "nested too deeply"),
        ("<?php $x = " + "(" * 100_000, "nested too deeply"),
        ("<?php $x = " + "!" * 100_000 + "1;", "nested too deeply"),
        ("<?php " + "$x = 1; " * 300_000, "too long to be a configuration"),
    ],
)
def test_a_hostile_file_is_refused_with_a_reason(tmp_path: Path, text: str, why: str) -> None:
    assert why in read(tmp_path / "c.php", text)["why"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no php at all",
        "<?php",
        "<?php $x = 'unterminated",
        '<?php $x = "unterminated {$y[',
        "<?php define('A' => ; if ( } } ) ] $z = array(1, , 2",
        "<?php $x = <<<EOT\nnever ended",
        "<?php } } ) ; $x = 1;",
        "<?php else { } endif; case 1: $x = 1;",
        "<?php $x['a' = 1; $y = 2;",
        "<?php foo(1, 2; $y = 2;",
        "<?php $x = array('a' => ); $y = 1",
        "\x00\x01<?php \x00$x = 1;",
        "<?php __halt_compiler(); $x = 1;",
        "<?= 'x' ?> text <?php $x = 1 ?> text",
        "<?php $x = 'a'; ?",
        "<?php $x = \udcff\udcfe;",
        "<?php function {} class {} use ; namespace ; const ; global ; static ; unset( ; declare( ;",
    ],
)
def test_a_broken_file_is_read_as_far_as_it_goes(tmp_path: Path, text: str) -> None:
    assert "variables" in read(tmp_path / "c.php", text)


def test_a_broken_value_is_never_half_a_value(tmp_path: Path) -> None:
    found = read(tmp_path / "c.php", "<?php $a = array('x' => 1 'y' => 2); $b = ('c'; $c = 'after';")
    assert "unknown" in found["variables"]["a"]
    assert "unknown" in found["variables"]["b"]
    assert found["variables"]["c"] == "after"


def test_the_files_reasons_name_what_bars_the_way(tmp_path: Path) -> None:
    assert read(tmp_path / "c.php", "<?php")["variables"] == []
    shutil.rmtree(tmp_path / "gone", ignore_errors=True)
    for path, why in ((tmp_path / "gone/c.php", "not found: "), (tmp_path, "not a regular file: ")):
        assert evaluate(_READ, str(path), "{}", "{}")["why"] == f"{why}{path}"


def test_without_the_tokenizer_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "c.php").write_text("<?php $x = 1;")
    found = evaluate(_READ, str(tmp_path / "c.php"), "{}", "{}", options=("-n",))
    assert "tokenizer extension is missing" in found["why"]


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.text(st.characters(codec="utf-8", exclude_characters="\0")),
)
_KEYS = st.one_of(
    st.integers(0, 10**6), st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda key: not key.isdigit())
)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=20
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_VALUES, min_size=20, max_size=60))
def test_any_value_that_php_prints_is_read_as_php_has_it(tmp_path: Path, many: list[Any]) -> None:
    path = tmp_path / "config.php"
    path.write_text(f"<?php\nreturn {literal(many)};\n")
    program = f"{foundation()}\n$mine = sr_static($argv[1]); $theirs = include $argv[1]; "
    program += "echo $mine['return'] === $theirs ? 'same' : 'different';"
    done = subprocess.run(["php", "--", str(path)], input=program.encode(), capture_output=True, check=True, timeout=60)
    assert done.stdout == b"same"


_PIECES = st.sampled_from(
    [
        "$a", "$b['x']", "=", "=>", "(", ")", "[", "]", "{", "}", ";", ",", "'s'", '"', "1", ".", "?", ":", "??", "&&",
        "!", "array(", "if (", "else", "foreach (", "as", "define(", "return", "function", "fn", "class", "new", "X",
        "::", "->", "<<<E\n", "E\n", "?>", "<?php ", "$", "${", "{$", "\\", "//\n", "/*", "require", "isset(", "list(",
        "...", "@", "&",
    ]
)  # fmt: skip


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(_PIECES, max_size=40), min_size=30, max_size=30))
def test_no_file_makes_it_fail_or_hang(tmp_path: Path, files: list[list[str]]) -> None:
    for number, pieces in enumerate(files):
        (tmp_path / f"{number}.php").write_text("<?php " + " ".join(pieces))
    code = '$n = 0; for ($i = 0; $i < 30; $i++) { $n += is_array(sr_static($argv[1] . "/$i.php")) ? 1 : 0; } return $n;'
    assert evaluate(code, str(tmp_path), options=("-d", "max_execution_time=20")) == 30
