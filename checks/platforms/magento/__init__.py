"""What Magento 2, Adobe Commerce and Mage-OS are."""

from pathlib import Path

from checks.platforms import Platform, php_source

_HERE = Path(__file__).parent
_PARTS = ("../php/mage", "magento", "modules", "accounts")

# Without PHP, the base package on the disk is what says it: composer.lock is better, but up to megabytes long, with the
# edition far from its beginning. The base package has the edition's own number. A pub folder is one below the rest.
_BASES = ("vendor/magento/magento2-base/composer.json", "vendor/mage-os/magento2-base/composer.json")

platform = Platform(
    name="magento",
    title="Magento 2",
    php="\n".join(php_source(_HERE / f"{part}.php") for part in _PARTS),
    version_files={above + base: r'"version":\s*"v?([^"]+)"' for above in ("", "../") for base in _BASES},
)
