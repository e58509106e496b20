"""Who is looked after: the people, machines and sites of an agency, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from inventory.brands import Brand
from inventory.contracts import Contract
from inventory.maintenance import Window
from inventory.reporting import Reporting
from inventory.scheduling import Schedule
from inventory.secrets import Reference
from inventory.services import ClientHarvest, ClientTeamwork, ClientZendesk, Services
from inventory.serving import Service

Settings = Mapping[str, Mapping[str, Any]]
"""Settings by check name, as written at one level of the inventory: `{"disk": {"used": {"warning": 70}}}`."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of a client who may be written to."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who pays for the rounds."""

    name: str
    title: str
    language: str = "en"
    contacts: tuple[Contact, ...] = ()
    contract: Contract | None = None
    zendesk: ClientZendesk | None = None
    harvest: ClientHarvest | None = None
    teamwork: ClientTeamwork | None = None
    brand: Brand = field(
        default_factory=Brand
    )  # what goes before the agency's, but for the logo, which is the client's own
    report: Reporting = field(default_factory=Reporting)
    schedule: Schedule = field(default_factory=Schedule)  # of its routine rounds
    settings: Settings = field(default_factory=dict)
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Host:
    """A machine that is visited, over SSH or because the agent runs on it."""

    name: str
    address: str | None = None  # where silent, ~/.ssh/config decides, then the name itself
    port: int | None = None
    user: str | None = None
    key: Path | None = None
    passphrase: Reference | None = None  # where the key's passphrase is kept
    host_key: str | None = None  # "ssh-ed25519 AAAA…", pinned in the inventory
    jump: tuple[str, ...] = ()  # names of hosts, the first one nearest to the agent
    transport: Literal["ssh", "local"] = "ssh"
    client: str | None = None
    settings: Settings = field(default_factory=dict)
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Site:
    """One web site of one client on one host."""

    name: str
    client: str
    host: str
    url: str
    root: str  # absolute path on the host: the document root or the application's folder
    platform: str = "auto"
    php: str | None = None  # absolute path of the PHP command, where the one in PATH is not the right one
    run_as: str | None = None  # the account that owns the site's files, reached by `sudo -n`
    schedule: Schedule | None = None  # of rounds for it alone, beside those of its client
    settings: Settings = field(default_factory=dict)
    tags: frozenset[str] = frozenset()


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
