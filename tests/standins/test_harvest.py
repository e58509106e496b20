"""Harvest's stand-in: booking time once, what may not be booked, and the hours that reports count."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.standins import Fault, HandClock, Harvest, How
from tests.standins.calling import Caller, harvest_caller
from tests.standins.harvest_entries import Books, day, report_day, time_of_day

TODAY = date(2026, 11, 23)
ENTRIES, CREATE = "/v2/time_entries", "POST /v2/time_entries"


def entry(**changed: object) -> dict[str, object]:
    """The body of a new entry; what is None is left out."""
    reference = {"id": "siterounds-shop-20261123", "permalink": "https://reports.example/1"}
    value = {"project_id": 14, "task_id": 82, "spent_date": "2026-11-23", "hours": 0.25, "notes": "Round"}
    whole = {**value, "external_reference": reference, **changed}
    return {name: each for name, each in whole.items() if each is not None}


def found(booker: Caller, query: str) -> list[int]:
    """The entries that a filter shows."""
    return [each["id"] for each in booker("GET", f"{ENTRIES}?{query}").json()["time_entries"]]


def test_time_is_booked_as_it_was_wanted(harvest: Harvest, booker: Caller) -> None:
    answer = booker("POST", ENTRIES, entry())
    shown = answer.json()
    assert answer.status_code == 201
    assert (shown["hours"], shown["is_running"], shown["is_locked"]) == (0.25, False, False)
    assert (shown["project"]["name"], shown["task"]["name"]) == ("Shop care", "Rounds")
    assert (shown["client"]["name"], shown["user"]["name"]) == ("Harbour Books", "siterounds")
    assert shown["external_reference"]["id"] == "siterounds-shop-20261123"
    assert shown["external_reference"]["group_id"] is None
    assert booker("GET", f"{ENTRIES}/{shown['id']}").json() == shown
    assert harvest.ours()[0].hours == 0.25
    assert not any("rate" in name.lower() for name in answer.headers)
    assert harvest.violations == []


def test_a_reference_is_no_key(harvest: Harvest, booker: Caller) -> None:
    harvest.fault(CREATE, Fault(How.FAILED_AFTER, status=500))
    assert booker("POST", ENTRIES, entry()).status_code == 500
    assert len(found(booker, "external_reference_id=siterounds-shop-20261123")) == 1
    booker("POST", ENTRIES, entry())
    assert len(harvest.entries) == 2
    assert harvest.booked_twice() == ["siterounds-shop-20261123"]


def test_a_new_entry_may_stay_out_of_the_filter_for_a_while(harvest: Harvest, booker: Caller, clock: HandClock) -> None:
    harvest.blind_seconds = 20
    number = booker("POST", ENTRIES, entry()).json()["id"]
    assert found(booker, "external_reference_id=siterounds-shop-20261123") == []
    clock.forward(20)
    assert found(booker, "external_reference_id=siterounds-shop-20261123") == [number]


def test_lists_are_filtered_and_paged(harvest: Harvest, booker: Caller) -> None:
    harvest.add_project(15, "Club", "Regatta Club")
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1)]
    numbers = [harvest.add_entry(14, 1.0, spent).id for spent in days]
    club = harvest.add_entry(15, 1.0, TODAY, external_reference_id="by-hand").id
    assert found(booker, "project_id=14&from=2026-11-01&to=2026-11-30") == [numbers[2], numbers[1]]
    assert found(booker, "external_reference_id=by-hand") == [club]
    assert found(booker, "external_reference_id=by-han") == []
    assert found(booker, "project_id=14&client_id=5735775") == []
    assert found(booker, "is_running=true") == []
    assert found(booker, "updated_since=2026-11-24T00:00:00Z") == []
    page = booker("GET", f"{ENTRIES}?per_page=2&page=2").json()
    assert (page["total_entries"], page["total_pages"], page["next_page"], page["previous_page"]) == (5, 3, 3, 1)
    assert page["links"]["next"].startswith(harvest.url)
    harvest.links_elsewhere = True
    assert booker("GET", f"{ENTRIES}?per_page=2").json()["links"]["next"].startswith(harvest.elsewhere.url)
    assert harvest.violations == []


@pytest.mark.parametrize(
    ("query", "code"), [("from=20261101", 422), ("per_page=2001", 422), ("page=x", 422), ("reference=x", 200)]
)
def test_a_filter_that_is_wrong_is_a_violation(harvest: Harvest, booker: Caller, query: str, code: int) -> None:
    assert booker("GET", f"{ENTRIES}?{query}").status_code == code
    assert len(harvest.violations) == 1


@pytest.mark.parametrize(
    ("missing", "code", "sentence"),
    [
        ("User-Agent", 400, "User-Agent is missing"),
        ("Harvest-Account-Id", 401, "Harvest-Account-Id is missing"),
        ("Authorization", 401, "Authorization is missing"),
    ],
)
def test_headers_are_wanted(harvest: Harvest, booker: Caller, missing: str, code: int, sentence: str) -> None:
    del booker.session.headers[missing]
    if missing == "User-Agent":
        booker.session.headers[missing] = ""
    assert booker("GET", "/v2/company").status_code == code
    assert harvest.violations == [f"GET /v2/company: {sentence}"]


def test_other_headers_are_looked_at(harvest: Harvest, booker: Caller) -> None:
    assert booker("GET", "/v2/company", headers={"User-Agent": "python-requests/2"}).status_code == 200
    assert booker("POST", ENTRIES, body=b"{}").status_code == 415
    assert len(harvest.violations) == 2
    assert booker("GET", "/v2/company", headers={"Authorization": "Bearer x"}).json()["error"] == "invalid_token"
    assert booker("GET", "/v2/company", headers={"Harvest-Account-Id": "5"}).json()["error"] == "invalid_account"
    assert len(harvest.violations) == 2


@pytest.mark.parametrize(
    ("changed", "violations"),
    [
        ({"project_id": 99}, 0),
        ({"project_id": "14"}, 0),
        ({"project_id": 15}, 0),
        ({"project_id": 16}, 0),
        ({"task_id": 83}, 0),
        ({"spent_date": "2026-10-31"}, 0),
        ({"project_id": None}, 1),
        ({"spent_date": None}, 1),
        ({"spent_date": "23.11.2026"}, 1),
        ({"spent_date": "2026-02-30"}, 1),
        ({"hours": "0.25"}, 1),
        ({"hours": -1}, 1),
        ({"hours": 24.5}, 1),
        ({"notes": 5}, 1),
        ({"external_reference": "x"}, 1),
        ({"external_reference": {"group_id": "x"}}, 1),
        ({"external_reference": {"id": 5}}, 1),
    ],
)
def test_what_may_not_be_booked(harvest: Harvest, booker: Caller, changed: dict[str, object], violations: int) -> None:
    harvest.add_project(15, "Old")
    harvest.archive_project(15)
    harvest.add_project(16, "Others'", assigned=False)
    harvest.locked_until = date(2026, 10, 31)
    answer = booker("POST", ENTRIES, entry(**changed))
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert harvest.entries == {}
    assert len(harvest.violations) == violations


@pytest.mark.parametrize(
    "changed",
    [{"hours": 0.255}, {"billable": True}, {"external_reference": {"id": "x", "permalink": "http://reports.example"}}],
)
def test_what_is_booked_and_wrong(harvest: Harvest, booker: Caller, changed: dict[str, object]) -> None:
    assert booker("POST", ENTRIES, entry(**changed)).status_code == 201
    assert len(harvest.violations) == 1


def test_nobody_books_for_others(harvest: Harvest, booker: Caller) -> None:
    assert booker("POST", ENTRIES, entry(user_id=1782959)).status_code == 403
    other = harvest.add_entry(14, 1.0, TODAY).id
    assert booker("PATCH", f"{ENTRIES}/{other}", {"hours": 2}).status_code == 403
    assert booker("DELETE", f"{ENTRIES}/{other}").status_code == 403
    assert harvest.entries[other].hours == 1.0


def test_without_hours_a_timer_runs(harvest: Harvest, booker: Caller, clock: HandClock) -> None:
    first = booker("POST", ENTRIES, entry(hours=None)).json()
    assert (first["is_running"], first["hours"]) == (True, 0.0)
    second = booker("POST", ENTRIES, entry(hours=None)).json()["id"]
    assert [each.id for each in harvest.running] == [second]
    assert len(harvest.violations) == 2
    clock.forward(1800)
    assert booker("PATCH", f"{ENTRIES}/{second}/stop").json()["hours"] == 0.5
    assert booker("PATCH", f"{ENTRIES}/{second}/stop").status_code == 422
    assert len(harvest.violations) == 2
    assert booker("PATCH", f"{ENTRIES}/{second}/restart").json()["is_running"] is True
    assert booker("PATCH", f"{ENTRIES}/{second}/restart").status_code == 422
    assert len(harvest.violations) == 4


@pytest.mark.parametrize(
    ("clock_format", "began", "ended", "wrong"),
    [("12h", "8:00am", "1:30pm", "13:30"), ("24h", "8:00", "13:30", "1:30pm")],
)
def test_an_account_with_times_takes_times(clock_format: str, began: str, ended: str, wrong: str) -> None:
    with Harvest(wants_timestamp_timers=True, clock_format=clock_format) as harvest:
        harvest.add_project(14, "Shop care", tasks={82: "Rounds"})
        booker = harvest_caller(harvest)
        company = booker("GET", "/v2/company").json()
        assert (company["wants_timestamp_timers"], company["clock"]) == (True, clock_format)
        shown = booker("POST", ENTRIES, entry(hours=None, started_time=began, ended_time=ended)).json()
        assert (shown["hours"], shown["started_time"], shown["is_running"]) == (5.5, began, False)
        later = booker("PATCH", f"{ENTRIES}/{shown['id']}", {"ended_time": began}).json()
        assert later["hours"] == 0.0
        assert harvest.violations == []
        assert booker("POST", ENTRIES, entry(started_time=began, ended_time=wrong)).status_code == 422
        assert booker("POST", ENTRIES, entry(started_time=ended, ended_time=began)).status_code == 422
        assert booker("POST", ENTRIES, entry()).json()["is_running"] is True
        assert len(harvest.violations) == 3
        assert len(harvest.running) == 1


def test_entries_change_until_they_are_locked(harvest: Harvest, booker: Caller) -> None:
    number = booker("POST", ENTRIES, entry()).json()["id"]
    path = f"{ENTRIES}/{number}"
    assert booker("PATCH", path, {"hours": 0.5, "notes": "Longer"}).json()["hours"] == 0.5
    assert booker("PATCH", path, {"spent_date": "tomorrow"}).status_code == 422
    assert len(harvest.violations) == 1
    for lock in ("is_closed", "is_billed"):
        setattr(harvest.entries[number], lock, True)
        assert booker("PATCH", path, {"hours": 1}).status_code == 422
        assert booker("DELETE", path).status_code == 422
        assert booker("GET", path).json()["is_locked"] is True
        setattr(harvest.entries[number], lock, False)
    harvest.locked_until = TODAY
    assert booker("PATCH", path, {"hours": 1}).status_code == 422
    harvest.locked_until = None
    harvest.archive_project(14)
    assert booker("DELETE", path).status_code == 422
    harvest.projects[14].is_active = True
    assert booker("DELETE", path).status_code == 200
    assert booker("GET", path).status_code == 404
    assert len(harvest.violations) == 1


def test_who_we_are_and_where_we_may_book(harvest: Harvest, booker: Caller) -> None:
    harvest.add_project(15, "Club", "Regatta Club")
    harvest.add_project(16, "Old")
    harvest.archive_project(16)
    harvest.add_project(17, "Others'", assigned=False)
    assert booker("GET", "/v2/users/me").json()["id"] == 1782884
    shown = booker("GET", "/v2/users/me/project_assignments").json()["project_assignments"]
    assert [each["project"]["id"] for each in shown] == [15, 14]
    assert [each["task"] for each in shown[1]["task_assignments"]] == [
        {"id": 81, "name": "Support"},
        {"id": 82, "name": "Rounds"},
    ]


def test_reports_count_rounded_hours(harvest: Harvest, booker: Caller) -> None:
    harvest.books.rounding_minutes = 15
    harvest.add_project(15, "Club", "Regatta Club", budget_is_monthly=True, budget=5)
    for spent, hours in ((date(2026, 10, 31), 1.0), (date(2026, 11, 1), 0.1), (TODAY, 2.11)):
        harvest.add_entry(14, hours, spent)
        harvest.add_entry(15, hours, spent)
    rows = booker("GET", "/v2/reports/time/projects?from=20261101&to=20261130").json()["results"]
    assert [(row["project_id"], row["total_hours"]) for row in rows] == [(14, 2.5), (15, 2.5)]
    assert booker("GET", "/v2/reports/time/projects?from=20260101&to=20260131").json()["results"] == []
    rows = booker("GET", "/v2/reports/project_budget?is_active=true").json()["results"]
    assert [(row["budget"], row["budget_spent"], row["budget_remaining"]) for row in rows] == [
        (10, 3.5, 6.5),
        (5, 2.5, 2.5),
    ]
    assert harvest.violations == []


@pytest.mark.parametrize(
    "query",
    ["", "from=20261101", "from=2026-11-01&to=2026-11-30", "from=20251101&to=20261101", "from=20261102&to=20261101"],
)
def test_a_report_has_two_days_within_a_year(harvest: Harvest, booker: Caller, query: str) -> None:
    assert booker("GET", f"/v2/reports/time/projects?{query}").status_code == 422
    assert len(harvest.violations) == 1


def test_quotas_are_two_and_are_not_shown(clock: HandClock) -> None:
    with Harvest(requests_in_15_seconds=3, reports_in_15_minutes=2) as harvest:
        harvest.clock = clock
        booker = harvest_caller(harvest)
        for _ in range(3):
            assert booker("GET", "/v2/company").status_code == 200
        for _ in range(2):
            assert booker("GET", "/v2/reports/project_budget").status_code == 200
        assert harvest.violations == []
        answer = booker("GET", "/v2/company")
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "15")
        clock.forward(15)
        assert booker("GET", "/v2/company").status_code == 200
        assert booker("GET", "/v2/reports/project_budget").headers["Retry-After"] == "885"
        assert len(harvest.violations) == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"5"])
def test_a_body_that_is_no_entry_is_refused(harvest: Harvest, booker: Caller, body: bytes) -> None:
    answer = booker("POST", ENTRIES, body=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert len(harvest.violations) == 1


@given(st.text(alphabet="0123456789:-apm ", max_size=10))
def test_times_and_days_are_read_or_not(text: str) -> None:
    for clock_format in ("12h", "24h"):
        moment = time_of_day(text, clock_format)
        assert moment is None or f"{moment.minute:02}" in text
    spent = day(text)
    assert spent is None or spent.isoformat() == text
    spent = report_day(text)
    assert spent is None or f"{spent:%Y%m%d}" == text


@given(st.integers(0, 2400), st.sampled_from([0, 1, 6, 10, 15, 30, 60]))
def test_hours_are_rounded_up_by_less_than_a_step(hundredths: int, minutes: int) -> None:
    hours = hundredths / 100
    rounded = Books(minutes).rounded(hours)
    assert hours - 0.011 <= rounded < hours + minutes / 60 + 0.011
