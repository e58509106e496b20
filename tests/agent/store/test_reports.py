"""The archive: one report a client and period, and nothing that was sent is ever another one."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.errors import StoreError
from agent.store.reports import RenderedReport, ReportStage
from agent.store.store import Store
from inventory.model import Contact
from reports.health_report import Period
from tests.agent.store.filled import AT, HOUR, fresh

WEEK = timedelta(days=7)
REPORT = RenderedReport(
    "harbour",
    Period("week", "2026-W48", AT - WEEK, AT),
    7,
    "Harbour Books: alles in Ordnung ✓",
    "<p>Größe</p>",
    "Größe\n",
    "de",
    (Contact("Ann", "ann@shop.example"), Contact("", "bob@shop.example")),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as made:
        yield made


def of_week(number: int, client: str | None = "harbour") -> RenderedReport:
    until = AT + (number - 48) * WEEK
    return replace(REPORT, client=client, period=Period("week", f"2026-W{number}", until - WEEK, until))


def test_a_report_comes_back_as_it_was_made(store: Store) -> None:
    number = store.reports.put(REPORT, AT)
    with Store(store.folder) as again:
        found = again.reports.get(number)
        assert found is not None
        assert again.reports.find("harbour", "2026-W48") == found
        assert again.reports.get(number + 1) is None
        assert again.reports.find(None, "2026-W48") is None
    head = found.head
    assert (found.html, found.text) == (REPORT.html, REPORT.text)
    assert (head.client, head.period, head.round_id, head.subject) == ("harbour", REPORT.period, 7, REPORT.subject)
    assert (head.language, head.recipients, head.digest) == ("de", REPORT.recipients, REPORT.digest)
    assert (head.made_at, head.stage, head.staged_at) == (AT, ReportStage.PREPARED, AT)


def test_the_first_report_and_the_agency_s_come_back_too(store: Store) -> None:
    first = replace(REPORT, client=None, period=replace(REPORT.period, since=None))
    found = store.reports.get(store.reports.put(first, AT))
    assert found
    assert (found.head.client, found.head.period.since) == (None, None)
    assert store.reports.last(None) == found.head
    assert store.reports.keys(None) == {"2026-W48"}
    assert store.reports.keys("harbour") == frozenset()


def test_one_that_waits_is_made_anew_in_its_place(store: Store) -> None:
    number = store.reports.put(REPORT, AT)
    assert store.reports.put(replace(REPORT, html="<p>new</p>"), AT + HOUR) == number
    found = store.reports.get(number)
    assert found
    assert (found.html, found.head.made_at, found.head.digest != REPORT.digest) == ("<p>new</p>", AT + HOUR, True)
    assert len(store.reports.list()) == 1


@pytest.mark.parametrize(
    "way", [[ReportStage.APPROVED], [ReportStage.APPROVED, ReportStage.SENT], [ReportStage.SKIPPED]]
)
def test_one_that_somebody_decided_on_stays_as_it_is(store: Store, way: list[ReportStage]) -> None:
    number = store.reports.put(REPORT, AT)
    for stage in way:
        store.reports.stage(number, stage, AT + HOUR)
    before = store.reports.get(number)
    with pytest.raises(StoreError, match=f"the report 2026-W48 of harbour is {way[-1]}: it stays as it is"):
        store.reports.put(replace(REPORT, html="<p>new</p>"), AT + HOUR)
    assert store.reports.get(number) == before
    assert before
    assert (before.head.stage, before.head.staged_at) == (way[-1], AT + HOUR)


def test_one_that_needs_nobody_s_word_is_approved_at_once(store: Store) -> None:
    number = store.reports.put(REPORT, AT, ReportStage.APPROVED)
    assert store.reports.stage(number, ReportStage.SENT, AT).stage is ReportStage.SENT


@given(st.lists(st.sampled_from(list(ReportStage)), max_size=8))
def test_what_was_sent_stays_sent_and_nothing_is_sent_unapproved(
    tmp_path_factory: pytest.TempPathFactory, wishes: list[ReportStage]
) -> None:
    with fresh(tmp_path_factory.mktemp("state")) as store:
        number = store.reports.put(REPORT, AT)
        lived = [ReportStage.PREPARED]
        for wish in wishes:
            try:
                now = store.reports.stage(number, wish, AT + HOUR).stage
            except StoreError as error:
                now = lived[-1]
                assert f"is {now} and cannot become {wish}" in str(error)  # noqa: PT017
            assert now == store.reports.list()[0].stage
            lived.append(now)
    if ReportStage.SENT in lived:
        sent = lived.index(ReportStage.SENT)
        assert lived[sent - 1] is ReportStage.APPROVED
        assert set(lived[sent:]) == {ReportStage.SENT}


def test_what_was_looked_at_is_what_is_approved(store: Store) -> None:
    number = store.reports.put(REPORT, AT)
    store.reports.put(replace(REPORT, text="another\n"), AT + HOUR)
    with pytest.raises(StoreError, match="made anew since it was looked at"):
        store.reports.stage(number, ReportStage.APPROVED, AT + HOUR, REPORT.digest)
    assert store.reports.list()[0].stage is ReportStage.PREPARED
    store.reports.stage(number, ReportStage.APPROVED, AT + HOUR, store.reports.list()[0].digest)
    assert store.reports.list()[0].stage is ReportStage.APPROVED


def test_to_come_where_it_is_changes_nothing(store: Store) -> None:
    number = store.reports.put(REPORT, AT, ReportStage.APPROVED)
    store.reports.stage(number, ReportStage.APPROVED, AT + HOUR)
    assert store.reports.list()[0].staged_at == AT


def test_of_one_that_is_not_there_it_is_said(store: Store) -> None:
    with pytest.raises(StoreError, match="there is no report #5"):
        store.reports.stage(5, ReportStage.APPROVED, AT)


def test_the_last_one_is_the_newest_that_was_not_skipped(store: Store) -> None:
    numbers = {week: store.reports.put(of_week(week), AT) for week in (49, 50, 48)}
    store.reports.put(of_week(51, "quay"), AT)

    def last() -> str | None:
        found = store.reports.last("harbour")
        return found.period.key if found else None

    assert last() == "2026-W50"
    store.reports.stage(numbers[50], ReportStage.SKIPPED, AT)
    assert last() == "2026-W49"
    assert store.reports.keys("harbour") == {"2026-W48", "2026-W49", "2026-W50"}
    assert store.reports.last("regatta") is None


def test_they_are_listed_the_newest_first(store: Store) -> None:
    for week in (48, 49):
        for client in ("harbour", "quay", None):
            store.reports.put(of_week(week, client), AT)
    store.reports.stage(2, ReportStage.APPROVED, AT)

    def listed(client: str | None = None, stage: ReportStage | None = None, limit: int = 100) -> list[int]:
        return [head.id for head in store.reports.list(client, stage, limit)]

    assert listed() == [6, 5, 4, 3, 2, 1]
    assert listed(limit=2) == [6, 5]
    assert listed("quay") == [5, 2]
    assert listed("") == [6, 3]
    assert listed(stage=ReportStage.APPROVED) == [2]
    assert listed("harbour", ReportStage.APPROVED) == []


def test_two_that_say_the_same_have_one_digest() -> None:
    assert replace(REPORT, recipients=(), round_id=8).digest == REPORT.digest
    parts = ("subject", "html", "text", "language")
    others = {replace(REPORT, **{part: "x"}).digest for part in parts}  # type: ignore[arg-type]
    assert len(others | {REPORT.digest}) == 5
    moved = replace(REPORT, html=REPORT.html + REPORT.text, text="")
    assert moved.digest != REPORT.digest


def test_a_store_that_cannot_be_written_is_said_so(store: Store) -> None:
    store.reports.put(REPORT, AT)
    with sqlite3.connect(store.path) as connection:
        connection.execute("DROP TABLE report")
    connection.close()
    for asked in (
        lambda: store.reports.put(REPORT, AT),
        lambda: store.reports.last("harbour"),
        lambda: store.reports.keys("harbour"),
        store.reports.list,
        lambda: store.reports.get(1),
        lambda: store.reports.stage(1, ReportStage.APPROVED, AT),
    ):
        with pytest.raises(StoreError, match="no such table"):
            asked()
