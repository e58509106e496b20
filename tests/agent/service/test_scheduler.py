"""What is due, begun over a real store by a driven clock: once, however the process ends; and a month of 500 sites."""

import gc
import logging
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.cancellation import CancelledError
from agent.collect.plan import Selection
from agent.domain.errors import BusyError, StoreError
from agent.domain.schedule import (
    DELIVERIES,
    AnySchedule,
    Interval,
    SlotOutcome,
    StartSlot,
    _on,
    booked_as,
    chores,
    rounds,
    selection_of,
    slots,
)
from agent.service.scheduler import MOST, PAUSE, JobResult, Scheduler
from agent.store.store import Store
from inventory.model import Client, Host, Inventory, Site
from inventory.schedule import Cron, Daily, Schedule
from inventory.subject import Subject, SubjectKind
from tests.agent.store.beside import disconnect

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
SIX = Schedule(Cron.parse("0 6 * * *"))
A, B, NEW = (Subject(SubjectKind.CLIENT, name) for name in ("a", "b", "new"))
BAD, SITE = (Subject(SubjectKind.SITE, name) for name in ("bad", "s"))
HOST = Subject(SubjectKind.HOST, "h")


@dataclass(slots=True)
class Clock:
    """A clock that only moves when it is told to."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Desk:
    """A timetable over a store, and what it begun. `how` is what comes of a batch."""

    store: Store
    clock: Clock = field(default_factory=Clock)
    made: list[tuple[datetime, Sequence[StartSlot]]] = field(default_factory=list)
    how: Callable[[Sequence[StartSlot]], object] = lambda _: None
    halted: bool = False

    def start(self, rhythms: dict[Subject, AnySchedule]) -> Scheduler:
        """A new process that goes by these schedules."""
        table = Scheduler(self.store.schedule_runs, self._make, self.clock, lambda: self.halted)
        table.set_schedules(rhythms, self.store.schedule_runs.hold(rhythms, self.clock.at))
        return table

    def run(self, table: Scheduler, until: datetime) -> None:
        """Have it look whenever there is something to decide, until a moment."""
        while (wake := table.next_wake) and wake[0] <= until:
            self.clock.at = max(self.clock.at, wake[0])
            table.tick()
        self.clock.at = until

    def _make(self, batch: Sequence[StartSlot]) -> JobResult:
        self.made.append((self.clock.at, batch))
        self.how(batch)
        return JobResult("made", len(self.made))

    @property
    def begun(self) -> list[str]:
        """The slots that were begun, in order."""
        return [f"{one.slot.subject} {one.slot.key[8:]}" for _, batch in self.made for one in batch]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with Store(tmp_path) as store:
        yield Desk(store)


def later(**units: float) -> datetime:
    return NOON + timedelta(**units)


def test_each_slot_is_made_once(desk: Desk) -> None:
    desk.run(desk.start({A: SIX, B: SIX}), later(days=2))
    assert desk.begun == ["client:a 21T06:00", "client:b 21T06:00", "client:a 22T06:00", "client:b 22T06:00"]
    assert [len(batch) for _, batch in desk.made] == [2, 2]
    found = desk.store.schedule_runs.newest()[A]
    assert (found.outcome, found.said, found.round_id, found.late) == (SlotOutcome.DONE, "made", 2, timedelta())


def test_a_restart_makes_nothing_again_and_forgets_nothing(desk: Desk) -> None:
    desk.run(desk.start({A: SIX}), later(days=1))
    desk.clock.at = later(days=4)  # it was off for three nights
    desk.run(desk.start({A: SIX}), later(days=4, hours=1))
    assert desk.begun == ["client:a 21T06:00", "client:a 24T06:00"]
    odd = desk.store.schedule_runs.list(5, unusual=True)
    assert [(one.slot.key, one.late, one.skipped) for one in odd] == [("2026-11-24T06:00", timedelta(hours=6), 2)]


def test_another_schedule_makes_up_for_nothing(desk: Desk) -> None:
    desk.run(desk.start({A: SIX}), later(days=1))
    nine = Schedule(Cron.parse("0 9 * * *"))
    desk.run(desk.start({A: nine, NEW: SIX}), later(days=2))
    assert desk.begun == ["client:a 21T06:00", "client:new 22T06:00", "client:a 22T09:00"]


class KilledError(BaseException):
    """As if the process ended here."""


def test_what_was_killed_in_the_midst_is_made_again(desk: Desk) -> None:
    def kill(_: Sequence[StartSlot]) -> None:
        raise KilledError

    desk.how = kill
    for _ in range(3):
        with pytest.raises(KilledError):
            desk.run(desk.start({A: SIX}), later(hours=19))
    desk.how = lambda _: None
    desk.run(desk.start({A: SIX}), later(hours=20))
    assert desk.begun == ["client:a 21T06:00"] * 4
    assert desk.store.schedule_runs.newest()[A].failures == 0


def test_what_fails_is_tried_thrice(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_: Sequence[StartSlot]) -> None:
        raise StoreError("no space is left")

    desk.how = fail
    desk.run(desk.start({A: SIX}), later(hours=23))
    six = datetime(2026, 11, 21, 6, tzinfo=UTC)
    assert [at - six for at, _ in desk.made] == [timedelta(minutes=minutes) for minutes in (0, 10, 40)]
    found = desk.store.schedule_runs.newest()[A]
    assert (found.outcome, found.failures, found.said) == (SlotOutcome.FAILED, 3, "no space is left")
    assert "no space is left" in caplog.text


def test_what_is_put_off_is_no_failure(desk: Desk) -> None:
    reasons: list[Exception] = [BusyError("another round is under way"), CancelledError(), BusyError("again")]

    def put_off(_: Sequence[StartSlot]) -> None:
        if reasons:
            raise reasons.pop()

    desk.how = put_off
    desk.run(desk.start({A: SIX}), later(hours=19))
    six = datetime(2026, 11, 21, 6, tzinfo=UTC)
    assert [at for at, _ in desk.made] == [six + PAUSE * count for count in range(4)]
    found = desk.store.schedule_runs.newest()[A]
    assert (found.begun, found.failures, found.outcome) == (1, 0, SlotOutcome.DONE)


def test_a_fault_of_ours_costs_one_round_and_not_the_others(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    def fail(batch: Sequence[StartSlot]) -> None:
        if batch[0].slot.subject == BAD:
            raise ValueError("it is broken")

    desk.how = fail
    desk.run(desk.start({A: SIX, BAD: SIX}), later(hours=19))
    assert Counter(desk.begun) == {"client:a 21T06:00": 1, "site:bad 21T06:00": 3}
    assert "ValueError: it is broken" in desk.store.schedule_runs.newest()[BAD].said
    assert "Traceback" in caplog.text


def test_nothing_begins_while_it_is_paused_and_the_newest_is_made_after(desk: Desk) -> None:
    desk.halted = True
    table = desk.start({A: SIX})
    for hours in range(60):
        desk.clock.at = later(hours=hours)
        table.tick()
    assert desk.made == []
    desk.halted = False
    table.tick()
    assert desk.begun == ["client:a 22T06:00"]


def test_a_reload_in_the_midst_of_a_round_doubles_nothing(desk: Desk) -> None:
    rhythms: dict[Subject, AnySchedule] = {A: SIX, B: SIX}
    table = desk.start(rhythms)
    desk.how = lambda _: table.set_schedules(rhythms, desk.store.schedule_runs.since())
    desk.run(table, later(days=3))
    assert len(desk.begun) == len(set(desk.begun)) == 6


def test_who_is_gone_from_the_inventory_has_no_rounds(desk: Desk) -> None:
    table = desk.start({A: SIX, B: SIX})
    desk.how = lambda _: table.set_schedules({B: SIX}, desk.store.schedule_runs.since())
    desk.run(table, later(days=2))
    assert desk.begun == ["client:a 21T06:00", "client:b 21T06:00", "client:b 22T06:00"]


def test_a_store_that_cannot_be_read_is_read_again(desk: Desk) -> None:
    table = desk.start({A: SIX})
    desk.run(table, later(hours=17))
    path = desk.store.path
    path.rename(path.with_suffix(".away"))
    path.mkdir()
    desk.clock.at = later(hours=18)
    disconnect(desk.store)
    with pytest.raises(StoreError):
        table.tick()
    path.rmdir()
    path.with_suffix(".away").rename(path)
    desk.run(table, later(hours=19))
    assert desk.begun == ["client:a 21T06:00"]


def test_many_that_are_due_at_once_are_made_in_parts(desk: Desk) -> None:
    desk.run(
        desk.start({Subject(SubjectKind.CLIENT, f"c{number}"): SIX for number in range(MOST * 2 + 1)}), later(hours=19)
    )
    assert sorted(len(batch) for _, batch in desk.made) == [1, MOST, MOST]


def test_what_a_batch_looks_at(desk: Desk) -> None:
    desk.run(desk.start({A: SIX, B: SIX, SITE: SIX, HOST: SIX}), later(hours=19))
    batches = [batch for _, batch in desk.made]
    assert {(selection_of(one), booked_as(one)) for one in batches} == {
        (Selection(clients=frozenset({"a", "b"})), "2026-11-21T06:00"),
        (Selection(sites=frozenset({"s"})), ""),
        (Selection(hosts=frozenset({"h"})), ""),
    }


SITES, CLIENTS, DAYS = 500, 120, 30


def estate() -> Inventory:
    """500 sites of 120 clients in three zones; every tenth site has rounds of its own."""
    zones = ("Europe/Berlin", "America/New_York", "Asia/Tokyo")
    clients = {
        f"c{number}": Client(f"c{number}", "", schedule=Schedule(Daily(spread=15), zones[number % 3]))
        for number in range(CLIENTS)
    }
    own = Schedule(Cron.parse("0 */2 * * *"), "Europe/Berlin")
    sites = {
        f"s{number}": Site(
            f"s{number}", f"c{number % CLIENTS}", "h", "https://s.example", "/", schedule=None if number % 10 else own
        )
        for number in range(SITES)
    }
    return Inventory(clients, {"h": Host("h"), "agent": Host("agent", transport="local")}, sites)


def test_a_month_of_500_sites_without_a_slot_lost_or_doubled(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a driven clock, over the change of clocks, with nightly restarts, an outage, failures and pauses."""
    monkeypatch.setattr(logging.getLogger("agent.service.scheduler"), "disabled", True)  # pytest keeps what is logged
    desk.clock.at = start = datetime(2026, 10, 10, tzinfo=UTC)
    inventory = estate()
    rhythms = {**rounds(inventory), **chores(inventory)} | {DELIVERIES: Interval(180)}
    done: Counter[int] = Counter()  # by the hash of a slot: its name is to be let go, for memory is measured
    fails: Counter[str] = Counter()
    covered: dict[Subject, int] = defaultdict(int)

    def make(batch: Sequence[StartSlot]) -> None:
        desk.made.clear()  # what is kept here is not the service's
        desk.clock.at += timedelta(seconds=20)
        key = f"{batch[0].slot.subject} {batch[0].slot.key}"
        if hash_of(key) % 50 == 0 and not fails[key]:
            fails[key] += 1
            raise ValueError("it failed this time")
        for one in batch:
            done[hash((one.slot.subject, one.slot.key))] += 1
            covered[one.slot.subject] += 1 + one.skipped

    desk.how = make
    sizes: list[int] = []
    for day in range(DAYS):
        table = desk.start(rhythms)  # a new process each day
        begin = start + timedelta(days=day)
        if day in (11, 20):
            desk.clock.at = begin + timedelta(hours=9)  # it was off in the night
            table = desk.start(rhythms)
        desk.run(table, begin + timedelta(days=1))
        if day in (2, DAYS - 1):
            sizes.append(_in_use(done, fails, covered))

    wanted = {subject: _due(rhythm, subject, start, desk.clock.at) for subject, rhythm in rhythms.items()}
    lost = {subject: count - covered[subject] for subject, count in wanted.items() if count != covered[subject]}
    assert (lost, [key for key, count in done.items() if count > 1]) == ({}, [])
    assert sum(wanted.values()) > SITES * DAYS
    assert fails
    print(f"{sizes[0]:,} bytes in use on the third day, {sizes[1]:,} on the last")
    assert sizes[1] < sizes[0] + 50_000, sizes


def hash_of(text: str) -> int:
    return sum(text.encode())


def _due(rhythm: AnySchedule, subject: Subject, start: datetime, end: datetime) -> int:
    count = 0
    for slot in slots(rhythm, subject, start):
        if slot.due_at > end:
            break
        count += 1
    return count


def _in_use(*but: Mapping[Any, object]) -> int:
    """Bytes in use, without what the test itself keeps, and the days of schedules at hand, which are 256 at most."""
    _on.cache_clear()
    gc.collect()
    sizes: dict[int, int] = {}
    for container in gc.get_objects():
        for one in (container, *gc.get_referents(container)):  # what is no container is held by one, such as a text
            sizes[id(one)] = sys.getsizeof(one, 0)
    ours = {id(one) for kept in but for one in (kept, *kept, *kept.values())}
    return sum(size for number, size in sizes.items() if number not in ours)
