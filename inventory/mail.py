"""The mail server that reports are handed to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from pydantic import ConfigDict, Field

from inventory.secrets import Secret
from inventory.types import Email, Form, HostAddress, Line, OwnPath, matches, pattern, url

UNSUBSCRIBE_URL = r"^https://[^\s/?#@\\{}]+([/?]([^\s\\#{}]|\{client\})*)?$"
DOMAIN = r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+$"
SELECTOR = r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$"
LOOPBACK = r"^(localhost|127(\.[0-9]{1,3}){3}|::1)$"

LOGIN = ("user", "password")
Security = Literal["starttls", "tls", "none"]
"""How the way to a mail server is encrypted; none is for this very machine alone."""

MAIL_PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465, "none": 25}


def unsubscribe_url(text: str) -> str:
    """Where somebody who wants no more reports goes; mail programs send a POST there."""
    example = "must be a web address such as https://agency.example/reports/{client}"
    if not text.startswith("https://"):
        raise ValueError(f"{example}: mail programs use https alone")
    plain = text.replace("{client}", "client")
    if "{" in plain or "}" in plain:
        raise ValueError(f"{example}: nothing but {{client}} may stand in braces, and not in the name of the server")
    if not matches(UNSUBSCRIBE_URL, text) or not text.isascii():
        raise ValueError(f"{example}, in plain ASCII" if not text.isascii() else example)
    try:
        url(plain)
    except ValueError:
        raise ValueError(example) from None
    return text


def domain(text: str) -> str:
    """A domain in whose name mail is signed."""
    if not matches(DOMAIN, text) or len(text) > 253:
        raise ValueError("must be the name of a domain in plain ASCII, such as agency.example")
    return text.lower()


def selector(text: str) -> str:
    """What stands before ._domainkey in the DNS."""
    if not matches(SELECTOR, text) or len(text) > 63:
        raise ValueError("must be a DKIM selector: letters, digits, '-' and '.', such as rounds")
    return text


def is_loopback(host: str) -> bool:
    """Whether a host is this very machine by its name."""
    return matches(LOOPBACK, host)


def _both(kind: str) -> dict[str, Any]:
    return {key: {"type": kind} for key in LOGIN}


_RULES: dict[str, Any] = {
    "oneOf": [{"required": [*LOGIN], "properties": _both("string")}, {"properties": _both("null")}],
    "if": {"properties": {"security": {"const": "none"}}, "required": ["security"]},
    "then": {"properties": {"host": {"pattern": LOOPBACK}}},
}


@dataclass(frozen=True, slots=True)
class Address:
    """A name and an e-mail address."""

    name: Annotated[Line, Field(description="The name that readers see as the sender's.")]
    email: Annotated[Email, Field(description="The sender's address.")]


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """How somebody is taken off the list; either of both is enough."""

    url: Annotated[
        Annotated[str, Form(unsubscribe_url, pattern(UNSUBSCRIBE_URL))] | None,
        Field(description="An https address that takes a POST; {client} in it becomes the client's name."),
    ] = None
    email: Annotated[Email | None, Field(description="An address that a mail is sent to.")] = None


@dataclass(frozen=True, slots=True)
class Dkim:
    """What mail is signed with, where the mail server does not do it."""

    domain: Annotated[
        str, Form(domain, pattern(DOMAIN)), Field(description="The domain that signs, such as agency.example.")
    ]
    selector: Annotated[
        str,
        Form(selector, pattern(SELECTOR)),
        Field(description="The name of the key: the public half is at SELECTOR._domainkey.DOMAIN."),
    ]
    key: Annotated[Secret, Field(description="Where the private key is kept, such as file:/etc/siterounds/dkim.pem.")]


@dataclass(frozen=True, slots=True)
class Mail:
    """The mail server that reports are handed to. Either user and password are there, or neither."""

    __pydantic_config__: ClassVar = ConfigDict(extra="forbid", json_schema_extra=_RULES)

    host: Annotated[HostAddress, Field(description="The mail server, such as smtp.agency.example.")]
    sender: Annotated[Address, Field(alias="from", description="Whom reports come from.")]
    port: Annotated[int, Field(ge=1, le=65_535, description="Its port; without it, the usual one of its security.")] = (
        0  # never after it is made: the port of its security takes the place
    )
    security: Annotated[
        Security, Field(description="starttls, tls from the first byte on, or none for this very machine.")
    ] = "starttls"
    user: Annotated[Line | None, Field(description="The account to log in as; beside password.")] = None
    password: Annotated[Secret | None, Field(description="Where the password is kept, such as credential:smtp.")] = None
    reply_to: Annotated[Email | None, Field(description="Where answers go; without it, to the sender.")] = None
    unsubscribe: Annotated[Unsubscribe, Field(description="How somebody is taken off the list.")] = field(
        default_factory=Unsubscribe
    )
    dkim: Annotated[Dkim | None, Field(description="What mail is signed with, where the server does not do it.")] = None
    ca: Annotated[OwnPath | None, Field(description="A file of certificates to trust; without it, the system's.")] = (
        None
    )
    messages_a_minute: Annotated[int, Field(ge=1, le=10_000, description="Messages a minute at most.")] = 60

    def __post_init__(self) -> None:
        """Take the usual port where none was given."""
        if not self.port:
            object.__setattr__(self, "port", MAIL_PORTS[self.security])
