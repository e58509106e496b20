"""The words for every kind of finding our checks give, one module a check."""

from reports.words.common import COMMON
from reports.words.connection import CONNECTION
from reports.words.contract import CONTRACT
from reports.words.disk import DISK
from reports.words.dnsbl import DNSBL
from reports.words.firewall import FIREWALL
from reports.words.kind import Kinds, Words
from reports.words.logs import LOGS
from reports.words.overall import ANY_WELL, WELL
from reports.words.siterounds import SITEROUNDS
from reports.words.users import USERS
from reports.words.versions import VERSIONS

WORDS: Kinds = {
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

__all__ = ["ANY_WELL", "WELL", "WORDS", "Kinds", "Words"]
