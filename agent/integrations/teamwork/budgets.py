"""Budgets of projects that come back every month: another way to write how many hours were agreed."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from agent.domain.errors import RejectedError
from agent.integrations.teamwork.access import Teamwork, number_of

_AT_ONCE = 100
_MOST_MINUTES = 10**6


def read_budgets(teamwork: Teamwork, projects: Sequence[int]) -> Mapping[int, Sequence[Decimal]] | None:
    """Hours of the active monthly time budgets by project, each amount once; None where budgets may not be seen.

    Raises ServiceError for everything else.
    """
    found: dict[int, list[Decimal]] = {}
    try:
        for start in range(0, len(projects), _AT_ONCE):
            some = projects[start : start + _AT_ONCE]
            params = {"projectIds": ",".join(map(str, some)), "status": "ACTIVE"}
            for page in teamwork.pages("projects/budgets.json", "budgets", params):
                _gather(page.rows, found)
    except RejectedError:
        return None
    return found


def _gather(rows: Iterable[Mapping[str, Any]], found: dict[int, list[Decimal]]) -> None:
    for row in rows:
        project, hours = number_of(row, "projectId", "project"), monthly_hours(row)
        if project is not None and hours is not None and hours not in found.setdefault(project, []):
            found[project].append(hours)


def monthly_hours(budget: Mapping[str, Any]) -> Decimal | None:
    """The hours of a budget; None where it is not of time, not active, or does not come back every month."""
    said = {key: str(budget.get(key, "")).upper() for key in ("type", "status", "repeatUnit")}
    period = budget.get("repeatPeriod")
    monthly = said["repeatUnit"] == "MONTH" and (period is None or period == 1) and budget.get("isRepeating") is True
    minutes = budget.get("capacity")
    if said["type"] != "TIME" or said["status"] != "ACTIVE" or not monthly:
        return None
    if isinstance(minutes, bool) or not isinstance(minutes, int | Decimal) or not 0 < minutes < _MOST_MINUTES:
        return None
    return (Decimal(minutes) / 60).quantize(Decimal("0.01"))
