"""Who has rounds of their own, by what schedule, and what is looked at in them."""

from collections.abc import Mapping, Sequence
from datetime import time

from agent.collect.plan import Selection
from agent.domain.schedule import Interval, Rhythm, StartSlot
from inventory.model import Inventory
from inventory.schedule import Daily, Schedule
from inventory.subject import Subject, SubjectKind

DELIVERIES = Subject(SubjectKind.CHORE, "deliveries")
REPORTS = Subject(SubjectKind.CHORE, "reports")
HOUSEKEEPING = Subject(SubjectKind.CHORE, "housekeeping")

_KINDS = {SubjectKind.CLIENT: "clients", SubjectKind.SITE: "sites", SubjectKind.HOST: "hosts"}
"""The part of a selection that names the subjects of a kind."""


def rounds(inventory: Inventory) -> Mapping[Subject, Rhythm]:
    """The rounds that the inventory wants, by subject: of each client, of sites, and of hosts that concern no client.

    A client's round is its routine round: all its sites and hosts are looked at. A site's is made beside it.
    """
    found: dict[Subject, Rhythm] = {}
    owned = {site.host for site in inventory.sites.values()}
    busy = {site.client for site in inventory.sites.values()} | {one.client for one in inventory.hosts.values()}
    for client in inventory.clients.values():
        if client.name in busy:
            found[Subject(SubjectKind.CLIENT, client.name)] = client.schedule
    for site in inventory.sites.values():
        if site.schedule is not None:
            found[Subject(SubjectKind.SITE, site.name)] = site.schedule
    for host in inventory.hosts.values():
        if host.client is None and host.name not in owned:
            found[Subject(SubjectKind.HOST, host.name)] = inventory.schedule
    return found


def chores(inventory: Inventory) -> Mapping[Subject, Rhythm]:
    """What the service does beside rounds, by subject."""
    nightly = Schedule(Daily(time(2, 30), 30), inventory.services.zone)
    return {
        DELIVERIES: Interval(inventory.service.deliver_every),
        REPORTS: Interval(60),
        HOUSEKEEPING: nightly,
    }


def selection_of(batch: Sequence[StartSlot]) -> Selection:
    """What the round for slots of one kind looks at."""
    names = frozenset(one.slot.subject.name for one in batch)
    return Selection(**{_KINDS[batch[0].slot.subject.kind]: names})


def booked_as(batch: Sequence[StartSlot]) -> str:
    """The name that the time of a round is booked under; "" where it is no routine round."""
    first = batch[0].slot
    return first.key if first.subject.kind is SubjectKind.CLIENT else ""
