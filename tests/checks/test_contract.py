"""The hours of a contract: how many are used, and what was not booked."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import Finding, Scope, State, Threshold
from checks.contract import Hours, Settings, check, evaluate, hours, plain
from checks.probes import InternalProbe
from inventory.settings import as_json, validated

NOW = datetime(2026, 11, 23, tzinfo=UTC)
LEFT = st.decimals(min_value=0, max_value=999, places=2)


def judge(facts: Hours, settings: Settings | None = None) -> Sequence[Finding]:
    return evaluate(facts, settings or Settings(), {}, NOW).findings


@pytest.mark.parametrize(
    ("used", "state", "kind", "summary"),
    [
        ("0", State.OK, "contract-hours", "0 of 4 h used this contract month, 4 h left"),
        ("3.19", State.OK, "contract-hours", "3.19 of 4 h used this contract month, 0.81 h left"),
        ("3.20", State.WARNING, "contract-hours", "3.2 of 4 h used this contract month, 0.8 h left"),
        ("3.99", State.WARNING, "contract-hours", "3.99 of 4 h used this contract month, 0.01 h left"),
        ("4.00", State.CRITICAL, "contract-hours", "4 of 4 h used this contract month, 0 h left"),
        ("5.5", State.CRITICAL, "contract-hours-exceeded", "5.5 of 4 h used this contract month, 1.5 h too many"),
    ],
)
def test_the_state_of_the_hours(used: str, state: State, kind: str, summary: str) -> None:
    (finding,) = judge(Hours(Decimal(4), Decimal(used)))
    assert (finding.state, finding.kind, finding.item, finding.summary) == (state, kind, "hours", summary)
    assert (finding.unit, bool(finding.remedy)) == ("%", state is not State.OK)


def test_the_threshold_can_be_set() -> None:
    settings = Settings(Threshold.above(150, 200))
    assert [one.state for one in judge(Hours(Decimal(4), Decimal(6)), settings)] == [State.WARNING]
    assert [one.state for one in judge(Hours(Decimal(4), Decimal(5)), settings)] == [State.OK]
    assert validated(Settings(), as_json(settings)) == settings


@pytest.mark.parametrize("agreed", [None, Decimal(0)])
@pytest.mark.parametrize("used", [None, Decimal(3)])
def test_where_nothing_was_agreed_nothing_is_said(agreed: Decimal | None, used: Decimal | None) -> None:
    assert judge(Hours(agreed, used)) == ()


def test_hours_that_nobody_counts_are_no_problem() -> None:
    assert judge(Hours(Decimal(4), None)) == ()


@pytest.mark.parametrize(("agreed", "used"), [(None, Decimal(1)), (Decimal(4), None), (None, None)])
def test_what_could_not_be_read_is_unknown(agreed: Decimal | None, used: Decimal | None) -> None:
    (finding,) = judge(Hours(agreed, used, reason="Harvest answered 503", remedy="wait"))
    assert (finding.state, finding.kind, finding.item) == (State.UNKNOWN, "not-checked", "hours")
    assert (finding.summary, finding.remedy) == ("Harvest answered 503", "wait")
    assert finding.data == {"audience": "agency", "reason": "Harvest answered 503"}


def test_a_forecast_is_told_as_a_detail() -> None:
    (finding,) = judge(Hours(Decimal(4), Decimal(1), forecast=Decimal("3.14")))
    assert finding.details == ("about 3.1 h by the end of the contract month, if it goes on like this",)


def test_time_that_was_withheld_is_a_warning_of_its_own() -> None:
    rounds = tuple(f"2026-11-{day:02d}" for day in range(1, 15))
    fine, withheld = judge(Hours(Decimal(4), Decimal(1), cap=Decimal(1), withheld=rounds))
    assert (fine.state, withheld.state, withheld.item) == (State.OK, State.WARNING, "cap")
    assert withheld.summary == "the time of 14 routine rounds was not booked: the cap of 1 h is reached"
    assert withheld.details == (*rounds[:10], "… and 4 more")


def test_time_is_withheld_where_the_hours_are_not_known() -> None:
    unknown, withheld = judge(Hours(None, None, withheld=("2026-11-01",), reason="Teamwork was not reached"))
    assert (unknown.state, withheld.state) == (State.UNKNOWN, State.WARNING)
    assert withheld.summary == "the time of 1 routine round was not booked: the cap is reached"


@given(agreed=LEFT, used=LEFT, rounds=st.integers(0, 3))
def test_everything_is_the_agencys_own_business(agreed: Decimal, used: Decimal, rounds: int) -> None:
    findings = judge(Hours(agreed, used, withheld=("a",) * rounds))
    assert {one.data["audience"] for one in findings} <= {"agency"}
    assert [one.item for one in findings] == ["hours"] * bool(agreed) + ["cap"] * bool(rounds)


@given(amount=st.decimals(min_value=-999, max_value=999, places=2))
def test_hours_are_written_without_losing_any(amount: Decimal) -> None:
    assert Decimal(plain(amount)) == amount
    assert hours(amount) == f"{plain(amount)} h"
    assert not plain(amount).endswith(".")
    assert "." not in plain(amount) or not plain(amount).endswith("0")


def test_it_is_believed_at_once_and_about_a_client() -> None:
    assert (check.name, check.title, check.probe) == ("contract", "Contract hours", InternalProbe(Scope.CLIENT))
    assert (check.policy.confirm, check.policy.recover) == (1, 1)
