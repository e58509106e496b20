"""`siterounds contracts` as a person runs it."""

import os
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from agent.cli import outcome
from reports.terminal.contracts import NONE_ANYWHERE
from tests.agent.cli.command import Done, environment
from tests.agent.contracts.office import FILLED, PROJECTS, REPORT, define_fields
from tests.standins import Fault, Harvest, How, Teamwork

TODAY = datetime.now(UTC).date()
ESTATE = """\
hosts:
  web1: {address: web1.harbour.example}
sites:
  shop: {client: harbour, host: web1, url: "https://shop.example", root: /srv/shop}
  blog: {client: quay, host: web1, url: "https://blog.example", root: /srv/blog}
"""
CLIENTS = """\
clients:
  harbour: {title: Harbour Books, teamwork: {project: 333}, harvest: {project: 111, task: 1}}
  quay: {title: Quay, contract: {kind: extended, hours_a_month: 2}, harvest: {project: 112, task: 1},
         settings: {contract: {used: {warning: 10, critical: 20}}}}
"""


@pytest.fixture
def teamwork() -> Iterator[Teamwork]:
    with Teamwork() as teamwork:
        define_fields(teamwork)
        fields = {**FILLED, "SLA contract start": None, "SLA contract end": None}
        teamwork.add_project(333, "Harbour care", fields, {"SLA - in scope": [{"name": "Disk space"}]})
        yield teamwork
        assert teamwork.violations == []


@pytest.fixture
def harvest() -> Iterator[Harvest]:
    with Harvest() as harvest:
        for number, hours in ((111, 3.6), (112, 0.2)):
            harvest.add_project(number, str(number), str(number))
            harvest.add_entry(number, hours, TODAY)
        yield harvest
        assert harvest.violations == []


def siterounds(folder: Path, *arguments: str) -> Done:
    told = ["--inventory", str(folder / "inventory.yaml"), "--state", str(folder / "state"), *arguments]
    secrets = {"TEAMWORK": "teamwork-api-key", "HARVEST": "harvest-token"}
    out, err = StringIO(), StringIO()
    with patch.dict(os.environ, environment(folder) | secrets, clear=True), redirect_stdout(out), redirect_stderr(err):
        code = outcome(told)
    assert "Traceback" not in err.getvalue() + out.getvalue(), err.getvalue()
    return Done(code, out.getvalue(), err.getvalue())


@pytest.fixture
def folder(tmp_path: Path, teamwork: Teamwork, harvest: Harvest) -> Path:
    services = (
        f"services:\n  teamwork: {{url: '{teamwork.url}', token: env:TEAMWORK}}\n"
        f"  harvest: {{url: '{harvest.url}', account: 1234, token: env:HARVEST, contact: l2@agency.example}}\n"
    )
    (tmp_path / "inventory.yaml").write_text(services + CLIENTS + ESTATE)
    return tmp_path


def test_all_contracts(folder: Path) -> None:
    done = siterounds(folder, "contracts")
    assert done.code == 0, done.err
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if not line.startswith(" ")] == ["Harbour Books (harbour)", "", "Quay (quay)"]
    assert lines[1].startswith("  ! WARNING   3.6 of 4.5 h used until ")
    assert "  contract    standard, in Teamwork, read less than a minute ago" in lines
    assert any(line.startswith("  ! WARNING   0.2 of 2 h used until ") for line in lines)
    assert "  in scope    disk" in lines


def test_one_contract_as_json(folder: Path, teamwork: Teamwork) -> None:
    done = siterounds(folder, "contracts", "--client", "quay", "--format", "json")
    (one,) = done.json
    assert (one["client"], one["source"], one["kind"], one["used"], one["state"]) == (
        "quay",
        "inventory",
        "extended",
        "0.2",
        "warning",
    )


def test_copies_are_shown_until_they_are_refreshed(folder: Path, teamwork: Teamwork, harvest: Harvest) -> None:
    siterounds(folder, "contracts")
    harvest.add_entry(112, 0.3, TODAY)
    asked = len(teamwork.seen) + len(harvest.seen)
    assert [one["used"] for one in siterounds(folder, "contracts", "--format", "json").json] == ["3.6", "0.2"]
    assert len(teamwork.seen) + len(harvest.seen) == asked
    fresh = siterounds(folder, "contracts", "--format", "json", "--refresh").json
    assert [(one["used"], one["state"]) for one in fresh] == [("3.6", "warning"), ("0.5", "critical")]
    assert len(teamwork.asked(PROJECTS)) == len(harvest.asked(REPORT)) == 2


def test_a_bad_day_is_told_and_fails_nothing(folder: Path, teamwork: Teamwork, harvest: Harvest) -> None:
    teamwork.fault(PROJECTS, Fault(How.CUT_JSON), times=2)
    harvest.fault(REPORT, Fault(How.FAILED_BEFORE), times=2)
    done = siterounds(folder, "contracts")
    said = " ".join(done.out.split())
    assert (done.code, done.err) == (0, "")
    assert "hours used are not known: Harvest answered 503; 2 h a month were agreed" in said
    assert "Teamwork could not be read: Teamwork answered with what is no whole JSON document." in said


def test_without_any_contract_it_is_said_how_to_write_one(tmp_path: Path) -> None:
    (tmp_path / "inventory.yaml").write_text(
        "clients:\n  harbour: {title: Harbour Books}\n  quay: {title: Q}\n" + ESTATE
    )
    done = siterounds(tmp_path, "contracts")
    assert (done.code, done.out) == (0, NONE_ANYWHERE + "\n")
    assert siterounds(tmp_path, "contracts", "--client", "quai").code == 2
