"""The facts that every platform answers in: software, accounts. A check judges these, never "WordPress"."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from checks.findings import Gap


@dataclass(frozen=True, slots=True)
class Software:
    """Something installed that has a version."""

    kind: Literal["core", "plugin", "theme", "module", "addon", "runtime"]
    key: str  # stable within its kind: "akismet/akismet.php", "magento/product-community-edition", "php-cli"
    name: str
    version: str | None  # None: there, but its version could not be read
    active: bool | None = None  # None: not known
    latest: str | None = None  # the newest the site itself knows of
    latest_in_line: str | None = None  # the newest of the installed branch: 6.9.7 for 6.9.1
    security: bool | None = None  # whether a newer one is known to mend a vulnerability
    listed: bool | None = None  # False: the update source answered and does not know it (custom, premium, withdrawn)
    known_at: datetime | None = None  # when the site last learnt what `latest` says
    known_from: str = ""  # where: "WordPress' own update check"
    unfinished: str = ""  # an update that was begun and not ended: "the database is at 60421, the files want 60717"
    update: str = ""  # the command or the page that updates it


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sign that an account was used."""

    at: datetime
    source: str  # "login session", "WooCommerce activity", "last published revision"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody, or something, that can log in and administer."""

    login: str
    id: str
    name: str
    email: str
    roles: tuple[str, ...]
    powers: tuple[str, ...]  # the capabilities that make it privileged, "all" for a super administrator; empty: none
    created: datetime | None
    enabled: bool = True
    evidence: tuple[Evidence, ...] = ()
    absence_is_never: bool = False  # True where the platform writes every login down, so that no evidence means never
    second_factor: bool | None = None  # None: cannot be known here
    tokens_used: datetime | None = None  # the last use of an application password or API token


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """What one site says of itself. Parts that could not be read are named in `gaps`, by area."""

    platform: str  # as recognised
    software: tuple[Software, ...] = ()
    accounts: tuple[Account, ...] = ()
    software_gaps: tuple[Gap, ...] = ()
    account_gaps: tuple[Gap, ...] = ()
    as_of: datetime | None = None  # the host's clock, UTC
