"""What a round writes in one transaction: findings, incidents, tickets, time entries, and contracts."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from agent.collect.evaluate import Evaluation, clean_finding, findings_of, latest_memory
from agent.collect.plan import Failure, Selection, isolate
from agent.contracts import facts_of
from agent.domain.incidents import CheckOutcome, Key, advance_all
from agent.domain.schedule import Slot
from agent.presenter import coverage, finding_at, location_of, reported_findings, worst_by_key
from agent.self_check.check import check_itself, visited
from agent.store.store import Recording, RoundRecord, Store
from agent.store.time_entries import TimeEntries
from agent.tickets.decide import covered
from agent.tickets.payload import TicketInputs
from agent.tickets.write import queue_ticket_messages
from agent.time_tracking import PlannedEntry, RoutineRound, book, planned_entries, withheld
from checks import Memory, NotChecked, State, contract
from checks.siterounds import ITSELF
from inventory.model import Client, Inventory
from inventory.settings import resolve_for_client
from inventory.subject import Subject, SubjectKind
from reports.contract import ContractStatus
from reports.model import ReportedFinding, RoundInfo

CONTRACT = contract.check


@dataclass(frozen=True, slots=True)
class SideEffects:
    """What a round records in addition to its findings: contract findings and time entries."""

    round: RoutineRound
    looked: tuple[CheckOutcome, ...]
    findings: tuple[ReportedFinding, ...]
    bookings: tuple[PlannedEntry, ...]
    whole: tuple[str, ...]  # the clients of which the round covered all sites and hosts
    memory: Memory | None  # of the self-check; None: keep what is stored


def record(
    store: Store,
    round_: RoutineRound,
    info: RoundInfo,
    selection: Selection,
    memory: Memory,
    *,
    broken: Collection[str],
    settles: Sequence[Slot] = (),
) -> int:
    """Record a round and all that follows from it. Returns its number. Raises StoreError.

    `memory` is what the check of siterounds itself remembered, `broken` are the checks that could not be loaded,
    `settles` the slots that are over with the round.
    """
    at, judged = info.ended_at, round_.judged
    side_effects = plan_side_effects(round_, store, selection, memory, at)
    looked = [*(_looked(one) for one in judged if not one.stale), *side_effects.looked]
    findings = (*with_scope(reported_findings(judged, round_.inventory), round_.standings), *side_effects.findings)
    known = {key: incident for key, (_, incident) in store.incidents().items()}
    due = {(one.due.target.subject, one.due.check.name) for one in judged}
    due |= {(one.subject, one.check) for one in looked}
    gone = no_longer_in_inventory(known, due, selection, round_.inventory, broken)
    return store.record(
        RoundRecord(
            info,
            coverage(judged),
            findings,
            {**latest_memory(judged), **({} if side_effects.memory is None else {ITSELF: side_effects.memory})},
            tuple(advance_all(known, looked, gone, at)),
            looked=tuple((one.subject, one.check) for one in looked if _could_look(one)),
            standings=tuple(round_.standings.values()),
            whole=side_effects.whole,
            settles=tuple(settles),
            on_record=lambda recording: write_side_effects(side_effects, findings, recording, at),
        )
    )


def no_longer_in_inventory(
    known: Iterable[Key],
    due: Collection[tuple[Subject, str]],
    selection: Selection,
    inventory: Inventory,
    broken: Collection[str],
) -> set[tuple[Subject, str]]:
    """Return the (subject, check) pairs of known incidents whose check is no longer due.

    Those of what the inventory names no more are so after any round; which checks are made no more, only a round over
    everything can tell. Those of `broken` checks, which could not be loaded, stay.
    """
    gone = {(key.subject, key.check) for key in known if key.check not in broken} - set(due)
    if selection.everything:
        return gone
    return {(subject, check) for subject, check in gone if location_of(subject, inventory) is None}


def _looked(one: Evaluation) -> CheckOutcome:
    return CheckOutcome(one.due.target.subject, one.due.check.name, one.due.check.policy, one.findings)


def _could_look(one: CheckOutcome) -> bool:
    return not one.findings or any(finding.state is not State.UNKNOWN for finding in one.findings)


def plan_side_effects(
    round_: RoutineRound, store: Store, selection: Selection, memory: Memory, at: datetime
) -> SideEffects:
    """Plan the time entries of a round, and evaluate the contracts of the clients that it covered completely.

    `memory` is what the check of siterounds itself remembered.
    """
    whole = [client for client in round_.inventory.clients.values() if selection.takes_whole(client.name)]
    with store.reading() as (_, time_entries):
        booked = (
            {one.entry.client: one for one in planned_entries(round_, selection, time_entries)} if round_.slot else {}
        )
        judged = [_judged(client, booked.get(client.name), round_, time_entries, at) for client in whole]
    itself, remembered = None, None
    if whole:  # not for a round of selected parts
        itself, remembered = check_itself(store, round_.inventory, visited(round_.judged), memory, at)
    looked = tuple(one for one in (*judged, itself) if one is not None)
    placed = (finding_at(one.subject, one.check, each, round_.inventory) for one in looked for each in one.findings)
    findings = tuple(finding for finding in placed if finding)
    return SideEffects(
        round_, looked, findings, tuple(booked.values()), tuple(client.name for client in whole), remembered
    )


def _judged(
    client: Client, booking: PlannedEntry | None, round_: RoutineRound, time_entries: TimeEntries, at: datetime
) -> CheckOutcome | None:
    """Return the evaluated contract of one client. None: the check is disabled."""
    settings = resolve_for_client(CONTRACT.settings, round_.inventory, client, CONTRACT.name)
    if settings is None:
        return None
    standing = round_.standings[client.name]
    kept_back = withheld(time_entries, client.name, standing.month, booking) if standing.month else ()
    facts = facts_of(standing, kept_back)
    subject = Subject(SubjectKind.CLIENT, client.name)
    judged = isolate(
        lambda: findings_of(CONTRACT, CONTRACT.evaluate(facts, settings, {}, at)),
        f"the check {CONTRACT.name} for {subject}",
    )
    if isinstance(judged, Failure):
        judged = (clean_finding(NotChecked("", judged.reason, judged.remedy, judged.cause).finding()),)
    return CheckOutcome(subject, CONTRACT.name, CONTRACT.policy, judged)


def with_scope(
    findings: Iterable[ReportedFinding], standings: Mapping[str, ContractStatus]
) -> tuple[ReportedFinding, ...]:
    """Return the findings, each with whether a contract covers it; one about a contract is always in scope."""
    return tuple(
        replace(one, in_scope=one.place.host is None or covered(one.check, one.place.clients, standings))
        for one in findings
    )


def write_side_effects(one: SideEffects, found: Sequence[ReportedFinding], recording: Recording, at: datetime) -> None:
    """Queue the messages of a round: `found` holds all its findings."""
    inventory = one.round.inventory
    for booking in one.bookings:
        book(recording.time_entries, booking, at)
    if inventory.services.zendesk is not None:
        phrases = one.round.phrases
        inputs = TicketInputs(inventory, one.round.titles, one.round.standings, worst_by_key(found), phrases)
        queue_ticket_messages(recording.repository, inputs, inventory.services.zendesk, at)
