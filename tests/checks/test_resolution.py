"""Problems that ended by leaving."""

from datetime import date, timedelta

from checks.findings import Finding, State
from checks.resolution import resolve_missing

TODAY = date(2026, 11, 23)
BAD = Finding(State.WARNING, "account-idle", "account:bob", "bob: idle")
FINE = Finding(State.OK, "accounts", "accounts", "all well")


def words(item: str) -> str:
    return f"{item} is over"


def test_what_was_bad_and_is_no_longer_there_is_said_to_be_over() -> None:
    _, remembered = resolve_missing([BAD, FINE], {}, TODAY, words)
    assert remembered == {"account:bob": "2026-11-23"}
    said, remembered = resolve_missing([FINE], remembered, TODAY + timedelta(days=1), words)
    assert said == (FINE, Finding(State.OK, "settled", "account:bob", "account:bob is over"))
    assert remembered == {"account:bob": "2026-11-23"}


def test_not_where_a_part_could_not_be_seen() -> None:
    said, remembered = resolve_missing([FINE], {"account:bob": "2026-11-22"}, TODAY, lambda item: "")
    assert said == (FINE,)
    assert remembered == {"account:bob": "2026-11-22"}


def test_what_is_there_speaks_for_itself() -> None:
    better = Finding(State.OK, "account-active", "account:bob", "bob: used today")
    said, _ = resolve_missing([better], {"account:bob": "2026-11-22"}, TODAY, words)
    assert said == (better,)


def test_after_three_months_there_is_nothing_left_to_say() -> None:
    said, remembered = resolve_missing([FINE], {"account:bob": "2026-08-22"}, TODAY, words)
    assert said == (FINE,)
    assert remembered == {}


def test_the_memory_does_not_grow_without_end() -> None:
    many = [Finding(State.WARNING, "x", f"item {number}", "bad") for number in range(900)]
    _, remembered = resolve_missing(many, {"earlier": "2026-11-20"}, TODAY, words)
    assert len(remembered) == 500
    assert "earlier" not in remembered
