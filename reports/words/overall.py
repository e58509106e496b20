"""What is said of a whole check in which nothing is wrong."""

from collections.abc import Mapping

WELL: Mapping[str, str] = {
    "ssh": "The server was reached and answered.",
    "disk": "There is room on all disks of the server.",
    "firewall": "Nothing is open to the internet that should not be.",
    "versions": "No update is missing, as far as the newest versions are known.",
    "users": "No account gives cause for concern.",
    "logs": "Nothing that was written down needs anybody.",
    "contract": "The hours that were agreed suffice.",
    "dnsbl": "Neither your addresses nor your names are on a block list.",
}
"""By check; for a check that is not here, a sentence that fits any."""
ANY_WELL = "Looked at, and in order."
