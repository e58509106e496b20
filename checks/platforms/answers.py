"""The document that the PHP probe prints, read into facts."""

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from checks.findings import Gap, NotCheckedError
from checks.platforms.bare import parse_bare
from checks.platforms.facts import Account, Evidence, SiteFacts, Software

_LAST_SECOND = 253402300799  # of the year 9999

_Line = Annotated[str, StringConstraints(max_length=1000)]
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
    update: _Line = ""


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
    remedy: _Line = ""


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
        raise NotCheckedError(f"what the PHP probe answered is malformed: {where}: {first['msg']}"[:400]) from error
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
        return NotCheckedError("the PHP probe printed nothing", "try `php -v` on the host")
    said = " ".join(output[:200].split())[:80]
    if said.startswith(("X-Powered-By", "Content-type", "Status:")):
        return NotCheckedError(
            "the PHP found on the host is the one for web servers (CGI), not the command line's",
            "set `php` of this site in the inventory to the command line's PHP",
        )
    return NotCheckedError(f"what the PHP probe printed is no answer: {said}", "see what `php -v` prints on the host")


def _fields(part: BaseModel) -> dict[str, Any]:
    return {name: getattr(part, name) for name in type(part).model_fields}


def _account(part: _Account) -> Account:
    evidence = tuple(Evidence(sign.at, sign.source) for sign in part.evidence if sign.at is not None)
    return Account(**_fields(part) | {"roles": tuple(part.roles), "powers": tuple(part.powers), "evidence": evidence})


def _gaps(parts: list[_Gap]) -> tuple[Gap, ...]:
    return tuple(Gap(part.item, part.reason, part.remedy) for part in parts)
