"""What was read of a site's logs, as values."""

from dataclasses import dataclass, field
from typing import Literal

from checks.findings import Gap

Purpose = Literal["application", "php", "server-error", "access", "report-files"]
FileState = Literal["read", "missing", "unreadable", "odd", "off", "shared"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a log was read; see cursor.php, which is the only one to understand it."""

    i: int
    o: int
    n: int
    h: str
    t: str
    w: int
    f: int | None = None
    p: "Cursor | None" = None


@dataclass(frozen=True, slots=True)
class LogFile:
    """One log, or a place where one was looked for. Sizes in bytes, times in unix seconds of the host."""

    path: str
    name: str  # below the site's root where it lies there
    spec: str  # the pattern it was found by, named the same way; stable where names hold a date
    key: str
    format: str
    purpose: Purpose
    state: FileState
    off: str = ""  # why logging to it is switched off
    reason: str = ""
    remedy: str = ""
    how: str = ""  # first, continued, rotated, truncated, rewritten
    read: int = 0
    skipped: int = 0  # never to be read
    later: int = 0  # left for the next round
    lost: str = ""  # why lines may be missing
    lost_since: int = 0
    lines: int = 0
    headers: int = 0  # lines that were understood as the beginning of a record
    records: int = 0
    older: int = 0  # records from before the time that is looked at
    size: int = 0
    changed: int = 0
    public: str = ""  # the URL path by which anybody may be able to ask for it
    rotates: bool = False


@dataclass(frozen=True, slots=True)
class LogGroup:
    """Records of one host run that say the same: masked, redacted, counted by file and hour."""

    name: str  # of the masked message
    level: str  # the log's own word, "" in PHP's log
    type: str  # PHP's word, "fatal error"; "" where there is none
    class_: str  # of an exception
    uncaught: bool
    shown: bool  # a visitor was shown an error page
    message: str
    file: str
    also: tuple[str, ...]
    first: int
    last: int
    counts: tuple[tuple[int, int, int], ...]  # place in `LogFacts.files`, hour since 1970, records


@dataclass(frozen=True, slots=True)
class Hour:
    """Requests of one hour, those answered with 5xx, and failed logins."""

    hour: int
    requests: int
    failed: int
    logins: int


@dataclass(frozen=True, slots=True)
class Access:
    """What one access log tells."""

    source: int  # place in `LogFacts.files`
    requests: int
    failed: int
    hours: tuple[Hour, ...]
    worst: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LogFacts:
    """All that was read in one round."""

    now: int  # the host's clock
    files: tuple[LogFile, ...] = ()
    groups: tuple[LogGroup, ...] = ()
    access: tuple[Access, ...] = ()
    notices: int = 0
    deprecated: int = 0
    infos: int = 0
    grave: int = 0  # records of errors, grouped or not
    grave_other: int = 0  # those that found no place in a group
    light_other: int = 0
    cursors: dict[str, Cursor] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()
    unread: tuple[str, ...] = ()  # configuration of the web server that could not be read
    configured: bool = False  # a web server's configuration was there
    served: int = 0  # its virtual hosts that are this site
    left: int = 0  # files beyond the limit
