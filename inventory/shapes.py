"""The shape of an inventory's file: what may be written for clients, hosts, sites, and what it becomes."""

from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from inventory.brand_shapes import BrandShape, brand
from inventory.contract_shapes import ContractShape, contract
from inventory.forms import (
    AbsolutePath,
    Account,
    Address,
    Email,
    HostKey,
    KeyFile,
    Language,
    Line,
    Name,
    Secret,
    Shape,
    Tags,
    Url,
    Written,
    written,
)
from inventory.maintenance_shapes import WindowShape
from inventory.model import Client, Contact, Host, Site
from inventory.report_shapes import ReportShape, reporting
from inventory.schedule_shapes import ScheduleShape, schedule
from inventory.scheduling import Schedule
from inventory.secrets import Reference
from inventory.service_shapes import (
    ClientHarvestShape,
    ClientTeamworkShape,
    ClientZendeskShape,
    ServicesShape,
    client_harvest,
    client_teamwork,
    client_zendesk,
)
from inventory.serving_shapes import ServiceShape


class ContactShape(Shape):
    """A person of a client."""

    name: Line = Field(description="How this person is addressed.")
    email: Email = Field(description="Where this person is written to.")


class ClientShape(Shape):
    """Somebody who pays for the rounds."""

    title: Line | None = Field(None, description="The client's name as people write it; without it, the key.")
    language: Language | None = Field(None, description="The language of this client's reports, en without it.")
    contacts: tuple[ContactShape, ...] | None = Field(None, description="Whom reports are written to.")
    contract: ContractShape | None = Field(None, description="What was agreed with this client.")
    zendesk: ClientZendeskShape | None = Field(None, description="What this client is in Zendesk.")
    harvest: ClientHarvestShape | None = Field(None, description="What this client is in Harvest.")
    teamwork: ClientTeamworkShape | None = Field(None, description="What this client is in Teamwork.")
    brand: BrandShape | None = Field(None, description="What differs from the agency's brand in this one's reports.")
    report: ReportShape | None = Field(None, description="When this client's reports are made, and who gets them.")
    schedule: ScheduleShape | None = Field(None, description="When this client's routine rounds are made.")
    settings: Written = None
    tags: Tags = None


class HostShape(Shape):
    """A machine that is visited. With nothing written, ~/.ssh/config and the key's name decide."""

    address: Address | None = Field(None, description="Host name or IP address; without it, as in ~/.ssh/config.")
    port: int | None = Field(None, ge=1, le=65_535, description="The SSH port; without it, as in ~/.ssh/config, or 22.")
    user: Account | None = Field(None, description="The account to log in as; without it, as in ~/.ssh/config.")
    key: KeyFile | None = Field(None, description="The private key's path; without it, ~/.ssh/config and ssh-agent.")
    passphrase: Secret | None = Field(None, description="Where the key's passphrase is kept: env:NAME, for one.")
    host_key: HostKey | None = Field(None, description="The host's public key, pinned; without it, known_hosts.")
    jump: tuple[str, ...] | None = Field(None, description="Hosts to go through, the one nearest to here first.")
    transport: Literal["ssh", "local"] | None = Field(None, description="ssh, or local for this very machine.")
    client: str | None = Field(None, description="Whose machine this is, where it is one client's alone.")
    settings: Written = None
    tags: Tags = None


class SiteShape(Shape):
    """One web site of one client on one host."""

    client: str = Field(description="The client whose site this is, a key of clients.")
    host: str = Field(description="The host that it stands on, a key of hosts.")
    url: Url = Field(description="Its web address, such as https://shop.example.")
    root: AbsolutePath = Field(description="The absolute path of its folder on the host, such as /srv/shop.")
    platform: str | None = Field(None, description="What it is built with; auto finds out.")
    run_as: Account | None = Field(None, description="The account that owns its files, reached by sudo -n.")
    php: AbsolutePath | None = Field(None, description="The path of its PHP, such as /usr/bin/php8.1.")
    schedule: ScheduleShape | None = Field(None, description="When rounds for it alone are made, beside its client's.")
    settings: Written = None
    tags: Tags = None


class FileShape(Shape):
    """An inventory: who is looked after, on which hosts, with which sites."""

    settings: Written = None
    services: ServicesShape | None = Field(None, description="Where tickets, time and contracts are kept.")
    brand: BrandShape | None = Field(None, description="Whose name reports bear.")
    report: ReportShape | None = Field(None, description="When the agency's own overview is made, and who gets it.")
    schedule: ScheduleShape | None = Field(None, description="When rounds are made, where a client says nothing else.")
    service: ServiceShape | None = Field(None, description="How `siterounds serve` runs.")
    clients: dict[Name, ClientShape] = Field(default={}, description="Who pays for the rounds, by name.")
    hosts: dict[Name, HostShape] = Field(default={}, description="The machines, by name.")
    sites: dict[Name, SiteShape] = Field(default={}, description="The web sites, by name.")
    maintenance: dict[Name, WindowShape] = Field(default={}, description="When somebody works on them, by name.")


def client(name: str, shape: ClientShape, zone: str, above: Schedule) -> Client:
    """The client that was written; `zone` holds where its reports have none of their own, `above` is its schedule."""
    contacts = tuple(Contact(one.name, one.email) for one in shape.contacts or ())
    return Client(
        name,
        title=shape.title or name,
        language=shape.language or "en",
        contacts=contacts,
        contract=contract(shape.contract) if shape.contract else None,
        zendesk=client_zendesk(shape.zendesk) if shape.zendesk else None,
        harvest=client_harvest(shape.harvest) if shape.harvest else None,
        teamwork=client_teamwork(shape.teamwork) if shape.teamwork else None,
        brand=brand([shape.brand] if shape.brand else []),
        report=reporting([shape.report] if shape.report else [], (one.email for one in contacts), zone),
        schedule=schedule([shape.schedule] if shape.schedule else [], above),
        settings=settings(shape.settings),
        tags=frozenset(shape.tags or ()),
    )


def host(name: str, shape: HostShape) -> Host:
    """The host that was written."""
    return Host(
        name,
        address=shape.address,
        port=shape.port,
        user=shape.user,
        key=Path(shape.key) if shape.key else None,
        passphrase=Reference.parse(shape.passphrase) if shape.passphrase else None,
        host_key=shape.host_key,
        jump=shape.jump or (),
        transport=shape.transport or "ssh",
        client=shape.client,
        settings=settings(shape.settings),
        tags=frozenset(shape.tags or ()),
    )


def site(name: str, shape: SiteShape, above: Schedule) -> Site:
    """The site that was written; `above` is its client's schedule."""
    return Site(
        name,
        client=shape.client,
        host=shape.host,
        url=shape.url,
        root=shape.root,
        platform=shape.platform or "auto",
        php=shape.php,
        run_as=shape.run_as,
        schedule=schedule([shape.schedule], above) if shape.schedule and written(shape.schedule) else None,
        settings=settings(shape.settings),
        tags=frozenset(shape.tags or ()),
    )


def settings(said: dict[str, dict[str, Any] | None] | None) -> dict[str, dict[str, Any]]:
    """The settings of one level; a check with nothing after it is as if it were not written."""
    return {check: values for check, values in (said or {}).items() if values}
