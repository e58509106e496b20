"""The findings of the logs check: fatal and frequent errors, failed requests and log-ins, and the log files."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from checks.findings import Cause, Finding, NotChecked, State
from checks.logs.facts import LogFacts, LogFile
from checks.logs.groups import Severity
from checks.logs.history import Remembered
from checks.logs.settings import Settings
from checks.remedies import named


def trouble_findings(
    troubles: Sequence[Remembered], settings: Settings, now: int, blind: frozenset[str]
) -> Iterator[Finding]:
    """Yield a finding for each fatal error, and for each new and frequent one.

    `blind`: the names of logs that could not be read in this round; an error seen only there does not count as over.
    """
    for problem in sorted(
        troubles, key=lambda problem: (problem.severity != Severity.FATAL, -problem.last, problem.id)
    ):
        unseen = bool(problem.logs) and blind.issuperset(problem.logs)
        if problem.severity == Severity.FATAL:
            quiet = not unseen and now - problem.last >= settings.quiet_hours * 3600
            yield _fatal(problem, settings, quiet)
        elif problem.frequent_at and not problem.known:
            quiet = not unseen and now - problem.frequent_at >= settings.quiet_hours * 3600
            yield _frequent(problem, settings, quiet)


def when(moment: int) -> str:
    """Format a Unix time in UTC."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")


def described(problem: Remembered) -> str:
    """Describe an error in one line: "TypeError: Argument #1 must be … (in wp-content/plugins/x.php)"."""
    text = f"{problem.class_}: {problem.message}" if problem.class_ else problem.message
    text = text if len(text) <= 240 else text[:239] + "…"
    return f"{text} (in {problem.file})" if problem.file else text


def _fatal(problem: Remembered, settings: Settings, quiet: bool) -> Finding:
    return _finding(problem, "fatal-error", State.OK if quiet else State.CRITICAL, settings, quiet)


def _frequent(problem: Remembered, settings: Settings, quiet: bool) -> Finding:
    return _finding(problem, "frequent-error", State.OK if quiet else State.WARNING, settings, quiet)


def _finding(problem: Remembered, kind: str, state: State, settings: Settings, quiet: bool) -> Finding:
    times = f"once, {when(problem.last)}"
    if problem.total != 1:
        times = f"{problem.total} times since {when(problem.first)}, last {when(problem.last)}"
    summary = f"{described(problem)}: {times}"
    if quiet:
        summary = f"not seen for {settings.quiet_hours:g} hours: {described(problem)}, last {when(problem.last)}"
    return Finding(
        state,
        kind,
        problem.item,
        summary,
        value=float(problem.total),
        unit="times",
        details=(
            f"new in this round: {problem.new}",
            f"in: {', '.join(problem.logs)}",
        ),
        remedy=""
        if quiet
        else f"read {named(problem.logs[0] if problem.logs else '', 'the log')} around {when(problem.last)}",
        data={
            "message": problem.message,
            "class": problem.class_,
            "file": problem.file,
            "count": problem.total,
            "new": problem.new,
            "first": problem.first,
            "last": problem.last,
            "logs": list(problem.logs),
            "quiet": quiet,
        },
    )


def logins_by_hour(facts: LogFacts, before: object, now: int) -> dict[int, int]:
    """Return failed log-ins by hour since 1970: of this round, plus those of the same hours in memory (`before`)."""
    hours: dict[int, int] = {}
    for row in facts.access:
        for hour in row.hours:
            hours[hour.hour] = hours.get(hour.hour, 0) + hour.logins
    if isinstance(before, Mapping):
        for key, number in before.items():
            known = isinstance(number, int) and str(key).isdecimal()
            if known and (int(key) in hours or now // 3600 - 1 <= int(key) <= now // 3600):
                hours[int(key)] = hours.get(int(key), 0) + number
    return hours


def access_findings(facts: LogFacts, settings: Settings, logins: Mapping[int, int]) -> Iterator[Finding]:
    """Yield a finding on failed requests and one on log-ins, if an access log could be read."""
    if not facts.access:
        return
    requests = sum(row.requests for row in facts.access)
    failed = sum(row.failed for row in facts.access)
    share = 100 * failed / requests if requests else 0.0
    bad = failed >= settings.failed_least and share >= settings.failed_percent
    worst = sorted((page for row in facts.access for page in row.worst), key=lambda page: -page[1])[:5]
    data: dict[str, Any] = {"requests": requests, "failed": failed, "percent": round(share, 1)}
    yield Finding(
        State.WARNING if bad else State.OK,
        "failed-requests",
        "requests",
        f"{failed} of {requests} new requests failed with an error of the server ({share:.1f} %)",
        value=round(share, 1),
        unit="%",
        details=tuple(f"{number} times: {page}" for page, number in worst),
        remedy="see what the error log says of these pages" if bad else "",
        data=data,
    )
    hour = max(logins, key=lambda hour: (logins[hour], hour), default=None)
    most = 0 if hour is None else logins[hour]
    many = most >= settings.logins_an_hour
    at = f" in the hour from {when(hour * 3600)}" if hour is not None and most else ""
    yield Finding(
        State.WARNING if many else State.OK,
        "failed-logins",
        "logins",
        f"{most} failed or doubtful logins{at}" if most else "no failed logins",
        value=float(most),
        unit="logins",
        remedy="limit attempts by address (fail2ban, a plugin, the web server), require a second factor"
        if many
        else "",
        data={"logins": most, "hour": None if hour is None else hour * 3600},
    )


_SMALL_GAP = 1_048_576  # bytes; a smaller gap is only a detail of the summary
_MOST_ITEMS = 60


def file_findings(facts: LogFacts, settings: Settings, bad_before: Sequence[str]) -> Iterator[Finding]:
    """Yield a finding for each log with a problem, and an OK one for each item in `bad_before` without one."""
    by_spec: dict[str, list[LogFile]] = {}
    for row in facts.files:
        by_spec.setdefault(row.spec, []).append(row)
    for spec, rows in list(by_spec.items())[:_MOST_ITEMS]:
        found = [*_not_read(spec, rows), *_logging_off(spec, rows, facts, settings)]
        yield from found or _read_again(f"log:{spec}", rows, bad_before)
        for row in rows:
            yield from _exposed(row, settings, bad_before)
            yield from _large(row, settings, bad_before)


def blind_logs(facts: LogFacts) -> frozenset[str]:
    """Return the names of logs that could not be read in this round."""
    return frozenset(row.name for row in facts.files if row.state in {"unreadable", "odd"})


def _not_read(spec: str, rows: Sequence[LogFile]) -> Iterator[Finding]:
    for row in rows:
        reason = _reason_not_read(row)
        if reason:
            remedy = row.remedy or _remedy(row)
            more = sum(1 for other in rows if _reason_not_read(other)) - 1
            reason += f" (and {more} more of {spec})" if more else ""
            yield NotChecked(f"log:{spec}", reason, remedy, _cause(row)).finding()
            return


def _reason_not_read(row: LogFile) -> str:
    if row.state in {"unreadable", "odd"}:
        return row.reason
    if row.state == "missing" and row.purpose in {"server-error", "access"}:
        return row.reason
    if row.lost:
        return f"lines of {row.name} may be lost since {when(row.lost_since)}: {row.lost}"
    if row.skipped + row.later >= _SMALL_GAP and row.how != "first":
        whole = (row.skipped + row.later) // 1_048_576
        rest = "; the rest is left for the next round" if row.later else ""
        return f"{whole} MB of {row.name} were not read{rest}"
    if row.lines >= 20 and not row.headers and row.purpose != "application":
        return f"none of the {row.lines} new lines of {row.name} is in the format {row.format}"
    return ""


def _cause(row: LogFile) -> Cause:
    """Return the cause for a row that `_reason_not_read` gives a reason for."""
    if row.state == "unreadable":
        return Cause.NO_PERMISSION
    if row.state in {"odd", "missing"}:
        return Cause.NOT_FOUND
    return Cause.TOO_MUCH if row.lost or row.skipped or row.later else Cause.NOT_UNDERSTOOD


def _remedy(row: LogFile) -> str:
    if row.state == "missing":
        path = named(row.path, "its path")
        return f"correct the path in the web server's configuration, or the settings of `logs`: {path}"
    if row.state == "odd":
        return "let it be a regular file"
    if row.lost:
        return "keep at least one rotated file, or visit the site more often"
    if row.skipped or row.later:
        return "rotate it more often, visit the site more often, or raise `megabytes` or `seconds` of the settings"
    return "name its format in the settings: `paths`"


def _logging_off(spec: str, rows: Sequence[LogFile], facts: LogFacts, settings: Settings) -> Iterator[Finding]:
    row = next((row for row in rows if row.off and row.state != "shared"), None)
    if row is None or not settings.must_log or _recorded_elsewhere(row, facts):
        return
    if row.unsure:
        yield NotChecked(f"log:{spec}", row.off, row.remedy, Cause.of(row.unsure)).finding()
        return
    data = {"log": row.name, "reason": row.off}
    remedy = row.remedy or "switch it on"
    yield Finding(State.WARNING, "logging-off", f"log:{spec}", row.off, remedy=remedy, data=data)


def _recorded_elsewhere(row: LogFile, facts: LogFacts) -> bool:
    """Return whether another log records the errors that this one would.

    PHP errors that a platform does not log go to the log of PHP-FPM or the web server. If PHP's own logging is off,
    failing requests still appear in the access log. Messages of the application itself are logged nowhere else.
    """
    if row.format != "php":
        return False
    others = {"access"} if row.purpose == "php" else {"php", "server-error"}
    return any(other.state == "read" and other.purpose in others for other in facts.files)


def _read_again(item: str, rows: Sequence[LogFile], bad_before: Sequence[str]) -> Iterator[Finding]:
    if item in bad_before:
        lines = sum(row.lines for row in rows)
        yield Finding(State.OK, "log-read", item, f"{item[4:]}: {lines} new lines", value=float(lines), unit="lines")


def _exposed(row: LogFile, settings: Settings, bad_before: Sequence[str]) -> Iterator[Finding]:
    item = f"exposed:{row.spec}"
    if row.public and settings.exposed:
        yield Finding(
            State.WARNING,
            "log-exposed",
            item,
            f"{row.name} lies where visitors' files lie: it could be downloaded as {row.public}",
            details=("seen from the files and the server's configuration; it was not asked for from outside",),
            remedy="move it above the web root, or let the web server refuse it",
            data={"log": row.name, "path": row.public},
        )
    elif item in bad_before and row.state == "read":
        yield Finding(State.OK, "log-exposed", item, f"{row.name} is not where visitors' files lie")


def _large(row: LogFile, settings: Settings, bad_before: Sequence[str]) -> Iterator[Finding]:
    item = f"large:{row.spec}"
    size = row.size / 1_048_576
    data = {"log": row.name, "bytes": row.size}
    if row.size >= settings.large_bytes and not row.rotates:
        summary = f"{row.name} has {size:,.0f} MB and is not rotated"
        remedy = f"let logrotate rotate {named(row.path, 'it')}"
        yield Finding(State.WARNING, "log-large", item, summary, float(row.size), "B", remedy=remedy, data=data)
    elif item in bad_before and row.state == "read":
        yield Finding(State.OK, "log-large", item, f"{row.name} has {size:,.0f} MB", float(row.size), "B", data=data)
