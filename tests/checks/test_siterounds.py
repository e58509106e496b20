"""siterounds itself, judged: each thing that can be wrong, and that what is well resolves it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import CheckResult, State
from checks.siterounds import Ending, Itself, Settings, Unvisited, check, evaluate

NOW = datetime(2026, 11, 23, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
STALE = 48 * HOUR


def judged(memory: Any = None, now: datetime = NOW, **facts: Any) -> CheckResult:
    whole: dict[str, Any] = {"sites": 10, "stale": STALE} | facts
    return evaluate(Itself(**whole), Settings(), memory or {}, now)


def states(judgement: CheckResult) -> dict[str, State]:
    return {one.item: one.state for one in judgement.findings}


def late(*hours: float) -> tuple[Unvisited, ...]:
    return tuple(Unvisited(f"site{number}", NOW - one * HOUR) for number, one in enumerate(hours))


def test_everything_about_it_is_the_agencys_own_business() -> None:
    judgement = judged(
        unvisited=late(60), endings=(Ending("a token", date(2026, 12, 1), "renew it"),),
        refused={"Zendesk": NOW - HOUR},
        skews={"Zendesk": 90}, room=1, running="1", installed="2",
    )  # fmt: skip
    assert len(judgement.findings) == 6
    for one in judgement.findings:
        assert one.data["audience"] == "agency"
        assert one.state is not State.OK
        assert one.remedy


@pytest.mark.parametrize(
    ("hours", "state"), [((), State.OK), ((47,), State.OK), ((49,), State.WARNING), ((145, 49), State.CRITICAL)]
)
def test_sites_that_nobody_visited(hours: tuple[float, ...], state: State) -> None:
    assert states(judged(unvisited=late(*hours))) == {"rounds": state}


def test_it_is_bad_where_no_site_was_visited_at_all() -> None:
    assert states(judged(sites=2, unvisited=late(49, 50))) == {"rounds": State.CRITICAL}


def test_one_finding_names_them_all_the_longest_wait_first() -> None:
    (one,) = judged(sites=500, unvisited=late(*range(50, 90))).findings
    assert one.summary == "40 of 500 sites not visited for more than 48 h"
    assert one.details[0] == "site39: for 89 h"
    assert one.details[-1] == "… and 10 more"


def test_nothing_is_said_of_visits_that_nobody_promised() -> None:
    assert judged(stale=None).findings == judged(sites=0).findings == ()


def test_a_site_that_was_never_visited_counts_from_when_it_was_first_missed() -> None:
    new = (Unvisited("new", None),)
    first = judged(unvisited=new)
    assert states(first) == {"rounds": State.OK}
    second = judged(first.memory, NOW + 47 * HOUR, unvisited=new)
    assert (states(second), second.memory) == ({"rounds": State.OK}, first.memory)
    assert states(judged(second.memory, NOW + 49 * HOUR, unvisited=new)) == {"rounds": State.WARNING}
    assert judged(second.memory, NOW + 49 * HOUR).memory == {}


@pytest.mark.parametrize(
    ("days", "state"), [(200, "ok"), (90, "warning"), (14, "critical"), (0, "critical"), (-9, "critical")]
)
def test_credentials_that_end(days: int, state: str) -> None:
    (_, one) = judged(endings=(Ending("a token", NOW.date() + timedelta(days=days), "renew it"),)).findings
    assert (one.state, one.item) == (state, "credential:a token")
    assert ("ended" in one.summary) == (days <= 0)


@pytest.mark.parametrize(("hours", "state"), [(0.1, "ok"), (1, "warning"), (24, "critical")])
def test_services_that_decline_us(hours: float, state: str) -> None:
    found = states(judged(refused={"Zendesk": NOW - hours * HOUR}, accepted=("Harvest",)))
    assert found == {"rounds": "ok", "access:Zendesk": state, "access:Harvest": "ok"}


@pytest.mark.parametrize(
    ("skews", "state"),
    [
        ({"Zendesk": 2.0}, "ok"),
        ({"Zendesk": -31.0}, "warning"),
        ({"Zendesk": 900.0, "Harvest": 901.0}, "critical"),
        ({"Zendesk": 900.0, "Harvest": 1.0}, "ok"),
    ],
)
def test_our_clock_is_wrong_only_if_it_is_by_every_service(skews: dict[str, float], state: str) -> None:
    assert states(judged(skews=skews))["clock"] == state


@pytest.mark.parametrize(("free", "state"), [(5000, "ok"), (1000, "warning"), (200, "critical")])
def test_room_for_the_store(free: int, state: str) -> None:
    assert states(judged(room=free * 1024 * 1024))["room"] == state


def test_a_version_that_waits_for_a_restart() -> None:
    assert states(judged(running="1.0", installed="1.0"))["version"] is State.OK
    assert states(judged(running="1.0", installed="1.1"))["version"] is State.WARNING
    assert "version" not in states(judged())


@given(
    st.lists(st.tuples(st.text(max_size=9), st.none() | st.integers(0, 10_000)), max_size=9),
    st.dictionaries(st.sampled_from(["Zendesk", "Harvest"]), st.floats(-1e9, 1e9)),
    st.none() | st.integers(0, 2**50),
)
def test_no_item_is_told_twice_and_nothing_raises(
    sites: list[tuple[str, int | None]], skews: dict[str, float], room: int | None
) -> None:
    facts = tuple(Unvisited(name, None if hours is None else NOW - hours * HOUR) for name, hours in sites)
    items = [one.item for one in judged(unvisited=facts, skews=skews, room=room).findings]
    assert len(items) == len(set(items))


def test_one_round_is_enough_to_believe_it() -> None:
    assert (check.name, check.policy.confirm, check.policy.recover) == ("siterounds", 1, 1)
