"""Exceptions: what they accept, and what happens on the day after."""

from datetime import date

import pytest

from checks.findings import Finding, State
from checks.waivers import Waiver, waive

BAD = Finding(
    State.WARNING, "account-idle", "account:svc", "svc: idle", details=("seen",), remedy="disable it", data={"days": 99}
)
WAIVER = Waiver("needed by the warehouse", "Ada", date(2026, 11, 23))


def test_an_exception_accepts_what_it_names_until_its_last_day() -> None:
    finding = waive(BAD, {"svc": WAIVER}, ("svc",), date(2026, 11, 23))
    assert (finding.state, finding.kind, finding.item, finding.remedy) == (State.OK, "waived", "account:svc", "")
    assert finding.data["waived"] == "account-idle"
    assert (finding.data["owner"], finding.data["expires"]) == ("Ada", "2026-11-23")
    assert finding.details == ("accepted until 2026-11-23 by Ada: needed by the warehouse", "seen")


def test_on_the_day_after_the_finding_is_back_and_says_whose_exception_ran_out() -> None:
    finding = waive(BAD, {"svc": WAIVER}, ("svc",), date(2026, 11, 24))
    assert (finding.state, finding.kind, finding.remedy) == (State.WARNING, "account-idle", "disable it")
    assert finding.details[-1] == "the exception of Ada ran out on 2026-11-23: needed by the warehouse"


def test_it_accepts_nothing_else() -> None:
    assert waive(BAD, {"other": WAIVER}, ("svc", "svc/idle"), date(2026, 11, 1)) == BAD


@pytest.mark.parametrize("state", [State.UNKNOWN, State.OK])
def test_what_was_not_looked_at_is_not_accepted(state: State) -> None:
    finding = Finding(state, "not-checked", "updates", "nobody knows")
    assert waive(finding, {"updates": WAIVER}, ("updates",), date(2026, 11, 1)) == finding


@pytest.mark.parametrize(("reason", "owner"), [("", "Ada"), ("needed", " ")])
def test_nobody_can_except_anything_without_a_name_and_a_reason(reason: str, owner: str) -> None:
    with pytest.raises(ValueError, match="a reason and an owner"):
        Waiver(reason, owner, date(2026, 1, 1))
