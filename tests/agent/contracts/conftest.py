"""An agency whose services are new for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.agent.contracts.office import FILLED, TASK_LIST, Office, define_fields
from tests.standins import Harvest, Teamwork


@pytest.fixture
def teamwork() -> Iterator[Teamwork]:
    """A site with all fields and one project, 333; nobody who asks breaks a rule or gives credentials away."""
    with Teamwork() as teamwork:
        define_fields(teamwork)
        tasks = [{"name": "Disk space"}, {"name": "Plugin updates", "description": "<p>every month</p>"}]
        teamwork.add_project(333, "Harbour care", FILLED, {TASK_LIST: tasks, "Other": [{"name": "Log files"}]})
        yield teamwork
        assert teamwork.violations == []
        assert teamwork.elsewhere.credentials == []


@pytest.fixture
def harvest() -> Iterator[Harvest]:
    """An account with the projects 111 and 112; nobody who asks breaks a rule or gives credentials away."""
    with Harvest() as harvest:
        harvest.add_project(111, "Harbour care", "Harbour")
        harvest.add_project(112, "Quay care", "Quay")
        yield harvest
        assert harvest.violations == []
        assert harvest.elsewhere.credentials == []


@pytest.fixture
def office(tmp_path: Path, teamwork: Teamwork) -> Office:
    """An agency with Teamwork and the client harbour."""
    made = Office(tmp_path, teamwork)
    made.client("harbour", 333)
    return made
