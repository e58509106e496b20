"""The platforms that siterounds brings itself."""

from checks.platforms import Platform, expressionengine, magento, openmage, wordpress

PLATFORMS: tuple[Platform, ...] = (wordpress.platform, magento.platform, openmage.platform, expressionengine.platform)
