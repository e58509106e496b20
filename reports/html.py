"""The HTML report of a round, as `run` and `report` write it, in the colours of all pages."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import css_inline
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

from checks import State
from inventory.model import Inventory
from reports.audience import told_to_client
from reports.cards import SYMBOLS, label
from reports.format import in_templates, translate
from reports.health_report import HealthReport, Logo, Period, ReportBrand, ReportedChange
from reports.language import ENGLISH, Language
from reports.model import Round, key_of
from reports.text import text_of
from reports.view import MAIL, View, ViewContext, make_context, view_of
from reports.view.model import ItemList, Section, ShownPlace

SIZES: Mapping[str, str] = {"small": "13px/20px", "text": "15px/23px", "title": "18px/26px", "lead": "24px/31px"}
"""The one typographic scale: size and height of a line."""

LIGHT: Mapping[str, str] = {
    "ink": "#1d2329", "soft": "#56616c", "paper": "#f1f2ef", "sheet": "#fffffe", "card": "#f8f9f7", "line": "#dde1de",
    "ok": "#1c6b3a", "ok-bg": "#e4f2e8", "warning": "#7a4b00", "warning-bg": "#fdf0d5",
    "critical": "#a3161f", "critical-bg": "#fce4e4", "unknown": "#4b3f86", "unknown-bg": "#eae7f7",
    "bar": "#5f7f9e", "track": "#dfe5ea",
}  # fmt: skip
"""By day, and on paper. No pure white or black: programs that invert colours by themselves leave those alone."""

DARK: Mapping[str, str] = {
    "ink": "#e8eaed", "soft": "#a5afb9", "paper": "#15191d", "sheet": "#1e2429", "card": "#252c32", "line": "#39424a",
    "ok": "#8fd6a6", "ok-bg": "#173524", "warning": "#f2c470", "warning-bg": "#3d2d0c",
    "critical": "#ff9a9a", "critical-bg": "#461a1d", "unknown": "#c5bcf5", "unknown-bg": "#2c2750",
    "bar": "#86a9cb", "track": "#39424a",
}  # fmt: skip
"""By night."""

TEXT_ON: tuple[tuple[str, str], ...] = (
    *((text, ground) for text in ("ink", "soft") for ground in ("paper", "sheet", "card")),
    *((str(state), f"{state}-bg") for state in State),
    *((str(state), "sheet") for state in State),
    *((str(state), "card") for state in State),
)
"""Which text stands on which ground."""


_PAGE = 9_000
_CARD, _PROBLEM, _ENTRY, _LINE, _GLANCE, _PLACE, _ROW, _FACT, _BAR = 500, 500, 150, 250, 450, 450, 600, 270, 680


def weight(view: View) -> int:
    """Estimate the size of the HTML in bytes, to within about 10 %."""
    listings = (view.changes, view.done, view.incidents, view.coverage.missed)
    total = _PAGE + sum(_listing(one) for one in listings)
    total += sum(_section(one) for one in (view.wanted, *view.sections))
    total += sum(_GLANCE + _length((one.title,)) for one in view.glance)
    total += sum(_GLANCE + _length((one.title, *one.lines)) for one in view.clients)
    total += sum(_place(place) for owner in view.owners for place in owner.places)
    total += sum(_BAR * len(chart.bars) for chart in view.charts)
    return total + total // 12


def _listing(listing: ItemList) -> int:
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


TYPICAL = 60_000
"""The size in bytes that a mail's HTML is shortened to where limits allow."""
LONGEST = 90_000
"""The maximal size in bytes of a mail's HTML: mail programs clip it at about 100 kB."""
NO_CIDS: Mapping[str, str] = MappingProxyType({})

_inliner = css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False, minify_css=True)


class TooLongError(ValueError):
    """A report is too long for a mail under the tightest limits; custom templates can cause it."""


def health_html(
    report: HealthReport,
    inventory: Inventory,
    titles: Mapping[str, str],
    brand: ReportBrand,
    language: Language,
    *,
    mail: bool = False,
    cids: Mapping[str, str] = NO_CIDS,
    templates: Path | None = None,
) -> str:
    """Return the report as HTML; `titles` are the titles of the checks by name.

    A mail names its pictures by content ID: `cids` has one for "logo" and "client_logo" where they travel along. The
    file has its pictures in it, and shows everything. `templates` is a folder whose files stand in for ours of the same
    name, which they can extend as "ours/report.html.j2". Raises TooLongError, and jinja2.TemplateError for what is
    wrong with such a file.
    """
    context = make_context(report, inventory, titles, language)
    if not mail:
        return _rendered(view_of(context), brand, language, templates, _embedded(brand))
    html, _ = fitting_mail(context, brand, cids, templates)
    return html


def fitting_mail(
    context: ViewContext, brand: ReportBrand, cids: Mapping[str, str] = NO_CIDS, templates: Path | None = None
) -> tuple[str, View]:
    """Return the longest HTML that fits a mail, and its view. Raises what `health_html` raises."""
    language = context.language
    logos = {name: f"cid:{cids[name]}" for name in _logos(brand) if name in cids}
    before = None
    for limits in MAIL[:-1]:
        view = view_of(context, limits)
        if view != before and weight(view) <= TYPICAL:
            html = _rendered(view, brand, language, templates, logos, mail=True)
            if len(html.encode()) <= TYPICAL:
                return html, view
        before = view
    view = view_of(context, MAIL[-1])
    html = _rendered(view, brand, language, templates, logos, mail=True)
    if (length := len(html.encode())) > LONGEST:
        raise TooLongError(f"the mail's HTML is {length:,} bytes long; {LONGEST:,} are the most")
    return html, view


def _rendered(
    view: View,
    brand: ReportBrand,
    language: Language,
    templates: Path | None,
    logos: Mapping[str, str],
    *,
    mail: bool = False,
) -> str:
    return _inliner.inline(_page(view, brand, language, templates, logos, mail=mail))


def _page(
    view: View,
    brand: ReportBrand,
    language: Language,
    templates: Path | None,
    logos: Mapping[str, str],
    *,
    mail: bool,
) -> str:
    """Return the page before its CSS rules are inlined."""
    backwards = language.right_to_left
    page = _environment(templates).get_template("report.html.j2")
    return page.render(
        **in_templates(language),
        view=view,
        brand=brand,
        colour=brand.colour,
        logos={"logo": "", "client_logo": "", **logos},
        mail=mail,
        lang=language.code,
        dir="rtl" if backwards else "ltr",
        start="right" if backwards else "left",
        end="left" if backwards else "right",
        symbols=SYMBOLS,
        labels={state: label(state, language) for state in State},
        states=[str(state) for state in State],
        light=LIGHT,
        dark=DARK,
        sizes=SIZES,
    )


def _logos(brand: ReportBrand) -> Mapping[str, Logo]:
    logos = {"logo": brand.logo, "client_logo": brand.client_logo}
    return {name: logo for name, logo in logos.items() if logo is not None}


def _embedded(brand: ReportBrand) -> Mapping[str, str]:
    return {name: _data(logo) for name, logo in _logos(brand).items()}


def _data(logo: Logo) -> str:
    return f"data:image/png;base64,{b64encode(logo.data).decode()}"


@lru_cache(maxsize=32)
def _environment(templates: Path | None) -> Environment:
    ours = PackageLoader("reports")
    loader = ChoiceLoader([*([FileSystemLoader(templates)] if templates else []), ours, PrefixLoader({"ours": ours})])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


OURS = ReportBrand()
"""The empty brand: no name, no logo."""


def html_report(
    shown: Round,
    inventory: Inventory,
    titles: Mapping[str, str],
    client: str | None = None,
    language: Language = ENGLISH,
) -> str:
    """Return one round as HTML; `titles` are the titles of the checks by name. `client`: None means the agency."""
    if client is not None:
        shown = told_to_client(shown, language)
    return health_html(health_of(shown, inventory, client), inventory, titles, OURS, language)


def health_of(shown: Round, inventory: Inventory, client: str | None = None) -> HealthReport:
    """Return the health report of a single round, without history. `client`: None means all."""
    known = inventory.clients.get(client or "")
    info = shown.round
    standings = {one.client: one for one in shown.contracts}
    return HealthReport(
        client=client,
        title=known.title if known else client or "",
        period=Period("round", info.ended_at.date().isoformat(), None, info.ended_at),
        shown=shown,
        rounds=1,
        happened=_changes(shown),
        standing=standings.get(client or ""),
    )


def _changes(shown: Round) -> tuple[ReportedChange, ...]:
    """Return the changes of this round; none for the first round, in which everything is new."""
    info = shown.round
    if info.id is None or info.id == 1:
        return ()
    kinds = {key_of(one): one.finding.kind for one in shown.findings}
    return tuple(
        ReportedChange(one, one.change, info.ended_at, info.id, kinds.get(key_of(one), ""))
        for one in shown.incidents
        if one.change is not None
    )


@dataclass(frozen=True, slots=True)
class Bodies:
    """The text of a mail. `subject` names the report's brand and the overall state."""

    subject: str
    html: str
    text: str


def health_mail(
    report: HealthReport,
    inventory: Inventory,
    titles: Mapping[str, str],
    brand: ReportBrand,
    language: Language,
    *,
    cids: Mapping[str, str] = NO_CIDS,
    templates: Path | None = None,
) -> Bodies:
    """Return the mail of a report. Arguments and errors are those of `health_html`."""
    html, view = fitting_mail(make_context(report, inventory, titles, language), brand, cids, templates)
    subject = translate(language, "{title}: {lead}", title=view.heading, lead=view.lead)
    return Bodies(subject, html, text_of(view, brand, language))
