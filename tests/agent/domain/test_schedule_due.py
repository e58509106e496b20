"""What is begun, and when: every slot once, the newest of those that were missed, and again where it failed."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agent.domain.schedule import (
    AT_ONCE,
    LATE,
    PAUSES,
    Interval,
    LastAttempt,
    SlotOutcome,
    StartSlot,
    Wait,
    decide,
    newest_slot,
)
from inventory.schedule import Cron, Schedule
from inventory.subject import Subject

CLIENT = Subject.parse("client:c")
SIX = Schedule(Cron.parse("0 6 * * *"))
SINCE = datetime(2026, 11, 20, 12, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}Z")


def tried(day: int, outcome: SlotOutcome | None, begun: int = 1, failures: int = 0, ended: str = "") -> LastAttempt:
    slot, _ = newest_slot(SIX, CLIENT, at(f"{day:02}T05:59"), at(f"{day:02}T06:00"))
    assert slot is not None
    return LastAttempt(slot, begun, failures, outcome, at(ended) if ended else slot.due_at)


def test_what_was_due_before_its_schedule_held_is_not_made_up_for() -> None:
    assert decide(SIX, CLIENT, SINCE, None, at("20T12:00")) == Wait(at("21T06:00"))
    assert decide(SIX, CLIENT, at("21T06:00"), None, at("21T06:01")) == Wait(at("22T06:00"))


def test_a_night_s_downtime_is_made_up_for_once_and_told() -> None:
    done = tried(21, SlotOutcome.DONE)
    found = decide(SIX, CLIENT, SINCE, done, at("24T13:00"))
    assert isinstance(found, StartSlot)
    assert (found.slot.key, found.late, found.skipped) == ("2026-11-24T06:00", timedelta(hours=7), 2)
    assert decide(SIX, CLIENT, SINCE, tried(24, SlotOutcome.DONE), at("24T13:01")) == Wait(at("25T06:00"))


def test_what_is_in_time_is_not_called_late() -> None:
    found = [decide(SIX, CLIENT, SINCE, None, at("21T06:00") + wait) for wait in (timedelta(), LATE)]
    assert [one.late for one in found if isinstance(one, StartSlot)] == [timedelta(), LATE]


def test_a_failure_is_tried_again_after_a_while_and_then_given_up() -> None:
    first = tried(21, SlotOutcome.FAILED, 1, 1, "21T06:02")
    assert decide(SIX, CLIENT, SINCE, first, at("21T06:03")) == Wait(at("21T06:12"))
    assert isinstance(decide(SIX, CLIENT, SINCE, first, at("21T06:12")), StartSlot)
    second = tried(21, SlotOutcome.FAILED, 2, 2, "21T06:13")
    assert decide(SIX, CLIENT, SINCE, second, at("21T06:14")) == Wait(at("21T06:43"))
    assert decide(SIX, CLIENT, SINCE, tried(21, SlotOutcome.FAILED, 3, 3), at("21T06:50")) == Wait(at("22T06:00"))


def test_a_newer_slot_goes_before_another_try() -> None:
    found = decide(SIX, CLIENT, SINCE, tried(21, SlotOutcome.FAILED, 1, 1), at("22T06:00"))
    assert isinstance(found, StartSlot)
    assert found.slot.key == "2026-11-22T06:00"


def test_what_nobody_saw_end_is_made_at_once() -> None:
    for begun in range(AT_ONCE + 1):
        found = decide(SIX, CLIENT, SINCE, tried(21, None, begun), at("21T06:01"))
        assert isinstance(found, StartSlot), begun
    often = decide(SIX, CLIENT, SINCE, tried(21, None, AT_ONCE + 1, 0, "21T06:01"), at("21T06:02"))
    assert often == Wait(at("21T06:01") + PAUSES[0])


def test_what_never_comes_again_is_waited_for_without_an_end() -> None:
    since = datetime(2096, 2, 29, 7, tzinfo=UTC)  # 2100 has no such day
    leap = Schedule(Cron.parse("0 6 29 2 *"))
    assert decide(leap, CLIENT, since, None, since) == Wait(datetime(2104, 2, 29, 6, tzinfo=UTC))


steps = st.lists(
    st.tuples(st.integers(1, 300), st.sampled_from(["done", "failed", "killed", "released"])), min_size=1, max_size=60
)


@given(st.integers(1, 120), steps)
def test_every_slot_is_done_skipped_given_up_or_still_to_come(minutes: int, life: list[tuple[int, str]]) -> None:
    """A life of random pauses, kills and failures: nothing is begun twice once it is done, and nothing is forgotten."""
    rhythm = Interval(minutes)
    since = now = datetime(2026, 11, 20, tzinfo=UTC)
    known: LastAttempt | None = None
    settled: list[datetime] = []
    skipped = 0
    for pause, how in life:
        now += timedelta(minutes=pause)
        found = decide(rhythm, CLIENT, since, known, now)
        if isinstance(found, Wait):
            assert found.until is not None
            assert found.until > now
            continue
        assert found.slot.due_at <= now
        again = known is not None and known.slot == found.slot
        if not again:
            settled.append(found.slot.due_at)
            skipped += found.skipped
        begun = (known.begun if known and again else 0) + (how != "released")
        failures = (known.failures if known and again else 0) + (how == "failed")
        outcome = {"done": SlotOutcome.DONE, "failed": SlotOutcome.FAILED}.get(how)
        assert not (known and again and known.outcome is SlotOutcome.DONE)
        known = LastAttempt(found.slot, begun, failures, outcome, now)
    assert settled == sorted(set(settled))
    if settled:
        _, before = newest_slot(rhythm, CLIENT, since, settled[-1])
        assert before + 1 == len(settled) + skipped
