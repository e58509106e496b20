"""How long a view will be as HTML, roughly, before anybody renders it."""

from collections.abc import Iterable

from reports.view.parts import Listing, Section, ShownPlace, View

_PAGE = 9_000
_CARD, _PROBLEM, _ENTRY, _LINE, _GLANCE, _PLACE, _ROW, _FACT, _BAR = 500, 500, 150, 250, 450, 450, 600, 270, 680


def weight(view: View) -> int:
    """Bytes, give or take a tenth."""
    listings = (view.changes, view.done, view.incidents, view.coverage.missed)
    total = _PAGE + sum(_listing(one) for one in listings)
    total += sum(_section(one) for one in (view.wanted, *view.sections))
    total += sum(_GLANCE + _length((one.title,)) for one in view.glance)
    total += sum(_GLANCE + _length((one.title, *one.lines)) for one in view.clients)
    total += sum(_place(place) for owner in view.owners for place in owner.places)
    total += sum(_BAR * len(chart.bars) for chart in view.charts)
    return total + total // 12


def _listing(listing: Listing) -> int:
    return sum(_LINE + _length((line.text, line.note)) for line in listing.lines)


def _section(section: Section) -> int:
    total = 0
    for card in section.cards:
        total += _CARD + _length((card.meaning, card.action))
        for one in card.problems:
            total += _PROBLEM + _length((one.where, one.headline))
            total += sum(_ENTRY + _length((entry.text, *entry.notes)) for entry in one.entries)
    return total


def _place(place: ShownPlace) -> int:
    total = _PLACE + sum(_ROW + _length(row.lines) for row in place.rows)
    for topic in place.evidence:
        total += sum(_FACT + _length((one.summary, *one.details, one.remedy)) for one in topic.facts)
    return total


def _length(texts: Iterable[str]) -> int:
    return sum(len(text.encode()) for text in texts)
