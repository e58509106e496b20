"""Group findings into cards: what a client sees as one problem is one card, however many findings it has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from checks import State
from reports.language import ENGLISH, Language
from reports.model import NEW, ReportedFinding, ReportedIncident, Round, key_of
from reports.wording import Phrase, phrase_for

LABELS = {State.OK: "In order", State.WARNING: "Look at soon", State.UNKNOWN: "Not checked", State.CRITICAL: "Act now"}
SYMBOLS = {State.OK: "✓", State.WARNING: "!", State.UNKNOWN: "?", State.CRITICAL: "✕"}
ENTRIES = 20
"""Maximum number of findings that one card lists."""
TICKETS = 5
"""Maximum number of ticket numbers that one card lists."""
QUIET = {True: "Maintenance is under way", False: "Known to us"}
"""The sentence for a problem that sends no notice, by whether maintenance is the reason."""


def label(state: State, language: Language = ENGLISH) -> str:
    """Return the label of a state in a client's words."""
    return language(LABELS[state])


@dataclass(frozen=True, slots=True)
class CardEntry:
    """One of several findings in a card."""

    text: str
    state: State
    new: bool
    quiet: str = ""  # why it sends no notice; "" if the card says so for all entries, or if a notice is sent


@dataclass(frozen=True, slots=True)
class Card:
    """One problem of one site or server, in a client's words."""

    headline: str
    meaning: str
    action: str
    host: str | None  # None: it is about the client's contract
    client: str | None
    site: str | None
    check: str
    state: State
    new: bool  # it, or a part of it, is new since the last round
    entries: tuple[CardEntry, ...] = ()
    more: int = 0  # entries that are not named
    in_scope: bool = True  # of the contract
    quiet: str = ""  # why no entry sends a notice; "" if one does
    tickets: tuple[int, ...] = ()  # their numbers in Zendesk

    @property
    def mixed(self) -> bool:
        """Return whether its entries differ in state."""
        return len({entry.state for entry in self.entries}) > 1


@dataclass(frozen=True, slots=True)
class _WordedFinding:
    finding: ReportedFinding
    phrase: Phrase
    new: bool
    incident: ReportedIncident | None
    language: Language

    @property
    def quiet(self) -> str:
        """Return why it sends no notice, in a client's words; the engineer's name and reason are not for clients."""
        one = self.incident
        return self.language(QUIET[one.maintained]) if one and one.silence else ""


def cards_of(shown: Round, findings: Iterable[ReportedFinding], language: Language = ENGLISH) -> tuple[Card, ...]:
    """Return one card for the findings of one kind in one place; the worst first, then by place."""
    known = {key_of(one): one for one in shown.incidents if one.phase != "resolved"}
    groups: dict[tuple[object, ...], list[_WordedFinding]] = {}
    for number, one in enumerate(findings):
        if one.finding.state is State.OK:
            continue
        phrase = phrase_for(one, language)
        incident = known.get(key_of(one))
        new = incident is not None and incident.change in NEW
        alike = (phrase.many, phrase.meaning, phrase.action) if phrase.many else (number,)
        groups.setdefault(
            (one.place.host, one.place.client, one.place.site, one.check, one.in_scope, *alike), []
        ).append(_WordedFinding(one, phrase, new, incident, language))
    cards = [_card(group) for group in groups.values()]
    order = {place: number for number, place in enumerate(dict.fromkeys((card.host, card.site) for card in cards))}
    return tuple(sorted(cards, key=lambda card: (-card.state.severity, order[card.host, card.site])))


def _card(group: Sequence[_WordedFinding]) -> Card:
    group = sorted(group, key=lambda one: -one.finding.finding.state.severity)
    first, phrase = group[0].finding, group[0].phrase
    several = len(group) > 1
    quiet = group[0].quiet if len({one.quiet for one in group}) == 1 else ""
    entries = tuple(_entry(one, quiet_on_card=bool(quiet)) for one in group) if several else ()
    return Card(
        headline=phrase.over(len(group), group[0].language) if several else phrase.headline,
        meaning=phrase.meaning,
        action=phrase.action,
        host=first.place.host,
        client=first.place.client,
        site=first.place.site,
        check=first.check,
        state=first.finding.state,
        new=any(one.new for one in group),
        entries=entries[:ENTRIES],
        more=max(0, len(entries) - ENTRIES),
        in_scope=first.in_scope,
        quiet=quiet,
        tickets=tuple(dict.fromkeys(one.incident.ticket for one in group if one.incident and one.incident.ticket)),
    )


def _entry(one: _WordedFinding, quiet_on_card: bool) -> CardEntry:
    return CardEntry(one.phrase.entry, one.finding.finding.state, one.new, "" if quiet_on_card else one.quiet)
