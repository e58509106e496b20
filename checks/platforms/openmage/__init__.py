"""What Magento 1 and OpenMage are."""

from pathlib import Path

from checks.platforms import Platform, php_source

_HERE = Path(__file__).parent
_PARTS = ("../php/mage", "openmage", "xml")

# Without PHP: Composer's own small list of what it installed names OpenMage where Composer brought it. Everywhere else
# the version is an array of numbers in app/Mage.php, one of several, which no single pattern can put together.
_INSTALLED = "vendor/composer/installed.php"

platform = Platform(
    name="openmage",
    title="Magento 1 / OpenMage",
    php="\n".join(php_source(_HERE / f"{part}.php") for part in _PARTS),
    version_files={_INSTALLED: r"'openmage/magento-lts' => array\(\s*'pretty_version' => 'v?([^']+)'"},
)
