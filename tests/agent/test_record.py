"""What a round makes of problems that nobody looked at in it."""

from datetime import UTC, datetime

from agent.collect.plan import Selection
from agent.domain.incidents import Change, Incident, Key, Phase, advance_all
from agent.record import no_longer_in_inventory
from checks import State
from inventory.model import Host, Inventory
from inventory.subject import Subject

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
KEY = Key(Subject.parse("host:web1"), "mail-queue", "")
OPEN = Incident(
    KEY, Phase.OPEN, State.WARNING, "mail-queue-long", "4,000 messages wait", AT, AT, opened_at=AT, streak=1
)


def changes(selection: Selection, *, host: str = "web1", broken: str = "") -> list[Change | None]:
    inventory = Inventory(clients={}, hosts={host: Host(host)}, sites={})
    gone = no_longer_in_inventory([KEY], (), selection, inventory, {broken})
    return [step.change for step in advance_all({KEY: OPEN}, [], gone, AT)]


def test_what_is_looked_after_no_more_is_gone() -> None:
    assert changes(Selection()) == [Change.RESOLVED]
    (step,) = advance_all({KEY: OPEN}, [], {(KEY.subject, KEY.check)}, AT)
    assert step.incident is not None
    assert step.incident.summary == "4,000 messages wait (looked after no more: taken out, or switched off)"


def test_a_round_over_a_part_ends_nothing_elsewhere() -> None:
    assert changes(Selection(checks=frozenset({"disk"}))) == []


def test_what_the_inventory_names_no_more_is_gone_after_any_round() -> None:
    another = Selection(clients=frozenset({"harbour"}))
    assert changes(another, host="web2") == [Change.RESOLVED]
    assert changes(another, host="web2", broken="mail-queue") == []


def test_a_check_that_could_not_be_loaded_ends_nothing() -> None:
    assert changes(Selection(), broken="mail-queue") == []


def test_what_was_due_is_not_gone() -> None:
    inventory = Inventory(clients={}, hosts={}, sites={})
    assert not no_longer_in_inventory([KEY], {(KEY.subject, KEY.check)}, Selection(), inventory, ())
