"""PHP as a tool of the tests: values as its source text, and calls into our own PHP."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import checks.platforms
from checks.platforms import php_source

_FOLDER = Path(checks.platforms.__file__).parent / "php"
_SHOW = """
function t_show($value) {
    if ($value instanceof SrUnknown) { return array('unknown' => $value->reason, 'unset' => $value->unset); }
    if ($value instanceof SrGap) { return array('gap' => $value->reason, 'remedy' => $value->remedy); }
    if (is_array($value)) { return array_map('t_show', $value); }
    return is_object($value) ? array('object' => get_class($value)) : $value;
}
"""


def literal(value: object) -> str:
    """A value as PHP source text."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, Mapping):
        return "array(" + ", ".join(f"{literal(key)} => {literal(inner)}" for key, inner in value.items()) + ")"
    if isinstance(value, Sequence):
        return "array(" + ", ".join(literal(inner) for inner in value) + ")"
    raise TypeError(f"no PHP literal for {type(value).__name__}")


def foundation() -> str:
    """Our PHP up to, without, the platforms and main.php, with an opening tag."""
    names = ("lib", "static", "statements", "expressions", "values", "functions", "database", "runtime")
    return "<?php\n" + "\n".join(php_source(_FOLDER / f"{name}.php") for name in names)


def evaluate(
    code: str,
    *arguments: str,
    env: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
    prefix: Sequence[str] = (),
) -> Any:
    """What `code` returns, with our PHP at hand and `$argv[1]` … as given; `prefix` may change the account."""
    program = f"{foundation()}\n{_SHOW}\n$result = call_user_func(function () use ($argv) {{ {code} }});\n"
    program += "echo sr_json(t_show(array($result)));\n"
    command = [*prefix, "php", "-d", "display_errors=stderr", *options, "--", *arguments]
    done = subprocess.run(
        command,
        input=program.encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
        timeout=120,
        env=env,
    )
    if done.returncode or done.stderr:
        raise RuntimeError(f"PHP ended with {done.returncode}: {done.stderr.decode(errors='replace')[-2000:]}")
    return json.loads(done.stdout)[0]
