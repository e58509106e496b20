"""The connection as a finding."""

from datetime import UTC, datetime

import pytest

from checks import Scope, State
from checks.probes import InternalProbe
from checks.ssh import Connection, Outcome, Settings, check, evaluate

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_host_that_was_reached() -> None:
    (finding,) = evaluate(Connection(Outcome.CONNECTED), Settings(), {}, NOW).findings
    assert (finding.state, finding.kind, finding.item) == (State.OK, "ssh-connected", "")


@pytest.mark.parametrize("outcome", [one for one in Outcome if one is not Outcome.CONNECTED])
def test_a_host_that_was_not(outcome: Outcome) -> None:
    facts = Connection(outcome, "because", "do that", "bastion")
    (finding,) = evaluate(facts, Settings(), {}, NOW).findings
    alarming = outcome in (Outcome.HOST_KEY_CHANGED, Outcome.HOST_KEY_REVOKED)
    assert finding.state is (State.CRITICAL if alarming else State.UNKNOWN)
    assert finding.item == ""
    assert finding.kind == f"ssh-{outcome.value.replace(' ', '-')}"
    assert finding.summary == f"{outcome.value} (at the jump host bastion): because"
    assert finding.remedy == "do that"
    assert finding.data == {"reason": "because", "hop": "bastion"}


def test_kinds_are_distinct_and_stable_in_form() -> None:
    kinds = {evaluate(Connection(outcome), Settings(), {}, NOW).findings[0].kind for outcome in Outcome}
    assert len(kinds) == len(Outcome)
    assert all(kind.replace("-", "").isalpha() and kind.islower() for kind in kinds)


def test_a_changed_key_is_believed_at_once() -> None:
    assert (check.name, check.probe, check.policy.confirm) == ("ssh", InternalProbe(Scope.HOST), 1)
