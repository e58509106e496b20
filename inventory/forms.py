"""The types of an inventory's values: each a form of `texts`, `moments` or `service_texts` with its JSON Schema."""

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo, WithJsonSchema

from inventory import brand_texts, cron, mail_texts, moments, service_texts, serving_texts, texts
from inventory.secrets import Reference

FOOTER = 8
"""Lines of a footer at most."""


def _text(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": pattern})


def _reference(text: str) -> str:
    return str(Reference.parse(text))


def _few(lines: tuple[str, ...]) -> tuple[str, ...]:
    if len(lines) > FOOTER:
        raise ValueError(f"must be {FOOTER} lines at most")
    return lines


def _own_path(text: str, info: ValidationInfo) -> str:
    return texts.own_path(text, Path((info.context or {}).get(FOLDER, ".")))


def _picture(text: str, info: ValidationInfo) -> str:
    return _own_path(brand_texts.picture(text), info)


def _cron(text: str) -> str:
    return str(cron.Cron.parse(text))


def _some(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise ValueError("must name at least one, or be removed")
    return values


FOLDER = "folder"
"""In the context of validation: the folder that paths without a / or ~ at their beginning count from."""

Name = Annotated[str, AfterValidator(texts.name), _text(texts.NAME)]
Line = Annotated[str, AfterValidator(texts.one_line), WithJsonSchema({"type": "string", "minLength": 1})]
Email = Annotated[str, AfterValidator(texts.email), _text(texts.EMAIL)]
Url = Annotated[str, AfterValidator(texts.url), _text(texts.URL)]
Language = Annotated[str, AfterValidator(texts.language), _text(texts.LANGUAGE)]
Address = Annotated[str, AfterValidator(texts.address), _text(r"^\S+$")]
Account = Annotated[str, AfterValidator(texts.account), _text(texts.ACCOUNT)]
AbsolutePath = Annotated[str, AfterValidator(texts.absolute_path), _text(texts.ABSOLUTE)]
KeyFile = Annotated[str, AfterValidator(texts.key_file), _text(texts.KEY_PATH)]
OwnPath = Annotated[str, AfterValidator(_own_path), _text(texts.OWN_PATH)]
PicturePath = Annotated[str, AfterValidator(_picture), _text(brand_texts.PICTURE)]
Colour = Annotated[str, AfterValidator(brand_texts.colour), _text(brand_texts.COLOUR)]
HostKey = Annotated[str, AfterValidator(texts.host_key), _text(texts.HOST_KEY)]
Secret = Annotated[str, AfterValidator(_reference), _text(texts.REFERENCE)]
Tags = Annotated[tuple[Name, ...] | None, Field(description="Words of your own to choose by, such as [vip].")]
Written = Annotated[
    dict[str, dict[str, Any] | None] | None,
    Field(description="Settings by check, over those of the levels above: default, client, host, site."),
]

Zone = Annotated[str, AfterValidator(moments.zone), _text(moments.ZONE)]
Day = Annotated[date, PlainValidator(moments.day), _text(moments.DAY)]
MomentOrTime = Annotated[
    datetime | time,
    PlainValidator(moments.moment_or_time),
    WithJsonSchema({"type": "string", "anyOf": [{"pattern": moments.MOMENT}, {"pattern": moments.TIME}]}),
]
_WEEKDAY = {"enum": [*moments.WEEKDAYS, moments.DAILY]}
Weekdays = Annotated[
    frozenset[int],
    PlainValidator(moments.weekdays),
    WithJsonSchema({"anyOf": [{"const": moments.DAILY}, {"type": "array", "minItems": 1, "items": _WEEKDAY}]}),
]
TimeOfDay = Annotated[time, PlainValidator(moments.time_of_day), _text(moments.TIME)]
CronText = Annotated[str, AfterValidator(_cron), _text(cron.EXPRESSION)]
Weekday = Annotated[int, PlainValidator(moments.weekday), WithJsonSchema({"enum": [*moments.WEEKDAYS]})]

ServiceUrl = Annotated[str, AfterValidator(service_texts.service_url), _text(service_texts.SERVICE_URL)]
ClientId = Annotated[str, AfterValidator(service_texts.client_id), _text(service_texts.CLIENT_ID)]
Scope = Annotated[str, AfterValidator(service_texts.scope), _text(service_texts.SCOPE)]
ZendeskTag = Annotated[str, AfterValidator(service_texts.tag), _text(service_texts.TAG)]
FieldId = Annotated[str, AfterValidator(service_texts.field), _text(service_texts.FIELD)]
Template = Annotated[str, AfterValidator(service_texts.template), _text(service_texts.TEMPLATE)]
HarvestContact = Annotated[str, AfterValidator(service_texts.contact), _text(service_texts.CONTACT)]
UnsubscribeUrl = Annotated[str, AfterValidator(mail_texts.unsubscribe_url), _text(mail_texts.UNSUBSCRIBE_URL)]
MailDomain = Annotated[str, AfterValidator(mail_texts.domain), _text(mail_texts.DOMAIN)]
Selector = Annotated[str, AfterValidator(mail_texts.selector), _text(mail_texts.SELECTOR)]

SocketPath = Annotated[str, AfterValidator(serving_texts.socket), _text(serving_texts.SOCKET)]
Endpoint = Annotated[str, AfterValidator(serving_texts.endpoint), _text(serving_texts.ENDPOINT)]

FooterLines = Annotated[
    tuple[Line, ...],
    AfterValidator(_few),
    WithJsonSchema({"type": "array", "maxItems": FOOTER, "items": {"type": "string", "minLength": 1}}),
]

Id = Annotated[int, Field(ge=1)]
Names = Annotated[
    tuple[str, ...],
    AfterValidator(_some),
    WithJsonSchema({"type": "array", "minItems": 1, "items": {"type": "string"}}),
]
"""Names of other parts, or of checks: each must exist, and at least one is there."""
Emails = Annotated[
    tuple[Email, ...],
    AfterValidator(_some),
    WithJsonSchema({"type": "array", "minItems": 1, "items": {"type": "string", "pattern": texts.EMAIL}}),
]
Words = Annotated[
    tuple[Line, ...],
    AfterValidator(_some),
    WithJsonSchema({"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}),
]


class Shape(BaseModel):
    """What all shapes have in common: unknown keys and wrong types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def written(shape: Shape | None) -> Mapping[str, Any]:
    """What was written, by key; a key with nothing after it is as if it were not written."""
    return {key: value for key, value in shape if value is not None} if shape else {}
