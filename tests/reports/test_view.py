"""What a report shows, as values: charts, limits, what is said of hours and of what was not looked at."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import Cause
from reports.health_report import DiskTrend, HealthReport, Point
from reports.language import ENGLISH
from reports.model import NotRun
from reports.view import FULL, MAIL, DisplayLimits, View, make_context, view_of
from tests.reports.healths import CASES, HOURS, TITLES, Case, all_bad, all_well, mixed, sixty_sites, trend
from tests.reports.rounds import HARBOUR, START


def seen(case: Case, limits: DisplayLimits = FULL, **changed: object) -> View:
    report: HealthReport = replace(case.report, **changed)  # type: ignore[arg-type]
    return view_of(make_context(report, case.inventory, TITLES, ENGLISH), limits)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((12, 19), "If it goes on like this, it will be full in 12 to 19 days."),
        ((1, 1), "If it goes on like this, it will be full in 1 day."),
        ((5, 5), "If it goes on like this, it will be full in 5 days."),
        ((40, None), "If it goes on like this, it will be full in 40 days or later."),
        ((40, 900), "If it goes on like this, it will be full in 40 days or later."),
        (None, ""),
    ],
)
def test_the_forecast_of_a_disk_is_a_sentence(days: tuple[int, int | None] | None, said: str) -> None:
    assert seen(mixed(), disks=(replace(trend(), full_in_days=days),)).charts[0].says == said


@given(count=st.integers(0, 200))
def test_a_chart_has_the_first_and_the_last_value_and_never_too_many(count: int) -> None:
    points = tuple(Point(START - timedelta(days=count - n), n / 2, 100 + n) for n in range(count))
    charts = seen(all_well(), disks=(DiskTrend("web1", "/", points),), incidents_a_month=(), hours_a_month=()).charts
    if count < 2:
        assert charts == ()
        return
    (chart,) = charts
    assert len(chart.bars) == min(count, FULL.points)
    assert chart.bars[0].source == "round 100"
    assert chart.bars[-1].source == f"round {100 + count - 1}"
    assert [bar.share for bar in chart.bars] == sorted({bar.share for bar in chart.bars})


def test_the_disks_that_will_be_full_first_come_first_and_the_rest_is_left_to_the_file() -> None:
    disks = (trend("/a"), replace(trend("/b"), full_in_days=(3, 4)), replace(trend("/c"), full_in_days=None))
    titles = [chart.title for chart in seen(mixed(), disks=disks).charts if chart.title.startswith("Disk")]
    assert titles == ["Disk /b of server web1", "Disk /a of server web1", "Disk /c of server web1"]
    few = seen(mixed(), MAIL[3], disks=disks).charts
    assert [chart.title for chart in few][:2] == titles[:2]


def test_bars_of_disks_change_their_kind_with_how_full_they_are() -> None:
    at = (Point(START, 50, 1), Point(START, 80, 2), Point(START, 90, 3))
    (chart,) = seen(all_well(), disks=(DiskTrend("w", "/", at),), incidents_a_month=(), hours_a_month=()).charts
    assert [bar.kind for bar in chart.bars] == ["usual", "warning", "critical"]


def test_hours_are_bars_of_those_agreed() -> None:
    last = seen(mixed(), disks=(), incidents_a_month=()).charts[-1]
    assert [(bar.share, bar.value, bar.kind) for bar in last.bars] == [
        (62.5, "2.5 of 4 h", "usual"),
        (93.75, "3.75 of 4 h", "usual"),
        (112.5, "4.5 of 4 h", "warning"),
        (31.25, "1.25 of 4 h", "usual"),
    ]
    unknown = tuple(replace(one, agreed=None) for one in HOURS)
    assert seen(mixed(), hours_a_month=unknown).charts[-1].bars[0].value == "2.5 h"
    none = tuple(replace(one, agreed=Decimal(0)) for one in HOURS)
    assert {bar.share for bar in seen(mixed(), hours_a_month=none).charts[-1].bars} == {100.0}


@pytest.mark.parametrize(
    ("booked", "said"),
    [
        (Decimal(1), "1 hour was booked for our rounds in this time."),
        (Decimal("1.5"), "1.5 hours were booked for our rounds in this time."),
        (Decimal("0.25"), "0.25 hours were booked for our rounds in this time."),
        (Decimal(3), "3 hours were booked for our rounds in this time."),
        (Decimal(0), None),
        (None, None),
    ],
)
def test_booked_hours_are_told_where_there_are_any(booked: Decimal | None, said: str | None) -> None:
    sentences = seen(mixed(), hours_booked=booked).hours
    assert sentences[0] == said if said else not any("booked" in one for one in sentences)


@pytest.mark.parametrize(
    ("values", "share"),
    [({}, 31.25), ({"used": Decimal(6)}, 150.0), ({"used": None}, None), ({"agreed": None}, None)],
)
def test_the_share_of_the_hours(values: dict[str, object], share: float | None) -> None:
    assert seen(mixed(), standing=replace(HARBOUR, **values)).hours_share == share  # type: ignore[arg-type]


@pytest.mark.parametrize("name", CASES)
def test_tighter_limits_never_show_more(name: str) -> None:
    case = CASES[name]()
    before = seen(case)
    for limits in MAIL:
        now = seen(case, limits)
        for shown in ("sections", "wanted", "lead", "state", "round"):
            assert bool(getattr(now, shown)) == bool(getattr(before, shown))
        problems = [sum(len(card.problems) for part in one.sections for card in part.cards) for one in (before, now)]
        assert problems[0] >= problems[1] <= limits.cards * len(now.sections)
        assert len(now.changes.lines) <= min(len(before.changes.lines), limits.lines)
        assert sum(len(one.places) for one in now.owners) <= limits.places
        before = now


def test_what_is_left_out_is_counted() -> None:
    view = seen(all_bad(9), MAIL[3])
    assert view.changes.more == f"{len(all_bad(9).report.happened) - MAIL[3].lines} more in the full report."
    assert view.places_more == f"The checks of {9 - MAIL[3].places} more sites are in the full report."
    assert seen(all_bad(9)).places_more == ""


def test_many_sites_in_one_state_share_a_line() -> None:
    glance = seen(sixty_sites()).glance
    assert len(glance) == 2
    assert sum(len(row.title.split(", ")) for row in glance) == 60
    assert len(seen(mixed()).glance) == 3
    assert seen(mixed(1)).glance == ()


def test_what_was_not_looked_at_is_told_by_its_reason() -> None:
    case = all_well()
    missed = tuple(
        NotRun("web1", site, "logs", "no answer within 60 s", cause=Cause.TIMED_OUT) for site in ("shop", "site1")
    )
    shown = replace(case.report.shown, coverage=replace(case.report.shown.coverage, not_run=missed))
    (line,) = seen(case, shown=shown).coverage.missed.lines
    assert line.text == "There was no answer in time."
    assert line.note == "shop.harbour.example: Error logs · site1.harbour.example: Error logs"
