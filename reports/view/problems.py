"""What is wrong, by whose turn it is: the client's, now, soon; and what could not be seen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checks import Cause, State
from reports.audience import OURS
from reports.cards import Card, cards_of
from reports.format import named, translate
from reports.health_report import HealthReport
from reports.language import Language
from reports.model import NotRun, ReportedFinding
from reports.phrases import CAUSES
from reports.view.context import ViewContext
from reports.view.model import ItemList, Section, ShownCard, ShownEntry, ShownProblem, TextLine

DECIDED_BY_CLIENT = frozenset(
    {
        "account-foreign-address",
        "account-idle",
        "account-never-used",
        "account-new",
        "account-raised",
        "end-of-life",
        "end-of-life-soon",
        "last-use-unknown",
        "second-factor-missing",
        "version-withdrawn",
    }
)
"""Kinds of findings that cannot be fixed before the client has decided."""


def by_turn(report: HealthReport, language: Language) -> tuple[tuple[Card, ...], tuple[Card, ...]]:
    """The cards that wait for the client, and all others."""

    def waits(one: ReportedFinding) -> bool:
        return report.client is not None and one.in_scope and one.finding.kind in DECIDED_BY_CLIENT

    shown = report.shown
    theirs = cards_of(shown, (one for one in shown.findings if waits(one)), language)
    others = cards_of(shown, (one for one in shown.findings if not waits(one)), language)
    return theirs, others


def sections(telling: ViewContext) -> Iterator[Section]:
    """What the contract covers, by urgency; for the agency what it does not cover, too."""
    language, cards = telling.language, telling.others
    kinds = (
        (State.CRITICAL, language("Needs action now"), ""),
        (State.WARNING, language("Should be looked at soon"), ""),
        (
            State.UNKNOWN,
            language("Could not be checked"),
            language("Neither bad news nor good news: we could not look."),
        ),
    )
    for state, title, intro in kinds:
        these = [card for card in cards if card.in_scope and card.state is state]
        unseen = [*unlooked(telling)] if state is State.UNKNOWN else []
        yield _section(telling, title, intro, these, unseen)
    if telling.report.client is None:
        title = language("Recommended, outside the contract")
        intro = language(
            "This is not part of what was agreed with the client, whose report recommends it in these words."
        )
        yield _section(telling, title, intro, [card for card in cards if not card.in_scope])


def wanted(telling: ViewContext) -> Section:
    """What waits for the client: its decisions, and what no contract covers."""
    language, theirs = telling.language, telling.theirs
    if telling.report.client is None:
        return Section("")
    outside = [card for card in telling.others if not card.in_scope]
    intro = language("This waits for a word from you.") if theirs else ""
    if outside:
        offer = language(
            "What is outside your contract is not part of what we agreed on. If you want us to see to it, tell us."
        )
        intro = f"{intro} {offer}".strip()
    return _section(telling, language("What we need from you"), intro, [*theirs, *outside])


def _section(
    telling: ViewContext, title: str, intro: str, cards: Sequence[Card], unseen: Sequence[ShownCard] = ()
) -> Section:
    room = telling.limits.cards
    shown = []
    every = (*_piled(telling, cards), *unseen)
    for one in every:
        if room > 0:
            shown.append(replace(one, problems=one.problems[:room]))
        room -= len(one.problems)
    left = sum(len(one.problems) for one in every) - sum(len(one.problems) for one in shown)
    return Section(title, intro, tuple(shown), telling.more(left))


def _piled(telling: ViewContext, cards: Sequence[Card]) -> Iterator[ShownCard]:
    """What means the same and calls for the same is one card; what is so in several places too is said once."""
    piles: dict[tuple[object, ...], dict[tuple[object, ...], list[Card]]] = {}
    for card in cards:
        alike = (card.meaning, card.action) if card.meaning or card.action else (card.headline, "")
        alone = (card.host, card.site) if card.entries else ()
        same = (card.headline, card.state, card.new, card.quiet, alone)
        piles.setdefault((*alike, card.in_scope), {}).setdefault(same, []).append(card)
    for pile in piles.values():
        first = next(iter(pile.values()))[0]
        yield ShownCard(tuple(_problem(telling, cards) for cards in pile.values()), first.meaning, first.action)


def _problem(telling: ViewContext, alike: Sequence[Card]) -> ShownProblem:
    card, most = alike[0], telling.limits.entries
    tell_new = telling.shown.round.id not in (None, 1)  # in the very first round all is new
    new = telling.language("New")
    tags = (
        "" if card.in_scope or telling.report.client is None else telling.language("Outside your contract"),
        new if card.new and tell_new and not card.entries else "",
        card.quiet,
    )
    places = list(dict.fromkeys(telling.of_card(one) for one in alike))
    where = named(places, most, telling.language)
    tickets = tuple(dict.fromkeys(ticket for one in alike for ticket in one.tickets))
    entries = card.entries[:most]
    shown = (
        ShownEntry(
            one.text, one.state, tuple(note for note in (new if one.new and tell_new else "", one.quiet) if note)
        )
        for one in entries
    )
    return ShownProblem(
        card.state,
        tuple(tag for tag in tags if tag),
        where,
        card.headline,
        telling.tickets(tickets),
        tuple(shown),
        card.mixed,
        telling.more(card.more + len(card.entries) - len(entries)),
    )


def unlooked(telling: ViewContext) -> Iterator[ShownCard]:
    """Return the checks that did not run and have no card, once for each reason."""
    shown = telling.shown
    named = {
        (one.place.host, one.place.site, one.check) for one in shown.findings if one.finding.state is State.UNKNOWN
    }
    lost = {
        one.place.host for one in shown.findings if one.check == "ssh" and one.finding.state is not State.OK
    }  # has its card
    silent = [
        one
        for one in shown.coverage.not_run
        if (one.host, one.site, one.check) not in named
        and one.host not in lost
        and not (one.excused and one.partly)  # the rest was looked at; the row of the check says it
    ]
    for why, places in _by_reason(telling, silent).items():
        problems = (ShownProblem(State.UNKNOWN, (), where, checks) for where, checks in places.items())
        yield ShownCard(tuple(problems), why)


def not_looked_at(telling: ViewContext) -> ItemList:
    """Everything that was due and not looked at, wholly or in part, by the reason."""
    language, most = telling.language, telling.limits.lines
    lines = []
    for why, places in _by_reason(telling, telling.shown.coverage.not_run).items():
        named = [
            translate(language, "{place}: {checks}", place=where, checks=checks) for where, checks in places.items()
        ]
        note = " · ".join((*named[:most], telling.more(len(named) - most)))
        lines.append(TextLine(why, note.removesuffix(" · ")))
    return ItemList(tuple(lines[:most]), more=telling.more(len(lines) - most))


def _by_reason(telling: ViewContext, missed: Iterable[NotRun]) -> Mapping[str, Mapping[str, str]]:
    """For each reason the places, and for each of them the names of its checks."""
    piles: dict[str, dict[str, list[str]]] = {}
    for one in missed:
        where = telling.where(one.host, one.site)
        piles.setdefault(_why(telling, one), {}).setdefault(where, []).append(telling.title(one.check))
    return {
        why: {where: telling.language.listed(list(dict.fromkeys(names))) for where, names in places.items()}
        for why, places in piles.items()
    }


def _why(telling: ViewContext, missed: NotRun) -> str:
    """A client reads no engineer's English: only the agency is given the reason itself."""
    if missed.excused:
        return telling.language(OURS)
    if missed.cause is Cause.OTHER and telling.report.client is None:
        return translate(telling.language, "The reason: {reason}.", reason=missed.reason.rstrip("."))
    return telling.language(CAUSES[missed.cause])


def worst(cards: Iterable[Card], telling: ViewContext) -> State:
    """The state of the whole, as far as the contract goes: what could not be looked at is never well."""
    states = [card.state for card in cards if card.in_scope]
    coverage = telling.shown.coverage
    if not coverage.ran or any(not one.excused for one in coverage.not_run):
        states.append(State.UNKNOWN)
    return max(states, key=lambda state: state.severity, default=State.OK)
