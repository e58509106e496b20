"""The health report as HTML: in order, complete or counted, small enough for a mail, and the agency's own."""

import re
from base64 import b64encode
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks import State
from reports.health_report import HealthReport, ReportBrand
from reports.html import LONGEST, TYPICAL, TooLongError, health_html, weight
from reports.language import AVAILABLE, ENGLISH, Language, language
from reports.model import SilenceView, SilenceViewKind
from reports.view import FULL, MAIL, make_context, view_of
from tests.reports.healths import (
    BRAND,
    CASES,
    CIDS,
    MIXED_PARTS,
    TITLES,
    Case,
    all_bad,
    all_well,
    mixed,
    overview,
    sixty_sites,
)
from tests.reports.page import Page, cards_in, plain, rows_in, text_of

NOBODY = ReportBrand()


def mailed(case: Case, language: Language = ENGLISH, brand: ReportBrand = BRAND) -> str:
    return health_html(case.report, case.inventory, TITLES, brand, language, mail=True, cids=CIDS)


def filed(case: Case, brand: ReportBrand = BRAND) -> str:
    return health_html(case.report, case.inventory, TITLES, brand, ENGLISH)


def headings(html: str) -> list[str]:
    return [text_of(one) for one in re.findall(r"<h2[^>]*>(.*?)</h2>", html, re.S)]


def test_what_it_says_stands_in_the_order_in_which_it_matters() -> None:
    assert headings(mailed(mixed())) == MIXED_PARTS


def test_the_agencys_overview_is_of_the_same_design() -> None:
    html = mailed(overview())
    titles = headings(html)
    at = titles.index("Could not be checked")
    assert titles[0] == "All clients"
    assert titles[at + 1 : at + 3] == ["Recommended, outside the contract", "All sites at a glance"]
    said = text_of(html)
    assert "Harbour Books ✕ Act now 4 open problems. 1 check could not look. Hours used in this contract month" in said
    assert "Last report: 24 October 2026 Quay & Söhne ✓ In order" in said
    assert "What we need from you" not in said


def test_empty_parts_are_left_out() -> None:
    case = all_well()
    bare = replace(
        case.report, happened=(), hours_booked=None, standing=None, disks=(), incidents_a_month=(), hours_a_month=()
    )
    assert headings(mailed(replace(case, report=bare))) == ["All sites at a glance", "Site by site", "What was checked"]


@pytest.mark.parametrize("name", CASES)
def test_headings_go_down_one_step_at_a_time(name: str) -> None:
    levels = [int(one) for one in re.findall(r"<h([1-6])", mailed(CASES[name]()))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_number_leads_to_a_round_or_a_day() -> None:
    said = text_of(mailed(mixed()))
    assert "round 405 · ticket 35421" in said
    assert "31 August" in said
    assert "58% round 300" in said
    assert "30 rounds in this time; the newest is round 412, from 23 November 2026, 06:00 UTC" in said


def test_what_was_updated_says_from_which_version_to_which() -> None:
    assert "✓ Updated WooCommerce was updated from 9.1.2 to 9.1.4. shop.harbour.example" in text_of(mailed(mixed()))


def test_what_the_client_decides_is_asked_and_not_told_twice() -> None:
    cards = cards_in(mailed(mixed()))
    assert sum("Administrators' accounts" in one for one in cards) == 1
    assert cards[0].startswith("! Look at soon ticket 35424 · shop.harbour.example Administrators' accounts")
    assert cards[1].startswith("! Look at soon Outside your contract · shop.harbour.example PHP 8.2")


def test_what_is_the_same_in_several_places_is_said_once() -> None:
    cards = cards_in(filed(sixty_sites()))
    lists = [one for one in cards if "block lists could not be found out completely" in one]
    assert len(lists) == 1
    assert "site3.harbour.example" in lists[0]
    assert lists[0].count("We try again in the next round.") == 1


def test_maintenance_is_shown_and_not_counted() -> None:
    case = mixed()
    quiet = tuple(
        replace(
            one, incident=replace(one.incident, silence=SilenceView(SilenceViewKind.MAINTENANCE, " until tomorrow"))
        )
        for one in case.report.happened
    )
    said = text_of(mailed(replace(case, report=replace(case.report, happened=quiet))))
    assert "New problems:" not in said
    assert "The server's disk /var is 96% full" in said
    assert "Maintenance is under way until 24 November 2026, 02:00 UTC." in said


def test_details_for_an_engineer_stand_below_each_site_once_a_server() -> None:
    html = mailed(mixed())
    assert html.count("journalctl --vacuum-size=1G") == 1
    said = text_of(html)
    assert said.count("Disk space, Firewall The same as at shop.harbour.example, which is on this server, too.") == 2


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("code", AVAILABLE)
def test_a_mail_is_small_enough(name: str, code: str) -> None:
    assert len(mailed(CASES[name](), language(code)).encode()) <= TYPICAL <= LONGEST


@pytest.mark.parametrize("sites", [1, 7, 60, 200])
def test_a_large_client_stays_below_the_limit_and_nothing_is_dropped_in_silence(sites: int) -> None:
    case = all_bad(sites)
    html = mailed(case)
    assert len(html.encode()) <= TYPICAL
    if sites > 7:
        assert " more in the full report." in html
        assert "are in the full report." in html
    assert "more in the full report" not in filed(case)


def test_the_file_shows_every_site_that_the_mail_leaves_to_it() -> None:
    case = sixty_sites()
    assert len(rows_in(filed(case))) == 60 * 6
    assert len(rows_in(mailed(case))) < 60 * 6
    for name in case.inventory.sites:
        assert f"Site {name} on server" in filed(case)


@pytest.mark.parametrize("name", CASES)
def test_the_length_is_foreseen(name: str) -> None:
    case = CASES[name]()
    made = make_context(case.report, case.inventory, TITLES, ENGLISH)
    for limits in (FULL, *MAIL):
        view = view_of(made, limits)
        assert weight(view) > 0
    lengths = [weight(view_of(made, limits)) for limits in MAIL]
    assert lengths == sorted(lengths, reverse=True)
    html = mailed(case)
    assert min(abs(len(html.encode()) - length) for length in lengths) <= 0.25 * len(html.encode())


@pytest.mark.parametrize("name", CASES)
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert mailed(CASES[name]()) == mailed(CASES[name]())
    assert filed(CASES[name]()) == filed(CASES[name]())


@pytest.mark.parametrize("name", CASES)
def test_a_mail_is_made_of_what_mail_programs_know(name: str) -> None:
    html = mailed(CASES[name]())
    page = Page(re.sub(r"<!--.*?-->", "", html, flags=re.S))
    assert {tag for tag, _ in page.tags}.isdisjoint({"script", "svg", "picture", "link", "details", "main", "bdi"})
    outside_styles = re.sub(r"<style.*?</style>", "", html, flags=re.S)
    for word in ("flex", "grid", "var(", "position:", "rem;", "url(", "data:", "http://", "@import"):
        assert word not in outside_styles
    assert html.count("<style") == 2  # for Outlook in a comment; narrow screens, darkness and paper
    tables = [attributes for tag, attributes in page.tags if tag == "table"]
    assert all(one.get("cellpadding") == "0" and one.get("cellspacing") == "0" for one in tables)
    data = re.findall(r"<table(?![^>]*presentation)[^>]*>(.*?)</table>", html, re.S)
    assert data
    assert all('scope="row"' in one for one in data)


def test_pictures_travel_with_the_mail_and_lie_in_the_file() -> None:
    mail, file = mailed(mixed()), filed(mixed())
    assert re.findall(r'src="(.*?)"', mail) == [f"cid:{one}" for one in CIDS.values()]
    assert BRAND.logo
    assert f"data:image/png;base64,{b64encode(BRAND.logo.data).decode()}" in file
    assert re.findall(r'alt="(.*?)"', mail) == ["Lighthouse Help Desk", "Harbour Books"]
    without = health_html(mixed().report, mixed().inventory, TITLES, BRAND, ENGLISH, mail=True)
    assert "<img" not in without
    assert "Lighthouse Help Desk" in text_of(without)


def test_nothing_of_ours_shows() -> None:
    for case in (mixed(), overview()):
        for html in (mailed(case), filed(case), mailed(case, brand=NOBODY)):
            assert "siterounds" not in html.lower()
            assert "<!--[if mso]>" in html
            assert set(re.findall(r"<!--(.{8})", html)) == {"[if mso]"}


def test_the_brand_stands_at_its_head_and_foot() -> None:
    html = mailed(mixed(), brand=replace(BRAND, colour="#7a1f4e"))
    assert 'bgcolor="#7a1f4e"' in html
    for said in (*BRAND.footer, 'href="https://lighthouse.example"', 'href="mailto:help@lighthouse.example"'):
        assert said in html


def test_text_from_elsewhere_stays_text() -> None:
    evil = "<script>alert(1)</script>{{ 7*7 }}{item}<!--[if mso]><style>"
    brand = replace(BRAND, agency=evil, footer=(evil,))
    case = CASES["long_names"]()
    shown = replace(
        case.report.shown,
        findings=tuple(
            replace(one, finding=replace(one.finding, summary=evil, details=(evil,), remedy=evil))
            for one in case.report.shown.findings
        ),
        incidents=tuple(replace(one, summary=evil) for one in case.report.shown.incidents),
        maintenance=tuple(replace(one, title=evil) for one in case.report.shown.maintenance),
    )
    report = replace(case.report, title=evil, shown=shown)
    html = mailed(replace(case, report=report), brand=brand)
    page = Page(html)
    assert {"script", "!--[if"}.isdisjoint({tag for tag, _ in page.tags})
    assert [tag for tag, _ in page.tags].count("style") == 1
    assert "{{ 7*7 }}{item}" in page.text


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(min_size=1, max_size=250), summary=st.text(max_size=250))
def test_any_text_gives_a_whole_page(name: str, summary: str) -> None:
    case = CASES["one_site"]()
    found = tuple(replace(one, finding=replace(one.finding, summary=summary)) for one in case.report.shown.findings)
    report = replace(case.report, title=name, shown=replace(case.report.shown, findings=found))
    html = mailed(replace(case, report=report))
    Page(re.sub(r"<!--.*?-->", "", html, flags=re.S))
    assert len(html.encode()) <= TYPICAL


def test_a_template_of_ones_own_stands_in_for_ours(tmp_path: Path) -> None:
    own = '{% block foot %}<tr><td>{{ _("Maintenance") }} & Söhne</td></tr>{% endblock %}'
    (tmp_path / "report.html.j2").write_text('{% extends "ours/report.html.j2" %}' + own, encoding="utf-8")
    case = mixed()
    html = health_html(case.report, case.inventory, TITLES, BRAND, language("de"), mail=True, templates=tmp_path)
    assert "Wartung &amp; Söhne" in html
    assert BRAND.footer[0] not in html
    assert "<h2" in html


def test_a_template_that_makes_a_mail_too_long_is_an_error_with_numbers(tmp_path: Path) -> None:
    (tmp_path / "report_place.html.j2").write_text("")
    (tmp_path / "report.css").write_text("")
    (tmp_path / "report.html.j2").write_text("<p>" + "x" * (LONGEST + 1) + "</p>")
    case = mixed()
    with pytest.raises(TooLongError, match=r"is 90,\d+ bytes long; 90,000 are the most"):
        health_html(case.report, case.inventory, TITLES, BRAND, ENGLISH, mail=True, templates=tmp_path)


def test_times_are_those_of_the_readers_zone() -> None:
    html = mailed(mixed(), language("de", "Europe/Berlin"))
    assert "07:00" in html
    assert '<html lang="de" dir="ltr">' in html


def test_a_first_report_calls_nothing_changed() -> None:
    case = CASES["missing_data"]()
    assert "What changed" not in text_of(mailed(case))
    assert "As of 23 November 2026, 06:00 UTC" in text_of(mailed(case))


def test_the_state_beside_the_first_sentence_is_that_of_the_contract() -> None:
    def first(report: HealthReport, case: Case) -> str:
        found = re.search(r'class="state (\w+)"', mailed(replace(case, report=report)))
        assert found
        return found[1]

    case = mixed()
    assert first(case.report, case) == "critical"
    assert first(all_well().report, all_well()) == "ok"
    assert first(CASES["missing_data"]().report, CASES["missing_data"]()) == "unknown"
    shown = case.report.shown
    outside = tuple(replace(one, in_scope=one.finding.state is State.OK) for one in shown.findings)
    covered = replace(shown, findings=outside, coverage=replace(shown.coverage, not_run=()))
    assert first(replace(case.report, shown=covered), case) == "ok"


def test_bars_say_their_value_in_words_too() -> None:
    html = mailed(mixed())
    bars = re.findall(r'<td class="bar".*?</table></td><td class="much"[^>]*>(.*?)</td>', html, re.S)
    assert len(bars) == 8 + 6 + 4
    assert all(re.search(r"\d", text_of(one)) for one in bars)
    assert plain(html).count('<td class="fill bar-usual">') > 10
