"""What the demo's agency keeps elsewhere: tickets, time and contracts, by stand-ins for the three services."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from tests.standins import Harvest, Teamwork, Zendesk

SECRETS: Mapping[str, str] = {
    "DEMO_ZENDESK_SECRET": "zendesk-client-secret",
    "DEMO_HARVEST_TOKEN": "harvest-token",
    "DEMO_TEAMWORK_KEY": "demo-teamwork-key",
}
"""They are worth nothing anywhere else."""
HARBOUR, REGATTA = 111, 112


@dataclass(frozen=True, slots=True)
class Agency:
    """The stand-ins, seeded."""

    zendesk: Zendesk
    harvest: Harvest
    teamwork: Teamwork


@contextmanager
def agency_services(now: datetime) -> Iterator[Agency]:
    """Run them: two clients in Zendesk and Harvest, the contract of one of them in Teamwork."""
    key = SECRETS["DEMO_TEAMWORK_KEY"]
    with Zendesk(requests_a_minute=2500) as zendesk, Harvest() as harvest, Teamwork(api_key=key) as teamwork:
        zendesk.add_organization(456, "Harbour Books")
        zendesk.add_organization(457, "Regatta Club")
        zendesk.add_user(20, "Ann of Harbour Books", organizations=[456])
        zendesk.add_user(21, "Rob of the Regatta Club", organizations=[457])
        zendesk.add_user(55, "Mo, account manager", role="agent")
        for project, client in ((HARBOUR, "Harbour Books"), (REGATTA, "Regatta Club")):
            harvest.add_project(project, "Care", client, tasks={222: "Routine rounds"})
        harvest.add_entry(HARBOUR, 3.25, now.date(), task=222, notes="A person's work")
        harvest.add_entry(REGATTA, 1.5, now.date(), task=222, notes="A person's work")
        _contract(teamwork)
        yield Agency(zendesk, harvest, teamwork)


def _contract(teamwork: Teamwork) -> None:
    fields = {"SLA tier": "Extended", "SLA hours per month": 10, "SLA first response (h) urgent": 1}
    tasks = [{"name": name} for name in ("Updates of core and add-ons", "Disk space", "Firewall", "User accounts")]
    teamwork.define_field("SLA tier", "dropdown", ["Standard", "Extended"])
    teamwork.define_field("SLA hours per month", "number-decimal")
    teamwork.define_field("SLA first response (h) urgent", "number-decimal")
    teamwork.add_project(REGATTA, "Regatta Club", fields, {"SLA - in scope": tasks}, [])


def services(agency: Agency) -> str:
    """The services as the inventory names them."""
    return f"""services:
  environment: demo
  zendesk:
    url: {agency.zendesk.url}
    client_id: siterounds
    client_secret: env:DEMO_ZENDESK_SECRET
    account_manager: 55
  harvest:
    url: {agency.harvest.url}
    account: 1234
    token: env:DEMO_HARVEST_TOKEN
    contact: l2@agency.example
    task: 222
  teamwork: {{url: {agency.teamwork.url}, token: env:DEMO_TEAMWORK_KEY}}
"""


def clients() -> str:
    """The clients: the contract of one stands here, that of the other in Teamwork."""
    return f"""  harbour:
    title: Harbour Books
    contract: {{kind: standard, hours_a_month: 4, time: {{rule: minimum, hours: 0.25}}}}
    zendesk: {{organization: 456, requester: 20}}
    harvest: {{project: {HARBOUR}}}
  regatta:
    title: Regatta Club
    zendesk: {{organization: 457, requester: 21}}
    harvest: {{project: {REGATTA}}}
    teamwork: {{project: {REGATTA}}}
"""


def told(agency: Agency) -> str:
    """What the services have now, in a few lines."""
    lines = ["In Zendesk:"]
    for ticket in agency.zendesk.ours():
        comments = len(ticket.comments) - 1
        said = f", {comments} comment{'' if comments == 1 else 's'}" if comments else ""
        lines.append(f"  #{ticket.id} {ticket.status}, {ticket.priority}{said}: {ticket.subject}")
    lines.append("In Harvest:")
    for entry in agency.harvest.ours():
        lines.append(f"  {entry.spent_date} {entry.hours:.2f} h: {(entry.notes or '').splitlines()[0]}")
    return "\n".join(lines)
