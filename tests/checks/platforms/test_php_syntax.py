"""Our PHP runs on everything from PHP 5.6 on, although only newer ones are at hand to run it."""

import json
import subprocess
from pathlib import Path

import pytest

import checks

_FILES = sorted(Path(checks.__file__).parent.rglob("*.php"))

_LOOK = Path(__file__).with_name("late_syntax.php")


def late(source: str) -> list[str]:
    """What of a source PHP 5.6 would not take."""
    done = subprocess.run(["php", str(_LOOK)], input=source.encode(), capture_output=True, check=True, timeout=60)
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_a_file_has_nothing_that_php_5_6_does_not_know(path: Path) -> None:
    assert late(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.name)
def test_a_file_is_sound(path: Path) -> None:
    done = subprocess.run(["php", "-l", str(path)], capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize(
    "code",
    [
        "$a = $b ?? 1;",
        "$a ??= 1;",
        "$a = $b <=> $c;",
        "$f = fn($x) => $x;",
        "function f(int $x) {}",
        "function f(string $x = 'a', $y = 1) {}",
        "function f($x): array { return array(); }",
        "$f = function ($x) use ($y): int { return 1; };",
        "[$a, $b] = f();",
        "foreach ($x as [$a, $b]) { [$c] = $a; }",
        "f(1, 2,);",
        "$a?->b();",
        "$x = match (true) { default => 1 };",
        "class A { public int $x = 1; }",
        "class A { private const X = 1; }",
        "try { f(); } catch (A | B $e) { }",
        "include 'x.php';",
        "eval('1;');",
        "$n = 1_000;",
        "$x = new class {};",
        "// a comment ?> that ends PHP",
        "namespace A;",
        "$a = str_contains($b, $c);",
        "try { f(); } catch (Throwable $e) { }",
    ],
)
def test_what_is_too_new_is_seen(code: str) -> None:
    assert late(f"<?php\n{code}\n")


@pytest.mark.parametrize(
    "code",
    [
        "$a = isset($b) ? $b : (int) $c;",
        "list($a, $b) = f(); $x = array(1, 2,); $y = [1, 2,]; $z = $x[0]; $x[] = 1; $x['a']['b'] = 2;",
        "function f(array $x, Foo $y, callable $z = null) { static $s = 1; return -$s; }",
        "$f = function ($x) use ($y) { return $x ? 1 : 2; }; switch (1) { case 2: f(); default: }",
        "class A { const X = 1; public $x = 1; private static $y; public function f() { return self::$y; } }",
        "try { f(); } catch (A $e) { } finally { } $s = \"a {$b['c']} $d[0]\"; $p = '?>';",
    ],
)
def test_what_php_5_6_knows_passes(code: str) -> None:
    assert late(f"<?php\n{code}\n") == []
