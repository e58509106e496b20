"""What WordPress, Magento and ExpressionEngine are: how to recognise one, and where it keeps what checks ask for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Platform:
    """One kind of site: how people call it, and the PHP that recognises and reads one.

    `php` is source text without an opening tag, in PHP 5.6 syntax, that registers itself by `sr_platform(name, …)`; see
    lib.php. `version_files` serve where a host has no PHP: path below the site's root, and a regular expression whose
    first group is the core's version.
    """

    name: str  # as the inventory writes it: "wordpress"
    title: str  # as people write it: "WordPress"
    php: str
    version_files: Mapping[str, str] = field(default_factory=dict)


def php_source(path: Path) -> str:
    """The text of one of our PHP files without its opening tag, ready to be joined to others."""
    tag, _, source = path.read_text(encoding="utf-8").partition("\n")
    if tag.strip() != "<?php" or source.rstrip().endswith("?>"):
        raise ValueError(f"{path.name} must begin with a line <?php and have no closing tag")
    return source
