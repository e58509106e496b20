"""What is said of errors in the logs."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from checks.findings import Finding, State
from checks.logs.remembered import Remembered
from checks.logs.settings import Settings
from checks.logs.severity import Severity


def trouble_findings(
    troubles: Sequence[Remembered], settings: Settings, now: int, blind: frozenset[str]
) -> Iterator[Finding]:
    """A finding for each fatal error, and for each error that is new and frequent. `blind`: logs not to be read now."""
    for one in sorted(troubles, key=lambda one: (one.severity != Severity.FATAL, -one.last, one.id)):
        unseen = bool(one.logs) and blind.issuperset(one.logs)
        if one.severity == Severity.FATAL:
            quiet = not unseen and now - one.last >= settings.quiet_hours * 3600
            yield _fatal(one, settings, quiet)
        elif one.frequent_at and not one.known:
            quiet = not unseen and now - one.frequent_at >= settings.quiet_hours * 3600
            yield _frequent(one, settings, quiet)


def when(moment: int) -> str:
    """A unix time as people write it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")


def described(one: Remembered) -> str:
    """A trouble in one line: "TypeError: Argument #1 must be … (in wp-content/plugins/x.php)"."""
    said = f"{one.class_}: {one.message}" if one.class_ else one.message
    said = said if len(said) <= 240 else said[:239] + "…"
    return f"{said} (in {one.file})" if one.file else said


def _fatal(one: Remembered, settings: Settings, quiet: bool) -> Finding:
    return _finding(one, "fatal-error", State.OK if quiet else State.CRITICAL, settings, quiet)


def _frequent(one: Remembered, settings: Settings, quiet: bool) -> Finding:
    return _finding(one, "frequent-error", State.OK if quiet else State.WARNING, settings, quiet)


def _finding(one: Remembered, kind: str, state: State, settings: Settings, quiet: bool) -> Finding:
    times = f"once, {when(one.last)}"
    if one.total != 1:
        times = f"{one.total} times since {when(one.first)}, last {when(one.last)}"
    summary = f"{described(one)}: {times}"
    if quiet:
        summary = f"not seen for {settings.quiet_hours:g} hours: {described(one)}, last {when(one.last)}"
    return Finding(
        state,
        kind,
        one.item,
        summary,
        value=float(one.total),
        unit="times",
        details=(
            f"new in this round: {one.new}",
            f"in: {', '.join(one.logs)}",
        ),
        remedy="" if quiet else f"read {one.logs[0] if one.logs else 'the log'} around {when(one.last)}",
        data={
            "message": one.message,
            "class": one.class_,
            "file": one.file,
            "count": one.total,
            "new": one.new,
            "first": one.first,
            "last": one.last,
            "logs": list(one.logs),
            "quiet": quiet,
        },
    )
