"""The HTML report of a round: one file, nothing loaded from elsewhere, in words that need no technician."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from checks import State
from inventory.model import Inventory
from reports.model import DueCheck, ReportedFinding, Round
from reports.wording import Words, says, words_for

LABELS = {State.OK: "In order", State.WARNING: "Look at soon", State.UNKNOWN: "Not checked", State.CRITICAL: "Act now"}
SYMBOLS = {State.OK: "✓", State.WARNING: "!", State.UNKNOWN: "?", State.CRITICAL: "✕"}
SHOWN = 60
"""Findings a section shows; how many more there are is said."""

_environment = Environment(
    loader=PackageLoader("reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Told:
    """A finding with its words for a client."""

    finding: ReportedFinding
    words: Words
    where: str

    @property
    def state(self) -> State:
        """How it is."""
        return self.finding.state

    @property
    def label(self) -> str:
        """The state in a client's words."""
        return LABELS[self.finding.state]

    @property
    def symbol(self) -> str:
        """The state as a sign beside its colour."""
        return SYMBOLS[self.finding.state]


@dataclass(frozen=True, slots=True)
class Section:
    """Findings of one urgency."""

    title: str
    intro: str
    told: tuple[Told, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One check of one site, in a line."""

    title: str
    says: str
    state: State
    label: str
    symbol: str


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One site, with the checks of its host."""

    client: str
    name: str
    about: str
    state: State
    rows: tuple[Row, ...]


def html_report(shown: Round, inventory: Inventory, titles: Mapping[str, str], client: str | None = None) -> str:
    """The report; `titles` are the checks' names for people, `client` is the one it is for, None the agency."""
    told = tuple(_told(finding, inventory) for finding in shown.findings)
    return _environment.get_template("report.html.j2").render(
        shown=shown,
        title=f"Health report for {inventory.clients[client].title}" if client else "Health report for all sites",
        lead=_lead(shown),
        coverage=_coverage(shown),
        sections=tuple(_sections(told)),
        places=tuple(_places(shown, inventory, titles)),
        day=lambda at: f"{at.day} {at:%B %Y}",
        clock=lambda at: f"{at:%H:%M}",
    )


def _told(finding: ReportedFinding, inventory: Inventory) -> Told:
    site = inventory.sites.get(finding.site or "")
    where = f"{site.url} (site {site.name})" if site else f"server {finding.host}"
    return Told(finding, words_for(finding), where)


def _lead(shown: Round) -> str:
    counts = {state: sum(1 for one in shown.findings if one.state is state) for state in State}
    unseen = bool(shown.coverage.not_run)
    if counts[State.CRITICAL]:
        return _count(counts[State.CRITICAL], "One thing needs action now.", "{} things need action now.")
    if counts[State.WARNING]:
        return _count(counts[State.WARNING], "One thing to look at soon.", "{} things to look at soon.")
    if not shown.findings:
        return "Nothing could be checked." if shown.coverage.due else "Nothing was due."
    if unseen:
        return "What we could check is in order, but not everything could be checked."
    return "Everything is in order."


def _coverage(shown: Round) -> str:
    coverage = shown.coverage
    if coverage.ran == coverage.due and not coverage.partly:
        return _count(coverage.due, "The one check that was due ran.", "All {} checks ran.")
    if coverage.partly:
        return f"{coverage.ran} of {coverage.due} checks ran; {coverage.partly} of them could see a part only."
    return f"{coverage.ran} of {coverage.due} checks ran."


def _count(number: int, one: str, many: str) -> str:
    return one if number == 1 else many.format(number)


def _sections(told: Iterable[Told]) -> Iterator[Section]:
    kinds = (
        (State.CRITICAL, "Needs action now", ""),
        (State.WARNING, "Should be looked at soon", ""),
        (
            State.UNKNOWN,
            "Could not be checked",
            "Neither bad news nor good news: we could not look.",
        ),
    )
    told = tuple(told)
    for state, title, intro in kinds:
        these = tuple(one for one in told if one.state is state)
        more = len(these) - SHOWN
        yield Section(title, intro, these[:SHOWN], f"{more} more are in the technical report." if more > 0 else "")


def _places(shown: Round, inventory: Inventory, titles: Mapping[str, str]) -> Iterator[PlaceView]:
    sites = dict.fromkeys(one.site for one in shown.coverage.checks if one.site)
    of_sites = [inventory.sites[name] for name in sites if name in inventory.sites]
    for site in sorted(of_sites, key=lambda one: inventory.clients[one.client].title):
        rows = tuple(_rows(shown, site.host, site.name, titles))
        about = f"{site.url}, on server {site.host}"
        yield PlaceView(inventory.clients[site.client].title, site.name, about, _worst(row.state for row in rows), rows)
    standing = {site.host for site in of_sites}
    for host in dict.fromkeys(one.host for one in shown.coverage.checks if one.host not in standing):
        rows = tuple(_rows(shown, host, None, titles))
        yield PlaceView("", host, "server", _worst(row.state for row in rows), rows)


def _rows(shown: Round, host: str, site: str | None, titles: Mapping[str, str]) -> Iterator[Row]:
    for due in shown.coverage.checks:
        if due.host != host or due.site not in (None, site):
            continue
        findings = [one for one in shown.findings if DueCheck(one.host, one.site, one.check) == due]
        missed = [one for one in shown.coverage.not_run if DueCheck(one.host, one.site, one.check) == due]
        state = _worst(one.state for one in findings)
        if not findings or (missed and state.severity < State.UNKNOWN.severity):
            state = State.UNKNOWN
        title = titles.get(due.check, due.check)
        yield Row(title, says(findings, missed), state, LABELS[state], SYMBOLS[state])


def _worst(states: Iterable[State]) -> State:
    return max(states, key=lambda state: state.severity, default=State.UNKNOWN)
