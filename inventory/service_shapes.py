"""The shapes of the services and of what a client is there, and what they become."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ConfigDict, Field, create_model

from inventory.forms import (
    ClientId,
    Email,
    FieldId,
    HarvestContact,
    Id,
    Line,
    Name,
    Scope,
    Secret,
    ServiceUrl,
    Shape,
    Template,
    Words,
    ZendeskTag,
    Zone,
    written,
)
from inventory.mail_shapes import MailShape, mail
from inventory.secrets import Reference
from inventory.services import (
    TEAMWORK_FIELDS,
    TEAMWORK_KINDS,
    TEAMWORK_SCOPE,
    ClientHarvest,
    ClientTeamwork,
    ClientZendesk,
    Harvest,
    Services,
    Teamwork,
    Zendesk,
)

OAUTH = ("client_id", "client_secret")
BASIC = ("email", "token")


def _pair(these: Sequence[str], others: Sequence[str]) -> dict[str, Any]:
    """These are written, and the others are not."""
    kinds = {key: {"type": "string" if key in these else "null"} for key in (*these, *others)}
    return {"required": [*these], "properties": kinds}


class ZendeskShape(Shape):
    """The Zendesk account that tickets are kept in."""

    model_config = ConfigDict(json_schema_extra={"oneOf": [_pair(OAUTH, BASIC), _pair(BASIC, OAUTH)]})

    url: ServiceUrl = Field(description="Its address, such as https://agency.zendesk.com.")
    client_id: ClientId | None = Field(None, description="The identifier of its OAuth client; beside client_secret.")
    client_secret: Secret | None = Field(None, description="Where the OAuth client's secret is kept.")
    scope: Scope | None = Field(None, description="What the OAuth client asks for, read tickets:write without it.")
    email: Email | None = Field(None, description="Whose API token it is, for accounts that still have one.")
    token: Secret | None = Field(None, description="Where the API token is kept, for accounts that still have one.")
    requests_a_minute: int | None = Field(
        None, ge=1, le=10_000, description="Requests a minute at most, 200 without it, as in the Team plan."
    )
    requester: Id | None = Field(None, description="The id of the user in whose name tickets are opened.")
    group: Id | None = Field(None, description="The id of the group that tickets go to.")
    brand: Id | None = Field(None, description="The id of the brand of tickets.")
    form: Id | None = Field(None, description="The id of the form of tickets.")
    account_manager: Id | None = Field(None, description="The id of the user whom summaries are assigned to.")
    tags: tuple[ZendeskTag, ...] | None = Field(None, description="Tags of every ticket, [siterounds] without it.")
    fields: dict[FieldId, Template] | None = Field(
        None, description="What custom fields hold, by their id: text with names in braces, such as '{site}'."
    )
    public: bool | None = Field(None, description="Whether the requester sees comments, false without it.")
    new_tickets_a_round: int | None = Field(
        None, ge=0, le=1_000, description="New tickets a round at most, 20 without it; one more holds the rest."
    )
    reopen_days: int | None = Field(
        None, ge=0, le=365, description="Days in which a problem that comes back reopens its ticket, 14 without it."
    )
    one_ticket_per_cause: bool | None = Field(
        None, description="Whether one problem on many sites of a client is one ticket, false without it."
    )


class HarvestShape(Shape):
    """The Harvest account that time is booked in."""

    url: ServiceUrl | None = Field(None, description="Its address, https://api.harvestapp.com without it.")
    account: Id = Field(description="The id of the account.")
    token: Secret = Field(description="Where the personal access token is kept, such as env:HARVEST_TOKEN.")
    contact: HarvestContact = Field(description="An e-mail or web address by which Harvest can reach you.")
    task: Id | None = Field(None, description="The id of the task that time is booked on, where a client has none.")
    requests_in_15_seconds: int | None = Field(
        None, ge=1, le=10_000, description="Requests in 15 seconds at most, 100 without it."
    )


def _named(name: str, keys: Sequence[str], value: Any, about: str) -> type[Shape]:
    """A block that has the same kind of value for each of its keys."""
    fields: dict[str, Any] = {key: (value | None, Field(None, description=about.format(key))) for key in keys}
    return create_model(name, __base__=Shape, __doc__="What is called otherwise in Teamwork.", **fields)


TeamworkFieldsShape: Any = _named(
    "TeamworkFieldsShape", [*TEAMWORK_FIELDS], Line, "The name of the project's custom field that holds {}."
)
TeamworkKindsShape: Any = _named(
    "TeamworkKindsShape", [*TEAMWORK_KINDS], Words, "What the dropdown says for a contract of the kind {}."
)


class TeamworkShape(Shape):
    """The Teamwork site that contracts are kept in."""

    url: ServiceUrl = Field(description="Its address, such as https://agency.teamwork.com.")
    token: Secret = Field(description="Where the API key is kept, such as credential:teamwork.")
    requests_a_minute: int | None = Field(
        None, ge=1, le=10_000, description="Requests a minute at most, 150 without it, as up to the Grow plan."
    )
    task_list: Line | None = Field(
        None, description="The list whose tasks say what is in scope, 'SLA - in scope' without it."
    )
    fields: TeamworkFieldsShape | None = Field(None, description="The names of the custom fields of projects.")
    kinds: TeamworkKindsShape | None = Field(None, description="The dropdown's texts by kind of contract.")
    scope: dict[str, Words] | None = Field(
        None, description="Words that put a check in scope where a word of a task begins with them, by check."
    )


class ServicesShape(Shape):
    """Where tickets, time and contracts are kept, and by which way reports go."""

    environment: Name | None = Field(
        None, description="Part of every key given outside, so that test and production never meet; production."
    )
    zone: Zone | None = Field(None, description="The time zone of contracts and maintenance, UTC without it.")
    zendesk: ZendeskShape | None = Field(None, description="Where tickets are kept.")
    harvest: HarvestShape | None = Field(None, description="Where time is booked.")
    teamwork: TeamworkShape | None = Field(None, description="Where contracts are kept.")
    mail: MailShape | None = Field(None, description="The mail server that reports are handed to.")


class ClientZendeskShape(Shape):
    """What a client is in Zendesk."""

    organization: Id | None = Field(None, description="The id of the client's organization.")
    requester: Id | None = Field(None, description="The id of the user in whose name the client's tickets are opened.")
    group: Id | None = Field(None, description="The id of the group that the client's tickets go to.")
    account_manager: Id | None = Field(None, description="The id of the user whom the client's summaries go to.")
    tags: tuple[ZendeskTag, ...] | None = Field(None, description="Tags of the client's tickets, beside the others.")


class ClientHarvestShape(Shape):
    """What a client is in Harvest."""

    project: Id = Field(description="The id of the project that the client's time is booked on.")
    task: Id | None = Field(None, description="The id of the task; without it, that of services.harvest.")


class ClientTeamworkShape(Shape):
    """What a client is in Teamwork."""

    project: Id = Field(description="The id of the project that holds the client's contract.")


def services(read: Sequence[ServicesShape]) -> Services:
    """The services that were written, perhaps in several files, each key in one of them."""
    whole: dict[str, Any] = {}
    for shape in read:
        whole |= written(shape)
    made: Mapping[str, Any] = {"zendesk": _zendesk, "harvest": _harvest, "teamwork": _teamwork, "mail": mail}
    return Services(**{key: made[key](value) if key in made else value for key, value in whole.items()})


def client_zendesk(shape: ClientZendeskShape) -> ClientZendesk:
    """What the client was written to be in Zendesk."""
    return ClientZendesk(**written(shape))


def client_harvest(shape: ClientHarvestShape) -> ClientHarvest:
    """What the client was written to be in Harvest."""
    return ClientHarvest(**written(shape))


def client_teamwork(shape: ClientTeamworkShape) -> ClientTeamwork:
    """What the client was written to be in Teamwork."""
    return ClientTeamwork(**written(shape))


def _zendesk(shape: ZendeskShape) -> Zendesk:
    values = _with_references(shape, "client_secret", "token")
    fields = {int(key): template for key, template in values.pop("fields", {}).items()}
    return Zendesk(**values, fields=fields)


def _harvest(shape: HarvestShape) -> Harvest:
    return Harvest(**_with_references(shape, "token"))


def _teamwork(shape: TeamworkShape) -> Teamwork:
    values = _with_references(shape, "token")
    return Teamwork(
        **values
        | {
            "fields": {**TEAMWORK_FIELDS, **written(shape.fields)},
            "kinds": {**TEAMWORK_KINDS, **written(shape.kinds)},
            "scope": {**TEAMWORK_SCOPE, **(shape.scope or {})},
        }
    )


def _with_references(shape: Shape, *secrets: str) -> dict[str, Any]:
    return {key: Reference.parse(value) if key in secrets else value for key, value in written(shape).items()}
