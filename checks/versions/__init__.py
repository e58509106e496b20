"""Whether a site's software is up to date, finished updating, and still maintained by its makers."""

from checks.check import Check
from checks.findings import Kind
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
    kinds=(
        Kind("version-current"),
        Kind("version-security"),
        Kind("version-outdated"),
        Kind("version-withdrawn"),
        Kind("version-unreadable"),
        Kind("version-untracked"),
        Kind("version-supported"),
        Kind("update-unfinished"),
        Kind("end-of-life"),
        Kind("end-of-life-soon"),
        Kind("catalogue-old"),
        Kind("updates-known"),
        Kind("updates-unknown"),
    ),
    scope_words=("version", "update", "upgrade", "patch", "plugin"),
)

__all__ = ["Settings", "Severities", "check"]
