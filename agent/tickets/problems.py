"""Problems as tickets tell them: a case, with the evidence of now and of before."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from agent.domain.incidents import Change, Key, Phase
from agent.domain.tickets import Case, Told
from agent.reported import place_of
from agent.store.rows import Past
from agent.tickets.decide import Telling
from checks import State
from inventory.model import Inventory
from reports.model import Place, ReportedFinding
from reports.standing import Standing
from reports.tickets import Changed, Problem
from reports.wording import words_for


@dataclass(frozen=True, slots=True)
class Estate:
    """What a round knows when it tells of its problems. `found` are its findings by the key of their incident."""

    inventory: Inventory
    titles: Mapping[str, str]  # of checks
    standings: Mapping[str, Standing]
    found: Mapping[Key, ReportedFinding]


def problem_of(case: Case, lived: tuple[Past, ...], estate: Estate) -> Problem:
    """A problem as it is now: by what this round found, else by what was found when it last changed."""
    incident = case.incident
    finding = estate.found.get(incident.key) or _finding(case, lived[-1] if lived else None, estate.inventory)
    over = incident.phase is Phase.RESOLVED
    told = finding.summary if over and finding and finding.state is State.OK else incident.summary
    return Problem(
        number=case.number,
        state=incident.state,
        check=estate.titles.get(incident.key.check, incident.key.check),
        place=place_in_short(incident.key.subject, estate.inventory),
        where=where(incident.key.subject, estate.inventory),
        client=_client(case, estate.inventory),
        summary=told,
        since=incident.since,
        **_evidence(finding),
    )


def before(case: Case, told: Told, lived: tuple[Past, ...], estate: Estate) -> Problem | None:
    """A problem as its ticket last heard of it; None where that was never recorded."""
    bad = [past for past in lived if past.state is not State.OK]
    earlier = bad if case.incident.phase is Phase.RESOLVED else bad[:-1]
    past = next((one for one in reversed(earlier) if one.state is told.state), earlier[-1] if earlier else None)
    if past is None:
        return None
    evidence = _evidence(_finding(case, past, estate.inventory))
    now = replace(problem_of(case, lived, estate), details=(), remedy="", meaning="", measured="")
    return replace(now, state=past.state, summary=past.summary, **evidence)


def changed(
    telling: Telling, lives: Mapping[int, tuple[Past, ...]], cases: Mapping[int, Case], estate: Estate
) -> Iterator[Changed]:
    """Everything that a ticket is told, the worst news first."""
    for number, change in sorted(telling.changes.items(), key=lambda one: _ORDER.index(one[1])):
        case, lived = cases[number], lives.get(number, ())
        again = change is Change.REOPENED  # what it was before is that it was over
        earlier = None if again else before(case, telling.ticket.items[number], lived, estate)
        yield Changed(change.value, problem_of(case, lived, estate), earlier)
    for word, those in (("joined", telling.joined), ("left", telling.left)):
        for case in those:
            yield Changed(word, problem_of(case, lives.get(case.number, ()), estate))


_ORDER = (Change.WORSENED, Change.REOPENED, Change.OPENED, Change.EASED, Change.RESOLVED)


def where(subject: str, inventory: Inventory) -> str:
    """The place of a problem, for an engineer."""
    scope, _, name = subject.partition(":")
    if scope == "site" and name in inventory.sites:
        site = inventory.sites[name]
        return f"{name} ({site.url}) on {site.host}"
    if scope == "client" and name in inventory.clients:
        return f"contract of {inventory.clients[name].title}"
    if scope == "agency":
        return "siterounds itself"
    return f"server {name}" if scope == "host" else name


def place_in_short(subject: str, inventory: Inventory) -> str:
    """The place of a problem in a few words: the site's own address, where it is one."""
    scope, _, name = subject.partition(":")
    if scope == "site" and name in inventory.sites:
        return urlsplit(inventory.sites[name].url).netloc or name
    return where(subject, inventory)


def _client(case: Case, inventory: Inventory) -> str:
    client = inventory.clients.get(case.client or "")
    return client.title if client else ""


def _finding(case: Case, past: Past | None, inventory: Inventory) -> ReportedFinding | None:
    """What was found when a problem changed."""
    if past is None or not past.evidence.get("kind"):
        return None
    key, evidence = case.incident.key, past.evidence
    place = place_of(key.subject, inventory) or Place(None)
    same = {name: evidence[name] for name in ("kind", "summary", "value", "unit", "remedy", "data")}
    return ReportedFinding(
        place.client, place.clients, place.site, place.host, key.check, key.item, State(evidence["state"]),
        details=tuple(evidence["details"]), **same,
    )  # fmt: skip


def _evidence(finding: ReportedFinding | None) -> dict[str, Any]:
    if finding is None:
        return {}
    measured = "" if finding.value is None else f"{finding.value:g} {finding.unit}".rstrip()
    meaning = words_for(finding).meaning if finding.state is not State.OK else ""
    return {"details": finding.details, "remedy": finding.remedy, "meaning": meaning, "measured": measured}


def numbers_of(telling: Telling) -> Iterable[int]:
    """The incidents that a ticket is told of."""
    return (*telling.changes, *(case.number for case in (*telling.joined, *telling.left)))
