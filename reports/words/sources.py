"""What a platform calls the place that it knows newer versions from; each stands in a finding's data as it is here."""

SOURCES = (
    "WordPress' own update check",
    "WordPress' update check of plugins",
    "WordPress' update check of themes",
    "ExpressionEngine's own version check",
)
