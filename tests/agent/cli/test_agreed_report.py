"""`siterounds run` and `report` of an agency with contracts, tickets and maintenance: what each reader gets to see."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from tests.outside.agency import Agency, agency
from tests.reports.page import text_of

HOURS = r"Hours: [\d.]+ of 4 h used until \d+ [A-Z][a-z]+"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Agency]:
    with agency(tmp_path) as made:
        made.contracts["harbour"] = "{kind: standard, hours_a_month: 4, out_of_scope: [rehearsal]}"
        made.maintenance = (
            '  move: {title: The move, sites: [club], from: "2020-01-01T00:00:00Z", until: "2100-01-01T00:00:00Z"}\n'
        )
        made.write()
        made.siterounds("run")
        made.problems("shop", "disk critical It is full")
        made.problems("club", "cron warning It sleeps")
        made.siterounds("run")
        yield made


def test_what_was_agreed_is_part_of_the_round(at: Agency) -> None:
    shown = at.json("report")
    jsonschema.validate(shown, json.loads(at.siterounds("schema").out))
    assert {(one["site"], one["in_scope"]) for one in shown["findings"] if one["state"] != "ok"} == {
        ("shop", False),
        ("club", True),
    }
    assert all(one["in_scope"] for one in shown["findings"] if one["check"] in ("contract", "ssh"))
    assert [(one["client"], one["agreed"]) for one in shown["contracts"]] == [("harbour", "4"), ("regatta", "10")]
    assert [(one["title"], one["until"], one["sites"]) for one in shown["maintenance"]] == [
        ("The move", "2100-01-01T00:00:00Z", ["club"])
    ]


def test_the_terminal_shows_it(at: Agency) -> None:
    everything = " ".join(at.siterounds("report").out.split())
    assert "It is full (outside the contract)" in everything
    assert "Maintenance until 2100-01-01 00:00 UTC: The move (club)" in everything
    assert not re.search(HOURS, everything)
    harbours = " ".join(at.siterounds("report", "--client", "harbour").out.split())
    assert re.search(HOURS, harbours)
    assert "The move" not in harbours


def test_a_client_reads_what_is_recommended_and_the_hours_used(at: Agency) -> None:
    said = page(at, "--client", "harbour")
    assert " Outside the contract, one thing is urgent. " in said
    assert re.search(r"Hours used in this contract month, which ends on \d+ [A-Z][a-z]+: [\d.]+ of 4\.", said)
    assert "It is full" in said.split("What we need from you")[1]
    (number,) = {ticket.id for ticket in at.zendesk.ours()}  # the summary; what is maintained has none
    assert f"ticket {number}" in said
    assert "The move" not in said


def test_maintenance_is_read_by_whom_it_concerns(at: Agency) -> None:
    said = page(at, "--client", "regatta")
    assert "The move Maintenance is under way until 1 January 2100, 00:00 UTC. It concerns club.example." in said
    assert "Maintenance is under way · club.example It sleeps" in said
    for other in ("shop", "books", "Harbour"):
        assert other not in said


def page(at: Agency, *arguments: str) -> str:
    written = at.folder / "report.html"
    at.siterounds("report", *arguments, "--html", str(written))
    return text_of(written.read_text())
