"""The services that tickets, time and contracts are kept in and reports go by, and what a client is called there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Annotated, Any, ClassVar

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from inventory.errors import printable, suggest
from inventory.mail import Mail
from inventory.secrets import Secret
from inventory.types import (
    Email,
    Form,
    Id,
    Line,
    Name,
    Words,
    Zone,
    email,
    items,
    matches,
    one_line,
    pattern,
    url,
)

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

OAUTH = ("client_id", "client_secret")
BASIC = ("email", "token")

SERVICE_URL = r"^(https://[^\s/?#@\\]+|http://(localhost|127(\.[0-9]{1,3}){3}|\[::1\])(:[0-9]{1,5})?)/?$"
CLIENT_ID = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$"
SCOPE = r"^[a-z_]+(:[a-z_]+)?( [a-z_]+(:[a-z_]+)?)*$"
TAG = r"^[A-Za-z0-9_/-]{1,100}$"
FIELD_ID = r"^[1-9][0-9]{0,17}$"
CONTACT = r"^([!-~]+@[!-~]+|https?://[!-~]+)$"
TEMPLATE = r"^([^{}]|\{\{|\}\}|\{(" + "|".join(TEMPLATE_NAMES) + r")\})+$"


def service_url(text: str) -> str:
    """The address of a service, without the slash at its end."""
    example = "must be the address of the service alone, such as https://agency.example"
    if "@" in text:
        raise ValueError(f"{example}, without a user name or a password")
    if text.startswith("http://") and not matches(SERVICE_URL, text):
        raise ValueError(f"{example}: http is only for this very machine, such as http://127.0.0.1:8080")
    if not matches(SERVICE_URL, text):
        raise ValueError(example)
    try:
        return url(text).removesuffix("/")
    except ValueError:
        raise ValueError(example) from None


def client_id(text: str) -> str:
    """The unique identifier of an OAuth client."""
    if not matches(CLIENT_ID, text):
        raise ValueError("must be the identifier of an OAuth client: letters, digits, '.', '_' and '-'")
    return text


def oauth_scope(text: str) -> str:
    """The scopes of an OAuth token."""
    if not matches(SCOPE, text) or len(text) > 500:
        raise ValueError("must be scopes with one space between them, such as read tickets:write")
    return text


def tag(text: str) -> str:
    """A Zendesk tag, in small letters as Zendesk keeps it."""
    if not matches(TAG, text):
        raise ValueError("must be a Zendesk tag: letters, digits, '_', '-' and '/', at most 100 of them")
    return text.lower()


def field_id(text: str) -> str:
    """The id of a custom field, as the key that it is in YAML."""
    if not matches(FIELD_ID, text):
        raise ValueError("must be the id of a custom field: a whole number, such as 27642")
    return text


def harvest_contact(text: str) -> str:
    """How somebody who wonders about our requests reaches us: fit for a header."""
    example = "must be an e-mail address or a web address in plain ASCII, such as help@agency.example"
    if not matches(CONTACT, text) or re.search(r'[()<>"\\]', text):
        raise ValueError(example)
    try:
        return url(text) if "://" in text else email(text)
    except ValueError:
        raise ValueError(example) from None


def template(text: str) -> str:
    """A text with names in braces, to be filled in by str.format."""
    line = one_line(text)
    if matches(TEMPLATE, line):
        return line
    try:
        names = [name for _, name, _, _ in Formatter().parse(line) if name is not None]
    except ValueError:
        raise ValueError("has a brace without its partner: write {{ and }} for braces themselves") from None
    for name in names:
        if name not in TEMPLATE_NAMES:
            raise ValueError(f"nothing is called '{{{printable(name)}}}' here; {suggest(name, TEMPLATE_NAMES)}")
    raise ValueError(f"must hold names alone in braces, such as {{{names[0]}}}")


def _pair(these: Sequence[str], others: Sequence[str]) -> dict[str, Any]:
    """These are written, and the others are not."""
    kinds = {key: {"type": "string" if key in these else "null"} for key in (*these, *others)}
    return {"required": [*these], "properties": kinds}


def _over(defaults: Mapping[str, Any], value: Any, block: str, about: str) -> Form:
    """How a block is read that writes which of its values are others than the defaults."""
    keys = {
        key: Annotated[value, Field(description=about.format(key), json_schema_extra={"default": default})]
        for key, default in defaults.items()
    }
    made = TypedDict(block, keys, total=False)  # type: ignore[misc]
    made.__doc__ = "What is called otherwise in Teamwork."
    return Form(lambda written: {**defaults, **written}, raw=made)


ClientId = Annotated[str, Form(client_id, pattern(CLIENT_ID))]
Scope = Annotated[str, Form(oauth_scope, pattern(SCOPE))]
HarvestContact = Annotated[str, Form(harvest_contact, pattern(CONTACT))]
ServiceUrl = Annotated[str, Form(service_url, pattern(SERVICE_URL))]
ZendeskTag = Annotated[str, Form(tag, pattern(TAG))]
ZendeskTags = Annotated[
    tuple[str, ...], Form(tuple, {"type": "array", "items": pattern(TAG)}, tuple[ZendeskTag, ...], list)
]
FieldTemplates = Annotated[
    Mapping[int, str],
    Form(
        lambda written: {int(key): text for key, text in written.items()},
        {"type": "object", "patternProperties": {FIELD_ID: pattern(TEMPLATE)}},
        dict[Annotated[str, Form(field_id, pattern(FIELD_ID))], Annotated[str, Form(template, pattern(TEMPLATE))]],
    ),
]
TeamworkFields = Annotated[
    Mapping[str, str],
    _over(TEAMWORK_FIELDS, Line, "TeamworkFields", "The name of the project's custom field that holds {}."),
]
TeamworkKinds = Annotated[
    Mapping[str, tuple[str, ...]],
    _over(TEAMWORK_KINDS, Words, "TeamworkKinds", "What the dropdown says for a contract of the kind {}."),
]
ScopeWords = Annotated[
    Mapping[str, tuple[str, ...]],
    Form(
        dict,
        {"type": "object", "additionalProperties": items({"type": "string", "minLength": 1})},
        dict[str, Words],
    ),
]


@dataclass(frozen=True, slots=True)
class Zendesk:
    """The Zendesk account that tickets are kept in. Either OAuth's two keys are there, or email and token."""

    __pydantic_config__: ClassVar = ConfigDict(
        extra="forbid", json_schema_extra={"oneOf": [_pair(OAUTH, BASIC), _pair(BASIC, OAUTH)]}
    )

    url: Annotated[ServiceUrl, Field(description="Its address, such as https://agency.zendesk.com.")]
    client_id: Annotated[
        ClientId | None,
        Field(description="The identifier of its OAuth client; beside client_secret."),
    ] = None
    client_secret: Annotated[Secret | None, Field(description="Where the OAuth client's secret is kept.")] = None
    scope: Annotated[Scope, Field(description="What the OAuth client asks for.")] = "read tickets:write"
    email: Annotated[Email | None, Field(description="Whose API token it is, for accounts that still have one.")] = None
    token: Annotated[
        Secret | None, Field(description="Where the API token is kept, for accounts that still have one.")
    ] = None
    requests_a_minute: Annotated[
        int, Field(ge=1, le=10_000, description="Requests a minute at most; the default is that of the Team plan.")
    ] = 200
    requester: Annotated[Id | None, Field(description="The id of the user in whose name tickets are opened.")] = None
    group: Annotated[Id | None, Field(description="The id of the group that tickets go to.")] = None
    brand: Annotated[Id | None, Field(description="The id of the brand of tickets.")] = None
    form: Annotated[Id | None, Field(description="The id of the form of tickets.")] = None
    account_manager: Annotated[Id | None, Field(description="The id of the user whom summaries are assigned to.")] = (
        None
    )
    tags: Annotated[
        ZendeskTags, Field(description="Tags of every ticket; in small letters, as Zendesk keeps them.")
    ] = ("siterounds",)
    fields: Annotated[
        FieldTemplates,
        Field(description="What custom fields hold, by their id: text with names in braces, such as '{site}'."),
    ] = field(default_factory=dict)
    public: Annotated[bool, Field(description="Whether the requester sees comments.")] = False
    new_tickets_a_round: Annotated[
        int, Field(ge=0, le=1_000, description="New tickets a round at most; one more holds the rest.")
    ] = 20
    reopen_days: Annotated[
        int, Field(ge=0, le=365, description="Days in which a problem that comes back reopens its ticket.")
    ] = 14
    one_ticket_per_cause: Annotated[
        bool, Field(description="Whether one problem on many sites of a client is one ticket.")
    ] = False


@dataclass(frozen=True, slots=True)
class Harvest:
    """The Harvest account that time is booked in."""

    account: Annotated[Id, Field(description="The id of the account.")]
    token: Annotated[Secret, Field(description="Where the personal access token is kept, such as env:HARVEST_TOKEN.")]
    contact: Annotated[
        HarvestContact,
        Field(description="An e-mail or web address by which Harvest can reach you."),
    ]
    url: Annotated[ServiceUrl, Field(description="Its address.")] = "https://api.harvestapp.com"
    task: Annotated[
        Id | None, Field(description="The id of the task that time is booked on, where a client has none.")
    ] = None
    requests_in_15_seconds: Annotated[
        int, Field(ge=1, le=10_000, description="Requests at most in a quarter of a minute.")
    ] = 100


@dataclass(frozen=True, slots=True)
class Teamwork:
    """The Teamwork site that contracts are kept in, one project for each."""

    url: Annotated[ServiceUrl, Field(description="Its address, such as https://agency.teamwork.com.")]
    token: Annotated[Secret, Field(description="Where the API key is kept, such as credential:teamwork.")]
    requests_a_minute: Annotated[
        int, Field(ge=1, le=10_000, description="Requests a minute at most; the default holds up to the Grow plan.")
    ] = 150
    task_list: Annotated[Line, Field(description="The list whose tasks say what is in scope.")] = "SLA - in scope"
    fields: Annotated[TeamworkFields, Field(description="The names of the custom fields of projects.")] = field(
        default_factory=lambda: dict(TEAMWORK_FIELDS)
    )
    kinds: Annotated[TeamworkKinds, Field(description="The dropdown's texts by kind of contract.")] = field(
        default_factory=lambda: dict(TEAMWORK_KINDS)
    )
    scope: Annotated[
        ScopeWords,
        Field(description="Words that put a check in scope, instead of its own: a word of a task begins with them."),
    ] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Services:
    """Where tickets, time and contracts are kept, and by which way reports go."""

    environment: Annotated[
        Name, Field(description="Part of every key given outside, so that test and live systems never meet.")
    ] = "production"
    zone: Annotated[Zone, Field(description="The time zone of contracts and maintenance.")] = "UTC"
    zendesk: Annotated[Zendesk | None, Field(description="Where tickets are kept.")] = None
    harvest: Annotated[Harvest | None, Field(description="Where time is booked.")] = None
    teamwork: Annotated[Teamwork | None, Field(description="Where contracts are kept.")] = None
    mail: Annotated[Mail | None, Field(description="The mail server that reports are handed to.")] = None


@dataclass(frozen=True, slots=True)
class ClientZendesk:
    """What a client is in Zendesk; what is None there holds as in `Zendesk`."""

    organization: Annotated[Id | None, Field(description="The id of the client's organization.")] = None
    requester: Annotated[
        Id | None, Field(description="The id of the user in whose name the client's tickets are opened.")
    ] = None
    group: Annotated[Id | None, Field(description="The id of the group that the client's tickets go to.")] = None
    account_manager: Annotated[
        Id | None, Field(description="The id of the user whom the client's summaries go to.")
    ] = None
    tags: Annotated[ZendeskTags, Field(description="Tags of the client's tickets, beside the others.")] = ()


@dataclass(frozen=True, slots=True)
class ClientHarvest:
    """What a client is in Harvest."""

    project: Annotated[Id, Field(description="The id of the project that the client's time is booked on.")]
    task: Annotated[Id | None, Field(description="The id of the task; without it, that of services.harvest.")] = None


@dataclass(frozen=True, slots=True)
class ClientTeamwork:
    """What a client is in Teamwork."""

    project: Annotated[Id, Field(description="The id of the project that holds the client's contract.")]
