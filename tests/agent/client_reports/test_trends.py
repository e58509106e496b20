"""Trends over weeks and months, and the agency's overview, out of rounds that were really recorded."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from agent.client_reports import build_report
from agent.domain.incidents import Change
from agent.domain.messages import Action, Delivered, Draft
from agent.domain.payloads import TimeEntry
from agent.domain.tickets import SilenceKind
from agent.store.outbox import add, drop
from agent.store.reports import RenderedReport, ReportStage
from agent.store.tickets import Wish
from agent.store.time_entries import TimeEntries
from checks import Finding, State
from reports.contract import ContractStatus
from reports.health_report import MonthOfHours, MonthOfIncidents, Period
from reports.model import NotRun
from tests.agent.client_reports.estate import AT, DAY, INVENTORY, Estate, akismet, disk, report
from tests.agent.outbox.office import booking
from tests.agent.store.filled import write

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OLD, NEW = akismet("5.5"), akismet("5.7", State.OK)
SHOP = ("site:shop", "versions")


def test_disks_over_time_one_point_a_day_with_its_round(rounds: Estate) -> None:
    for day in range(-100, 6):
        findings = [("host:web1", "disk", disk(50 + day / 10)), ("host:web2", "disk", disk(20))]
        rounds.round(AT + day * DAY - HOUR, findings)
        rounds.round(AT + day * DAY, findings if day != 3 else findings[1:])
    narrowed = rounds.round(AT + 5 * DAY + HOUR, [("host:web1", "disk", disk(99))], whole=["quay"])
    last = rounds.round(AT + 6 * DAY, [("host:web1", "disk", disk(61, full_in_days=[9, None]))])
    until = AT + 6 * DAY
    (trend,) = report(rounds, until=until).disks

    assert (trend.host, trend.mount, trend.full_in_days) == ("web1", "/var", (9, None))
    assert [point.at for point in trend.points] == [AT + day * DAY for day in range(-83, 7) if day != 3]
    assert trend.points[-1].round == last
    assert narrowed not in {point.round for point in trend.points}
    assert [point.value for point in trend.points[-2:]] == [50.5, 61]
    found = rounds.store.findings(trend.points[0].round)
    assert [one.finding.value for one in found if one.place.host == "web1"] == [trend.points[0].value]


@pytest.mark.parametrize("foretold", [None, [], [1], ["a", 2], "soon", [1, 2, 3], {"0": 1}])
def test_a_forecast_that_is_none(rounds: Estate, foretold: object) -> None:
    rounds.round(AT + DAY, [("host:web2", "disk", disk(61, full_in_days=foretold))])
    assert [one.full_in_days for one in report(rounds).disks] == [None]


def test_inodes_and_what_could_not_be_measured_are_no_trend(rounds: Estate) -> None:
    rounds.round(
        AT + DAY,
        [
            ("host:web2", "disk", replace(disk(5), item="inodes:/var", kind="inodes")),
            ("host:web2", "disk", Finding(State.UNKNOWN, "not-checked", "/srv", "no answer")),
        ],
    )
    assert report(rounds).disks == ()


def test_problems_a_month_since_there_were_rounds(rounds: Estate) -> None:
    october = datetime(2026, 9, 30, 22, 30, tzinfo=UTC)  # in Berlin
    rounds.round(october, changes=[(*SHOP, Change.OPENED, OLD)])
    rounds.round(AT, changes=[(*SHOP, Change.RESOLVED, NEW), ("site:books", "versions", Change.OPENED, OLD)])
    rounds.round(AT + DAY, changes=[(*SHOP, Change.REOPENED, OLD), ("site:blog", "versions", Change.OPENED, OLD)])
    rounds.round(AT + 20 * DAY, changes=[(*SHOP, Change.RESOLVED, NEW)])

    assert report(rounds).incidents_a_month == (
        MonthOfIncidents(date(2026, 10, 1), 1, 0),
        MonthOfIncidents(date(2026, 11, 1), 2, 1),
        MonthOfIncidents(date(2026, 12, 1), 0, 0),
    )
    assert report(rounds, None).incidents_a_month[0] == MonthOfIncidents(date(2026, 9, 1), 1, 0)  # in UTC


def agreed(used: str | None, first: date, at: datetime = AT, hours: int = 4) -> ContractStatus:
    last = first + timedelta(days=29)
    count = None if used is None else Decimal(used)
    return ContractStatus(
        "harbour", "Harbour Books", month=(first, last), agreed=Decimal(hours), used=count, used_at=at,
        harvest_project=5,
    )  # fmt: skip


def book(rounds: Estate, at: datetime, hours: str, *, withheld: str = "", deliver: datetime | None = None) -> int:
    """A time entry of a round that ended at `at`."""
    day = at.date()
    entry = TimeEntry("harbour", at.isoformat(), day, Decimal(hours), withheld, reference=at.isoformat())
    number = write(rounds.store, lambda connection: TimeEntries(connection).put(entry))
    if withheld:
        return number
    draft = Draft("harvest", Action.BOOK, f"time:{number}", booking(hours=hours))
    message = rounds.store.outbox.get(write(rounds.store, lambda connection: add(connection, draft, at)))
    assert message
    if deliver:
        assert rounds.store.outbox.delivered(message, Delivered("entry"), deliver, lambda *_: None)
    return message.id


def test_hours_of_the_period_and_of_the_months(rounds: Estate) -> None:
    october, november = date(2026, 10, 10), date(2026, 11, 9)
    rounds.round(AT - 20 * DAY, standings=[agreed("3.75", october, AT - 20 * DAY, hours=3)])
    rounds.round(AT - 15 * DAY, standings=[agreed(None, october, AT - 15 * DAY, hours=3)])
    rounds.round(AT, standings=[agreed("1", november)])
    book(rounds, AT - 20 * DAY, "0.5", deliver=AT - 20 * DAY + HOUR)  # which Harvest had not when it was asked
    book(rounds, AT - DAY, "0.25", deliver=AT - HOUR)
    book(rounds, AT, "0.25", deliver=AT + HOUR)  # in the report before
    book(rounds, AT + DAY, "0.5", deliver=AT + DAY + HOUR)
    book(rounds, AT + 2 * DAY, "1", withheld="the cap")
    dropped = rounds.store.outbox.get(book(rounds, AT + 3 * DAY, "2"))
    assert dropped
    write(rounds.store, lambda connection: drop(connection, dropped, "booked by hand", AT + 4 * DAY))
    book(rounds, AT + 5 * DAY, "0.1")  # under way
    rounds.round(AT + 5 * DAY, standings=[agreed("1.75", november, AT + 5 * DAY - MINUTE)])
    made = report(rounds)

    assert made.hours_booked == Decimal("0.6")
    assert made.hours_a_month == (
        MonthOfHours(october, date(2026, 11, 8), Decimal("4.25"), Decimal(3)),
        MonthOfHours(november, date(2026, 12, 8), Decimal("1.85"), Decimal(4)),
    )
    assert made.standing
    assert (made.standing.used, made.standing.left) == (Decimal("1.85"), Decimal("2.15"))
    assert (report(rounds, "quay").hours_booked, report(rounds, "quay").hours_a_month) == (None, ())


def test_a_corrected_entry_counts_once(rounds: Estate) -> None:
    rounds.round(AT, standings=[agreed("1", date(2026, 11, 9))])
    book(rounds, AT, "0.5", deliver=AT - MINUTE)
    correction = Draft("harvest", Action.CORRECT, "time:1", booking(hours="0.75"))
    write(rounds.store, lambda connection: add(connection, correction, AT + DAY))
    entry = TimeEntry("harbour", AT.isoformat(), AT.date(), Decimal("0.75"))
    write(rounds.store, lambda connection: TimeEntries(connection).put(entry))
    made = report(rounds, since=AT - DAY)

    assert made.hours_booked == Decimal("0.75")
    assert [one.used for one in made.hours_a_month] == [Decimal("1.25")]


def test_the_report_of_a_month_has_that_month_s_contract(rounds: Estate) -> None:
    october, november = date(2026, 10, 10), date(2026, 11, 9)
    rounds.round(AT - 16 * DAY, standings=[agreed("3.75", october, AT - 16 * DAY)])
    rounds.round(AT - 13 * DAY, standings=[agreed("0", november, AT - 13 * DAY)])
    period = Period("month", october.isoformat(), AT - 40 * DAY, AT - 13 * DAY)
    made = build_report(rounds.store, INVENTORY, "harbour", period, AT)
    assert made.standing == agreed("3.75", october, AT - 16 * DAY)
    assert made.shown.contracts[0].used == 0
    none = replace(period, key="2026-09-09")
    assert build_report(rounds.store, INVENTORY, "harbour", none, AT).standing == agreed("0", november, AT - 13 * DAY)


def test_no_more_than_six_months_of_hours(rounds: Estate) -> None:
    firsts = [date(2026, month, 1) for month in range(2, 12)]
    for first in firsts:
        rounds.round(datetime.combine(first, time(6), UTC), standings=[agreed("1", first, AT - 300 * DAY)])
    assert [one.first for one in report(rounds).hours_a_month] == firsts[-6:]


def test_the_agency_sees_a_line_for_each_client(rounds: Estate) -> None:
    findings = [
        ("host:web1", "disk", disk(50)),
        ("host:web2", "disk", disk(96, State.CRITICAL)),
        (*SHOP, OLD),
        ("site:books", "versions", Finding(State.CRITICAL, "x", "", "ours", data={"audience": "agency"})),
        ("site:blog", "versions", NEW),
    ]
    standings = [ContractStatus("harbour", "Harbour Books"), ContractStatus("quay", "Quay")]
    muted = [("host:web2", "disk", Change.OPENED, disk(96, State.CRITICAL))]
    missed = [NotRun("web1", "blog", "versions", "no"), NotRun("web1", "shop", "versions", "no", partly=True)]
    rounds.round(AT + DAY, findings, muted, missed=missed, standings=standings)
    rounds.store.silences.say(1, Wish(SilenceKind.MUTE, "we know", "Otto"), AT)
    sent = RenderedReport("quay", Period("week", "2026-W48", None, AT), 1, "s", "h", "t", "en", ())
    rounds.store.reports.stage(rounds.store.reports.put(sent, AT, ReportStage.APPROVED), ReportStage.SENT, AT + HOUR)
    waiting = replace(sent, client="harbour")
    rounds.store.reports.put(waiting, AT)
    made = report(rounds, None)
    harbour, quay = made.clients

    assert (made.client, made.title, made.standing, made.hours_booked) == (None, "", None, None)
    assert len(made.shown.findings) == 5
    assert (harbour.client, harbour.title, harbour.state, harbour.problems, harbour.not_checked) == (
        "harbour", "Harbour Books", State.WARNING, 1, 0,
    )  # fmt: skip
    assert (quay.state, quay.problems, quay.not_checked, quay.standing) == (State.UNKNOWN, 0, 1, standings[1])
    assert (harbour.last_report, quay.last_report) == (None, AT + HOUR)
    assert [(one.host, one.points[0].value) for one in made.disks] == [("web2", 96)]


def test_rounds_made_for_one_client_after_the_other_give_an_overview(rounds: Estate) -> None:
    rounds.round(AT + DAY, [(*SHOP, OLD)], whole=["harbour"], standings=[ContractStatus("harbour", "H")])
    last = rounds.round(AT + 2 * DAY, [("site:blog", "versions", NEW)], whole=["quay"])
    made = report(rounds, None)

    assert made.shown.round.id == last
    assert [(one.client, one.state) for one in made.clients] == [("harbour", State.WARNING), ("quay", State.OK)]
    assert made.clients[0].standing == ContractStatus("harbour", "H")


def test_a_client_that_nobody_looked_at_is_not_well(rounds: Estate) -> None:
    rounds.round(AT + DAY, [(*SHOP, NEW)], whole=["harbour"])
    assert [(one.client, one.state) for one in report(rounds, None).clients] == [
        ("harbour", State.OK), ("quay", State.UNKNOWN),
    ]  # fmt: skip
