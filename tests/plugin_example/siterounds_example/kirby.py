"""What Kirby is."""

from pathlib import Path

from checks.platforms import Platform, php_source

platform = Platform(
    name="kirby",
    title="Kirby",
    php=php_source(Path(__file__).with_name("kirby.php")),
    version_files={"kirby/composer.json": r'"version":\s*"([^"]+)"'},  # for hosts without PHP
)
