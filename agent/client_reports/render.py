"""Rendering of a report: its content in the reader's language and brand, as mail, page or PDF, and its images."""

import stat
import zlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import TemplateError

from agent.client_reports.build import build_report
from agent.store.reports import RenderedReport
from checks.phrases import Phrases
from inventory.model import Contact, Inventory
from inventory.reports import Reporting
from reports.health_report import HealthReport, Logo, Period, ReportBrand
from reports.html import TooLongError, health_html, health_mail
from reports.language import Language, language

if TYPE_CHECKING:
    from agent.store.store import Store

LARGEST = 200_000
"""Bytes of a logo at most, because it is part of every mail."""
WIDEST, HIGHEST = 240, 80
"""Pixels of a logo at most, as shown; a larger file is scaled down and stays sharp on high-density screens."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEAD = 33  # bytes of the signature and of the first chunk, IHDR
_END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
_BIGGEST = 4_096  # pixels to each side


class BrandError(Exception):
    """A logo cannot be used; the message names the file and what is allowed."""


def brand_of(inventory: Inventory, client: str | None) -> ReportBrand:
    """Return the brand of a client's reports, or for None of the agency's overview. Raises BrandError."""
    own = inventory.clients[client].brand if client is not None else None
    agency = inventory.brand
    brand = own.over(agency) if own else agency
    mail = inventory.services.mail
    values = {"colour": brand.colour} if brand.colour else {}
    return ReportBrand(
        agency=brand.name or "",
        logo=logo(agency.logo, "logo.png") if agency.logo else None,
        client_logo=logo(own.logo, "client-logo.png") if own and own.logo else None,
        footer=brand.footer,
        url=brand.url or "",
        reply_to=(mail.reply_to or mail.sender.email) if mail else "",
        **values,
    )


def templates_of(inventory: Inventory, client: str | None) -> Path | None:
    """Return the folder of templates that override ours in a client's reports. None: there is none."""
    agency = inventory.brand
    return (inventory.clients[client].brand.over(agency) if client is not None else agency).templates


def logo(path: Path, name: str) -> Logo:
    """Return a PNG file as an inline image with its size as shown. Raises BrandError."""
    data = _read(path)
    width, height = _size(path, data)
    scale = max(width / WIDEST, height / HIGHEST, 1)
    return Logo(name, data, max(1, round(width / scale)), max(1, round(height / scale)))


def _read(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BrandError(f"the logo {path} is not a file")
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise BrandError(f"the logo {path} cannot be read: {error.strerror}") from error
    if len(data) > LARGEST:
        raise BrandError(f"the logo {path} is larger than {LARGEST // 1000} kB, and it travels with every mail")
    return data


def _size(path: Path, data: bytes) -> tuple[int, int]:
    """Return width and height in pixels from the file's header."""
    if not data.startswith(_SIGNATURE):
        raise BrandError(f"the logo {path} is not a PNG file: mail programs show these everywhere")
    head = data[len(_SIGNATURE) : _HEAD]
    whole = len(head) == _HEAD - len(_SIGNATURE) and head[:8] == b"\x00\x00\x00\rIHDR" and data.endswith(_END)
    if not whole or zlib.crc32(head[4:21]) != int.from_bytes(head[21:]):
        raise BrandError(f"the logo {path} is damaged or cut short: export it as PNG again")
    width, height = int.from_bytes(head[8:12]), int.from_bytes(head[12:16])
    if not (0 < width <= _BIGGEST and 0 < height <= _BIGGEST):
        raise BrandError(f"the logo {path} is {width} by {height} pixels: 1 to {_BIGGEST} to each side will do")
    return width, height


CIDS: Mapping[str, str] = {"logo": "logo", "client_logo": "client-logo"}
"""Content-IDs of the images in a mail."""


class RenderError(Exception):
    """A report cannot be rendered; the message says which and why."""


@dataclass(frozen=True, slots=True)
class ReportRenderer:
    """Renders reports over one store and inventory.

    `titles` are the checks' names for people, `phrases` the client words that they bring, by check.
    """

    store: "Store"
    inventory: Inventory
    titles: Mapping[str, str]
    phrases: Mapping[str, Phrases]

    def mail(self, client: str | None, period: Period, at: datetime) -> RenderedReport:
        """Return a report as it is mailed. Raises RenderError, StoreError."""
        report, brand, language_ = self._content(client, period, at)
        titles = translated(self.titles, language_)
        try:
            bodies = health_mail(
                report,
                self.inventory,
                titles,
                brand,
                language_,
                cids=CIDS,
                templates=templates_of(self.inventory, client),
            )
        except (TooLongError, TemplateError) as error:
            raise RenderError(f"the report for {client or 'the agency'} cannot be made: {error}") from error
        return RenderedReport(
            client=client,
            period=period,
            round_id=report.shown.round.id or 0,
            subject=bodies.subject,
            html=bodies.html,
            text=bodies.text,
            language=language_.code,
            recipients=self._recipients(client),
        )

    def page(self, client: str | None, period: Period, at: datetime) -> str:
        """Return a report as a self-contained HTML page with all details. Raises RenderError, StoreError."""
        report, brand, language_ = self._content(client, period, at)
        titles, templates = translated(self.titles, language_), templates_of(self.inventory, client)
        try:
            return health_html(report, self.inventory, titles, brand, language_, templates=templates)
        except TemplateError as error:
            raise RenderError(f"the report for {client or 'the agency'} cannot be made: {error}") from error

    def reporting(self, client: str | None) -> Reporting:
        """Return the report settings of a client, or for None of the agency."""
        return self.inventory.report if client is None else self.inventory.clients[client].report

    def _content(self, client: str | None, period: Period, at: datetime) -> tuple[HealthReport, ReportBrand, Language]:
        try:
            brand = brand_of(self.inventory, client)
        except BrandError as error:
            raise RenderError(str(error)) from error
        code = self.inventory.clients[client].language if client is not None else "en"
        language_ = language(code, self.reporting(client).zone, self.phrases)
        return build_report(self.store, self.inventory, client, period, at), brand, language_

    def _recipients(self, client: str | None) -> tuple[Contact, ...]:
        """Return the recipients, with the names that their addresses have among the contacts."""
        contacts = self.inventory.clients[client].contacts if client is not None else ()
        names = {one.email.casefold(): one.name for one in contacts}
        return tuple(Contact(names.get(one.casefold(), ""), one) for one in self.reporting(client).to)


def translated(titles: Mapping[str, str], language_: Language) -> Mapping[str, str]:
    """Return the checks' titles in a language; those of third parties stay as they are."""
    return {name: language_(title) for name, title in titles.items()}


def render_pdf(html: str, pictures: Mapping[str, bytes]) -> bytes:
    """Return the PDF of a report's HTML, its images by Content-ID. It loads nothing external. Raises RenderError.

    The same HTML makes the same PDF.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise RenderError(f"a PDF needs WeasyPrint: pip install 'siterounds[pdf]' ({error})") from error
    for cid, png in pictures.items():
        html = html.replace(f'"cid:{cid}"', f'"data:image/png;base64,{b64encode(png).decode()}"')
    fetcher = URLFetcher(allowed_protocols=("data",))
    name = sha256(html.encode()).digest()[:16]
    pdf: bytes = HTML(string=html, url_fetcher=fetcher).write_pdf(
        pdf_variant="pdf/ua-1", pdf_identifier=name, presentational_hints=True
    )
    return pdf
