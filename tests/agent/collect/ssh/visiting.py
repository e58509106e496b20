"""Visits to a server that misbehaves, with limits that do not keep a test waiting."""

from collections.abc import Sequence

from agent.collect.plan import Question
from agent.collect.ssh import HostKeys, Limits, Visit, visit
from checks.ssh import Connection, Outcome
from inventory.model import Host
from tests.agent.collect.asking import inventory, question

QUICK = Limits(
    resolve=5,
    connect=1,
    banner=1,
    handshake=1.5,
    authentication=1.5,
    channel=1.5,
    grace=0.5,
    visit=20,
    output=10_000_000,
)


def ask(host: Host, *questions: Question, limits: Limits = QUICK, others: Sequence[Host] = ()) -> Visit:
    asked = questions or (question("q1", "echo hello"),)
    return visit(host, inventory(host, *others), asked, (), limits, keys=HostKeys(None, []))


def ended(host: Host, outcome: Outcome, said: str, **more: object) -> Connection:
    """The visit's connection, which must have ended in this way, with nothing answered."""
    seen = ask(host, **more)  # type: ignore[arg-type]
    assert seen.connection.outcome is outcome, seen.connection
    assert said in seen.connection.reason
    assert seen.answers == {}
    return seen.connection
