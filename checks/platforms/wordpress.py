"""What WordPress is to the rounds."""

from pathlib import Path

from checks.platforms.platform import Platform
from checks.platforms.source import php_source

_PARTS = ("", "_software", "_updates", "_roles", "_accounts", "_signs", "_logs")
_VERSION = r"""(?m)^[ \t]*\$wp_version\s*=\s*['"]([^'"\s]{1,60})['"]"""

platform = Platform(
    name="wordpress",
    title="WordPress",
    php="\n".join(php_source(Path(__file__).with_name(f"wordpress{part}.php")) for part in _PARTS),
    version_files={
        "wp-includes/version.php": _VERSION,
        "wp/wp-includes/version.php": _VERSION,
        "web/wp/wp-includes/version.php": _VERSION,
    },
)
