"""What a round makes of problems that nobody looked at in it."""

from datetime import UTC, datetime

from agent.collect.plan import Selection
from agent.collect.resolver import Resolver
from agent.collect.ssh import HostKeys, Limits
from agent.domain.incidents import Change, Incident, Key, Phase
from agent.run import Agent, Seen, follow
from checks import State
from checks.registry import Broken, Registry
from inventory.model import Host, Inventory
from inventory.subject import Subject
from reports.model import RoundInfo

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
KEY = Key(Subject.parse("host:web1"), "mail-queue", "")
OPEN = Incident(
    KEY, Phase.OPEN, State.WARNING, "mail-queue-long", "4,000 messages wait", AT, AT, opened_at=AT, streak=1
)
NOTHING = Seen(RoundInfo(None, AT, AT), ())


def agent(broken: str = "", host: str = "web1") -> Agent:
    inventory = Inventory(clients={}, hosts={host: Host(host)}, sites={})
    left_out = (Broken("siterounds.checks", broken, "agency 1.0", "it cannot be imported"),) if broken else ()
    return Agent(inventory, Registry({}, {}, left_out, {}, {}), Limits(), HostKeys(), Resolver())


def changes(selection: Selection, made_with: Agent) -> list[Change | None]:
    return [step.change for step in follow({KEY: OPEN}, NOTHING, (), selection, made_with)]


def test_what_is_looked_after_no_more_is_gone() -> None:
    assert changes(Selection(), agent()) == [Change.RESOLVED]
    (step,) = follow({KEY: OPEN}, NOTHING, (), Selection(), agent())
    assert step.incident is not None
    assert step.incident.summary == "4,000 messages wait (looked after no more: taken out, or switched off)"


def test_a_round_over_a_part_ends_nothing_elsewhere() -> None:
    assert changes(Selection(checks=frozenset({"disk"})), agent()) == []


def test_what_the_inventory_names_no_more_is_gone_after_any_round() -> None:
    another = Selection(clients=frozenset({"harbour"}))
    assert changes(another, agent(host="web2")) == [Change.RESOLVED]
    assert changes(another, agent(host="web2", broken="mail-queue")) == []


def test_a_check_that_could_not_be_loaded_ends_nothing() -> None:
    assert changes(Selection(), agent(broken="mail-queue")) == []
