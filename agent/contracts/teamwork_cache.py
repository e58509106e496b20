"""Cached contracts of Teamwork: refreshed when old, and used for a while when Teamwork does not answer."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter, ValidationError

from agent.config import SecretError
from agent.domain.errors import AuthenticationError
from agent.integrations.protocol import ClientContext
from agent.integrations.teamwork import (
    Agreement,
    AgreementReader,
    FieldIds,
    TeamworkClient,
    Wanted,
    read_agreements,
    teamwork_service,
)
from agent.store.cache import Cache
from checks.text import clean
from inventory import services
from inventory.model import Client, Inventory
from reports.contract import age

COPY_AGE = timedelta(hours=6)
"""Age at which a copy is refreshed."""
LAST_RESORT = timedelta(days=7)
"""Age up to which a copy is used while Teamwork does not answer."""
_BOOK_AGE = timedelta(days=1)
_BOOK = "teamwork fields"


@dataclass(frozen=True, slots=True)
class CachedAgreement:
    """Teamwork's data about one client. `trouble` says why there is none although there may be a contract."""

    agreement: Agreement | None = None
    fetched_at: datetime | None = None
    remarks: tuple[str, ...] = ()
    trouble: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A stored copy with a fingerprint of its inputs: for another project or other field names it would be wrong."""

    made_for: str
    agreement: Agreement | None
    remark: str = ""


_copy = TypeAdapter(_Kept)
_book = TypeAdapter(FieldIds)


def cached_agreements(
    inventory: Inventory,
    kept: Cache,
    at: datetime,
    copy_age: timedelta,
    context: ClientContext,
    *,
    scope_words: Mapping[str, Sequence[str]],
) -> Mapping[str, CachedAgreement]:
    """Return Teamwork's data about each client; empty if it is not configured. Raises nothing but StoreError.

    `scope_words` are those of the checks; what the inventory writes of a check goes before.
    """
    config = inventory.services.teamwork
    if config is None:
        return {}
    config = replace(config, scope={**{name: tuple(words) for name, words in scope_words.items()}, **config.scope})
    wanted = {client.name: _wanted(client, inventory) for client in inventory.clients.values()}
    stored = dict(_stored(config, kept, wanted))
    fresh = {name for name, (_, fetched_at) in stored.items() if timedelta(0) <= at - fetched_at < copy_age}
    due = [one for name, one in wanted.items() if name not in fresh]
    book = _book_of(config, kept, at, min(_BOOK_AGE, copy_age * 4))
    reading = _read(config, due, book, context) if due else AgreementReader()
    if reading.book is not None and reading.book is not book:
        kept.put(_BOOK, {config.url: _book.dump_python(reading.book, mode="json")}, at)
    for name, found in reading.found.items():
        made = _Kept(_made_for(config, wanted[name]), found.agreement, found.remark)
        kept.put(_name(name), _copy.dump_python(made, mode="json"), at)
        stored[name] = made, at
        fresh.add(name)
    return {
        name: _fresh(*stored[name]) if name in fresh else _old(stored.get(name), reading, name, at) for name in wanted
    }


def _wanted(client: Client, inventory: Inventory) -> Wanted:
    urls = tuple(site.url for site in inventory.sites.values() if site.client == client.name)
    return Wanted(client.name, client.teamwork.project if client.teamwork else None, urls)


def _stored(
    config: services.Teamwork, kept: Cache, wanted: Mapping[str, Wanted]
) -> Iterator[tuple[str, tuple[_Kept, datetime]]]:
    for name, one in wanted.items():
        found = kept.get(_name(name))
        copy = _valid(_copy, found.data) if found else None
        if found and copy and copy.made_for == _made_for(config, one):
            yield name, (copy, found.at)


def _book_of(config: services.Teamwork, kept: Cache, at: datetime, most: timedelta) -> FieldIds | None:
    """Return the cached fields if they are not older than `most`. None: there are none."""
    found = kept.get(_BOOK)
    recent = found is not None and timedelta(0) <= at - found.at < most
    return _valid(_book, found.data.get(config.url)) if found and recent and isinstance(found.data, dict) else None


def _read(
    config: services.Teamwork, due: Sequence[Wanted], book: FieldIds | None, context: ClientContext
) -> AgreementReader:
    try:
        service = teamwork_service(config, context)
    except SecretError as error:
        return AgreementReader(
            trouble=AuthenticationError(f"the API key for Teamwork cannot be read: {error}", "put it there")
        )
    except AuthenticationError as error:
        return AgreementReader(trouble=error)
    with service:
        return read_agreements(TeamworkClient(service, config), due, book)


def _fresh(copy: _Kept, fetched_at: datetime) -> CachedAgreement:
    return CachedAgreement(copy.agreement, fetched_at, (copy.remark,) if copy.remark else ())


def _old(stored: tuple[_Kept, datetime] | None, reading: AgreementReader, name: str, at: datetime) -> CachedAgreement:
    """Return what is used while Teamwork does not answer."""
    error = reading.trouble_of(name)
    reason = clean(error.reason if error else "Teamwork was not asked", 300)
    if stored and timedelta(0) <= at - stored[1] <= LAST_RESORT:
        copy, fetched_at = stored
        remark = f"Teamwork could not be read ({reason}): what it said {age(at - fetched_at)} ago holds."
        return CachedAgreement(copy.agreement, fetched_at, (*([copy.remark] if copy.remark else []), remark))
    remedy = (error.remedy if error else "") or "see whether Teamwork answers; the inventory's `contract:` can stand in"
    return CachedAgreement(remarks=(f"Teamwork could not be read: {reason}.",), trouble=reason, remedy=remedy)


def _made_for(config: services.Teamwork, wanted: Wanted) -> str:
    """Return a fingerprint of all parts of the inventory that determine a copy."""
    said = [config.url, config.task_list, *map(dict, (config.fields, config.kinds, config.scope))]
    text = json.dumps([*said, wanted.project, sorted(wanted.urls)], sort_keys=True)
    return sha256(text.encode()).hexdigest()


def _name(client: str) -> str:
    return f"contract:{client}"


def _valid(adapter: TypeAdapter[Any], data: Any) -> Any:
    """Return the cached value. None: there is none, or an earlier version wrote it in another format."""
    try:
        return adapter.validate_python(data)
    except ValidationError:
        return None
