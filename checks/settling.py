"""Problems that ended by leaving: the account was removed, the plugin deleted."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from checks.findings import Finding, State

_REMEMBERED = timedelta(days=92)  # long enough for two rounds of a site that is visited once a month
_MOST = 500


def settle(
    findings: Iterable[Finding],
    remembered: Mapping[str, str],
    today: date,
    complete: bool,
    words: Callable[[str], str],
) -> tuple[tuple[Finding, ...], dict[str, str]]:
    """The findings, with an OK one for each item that was bad before and is no longer there; and what to remember.

    A round in which any part of a subject could not be seen resolves nothing by silence. That is right for the part,
    and wrong for a problem that is known to be over: so it is said. `remembered` is the day on which each item was last
    bad, as this gave it the last time. `complete` is whether all that might hold such an item was seen; `words` makes
    the sentence for one.
    """
    said = tuple(findings)
    present = {finding.item for finding in said}
    bad = {finding.item: today.isoformat() for finding in said if finding.state is not State.OK}
    earlier = {item: day for item, day in remembered.items() if item not in bad and _recent(day, today)}
    settled = (Finding(State.OK, "settled", item, words(item)) for item in earlier if complete and item not in present)
    newest_first = sorted({**earlier, **bad}.items(), key=lambda one: one[1], reverse=True)
    return (*said, *settled), dict(newest_first[:_MOST])


def _recent(day: str, today: date) -> bool:
    return today - date.fromisoformat(day) <= _REMEMBERED
