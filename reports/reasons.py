"""Why something could not be looked at, in words that need no technician."""

import re

from reports.language import ENGLISH, Language

PLAIN: tuple[tuple[str, str], ...] = (
    (r"host was not (reached|visited)", "The server was not reached."),
    (r"the check itself failed|asked the DNS without an end", "There is a fault in our own program; we mend it."),
    (r"sudo|password is required", "The server lets us in, but not into the files of this site."),
    (r"permission denied|operation not permitted|not readable|not allowed|must be root|you must be", "The server does "
     "not let us read what we need."),
    (r"access denied|refused the password|Access denied for user", "The site's database did not let us in."),
    (r"neither mysqli nor pdo|PHP was not found|no PHP|php: not found", "The server lacks a program that we need to "
     "read the site."),
    (r"database|mysql|mariadb", "The site's database could not be read."),
    (r"may be lost|were not read|too many at once|left for the next round|are followed|too different", "There was "
     "more than we could read in one visit."),
    (r"no answer within|timed out|did not answer|does not answer|hung", "There was no answer in time."),
    (r"connection ended|was cut|began the next answer", "The connection broke off during our visit."),
    (r"not found|no such file|is not there|does not exist", "What we meant to read is not where it should be."),
    (r"no log of this site", "We found no log of this site."),
    (r"DNS|resolver|could not be read: |has no address", "The name service gave no answer that can be used."),
)  # fmt: skip
"""What a reason looks like, and the sentence for it."""
_KNOWN = tuple((re.compile(pattern, re.IGNORECASE), sentence) for pattern, sentence in PLAIN)


def plain_reason(reason: str, language: Language = ENGLISH) -> str:
    """A sentence for the reason; the reason itself where it is none that we know."""
    for pattern, sentence in _KNOWN:
        if pattern.search(reason):
            return language(sentence)
    return language("The reason: {reason}.").replace("{reason}", reason.rstrip("."))
