"""The problems of a report by who acts and how urgently, and what could not be checked."""

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
    """Return the cards that wait for a decision of the client, and all others."""

    def waits_for_client(one: ReportedFinding) -> bool:
        return report.client is not None and one.in_scope and one.finding.kind in DECIDED_BY_CLIENT

    shown = report.shown
    theirs = cards_of(shown, (one for one in shown.findings if waits_for_client(one)), language)
    others = cards_of(shown, (one for one in shown.findings if not waits_for_client(one)), language)
    return theirs, others


def sections(context: ViewContext) -> Iterator[Section]:
    """Yield the sections on problems in scope by state; for the agency also those out of scope."""
    language, cards = context.language, context.others
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
        unseen = [*unlooked(context)] if state is State.UNKNOWN else []
        yield _section(context, title, intro, these, unseen)
    if context.report.client is None:
        title = language("Recommended, outside the contract")
        intro = language(
            "This is not part of what was agreed with the client, whose report recommends it in these words."
        )
        yield _section(context, title, intro, [card for card in cards if not card.in_scope])


def wanted(context: ViewContext) -> Section:
    """Return the section on what waits for the client: its decisions, and what is out of scope."""
    language, theirs = context.language, context.theirs
    if context.report.client is None:
        return Section("")
    outside = [card for card in context.others if not card.in_scope]
    intro = language("This waits for a word from you.") if theirs else ""
    if outside:
        offer = language(
            "What is outside your contract is not part of what we agreed on. If you want us to see to it, tell us."
        )
        intro = f"{intro} {offer}".strip()
    return _section(context, language("What we need from you"), intro, [*theirs, *outside])


def _section(
    context: ViewContext, title: str, intro: str, cards: Sequence[Card], unseen: Sequence[ShownCard] = ()
) -> Section:
    room = context.limits.cards
    shown = []
    every = (*_grouped(context, cards), *unseen)
    for one in every:
        if room > 0:
            shown.append(replace(one, problems=one.problems[:room]))
        room -= len(one.problems)
    left = sum(len(one.problems) for one in every) - sum(len(one.problems) for one in shown)
    return Section(title, intro, tuple(shown), context.more(left))


def _grouped(context: ViewContext, cards: Sequence[Card]) -> Iterator[ShownCard]:
    """Group cards by meaning and action into one, and equal problems of several places into one entry."""
    groups: dict[tuple[object, ...], dict[tuple[object, ...], list[Card]]] = {}
    for card in cards:
        alike = (card.meaning, card.action) if card.meaning or card.action else (card.headline, "")
        alone = (card.host, card.site) if card.entries else ()
        same = (card.headline, card.state, card.new, card.quiet, alone)
        groups.setdefault((*alike, card.in_scope), {}).setdefault(same, []).append(card)
    for group in groups.values():
        first = next(iter(group.values()))[0]
        yield ShownCard(tuple(_problem(context, cards) for cards in group.values()), first.meaning, first.action)


def _problem(context: ViewContext, alike: Sequence[Card]) -> ShownProblem:
    card, most = alike[0], context.limits.entries
    tell_new = context.shown.round.id not in (None, 1)  # in the very first round all is new
    new = context.language("New")
    tags = (
        "" if card.in_scope or context.report.client is None else context.language("Outside your contract"),
        new if card.new and tell_new and not card.entries else "",
        card.quiet,
    )
    places = list(dict.fromkeys(context.of_card(one) for one in alike))
    where = named(places, most, context.language)
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
        context.tickets(tickets),
        tuple(shown),
        card.mixed,
        context.more(card.more + len(card.entries) - len(entries)),
    )


def unlooked(context: ViewContext) -> Iterator[ShownCard]:
    """Return the checks that did not run and have no card, once for each reason."""
    shown = context.shown
    named = {
        (one.place.host, one.place.site, one.check) for one in shown.findings if one.finding.state is State.UNKNOWN
    }
    unreachable = {
        one.place.host for one in shown.findings if one.check == "ssh" and one.finding.state is not State.OK
    }  # has its card
    unexplained = [
        one
        for one in shown.coverage.not_run
        if (one.host, one.site, one.check) not in named
        and one.host not in unreachable
        and not (one.excused and one.partly)  # the rest was looked at; the row of the check says it
    ]
    for why, places in _by_reason(context, unexplained).items():
        problems = (ShownProblem(State.UNKNOWN, (), where, checks) for where, checks in places.items())
        yield ShownCard(tuple(problems), why)


def not_looked_at(context: ViewContext) -> ItemList:
    """Return all checks that did not run, wholly or in part, by reason."""
    language, most = context.language, context.limits.lines
    lines = []
    for why, places in _by_reason(context, context.shown.coverage.not_run).items():
        named = [
            translate(language, "{place}: {checks}", place=where, checks=checks) for where, checks in places.items()
        ]
        note = " · ".join((*named[:most], context.more(len(named) - most)))
        lines.append(TextLine(why, note.removesuffix(" · ")))
    return ItemList(tuple(lines[:most]), more=context.more(len(lines) - most))


def _by_reason(context: ViewContext, missed: Iterable[NotRun]) -> Mapping[str, Mapping[str, str]]:
    """Return the titles of the checks by reason and place."""
    groups: dict[str, dict[str, list[str]]] = {}
    for one in missed:
        where = context.where(one.host, one.site)
        groups.setdefault(_why(context, one), {}).setdefault(where, []).append(context.title(one.check))
    return {
        why: {where: context.language.listed(list(dict.fromkeys(names))) for where, names in places.items()}
        for why, places in groups.items()
    }


def _why(context: ViewContext, missed: NotRun) -> str:
    """Return the sentence on why a check did not run; only the agency reads the engineer's English reason."""
    if missed.excused:
        return context.language(OURS)
    if missed.cause is Cause.OTHER and context.report.client is None:
        return translate(context.language, "The reason: {reason}.", reason=missed.reason.rstrip("."))
    return context.language(CAUSES[missed.cause])


def worst(cards: Iterable[Card], context: ViewContext) -> State:
    """Return the worst state in scope; at least UNKNOWN if a check did not run and is not excused."""
    states = [card.state for card in cards if card.in_scope]
    coverage = context.shown.coverage
    if not coverage.ran or any(not one.excused for one in coverage.not_run):
        states.append(State.UNKNOWN)
    return max(states, key=lambda state: state.severity, default=State.OK)
