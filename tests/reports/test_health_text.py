"""The health report as text: the same in the same order, in lines that any program shows whole."""

import re
import unicodedata

import pytest

from reports.health_report import ReportBrand
from reports.html import health_html, health_mail
from reports.language import AVAILABLE, ENGLISH, Language, language
from reports.text import COLUMNS, health_text
from tests.reports.healths import BRAND, CASES, MIXED_PARTS, TITLES, Case, mixed, overview
from tests.reports.page import text_of
from tests.reports.pseudo import pseudo


def written(case: Case, language: Language = ENGLISH, brand: ReportBrand = BRAND) -> str:
    return health_text(case.report, case.inventory, TITLES, brand, language)


def words(text: str) -> set[str]:
    return {word for word in re.findall(r"\w+", unicodedata.normalize("NFC", text)) if len(word) > 1}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("code", AVAILABLE)
def test_lines_are_short_unless_one_word_is_long(name: str, code: str) -> None:
    for line in written(CASES[name](), language(code)).splitlines():
        if len(line) > COLUMNS:
            assert len(max(line.split(), key=len)) > COLUMNS - 10


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("code", AVAILABLE)
def test_it_says_all_that_the_mails_html_says(name: str, code: str) -> None:
    case, spoken = CASES[name](), language(code)
    bodies = health_mail(case.report, case.inventory, TITLES, BRAND, spoken)
    visible = re.sub(r"<style.*?</style>|<!--.*?-->|<title>.*?</title>", "", bodies.html, flags=re.S)
    assert words(text_of(visible)) - words(bodies.text) == set()
    assert bodies.html == health_html(case.report, case.inventory, TITLES, BRAND, spoken, mail=True)
    assert text_of(bodies.subject).partition(":")[0].strip() in text_of(bodies.html)


def test_the_parts_stand_in_the_order_of_the_html() -> None:
    titles = re.findall(r"^(.+)\n-+\n", written(mixed()), re.M)
    assert titles == MIXED_PARTS


def test_it_begins_with_how_it_is() -> None:
    lines = written(mixed()).splitlines()
    assert lines[0] == "Lighthouse Help Desk"
    assert lines[2] == "Health report for Harbour Books"
    assert lines[6].startswith("✕ Act now: 2 things need action now.")


def test_the_overview_lists_the_clients() -> None:
    assert "✕ Act now: Harbour Books\n  4 open problems.\n  1 check could not look.\n" in written(overview())


def test_no_markup_and_nothing_of_ours_is_in_it() -> None:
    for name in CASES:
        text = written(CASES[name](), brand=ReportBrand())
        assert not re.search(r"</?\w+>|&\w+;|\*\*", text)
        assert "siterounds" not in text.lower()
        assert "\n\n\n" not in text
        assert not re.search(r"[ \t]$", text, re.M)


def test_the_same_report_gives_the_same_text() -> None:
    for name in CASES:
        assert written(CASES[name]()) == written(CASES[name]())


def test_every_sentence_is_spoken_in_the_readers_language() -> None:
    marked = written(mixed(), pseudo(ENGLISH, "marked"))
    for sentence in ("What was done", "What to do:", "Details for your engineer", "How it develops", "Site by site"):
        assert f"⟦{sentence}⟧" in marked
