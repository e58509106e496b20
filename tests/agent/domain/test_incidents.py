"""The life of a problem, by tables and by any sequence of rounds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.incidents import Change, CheckOutcome, Incident, Key, Phase, advance, advance_all
from checks import Finding, Policy, State
from inventory.subject import Subject

WEB1 = Subject.parse("host:web1")
KEY = Key(WEB1, "disk", "/var")
START = datetime(2026, 11, 23, 6, tzinfo=UTC)
OK, WARNING, CRITICAL, UNKNOWN = State.OK, State.WARNING, State.CRITICAL, State.UNKNOWN
GONE = None

STORIES = [
    # what the rounds found; what each changed; the phase at the end
    ("nothing wrong", [OK, OK], ["", ""], None),
    ("opens at once where one look is enough", [CRITICAL], ["opened"], Phase.OPEN),
    ("is said once", [CRITICAL, CRITICAL, CRITICAL], ["opened", "", ""], Phase.OPEN),
    ("resolves after two clean rounds", [WARNING, OK, OK], ["opened", "", "resolved"], Phase.RESOLVED),
    ("one clean round is not enough", [WARNING, OK, WARNING, OK], ["opened", "", "", ""], Phase.OPEN),
    ("gone counts as clean", [WARNING, GONE, GONE], ["opened", "", "resolved"], Phase.RESOLVED),
    ("worsens and eases", [WARNING, CRITICAL, WARNING], ["opened", "worsened", "eased"], Phase.OPEN),
    ("comes back", [WARNING, OK, OK, WARNING], ["opened", "", "resolved", "reopened"], Phase.OPEN),
    ("unknown resolves nothing", [WARNING, UNKNOWN, UNKNOWN, UNKNOWN], ["opened", "", "", ""], Phase.OPEN),
    ("unknown between clean rounds", [WARNING, OK, UNKNOWN, OK], ["opened", "", "", "resolved"], Phase.RESOLVED),
    ("unknown opens when it stays", [UNKNOWN, UNKNOWN], ["", "opened"], Phase.OPEN),
    ("unknown once was nothing", [UNKNOWN, OK], ["", ""], None),
    ("unknown turns out bad", [UNKNOWN, UNKNOWN, CRITICAL], ["", "opened", "worsened"], Phase.OPEN),
    ("unknown turns out less bad", [UNKNOWN, UNKNOWN, WARNING], ["", "opened", "eased"], Phase.OPEN),
    (
        "resolved stays resolved",
        [WARNING, OK, OK, OK, UNKNOWN, OK],
        ["opened", "", "resolved", "", "", ""],
        Phase.RESOLVED,
    ),
]


def play(found: list[State | None], policy: Policy) -> tuple[Incident | None, list[str]]:
    """The incident after these rounds, and what each of them changed."""
    incident: Incident | None = None
    changes = []
    for day, state in enumerate(found):
        finding = Finding(state, "disk-space", KEY.item, f"round {day}") if state else None
        incident, change = advance(incident, KEY, finding, START + timedelta(days=day), policy)
        changes.append(change.value if change else "")
    return incident, changes


def test_a_check_that_could_not_look_at_all_is_over_it_once_it_names_what_it_cannot_see() -> None:
    blind = Finding(UNKNOWN, "not-checked", "", "no answer within 30 s")
    part = Finding(UNKNOWN, "not-checked", "/backup", "permission denied")
    known: dict[Key, Incident] = {}
    phases = []
    for day, findings in enumerate([(blind,), (blind,), (part,), (part,)]):
        looked = CheckOutcome(KEY.subject, KEY.check, Policy(confirm_unknown=2, recover=2), findings)
        for step in advance_all(known, [looked], (), START + timedelta(days=day)):
            if step.incident:
                known[step.key] = step.incident
        phases.append({key.item: incident.phase for key, incident in known.items()})
    assert phases[1] == {"": Phase.OPEN}
    assert phases[3] == {"": Phase.RESOLVED, "/backup": Phase.OPEN}


@pytest.mark.parametrize(("found", "changed", "phase"), [story[1:] for story in STORIES], ids=[s[0] for s in STORIES])
def test_story(found: list[State | None], changed: list[str], phase: Phase | None) -> None:
    incident, changes = play(found, Policy(confirm=1, recover=2, confirm_unknown=2))
    assert changes == changed
    assert (incident.phase if incident else None) == phase


@pytest.mark.parametrize(
    ("found", "changed"),
    [
        ([WARNING, WARNING], ["", "opened"]),
        ([WARNING, OK, WARNING], ["", "", ""]),
        ([WARNING, UNKNOWN, WARNING], ["", "", "opened"]),  # not seeing is neither confirming nor clearing
        ([UNKNOWN, WARNING, WARNING], ["", "", "opened"]),  # not having seen does not confirm what is seen now
        (
            [WARNING, WARNING, OK, OK, CRITICAL, OK, CRITICAL, CRITICAL],
            ["", "opened", "", "resolved", "", "", "", "reopened"],
        ),
    ],
)
def test_two_looks_to_be_believed(found: list[State | None], changed: list[str]) -> None:
    assert play(found, Policy(confirm=2, recover=2, confirm_unknown=3))[1] == changed


rounds = st.lists(st.sampled_from([OK, WARNING, CRITICAL, UNKNOWN, GONE]), max_size=30)
policies = st.builds(Policy, confirm=st.integers(1, 3), recover=st.integers(1, 3), confirm_unknown=st.integers(1, 3))


@given(rounds, policies)
def test_changes_alternate(found: list[State | None], policy: Policy) -> None:
    """What is told makes sense to somebody who hears only that: opened, worse or better, resolved, reopened."""
    is_open = False
    told_before = False
    for change in filter(None, play(found, policy)[1]):
        if change in ("opened", "reopened"):
            assert not is_open
            assert (change == "reopened") == told_before
            is_open = told_before = True
        else:
            assert is_open
            is_open = change != "resolved"


@given(rounds, policies)
def test_unknown_never_resolves(found: list[State | None], policy: Policy) -> None:
    changes = play(found, policy)[1]
    for state, change in zip(found, changes, strict=True):
        if change == "resolved":
            assert state in (OK, GONE)
        if change in ("opened", "reopened", "worsened"):
            assert state not in (OK, GONE)


@given(rounds, policies)
def test_the_same_round_again_says_nothing_twice(found: list[State | None], policy: Policy) -> None:
    incident, _ = play([*found, CRITICAL, CRITICAL, CRITICAL], policy)
    again = Finding(CRITICAL, "disk-space", KEY.item, "still")
    assert advance(incident, KEY, again, START, policy)[1] is None


def bad(item: str, state: State = WARNING) -> Finding:
    return Finding(state, "disk-space", item, f"{item} is {state}")


def known_open(*items: str) -> dict[Key, Incident]:
    steps = advance_all({}, [CheckOutcome(WEB1, "disk", Policy(), tuple(bad(item) for item in items))], (), START)
    return {step.key: step.incident for step in steps if step.incident}


def test_what_a_complete_look_no_longer_shows_is_gone() -> None:
    known = known_open("/var", "/home")
    looked = CheckOutcome(WEB1, "disk", Policy(recover=1), (bad("/var"),))
    changes = {step.key.item: step.change for step in advance_all(known, [looked], (), START + timedelta(days=1))}
    assert changes == {"/var": None, "/home": Change.RESOLVED}


def test_what_an_incomplete_look_does_not_show_stays() -> None:
    known = known_open("/var", "/home")
    looked = CheckOutcome(WEB1, "disk", Policy(recover=1), (bad("/mnt", UNKNOWN), bad("/var")))
    steps = list(advance_all(known, [looked], (), START + timedelta(days=1)))
    assert "/home" not in {step.key.item for step in steps}


def test_what_nobody_looked_at_stays() -> None:
    assert list(advance_all(known_open("/var"), [], (), START)) == []


def test_what_is_no_longer_looked_after_resolves() -> None:
    known = known_open("/var")
    for day in (1, 2):
        steps = list(advance_all(known, [], {(WEB1, "disk")}, START + timedelta(days=day)))
        known = {step.key: step.incident for step in steps if step.incident}
    assert [step.change for step in steps] == [Change.RESOLVED]


def test_two_findings_of_one_item_are_one_problem_as_bad_as_the_worse() -> None:
    looked = CheckOutcome(WEB1, "disk", Policy(), (bad("/var"), bad("/var", CRITICAL), bad("/var", OK)))
    steps = list(advance_all({}, [looked], (), START))
    assert [(step.key.item, step.incident and step.incident.state) for step in steps] == [("/var", CRITICAL)]
