"""Resolves problems whose item is gone, such as a removed account; and the host's clock."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from checks.findings import Finding, State

_REMEMBERED = timedelta(days=92)  # long enough for two rounds of a site that is visited once a month
_MOST = 500


def resolve_missing(
    findings: Iterable[Finding],
    remembered: Mapping[str, str],
    today: date,
    over: Callable[[str], str],
) -> tuple[tuple[Finding, ...], dict[str, str]]:
    """The findings, with an OK one for each item that was bad before and is known to be over; and what to remember.

    A round in which any part of a subject could not be seen resolves nothing by silence. That is right for the part,
    and wrong for a problem that is known to be over: so it is said. `remembered` is the day on which each item was last
    bad, as this gave it the last time. `over` makes the sentence for an item of which nothing is said this time, and
    gives "" where it may be as bad as ever.
    """
    said = tuple(findings)
    present = {finding.item for finding in said}
    bad = {finding.item: today.isoformat() for finding in said if finding.state is not State.OK}
    earlier = {item: day for item, day in remembered.items() if _recent(day, today)}
    sentences = {item: over(item) for item in earlier if item not in present}
    settled = (Finding(State.OK, "settled", item, sentence) for item, sentence in sentences.items() if sentence)
    newest_first = sorted({**earlier, **bad}.items(), key=lambda one: one[1], reverse=True)
    return (*said, *settled), dict(newest_first[:_MOST])


def _recent(day: str, today: date) -> bool:
    return today - date.fromisoformat(day) <= _REMEMBERED


_TRUSTED: Final = timedelta(hours=24)


def trusted_clock(theirs: datetime | None, ours: datetime) -> datetime:
    """The host's clock, by which its own times are measured; ours where theirs is missing or a day and more off."""
    return theirs if theirs is not None and abs(theirs - ours) <= _TRUSTED else ours
