"""What engineers and programs read: the terminal at 80 columns, JSON by its schema, words for every kind."""

import json
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from checks import State
from reports.contract import ContractStatus
from reports.model import NotRun, ReportedFinding, Round, incidents_json, round_json, schema
from reports.phrases import WORDS
from reports.terminal.round import incidents_table, nagios_line, round_view
from reports.wording import phrase_for
from tests.reports.rounds import (
    HARBOUR,
    HOSTILE,
    START,
    WINDOW,
    agreed,
    finding,
    hostile,
    incident,
    mixed,
    overheard,
    round_of,
    well,
)


def terminal(shown: object) -> str:
    console = Console(width=80, force_terminal=True, color_system=None, highlight=False, markup=False)
    with console.capture() as captured:
        console.print(shown)
    return captured.get()


@pytest.mark.parametrize("shown", [well(), mixed(), hostile(), round_of(()), agreed(), overheard()])
def test_nothing_is_wider_than_80_columns(shown: Round) -> None:
    for view in (round_view(shown, everything=True, details=True), incidents_table([incident(1), incident(22)], START)):
        assert max(len(line) for line in terminal(view).splitlines()) <= 80


def test_the_worst_comes_first_and_all_is_counted() -> None:
    text = terminal(round_view(mixed()))
    assert text.index("CRITICAL") < text.index("UNKNOWN") < text.index("WARNING")
    assert "4 of 5 checks ran, 1 could not look." in text
    assert "Found: 1 critical, 1 unknown, 1 warning; 2 ok." in text
    assert "→ journalctl --vacuum-size=1G" in text


def idle(login: str, state: State = State.WARNING, site: str = "shop") -> ReportedFinding:
    return finding(state, "users", site, item=login, summary=f"{login}: idle", remedy="ask whose it is")


def test_findings_stand_by_place_and_the_same_remedy_is_said_once() -> None:
    shown = round_of((idle("ann"), idle("cid", State.CRITICAL, "blog"), idle("bob")))
    lines = [line.rstrip() for line in terminal(round_view(shown)).splitlines()]
    assert lines[:8] == [
        "blog on web1: 1 critical",
        "  ✗ CRITICAL users cid: idle",
        "    → ask whose it is",
        "",
        "shop on web1: 2 warning",
        "  ! WARNING  users ann: idle",
        "  ! WARNING  users bob: idle",
        "    → ask whose it is",
    ]


def test_what_is_new_is_marked_but_not_in_the_first_round() -> None:
    changed = replace(incident(1, change="opened"), check="users", item="ann")
    shown = replace(round_of((idle("ann"), idle("bob"))), incidents=(changed,))
    text = terminal(round_view(shown))
    assert "ann: idle (opened in this round)" in text
    assert "bob: idle (" not in text
    first = replace(shown, round=replace(shown.round, id=1))
    assert "in this round" not in terminal(round_view(first))


def test_what_was_not_looked_at_is_said_with_its_reason() -> None:
    stale = tuple(NotRun("web1", "shop", check, "the host was not visited") for check in ("versions", "users"))
    text = " ".join(terminal(round_view(round_of((finding(State.OK, "disk"),), stale))).split())
    assert "? not looked at on web1: versions of shop, users of shop (the host was not visited)" in text


def test_markup_from_a_host_is_not_markup() -> None:
    shown = round_of((finding(State.WARNING, "disk", summary="[bold red]BAD[/] [link=x]"),))
    assert "[bold red]BAD[/] [link=x]" in terminal(round_view(shown))


def test_the_first_line_is_a_nagios_line() -> None:
    assert terminal(nagios_line(State.CRITICAL, mixed())).startswith("CRITICAL - 1 critical, 1 unknown, 1 warning; ")


@pytest.mark.parametrize("shown", [well(), mixed(), hostile(), round_of(()), agreed()])
def test_json_is_as_the_schema_says(shown: Round) -> None:
    document = json.loads(round_json(replace(shown, incidents=(incident(1), incident(2, phase="pending")))))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.validate(document, schema())
    assert set(document) == {"round", "coverage", "findings", "incidents", "contracts", "maintenance"}


WINDOW_KEYS = {"name", "title", "since", "until", "clients", "hosts", "sites", "checks"}
STABLE = {"client", "clients", "site", "host", "check", "item", "state", "kind", "summary", "value", "unit", "details",
          "remedy", "data", "in_scope"}  # fmt: skip


def test_the_schema_is_kept() -> None:
    defined = schema()["$defs"]
    assert set(defined["ReportedFinding"]["properties"]) == STABLE
    assert defined["State"]["enum"] == ["ok", "warning", "unknown", "critical"]
    assert {"due", "ran", "not_run"} <= set(defined["Coverage"]["properties"])
    assert defined["ReportedIncident"]["properties"]["silenced"]["type"] == "string"
    assert "silence" not in defined["ReportedIncident"]["properties"]
    assert set(defined["ReportedWindow"]["properties"]) == WINDOW_KEYS
    assert {"client", "agreed", "used", "month", "in_scope", "forecast"} <= set(defined["ContractStatus"]["properties"])


def test_json_has_why_nobody_is_notified_in_words() -> None:
    incidents = json.loads(round_json(agreed()))["incidents"]
    assert [one["silenced"].partition(" ")[0] for one in incidents] == ["acknowledged", "", "", "maintenance"]


def test_the_same_scope_gives_the_same_json() -> None:
    names = [f"check-{number:02}" for number in range(20)]
    one = replace(HARBOUR, in_scope=frozenset(names), out_of_scope=frozenset(reversed(names)))
    (contract,) = json.loads(round_json(replace(agreed(), contracts=(one,))))["contracts"]
    assert (contract["in_scope"], contract["out_of_scope"]) == (names, names)
    assert (contract["agreed"], contract["used"], contract["month"]) == ("4", "1.25", ["2026-11-15", "2026-12-14"])


def test_what_no_contract_covers_is_marked() -> None:
    lines = [line.rstrip() for line in terminal(round_view(agreed())).splitlines()]
    assert "  ! WARNING  versions Jetpack 5.6 is behind 5.7 (outside the contract)" in lines
    assert "  ! WARNING  users    ann: idle" in lines


def test_maintenance_is_a_line() -> None:
    other = replace(WINDOW, title="Backups", hosts=(), clients=("harbour",), sites=("blog",), checks=("disk", "users"))
    text = " ".join(terminal(round_view(replace(agreed(), maintenance=(WINDOW, other)))).split())
    assert "Maintenance until 2026-11-24 02:00 UTC: Move to the new server (server web1) Maintenance until" in text
    assert "Maintenance until 2026-11-24 02:00 UTC: Backups (client harbour, blog; disk, users only)" in text
    assert "Maintenance" not in terminal(round_view(replace(agreed(), maintenance=())))


def test_hours_are_told_of_one_client_alone() -> None:
    assert "Hours" not in terminal(round_view(agreed()))
    narrowed = agreed().narrowed({"web1"}, {"shop"}, {"harbour"})
    assert "Hours: 1.25 of 4 h used until 14 December, about 3.1 h by then.\n" in terminal(round_view(narrowed))
    nothing = replace(narrowed, contracts=(ContractStatus("harbour", "Harbour Books"),))
    assert "Hours" not in terminal(round_view(nothing))
    unread = replace(narrowed, contracts=(replace(HARBOUR, agreed=None, used=None, trouble="no answer"),))
    assert "Hours: hours used are not known: nobody counts them." in " ".join(terminal(round_view(unread)).split())


def test_incidents_as_json() -> None:
    listed = json.loads(incidents_json((incident(3),)))
    assert (listed[0]["id"], listed[0]["since"], listed[0]["phase"]) == (3, "2026-11-23T06:00:00Z", "open")


@given(st.text(), st.text(), st.dictionaries(st.text(), st.text() | st.floats() | st.none()))
def test_words_never_fail(item: str, summary: str, data: dict[str, object]) -> None:
    for kind in [*WORDS, "no-such-kind"]:
        words = phrase_for(finding(State.WARNING, "disk", kind=kind, item=item, summary=summary, data=data))
        assert words.headline or not summary


def test_a_value_that_looks_like_a_template_stays_as_it_is() -> None:
    shown = finding(State.UNKNOWN, "ssh", kind="disk-read-only", summary=HOSTILE, data={"mount": "{item} {0}"})
    assert "{item} {0}" in phrase_for(shown).headline
