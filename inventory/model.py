"""Who is looked after: the people, machines and sites of an agency, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field, GetPydanticSchema

from inventory.contracts import Contract
from inventory.maintenance import Window
from inventory.reports import Brand, Reporting
from inventory.schedule import Schedule, ScheduleEntry
from inventory.secrets import Secret
from inventory.service import Service
from inventory.services import ClientHarvest, ClientTeamwork, ClientZendesk, Services
from inventory.types import (
    AbsolutePath,
    Account,
    Email,
    HostAddress,
    HostKey,
    Key,
    KeyFile,
    Language,
    Levels,
    Line,
    Settings,
    Tags,
    Url,
)

OwnSchedule = Annotated[Schedule, GetPydanticSchema(lambda _, handler: handler(ScheduleEntry))]
"""In a file, an entry that `load` lays over the level above."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of a client who may be written to."""

    name: Annotated[Line, Field(description="How this person is addressed.")]
    email: Annotated[Email, Field(description="Where this person is written to.")]


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who pays for the rounds."""

    name: Key
    title: Annotated[Line, Field(default="", description="The client's name as people write it; without it, the key.")]
    language: Annotated[Language, Field(description="The language of this client's reports.")] = "en"
    contacts: Annotated[tuple[Contact, ...], Field(description="Whom reports are written to.")] = ()
    contract: Annotated[Contract | None, Field(description="What was agreed with this client.")] = None
    zendesk: Annotated[ClientZendesk | None, Field(description="What this client is in Zendesk.")] = None
    harvest: Annotated[ClientHarvest | None, Field(description="What this client is in Harvest.")] = None
    teamwork: Annotated[ClientTeamwork | None, Field(description="What this client is in Teamwork.")] = None
    brand: Annotated[Brand, Field(description="What differs from the agency's brand in this one's reports.")] = field(
        default_factory=Brand
    )  # what goes before the agency's, but for the logo, which is the client's own
    report: Annotated[Reporting, Field(description="When this client's reports are made, and who gets them.")] = field(
        default_factory=Reporting
    )
    schedule: Annotated[OwnSchedule, Field(description="When this client's routine rounds are made.")] = field(
        default_factory=Schedule
    )
    settings: Levels = field(default_factory=dict)
    tags: Tags = frozenset()


@dataclass(frozen=True, slots=True)
class Host:
    """A machine that is visited, over SSH or locally. Where nothing is written, ~/.ssh/config and the key decide."""

    name: Key
    address: Annotated[
        HostAddress | None, Field(description="Host name or IP address; without it, as in ~/.ssh/config.")
    ] = None
    port: Annotated[
        int | None, Field(ge=1, le=65_535, description="The SSH port; without it, as in ~/.ssh/config.")
    ] = None
    user: Annotated[Account | None, Field(description="The account to log in as; without it, as in ~/.ssh/config.")] = (
        None
    )
    key: Annotated[
        KeyFile | None, Field(description="The private key's path; without it, ~/.ssh/config and ssh-agent.")
    ] = None
    passphrase: Annotated[
        Secret | None, Field(description="Where the key's passphrase is kept: env:NAME, for one.")
    ] = None
    host_key: Annotated[
        HostKey | None, Field(description="The host's public key, pinned; without it, known_hosts.")
    ] = None  # "ssh-ed25519 AAAA…"
    legacy_ssh: Annotated[
        bool, Field(description="Whether its sshd may be talked to by CBC ciphers, 3DES, MD5 and SHA-1.")
    ] = False
    jump: Annotated[tuple[str, ...], Field(description="Hosts to go through, the one nearest to here first.")] = ()
    transport: Annotated[
        Literal["ssh", "local"], Field(description="How it is reached; local is for this very machine.")
    ] = "ssh"
    client: Annotated[str | None, Field(description="Whose machine this is, where it is one client's alone.")] = None
    settings: Levels = field(default_factory=dict)
    tags: Tags = frozenset()


@dataclass(frozen=True, slots=True)
class Site:
    """One web site of one client on one host."""

    name: Key
    client: Annotated[str, Field(description="The client whose site this is, a key of clients.")]
    host: Annotated[str, Field(description="The host that it stands on, a key of hosts.")]
    url: Annotated[Url, Field(description="Its web address, such as https://shop.example.")]
    root: Annotated[AbsolutePath, Field(description="The absolute path of its folder on the host, such as /srv/shop.")]
    platform: Annotated[str, Field(description="What it is built with, where it is not to be found out.")] = "auto"
    php: Annotated[AbsolutePath | None, Field(description="The path of its PHP, such as /usr/bin/php8.1.")] = None
    run_as: Annotated[Account | None, Field(description="The account that owns its files, reached by sudo -n.")] = None
    schedule: Annotated[
        OwnSchedule | None, Field(description="When rounds for it alone are made, beside its client's.")
    ] = None
    settings: Levels = field(default_factory=dict)
    tags: Tags = frozenset()


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything that is looked after; names are unique within their kind."""

    clients: Mapping[str, Client]
    hosts: Mapping[str, Host]
    sites: Mapping[str, Site]
    settings: Settings = field(default_factory=dict)
    services: Services = field(default_factory=Services)
    maintenance: Mapping[str, Window] = field(default_factory=dict)
    brand: Brand = field(default_factory=Brand)  # the agency's
    report: Reporting = field(default_factory=Reporting)  # the agency's own overview
    schedule: Schedule = field(default_factory=Schedule)  # of hosts that concern no client
    service: Service = field(default_factory=Service)

    def sites_on(self, host: str) -> tuple[Site, ...]:
        """The sites that stand on a host, in the order of the inventory."""
        return tuple(site for site in self.sites.values() if site.host == host)

    def clients_on(self, host: str) -> tuple[str, ...]:
        """The clients a host concerns: its own, and those of the sites on it, each once."""
        own = self.hosts[host].client
        names = ([own] if own else []) + [site.client for site in self.sites_on(host)]
        return tuple(dict.fromkeys(names))
