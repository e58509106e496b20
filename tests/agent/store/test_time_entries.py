"""Our own books of time: one entry a client and slot, whichever round wrote it last."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from agent.domain.errors import StoreError
from agent.domain.messages import Action, Delivered, Draft
from agent.domain.payloads import TimeEntry
from agent.store.outbox import add
from agent.store.store import Store
from agent.store.time_entries import TimeEntries
from tests.agent.outbox.office import booking
from tests.agent.store.filled import AT, HOUR, fresh, write

DAY = date(2026, 11, 23)
MONTH = date(2026, 11, 15), date(2026, 12, 14)
ENTRY = TimeEntry("harbour", "2026-11-23", DAY, Decimal("0.25"), reference="siterounds-test-harbour-2026-11-23")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as made:
        yield made


def put(store: Store, entry: TimeEntry = ENTRY) -> int:
    return write(store, lambda connection: TimeEntries(connection).put(entry))


def message(store: Store, entry: int, hours: str, action: Action = Action.BOOK) -> int:
    draft = Draft("harvest", action, f"time:{entry}", booking(hours=hours))
    return write(store, lambda connection: add(connection, draft, AT))


def deliver(store: Store, number: int) -> None:
    found = store.outbox.get(number)
    assert found
    assert store.outbox.delivered(found, Delivered("entry"), AT, lambda *_: None)


def unseen(store: Store, hours: int = 0) -> Decimal:
    with store.reading() as (_, time_entries):
        return time_entries.unseen("harbour", *MONTH, AT + hours * HOUR)


def test_an_entry_comes_back_exactly(store: Store) -> None:
    number = put(store, replace(ENTRY, hours=Decimal("0.10")))
    with store.reading() as (_, time_entries):
        assert time_entries.get(number) == replace(ENTRY, hours=Decimal("0.10"), id=number)
        assert str(time_entries.of_slot("harbour", "2026-11-23").hours) == "0.10"  # type: ignore[union-attr]
        assert time_entries.get(99) is None
        assert time_entries.of_slot("regatta", "2026-11-23") is None


def test_a_slot_has_one_entry_which_keeps_its_name_and_number(store: Store) -> None:
    number = put(store)
    write(store, lambda connection: TimeEntries(connection).set_number(number, 636))
    again = put(store, replace(ENTRY, hours=Decimal("0.5"), withheld="the cap", reference="another"))
    with store.reading() as (_, time_entries):
        one = time_entries.get(number)
    assert again == number
    assert one == replace(ENTRY, hours=Decimal("0.5"), withheld="the cap", id=number, number=636)


def test_two_entries_never_have_one_reference(store: Store) -> None:
    put(store)
    with pytest.raises((StoreError, IntegrityError)):
        put(store, replace(ENTRY, slot="2026-11-24"))


def test_entries_of_a_month_are_those_of_its_days(store: Store) -> None:
    days = [date(2026, 11, 14), date(2026, 11, 15), date(2026, 12, 14), date(2026, 12, 15)]
    for day in days:
        put(store, replace(ENTRY, slot=day.isoformat(), spent_on=day, reference=day.isoformat()))
    with store.reading() as (_, time_entries):
        assert [one.spent_on for one in time_entries.within("harbour", *MONTH)] == days[1:3]
        assert time_entries.within("regatta", *MONTH) == ()


def test_what_no_look_can_have_counted(store: Store) -> None:
    entry = put(store)
    assert unseen(store) == 0, "nothing was to be sent"
    first = message(store, entry, "0.25")
    assert (unseen(store), unseen(store, 9)) == (Decimal("0.25"), Decimal("0.25"))
    deliver(store, first)
    assert (unseen(store, -1), unseen(store, 1)) == (Decimal("0.25"), Decimal(0))
    put(store, replace(ENTRY, hours=Decimal("0.75")))
    message(store, entry, "0.75", Action.CORRECT)
    assert (unseen(store, -1), unseen(store, 1)) == (Decimal("0.75"), Decimal("0.50"))


def test_a_correction_to_less_is_counted_as_less(store: Store) -> None:
    entry = put(store, replace(ENTRY, hours=Decimal("0.75")))
    deliver(store, message(store, entry, "0.75"))
    put(store)
    message(store, entry, "0.25", Action.CORRECT)
    assert unseen(store, 1) == Decimal("-0.50")


def test_what_is_withheld_was_never_to_be_counted(store: Store) -> None:
    message(store, put(store, replace(ENTRY, withheld="the cap")), "0.25")
    assert unseen(store) == 0


@pytest.mark.parametrize(("dropped", "others", "refused"), [(1, 0, True), (1, 1, False), (0, 1, False), (0, 0, False)])
def test_an_entry_is_refused_where_a_person_dropped_all_of_it(
    store: Store, dropped: int, others: int, refused: bool
) -> None:
    entry = put(store)
    numbers = [message(store, entry, "0.25") for _ in range(dropped + others)]
    for number in numbers[:dropped]:
        found = store.outbox.get(number)
        assert found
        store.outbox.dropped(found.id, "by hand", AT)
    with store.reading() as (_, time_entries):
        assert time_entries.refused(replace(ENTRY, id=entry)) is refused
