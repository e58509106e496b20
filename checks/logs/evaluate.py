"""Evaluates a site's logs: errors, failed requests and log-ins, the log files themselves, and coverage."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from checks.findings import Cause, CheckResult, Finding, Memory, NotChecked, State
from checks.logs.facts import Cursor, LogFacts, LogFile
from checks.logs.findings import access_findings, blind_logs, described, file_findings, logins_by_hour, trouble_findings
from checks.logs.groups import LogProblem, Severity, log_problems
from checks.logs.history import MOST, LogVisit, Remembered, followed, kept, recalled, within_bounds
from checks.logs.settings import Settings

_MOST_CURSORS = 250
_CURSOR_SECONDS = 45 * 86400
_MOST_BAD = 60
_COVERED = 0.98
_FLOOD = "read the logs themselves; an attack or a broken log writer looks like this"


def evaluate(facts: LogFacts, settings: Settings, memory: Memory, now: datetime) -> CheckResult:
    """Return the findings of a round, and the memory: read positions, and the errors of the last days, redacted."""
    host_now = facts.now or int(now.timestamp())
    troubles = log_problems(facts)
    said = [trouble for trouble in troubles if not _excluded(trouble, settings)]
    visit = LogVisit(host_now, [row.name for row in facts.files], "read_at" not in memory, settings.errors_an_hour)
    before = [one for one in recalled(memory.get("troubles"), host_now) if not _matches(described(one), settings)]
    followed_all = followed(before, said, visit)
    known = within_bounds(followed_all)
    logins = logins_by_hour(facts, memory.get("logins"), host_now)
    bad_before = [item for item in memory.get("bad", []) if isinstance(item, str)]
    findings = [
        *(gap.finding() for gap in facts.gaps),
        *file_findings(facts, settings, bad_before),
        *trouble_findings(known, settings, host_now, blind_logs(facts)),
        *access_findings(facts, settings, logins),
        *_coverage(facts, len(followed_all) - len(known)),
    ]
    details = (*_trouble_details(said, known, len(troubles) - len(said)), *_file_details(facts))
    if facts.files or not facts.gaps:  # else nothing was seen at all, and the gaps say so
        findings.append(_summary(facts, said, details, bool(findings)))
    remembered = {
        "version": 1,
        "read_at": host_now,
        "cursors": _cursors(facts, memory.get("cursors"), host_now),
        "troubles": kept(known),
        "logins": {str(hour): logins[hour] for hour in sorted(logins)[-1:]},
        "bad": list(dict.fromkeys((*_bad_items(findings), *bad_before)))[:_MOST_BAD],
    }
    return CheckResult(tuple(findings), remembered)


def _bad_items(findings: Sequence[Finding]) -> Iterator[str]:
    for finding in findings:
        if finding.state != State.OK and finding.item.split(":")[0] in {"log", "exposed", "large"}:
            yield finding.item


def _excluded(trouble: LogProblem, settings: Settings) -> bool:
    return _matches(f"{trouble.class_}: {trouble.message}" if trouble.class_ else trouble.message, settings)


def _matches(text: str, settings: Settings) -> bool:
    return any(re.search(pattern, text) for pattern in settings.exclude)


def _cursors(facts: LogFacts, before: object, now: int) -> dict[str, Any]:
    """Where reading goes on: of files that were not met this time as before, for as long as they may come back."""
    old = before if isinstance(before, dict) else {}
    cursors: dict[str, Any] = {
        key: cursor
        for key, cursor in old.items()
        if isinstance(cursor, dict) and now - cursor.get("w", 0) < _CURSOR_SECONDS
    }
    cursors |= {key: _plain(cursor) for key, cursor in facts.cursors.items()}
    newest = sorted(cursors, key=lambda key: (-cursors[key]["w"], key))[:_MOST_CURSORS]
    return {key: cursors[key] for key in newest}


def _plain(cursor: Cursor) -> dict[str, Any]:
    plain = {name: value for name, value in asdict(cursor).items() if value is not None}
    return {**plain, "p": _plain(cursor.p)} if cursor.p else plain


def _coverage(facts: LogFacts, dropped: int) -> Iterator[Finding]:
    if facts.unread and not facts.served:
        reason = f"the web server's logs of this site cannot be told: not readable: {', '.join(facts.unread[:3])}"
        remedy = "let the account that logs in read the web server's configuration"
        yield NotChecked("web-server", reason, remedy, Cause.NO_PERMISSION).finding()
    if facts.left:
        reason = f"{facts.left} more logs were not read: too many at once"
        yield NotChecked(
            "files", reason, "name fewer logs in the settings, or clear old ones away", Cause.TOO_MUCH
        ).finding()
    if facts.grave and 1 - facts.grave_other / facts.grave < _COVERED:
        reason = f"{facts.grave_other} of {facts.grave} errors are too different to be grouped, and were only counted"
        yield NotChecked("groups", reason, _FLOOD, Cause.TOO_MUCH).finding()
    elif dropped > 0 and facts.grave:
        reason = f"{dropped} more kinds of errors than the {MOST} that are followed"
        yield NotChecked("groups", reason, _FLOOD, Cause.TOO_MUCH).finding()


def _summary(facts: LogFacts, said: Sequence[LogProblem], details: tuple[str, ...], something: bool) -> Finding:
    read = [row for row in facts.files if row.state == "read"]
    counts = {severity: sum(one.count for one in said if one.severity == severity) for severity in Severity}
    data: dict[str, Any] = {
        "logs": len(read),
        "lines": sum(row.lines for row in read),
        "fatal": counts[Severity.FATAL],
        "errors": counts[Severity.ERROR],
        "warnings": counts[Severity.WARNING] + facts.light_other,
        "notices": facts.notices + counts[Severity.NOISE],
        "deprecated": facts.deprecated,
    }
    if not read and not something and not any(row.state == "missing" for row in facts.files):
        reason = "no log of this site was found"
        return Finding(
            State.UNKNOWN,
            "not-checked",
            "",
            reason,
            details=details,
            remedy="name its logs in the settings of the check `logs`: `paths`",
            data={"reason": reason, "cause": Cause.NO_LOG.value},
        )
    summary = (
        f"{data['lines']} new lines in {data['logs']} logs: {data['fatal']} fatal errors, {data['errors']} errors, "
        f"{data['warnings']} warnings, {data['notices']} notices, {data['deprecated']} deprecated"
    )
    return Finding(State.OK, "logs-read", "", summary, float(data["lines"]), "lines", details, data=data)


def _trouble_details(said: Sequence[LogProblem], known: Sequence[Remembered], excluded: int) -> Iterator[str]:
    for severity in (Severity.ERROR, Severity.WARNING):
        for one in [one for one in said if one.severity == severity][:5]:
            text = f"{one.class_}: {one.message}" if one.class_ else one.message
            yield f"{severity}, {one.count}: {text[:200]}" + (f" (in {one.file})" if one.file else "")
    often = sum(1 for one in known if one.known and one.frequent_at and one.severity == Severity.ERROR)
    if often:
        yield f"{often} frequent errors were there when the site was first visited; they are not findings"
    if excluded:
        yield f"{excluded} kinds of messages are excluded by the settings"


def _file_details(facts: LogFacts) -> Iterator[str]:
    for row in facts.files:
        note = _note(row)
        if row.state == "read" and row.lines >= 20 and not row.headers:
            note = f"{row.name}: {row.lines} lines in no form that is known"
        elif row.how == "first" and row.skipped:
            note = f"{row.name}: read for the first time, {row.skipped // 1_048_576} MB before its end were left out"
        elif row.how != "first" and 0 < row.skipped + row.later < 1_048_576:
            note = f"{row.name}: {row.skipped + row.later} bytes were not read"
        if note:
            yield note
    if not facts.served:
        yield "no virtual host of nginx or Apache was found for this site"


def _note(row: LogFile) -> str:
    if row.state == "missing":
        return f"{row.name} is not there; it is made when there is something to write"
    if row.state == "shared":
        return f"{row.name} is shared by several sites, so that this site's requests cannot be told apart"
    return f"{row.name}: {row.off}" if row.off else ""
