"""The reader's PHP as a tool of the tests."""

import json
import subprocess
from pathlib import Path
from typing import Any

import checks.logs
from checks.platforms import php_source
from checks.redaction import php_rules
from tests.servers.php import foundation

FOLDER = Path(checks.logs.__file__).parent
SOURCES = sorted(FOLDER.glob("*.php"))

_LOUD = """
error_reporting(E_ALL);
set_error_handler(function ($number, $message, $file, $line) {
    if (error_reporting() & $number) {
        fwrite(STDERR, "$message, line $line\\n");
    }
    return true;
});
"""


def call(code: str, given: object, folder: Path) -> Any:
    """What `code` returns for `$given`, as JSON values, without a word of PHP's; `folder` is room for the program."""
    program = folder / "program.php"
    sources = "\n".join((php_rules(), *(php_source(path) for path in SOURCES)))
    program.write_text(
        f"{foundation()}\n{sources}\n{_LOUD}\n$given = json_decode(file_get_contents('php://stdin'), true);\n"
        f"$result = call_user_func(function ($given) {{ {code} }}, $given);\necho sr_json($result);\n"
    )
    done = subprocess.run(
        ["php", "-d", "display_errors=stderr", str(program)],
        input=json.dumps(given).encode(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    assert not done.stderr, done.stderr.decode()
    return json.loads(done.stdout)
