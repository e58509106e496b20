"""The map: one round from the inventory to what is recorded. Open this file first."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agent.cancellation import CancellationToken
from agent.clock import now
from agent.collect.evaluate import Evaluation, RoundResult, evaluate_answer, evaluate_facts, hidden, not_checked
from agent.collect.plan import Answer, DnsLookup, Failure, Memories, Plan, PlannedCheck, Selection, make_plans
from agent.collect.ssh import HostKeys, Limits, Visit, visit_all
from agent.collect.worker import LARGE, HostWorker, Worker
from checks import Memory
from checks.registry import Registry
from checks.siterounds import ITSELF
from checks.ssh import Outcome
from inventory.model import Inventory
from reports.model import RoundInfo

if TYPE_CHECKING:  # not every command uses them, and they take long to load
    from agent.collect.resolver import Resolver
    from agent.domain.schedule import Slot
    from agent.store.store import Store

OnVisited = Callable[[str], None]
"""Called with the name of each host as its visit ends."""


@dataclass(frozen=True, slots=True)
class RoundContext:
    """What every round needs: inventory, registry, and access to hosts and the network."""

    inventory: Inventory
    registry: Registry
    limits: Limits
    keys: HostKeys
    resolver: "Resolver"


def collect_and_evaluate(
    agent: RoundContext,
    memories: Memories,
    selection: Selection,
    progress: OnVisited,
    stop: CancellationToken | None = None,
) -> RoundResult:
    """Collect and evaluate everything that is due, recording nothing. Raises an error once `stop` is cancelled."""
    started_at = now()
    plans = make_plans(agent.inventory, tuple(agent.registry.checks.values()), memories, selection)
    with ThreadPoolExecutor(1) as beside:
        lookups = beside.submit(agent.resolver.ask_all, [inquiry for plan in plans for inquiry in plan.inquiries], stop)
        visited = [plan for plan in plans if plan.visited]
        platforms = tuple(agent.registry.platforms.values())
        visits = visit_all(visited, agent.inventory, platforms, agent.limits, progress, keys=agent.keys, stop=stop)
        facts = lookups.result()
    ended_at = now()
    collected = _Collected(visits, facts, memories, ended_at)
    with Worker() as worker:
        judged = tuple(one for plan in plans for one in _judge_host(plan, collected, worker))
    return RoundResult(
        RoundInfo(None, started_at, ended_at), judged, {name: one.seconds for name, one in visits.items()}
    )


def run(
    agent: RoundContext,
    store: "Store",
    selection: Selection,
    progress: OnVisited,
    slot: str | None = None,
    *,
    stop: CancellationToken | None = None,
    settles: Sequence["Slot"] = (),
) -> int:
    """Run a round and record it with all that follows from it, in one transaction. Returns the round's number.

    `slot` names the routine round that this is, "" where it is none and its time is not booked; None: the day decides.
    `settles` are the slots that are over with the round. Once `stop` is set, CancelledError is raised, and nothing
    of the round is recorded.
    """
    from agent.contracts import (
        contract_statuses,  # here, as below, because `check` needs neither and they take long to load
    )
    from agent.record import record
    from agent.time_tracking import RoutineRound, slot_of

    with store.round_lock():
        agreed = contract_statuses(agent.inventory, store, now(), scope_words=agent.registry.scope_words())
        memories = store.memories()
        seen = collect_and_evaluate(agent, memories, selection, progress, stop)
        if stop is not None:
            stop.check()
        began = seen.info.started_at
        slot = slot_of(began, agent.inventory.services.zone) if slot is None else slot
        made = RoutineRound(
            agent.inventory,
            agreed,
            agent.registry.titles(),
            seen.judged,
            seen.seconds,
            began,
            slot,
            agent.registry.phrases(),
        )
        broken = frozenset(one.name for one in agent.registry.broken)
        return record(store, made, seen.info, selection, memories.get(ITSELF, {}), broken=broken, settles=settles)


@dataclass(frozen=True, slots=True)
class _Collected:
    """What checks judge: what hosts and the DNS answered, what was remembered, and when it is."""

    visits: Mapping[str, Visit]
    facts: Mapping[DnsLookup, Any]
    memories: Memories
    at: datetime


def _judge_host(plan: Plan, collected: _Collected, worker: Worker) -> Iterator[Evaluation]:
    visit = collected.visits.get(plan.host.name)
    large = visit is not None and sum(len(answer.output) for answer in visit.answers.values()) > LARGE
    judge_answer = HostWorker(worker) if large else evaluate_answer
    for due in plan.due:
        yield _judge(due, visit, collected, judge_answer)


def _judge(
    due: PlannedCheck,
    visit: Visit | None,
    collected: _Collected,
    judge_answer: Callable[[PlannedCheck, Answer, Memory, datetime], Evaluation],
) -> Evaluation:
    memory, at = collected.memories.get((due.target.subject, due.check.name), {}), collected.at
    if due.fault:
        return not_checked(due, due.fault)
    if due.inquiry:
        found = collected.facts[due.inquiry]
        return not_checked(due, found) if isinstance(found, Failure) else evaluate_facts(due, found, memory, at)
    if visit is None:
        return Evaluation(due, stale="the host was not visited")
    if due.question is None:
        return evaluate_facts(due, visit.connection, memory, at)
    if visit.connection.outcome is not Outcome.CONNECTED and due.question not in visit.answers:
        return Evaluation(due, stale=f"the host was not reached: {hidden(visit.connection.reason)}")
    return judge_answer(due, visit.answers[due.question], memory, at)
