"""From incidents to cases: whose a problem is, whether the contract covers it, whether anybody wants to hear of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from agent.domain.incidents import Incident
from agent.domain.tickets import Case, Silence, Silencing
from agent.reported import open_window, place_of
from inventory.model import Inventory
from reports.model import Place
from reports.standing import Standing


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides about problems besides the problems themselves."""

    inventory: Inventory
    standings: Mapping[str, Standing]
    silences: Mapping[int, Silence]
    first_looks: Mapping[tuple[str, str], datetime]  # by subject and check


def case_of(number: int, incident: Incident, around: Surroundings, at: datetime) -> Case:
    """One problem as it is decided upon."""
    key = incident.key
    place = place_of(key.subject, around.inventory)
    first = around.first_looks.get((key.subject, key.check))
    ours = key.subject.startswith(("client:", "agency:"))
    return Case(
        number,
        incident,
        client=place.client if place else None,
        clients=place.clients if place else (),
        covered=ours or place is None or covered(key.check, place.clients, around.standings),
        debt=not ours and (first is None or incident.since <= first),
        silencing=_silencing(number, key.check, place, around, at),
        cause=f"{key.check}:{incident.kind}:{key.item}" if place and place.site else "",
    )


def covered(check: str, clients: tuple[str, ...], standings: Mapping[str, Standing]) -> bool:
    """Whether the contract of any of these clients has what a check finds in scope; so too where none is known."""
    known = [standings[client] for client in clients if client in standings]
    return not known or any(standing.covers(check) for standing in known)


def _silencing(number: int, check: str, place: Place | None, around: Surroundings, at: datetime) -> Silencing | None:
    if place and open_window(check, place, around.inventory, at):
        return Silencing.MAINTENANCE
    silence = around.silences.get(number)
    return silence.kind if silence and silence.holds(at) else None
