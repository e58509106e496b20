"""The map: one round from the inventory to what is recorded. Open this file first."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent.cancellation import Stop
from agent.clock import now
from agent.collect.evaluate import Judged, judge_answer, judge_facts, latest_memory, not_checked
from agent.collect.guard import Fault
from agent.collect.plan import Due, Inquiry, Memories, Selection, make_plans
from agent.collect.ssh import HostKeys, Limits, Visit, visit_all
from agent.domain.incidents import Incident, Key, Looked, Step, advance_all
from agent.presenter import coverage, place_of, reported_findings
from checks import Memory, State
from checks.registry import Registry
from checks.siterounds import ITSELF
from checks.ssh import Outcome
from inventory.model import Inventory
from reports.model import RoundInfo

if TYPE_CHECKING:  # not every command uses them, and they take long to load
    from agent.collect.resolver import Resolver
    from agent.store.store import Recording, Store
    from reports.contract import Standing

Progress = Callable[[str], None]
"""Told the name of each host as its visit ends."""


@dataclass(frozen=True, slots=True)
class Agent:
    """What every round needs: who is looked after, what is checked, and the ways to the outside."""

    inventory: Inventory
    registry: Registry
    limits: Limits
    keys: HostKeys
    resolver: "Resolver"


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at the estate gave."""

    info: RoundInfo
    judged: tuple[Judged, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)  # that each host was visited, by name


def look(agent: Agent, memories: Memories, selection: Selection, progress: Progress, stop: Stop | None = None) -> Seen:
    """Ask everything that is due, and judge the answers. Records nothing. StoppedError once `stop` is asked for."""
    started_at = now()
    plans = make_plans(agent.inventory, tuple(agent.registry.checks.values()), memories, selection)
    with ThreadPoolExecutor(1) as beside:
        lookups = beside.submit(agent.resolver.ask_all, [inquiry for plan in plans for inquiry in plan.inquiries], stop)
        visited = [plan for plan in plans if plan.visited]
        platforms = tuple(agent.registry.platforms.values())
        visits = visit_all(visited, agent.inventory, platforms, agent.limits, progress, keys=agent.keys, stop=stop)
        facts = lookups.result()
    ended_at = now()
    judged = tuple(
        _judge(due, visits.get(plan.host.name), facts, memories, ended_at) for plan in plans for due in plan.due
    )
    return Seen(RoundInfo(None, started_at, ended_at), judged, {name: one.seconds for name, one in visits.items()})


def run(
    agent: Agent,
    store: "Store",
    selection: Selection,
    progress: Progress,
    slot: str | None = None,
    *,
    stop: Stop | None = None,
    then: Callable[["Recording"], None] = lambda _: None,
) -> int:
    """Make a round and record it, all that follows from it included, in one transaction. Gives the round's number.

    `slot` names the routine round that this is, "" where it is none and its time is not booked; None: the day decides.
    Once `stop` is asked for, StoppedError is raised, and nothing of the round is recorded. `then` writes beside it.
    """
    from agent.contracts import standings  # here, as below, because `check` needs neither and they take long to load
    from agent.time_tracking import slot_of

    with store.round_lock():
        agreed = standings(agent.inventory, store, now())
        memories = store.memories()
        seen = look(agent, memories, selection, progress, stop)
        if stop is not None:
            stop.check()
        slot = slot_of(seen.info.started_at, agent.inventory.services.zone) if slot is None else slot
        memory = memories.get(ITSELF, {})
        return _recorded(agent, store, selection, seen, agreed=agreed, memory=memory, slot=slot, then=then)


def _recorded(
    agent: Agent,
    store: "Store",
    selection: Selection,
    seen: Seen,
    *,
    agreed: Mapping[str, "Standing"],
    memory: Memory,
    slot: str,
    then: Callable[["Recording"], None],
) -> int:
    """Record what was seen in a round and what follows from it; `memory` is that of the check of siterounds itself."""
    from agent.record import outside, scoped, write
    from agent.time_tracking import Round

    at, titles = seen.info.ended_at, agent.registry.titles()
    made = Round(agent.inventory, agreed, titles, seen.judged, seen.seconds, seen.info.started_at, slot)
    beside = outside(made, store, selection, memory, at)
    looked = [*(_looked(one) for one in seen.judged if not one.stale), *beside.looked]
    findings = (*scoped(reported_findings(seen.judged, agent.inventory), agreed), *beside.findings)
    known = {key: incident for key, (_, incident) in store.incidents().items()}

    def beside_it(recording: "Recording") -> None:
        write(beside, findings, recording, at)
        then(recording)

    return store.record(
        seen.info,
        coverage(seen.judged),
        findings,
        {**latest_memory(seen.judged), **({} if beside.memory is None else {ITSELF: beside.memory})},
        follow(known, seen, looked, selection, agent),
        looked=[(one.subject, one.check) for one in looked if _could_look(one)],
        standings=agreed.values(),
        then=beside_it,
    )


def follow(
    known: Mapping[Key, Incident], seen: Seen, looked: Sequence[Looked], selection: Selection, agent: Agent
) -> Iterable[Step]:
    """What the round makes of all problems. Those of what the inventory names no more are over after any round; which
    checks are made no more, only a round over everything can tell. Those of checks that could not be loaded stay.
    """
    broken = {one.name for one in agent.registry.broken}
    due = {(one.due.target.subject, one.due.check.name) for one in seen.judged}
    due |= {(one.subject, one.check) for one in looked}
    gone = {(key.subject, key.check) for key in known if key.check not in broken} - due
    if not selection.everything:
        gone = {(subject, check) for subject, check in gone if place_of(subject, agent.inventory) is None}
    return advance_all(known, looked, gone, seen.info.ended_at)


def _looked(one: Judged) -> Looked:
    return Looked(one.due.target.subject, one.due.check.name, one.due.check.policy, one.findings)


def _could_look(one: Looked) -> bool:
    return not one.findings or any(finding.state is not State.UNKNOWN for finding in one.findings)


def _judge(due: Due, visit: Visit | None, facts: Mapping[Inquiry, Any], memories: Memories, at: datetime) -> Judged:
    memory = memories.get((due.target.subject, due.check.name), {})
    if due.fault:
        return not_checked(due, due.fault)
    if due.inquiry:
        found = facts[due.inquiry]
        return not_checked(due, found) if isinstance(found, Fault) else judge_facts(due, found, memory, at)
    if visit is None:
        return Judged(due, stale="the host was not visited")
    if due.question is None:
        return judge_facts(due, visit.connection, memory, at)
    if visit.connection.outcome is not Outcome.CONNECTED and due.question not in visit.answers:
        return Judged(due, stale=f"the host was not reached: {visit.connection.reason}")
    return judge_answer(due, visit.answers[due.question], memory, at)
