"""The facts read from a site's logs, the parser of the reader's document, and joining two accounts' runs."""

from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from checks.findings import Cause, NotChecked, NotCheckedError
from checks.redaction import redact
from checks.remedies import remedy_text

Purpose = Literal["application", "php", "server-error", "access", "report-files"]
FileState = Literal["read", "missing", "unreadable", "odd", "off", "shared"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The read position of a log; only cursor.php interprets it."""

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
    """One log file, or a path where one was expected. Sizes in bytes, times in Unix seconds of the host."""

    path: str
    name: str  # below the site's root where it lies there
    spec: str  # the pattern it was found by, named the same way; stable where names hold a date
    key: str
    format: str
    purpose: Purpose
    state: FileState
    off: str = ""  # why logging to it is switched off
    unsure: str = ""  # the code of a Cause where nobody can tell whether it is; "": it is
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
    """Equal records of one run on the host: masked, redacted, counted by file and hour."""

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
class AccessCounts:
    """The counts of one access log."""

    source: int  # place in `LogFacts.files`
    requests: int
    failed: int
    hours: tuple[Hour, ...]
    worst: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class LogFacts:
    """All facts of one round."""

    now: int  # the host's clock
    files: tuple[LogFile, ...] = ()
    groups: tuple[LogGroup, ...] = ()
    access: tuple[AccessCounts, ...] = ()
    notices: int = 0
    deprecated: int = 0
    infos: int = 0
    grave: int = 0  # records of errors, grouped or not
    grave_other: int = 0  # those that found no place in a group
    light_other: int = 0
    cursors: dict[str, Cursor] = field(default_factory=dict)
    gaps: tuple[NotChecked, ...] = ()
    unread: tuple[str, ...] = ()  # configuration of the web server that could not be read
    configured: bool = False  # a web server's configuration was there
    served: int = 0  # its virtual hosts that are this site
    left: int = 0  # files beyond the limit


Text = Annotated[str, AfterValidator(lambda text: redact(text).replace("\n", " "))]
Remedy = Annotated[str, AfterValidator(remedy_text)]
Word = Annotated[str, Field(max_length=40)]
Hex = Annotated[str, Field(pattern=r"^[0-9a-f]{0,16}$")]
Number = Annotated[int, Field(ge=0, lt=2**63)]
HourNumber = Annotated[int, Field(ge=0, lt=2**40)]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _File(_Row):
    path: Text
    name: Text
    spec: Text
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
    format: Word
    purpose: Purpose
    state: FileState
    off: Text = ""
    unsure: Word = ""
    reason: Text = ""
    remedy: Remedy = ""
    how: Word = ""
    read: Number = 0
    skipped: Number = 0
    later: Number = 0
    lost: Text = ""
    lost_since: Number = 0
    lines: Number = 0
    headers: Number = 0
    records: Number = 0
    older: Number = 0
    size: Number = 0
    changed: int = 0
    public: Text = ""
    rotates: bool = False


class _Group(_Row):
    name: Hex
    level: Word
    type: Word
    class_: Text = Field(alias="class")
    uncaught: bool
    shown: bool
    message: Text
    file: Text
    also: Annotated[list[Hex], Field(max_length=10)]
    first: Number
    last: Number
    counts: Annotated[list[tuple[Number, HourNumber, Number]], Field(max_length=20_000)]


class _Access(_Row):
    source: Number
    requests: Number
    failed: Number
    hours: Annotated[list[tuple[HourNumber, Number, Number, Number]], Field(max_length=1000)]
    worst: Annotated[list[tuple[Text, Number]], Field(max_length=20)]


class _Cursor(_Row):
    key: Hex = ""
    i: Number
    o: Number
    n: Number
    h: Hex
    t: Hex
    w: Number
    f: Number | None = None
    p: "_Cursor | None" = None


class _Counts(_Row):
    notice: Number = 0
    deprecated: Number = 0
    info: Number = 0


class _Other(_Row):
    grave: Number = 0
    light: Number = 0


class _Gap(_Row):
    item: Text
    reason: Text
    remedy: Remedy = ""
    cause: Text = ""


class _Gaps(_Row):
    logs: Annotated[list[_Gap], Field(max_length=500)] = []


class _Document(_Row):
    now: Number = 0
    part: Word = ""
    sources: Annotated[list[_File], Field(max_length=2000)] = []
    groups: Annotated[list[_Group], Field(max_length=2000)] = []
    counts: _Counts = _Counts()
    other: _Other = _Other()
    grave: Number = 0
    access: Annotated[list[_Access], Field(max_length=500)] = []
    cursors: Annotated[list[_Cursor], Field(max_length=1000)] = []
    unread: Annotated[list[Text], Field(max_length=50)] = []
    configured: bool = False
    served: Number = 0
    left: Number = 0
    gaps: _Gaps = _Gaps()


_DOCUMENT: TypeAdapter[_Document] = TypeAdapter(_Document)


def read_document(line: str) -> LogFacts:
    """Parse one run's document. Raises NotCheckedError if it is malformed."""
    try:
        document = _DOCUMENT.validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        reason = f"the answer about the logs could not be understood: {where}: {first['msg']}"
        cause = Cause.TOO_MUCH if first["type"] == "too_long" else Cause.NOT_UNDERSTOOD
        raise NotCheckedError(reason, cause=cause) from error
    gaps = [NotChecked(gap.item or "logs", gap.reason, gap.remedy, Cause.of(gap.cause)) for gap in document.gaps.logs]
    return LogFacts(
        now=document.now,
        files=tuple(LogFile(**_plain(row)) for row in document.sources),
        groups=tuple(_group(row, len(document.sources)) for row in document.groups),
        access=tuple(_access(row) for row in document.access if row.source < len(document.sources)),
        notices=document.counts.notice,
        deprecated=document.counts.deprecated,
        infos=document.counts.info,
        grave=document.grave,
        grave_other=document.other.grave,
        light_other=document.other.light,
        cursors={row.key: _cursor(row) for row in document.cursors},
        gaps=tuple(gaps),
        unread=tuple(document.unread),
        configured=document.configured,
        served=document.served,
        left=document.left,
    )


def _plain(row: _Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in type(row).model_fields}


def _group(row: _Group, files: int) -> LogGroup:
    counts = tuple(count for count in row.counts if count[0] < files)
    return LogGroup(**{**_plain(row), "also": tuple(row.also), "counts": counts})


def _cursor(row: _Cursor) -> Cursor:
    beside = replace(_cursor(row.p), p=None) if row.p else None
    return Cursor(row.i, row.o, row.n, row.h, row.t, row.w, row.f, beside)


def _access(row: _Access) -> AccessCounts:
    return AccessCounts(
        row.source, row.requests, row.failed, tuple(Hour(*hour) for hour in row.hours), tuple(row.worst)
    )


_SUMS = ("notices", "deprecated", "infos", "grave", "grave_other", "light_other", "left")
_PREFERENCE: tuple[FileState, ...] = ("read", "off", "shared", "missing", "odd", "unreadable")


def join(first: LogFacts, second: LogFacts) -> LogFacts:
    """Join the runs of two accounts: a file counts as read if either could read it."""
    best: dict[str, int] = {}
    for row in (*first.files, *second.files):
        best[row.key] = min(best.get(row.key, 99), _PREFERENCE.index(row.state))
    files: list[LogFile] = []
    groups: list[LogGroup] = []
    access: list[AccessCounts] = []
    for run in (first, second):
        taken = {row.key for row in files}
        moved: dict[int, int] = {}
        for place, row in enumerate(run.files):
            if row.key not in taken and best[row.key] == _PREFERENCE.index(row.state):
                moved[place] = len(files)
                files.append(row)
        groups += [_moved(group, moved) for group in run.groups]
        access += [replace(row, source=moved[row.source]) for row in run.access if row.source in moved]
    return replace(
        first,
        files=tuple(files),
        groups=tuple(group for group in groups if group.counts),
        access=tuple(access),
        **{name: getattr(first, name) + getattr(second, name) for name in _SUMS},
        cursors={**second.cursors, **first.cursors},
        unread=tuple(path for path in first.unread if path in second.unread),
        configured=first.configured or second.configured,
        served=max(first.served, second.served),
    )


def _moved(group: LogGroup, places: dict[int, int]) -> LogGroup:
    return replace(group, counts=tuple((places[at], hour, n) for at, hour, n in group.counts if at in places))
