"""The HTML report of a round: one file, nothing loaded from elsewhere, in words that need no technician."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from checks import State
from inventory.model import Inventory
from reports.agreed import hours_sentence, under_way
from reports.audience import OURS, told_to_client
from reports.cards import LABELS, SYMBOLS, TICKETS, Card, cards_of
from reports.filling import day_of
from reports.lead import covered, lead, tallies
from reports.model import NotRun, Round, place_of
from reports.places import places
from reports.reasons import plain_reason
from reports.wording import words_for

SHOWN = 60
"""Cards a section shows; how many more there are is said."""

_SITES = 3  # that a server is described by

_environment = Environment(
    loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Section:
    """Problems of one urgency."""

    title: str
    intro: str
    cards: tuple[Card, ...]
    unseen: tuple["Unseen", ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Unseen:
    """Checks that did not look, for one reason."""

    where: str
    why: str
    checks: tuple[str, ...]


def html_report(shown: Round, inventory: Inventory, titles: Mapping[str, str], client: str | None = None) -> str:
    """The report; `titles` are the checks' names for people, `client` is the one it is for, None the agency."""
    if client is not None:
        shown = told_to_client(shown)
    cards = cards_of(shown, shown.findings)
    seen = tuple(places(shown, cards, inventory, titles))
    return _environment.get_template("report.html.j2").render(
        shown=shown,
        title=f"Health report for {inventory.clients[client].title}" if client else "Health report for all sites",
        titled=inventory.clients[client].title if client else None,
        lead=lead(shown, cards),
        coverage=covered(shown.coverage),
        tallies=tallies(shown),
        solved=tuple(_solved(shown, inventory)),
        sections=(*_sections(shown, cards, inventory, titles), _recommended(cards, client)),
        hours={one.client: hours_sentence(one, shown.round.ended_at) for one in shown.contracts},
        client=client,
        maintenance=tuple(under_way(shown, inventory, titles, client)),
        ticketed=_ticketed,
        places=seen,
        glance=sorted(seen, key=lambda place: -place.state.severity) if len(seen) > 1 else (),
        where=lambda card: _whereabouts(card, shown, inventory, whose=client is None),
        labels=LABELS,
        symbols=SYMBOLS,
        day=day_of,
        clock=lambda at: f"{at:%H:%M}",
    )


def _where(host: str | None, site: str | None, inventory: Inventory, whose: bool = False) -> str:
    known = inventory.sites.get(site or "")
    if known is None:
        return site or (f"server {host}" if host else "contract")
    return f"{inventory.clients[known.client].title}: {known.url}" if whose else known.url


def _whereabouts(card: Card, shown: Round, inventory: Inventory, whose: bool) -> str:
    """The site, or the server with the sites on it that the report is about."""
    names = {one.site for one in shown.coverage.checks if one.site and one.host == card.host}
    urls = sorted(inventory.sites[name].url for name in names if name in inventory.sites)
    if card.host is None and card.client is not None and card.client in inventory.clients:
        return f"contract of {inventory.clients[card.client].title}"
    if card.site is not None or not urls:
        return _where(card.host, card.site, inventory, whose)
    return f"server {card.host}, with {', '.join(urls[:_SITES])}{', …' if len(urls) > _SITES else ''}"


def _solved(shown: Round, inventory: Inventory) -> Iterator[tuple[str, str]]:
    """What was solved since the last round, and where."""
    now = {place_of(one): one for one in shown.findings if one.state is State.OK}
    for one in shown.incidents:
        if one.change == "resolved":
            finding = now.get(place_of(one))
            told = finding and finding.kind != "settled"  # which says that it is over, and not what it was
            text = words_for(finding).headline if finding and told else f"No longer so: {one.summary}"
            yield text, _where(one.host, one.site, inventory)


def _sections(
    shown: Round, cards: Sequence[Card], inventory: Inventory, titles: Mapping[str, str]
) -> Iterator[Section]:
    kinds = (
        (State.CRITICAL, "Needs action now", ""),
        (State.WARNING, "Should be looked at soon", ""),
        (State.UNKNOWN, "Could not be checked", "Neither bad news nor good news: we could not look."),
    )
    for state, title, intro in kinds:
        these = tuple(card for card in cards if card.in_scope and card.state is state)
        unseen = tuple(_unseen(shown, inventory, titles)) if state is State.UNKNOWN else ()
        yield Section(title, intro, these[:SHOWN], unseen, max(0, len(these) - SHOWN))


def _recommended(cards: Sequence[Card], client: str | None) -> Section:
    """What no contract covers: whoever it is about may want it done all the same."""
    these = tuple(card for card in cards if not card.in_scope)
    if client is None:
        title = "Recommended, outside the contract"
        intro = "This is not part of what was agreed with the client, whose report recommends it in these words."
    else:
        title = "Recommended, outside your contract"
        intro = "This is not part of what we agreed on. If you want us to see to it, tell us."
    return Section(title, intro, these[:SHOWN], (), max(0, len(these) - SHOWN))


def _ticketed(card: Card) -> str:
    """The tickets of a card."""
    if not card.tickets:
        return ""
    if len(card.tickets) == 1:
        return f"ticket {card.tickets[0]}"
    return f"tickets {', '.join(map(str, card.tickets[:TICKETS]))}{', …' if len(card.tickets) > TICKETS else ''}"


def _unseen(shown: Round, inventory: Inventory, titles: Mapping[str, str]) -> Iterator[Unseen]:
    """What did not look and has no card of its own, told once for each reason and place."""
    told = {(one.host, one.site, one.check) for one in shown.findings if one.state is State.UNKNOWN}
    lost = {one.host for one in shown.findings if one.check == "ssh" and one.state is not State.OK}  # has its card
    silent = [
        one for one in shown.coverage.not_run if (one.host, one.site, one.check) not in told and one.host not in lost
    ]
    piles: dict[tuple[str, str], list[NotRun]] = {}
    for one in silent:
        why = OURS if one.reason == OURS else plain_reason(one.reason)
        if not (one.reason == OURS and one.partly):  # the rest was looked at; the row of the check says it
            piles.setdefault((_where(one.host, one.site, inventory), why), []).append(one)
    for (where, why), pile in piles.items():
        yield Unseen(where, why, tuple(dict.fromkeys(titles.get(one.check, one.check) for one in pile)))
