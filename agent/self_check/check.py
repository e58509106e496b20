"""The check of siterounds itself, which runs in addition to every round: facts from the status, findings, memory."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from agent.collect.evaluate import Evaluation, clean_finding, findings_of
from agent.collect.plan import Failure, isolate
from agent.domain.incidents import CheckOutcome
from agent.self_check.rules import unvisited
from agent.self_check.status import AgentStatus, agent_status
from agent.store.store import Store
from checks import Finding, Memory, NotChecked, siterounds
from inventory.model import Inventory
from inventory.settings import resolve_for_agency

CHECK = siterounds.check
_REMEDY = "move to OAuth: services.zendesk.client_id and client_secret instead of email and token"


def visited(judged: Iterable[Evaluation]) -> frozenset[str]:
    """Return the sites that a selection covers, reachable or not."""
    return frozenset(one.due.target.site.name for one in judged if one.due.target.site)


def check_itself(
    store: Store, inventory: Inventory, now_visited: Collection[str], memory: Memory, at: datetime
) -> tuple[CheckOutcome | None, Memory]:
    """Return the check's findings and memory; empty where it is disabled. Raises StoreError."""
    settings = resolve_for_agency(CHECK.settings, inventory, CHECK.name)
    if settings is None:
        return None, memory
    facts = facts_of(agent_status(store, inventory, None, at), inventory, now_visited)

    def judge() -> tuple[tuple[Finding, ...], Memory]:
        judgement = CHECK.evaluate(facts, settings, memory, at)
        return findings_of(CHECK, judgement), judgement.memory

    judged = isolate(judge, f"the check {CHECK.name}")
    if isinstance(judged, Failure):
        gap = NotChecked("", judged.reason, judged.remedy, judged.cause).finding()
        return CheckOutcome(siterounds.SUBJECT, CHECK.name, CHECK.policy, (clean_finding(gap),)), memory
    findings, remembered = judged
    return CheckOutcome(siterounds.SUBJECT, CHECK.name, CHECK.policy, findings), remembered


def facts_of(known: AgentStatus, inventory: Inventory, now_visited: Collection[str] = ()) -> siterounds.Itself:
    """Return the facts of the check. Sites that the present round covers do not count as missed."""
    stale = timedelta(hours=inventory.service.stale_hours)
    late = [one for one in unvisited(known, inventory, stale) if one.site not in now_visited]
    return siterounds.Itself(
        sites=len(inventory.sites),
        unvisited=tuple(siterounds.Unvisited(one.site, one.since if one.ever else None) for one in late),
        stale=stale if known.schedules else None,
        endings=tuple(siterounds.Ending(one.name, one.ends, _REMEDY) for one in known.credentials),
        refused={one.service: one.refused_since for one in known.heard if one.refused_since},
        accepted=tuple(one.service for one in known.heard if not one.refused_since),
        skews={one.service: one.skew for one in known.heard if one.skew is not None and known.at - one.at < _RECENT},
        room=known.shelf.free if known.shelf else None,
        running=known.version,
        installed=known.installed,
    )


_RECENT = timedelta(days=1)
"""Age up to which the clock skew of a service is used."""
