"""The facts that every platform answers in: software, accounts. A check judges these, never "WordPress"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from checks.findings import Cause, NotChecked, NotCheckedError
from checks.platforms.builtin import PLATFORMS
from checks.remedies import remedy_text


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
    software_gaps: tuple[NotChecked, ...] = ()
    account_gaps: tuple[NotChecked, ...] = ()
    as_of: datetime | None = None  # the host's clock, UTC


_REASON = "PHP was not found on the host: no more than the version of the core can be read without it"
_REMEDY = (
    "install the command line's PHP (`apt install php-cli php-mysql`), or set `php` of this site in the inventory to "
    "where it is"
)


def parse_bare(output: str) -> SiteFacts:
    """Facts from version files that were printed instead of an answer, each line of a file behind a bar."""
    known = {platform.name: platform for platform in PLATFORMS}
    for name, path, text in _files(output):
        platform = known.get(name)
        match = re.search(platform.version_files[path], text) if platform and path in platform.version_files else None
        if platform and match:
            core = Software("core", name, platform.title, match[1][:100], active=True)
            gap = NotChecked("php", _REASON, _REMEDY, Cause.NO_PROGRAM)
            return SiteFacts(name, (core,), software_gaps=(gap,), account_gaps=(gap,))
    denied = [line.split("\t")[2] for line in output.split("\n") if re.fullmatch(r"denied\t[^\t]*\t[^\t]*", line)]
    said = f"; not readable: {', '.join(denied[:5])}" if denied else ""
    gap = NotChecked(
        "php", f"PHP was not found on the host, and without it nothing was recognised{said}", _REMEDY, Cause.NO_PROGRAM
    )
    return SiteFacts("", software_gaps=(gap,), account_gaps=(gap,))


def _files(output: str) -> Iterator[tuple[str, str, str]]:
    """Platform, path and text of each file printed."""
    for part in re.split(r"^file\t", output, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        platform, _, path = head.partition("\t")
        yield platform, path, "\n".join(line[1:] for line in body.split("\n") if line.startswith("|"))


_LAST_SECOND = 253402300799  # of the year 9999

_Line = Annotated[str, StringConstraints(max_length=1000)]
_Remedy = Annotated[_Line, AfterValidator(remedy_text)]
_Names = Annotated[list[_Line], Field(max_length=500)]


def _moment(value: Any) -> Any:
    """Unix seconds as an aware UTC time; None for nothing, zero and what no calendar holds."""
    if isinstance(value, bool) or not isinstance(value, int | None):
        raise ValueError("must be unix seconds")
    return datetime.fromtimestamp(value, UTC) if value and 0 < value <= _LAST_SECOND else None


_Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _Software(_Part):
    kind: Literal["core", "plugin", "theme", "module", "addon", "runtime"]
    key: _Line
    name: _Line
    version: _Line | None = None
    active: bool | None = None
    latest: _Line | None = None
    latest_in_line: _Line | None = None
    security: bool | None = None
    listed: bool | None = None
    known_at: _Moment = None
    known_from: _Line = ""
    unfinished: _Line = ""
    update: _Remedy = ""


class _Evidence(_Part):
    at: _Moment
    source: _Line


class _Account(_Part):
    login: _Line
    id: _Line
    name: _Line = ""
    email: _Line = ""
    roles: _Names = []
    powers: _Names = []
    created: _Moment = None
    enabled: bool = True
    evidence: Annotated[list[_Evidence], Field(max_length=100)] = []
    absence_is_never: bool = False
    second_factor: bool | None = None
    tokens_used: _Moment = None


class _Gap(_Part):
    item: _Line
    reason: _Line
    remedy: _Remedy = ""
    cause: _Line = ""


class _Gaps(_Part):
    software: list[_Gap] = []
    accounts: list[_Gap] = []
    logs: list[_Gap] = []


class _Document(_Part):
    platform: Annotated[str, StringConstraints(max_length=100)]
    root: str
    software: Annotated[list[_Software], Field(max_length=10_000)]
    accounts: Annotated[list[_Account], Field(max_length=10_000)]
    gaps: _Gaps
    as_of: _Moment
    php: _Line


def parse(output: str) -> SiteFacts:
    """The facts in what the PHP probe printed; NotCheckedError where that is no answer."""
    if output.startswith("no-php"):
        return parse_bare(output)
    if not output.lstrip().startswith("{"):
        raise _not_an_answer(output)
    try:
        document = _Document.model_validate_json(output)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        cause = Cause.TOO_MUCH if first["type"] == "too_long" else Cause.NOT_UNDERSTOOD
        reason = f"what the PHP probe answered is malformed: {where}: {first['msg']}"[:400]
        raise NotCheckedError(reason, "", cause) from error
    return SiteFacts(
        platform=document.platform,
        software=tuple(Software(**_fields(part)) for part in document.software),
        accounts=tuple(_account(part) for part in document.accounts),
        software_gaps=_gaps(document.gaps.software),
        account_gaps=_gaps(document.gaps.accounts),
        as_of=document.as_of,
    )


def _not_an_answer(output: str) -> NotCheckedError:
    if not output.strip():
        return NotCheckedError("the PHP probe printed nothing", "try `php -v` on the host", Cause.PROGRAM_FAILED)
    said = " ".join(output[:200].split())[:80]
    if said.startswith(("X-Powered-By", "Content-type", "Status:")):
        return NotCheckedError(
            "the PHP found on the host is the one for web servers (CGI), not the command line's",
            "set `php` of this site in the inventory to the command line's PHP",
            Cause.NO_PROGRAM,
        )
    return NotCheckedError(
        f"what the PHP probe printed is no answer: {said}", "see what `php -v` prints on the host", Cause.NOT_UNDERSTOOD
    )


def _fields(part: BaseModel) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).model_fields}


def _account(part: _Account) -> Account:
    evidence = tuple(Evidence(sign.at, sign.source) for sign in part.evidence if sign.at is not None)
    return Account(**_fields(part) | {"roles": tuple(part.roles), "powers": tuple(part.powers), "evidence": evidence})


def _gaps(parts: list[_Gap]) -> tuple[NotChecked, ...]:
    return tuple(NotChecked(part.item, part.reason, part.remedy, Cause.of(part.cause)) for part in parts)
