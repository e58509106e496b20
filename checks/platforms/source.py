"""The PHP that lies beside a module, as text that can be joined to other PHP."""

from pathlib import Path


def php_source(path: Path) -> str:
    """The text of one of our PHP files without its opening tag, ready to be joined to others."""
    tag, _, source = path.read_text(encoding="utf-8").partition("\n")
    if tag.strip() != "<?php" or source.rstrip().endswith("?>"):
        raise ValueError(f"{path.name} must begin with a line <?php and have no closing tag")
    return source
