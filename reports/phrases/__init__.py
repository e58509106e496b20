"""The phrases for every kind of finding of our checks, one module for each check."""

from collections.abc import Mapping

from checks.phrases import PhrasesByKind
from reports.phrases.common import CAUSES, COMMON, SITEROUNDS
from reports.phrases.contract import CONTRACT
from reports.phrases.disk import DISK
from reports.phrases.dnsbl import DNSBL
from reports.phrases.firewall import FIREWALL
from reports.phrases.logs import LOGS
from reports.phrases.ssh import CONNECTION
from reports.phrases.users import USERS
from reports.phrases.versions import VERSIONS

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
"""The sentence by check if all its findings are OK."""
ANY_WELL = "Looked at, and in order."


WORDS: PhrasesByKind = {
    **COMMON,
    **CONNECTION,
    **CONTRACT,
    **DISK,
    **DNSBL,
    **FIREWALL,
    **LOGS,
    **SITEROUNDS,
    **USERS,
    **VERSIONS,
}

__all__ = ["ANY_WELL", "CAUSES", "WELL", "WORDS", "PhrasesByKind"]


SOURCES = (
    "WordPress' own update check",
    "WordPress' update check of plugins",
    "WordPress' update check of themes",
    "ExpressionEngine's own version check",
)
