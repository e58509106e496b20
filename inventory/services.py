"""The services that tickets, time and contracts are kept in and reports go by, and what a client is called there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from inventory.secrets import Reference

PRIORITIES = ("urgent", "high", "normal", "low")

TEMPLATE_NAMES = ("client", "site", "host", "check", "item", "state", "environment", "contract")
"""What may stand in braces in the template of a Zendesk field."""

TEAMWORK_FIELDS: Mapping[str, str] = {
    "site_url": "SLA site URL",
    "hours_a_month": "SLA hours per month",
    "kind": "SLA tier",
    **{f"first_response_{priority}": f"SLA first response (h) {priority}" for priority in PRIORITIES},
    **{f"resolution_{priority}": f"SLA resolution (h) {priority}" for priority in PRIORITIES},
    "calendar": "SLA hours calendar",
    "start": "SLA contract start",
    "end": "SLA contract end",
    "zendesk_organization": "Zendesk organization id",
    "harvest_project": "Harvest project id",
}
"""The names of a project's custom fields, by what they are for, where nothing else is written."""

TEAMWORK_KINDS: Mapping[str, tuple[str, ...]] = {"standard": ("Standard",), "extended": ("Extended",)}

TEAMWORK_SCOPE: Mapping[str, tuple[str, ...]] = {
    "ssh": ("ssh", "uptime", "availability", "reachability"),
    "disk": ("disk", "storage", "inode"),
    "firewall": ("firewall", "open port", "iptables", "nftables"),
    "logs": ("logs", "log file", "error log"),
    "versions": ("version", "update", "upgrade", "patch", "plugin"),
    "users": ("users", "user account", "admin"),
    "dnsbl": ("dnsbl", "rbl", "blocklist", "block list", "blacklist"),
}
"""Words that put a check in scope where a word of a task begins with them, in small letters."""


@dataclass(frozen=True, slots=True)
class Zendesk:
    """The account that tickets are kept in. Either client_id and client_secret are there, or email and token."""

    url: str  # "https://agency.zendesk.com", without a slash at its end
    client_id: str | None = None
    client_secret: Reference | None = None
    scope: str = "read tickets:write"
    email: str | None = None
    token: Reference | None = None
    requests_a_minute: int = 200
    requester: int | None = None
    group: int | None = None
    brand: int | None = None
    form: int | None = None
    account_manager: int | None = None  # whom summaries are assigned to
    tags: tuple[str, ...] = ("siterounds",)  # in small letters, as Zendesk keeps them
    fields: Mapping[int, str] = field(default_factory=dict)  # templates with TEMPLATE_NAMES, for str.format
    public: bool = False  # whether the requester sees comments
    new_tickets_a_round: int = 20
    reopen_days: int = 14
    one_ticket_per_cause: bool = False


@dataclass(frozen=True, slots=True)
class Harvest:
    """The account that time is booked in."""

    account: int
    token: Reference
    contact: str  # an e-mail address or a URL, for the User-Agent
    url: str = "https://api.harvestapp.com"  # without a slash at its end
    task: int | None = None  # where a client has none of its own
    requests_in_15_seconds: int = 100


@dataclass(frozen=True, slots=True)
class Teamwork:
    """The site that contracts are kept in, one project for each."""

    url: str  # "https://agency.teamwork.com", without a slash at its end
    token: Reference  # an API key
    requests_a_minute: int = 150
    task_list: str = "SLA - in scope"
    fields: Mapping[str, str] = field(default_factory=lambda: dict(TEAMWORK_FIELDS))  # all keys of TEAMWORK_FIELDS
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(TEAMWORK_KINDS))
    scope: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: dict(TEAMWORK_SCOPE))


Security = Literal["starttls", "tls", "none"]
"""How the way to a mail server is encrypted; none is for this very machine alone."""

MAIL_PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class Address:
    """Who writes: a name and an e-mail address."""

    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Dkim:
    """What mail is signed with: the key whose public half is in the DNS at SELECTOR._domainkey.DOMAIN."""

    domain: str
    selector: str
    key: Reference


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server that reports are handed to. Either user and password are there, or neither."""

    host: str
    sender: Address
    port: int = MAIL_PORTS["starttls"]
    security: Security = "starttls"
    user: str | None = None
    password: Reference | None = None
    reply_to: str | None = None  # an e-mail address; answers go to the sender without it
    unsubscribe_url: str | None = None  # https; "{client}" in it stands for the client's name
    unsubscribe_email: str | None = None
    dkim: Dkim | None = None
    ca: Path | None = None  # the certificates to trust; those of the system without it
    messages_a_minute: int = 60


@dataclass(frozen=True, slots=True)
class Services:
    """Where things are kept, and what everything that goes there has in common."""

    environment: str = "production"  # part of every key that is given outside: test and production never meet
    zone: str = "UTC"  # IANA time zone of the days of contracts and of maintenance
    zendesk: Zendesk | None = None
    harvest: Harvest | None = None
    teamwork: Teamwork | None = None
    mail: Mail | None = None


@dataclass(frozen=True, slots=True)
class ClientZendesk:
    """What a client is in Zendesk; what is None there holds as in `Zendesk`."""

    organization: int | None = None
    requester: int | None = None
    group: int | None = None
    account_manager: int | None = None
    tags: tuple[str, ...] = ()  # beside those of `Zendesk`


@dataclass(frozen=True, slots=True)
class ClientHarvest:
    """What a client is in Harvest; without a task, that of `Harvest` holds."""

    project: int
    task: int | None = None


@dataclass(frozen=True, slots=True)
class ClientTeamwork:
    """What a client is in Teamwork."""

    project: int
