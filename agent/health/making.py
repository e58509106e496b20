"""A report made: gathered, put into the words and the looks of its reader, and filed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from jinja2 import TemplateError

from agent.health.branding import BrandError, brand_of, templates_of
from agent.health.gathering import gather
from agent.store.reports import Rendered
from inventory.model import Contact, Inventory
from inventory.reporting import Reporting
from reports.health import Brand, HealthReport, Period
from reports.health_html import TooLongError, health_html
from reports.health_mail import health_mail
from reports.language import Language, language

if TYPE_CHECKING:
    from agent.store.store import Store

CIDS: Mapping[str, str] = {"logo": "logo", "client_logo": "client-logo"}
"""By which the mail names its pictures."""


class MakingError(Exception):
    """A report cannot be made; the message says whose and why."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What every report is made with. `titles` are the checks' names for people."""

    store: "Store"
    inventory: Inventory
    titles: Mapping[str, str]

    def made(self, client: str | None, period: Period, at: datetime) -> Rendered:
        """A report as it will be mailed; raises MakingError, StoreError."""
        report, brand, tongue = self._scene(client, period, at)
        titles = translated(self.titles, tongue)
        try:
            bodies = health_mail(
                report, self.inventory, titles, brand, tongue, cids=CIDS, templates=templates_of(self.inventory, client)
            )
        except (TooLongError, TemplateError) as error:
            raise MakingError(f"the report for {client or 'the agency'} cannot be made: {error}") from error
        return Rendered(
            client=client,
            period=period,
            round_id=report.shown.round.id or 0,
            subject=bodies.subject,
            html=bodies.html,
            text=bodies.text,
            language=tongue.code,
            recipients=self._recipients(client),
        )

    def page(self, client: str | None, period: Period, at: datetime) -> str:
        """The same as a file by itself, in which nothing is left out; raises MakingError, StoreError."""
        report, brand, tongue = self._scene(client, period, at)
        titles, templates = translated(self.titles, tongue), templates_of(self.inventory, client)
        try:
            return health_html(report, self.inventory, titles, brand, tongue, templates=templates)
        except TemplateError as error:
            raise MakingError(f"the report for {client or 'the agency'} cannot be made: {error}") from error

    def reporting(self, client: str | None) -> Reporting:
        """When and how a client is told, or the agency itself."""
        return self.inventory.report if client is None else self.inventory.clients[client].report

    def _scene(self, client: str | None, period: Period, at: datetime) -> tuple[HealthReport, Brand, Language]:
        try:
            brand = brand_of(self.inventory, client)
        except BrandError as error:
            raise MakingError(str(error)) from error
        code = self.inventory.clients[client].language if client is not None else "en"
        tongue = language(code, self.reporting(client).zone)
        return gather(self.store, self.inventory, client, period, at), brand, tongue

    def _recipients(self, client: str | None) -> tuple[Contact, ...]:
        """Who gets it, by the names that their addresses have among the contacts."""
        contacts = self.inventory.clients[client].contacts if client is not None else ()
        names = {one.email.casefold(): one.name for one in contacts}
        return tuple(Contact(names.get(one.casefold(), ""), one) for one in self.reporting(client).to)


def translated(titles: Mapping[str, str], tongue: Language) -> Mapping[str, str]:
    """The checks' names as people of that language say them; a third party's stay as they are."""
    return {name: tongue(title) for name, title in titles.items()}
