"""Hours used in a contract month, read from Harvest; one report serves all clients with the same month."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from pydantic import TypeAdapter, ValidationError

from agent.config import SecretError
from agent.domain.errors import PermanentError, ServiceError
from agent.integrations.harvest.client import harvest_service, hours_booked
from agent.integrations.http import HttpClient
from agent.integrations.protocol import ClientContext
from agent.store.cache import Cache, CachedAnswer
from checks.text import clean
from inventory.services import Harvest, Services
from reports.contract import ContractStatus, Month, age, forecast

MAX_AGE = timedelta(minutes=15)
"""Age up to which cached hours are used without a new request."""


@dataclass(frozen=True, slots=True)
class BookedHours:
    """Hours by project in one month; None: unknown. `reason` says why they are old or unknown."""

    hours: Mapping[int, Decimal] | None
    at: datetime | None = None
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    account: int
    hours: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class _Trouble:
    reason: str
    remedy: str


_kept = TypeAdapter(_Kept)


def booked_in(
    config: Harvest, kept: Cache, months: Collection[Month], at: datetime, *, max_age: timedelta, context: ClientContext
) -> Mapping[Month, BookedHours]:
    """Return the hours booked in each month. Raises nothing but StoreError."""
    stored = {month: _stored(config, kept.get(_name(month))) for month in months}
    fresh = {month: one for month, one in stored.items() if one.at and timedelta(0) <= at - one.at < max_age}
    due = sorted(set(months) - set(fresh))
    if not due:
        return fresh
    service = _service(config, context)
    if isinstance(service, _Trouble):
        return {**fresh, **{month: _instead(stored[month], service) for month in due}}
    with service:
        return {**fresh, **_asked(service, config, kept, {month: stored[month] for month in due}, at)}


def _asked(
    service: HttpClient, config: Harvest, kept: Cache, due: Mapping[Month, BookedHours], at: datetime
) -> Mapping[Month, BookedHours]:
    """Read one month after the other, until Harvest fails."""
    found: dict[Month, BookedHours] = {}
    trouble: _Trouble | None = None
    for month, stored in due.items():
        if trouble is None:
            try:
                hours = hours_booked(service, config, *month)
            except ServiceError as error:
                found[month] = _instead(stored, _trouble(error))
                trouble = None if isinstance(error, PermanentError) else _trouble(error)
                continue
            kept.put(_name(month), _kept.dump_python(_Kept(config.account, hours), mode="json"), at)
            found[month] = BookedHours(hours, at)
        else:
            found[month] = _instead(stored, trouble)
    return found


def with_usage(
    standing: ContractStatus, booked: BookedHours | None, services: Services, at: datetime
) -> ContractStatus:
    """Return a contract status with the hours used, or with the reason why they are unknown."""
    if services.harvest is None:
        return replace(standing, used_unknown="no Harvest is configured")
    project = standing.harvest_project
    if project is None or standing.month is None or booked is None:
        return replace(standing, used_unknown="no project in Harvest is known for this client")
    if booked.hours is None or booked.at is None:
        trouble = standing.trouble or (booked.reason if standing.agreed is not None else "")
        remedy = standing.remedy if standing.trouble else booked.remedy if trouble else ""
        return replace(standing, used_unknown=booked.reason, trouble=trouble, remedy=remedy)
    used = booked.hours.get(project, Decimal(0))
    old = f"Harvest could not be read ({booked.reason}): the hours used are of {age(at - booked.at)} ago."
    return replace(
        standing,
        used=used,
        used_at=booked.at,
        forecast=forecast(used, standing.month, booked.at, services.zone),
        remarks=(*standing.remarks, *([old] if booked.reason else [])),
    )


def _service(config: Harvest, context: ClientContext) -> HttpClient | _Trouble:
    try:
        return harvest_service(config, context)
    except SecretError as error:
        return _Trouble(f"the token for Harvest cannot be read: {error}", "put it there")
    except ServiceError as error:
        return _trouble(error)


def _trouble(error: ServiceError) -> _Trouble:
    return _Trouble(clean(error.reason, 300), error.remedy or "see whether Harvest answers, then look again")


def _instead(stored: BookedHours, trouble: _Trouble) -> BookedHours:
    return replace(stored, reason=trouble.reason, remedy=trouble.remedy)


def _stored(config: Harvest, found: CachedAnswer | None) -> BookedHours:
    """Return the cached hours if they belong to this account and have a known format."""
    try:
        copy = _kept.validate_python(found.data) if found else None
    except ValidationError:
        copy = None
    return BookedHours(copy.hours, found.at) if found and copy and copy.account == config.account else BookedHours(None)


def _name(month: Month) -> str:
    return f"hours used:{month[0]}:{month[1]}"
