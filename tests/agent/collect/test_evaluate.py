"""From facts to findings: what a check gives is cleaned, and a fault of the check costs that check only."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from agent.collect.evaluate import UndeclaredKindError, evaluate_facts, findings_of
from agent.collect.plan import PlannedCheck
from checks import Check, CheckResult, Finding, Kind, Memory, Probe, Scope, State, Target
from checks.registry import CHECKS
from inventory.model import Host
from tests.checks.examples import EXAMPLES

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LONG = Finding(State.WARNING, "queue-long", "", "320 mails wait")
LOST = Finding(State.WARNING, "queue-lost", "", "the queue is gone")
SETTLED = Finding(State.OK, "settled", "old", "no longer there")


def evaluate(facts: Sequence[Finding], settings: object, memory: Memory, now: datetime) -> CheckResult:
    """What it is given."""
    return CheckResult(tuple(facts), {"seen": len(facts)})


CHECK: Check[Sequence[Finding], object] = Check(
    "queue", "Queue", Probe("queue", "true", lambda _: (), Scope.HOST), evaluate, object(), (Kind("queue-long"),)
)
DUE = PlannedCheck(CHECK, Target(Host("web1")), CHECK.settings)


def test_declared_and_common_kinds_pass() -> None:
    judged = evaluate_facts(DUE, (LONG, SETTLED), {}, NOW)
    assert (judged.findings, judged.memory) == ((LONG, SETTLED), {"seen": 2})


def test_a_kind_that_is_not_declared_is_a_fault_of_its_check() -> None:
    judged = evaluate_facts(DUE, (LONG, LOST), {}, NOW)
    (finding,) = judged.findings
    assert (finding.state, finding.kind, finding.item) == (State.UNKNOWN, "not-checked", "")
    assert "queue-lost" in finding.summary
    assert finding.remedy
    assert judged.memory is None, "what was remembered stays"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_each_of_ours_without_its_kinds_would_be_at_fault(check: Check[object, object]) -> None:
    judgement = CheckResult(tuple(EXAMPLES[check.name]()))
    assert len(findings_of(check, judgement)) == len(judgement.findings)
    with pytest.raises(UndeclaredKindError):
        findings_of(replace(check, kinds=()), judgement)
