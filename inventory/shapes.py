"""The shape of an inventory's file: what may be written for clients, hosts, sites, and what it becomes."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema

from inventory import texts
from inventory.model import Client, Contact, Contract, Host, Site
from inventory.secrets import Reference


def _text(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


def _reference(text: str) -> str:
    return str(Reference.parse(text))


Name = Annotated[str, AfterValidator(texts.name), _text(texts.NAME)]
Line = Annotated[str, AfterValidator(texts.one_line), WithJsonSchema({"type": "string", "minLength": 1})]
Email = Annotated[str, AfterValidator(texts.email), _text(texts.EMAIL)]
Url = Annotated[str, AfterValidator(texts.url), _text(texts.URL)]
Language = Annotated[str, AfterValidator(texts.language), _text(texts.LANGUAGE)]
Address = Annotated[str, AfterValidator(texts.address), _text(r"^\S+$")]
Account = Annotated[str, AfterValidator(texts.account), _text(texts.ACCOUNT)]
AbsolutePath = Annotated[str, AfterValidator(texts.absolute_path), _text(texts.ABSOLUTE)]
KeyFile = Annotated[str, AfterValidator(texts.key_file), _text(texts.KEY_PATH)]
HostKey = Annotated[str, AfterValidator(texts.host_key), _text(texts.HOST_KEY)]
Secret = Annotated[str, AfterValidator(_reference), _text(texts.REFERENCE)]
Tags = Annotated[tuple[Name, ...] | None, Field(description="Words of your own to choose by, such as [vip].")]
Written = Annotated[
    dict[str, dict[str, Any] | None] | None,
    Field(description="Settings by check, over those of the levels above: default, client, host, site."),
]


class Shape(BaseModel):
    """What all shapes have in common: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ContactShape(Shape):
    """A person of a client."""

    name: Line = Field(description="How this person is addressed.")
    email: Email = Field(description="Where this person is written to.")


class ContractShape(Shape):
    """What was agreed with a client."""

    kind: Literal["standard", "extended"] = Field(description="The kind of contract: standard or extended.")
    hours_a_month: float | None = Field(None, ge=0, le=744, description="Hours agreed for a month of the contract.")


class ClientShape(Shape):
    """Somebody who pays for the rounds."""

    title: Line | None = Field(None, description="The client's name as people write it; without it, the key.")
    language: Language | None = Field(None, description="The language of this client's reports, en without it.")
    contacts: tuple[ContactShape, ...] | None = Field(None, description="Whom reports are written to.")
    contract: ContractShape | None = Field(None, description="What was agreed with this client.")
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
    settings: Written = None
    tags: Tags = None


class FileShape(Shape):
    """An inventory: who is looked after, on which hosts, with which sites."""

    settings: Written = None
    clients: dict[Name, ClientShape] = Field(default={}, description="Who pays for the rounds, by name.")
    hosts: dict[Name, HostShape] = Field(default={}, description="The machines, by name.")
    sites: dict[Name, SiteShape] = Field(default={}, description="The web sites, by name.")


def client(name: str, shape: ClientShape) -> Client:
    """The client that was written."""
    contacts = tuple(Contact(one.name, one.email) for one in shape.contacts or ())
    contract = Contract(shape.contract.kind, shape.contract.hours_a_month) if shape.contract else None
    return Client(
        name,
        title=shape.title or name,
        language=shape.language or "en",
        contacts=contacts,
        contract=contract,
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


def site(name: str, shape: SiteShape) -> Site:
    """The site that was written."""
    return Site(
        name,
        client=shape.client,
        host=shape.host,
        url=shape.url,
        root=shape.root,
        platform=shape.platform or "auto",
        php=shape.php,
        run_as=shape.run_as,
        settings=settings(shape.settings),
        tags=frozenset(shape.tags or ()),
    )


def settings(written: dict[str, dict[str, Any] | None] | None) -> dict[str, dict[str, Any]]:
    """The settings of one level; a check with nothing after it is as if it were not written."""
    return {check: values for check, values in (written or {}).items() if values}
