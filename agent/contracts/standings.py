"""The contract status of every client: its terms and the hours used."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from agent.config import read_secret
from agent.contracts.hours import MAX_AGE, BookedHours, booked_in, with_usage
from agent.contracts.merge import merge
from agent.contracts.teamwork_cache import COPY_AGE, cached_agreements
from agent.integrations.protocol import ClientContext
from agent.store.cache import record_response
from agent.store.store import Store
from checks.contract import Hours
from inventory.model import Inventory
from inventory.secrets import Reference
from reports.contract import ContractStatus, Month


def contract_statuses(
    inventory: Inventory,
    store: Store,
    at: datetime,
    *,
    max_age: timedelta = MAX_AGE,
    secrets: Callable[[Reference], str] = read_secret,
    copy_age: timedelta = COPY_AGE,
    scope_words: Mapping[str, Sequence[str]],
) -> Mapping[str, ContractStatus]:
    """Return the contract status of every client, in the order of the inventory.

    Where the services answer, hours used are at most `max_age` old, and what Teamwork says at most `copy_age`; where
    they do not, what they said last serves, and remarks tell so. `scope_words` are the checks' own, by check: words of
    Teamwork tasks that put it in scope, where the inventory has no others. Raises nothing but StoreError.
    """
    services = inventory.services
    context = ClientContext(store.cache, secrets, partial(record_response, store.cache))
    found = cached_agreements(inventory, store.cache, at, copy_age, context, scope_words=scope_words)
    known = {name: merge(client, found.get(name), inventory, at) for name, client in inventory.clients.items()}
    months = {one.month for one in known.values() if one.month and one.harvest_project}
    booked: Mapping[Month, BookedHours] = {}
    if services.harvest:
        booked = booked_in(services.harvest, store.cache, months, at, max_age=max_age, context=context)
    return {
        name: with_usage(one, booked.get(one.month) if one.month else None, services, at) for name, one in known.items()
    }


def facts_of(standing: ContractStatus, withheld: Sequence[str] = ()) -> Hours:
    """Return the facts of the check `contract`. `withheld` names the rounds not booked because of the cap."""
    return Hours(
        agreed=standing.agreed,
        used=standing.used,
        forecast=standing.forecast,
        cap=standing.cap,
        withheld=tuple(withheld),
        reason=standing.trouble,
        remedy=standing.remedy,
    )
