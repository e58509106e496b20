"""Who can administer a site, and whether each of them still should."""

from checks.check import Check
from checks.platforms.facts import SiteFacts
from checks.platforms.probe import site_probe
from checks.users.evaluate import evaluate
from checks.users.settings import Settings

check: Check[SiteFacts, Settings] = Check(
    name="users",
    title="People who can administer",
    probe=site_probe,
    evaluate=evaluate,
    settings=Settings(),
)

__all__ = ["Settings", "check"]
