"""Changes of problems in a period, and which of them a client sees."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from agent.domain.incidents import Change, Incident, Phase
from agent.presenter import IncidentContext, location_of, open_window, reported_incident
from agent.store.history import ReportScope
from agent.store.rows import IncidentEvent
from checks.platforms.versions import newer
from inventory.subject import Subject
from reports.audience import told_to_client
from reports.health_report import ReportedChange
from reports.model import Round, SilenceView, SilenceViewKind

NEWS = frozenset({"opened", "worsened", "resolved", "reopened"})
"""Changes for which a client gets a report."""


FirstLooks = Mapping[tuple[Subject, str], datetime]
"""When each check first ran on each subject."""


def changes_between(
    lives: Mapping[int, Sequence[IncidentEvent]],
    known: Mapping[int, Incident],
    around: IncidentContext,
    since: datetime,
    first_looks: FirstLooks,
) -> tuple[ReportedChange, ...]:
    """Return the changes after a moment, oldest first, from the histories of the problems that changed.

    What was there when its check first looked is known debt: it did not happen, and is told where problems are.
    `silence` is set where it is not told on: as it is now while a problem lasts, so that one that outlives maintenance
    becomes news; of one that is over, where maintenance was why.
    """
    found = [
        (past, _changes(known[number], number, life, index, around))
        for number, life in lives.items()
        if number in known and not _of_our_tools(life)
        for index, past in enumerate(life)
        if past.at > since and not (index == 0 and _was_there(past, known[number], first_looks))
    ]
    found.sort(key=lambda one: (one[0].round_id, one[1].incident.id))
    return tuple(_each_update_once(one for _, one in found))


def _was_there(opened: IncidentEvent, incident: Incident, first_looks: FirstLooks) -> bool:
    """Whether a problem existed when its check first ran, even if it was confirmed later."""
    first = first_looks.get((incident.key.subject, incident.key.check))
    return first is not None and min(opened.at, incident.since) <= first


def is_news(one: ReportedChange) -> bool:
    """Whether a client gets a report because of the change."""
    return one.change in NEWS and not one.incident.silence


def visible_to_client(
    all_of_it: Iterable[ReportedChange], shown: Round, scope: ReportScope
) -> tuple[ReportedChange, ...]:
    """Return the changes that a client sees: none about our own tools, few about servers shared with others.

    `shown` is the round before that was done to it.
    """
    changes = tuple(all_of_it)
    numbered = tuple(replace(one.incident, id=place) for place, one in enumerate(changes))
    kept = told_to_client(replace(shown, incidents=numbered), scope.language).incidents
    whole = ((changes[one.id], one) for one in kept)
    return tuple(replace(one, incident=replace(incident, id=one.incident.id)) for one, incident in whole)


def final_changes(changes: Iterable[ReportedChange]) -> dict[int, ReportedChange]:
    """Return the final change of each problem; a new problem stays new. Maintenance does not count."""
    last: dict[int, ReportedChange] = {}
    for one in changes:
        if one.incident.maintained:
            continue
        before = last.get(one.incident.id)
        begun = before is not None and before.change in ("opened", "reopened")
        if not (begun and one.change in ("worsened", "eased")):
            last[one.incident.id] = one
    return last


def _changes(
    incident: Incident, number: int, life: Sequence[IncidentEvent], index: int, around: IncidentContext
) -> ReportedChange:
    past, before = life[index], life[index - 1] if index else None
    over = past.change is Change.RESOLVED
    last_bad = next((one for one in reversed(life[: index + 1]) if one.change is not Change.RESOLVED), None)
    kind = last_bad.evidence.kind if last_bad and last_bad.evidence else ""
    shown = reported_incident(number, incident, around, past.change)
    shown = replace(
        shown,
        phase="resolved" if over else "open",
        state=past.state,
        summary=past.summary,
        resolved_at=past.at if over else shown.resolved_at,
        seen_at=past.at,
        silence=_quiet(incident, life, index, around) if incident.phase is Phase.RESOLVED else shown.silence,
    )
    return ReportedChange(
        incident=shown,
        change=past.change.value,
        at=past.at,
        round=past.round_id,
        kind=kind or incident.kind,
        before=before.state if before else None,
        updated=_updated(last_bad if over else before, past) if incident.key.check == "versions" else None,
    )


def _quiet(
    incident: Incident, life: Sequence[IncidentEvent], index: int, around: IncidentContext
) -> SilenceView | None:
    """Return the maintenance window of a change; for a resolution after its end, that of the problem's beginning."""
    past = life[index]
    moments = [past.at]
    if past.change is Change.RESOLVED and index:
        moments.append(life[index - 1].at)
    place = location_of(incident.key.subject, around.inventory)
    for at in moments:
        window = open_window(incident.key.check, place, around.inventory, at) if place else None
        if window and (span := window.covers(at)):
            return SilenceView(SilenceViewKind.MAINTENANCE, f" until {span[1]:%Y-%m-%d %H:%M} UTC: {window.title}")
    return None


def _updated(before: IncidentEvent | None, after: IncidentEvent) -> tuple[str, str, str] | None:
    """Return the versions before and after an update, from two findings about the same software."""
    old, new = (one.evidence.data if one and one.evidence else {} for one in (before, after))
    name, since, until = new.get("name"), old.get("version"), new.get("version")
    if not (isinstance(name, str) and isinstance(since, str) and isinstance(until, str)):
        return None
    return (name, since, until) if old.get("name") == name and newer(until, since) else None


def _each_update_once(changes: Iterable[ReportedChange]) -> Iterator[ReportedChange]:
    """Merge resolutions by the same update, which may resolve several problems of one software."""
    seen: set[tuple[object, ...]] = set()
    for one in changes:
        update = (one.incident.site, one.incident.host, one.updated)
        yield replace(one, updated=None) if one.updated and update in seen else one
        seen.add(update)


def _of_our_tools(life: Sequence[IncidentEvent]) -> bool:
    return any(one.evidence is not None and one.evidence.data.get("audience") == "agency" for one in life)
