"""Who has rounds of their own, by what schedule, and what is looked at in them."""

from collections.abc import Mapping, Sequence
from datetime import time

from agent.collect.plan import Selection
from agent.domain.schedule import Begin, Every, Rhythm
from inventory.model import Inventory
from inventory.scheduling import Daily, Schedule

DELIVERIES = "chore:deliveries"
REPORTS = "chore:reports"
HOUSEKEEPING = "chore:housekeeping"

_KINDS = {"client": "clients", "site": "sites", "host": "hosts"}


def rounds(inventory: Inventory) -> Mapping[str, Rhythm]:
    """The rounds that the inventory wants, by subject: of each client, of sites, and of hosts that concern no client.

    A client's round is its routine round: all its sites and hosts are looked at. A site's is made beside it.
    """
    found: dict[str, Rhythm] = {}
    owned = {site.host for site in inventory.sites.values()}
    busy = {site.client for site in inventory.sites.values()} | {one.client for one in inventory.hosts.values()}
    for client in inventory.clients.values():
        if client.name in busy:
            found[f"client:{client.name}"] = client.schedule
    for site in inventory.sites.values():
        if site.schedule is not None:
            found[f"site:{site.name}"] = site.schedule
    for host in inventory.hosts.values():
        if host.client is None and host.name not in owned:
            found[f"host:{host.name}"] = inventory.schedule
    return found


def chores(inventory: Inventory) -> Mapping[str, Rhythm]:
    """What the service does beside rounds, by subject."""
    nightly = Schedule(Daily(time(2, 30), 30), inventory.services.zone)
    return {
        DELIVERIES: Every(inventory.service.deliver_every),
        REPORTS: Every(60),
        HOUSEKEEPING: nightly,
    }


def selection_of(batch: Sequence[Begin]) -> Selection:
    """What the round for slots of one kind looks at."""
    kind = batch[0].slot.subject.partition(":")[0]
    names = frozenset(one.slot.subject.partition(":")[2] for one in batch)
    return Selection(**{_KINDS[kind]: names})


def booked_as(batch: Sequence[Begin]) -> str:
    """The name that the time of a round is booked under; "" where it is no routine round."""
    first = batch[0].slot
    return first.key if first.subject.startswith("client:") else ""
