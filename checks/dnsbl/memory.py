"""Items that were bad, kept so that each is heard of again when it is well."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from checks.findings import Finding, Memory, State

ROUNDS = 10  # for how many rounds an item that is well again is said to be so
MOST_ITEMS = 200  # items


@dataclass(frozen=True, slots=True)
class Ground:
    """What this round can speak for."""

    looked_up: Collection[str]  # items of all look-ups that were believed
    works: Collection[str]  # lists that came through their trial
    open: Collection[str]  # lists about which nothing can be concluded from silence


def recovered(memory: Memory, findings: Sequence[Finding], ground: Ground) -> Iterator[Finding]:
    """OK findings for items that were bad and are not any more.

    Only what is wrong is said item by item, and a single list that never works would keep a round from ever being one
    "that did answer": so what was said once is taken back in so many words.
    """
    now = {finding.item for finding in findings}
    for item in _past(memory):
        list_name = item.rpartition(" ")[2]
        if item in now:
            continue
        if item in ground.looked_up:
            yield _well("no-longer-listed", item, f"{item}: not listed")
        elif item in ground.works:
            yield _well("list-usable", item, f"{item} can be believed again")
        elif list_name not in ground.open:
            yield _well("no-longer-concerned", item, f"{item}: nothing is amiss any more")


def remembered(memory: Memory, findings: Sequence[Finding]) -> Memory:
    """Bad items, with the number of rounds for which each has been well since."""
    bad = {finding.item: 0 for finding in findings if finding.item and finding.state is not State.OK}
    well = {finding.item for finding in findings if finding.state is State.OK}
    past = _past(memory)
    kept = {item: rounds + (item in well) for item, rounds in past.items() if item not in bad and rounds < ROUNDS}
    return {"bad": dict([*bad.items(), *kept.items()][:MOST_ITEMS])}


def _well(kind: str, item: str, summary: str) -> Finding:
    return Finding(State.OK, kind, item, summary, data={"item": item})


def _past(memory: Memory) -> dict[str, int]:
    past = memory.get("bad", {})
    if not isinstance(past, dict):
        return {}
    return {str(item): rounds for item, rounds in past.items() if isinstance(rounds, int)}
