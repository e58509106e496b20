"""What doctor shows of places where nothing stands in the way."""

import json
from dataclasses import replace

from rich.console import Console

from checks import State
from reports.model import Coverage, DueCheck
from reports.terminal.round import doctor_json, doctor_view
from tests.reports.rounds import finding, round_of


def test_what_is_remarkable_about_the_way_to_a_host_is_noted_once_and_is_no_trouble() -> None:
    note = "web1 is talked to by old algorithms"
    findings = (
        finding(State.OK, "ssh", details=(note,)),
        finding(State.OK, "disk", details=("something else",)),
    )
    shown = replace(round_of(findings), coverage=Coverage.of([DueCheck("web1", None, "ssh")], []))
    assert [place["notes"] for place in json.loads(doctor_json(shown))] == [[note]]
    console = Console(width=200)
    with console.capture() as captured:
        console.print(doctor_view(shown))
    assert captured.get().count(note) == 1
    assert "something else" not in captured.get()
