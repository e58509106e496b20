"""The subjects of schedules: clients, sites and hosts with rounds of their own, and the jobs of the service."""

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
"""The field of a selection that holds the subjects of a kind."""


def rounds(inventory: Inventory) -> Mapping[Subject, Rhythm]:
    """Return the schedules of rounds by subject: of each client, of sites, and of hosts that belong to no client.

    A client's round is its routine round, over all its sites and hosts. A site's own round runs in addition to it.
    """
    schedules: dict[Subject, Rhythm] = {}
    owned = {site.host for site in inventory.sites.values()}
    busy = {site.client for site in inventory.sites.values()} | {host.client for host in inventory.hosts.values()}
    for client in inventory.clients.values():
        if client.name in busy:
            schedules[Subject(SubjectKind.CLIENT, client.name)] = client.schedule
    for site in inventory.sites.values():
        if site.schedule is not None:
            schedules[Subject(SubjectKind.SITE, site.name)] = site.schedule
    for host in inventory.hosts.values():
        if host.client is None and host.name not in owned:
            schedules[Subject(SubjectKind.HOST, host.name)] = inventory.schedule
    return schedules


def chores(inventory: Inventory) -> Mapping[Subject, Rhythm]:
    """Return the schedules of the service's jobs other than rounds, by subject."""
    nightly = Schedule(Daily(time(2, 30), 30), inventory.services.zone)
    return {
        DELIVERIES: Interval(inventory.service.deliver_every),
        REPORTS: Interval(60),
        HOUSEKEEPING: nightly,
    }


def selection_of(batch: Sequence[StartSlot]) -> Selection:
    """Return what the round for a batch of slots of one kind covers."""
    names = frozenset(start.slot.subject.name for start in batch)
    return Selection(**{_KINDS[batch[0].slot.subject.kind]: names})


def booked_as(batch: Sequence[StartSlot]) -> str:
    """Return the slot key under which the time of a round is booked; "" means that it is no routine round."""
    first = batch[0].slot
    return first.key if first.subject.kind is SubjectKind.CLIENT else ""
