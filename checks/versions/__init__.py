"""Whether a site's software is up to date, finished updating, and still mended by its makers."""

from checks.check import Check
from checks.platforms.facts import SiteFacts
from checks.platforms.probe import site_probe
from checks.versions.evaluate import evaluate
from checks.versions.settings import Settings, Severities

check: Check[SiteFacts, Settings] = Check(
    name="versions",
    title="Core and plugin versions",
    probe=site_probe,
    evaluate=evaluate,
    settings=Settings(),
)

__all__ = ["Settings", "Severities", "check"]
