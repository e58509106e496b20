"""The types of an inventory's values: what a text must look like, what it becomes, and its JSON Schema.

Each function here reads one kind of value and raises ValueError with what is allowed.
"""

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, ConfigDict, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
from pydantic.json_schema import JsonSchemaValue, SkipJsonSchema
from pydantic_core import CoreSchema, core_schema

from inventory.errors import nearest, printable, suggest

STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)
"""How all sections are read: unknown keys and wrong types are refused."""
FOLDER = "folder"
"""In the context of validation: the folder that paths without a / or ~ at their beginning count from."""
WRITTEN = "written"
"""In the metadata of pydantic's schemas: how a value is written in YAML, for the defaults that a schema prints."""

NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
ABSOLUTE = r"^/[^\u0000-\u001f\u007f]*$"
OWN_PATH = r"^[^\u0000-\u001f\u007f]+$"
KEY_PATH = r"^(/|~)[^\u0000-\u001f\u007f]+$"
URL = r"^https?://[^\s/?#@\\]+([/?][^\s\\#]*)?$"
EMAIL = r'^[^\s@<>()\[\],;:"\\]{1,64}@[^\s@]+\.[^\s@.]+$'
LANGUAGE = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?$"
ACCOUNT = r"^[A-Za-z0-9_][A-Za-z0-9_.@+\\-]{0,127}\$?$"
HOST_KEY = r"^\s*(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521))\s+[A-Za-z0-9+/]+=*(\s.*)?$"

_LABEL = r"\w(?:[\w-]{0,61}\w)?"
_HOST_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_KEY_FIELDS = {  # fields of the public key after the algorithm's name, RFC 4253 6.6, RFC 5656 3.1, RFC 8709 4
    "ssh-ed25519": 1,
    "ssh-rsa": 2,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
}

DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
TIME = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"
MOMENT = (
    r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)
ZONE = r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAILY = "daily"

EVERY_DAY = frozenset(range(7))

_MACHINES_OWN = re.compile(r"(?:posix|right)/.*|localtime|posixrules|Factory")
"""What lies beside the zones on some machines and is none, or counts leap seconds."""


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """How a value is written: `read` makes the value of what stands in the file, `schema` is for editors.

    `raw` is the type that pydantic checks first; `written` makes of a value what would stand in the file. Without a
    schema, that of `raw` holds.
    """

    read: Callable[[Any], Any]
    schema: Mapping[str, Any] = field(default_factory=dict)
    raw: Any = str
    written: Callable[[Any], Any] = str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read JSON as files have it: validate as `raw`, then read. Python's values, such as the store's, stay."""
        read = core_schema.no_info_after_validator_function(self.read, handler(self.raw))
        made = core_schema.json_or_python_schema(
            read, handler(source), serialization=core_schema.plain_serializer_function_ser_schema(lambda value: value)
        )
        made["metadata"] = {WRITTEN: self.written}
        return made

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Return the form's schema for files; what is written out, as a round is, has that of its own type."""
        if handler.mode == "serialization":
            return handler(core["python_schema"])
        return {**self.schema} if self.schema else handler(core)


def pattern(regex: str) -> Mapping[str, Any]:
    """Return the JSON Schema of a text that matches."""
    return {"type": "string", "pattern": regex}


def name(text: str) -> str:
    """What a client, host, site or tag may be called."""
    if not matches(NAME, text):
        raise ValueError(
            "is not a name: letters, digits, '-', '_' and '.', beginning with a letter or digit, at most 64 of them"
        )
    return text


def one_line(text: str) -> str:
    """A text that people read, on one line."""
    if not text.strip() or len(text) > 200 or _CONTROL.search(text):
        raise ValueError("must be one line of 1 to 200 characters")
    return text.strip()


def language(text: str) -> str:
    """A language as in a web page: "en", "pt-BR"."""
    if not matches(LANGUAGE, text):
        raise ValueError("must be a language code such as en, de or pt-BR")
    return text


def email(text: str) -> str:
    """An e-mail address without a name around it."""
    domain = text.rpartition("@")[2]
    if len(text) > 254 or not matches(EMAIL, text) or not _host_name(domain) or _CONTROL.search(text):
        raise ValueError("must be an e-mail address such as ann@shop.example")
    return text


def url(text: str) -> str:
    """The address of a site: http or https, a host, perhaps a port and a path."""
    example = "must be a web address such as https://shop.example"
    if "@" in text.partition("//")[2].partition("/")[0]:
        raise ValueError(f"{example}, without a user name or a password")
    if len(text) > 2_000 or not matches(URL, text) or _CONTROL.search(text):
        raise ValueError(example)
    place = re.split("[/?]", text.partition("//")[2], maxsplit=1)[0]
    host, colon, port = place.rpartition(":") if re.search(r":[^\]]*$", place) else (place, "", "")
    if colon and not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        raise ValueError(f"{example}, its port from 1 to 65535")
    bracketed = host.startswith("[") and host.endswith("]")
    if not (_ip(host[1:-1], 6) if bracketed else _host_name(host) or _ip(host, 4)):
        raise ValueError(example)
    return text


def address(text: str) -> str:
    """Where a host is: a name of the DNS or of ~/.ssh/config, or an IP address."""
    if not (_host_name(text) or _ip(text)):
        raise ValueError("must be a host name or an IP address alone, such as web1.example or 203.0.113.10")
    return text


def account(text: str) -> str:
    """The name of an operating system's account."""
    if not matches(ACCOUNT, text):
        raise ValueError("must be an account's name: letters, digits and _ . @ + -, not beginning with '-'")
    return text


def absolute_path(text: str) -> str:
    """A path on a host."""
    if not matches(ABSOLUTE, text) or len(text) > 4_096:
        raise ValueError("must be an absolute path: it begins with /")
    return text


def key_file(text: str) -> Path:
    """The path of a private key on the agent's machine; ~ and ~account are expanded."""
    if not matches(KEY_PATH, text) or len(text) > 4_096:
        raise ValueError("must be the path of a private key that begins with / or ~, such as ~/.ssh/id_ed25519")
    return _expanded(text)


def own_path(text: str, folder: Path) -> Path:
    """The absolute path of a file or folder on the agent's machine; what begins with neither / nor ~ is in `folder`."""
    if not text.strip() or not matches(OWN_PATH, text) or len(text) > 4_096:
        raise ValueError("must be a path on this machine, such as /etc/siterounds/logo.png")
    return folder.absolute() / _expanded(text)


def host_key(text: str) -> str:
    """A host's public key: algorithm, key in base64; a comment after it is dropped."""
    what = "must be a host's public key as `ssh-keyscan` prints it after the host's name: ssh-ed25519 AAAA…"
    words = text.split()
    if len(words) < 2 or words[0] not in _KEY_FIELDS:
        raise ValueError(f"{what} (ssh-ed25519, ecdsa-sha2-nistp256, -384, -521 or ssh-rsa)")
    algorithm, encoded = words[:2]
    try:
        fields = _fields(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError):
        raise ValueError(f"{what}; this one is damaged or cut short") from None
    named = fields[0] == algorithm.encode()
    curve = algorithm.rpartition("-")[2].encode()
    if not named or len(fields) != _KEY_FIELDS[algorithm] + 1 or b"" in fields:
        raise ValueError(f"{what}; this one is not an {algorithm} key inside")
    if (algorithm == "ssh-ed25519" and len(fields[1]) != 32) or (algorithm.startswith("ecdsa") and fields[1] != curve):
        raise ValueError(f"{what}; this one is not an {algorithm} key inside")
    return f"{algorithm} {encoded}"


def matches(pattern: str, text: str) -> bool:
    """Whether the whole text has a form of this file, a line's end after it not allowed."""
    return re.fullmatch(pattern.removesuffix("$"), text) is not None


def _expanded(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("names an account after ~ that does not exist on this machine") from None


def _fields(blob: bytes) -> list[bytes]:
    """The length-prefixed strings of an SSH public key, RFC 4251 5; ValueError if they do not fill it."""
    fields: list[bytes] = []
    while blob:
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size or len(fields) > 3:
            raise ValueError("cut short")
        fields.append(blob[4 : 4 + size])
        blob = blob[4 + size :]
    if not fields:
        raise ValueError("empty")
    return fields


def _host_name(text: str) -> bool:
    return len(text) <= 253 and _HOST_NAME.fullmatch(text) is not None and not re.fullmatch(r"[\d.]+", text)


def _ip(text: str, version: int | None = None) -> bool:
    try:
        return version in (None, ipaddress.ip_address(text).version)
    except ValueError:
        return False


def day(value: Any) -> date:
    """A day: 2026-12-31."""
    try:
        return date.fromisoformat(_checked(DAY, value))
    except ValueError:
        raise ValueError("must be a day such as 2026-12-31") from None


def moment_or_time(value: Any) -> datetime | time:
    """A moment with its offset from UTC, which comes back in UTC, or a time of day."""
    try:
        if isinstance(value, str) and matches(TIME, value):
            return time.fromisoformat(value)
        return datetime.fromisoformat(_checked(MOMENT, value)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "must be a moment with its offset from UTC, such as 2026-12-01T22:00:00+01:00, or, beside days, a time of "
            'day such as "02:00"'
        ) from None


def time_of_day(value: Any) -> time:
    """A time of day: "06:00"."""
    try:
        return time.fromisoformat(_checked(TIME, value))
    except ValueError:
        raise ValueError('must be a time of day in quotes, such as "06:00"') from None


def weekdays(value: Any) -> frozenset[int]:
    """Days of the week as numbers, 0 is Monday: a list of them, or daily."""
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list | tuple) or not words or not all(isinstance(word, str) for word in words):
        raise ValueError("must be daily, or a list of days such as [saturday, sunday]")
    for word in words:
        if word not in (*WEEKDAYS, DAILY):
            raise ValueError(f"no day is called '{printable(word)}'; {suggest(word, (*WEEKDAYS, DAILY))}")
    return frozenset(range(7)) if DAILY in words else frozenset(map(WEEKDAYS.index, words))


def weekday(value: Any) -> int:
    """A day of the week as a number, 0 is Monday."""
    if isinstance(value, str) and value in WEEKDAYS:
        return WEEKDAYS.index(value)
    if isinstance(value, str):
        raise ValueError(f"no day is called '{printable(value)}'; {suggest(value, WEEKDAYS)}")
    raise ValueError("must be a day of the week, such as monday")


def zone(text: str) -> str:
    """A time zone of the IANA database."""
    if matches(ZONE, text) and len(text) <= 64 and not _MACHINES_OWN.fullmatch(text):
        try:
            return ZoneInfo(text).key
        except (OSError, ValueError, LookupError):
            pass  # what names no file, a folder, or a file that holds no zone
    near = nearest(text, tuple(sorted(available_timezones())))
    raise ValueError(f"must be a time zone such as Europe/Berlin or UTC{f'; did you mean {near}?' if near else ''}")


def _checked(pattern: str, value: Any) -> str:
    if isinstance(value, str) and matches(pattern, value):
        return value
    raise ValueError("has another form")


def in_folder(text: str, info: ValidationInfo) -> Path:
    """Return the absolute path of a path in a file."""
    return own_path(text, Path((info.context or {}).get(FOLDER, ".")))


def _some(values: Any) -> Any:
    if not values:
        raise ValueError("must name at least one, or be removed")
    return values


def items(value: Mapping[str, Any], least: int = 1) -> Mapping[str, Any]:
    """Return the JSON Schema of a list of values, of which there are `least` at least."""
    return {"type": "array", "minItems": least, "items": value}


def _settings(levels: Mapping[str, Any]) -> Mapping[str, Any]:
    return {check: values for check, values in levels.items() if values}


_LINE = {"type": "string", "minLength": 1}
_DAYS = [*WEEKDAYS, DAILY]

Name = Annotated[str, Form(name, pattern(NAME))]
Line = Annotated[str, Form(one_line, _LINE)]
Email = Annotated[str, Form(email, pattern(EMAIL))]
Url = Annotated[str, Form(url, pattern(URL))]
Language = Annotated[str, Form(language, pattern(LANGUAGE))]
HostAddress = Annotated[str, Form(address, pattern(r"^\S+$"))]
Account = Annotated[str, Form(account, pattern(ACCOUNT))]
AbsolutePath = Annotated[str, Form(absolute_path, pattern(ABSOLUTE))]
KeyFile = Annotated[Path, Form(key_file, pattern(KEY_PATH))]
HostKey = Annotated[str, Form(host_key, pattern(HOST_KEY))]
Id = Annotated[int, Field(ge=1)]
OwnPath = Annotated[Path, Form(str, pattern(OWN_PATH)), AfterValidator(in_folder)]
"""A file or folder on the agent's machine; absolute once it is read."""

Zone = Annotated[str, Form(zone, pattern(ZONE))]
ZoneBelow = Annotated[str, Form(zone, pattern(ZONE), written=lambda _: None)]
"""A time zone that is the one of the services where nothing is written, and so has no default of its own."""
Day = Annotated[date, Form(day, pattern(DAY), Any)]
TimeOfDay = Annotated[time, Form(time_of_day, pattern(TIME), Any, lambda at: f"{at:%H:%M}")]
MomentOrTime = Annotated[
    datetime | time, Form(moment_or_time, {"type": "string", "anyOf": [{"pattern": MOMENT}, {"pattern": TIME}]}, Any)
]
Weekday = Annotated[int, Form(weekday, {"enum": [*WEEKDAYS]}, Any, WEEKDAYS.__getitem__)]
Weekdays = Annotated[
    frozenset[int],
    Form(
        weekdays,
        {"anyOf": [{"const": DAILY}, items({"enum": _DAYS})]},
        Any,
        lambda days: DAILY if days == EVERY_DAY else [WEEKDAYS[one] for one in sorted(days)],
    ),
]

Names = Annotated[frozenset[str], Form(_some, items({"type": "string"}), frozenset[str], sorted)]
"""Names of other parts, or of checks: each must exist, and at least one is there."""
Emails = Annotated[tuple[str, ...], Form(_some, items(pattern(EMAIL)), tuple[Email, ...], list)]
Words = Annotated[tuple[str, ...], Form(_some, items(_LINE), tuple[Line, ...], list)]
Tags = Annotated[
    frozenset[str],
    Form(frozenset, items(pattern(NAME), 0), tuple[Name, ...], sorted),
    Field(description="Words of your own to choose by, such as [vip]."),
]
Settings = Mapping[str, Mapping[str, Any]]
"""Settings by check name, as written at one level of the inventory: `{"disk": {"used": {"warning": 70}}}`."""
Levels = Annotated[
    Settings,
    Form(_settings, {"type": "object"}, dict[str, dict[str, Any] | None], dict),
    Field(description="Settings by check, over those of the levels above: default, client, host, site."),
]
Key = Annotated[SkipJsonSchema[str], Field(alias="\0", default="")]
"""The name under which a part of the inventory is written: it stands before the part, not in it."""
Title = Annotated[Line, Field(default="", description="What people call it; without it, the key.")]
