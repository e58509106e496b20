"""Both bodies of a mail, HTML and text, made from one view so that they say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from inventory.model import Inventory
from reports.filling import said
from reports.health import Brand, HealthReport
from reports.health_html import NO_CIDS, fitting_mail
from reports.health_text import text_of
from reports.language import Language
from reports.view import told


@dataclass(frozen=True, slots=True)
class Bodies:
    """What a mail says. `subject` is whose report it is, and how things are."""

    subject: str
    html: str
    text: str


def health_mail(
    report: HealthReport,
    inventory: Inventory,
    titles: Mapping[str, str],
    brand: Brand,
    language: Language,
    *,
    cids: Mapping[str, str] = NO_CIDS,
    templates: Path | None = None,
) -> Bodies:
    """The bodies; arguments and errors are those of `health_html`."""
    html, view = fitting_mail(told(report, inventory, titles, language), brand, cids, templates)
    subject = said(language, "{title}: {lead}", title=view.heading, lead=view.lead)
    return Bodies(subject, html, text_of(view, brand, language))
