"""What a time entry says: which round it was and what was looked at, in words a client may read on an invoice."""

from collections.abc import Mapping, Sequence
from datetime import date

from checks import State
from reports.format import day_of, short
from reports.model import Coverage, ReportedFinding

LONGEST = 1_500
"""Characters."""
_NAMED = 12


def notes(
    day: date, sites: Sequence[str], coverage: Coverage, findings: Sequence[ReportedFinding], titles: Mapping[str, str]
) -> str:
    """The notes of one client's routine round."""
    named = ", ".join(sites[:_NAMED]) + (f" and {len(sites) - _NAMED} more" if len(sites) > _NAMED else "")
    checked = dict.fromkeys(titles.get(one.check, one.check) for one in coverage.checks)
    lines = [
        f"Routine round of {day_of(day)}: {_sites(len(sites))} ({named}).",
        f"Checked: {', '.join(checked)}. {coverage.ran} of {coverage.due} checks ran.",
    ]
    counts = {state: sum(1 for one in findings if one.finding.state is state) for state in State}
    words = ((State.CRITICAL, "critical"), (State.WARNING, "to look at soon"), (State.UNKNOWN, "could not be seen"))
    found = [f"{counts[state]} {word}" for state, word in words if counts[state]]
    lines.append(f"Found: {', '.join(found)}." if found else "Found: all in order.")
    missed = dict.fromkeys(titles.get(one.check, one.check) for one in coverage.not_run if not one.partly)
    if missed:
        lines.append(f"Not looked at: {', '.join(missed)}.")
    return short("\n".join(lines), LONGEST)


def _sites(count: int) -> str:
    return "1 site" if count == 1 else f"{count} sites"
