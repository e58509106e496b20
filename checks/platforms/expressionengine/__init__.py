"""ExpressionEngine 2 to 7."""

from pathlib import Path

from checks.platforms import Platform, php_source

_PARTS = ("expressionengine", "database", "core", "addons", "members", "logs")
_VERSION = r"""(?m)^\s*define\(\s*["']APP_VER["']\s*,\s*["']([^"']{1,40})["']"""

platform = Platform(
    name="expressionengine",
    title="ExpressionEngine",
    php="".join(php_source(Path(__file__).with_name(f"{part}.php")) for part in _PARTS),
    version_files={
        f"{folder}/{path}": _VERSION
        for folder in ("system", "../system")
        for path in ("ee/legacy/libraries/Core.php", "expressionengine/libraries/Core.php")
    },
)
