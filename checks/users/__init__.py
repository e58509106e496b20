"""Who can administer a site, and whether each of them still should."""

from checks.check import Check
from checks.findings import Kind
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
    kinds=(
        Kind("accounts"),
        Kind("account-idle"),
        Kind("account-idle-token"),
        Kind("account-never-used"),
        Kind("account-default-name"),
        Kind("account-foreign-address"),
        Kind("account-new"),
        Kind("account-raised"),
        Kind("second-factor"),
        Kind("second-factor-missing"),
        Kind("last-use-known"),
        Kind("last-use-unknown"),
        Kind("no-accounts"),
    ),
    scope_words=("users", "user account", "admin"),
)

__all__ = ["Settings", "check"]
