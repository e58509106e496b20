"""The HTML report of a round: true, complete, and harmless whatever a host says."""

import pytest

from checks import State
from reports.html import html_report
from reports.model import NotRun
from tests.reports.page import Page, rows_in
from tests.reports.rounds import INVENTORY, TITLES, finding, hostile, mixed, overheard, round_of, well


def report(shown: object, client: str | None = None) -> str:
    return html_report(shown, INVENTORY, TITLES, client)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("shown", "lead"),
    [
        (well(), "Everything is in order."),
        (mixed(), "One thing needs action now."),
        (
            round_of((finding(State.WARNING, "disk"), finding(State.WARNING, "disk", item="/b"))),
            "2 things to look at soon.",
        ),
        (
            round_of((finding(State.WARNING, "disk"),), mixed().coverage.not_run),
            "One thing to look at soon, and not everything could be checked.",
        ),
        (round_of(()), "Nothing could be checked."),
        (round_of((finding(State.OK, "disk"),), mixed().coverage.not_run), "not everything could be checked"),
    ],
)
def test_the_first_sentence_says_how_it_is(shown: object, lead: str) -> None:
    assert lead in Page(report(shown)).text


def test_nothing_that_is_wrong_is_left_out() -> None:
    text = Page(report(mixed())).text
    for said in ("96 % used", "Akismet 5.6 is behind 5.7", "the database refused the password", "4 of 5 checks ran"):
        assert said in text


def test_what_could_not_be_looked_at_is_never_in_order() -> None:
    assert ("Inactive users", "unknown") in rows_in(report(mixed()))
    due = round_of(()).coverage.checks
    nothing = round_of((), tuple(NotRun(one.host, one.site, one.check, "cut") for one in due))
    assert {state for _, state in rows_in(report(nothing))} == {"unknown"}


def test_a_clients_report_shows_that_client_alone() -> None:
    shown = mixed().narrowed({"web1"}, {"shop"})
    text = Page(report(shown, "harbour")).text
    assert "Harbour Books" in text
    assert "blog" not in text
    assert "All 3 checks ran." in text


@pytest.mark.parametrize("shown", [hostile(), overheard()])
def test_text_from_elsewhere_stays_text(shown: object) -> None:
    page = Page(report(shown))
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "img", "iframe", "object", "form", "a"})
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    assert "<script>alert(1)</script>" in page.text
    assert "{{ 7*7 }}" in page.text


@pytest.mark.parametrize("shown", [well(), mixed(), hostile(), overheard()])
def test_nothing_is_loaded_from_elsewhere(shown: object) -> None:
    html = report(shown)
    for _, attributes in Page(html).tags:
        assert {"src", "href", "srcset", "action"}.isdisjoint(attributes)
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_the_same_round_gives_the_same_bytes() -> None:
    assert report(mixed()) == report(mixed())
