"""Time tracking of routine rounds: the hours booked for each client, and those withheld because of the cap."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from agent.collect.evaluate import Evaluation
from agent.collect.plan import Selection
from agent.domain.messages import Action, Draft
from agent.domain.payloads import TimeEntry, TimeEntryPayload
from agent.presenter import coverage, reported_findings
from agent.store.outbox import add, latest, rewrite, untried
from agent.store.time_entries import TimeEntries
from checks.phrases import Phrases
from inventory.model import Client, Inventory
from reports.contract import ContractStatus
from reports.ticket import time_entry_notes

HARVEST = "harvest"
Seconds = Mapping[str, float]
"""Duration of the visit of each host, by name."""


@dataclass(frozen=True, slots=True)
class RoutineRound:
    """The facts about a routine round when its time is booked."""

    inventory: Inventory
    standings: Mapping[str, ContractStatus]
    titles: Mapping[str, str]
    judged: Sequence[Evaluation]
    seconds: Seconds
    started_at: datetime
    slot: str  # "2026-11-26": begins with the day that it is booked on
    phrases: Mapping[str, Phrases] = field(default_factory=dict)  # that third parties' checks brought, by check

    @property
    def day(self) -> date:
        """Return the day on which it is booked."""
        return date.fromisoformat(self.slot[:10])


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """A client's time entry for a round, and the payload of its message."""

    entry: TimeEntry
    payload: TimeEntryPayload


def slot_of(at: datetime, zone: str) -> str:
    """Return the slot of a round that was given none: the day in the agency's time zone."""
    return at.astimezone(ZoneInfo(zone)).date().isoformat()


def planned_entries(round_: RoutineRound, selection: Selection, time_entries: TimeEntries) -> Iterator[PlannedEntry]:
    """Yield the time entries of a round: one for each client for which it was a routine round."""
    for client in round_.inventory.clients.values():
        standing = round_.standings[client.name]
        if standing.harvest_project is None or not selection.takes_whole(client.name):
            continue
        own = [one for one in round_.judged if _concerns(one, client.name, round_.inventory)]
        sites = tuple(dict.fromkeys(one.due.target.site.name for one in own if one.due.target.site and not one.stale))
        task = _task(client, round_.inventory)
        if sites and coverage(own).ran and task:
            yield _booking(client, own, sites, round_, time_entries, project=standing.harvest_project, task=task)


def _concerns(one: Evaluation, client: str, inventory: Inventory) -> bool:
    target = one.due.target
    return target.site.client == client if target.site else client in inventory.clients_on(target.host.name)


def _booking(
    client: Client,
    own: Sequence[Evaluation],
    sites: tuple[str, ...],
    round_: RoutineRound,
    time_entries: TimeEntries,
    *,
    project: int,
    task: int,
) -> PlannedEntry:
    standing = round_.standings[client.name]
    hours = standing.time.booked(_measured(own, round_), len(sites))
    environment = round_.inventory.services.environment
    known = time_entries.of_slot(client.name, round_.slot)
    reference = f"siterounds-{environment}-{client.name}-{round_.slot}"
    entry = TimeEntry(client.name, round_.slot, round_.day, hours, "", None, None, reference)
    if known is not None:
        entry = replace(known, hours=hours, spent_on=round_.day, withheld="")
    reason = _beyond_the_cap(standing, entry, known, time_entries)
    findings = reported_findings(own, round_.inventory)
    started = round_.started_at.astimezone(ZoneInfo(round_.inventory.services.zone))
    payload = TimeEntryPayload(
        client=client.name,
        project=project,
        task=task,
        spent_on=round_.day,
        minute=started.hour * 60 + started.minute,
        hours=hours,
        notes=time_entry_notes(round_.day, sites, coverage(own), findings, round_.titles),
        reference=entry.reference,
    )
    return PlannedEntry(replace(entry, withheld=reason), payload)


def _measured(own: Sequence[Evaluation], round_: RoutineRound) -> timedelta:
    """Return the duration of the visits of the client's hosts; shared hosts are divided between their clients."""
    hosts = {one.due.target.host.name for one in own}
    shares = (round_.seconds.get(host, 0.0) / max(1, len(round_.inventory.clients_on(host))) for host in hosts)
    return timedelta(seconds=sum(shares))


def _task(client: Client, inventory: Inventory) -> int | None:
    own = client.harvest.task if client.harvest else None
    return own or (inventory.services.harvest.task if inventory.services.harvest else None)


def _beyond_the_cap(
    standing: ContractStatus, entry: TimeEntry, known: TimeEntry | None, time_entries: TimeEntries
) -> str:
    """Return why this round's time is not booked; "" means that it is. Unknown hours count as below the cap."""
    if standing.cap is None or standing.used is None or standing.used_at is None or standing.month is None:
        return ""
    first, last = standing.month
    if not first <= entry.spent_on <= last:
        return ""  # the known hours belong to another month
    before = known.hours if known and not known.withheld else Decimal(0)
    used = standing.used + time_entries.unseen(entry.client, first, last, standing.used_at) - before
    if used + entry.hours <= standing.cap:
        return ""
    return f"{entry.slot}: {entry.hours} h would make {used + entry.hours} h, and the cap is {standing.cap} h"


def book(time_entries: TimeEntries, booking: PlannedEntry, at: datetime) -> None:
    """Store a planned entry and queue its message: none if it is unchanged or withheld."""
    entry, payload = booking.entry, booking.payload
    known = time_entries.of_slot(entry.client, entry.slot)
    if entry.withheld:
        if known is None or known.withheld:
            time_entries.put(entry)
        return
    if known is not None and time_entries.refused(known):
        return  # a person dropped the message: they booked by hand, or do not want it booked
    number = time_entries.put(entry)
    stream = f"time:{number}"
    first = known is None or bool(known.withheld)
    last = latest(time_entries.connection, stream)
    if last is not None and isinstance(last.payload, TimeEntryPayload) and _same(last.payload, payload):
        return
    for action in (Action.BOOK, Action.CORRECT):
        if waiting := untried(time_entries.connection, stream, action):
            rewrite(time_entries.connection, waiting, payload)
            return
    add(time_entries.connection, Draft(HARVEST, Action.BOOK if first else Action.CORRECT, stream, payload), at)


def _same(said: TimeEntryPayload, payload: TimeEntryPayload) -> bool:
    return (said.hours, said.notes, said.spent_on) == (payload.hours, payload.notes, payload.spent_on)


def withheld(
    time_entries: TimeEntries, client: str, month: tuple[date, date], now: PlannedEntry | None
) -> tuple[str, ...]:
    """Return why time of this contract month was not booked, this round's included."""
    entries = {one.slot: one.withheld for one in time_entries.within(client, *month)}
    if now is not None and month[0] <= now.entry.spent_on <= month[1]:
        kept = entries.get(now.entry.slot) == ""  # it was booked before, and only a correction is withheld
        entries[now.entry.slot] = "" if kept else now.entry.withheld
    return tuple(reason for reason in entries.values() if reason)
