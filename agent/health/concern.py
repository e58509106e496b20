"""What a report is about: the hosts and sites of one client, or everything."""

from dataclasses import dataclass

import sqlalchemy as sa

from agent.store import tables
from inventory.model import Inventory
from reports.language import Language
from reports.language import language as language_of


@dataclass(frozen=True, slots=True)
class Concern:
    """Whom a report is for, and what of the inventory it is about. `client` is None where it is about everything."""

    client: str | None
    hosts: tuple[str, ...]
    sites: tuple[str, ...]
    language: Language
    zone: str

    @property
    def subjects(self) -> tuple[str, ...]:
        """What problems are kept under."""
        own = (f"client:{self.client}",) if self.client else ()
        return (*own, *(f"host:{host}" for host in self.hosts), *(f"site:{site}" for site in self.sites))

    def placed(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """The rows of a table with hosts and sites that it is about."""
        if self.client is None:
            return sa.true()
        of_a_host = sa.and_(table.c.site.is_(None), table.c.host.in_(self.hosts))
        places = [table.c.site.in_(self.sites), of_a_host]
        if "client" in table.c:
            places.append(sa.and_(table.c.site.is_(None), table.c.host.is_(None), table.c.client == self.client))
        return sa.or_(*places)

    def lived(self) -> sa.ColumnElement[bool]:
        """The incidents that it is about."""
        return sa.true() if self.client is None else tables.incidents.c.subject.in_(self.subjects)


def concern_of(inventory: Inventory, client: str | None) -> Concern:
    """What a client's report is about, or the agency's overview."""
    if client is None:
        zone = inventory.services.zone
        return Concern(None, tuple(inventory.hosts), tuple(inventory.sites), Language("en", zone), zone)
    one, owners = inventory.clients[client], owners_of(inventory)
    zone = one.report.zone
    return Concern(
        client,
        tuple(name for name in inventory.hosts if client in owners[name]),
        tuple(site.name for site in inventory.sites.values() if site.client == client),
        language_of(one.language, zone),
        zone,
    )


def owners_of(inventory: Inventory) -> dict[str, set[str]]:
    """The clients that each host concerns."""
    owners = {name: {host.client} if host.client else set() for name, host in inventory.hosts.items()}
    for site in inventory.sites.values():
        owners[site.host].add(site.client)
    return owners
