"""What one check may say about one subject has an end, and the end is said."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from agent.collect.evaluate import (
    LONGEST_MEMORY,
    MORE,
    MOST_FINDINGS,
    MOST_PROBLEMS,
    Evaluation,
    at_most,
    evaluate_facts,
)
from agent.collect.plan import PlannedCheck
from checks import Cause, Check, CheckResult, Finding, Kind, Scope, State, Target
from checks.probes import InternalProbe
from inventory.model import Host

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def _of(state: State, number: int) -> Finding:
    return Finding(state, "some-kind", f"item {number}", "said")


def _evaluated(result: CheckResult) -> Evaluation:
    def evaluate(facts: Any, settings: Any, memory: Any, now: datetime) -> CheckResult:
        return result

    check: Check[Any, Any] = Check("some", "Some", InternalProbe(Scope.HOST), evaluate, None, (Kind("some-kind"),))
    return evaluate_facts(PlannedCheck(check, Target(Host("web1")), None), None, {}, NOW)


def test_ten_thousand_problems_are_a_hundred_and_one_that_counts_the_rest() -> None:
    found = _evaluated(CheckResult(tuple(_of(State.WARNING, number) for number in range(10_000)))).findings
    more = next(finding for finding in found if finding.item == MORE)
    assert len(found) == MOST_PROBLEMS + 1
    assert (more.state, more.data["cause"], more.value) == (State.UNKNOWN, Cause.TOO_MUCH, 10_000 - MOST_PROBLEMS)


def test_an_ordinary_number_stays_as_it_is_and_in_order() -> None:
    findings = tuple(_of(State.OK if number % 10 else State.CRITICAL, number) for number in range(600))
    assert at_most(findings) == findings


@given(
    states=st.lists(st.sampled_from(State), max_size=MOST_FINDINGS + 300).flatmap(
        lambda states: (
            st.permutations(list(enumerate(states))) if len(states) < 300 else st.just(list(enumerate(states)))
        )
    )
)
def test_what_is_kept_is_the_worst_and_does_not_hang_on_the_order(states: list[tuple[int, State]]) -> None:
    findings = [_of(state, number) for number, state in states]
    kept = at_most(findings)
    left = set(findings_by_item(findings)) - {one.item for one in kept}
    problems = [one for one in kept if one.state is not State.OK and one.item != MORE]
    assert len(problems) <= MOST_PROBLEMS
    assert len(kept) <= MOST_FINDINGS + 1
    assert {one.item for one in at_most(findings[::-1])} == {one.item for one in kept}
    for item in left:
        assert findings_by_item(findings)[item].state.severity <= min(one.state.severity for one in problems or kept)


def findings_by_item(findings: list[Finding]) -> dict[str, Finding]:
    """The findings by their items."""
    return {finding.item: finding for finding in findings}


def test_memory_without_end_is_not_kept_and_the_check_says_so() -> None:
    said = _evaluated(CheckResult((), {"all": "x" * LONGEST_MEMORY}))
    assert said.memory is None
    assert [finding.data["cause"] for finding in said.findings] == [Cause.TOO_MUCH]
