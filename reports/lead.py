"""The sentences at the head of a report: how it is, how much was looked at, what changed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from checks import State
from reports.audience import OURS
from reports.cards import Card
from reports.model import Coverage, Round


def lead(shown: Round, cards: Iterable[Card]) -> str:
    """How it is under contract, in one sentence, and what else we recommend, in another one.

    What could not be looked at is never called well.
    """
    cards = tuple(cards)
    outside = Counter(card.state for card in cards if not card.in_scope)
    counts = Counter(card.state for card in cards if card.in_scope)
    unseen = bool(counts[State.UNKNOWN] or outside[State.UNKNOWN])
    unseen = unseen or any(one.reason != OURS or not one.partly for one in shown.coverage.not_run)
    recommended = _recommended(outside)
    return f"{_agreed(shown, counts, unseen, bool(recommended))} {recommended}".strip()


def _recommended(counts: Mapping[State, int]) -> str:
    urgent, soon = counts[State.CRITICAL], counts[State.WARNING]
    if urgent:
        return _count(
            urgent, "Outside the contract, one thing is urgent.", "Outside the contract, {} things are urgent."
        )
    if soon:
        return _count(
            soon, "Outside the contract, we recommend one thing.", "Outside the contract, we recommend {} things."
        )
    return ""


def _agreed(shown: Round, counts: Mapping[State, int], unseen: bool, more: bool) -> str:
    """How it is under contract; `more` is whether there is anything wrong beside."""
    if counts[State.CRITICAL]:
        return _count(counts[State.CRITICAL], "One thing needs action now.", "{} things need action now.")
    if counts[State.WARNING] and unseen:
        return _count(
            counts[State.WARNING],
            "One thing to look at soon, and not everything could be checked.",
            "{} things to look at soon, and not everything could be checked.",
        )
    if counts[State.WARNING]:
        return _count(counts[State.WARNING], "One thing to look at soon.", "{} things to look at soon.")
    return _nothing_wrong_agreed(shown, unseen) if more else _nothing_wrong(shown, unseen)


def _nothing_wrong(shown: Round, unseen: bool) -> str:
    if not shown.coverage.due:
        return "Nothing was due."
    if not shown.coverage.ran or not shown.findings:
        return "Nothing could be checked."
    if unseen:
        return "What we could check is in order, but not everything could be checked."
    return "Everything we checked is in order." if shown.coverage.not_run else "Everything is in order."


def _nothing_wrong_agreed(shown: Round, unseen: bool) -> str:
    """The same where something is wrong that no contract covers."""
    if not any(one.in_scope for one in shown.findings):
        return "Not everything could be checked." if unseen else ""
    if unseen:
        return "What we could check under contract is in order, but not everything could be checked."
    if shown.coverage.not_run:
        return "Everything we checked under contract is in order."
    return "Everything under contract is in order."


def covered(coverage: Coverage) -> str:
    """How many of the checks ran, in one sentence."""
    if coverage.ran == coverage.due and not coverage.partly:
        return _count(coverage.due, "The one check that was due ran.", "All {} checks ran.")
    if coverage.partly:
        return f"{coverage.ran} of {coverage.due} checks ran; {coverage.partly} of them could see a part only."
    return f"{coverage.ran} of {coverage.due} checks ran."


def _count(number: int, one: str, many: str) -> str:
    return one if number == 1 else many.format(number)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many problems changed in one way."""

    label: str
    count: int
    state: State


_CHANGES: Sequence[tuple[str, str, State]] = (
    ("New problems", "opened", State.CRITICAL),
    ("Back again", "reopened", State.CRITICAL),
    ("Worse than before", "worsened", State.WARNING),
    ("Better than before", "eased", State.OK),
    ("Solved", "resolved", State.OK),
)


def tallies(shown: Round) -> tuple[Tally, ...]:
    """What this round changed, as counts; nothing of the very first round, in which all is new."""
    if shown.round.id in (None, 1):
        return ()
    counted = Counter(str(one.change) for one in shown.incidents)
    return tuple(Tally(label, counted[change], state) for label, change, state in _CHANGES if counted[change])
