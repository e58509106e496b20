"""The input that all parts of a view share, its limits, and the small phrases used by several parts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory.model import Inventory
from reports.cards import TICKETS, Card
from reports.format import isolated, short, translate, translate_plural
from reports.health_report import HealthReport
from reports.language import Language
from reports.model import FindingKey, ReportedFinding, Round
from reports.site_checks import PlaceView


@dataclass(frozen=True, slots=True)
class DisplayLimits:
    """How much is shown at most; the view states how much is left out."""

    cards: int  # in a section
    entries: int  # in a card
    lines: int  # in any list of changes or incidents
    glance: int  # sites in the list of all
    places: int  # sites with their checks
    facts: int  # an engineer's, for a check of a place
    well: bool  # whether findings in order are shown, too
    details: int  # lines to a fact
    charts: int  # disks
    points: int  # to a chart
    letters: int  # characters of a line for engineers
    full: bool = False  # the file: there is no fuller report to refer to


FULL = DisplayLimits(60, 20, 60, 2000, 2000, 100, True, 20, 40, 12, 2000, full=True)
"""The limits of the HTML file."""

MAIL = (
    DisplayLimits(20, 10, 12, 60, 12, 8, True, 8, 6, 8, 240),
    DisplayLimits(16, 8, 10, 60, 8, 5, False, 6, 4, 6, 200),
    DisplayLimits(12, 6, 8, 60, 5, 4, False, 4, 3, 6, 180),
    DisplayLimits(10, 5, 8, 60, 3, 3, False, 3, 2, 6, 160),
    DisplayLimits(8, 4, 6, 60, 1, 3, False, 2, 1, 5, 140),
    DisplayLimits(5, 3, 5, 40, 0, 0, False, 0, 1, 4, 120),
    DisplayLimits(3, 2, 3, 10, 0, 0, False, 0, 0, 4, 100),
)
"""The limits of a mail, tried in this order until it is small enough."""

_SITES = 3  # named beside a server


@dataclass(frozen=True, slots=True)
class ViewContext:
    """The context of one report: its reader, its language and its limits."""

    report: HealthReport
    inventory: Inventory
    titles: Mapping[str, str]  # the checks' names for people
    language: Language
    theirs: Sequence[Card]  # what the client has to decide
    others: Sequence[Card]
    places: Sequence[PlaceView]
    newest: Mapping[FindingKey, ReportedFinding]  # by place
    urls: Mapping[str, Sequence[str]]  # of the sites that the report is about, by host
    limits: DisplayLimits

    @property
    def shown(self) -> Round:
        """The newest round of the period."""
        return self.report.shown

    def name(self, text: str, most: int = 160) -> str:
        """A name from elsewhere, isolated so that it does not reorder the text next to it."""
        return isolated(short(text, most), self.language.right_to_left)

    def title(self, check: str) -> str:
        """Return the translated title of a check."""
        return self.language(self.titles.get(check, check))

    def more(self, count: int) -> str:
        """Return the sentence that `count` items are left out; "" if none are."""
        if count <= 0:
            return ""
        if self.limits.full:
            return translate(self.language, "Not shown here: {count}", count=self.language.number(count))
        return translate_plural(
            self.language, "{count} more in the full report.", "{count} more in the full report.", count
        )

    def where(self, host: str | None, site: str | None) -> str:
        """Return the URL of a site, with its client in the agency's report; or the server."""
        known = self.inventory.sites.get(site or "")
        if known is not None:
            url = self.name(known.url.removeprefix("https://"))
            if self.report.client is not None:
                return url
            client = short(self.inventory.clients[known.client].title or known.client, 60)
            return translate(self.language, "{client}: {site}", client=client, site=url)
        if site:
            return self.name(site)
        return translate(self.language, "Server {name}", name=host) if host else self.language("Contract")

    def of_card(self, card: Card) -> str:
        """Return the place of a card: a site, or a server with those of its sites that the report covers."""
        if card.host is None and card.client in self.inventory.clients:
            client = self.inventory.clients[card.client or ""].title
            return translate(self.language, "Contract of {client}", client=client)
        if card.host is None and card.client is None and card.site is None:
            return "siterounds"
        urls = self.urls.get(card.host or "", ())
        if card.site is not None or not urls:
            return self.where(card.host, card.site)
        listed = ", ".join(short(url.removeprefix("https://"), 60) for url in urls[:_SITES])
        listed += ", …" if len(urls) > _SITES else ""
        return translate(self.language, "Server {name}, with {sites}", name=card.host, sites=short(listed, 160))

    def seen(self, at: datetime, number: int | None) -> str:
        """Return the day and the number of a round."""
        if not number:
            return self.language.day(at)
        return translate(self.language, "{day}, round {number}", day=self.language.day(at), number=str(number))

    def tickets(self, numbers: tuple[int, ...]) -> str:
        """Return the ticket numbers as text; "" if there are none."""
        if not numbers:
            return ""
        if len(numbers) == 1:
            return translate(self.language, "ticket {number}", number=str(numbers[0]))
        listed = ", ".join(map(str, numbers[:TICKETS])) + (", …" if len(numbers) > TICKETS else "")
        return translate(self.language, "tickets {numbers}", numbers=listed)
