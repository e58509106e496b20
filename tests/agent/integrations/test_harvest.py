"""Time booked: one entry with the right hours, whatever fails on the way and however an account keeps time."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.errors import PermanentError
from agent.domain.messages import FIRST_PAUSE, Stage
from agent.integrations.harvest.delivery import DAY as MINUTES
from agent.integrations.harvest.delivery import durations, identity, times
from tests.agent.outbox.office import DAY, Desk, booking, desk, meanwhile
from tests.standins import Fault, How
from tests.standins.exchange import Answer
from tests.standins.harvest_entries import Entry, time_of_day

BOOK = "POST /v2/time_entries"
FIND = "GET /v2/time_entries"
SHOW = "GET /v2/time_entries/{id}"
CHANGE = "PATCH /v2/time_entries/{id}"
STOP = "PATCH /v2/time_entries/{id}/stop"
COMPANY = "GET /v2/company"
BAD = [Fault(how, retry_after=2 if how is How.TOO_MANY else None) for how in How if how is not How.SLOW]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as made:
        yield made


def only(at: Desk) -> Entry:
    """The one entry that there is of ours, whose timer does not run."""
    (entry,) = at.harvest.ours()
    assert at.harvest.running == []
    return entry


def booked(at: Desk, hours: str = "0.25", **changed: Any) -> Entry:
    """An entry that was booked before."""
    at.book(hours=hours, **changed)
    at.deliver()
    at.clock.forward(3600)
    return only(at)


def test_time_is_booked_as_it_was_written(at: Desk) -> None:
    number = at.book(hours="1.33", notes="Routine round of 23 November\n3 sites")
    tally = at.deliver()
    entry = only(at)
    assert (tally.delivered, at.message(number).outcome) == (1, f"entry {entry.id} with 1.33 h")
    assert (entry.project_id, entry.task_id, entry.spent_date, entry.hours) == (14, 82, DAY, 1.33)
    assert entry.notes == "Routine round of 23 November\n3 sites"
    assert entry.external_reference == {"id": booking().reference, "group_id": "harbour"}
    assert at.entry().number == entry.id


@pytest.mark.parametrize("kind", [BOOK, FIND, COMPANY])
@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.how)
def test_whatever_fails_it_is_booked_once(at: Desk, kind: str, fault: Fault) -> None:
    at.harvest.fault(kind, fault, 2)
    at.book()
    at.deliver_all()
    assert only(at).hours == 0.25
    assert at.entry().number == only(at).id
    assert any(seen.fault is fault.how for seen in at.harvest.seen)
    assert at.harvest.elsewhere.seen == []


@pytest.mark.parametrize("kind", [CHANGE, SHOW])
@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.how)
def test_whatever_fails_it_is_corrected(at: Desk, kind: str, fault: Fault) -> None:
    entry = booked(at)
    at.harvest.fault(kind, fault, 2)
    at.correct(hours="0.5", notes="Routine round, made again")
    at.deliver_all()
    assert (only(at).id, only(at).hours, only(at).notes) == (entry.id, 0.5, "Routine round, made again")


@pytest.mark.parametrize("fault", BAD, ids=lambda fault: fault.how)
def test_a_harvest_that_shows_an_entry_late_has_it_booked_once(tmp_path: Path, fault: Fault) -> None:
    with desk(tmp_path, blind_seconds=FIRST_PAUSE.total_seconds() - 1) as at:
        at.harvest.fault(BOOK, fault)
        at.book()
        for _ in range(3):
            at.deliver()  # which finds nothing due
        at.deliver_all()
        assert only(at).hours == 0.25


def test_a_person_who_cannot_wait_does_not_have_it_booked_twice(tmp_path: Path) -> None:
    with desk(tmp_path, blind_seconds=FIRST_PAUSE.total_seconds() - 1) as at:
        at.harvest.fault(BOOK, Fault(How.LOST))
        number = at.book()
        at.deliver()
        at.clock.forward(5)
        at.retry(number)
        at.deliver()
        at.deliver_all()
        assert only(at).hours == 0.25


# An account that keeps times of day.


@contextmanager
def by_the_clock(folder: Path, clock: str) -> Iterator[Desk]:
    with desk(folder, wants_timestamp_timers=True, clock_format=clock) as made:
        yield made


@pytest.mark.parametrize(
    ("minute", "hours", "spans"),
    [
        (9 * 60, "0.25", {"12h": "9:00am to 9:15am", "24h": "9:00 to 9:15"}),
        (0, "0.5", {"12h": "12:00am to 12:30am", "24h": "0:00 to 0:30"}),
        (11 * 60 + 59, "1.00", {"12h": "11:59am to 12:59pm", "24h": "11:59 to 12:59"}),
        (12 * 60, "0.1", {"12h": "12:00pm to 12:06pm", "24h": "12:00 to 12:06"}),
        (23 * 60 + 50, "0.25", {"12h": "11:44pm to 11:59pm", "24h": "23:44 to 23:59"}),
        (23 * 60 + 59, "23.98", {"12h": "12:00am to 11:59pm", "24h": "0:00 to 23:59"}),
        (8 * 60, "0.33", {"12h": "8:00am to 8:20am", "24h": "8:00 to 8:20"}),
    ],
)
@pytest.mark.parametrize("clock", ["12h", "24h"])
def test_times_of_day_are_written_as_the_account_writes_them(
    tmp_path: Path, clock: str, minute: int, hours: str, spans: Mapping[str, str]
) -> None:
    with by_the_clock(tmp_path, clock) as at:
        entry = booked(at, hours, minute=minute)
        assert f"{entry.started_time} to {entry.ended_time}" == spans[clock]
        assert abs(Decimal(str(entry.hours)) - Decimal(hours)) <= Decimal("0.01")


@pytest.mark.parametrize("hours", ["0.25", "0.34", "0.01", "1.99"])
def test_what_was_booked_by_the_clock_is_not_corrected_for_a_rounded_minute(tmp_path: Path, hours: str) -> None:
    with by_the_clock(tmp_path, "12h") as at:
        at.harvest.fault(BOOK, Fault(How.LOST))
        at.book(hours=hours)
        at.deliver()
        at.harvest.locked_until = DAY  # so that a correction could not be made
        at.deliver_all()
        assert at.message(1).outcome.endswith("which was there")
        assert at.harvest.asked(CHANGE) == []


def test_it_is_corrected_by_the_clock(tmp_path: Path) -> None:
    with by_the_clock(tmp_path, "24h") as at:
        booked(at)
        at.correct(hours="0.75")
        at.deliver()
        assert (only(at).started_time, only(at).ended_time, only(at).hours) == ("9:00", "9:45", 0.75)


def test_more_than_a_day_is_parked(tmp_path: Path) -> None:
    with by_the_clock(tmp_path, "12h") as at:
        number = at.book(hours="24.00")
        at.deliver()
        assert "do not fit into one day" in at.message(number).trouble
        assert at.harvest.ours() == []


@given(st.integers(0, MINUTES - 1), st.decimals("0.01", "23.98", places=2), st.sampled_from(["12h", "24h"]))
def test_every_time_of_day_fits_and_is_as_long_as_it_was(minute: int, hours: Decimal, clock: str) -> None:
    said = times(booking(minute=minute, hours=str(hours)), clock)
    began, ended = (time_of_day(said[name], clock) for name in ("started_time", "ended_time"))
    assert began
    assert ended
    minutes = (ended.hour - began.hour) * 60 + ended.minute - began.minute
    assert 0 <= minutes - hours * 60 < 1
    assert began.hour * 60 + began.minute <= minute


@given(st.integers(0, MINUTES - 1), st.decimals("23.99", "99", places=2))
def test_no_time_of_day_reaches_into_the_next(minute: int, hours: Decimal) -> None:
    with pytest.raises(PermanentError):
        times(booking(minute=minute, hours=str(hours)))


@given(st.decimals("0", "24", places=2))
def test_hours_travel_with_two_decimals(hours: Decimal) -> None:
    sent = json.loads(json.dumps(durations(booking(hours=str(hours)))), parse_float=Decimal)
    assert sent["hours"] == hours


def test_an_entry_is_of_its_project_its_day_and_its_reference() -> None:
    assert identity(booking()) == {
        "project_id": 14,
        "task_id": 82,
        "spent_date": "2026-11-23",
        "external_reference": {"id": "siterounds-test-harbour-2026-11-23", "group_id": "harbour"},
    }


@pytest.mark.parametrize("answer", [b"{}", b"[]", b'{"wants_timestamp_timers": "yes"}', b"", b"null"])
def test_nothing_is_booked_in_an_account_that_does_not_say_how_it_keeps_time(at: Desk, answer: bytes) -> None:
    number = at.book()
    at.harvest.routes = {**at.harvest.routes, COMPANY: lambda _: Answer(200, answer)}
    at.deliver()
    assert at.harvest.asked(BOOK) == []
    assert "durations or times of day" in at.message(number).trouble
    assert at.message(number).stage is Stage.WAITING


# What people do.


@pytest.mark.parametrize("correct", [True, False])
def test_a_timer_that_runs_is_stopped(at: Desk, correct: bool) -> None:
    if correct:
        entry = booked(at)
        at.correct(hours="0.5")
    else:
        at.harvest.fault(BOOK, Fault(How.LOST))
        at.book(hours="0.5")
        at.deliver()
        entry = only(at)
    entry.started = at.clock()
    at.clock.forward(3600)
    at.deliver()
    assert (only(at).hours, len(at.harvest.asked(STOP))) == (0.5, 1)


def test_an_entry_that_somebody_changed_is_as_it_should_be_only_once_there_is_a_correction(at: Desk) -> None:
    entry = booked(at)
    entry.hours, entry.notes = 3.0, "changed by a person"
    at.deliver_all()
    assert (only(at).hours, only(at).notes) == (3.0, "changed by a person")
    at.correct(hours="0.5")
    at.deliver()
    assert (only(at).hours, only(at).notes) == (0.5, "Routine round")


def test_an_entry_that_somebody_removed_stays_removed(at: Desk) -> None:
    at.harvest.delete_entry(booked(at).id)
    number = at.correct(hours="0.5")
    at.deliver()
    assert at.harvest.ours() == []
    assert "somebody has removed" in at.message(number).outcome


def test_a_correction_of_what_was_never_booked_books_it(at: Desk) -> None:
    first = at.book()
    at.store.outbox.dropped(at.message(first).id, "by hand", at.clock())
    at.correct(hours="0.5")
    at.deliver()
    assert only(at).hours == 0.5


def _lock(at: Desk, entry: Entry, how: str) -> None:
    if how == "billed":
        entry.is_billed = True
    elif how == "closed":
        entry.is_closed = True
    else:
        at.harvest.locked_until = DAY


@pytest.mark.parametrize(
    ("how", "why"), [("billed", "it is invoiced"), ("closed", "it is approved"), ("locked", "it is approved")]
)
def test_an_entry_that_is_locked_is_parked_with_what_to_do(at: Desk, how: str, why: str) -> None:
    entry = booked(at)
    _lock(at, entry, how)
    number = at.correct(hours="0.5")
    assert at.deliver().parked == 1
    message = at.message(number)
    assert message.trouble == f"entry {entry.id} says 0.25 h instead of 0.5 h, and {why}"
    assert f"siterounds outbox retry {number}" in message.remedy
    assert f"siterounds outbox drop {number}" in message.remedy
    assert only(at).hours == 0.25
    entry.is_billed = entry.is_closed = False
    at.harvest.locked_until = None
    at.retry(number)
    at.deliver()
    assert only(at).hours == 0.5


def test_a_locked_entry_that_is_as_it_should_be_is_no_trouble(at: Desk) -> None:
    entry = booked(at)
    _lock(at, entry, "billed")
    at.correct()
    assert at.deliver().delivered == 1


def test_an_entry_that_is_locked_while_it_is_changed_is_parked(at: Desk) -> None:
    entry = booked(at)
    number = at.correct(hours="0.5")
    with meanwhile(at.harvest, CHANGE, lambda: _lock(at, entry, "closed")):
        at.deliver()
    assert "Item Approved and Locked" in at.message(number).trouble
    assert "outbox retry" in at.message(number).remedy


def _archive(at: Desk) -> None:
    at.harvest.archive_project(14)


def _lock_the_period(at: Desk) -> None:
    at.harvest.locked_until = date(2026, 11, 30)


def _take_away(at: Desk) -> None:
    at.harvest.projects[14].assigned = False


@pytest.mark.parametrize(
    ("how", "said"),
    [(_archive, "Project is archived"), (_lock_the_period, "is locked"), (_take_away, "not assigned to it")],
)
def test_what_harvest_declines_is_parked_with_what_to_do(at: Desk, how: Any, said: str) -> None:
    how(at)
    number = at.book()
    assert at.deliver().parked == 1
    assert said in at.message(number).trouble
    assert f"outbox retry {number}" in at.message(number).remedy
    assert at.harvest.ours() == []


def test_a_wrong_account_is_said_once(at: Desk) -> None:
    at.secrets["HARVEST"] = "another-token"
    for day in range(3):
        at.book(reference=f"siterounds-test-harbour-2026-11-2{day}")
    tally = at.deliver()
    assert "does not accept our credentials" in tally.troubles["harvest"][1]
    assert len(at.harvest.seen) == 1


def test_an_entry_of_another_reference_is_not_ours(at: Desk) -> None:
    at.harvest.add_entry(14, 3.0, DAY, external_reference_id="siterounds-production-harbour-2026-11-23")
    at.harvest.add_entry(14, 3.0, DAY + timedelta(days=1), external_reference_id=booking().reference)
    assert booked(at).hours == 0.25
    assert sorted(entry.hours for entry in at.harvest.entries.values()) == [0.25, 3.0, 3.0]
