"""The shape of the mail server, and what it becomes."""

from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field

from inventory.forms import Address as HostAddress
from inventory.forms import Email, Line, MailDomain, OwnPath, Secret, Selector, Shape, UnsubscribeUrl, written
from inventory.mail_texts import LOOPBACK
from inventory.secrets import Reference
from inventory.services import MAIL_PORTS, Address, Dkim, Mail, Security

LOGIN = ("user", "password")


def _both(kind: str) -> dict[str, Any]:
    return {key: {"type": kind} for key in LOGIN}


_RULES: dict[str, Any] = {
    "oneOf": [{"required": [*LOGIN], "properties": _both("string")}, {"properties": _both("null")}],
    "if": {"properties": {"security": {"const": "none"}}, "required": ["security"]},
    "then": {"properties": {"host": {"pattern": LOOPBACK}}},
}


class SenderShape(Shape):
    """A name and an address."""

    name: Line = Field(description="The name that readers see as the sender's.")
    email: Email = Field(description="The sender's address.")


class UnsubscribeShape(Shape):
    """How somebody is taken off the list; either of both is enough."""

    url: UnsubscribeUrl | None = Field(
        None, description="An https address that takes a POST; {client} in it becomes the client's name."
    )
    email: Email | None = Field(None, description="An address that a mail is sent to.")


class DkimShape(Shape):
    """What mail is signed with, where the mail server does not do it."""

    domain: MailDomain = Field(description="The domain that signs, such as agency.example.")
    selector: Selector = Field(description="The name of the key: the public half is at SELECTOR._domainkey.DOMAIN.")
    key: Secret = Field(description="Where the private key is kept, such as file:/etc/siterounds/dkim.pem.")


class MailShape(Shape):
    """The mail server that reports are handed to."""

    model_config = ConfigDict(json_schema_extra=_RULES)

    host: HostAddress = Field(description="The mail server, such as smtp.agency.example.")
    port: int | None = Field(
        None, ge=1, le=65_535, description="Its port; without it 587, 465 with security: tls, 25 with none."
    )
    security: Security | None = Field(
        None, description="starttls, as it is without it, tls from the first byte on, or none for this very machine."
    )
    user: Line | None = Field(None, description="The account to log in as; beside password.")
    password: Secret | None = Field(None, description="Where the password is kept, such as credential:smtp.")
    sender: SenderShape = Field(alias="from", description="Whom reports come from.")
    reply_to: Email | None = Field(None, description="Where answers go; without it, to the sender.")
    unsubscribe: UnsubscribeShape | None = Field(None, description="How somebody is taken off the list.")
    dkim: DkimShape | None = Field(None, description="What mail is signed with, where the server does not do it.")
    ca: OwnPath | None = Field(None, description="A file of certificates to trust; without it, the system's.")
    messages_a_minute: int | None = Field(
        None, ge=1, le=10_000, description="Messages a minute at most, 60 without it."
    )


def mail(shape: MailShape) -> Mail:
    """The mail server that was written."""
    values = dict(written(shape))
    away = values.pop("unsubscribe", None)
    security: Security = values.get("security", "starttls")
    made: dict[str, Any] = {
        "port": MAIL_PORTS[security],
        "unsubscribe_url": away.url if away else None,
        "unsubscribe_email": away.email if away else None,
    }
    for key, form in _FORMS.items():
        if key in values:
            values[key] = form(values[key])
    return Mail(**made | values)


_FORMS: dict[str, Any] = {
    "password": Reference.parse,
    "sender": lambda shape: Address(shape.name, shape.email),
    "dkim": lambda shape: Dkim(shape.domain, shape.selector, Reference.parse(shape.key)),
    "ca": Path,
}
