"""Teamwork's stand-in: reading projects and what hangs on them, page by page."""

import pytest

from tests.standins import Fault, HandClock, How, Teamwork
from tests.standins.calling import Caller, basic, teamwork_caller

V3 = "/projects/api/v3"


@pytest.fixture
def seeded(teamwork: Teamwork) -> Teamwork:
    teamwork.define_field("SLA tier", "dropdown", ["Gold", "Silver"])
    teamwork.define_field("SLA hours per month", "number-decimal")
    teamwork.define_field("Areas", "multiselect", ["Shop", "Mail"])
    teamwork.define_field("SLA tier", "dropdown", ["Big", "Small"], entity="task")
    teamwork.add_project(
        1,
        "Harbour Books",
        {"SLA tier": "Silver", "SLA hours per month": 7.5, "Areas": ["Mail"]},
        {
            "SLA - in scope": [{"name": "Updates", "tags": ["core"]}, {"name": "Old", "status": "completed"}],
            "Other": [],
        },
        [{"capacity": 450, "capacityUsed": 60}, {"capacity": 100, "status": "ARCHIVED"}],
        tags=["sla"],
        company="Harbour",
    )
    teamwork.add_project(2, "Regatta Club", {"SLA hours per month": None})
    return teamwork


def test_projects_come_with_their_values(seeded: Teamwork, reader: Caller) -> None:
    value = reader("GET", f"{V3}/projects.json?includeCustomFields=true&include=tags,companies").json()
    assert [(each["id"], each["name"]) for each in value["projects"]] == [(1, "Harbour Books"), (2, "Regatta Club")]
    included = value["included"]
    by_name = {each["name"]: each for each in included["customfields"].values()}
    values = {each["customfieldId"]: each["value"] for each in included["customfieldProjects"].values()}
    tier = {each["id"]: each["value"] for each in by_name["SLA tier"]["options"]["choices"]}
    assert tier[values[by_name["SLA tier"]["id"]]] == "Silver"
    assert values[by_name["SLA hours per month"]["id"]] == 7.5
    assert isinstance(values[by_name["Areas"]["id"]], list)
    assert {each["project"]["id"] for each in included["customfieldProjects"].values()} == {1}
    company = value["projects"][0]["company"]["id"]
    assert included["companies"][str(company)]["name"] == "Harbour"
    assert [included["tags"][str(each["id"])]["name"] for each in value["projects"][0]["tags"]] == ["sla"]
    assert reader("GET", f"{V3}/projects.json").json()["included"] == {}
    assert seeded.violations == []


def test_projects_are_filtered(seeded: Teamwork, reader: Caller, clock: HandClock) -> None:
    def found(query: str) -> list[int]:
        return [each["id"] for each in reader("GET", f"{V3}/projects.json?{query}").json()["projects"]]

    tag = seeded.shown_tags()[0]["id"]
    assert found(f"projectTagIds={tag}") == [1]
    assert found("searchTerm=regatta") == [2]
    assert found("projectIds=2,3") == [2]
    clock.forward(60)
    seeded.set_value(2, "SLA hours per month", 3)
    assert found("updatedAfter=2026-11-23T09:00:30Z") == [2]
    seeded.set_project_status(2, "archived")
    assert found("") == [1]
    assert found("projectStatuses=active,archived") == [1, 2]


def test_one_projects_fields_and_all_definitions(seeded: Teamwork, reader: Caller) -> None:
    defined = reader("GET", f"{V3}/customfields.json").json()["customfields"]
    assert [(each["name"], each["entity"]) for each in defined] == [
        ("SLA tier", "project"),
        ("SLA hours per month", "project"),
        ("Areas", "project"),
        ("SLA tier", "task"),
    ]
    assert len(reader("GET", f"{V3}/customfields.json?entities=task").json()["customfields"]) == 1
    values = reader("GET", f"{V3}/projects/1/customfields.json").json()["customfieldProjects"]
    assert [each["customfield"]["id"] for each in values] == [each["id"] for each in defined[:3]]
    assert reader("GET", f"{V3}/projects/2/customfields.json").json()["customfieldProjects"] == []
    assert reader("GET", f"{V3}/projects/3/customfields.json").status_code == 404


@pytest.mark.parametrize(("shown_as", "kind"), [("id", int), ("text id", str), ("name", str)])
def test_options_are_shown_in_three_ways(seeded: Teamwork, reader: Caller, shown_as: str, kind: type) -> None:
    seeded.options_as = shown_as
    value = reader("GET", f"{V3}/projects/1/customfields.json").json()["customfieldProjects"][0]["value"]
    assert isinstance(value, kind)
    assert (value == "Silver") == (shown_as == "name")


def test_task_lists_and_their_tasks(seeded: Teamwork, reader: Caller) -> None:
    lists = reader("GET", f"{V3}/projects/1/tasklists.json?searchTerm=SLA").json()["tasklists"]
    assert [each["name"] for each in lists] == ["SLA - in scope"]
    path = f"{V3}/tasklists/{lists[0]['id']}/tasks.json"
    (task,) = reader("GET", path).json()["tasks"]
    assert (task["name"], task["status"], len(task["tags"])) == ("Updates", "new", 1)
    assert len(reader("GET", f"{path}?includeCompletedTasks=true").json()["tasks"]) == 2
    tags = reader("GET", f"{path}?include=tags").json()["included"]["tags"]
    assert [tags[str(each["id"])]["name"] for each in task["tags"]] == ["core"]
    assert reader("GET", f"{V3}/tasklists/1/tasks.json").status_code == 404


def test_budgets_and_companies(seeded: Teamwork, reader: Caller) -> None:
    (budget,) = reader("GET", f"{V3}/projects/budgets.json?projectIds=1&status=ACTIVE").json()["budgets"]
    assert (budget["type"], budget["capacity"], budget["capacityUsed"], budget["repeatUnit"]) == (
        "TIME",
        450,
        60,
        "MONTH",
    )
    assert len(reader("GET", f"{V3}/projects/budgets.json").json()["budgets"]) == 2
    assert reader("GET", f"{V3}/projects/budgets.json?projectIds=2").json()["budgets"] == []
    companies = reader("GET", f"{V3}/companies.json").json()["companies"]
    assert [each["name"] for each in companies] == ["Harbour", "Regatta Club"]


def test_pages_are_small_where_the_server_says_so() -> None:
    with Teamwork(page_cap=2) as teamwork:
        for number in range(1, 6):
            teamwork.add_project(number, f"Project {number}")
        reader = teamwork_caller(teamwork)
        numbers, page, more = [], 1, True
        while more:
            value = reader("GET", f"{V3}/projects.json?page={page}&pageSize=500").json()
            numbers += [each["id"] for each in value["projects"]]
            meta = value["meta"]["page"]
            assert (meta["pageOffset"], meta["pageSize"]) == (page - 1, 2)
            assert meta["count"] == min(5, page * 2 + 1)
            more, page = meta["hasMore"], page + 1
        assert numbers == [1, 2, 3, 4, 5]
        assert teamwork.violations == []


@pytest.mark.parametrize("query", ["pageSize=501", "page=0", "page=x", "projectStatus=active"])
def test_a_query_that_is_wrong_is_a_violation(seeded: Teamwork, reader: Caller, query: str) -> None:
    answer = reader("GET", f"{V3}/projects.json?{query}")
    assert (answer.status_code, len(answer.json()["errors"])) == (400, 1)
    assert len(seeded.violations) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_every_write_is_a_violation(seeded: Teamwork, reader: Caller, method: str) -> None:
    assert reader(method, f"{V3}/projects/1/time.json", {"timelog": {}}).status_code == 403
    assert seeded.violations == [f"{method} {V3}/projects/1/time.json: nothing may be written to Teamwork"]


def test_only_the_key_opens(seeded: Teamwork, reader: Caller) -> None:
    for authorization in (basic("wrong", "x")["Authorization"], "Basic !", "Bearer teamwork-api-key"):
        answer = reader("GET", f"{V3}/projects.json", headers={"Authorization": authorization})
        assert answer.status_code == 401
    assert seeded.violations == []
    assert reader("GET", f"{V3}/projects.json", headers={"Authorization": ""}).status_code == 401
    assert len(seeded.violations) == 1


@pytest.mark.parametrize(("code", "prefix"), [(429, "X-Rate-Limit"), (400, "X-RateLimit")])
def test_the_quota_tells_its_reset_and_no_retry_after(clock: HandClock, code: int, prefix: str) -> None:
    with Teamwork(requests_a_minute=2, limit_status=code) as teamwork:
        teamwork.clock = clock
        reader = teamwork_caller(teamwork)
        assert reader("GET", f"{V3}/companies.json").headers[f"{prefix}-Remaining"] == "1"
        clock.forward(20)
        assert reader("GET", f"{V3}/companies.json").headers[f"{prefix}-Remaining"] == "0"
        answer = reader("GET", f"{V3}/companies.json")
        assert (answer.status_code, answer.headers[f"{prefix}-Reset"]) == (code, "40")
        assert "Retry-After" not in answer.headers
        clock.forward(39)
        reader("GET", f"{V3}/companies.json")
        assert len(teamwork.violations) == 3
        assert "before the Retry-After" in teamwork.violations[1]
        clock.forward(1)
        assert reader("GET", f"{V3}/companies.json").status_code == 200
        assert len(teamwork.violations) == 3


def test_a_fault_refuses_as_the_quota_does(seeded: Teamwork, reader: Caller) -> None:
    seeded.fault(f"GET {V3}/companies.json", Fault(How.TOO_MANY, retry_after=9))
    answer = reader("GET", f"{V3}/companies.json")
    assert (answer.status_code, answer.headers["X-Rate-Limit-Reset"]) == (429, "9")
    assert seeded.violations == []


def test_seeds_that_are_wrong_are_said(teamwork: Teamwork) -> None:
    teamwork.define_field("Tier", "dropdown", ["Gold"])
    with pytest.raises(ValueError, match="already"):
        teamwork.define_field("Tier", "dropdown", ["Gold"])
    with pytest.raises(ValueError, match="has choices"):
        teamwork.define_field("Other", "dropdown")
    with pytest.raises(ValueError, match="has no choices"):
        teamwork.define_field("Other", "text-short", ["x"])
    with pytest.raises(ValueError, match="no type"):
        teamwork.define_field("Other", "text")
    with pytest.raises(ValueError, match="no choice"):
        teamwork.add_project(1, "x", {"Tier": "Bronze"})
    with pytest.raises(ValueError, match="define it first"):
        teamwork.add_project(1, "x", {"Level": "Gold"})
    with pytest.raises(ValueError, match="a task has no"):
        teamwork.add_project(1, "x", task_lists={"y": [{"title": "z"}]})
    with pytest.raises(ValueError, match="a budget has no"):
        teamwork.add_project(1, "x", budgets=[{"capacity": 1, "hours": 1}])
