"""Render a health report as plain text, for the text part of a mail."""

import re
from collections.abc import Iterable, Iterator, Mapping
from textwrap import wrap

from checks import State
from inventory.model import Inventory
from reports.cards import SYMBOLS, label
from reports.format import in_templates
from reports.health_report import HealthReport, ReportBrand
from reports.language import Language
from reports.view import MAIL, View, make_context, view_of
from reports.view.model import Chart, ItemList, OwnerSites, Section, ShownCard, ShownPlace, ShownProblem, TextLine

COLUMNS = 72


def health_text(
    report: HealthReport, inventory: Inventory, titles: Mapping[str, str], brand: ReportBrand, language: Language
) -> str:
    """Return the report in lines of 72 columns, longer words excepted; `titles` are the titles of the checks."""
    return text_of(view_of(make_context(report, inventory, titles, language), MAIL[0]), brand, language)


def text_of(view: View, brand: ReportBrand, language: Language) -> str:
    """Return the text of a view."""
    blocks = _Blocks(view, brand, language).all()
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _wrapped(text: str, first: str = "", then: str | None = None) -> list[str]:
    further = " " * len(first) if then is None else then
    return wrap(
        re.sub(r"[ \t\r\n]+", " ", text).strip(" "),  # no-break spaces are kept
        COLUMNS,
        initial_indent=first,
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _title(text: str, under: str = "-") -> list[str]:
    lines = _wrapped(text)
    return [*lines, under * min(COLUMNS, max((len(line) for line in lines), default=0))]


class _Blocks:
    """Builds the blocks of the text, each a list of lines; an empty line separates blocks."""

    def __init__(self, view: View, brand: ReportBrand, language: Language) -> None:
        self.view = view
        self.brand = brand
        self.speak = in_templates(language)["_"]
        self.labels = {state: label(state, language) for state in State}

    def all(self) -> Iterator[list[str]]:
        """Yield the blocks in the order of the HTML report."""
        view = self.view
        yield _wrapped(self.brand.agency)
        yield [*_title(view.heading, "="), *_wrapped(view.about)]
        yield [*_wrapped(self._pair(self._state(view.state), view.lead)), *_wrapped(view.coverage.says)]
        yield from self._clients()
        yield from self._listing(view.changes.title, view.changes)
        if view.worked:
            yield from self._listing(self.speak("What was done"), view.done, view.hours)
        for section in (view.wanted, *view.sections):
            yield from self._section(section)
        yield from self._glance()
        for owner in view.owners:
            yield from self._owner(owner)
        yield _wrapped(view.places_more)
        yield from self._charts(view.charts)
        yield from self._listing(view.incidents.title, view.incidents)
        yield from self._maintenance()
        yield from self._coverage()
        yield from self._foot()

    def _pair(self, head: str, text: str) -> str:
        """Join a head and its text with the colon of the language."""
        return self.speak("{title}: {lead}").format(title=head, lead=text)

    def _state(self, state: State) -> str:
        return f"{SYMBOLS[state]} {self.labels[state]}"

    def _listing(self, title: str, listing: ItemList, more: Iterable[str] = ()) -> Iterator[list[str]]:
        more = [*more]
        if not (listing or more):
            return
        yield [*_title(title), *_wrapped(listing.intro), *self._lines(listing)]
        yield [line for sentence in more for line in _wrapped(sentence)]

    def _lines(self, listing: ItemList) -> list[str]:
        lines = [line for one in listing.lines for line in self._line(one)]
        return lines + _wrapped(listing.more, "* ")

    def _line(self, one: TextLine) -> list[str]:
        text = self._pair(f"{SYMBOLS[one.state]} {one.label}", one.text) if one.label else one.text
        return [*_wrapped(text, "* "), *_wrapped(one.note, "  ")]

    def _section(self, section: Section) -> Iterator[list[str]]:
        if not section:
            return
        yield [*_title(section.title), *_wrapped(section.intro)]
        for card in section.cards:
            yield self._card(card)
        yield _wrapped(section.more)

    def _card(self, card: ShownCard) -> list[str]:
        lines = [line for one in card.problems for line in self._problem(one)]
        lines += _wrapped(card.meaning, "  ")
        action = f"{self.speak('What to do:')} {card.action}" if card.action else ""
        return lines + _wrapped(action, "  ")

    def _problem(self, one: ShownProblem) -> list[str]:
        notes = " · ".join(part for part in (*one.tags, one.tickets, one.where) if part)
        lines = [*_wrapped(self._pair(self._state(one.state), one.headline)), *_wrapped(notes, "  ")]
        for entry in one.entries:
            notes = "".join(f" ({note})" for note in entry.notes)
            mark = f"{self._state(entry.state)}: " if one.mixed else ""
            lines += _wrapped(f"{mark}{entry.text}{notes}", "  - ")
        return lines + _wrapped(one.more, "  - ")

    def _clients(self) -> Iterator[list[str]]:
        if not self.view.clients:
            return
        yield _title(self.speak("All clients"))
        for client in self.view.clients:
            lines = [line for one in client.lines for line in _wrapped(one, "  ")]
            yield [*_wrapped(self._pair(self._state(client.state), client.title)), *lines]
        yield _wrapped(self.view.clients_more)

    def _glance(self) -> Iterator[list[str]]:
        if not self.view.glance:
            return
        lines = _title(self.speak("All sites at a glance"))
        for place in self.view.glance:
            remark = f" ({place.remark})" if place.remark else ""
            lines += _wrapped(self._pair(self._state(place.state), f"{place.title}{remark}"), then="  ")
        yield lines
        yield _wrapped(self.view.glance_more)

    def _owner(self, owner: OwnerSites) -> Iterator[list[str]]:
        yield [*_title(owner.title), *_wrapped(owner.hours)]
        for place in owner.places:
            yield from self._place(place)

    def _place(self, place: ShownPlace) -> Iterator[list[str]]:
        remark = f" ({place.remark})" if place.remark else ""
        lines = [*_wrapped(self._pair(self._state(place.state), place.name)), *_wrapped(f"{place.about}{remark}", "  ")]
        for row in place.rows:
            outside = f" ({self.speak('outside the contract')})" if row.outside else ""
            lines += _wrapped(self._pair(self._state(row.state), f"{row.title}{outside}"), "* ")
            lines += [line for one in row.lines for line in _wrapped(one, "    ")]
        yield lines
        if place.evidence:
            yield [*_wrapped(self.speak("Details for your engineer")), *self._evidence(place)]

    def _evidence(self, place: ShownPlace) -> list[str]:
        lines = []
        for topic in place.evidence:
            lines += _wrapped(topic.title, "  ")
            for one in topic.facts:
                measured = f" ({one.measured})" if one.measured else ""
                lines += _wrapped(self._pair(self._state(one.state), f"{one.summary}{measured}"), "  - ")
                lines += [line for text in (*one.details, one.more, one.remedy) for line in _wrapped(text, "      ")]
            lines += _wrapped(topic.more, "  - ")
        return lines

    def _charts(self, charts: Iterable[Chart]) -> Iterator[list[str]]:
        for number, chart in enumerate(charts):
            if not number:
                yield _title(self.speak("How it develops"))
            wide = max(len(bar.name) for bar in chart.bars)
            rows = [f"  {bar.name:{wide}}  {bar.value}  {bar.source}".rstrip() for bar in chart.bars]
            yield [*_wrapped(chart.title), *_wrapped(chart.says), *rows]

    def _maintenance(self) -> Iterator[list[str]]:
        if not self.view.maintenance:
            return
        yield _title(self.speak("Maintenance"))
        for one in self.view.maintenance:
            yield [*_wrapped(one.title), *(line for text in one.lines for line in _wrapped(text, "  "))]
        yield _wrapped(self.view.maintenance_means)

    def _coverage(self) -> Iterator[list[str]]:
        yield [*_title(self.speak("What was checked")), *_wrapped(self.view.coverage.says)]
        yield self._lines(self.view.coverage.missed)
        yield _wrapped(self.view.coverage.means)

    def _foot(self) -> Iterator[list[str]]:
        yield ["-" * COLUMNS]
        brand = self.brand
        lines = (*brand.footer, brand.url, brand.reply_to, self.view.round)
        yield [line for text in lines for line in _wrapped(text)]
