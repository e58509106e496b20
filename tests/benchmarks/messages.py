"""An outbox as rounds fill it: tickets to open, comments on every other one of them, and time for each client.

The rounds are made as by `siterounds run`, but that nobody is visited: what they found is written here by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from agent.collect.evaluate import Evaluation
from agent.collect.plan import PlannedCheck, Selection
from agent.domain.incidents import CheckOutcome, advance_all
from agent.domain.messages import Message, Stage
from agent.domain.payloads import OpenTicket, TimeEntryPayload, UpdateTicket
from agent.integrations.harvest import delivery as harvest
from agent.integrations.zendesk import delivery
from agent.integrations.zendesk.client import TicketNow
from agent.presenter import coverage, reported_findings
from agent.record import plan_side_effects, write_side_effects
from agent.store.store import RoundRecord, Store
from agent.time_tracking import RoutineRound, slot_of
from checks import Finding, State, Target, versions
from inventory.contracts import TimeRule
from inventory.model import Client, Host, Inventory, Site
from inventory.services import ClientHarvest, ClientZendesk, Services
from reports.contract import ContractStatus
from reports.model import RoundInfo
from tests.standins import Harvest, Zendesk

A_CLIENT = 4
"""Messages: each of its two sites has a ticket opened, one of these gets worse, and its time is booked once."""
TASK = 222
STATES = ((State.OK, State.OK), (State.WARNING, State.WARNING), (State.CRITICAL, State.WARNING))
"""What each round finds on a client's two sites: the first look, then problems, then a worse one."""


def seed(zendesk: Zendesk, harvest: Harvest, clients: int) -> None:
    """Let the services know the clients."""
    for number in range(clients):
        zendesk.add_user(_requester(number), organizations=[_organization(number)])
        harvest.add_project(_project(number), "Care", f"Client {number}", tasks={TASK: "Routine rounds"})


def fill(folder: Path, clients: int, services: Services) -> tuple[Message, ...]:
    """A store in `folder`, made by three rounds; gives the messages that wait in it, four for each client."""
    known = _inventory(clients, services)
    began = datetime.now(UTC) - timedelta(hours=len(STATES))
    with Store(folder) as store:
        for number, states in enumerate(STATES):
            _round(store, known, states, began + timedelta(hours=number), last=number == len(STATES) - 1)
        return store.outbox.messages((Stage.WAITING,))


def as_requests(messages: Sequence[Message]) -> dict[str, list[dict[str, Any]]]:
    """The same work for programs that know nothing of us, by "open", "update" and "book".

    Each has the JSON that siterounds would send, and what it is recognised by. Those of "update" come without
    `updated_stamp`.
    """
    external_ids = {one.stream: one.payload.external_id for one in messages if isinstance(one.payload, OpenTicket)}
    found: dict[str, list[dict[str, Any]]] = {}
    for one in messages:
        found.setdefault(one.action, []).append(_as_request(one, external_ids))
    return found


def _as_request(one: Message, external_ids: Mapping[str, str]) -> dict[str, Any]:
    if isinstance(one.payload, TimeEntryPayload):
        body = harvest.durations(one.payload) | harvest.identity(one.payload)
        return {"body": body, "reference": one.payload.reference, "day": one.payload.spent_on.isoformat()}
    external_id = external_ids[one.stream]
    if isinstance(one.payload, OpenTicket):
        key = delivery.key_of(one, external_id)
        return {"body": delivery.opening(one.payload, (), None), "external_id": external_id, "key": key}
    unseen = TicketNow(id=0, status="new", created_at=one.created_at, updated_at=one.created_at, priority="low")
    assert isinstance(one.payload, UpdateTicket)
    told = delivery.telling(one.payload, delivery.ref_of(one), (), unseen, delivery.FieldChange())
    del told["ticket"]["updated_stamp"]
    return {"body": told, "external_id": external_id}


def _round(store: Store, known: Inventory, states: Sequence[State], at: datetime, *, last: bool) -> None:
    """One round over everything; only the last one is a routine round, whose time is booked."""
    info = RoundInfo(None, at, at)
    judged = tuple(_judged(known, states))
    looked = [
        CheckOutcome(one.due.target.subject, one.due.check.name, one.due.check.policy, one.findings) for one in judged
    ]
    standings = {name: _standing(client) for name, client in known.clients.items()}
    seconds = dict.fromkeys(known.hosts, 40.0)
    slot = slot_of(at, known.services.zone) if last else ""
    made = RoutineRound(known, standings, {versions.check.name: versions.check.title}, judged, seconds, at, slot)
    beside = plan_side_effects(made, store, Selection(), {}, at)
    findings = (*reported_findings(judged, known), *beside.findings)
    incidents = {key: incident for key, (_, incident) in store.incidents().items()}
    store.record(
        RoundRecord(
            info,
            coverage(judged),
            findings,
            {},
            tuple(advance_all(incidents, looked, (), at)),
            looked=[(one.subject, one.check) for one in looked],
            whole=beside.whole,
            on_record=lambda recording: write_side_effects(beside, findings, recording, at),
        )
    )


def _judged(known: Inventory, states: Sequence[State]) -> Iterator[Evaluation]:
    for number, site in enumerate(known.sites.values()):
        target = Target(known.hosts[site.host], site)
        finding = _finding(states[number % len(states)], site.name)
        yield Evaluation(PlannedCheck(versions.check, target, versions.check.settings), (finding,))


def _finding(state: State, site: str) -> Finding:
    """As long as real ones are."""
    if state is State.OK:
        return Finding(state, "version-current", "wordpress", "WordPress 6.9.1 is current")
    return Finding(
        state,
        "plugins-outdated",
        "plugins",
        f"{3 if state is State.WARNING else 9} plugins of {site} are behind their newest version",
        value=3.0 if state is State.WARNING else 9.0,
        details=tuple(f"plugin-{number} 4.{number}.1 is installed, 4.{number}.7 is the newest" for number in range(9)),
        remedy=f"sudo -u {site} wp --path=/srv/{site} plugin update --all",
    )


def _inventory(clients: int, services: Services) -> Inventory:
    people, hosts, sites = {}, {}, {}
    for number in range(clients):
        name = f"client{number}"
        zendesk = ClientZendesk(organization=_organization(number), requester=_requester(number))
        people[name] = Client(name, f"Client {number}", zendesk=zendesk, harvest=ClientHarvest(_project(number), TASK))
        hosts[f"web{number}"] = Host(f"web{number}", client=name)
        for which in ("books", "shop"):
            site = f"{which}{number}"
            sites[site] = Site(site, name, f"web{number}", f"https://{site}.example", f"/srv/{site}")
    return Inventory(people, hosts, sites, services=services)


def _standing(client: Client) -> ContractStatus:
    project = client.harvest.project if client.harvest else None
    rule = TimeRule("minimum", Decimal("0.25"))
    return ContractStatus(
        client.name, client.title, kind="standard", source="inventory", time=rule, harvest_project=project
    )


def _organization(number: int) -> int:
    return 10_000 + number


def _requester(number: int) -> int:
    return 20_000 + number


def _project(number: int) -> int:
    return 30_000 + number
