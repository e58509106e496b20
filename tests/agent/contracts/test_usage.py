"""Hours used in a contract month, read from a Harvest that is as strict as the real one."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.contracts import facts_of
from agent.integrations.harvest.client import harvest_service, hours_booked
from agent.integrations.protocol import ClientContext
from agent.store.store import Store
from checks import State, contract
from inventory.contracts import Contract, TimeRule
from tests.agent.contracts.office import AT, REPORT, Office
from tests.standins import Fault, Harvest, How, Teamwork

FOUR = Contract("standard", Decimal(4), start=date(2026, 1, 15))


@pytest.fixture
def office(tmp_path: Path, harvest: Harvest) -> Office:
    """An agency without Teamwork, and the client harbour with four hours a month from the 15th on."""
    made = Office(tmp_path, harvest=harvest)
    made.client("harbour", harvest=111, contract=FOUR)
    return made


def test_the_hours_of_the_contract_month(office: Office, harvest: Harvest) -> None:
    for day, hours in ((14, 9), (15, 0.1), (20, 0.2), (23, 1)):
        harvest.add_entry(111, hours, date(2026, 11, day))
    harvest.add_entry(111, 7, date(2026, 12, 15))
    harvest.add_entry(112, 7, date(2026, 11, 20))
    one = office.standing()
    assert (one.used, one.used_at, one.agreed, one.left) == (Decimal("1.3"), AT, Decimal(4), Decimal("2.7"))
    assert (one.source, one.kind, one.remarks, one.trouble) == ("inventory", "standard", (), "")
    assert one.hours_line() == "1.3 of 4 h used until 14 December, about 4.6 h by then"
    assert [seen.query["from"] + seen.query["to"] for seen in harvest.asked(REPORT)] == ["2026111520261214"]


def test_a_project_to_which_nobody_booked_used_nothing(office: Office) -> None:
    assert (office.standing().used, office.standing().share) == (Decimal(0), 0.0)


@pytest.mark.parametrize(
    ("at", "month"),
    [
        (datetime(2026, 11, 14, 22, 59, tzinfo=UTC), (date(2026, 10, 15), date(2026, 11, 14))),
        (datetime(2026, 11, 14, 23, 0, tzinfo=UTC), (date(2026, 11, 15), date(2026, 12, 14))),
        (datetime(2026, 7, 14, 21, 59, tzinfo=UTC), (date(2026, 6, 15), date(2026, 7, 14))),
        (datetime(2026, 7, 14, 22, 0, tzinfo=UTC), (date(2026, 7, 15), date(2026, 8, 14))),
        (datetime(2027, 1, 3, tzinfo=UTC), (date(2026, 12, 15), date(2027, 1, 14))),
    ],
)
def test_a_month_begins_at_midnight_of_the_agencys_zone(
    office: Office, harvest: Harvest, at: datetime, month: tuple[date, date]
) -> None:
    harvest.add_entry(111, 1, month[0])
    harvest.add_entry(111, 2, month[1])
    harvest.add_entry(111, 32, month[1] + timedelta(days=1))
    harvest.add_entry(111, 64, month[0] - timedelta(days=1))
    one = office.standing(at=at)
    assert (one.month, one.used) == (month, Decimal(3))


@pytest.mark.parametrize(
    ("start", "month"),
    [
        (date(2026, 1, 31), (date(2027, 2, 28), date(2027, 3, 30))),
        (date(2026, 1, 30), (date(2027, 2, 28), date(2027, 3, 29))),
        (date(2026, 1, 28), (date(2027, 2, 28), date(2027, 3, 27))),
        (date(2026, 1, 1), (date(2027, 3, 1), date(2027, 3, 31))),
        (None, (date(2027, 3, 1), date(2027, 3, 31))),
    ],
)
def test_months_that_are_too_short(office: Office, start: date | None, month: tuple[date, date]) -> None:
    office.contract("harbour", Contract("standard", Decimal(4), start=start))
    assert office.standing(at=datetime(2027, 3, 5, tzinfo=UTC)).month == month


def test_one_report_for_all_clients_of_a_month(office: Office, harvest: Harvest) -> None:
    for number, name in enumerate("abcdef"):
        harvest.add_project(200 + number, name, name)
        harvest.add_entry(200 + number, number, date(2026, 11, 20))
        anchor = date(2026, 1, 1) if number % 2 else date(2026, 5, 15)
        office.client(name, harvest=200 + number, contract=Contract("standard", Decimal(4), start=anchor))
    used = {name: one.used for name, one in office.standings().items()}
    assert used == {"harbour": 0, "a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5}
    assert len(harvest.asked(REPORT)) == 2


def test_reports_of_many_pages(office: Office, harvest: Harvest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.standins.harvest.PAGE", 2)
    for number in range(200, 207):
        harvest.add_project(number, str(number), "X")
        harvest.add_entry(number, 0.25, date(2026, 11, 20))
    office.client("last", harvest=206, contract=FOUR)
    assert office.standings()["last"].used == Decimal("0.25")
    assert [seen.query.get("page") for seen in harvest.asked(REPORT)] == ["1", "2", "3", "4"]


def test_a_link_that_leads_elsewhere_is_not_followed(
    office: Office, harvest: Harvest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.standins.harvest.PAGE", 1)
    harvest.links_elsewhere = True
    for project in (111, 112):
        harvest.add_entry(project, 1, date(2026, 11, 20))
    one = office.standing()
    assert (one.used, one.used_unknown) == (None, "Harvest gave a link that leads elsewhere; it was not followed")
    assert harvest.elsewhere.seen == []


def test_hours_are_asked_for_every_quarter_of_an_hour(office: Office, harvest: Harvest) -> None:
    office.standing()
    harvest.add_entry(111, 1, date(2026, 11, 20))
    soon = office.standing(at=AT + timedelta(minutes=14))
    assert (soon.used, soon.used_at) == (Decimal(0), AT)
    assert office.standing(at=AT + timedelta(minutes=15)).used == Decimal(1)
    harvest.add_entry(111, 1, date(2026, 11, 20))
    assert office.standing(at=AT + timedelta(minutes=16), max_age=timedelta(0)).used == Decimal(2)
    assert office.standing(at=AT).used == Decimal(2)  # what was kept is of a later time: a clock was set back


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (Fault(How.FAILED_BEFORE), "Harvest answered 503"),
        (Fault(How.FAILED_BEFORE, retry_after=1), "Harvest answered 503"),
        (Fault(How.TRUNCATED), "the connection to Harvest broke before it had answered"),
        (Fault(How.CUT_JSON), "Harvest answered with what is no whole JSON document"),
        (Fault(How.NOT_JSON), "Harvest answered with what is no whole JSON document"),
        (Fault(How.LOST), "the connection to Harvest broke before it had answered"),
        (Fault(How.NOT_REACHED), "the connection to Harvest broke before it had answered"),
        (Fault(How.REDIRECT), "Harvest sent us on to "),
        (Fault(How.TOO_MANY), "Harvest answered 429"),
        (Fault(How.FAILED_BEFORE, status=403), "Harvest answered 403"),
    ],
    ids=lambda one: one if isinstance(one, str) else f"{one.how}{one.retry_after or ''}{one.status or ''}",
)
def test_a_bad_day_of_harvest(office: Office, harvest: Harvest, fault: Fault, reason: str) -> None:
    harvest.add_entry(111, 1, date(2026, 11, 20))
    harvest.fault(REPORT, fault, times=2)
    one = office.standing()
    assert (one.used, one.used_at, one.forecast, one.agreed) == (None, None, None, Decimal(4))
    assert one.used_unknown.startswith(reason)
    assert one.hours_line() == f"hours used are not known: {one.used_unknown}"
    (finding,) = contract.evaluate(facts_of(one), contract.Settings(), {}, AT).findings
    assert (finding.state, finding.summary, bool(finding.remedy)) == (State.UNKNOWN, one.used_unknown, True)


@pytest.mark.parametrize("how", [How.FAILED_BEFORE, How.CUT_JSON, How.LOST])
def test_a_question_that_was_not_answered_is_asked_again(office: Office, harvest: Harvest, how: How) -> None:
    harvest.add_entry(111, 1, date(2026, 11, 20))
    harvest.fault(REPORT, Fault(how))
    one = office.standing()
    assert (one.used, one.remarks) == (Decimal(1), ())


def test_what_was_kept_serves_while_harvest_does_not(office: Office, harvest: Harvest) -> None:
    harvest.add_entry(111, 1, date(2026, 11, 20))
    office.standing()
    harvest.fault(REPORT, Fault(How.FAILED_BEFORE), times=2)
    one = office.standing(at=AT + timedelta(hours=3))
    assert (one.used, one.used_at, one.trouble) == (Decimal(1), AT, "")
    assert one.remarks == ("Harvest could not be read (Harvest answered 503): the hours used are of 3 hours ago.",)


def test_what_was_kept_of_another_account_does_not_serve(office: Office, harvest: Harvest) -> None:
    office.standing()
    harvest.account = 999
    harvest.add_entry(111, 1, date(2026, 11, 20))
    assert office.standing(at=AT + timedelta(minutes=1)).used == Decimal(1)


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("wrong", "Harvest answered 401"),
        ("a\nb", "the secret kept for Harvest is no token"),
        (None, "the token for Harvest cannot be read: env:HARVEST: that variable is not set"),
    ],
)
def test_a_token_that_does_not_fit(office: Office, token: str | None, reason: str) -> None:
    office.secrets = {} if token is None else {"HARVEST": token}
    one = office.standing()
    assert one.used_unknown.startswith(reason)
    assert (one.trouble, bool(one.remedy)) == (one.used_unknown, True)


def test_a_client_without_a_project_is_no_trouble(office: Office, harvest: Harvest) -> None:
    office.client("harbour", contract=FOUR)
    one = office.standing()
    assert (one.used, one.trouble) == (None, "")
    assert one.used_unknown == "no project in Harvest is known for this client"
    assert harvest.seen == []
    assert contract.evaluate(facts_of(one), contract.Settings(), {}, AT).findings == ()


def test_hours_without_a_contract_are_those_of_the_calendar_month(office: Office, harvest: Harvest) -> None:
    harvest.add_entry(111, 1, date(2026, 11, 1))
    office.client("harbour", harvest=111)
    one = office.standing()
    assert (one.source, one.kind, one.used, one.covers("disk")) == ("none", None, Decimal(1), True)
    assert one.month == (date(2026, 11, 1), date(2026, 11, 30))


def test_no_services_at_all(tmp_path: Path) -> None:
    office = Office(tmp_path)
    rule = TimeRule("per_site", Decimal("0.25"), cap=Decimal(2))
    terms = Contract("extended", Decimal(4), out_of_scope=frozenset({"dnsbl"}), time=rule)
    office.client("harbour", contract=terms)
    office.client("quay")
    harbour, quay = office.standings().values()
    assert (harbour.agreed, harbour.cap, harbour.time, harbour.trouble) == (Decimal(4), Decimal(2), rule, "")
    assert [harbour.covers(check) for check in ("dnsbl", "disk")] == [False, True]
    assert harbour.hours_line() == "hours used are not known: no Harvest is configured"
    assert (quay.source, quay.month, quay.covers("dnsbl"), quay.remarks) == ("none", None, True, ())


@pytest.mark.parametrize(
    ("day", "agreed", "remark"),
    [
        (date(2026, 1, 14), None, ("The contract begins on 15 January 2026.",)),
        (date(2026, 1, 15), Decimal(4), ()),
        (date(2026, 3, 14), Decimal(4), ()),
        (date(2026, 3, 15), None, ("The contract ended on 14 March 2026.",)),
    ],
)
def test_a_contract_that_does_not_run(office: Office, day: date, agreed: Any, remark: tuple[str, ...]) -> None:
    office.contract("harbour", Contract("standard", Decimal(4), start=date(2026, 1, 15), end=date(2026, 3, 14)))
    one = office.standing(at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    assert (one.agreed, one.cap, one.remarks, one.used) == (agreed, agreed, remark, Decimal(0))


def test_the_project_may_be_named_in_teamwork(tmp_path: Path, teamwork: Teamwork, harvest: Harvest) -> None:
    harvest.add_entry(111, 3.6, date(2026, 11, 20))
    office = Office(tmp_path, teamwork, harvest)
    office.client("harbour", 333)
    one = office.standing()
    assert (one.source, one.harvest_project, one.used, one.agreed) == ("teamwork", 111, Decimal("3.6"), Decimal("4.5"))
    assert one.share == 80.0
    (finding,) = contract.evaluate(facts_of(one, ["2026-11-23"]), contract.Settings(), {}, AT).findings[:1]
    assert finding.state is State.WARNING


@pytest.mark.parametrize("days", [-1, 365])
def test_no_report_is_longer_than_a_year(office: Office, tmp_path: Path, days: int) -> None:
    config = office.inventory.services.harvest
    assert config
    first = date(2026, 1, 1)
    with (
        Store(tmp_path / "other") as store,
        harvest_service(config, ClientContext(store.cache, lambda _: "harvest-token")) as service,
    ):
        assert hours_booked(service, config, first, first + timedelta(days=364)) == {}
        with pytest.raises(ValueError, match="no report can be had"):
            hours_booked(service, config, first, first + timedelta(days=days))


GARBAGE: list[Any] = [
    None,
    5,
    "x",
    [],
    {},
    {"made_for": 1},
    {"account": "x", "hours": {"a": "b"}},
    {"account": 1234, "hours": [1]},
]


@pytest.mark.parametrize("data", GARBAGE, ids=repr)
def test_what_another_siterounds_kept_in_another_form_is_read_anew(
    tmp_path: Path, teamwork: Teamwork, harvest: Harvest, data: Any
) -> None:
    harvest.add_entry(111, 1, date(2026, 11, 20))
    office = Office(tmp_path, teamwork, harvest)
    office.client("harbour", 333)
    with Store(tmp_path) as store:
        for name in ("contract:harbour", "teamwork fields", "hours used:2026-11-15:2026-12-14"):
            store.cache.put(name, data, AT)
        store.cache.put("teamwork fields", {teamwork.url: data}, AT)
    one = office.standing()
    assert (one.agreed, one.used, one.kind, one.remarks) == (Decimal("4.5"), Decimal(1), "standard", ())
