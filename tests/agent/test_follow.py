"""What a round makes of problems that nobody looked at in it."""

from datetime import UTC, datetime

from agent.incidents import Change, Incident, Key, Phase
from agent.plan import Selection
from agent.run import Seen, follow
from checks import State
from reports.model import RoundInfo

AT = datetime(2026, 11, 23, 6, tzinfo=UTC)
KEY = Key("host:web1", "mail-queue", "")
OPEN = Incident(
    KEY, Phase.OPEN, State.WARNING, "mail-queue-long", "4,000 messages wait", AT, AT, opened_at=AT, streak=1
)
NOTHING = Seen(RoundInfo(None, AT, AT), ())


def changes(selection: Selection, broken: set[str]) -> list[Change | None]:
    return [step.change for step in follow({KEY: OPEN}, NOTHING, (), selection, broken)]


def test_what_is_looked_after_no_more_is_gone() -> None:
    assert changes(Selection(), set()) == [Change.RESOLVED]
    (step,) = follow({KEY: OPEN}, NOTHING, (), Selection(), set())
    assert step.incident is not None
    assert step.incident.summary == "4,000 messages wait (looked after no more: taken out, or switched off)"


def test_a_round_over_a_part_ends_nothing_elsewhere() -> None:
    assert changes(Selection(checks=frozenset({"disk"})), set()) == []


def test_a_check_that_could_not_be_loaded_ends_nothing() -> None:
    assert changes(Selection(), {"mail-queue"}) == []
