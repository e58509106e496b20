"""Problems as they are told: what is one thing to a client is one card, however many findings it comes from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks import State
from reports.model import NEW, ReportedFinding, Round, place_of
from reports.wording import Said, words_for

LABELS = {State.OK: "In order", State.WARNING: "Look at soon", State.UNKNOWN: "Not checked", State.CRITICAL: "Act now"}
SYMBOLS = {State.OK: "✓", State.WARNING: "!", State.UNKNOWN: "?", State.CRITICAL: "✕"}
ENTRIES = 20
"""Findings that one card names."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One of several findings in a card."""

    text: str
    state: State
    new: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One problem of one site or server, in a client's words."""

    headline: str
    meaning: str
    action: str
    host: str
    site: str | None
    check: str
    state: State
    new: bool  # it, or a part of it, is new since the last round
    entries: tuple[Entry, ...] = ()
    more: int = 0  # entries that are not named

    @property
    def mixed(self) -> bool:
        """Whether its entries differ in how urgent they are."""
        return len({entry.state for entry in self.entries}) > 1


@dataclass(frozen=True, slots=True)
class _Told:
    finding: ReportedFinding
    said: Said
    new: bool


def cards_of(shown: Round, findings: Iterable[ReportedFinding]) -> tuple[Card, ...]:
    """One card for those that are of one kind and in one place; the worst first, then one place after the other."""
    changed = {place_of(one) for one in shown.incidents if one.change in NEW}
    piles: dict[tuple[object, ...], list[_Told]] = {}
    for number, one in enumerate(findings):
        if one.state is State.OK:
            continue
        said = words_for(one)
        new = place_of(one) in changed
        alike = (said.many, said.meaning, said.action) if said.many else (number,)
        piles.setdefault((one.host, one.site, one.check, *alike), []).append(_Told(one, said, new))
    cards = [_card(pile) for pile in piles.values()]
    order = {place: number for number, place in enumerate(dict.fromkeys((card.host, card.site) for card in cards))}
    return tuple(sorted(cards, key=lambda card: (-card.state.severity, order[card.host, card.site])))


def _card(pile: Sequence[_Told]) -> Card:
    pile = sorted(pile, key=lambda told: -told.finding.state.severity)
    first, said = pile[0].finding, pile[0].said
    several = len(pile) > 1
    entries = tuple(Entry(one.said.entry, one.finding.state, one.new) for one in pile) if several else ()
    return Card(
        headline=said.over(len(pile)) if several else said.headline,
        meaning=said.meaning,
        action=said.action,
        host=first.host,
        site=first.site,
        check=first.check,
        state=first.state,
        new=any(one.new for one in pile),
        entries=entries[:ENTRIES],
        more=max(0, len(entries) - ENTRIES),
    )
