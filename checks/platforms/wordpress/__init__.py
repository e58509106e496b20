"""What WordPress is to the rounds."""

from pathlib import Path

from checks.platforms import Platform, php_source

_PARTS = ("wordpress", "software", "updates", "roles", "accounts", "signs", "logs")
_VERSION = r"""(?m)^[ \t]*\$wp_version\s*=\s*['"]([^'"\s]{1,60})['"]"""

platform = Platform(
    name="wordpress",
    title="WordPress",
    php="\n".join(php_source(Path(__file__).with_name(f"{part}.php")) for part in _PARTS),
    version_files={
        "wp-includes/version.php": _VERSION,
        "wp/wp-includes/version.php": _VERSION,
        "web/wp/wp-includes/version.php": _VERSION,
    },
)
