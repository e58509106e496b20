"""A health report as HTML: one design for the mail and for the file, made for the mail programs that know least."""

from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import css_inline
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined

from checks import State
from inventory.model import Inventory
from reports.cards import SYMBOLS, label
from reports.filling import in_templates
from reports.health import Brand, HealthReport, Logo
from reports.language import Language
from reports.palette import DARK, LIGHT, SIZES
from reports.view import MAIL, Telling, View, told, view_of
from reports.view.weighing import weight

TYPICAL = 60_000
"""Bytes that a mail's HTML should keep to."""
LONGEST = 90_000
"""Bytes that it has to keep to: beyond about 100 kB programs cut it off."""
NO_CIDS: Mapping[str, str] = MappingProxyType({})

_inliner = css_inline.CSSInliner(keep_style_tags=False, load_remote_stylesheets=False, minify_css=True)


class TooLongError(ValueError):
    """A report that stays too long for a mail, whatever is left out; templates of one's own may make it so."""


def health_html(
    report: HealthReport,
    inventory: Inventory,
    titles: Mapping[str, str],
    brand: Brand,
    language: Language,
    *,
    mail: bool = False,
    cids: Mapping[str, str] = NO_CIDS,
    templates: Path | None = None,
) -> str:
    """The report; `titles` are the checks' names for people.

    A mail names its pictures by content ID: `cids` has one for "logo" and "client_logo" where they travel along. The
    file has its pictures in it, and shows everything. `templates` is a folder whose files stand in for ours of the same
    name, which they can extend as "ours/report.html.j2". Raises TooLongError, and jinja2.TemplateError for what is
    wrong with such a file.
    """
    telling = told(report, inventory, titles, language)
    if not mail:
        return _rendered(view_of(telling), brand, language, templates, _embedded(brand))
    html, _ = fitting_mail(telling, brand, cids, templates)
    return html


def fitting_mail(
    telling: Telling, brand: Brand, cids: Mapping[str, str] = NO_CIDS, templates: Path | None = None
) -> tuple[str, View]:
    """The mail's HTML that tells as much as it may, and the view that it shows. Raises as `health_html` does."""
    language = telling.language
    logos = {name: f"cid:{cids[name]}" for name in _logos(brand) if name in cids}
    before = None
    for limits in MAIL[:-1]:
        view = view_of(telling, limits)
        if view != before and weight(view) <= TYPICAL:
            html = _rendered(view, brand, language, templates, logos, mail=True)
            if len(html.encode()) <= TYPICAL:
                return html, view
        before = view
    view = view_of(telling, MAIL[-1])
    html = _rendered(view, brand, language, templates, logos, mail=True)
    if (length := len(html.encode())) > LONGEST:
        raise TooLongError(f"the mail's HTML is {length:,} bytes long; {LONGEST:,} are the most")
    return html, view


def _rendered(
    view: View,
    brand: Brand,
    language: Language,
    templates: Path | None,
    logos: Mapping[str, str],
    *,
    mail: bool = False,
) -> str:
    return _inliner.inline(_page(view, brand, language, templates, logos, mail=mail))


def _page(
    view: View,
    brand: Brand,
    language: Language,
    templates: Path | None,
    logos: Mapping[str, str],
    *,
    mail: bool,
) -> str:
    """The page whose looks are still rules."""
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


def _logos(brand: Brand) -> Mapping[str, Logo]:
    logos = {"logo": brand.logo, "client_logo": brand.client_logo}
    return {name: logo for name, logo in logos.items() if logo is not None}


def _embedded(brand: Brand) -> Mapping[str, str]:
    return {name: _data(logo) for name, logo in _logos(brand).items()}


def _data(logo: Logo) -> str:
    return f"data:image/png;base64,{b64encode(logo.data).decode()}"


@lru_cache(maxsize=32)
def _environment(templates: Path | None) -> Environment:
    ours = PackageLoader("reports")
    loader = ChoiceLoader([*([FileSystemLoader(templates)] if templates else []), ours, PrefixLoader({"ours": ours})])
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
