"""What differs from language to language: numbers, days, sizes, plural forms, the side on which a line begins."""

from datetime import UTC, date, datetime
from decimal import Decimal
from string import Formatter
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks import State
from reports.cards import cards_of, label
from reports.format import fill, in_templates, isolated, named, translate, translate_plural
from reports.language import AVAILABLE, ENGLISH, Language, language
from reports.model import Coverage, DueCheck, NotRun
from reports.phrases import WORDS
from reports.site_checks import site_checks
from reports.summary import coverage_sentence, hours_sentence, summary_sentence
from reports.wording import own_phrase, phrase_for
from tests.reports.pseudo import pseudo
from tests.reports.rounds import HARBOUR, INVENTORY, START, behind, finding, idle, round_of

AT = datetime(2026, 11, 22, 22, 35, tzinfo=UTC)
SPACE = "\N{NO-BREAK SPACE}"
ISOLATE, END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


@pytest.mark.parametrize(
    ("code", "zone", "moment"),
    [
        ("en", "UTC", "22 November 2026, 22:35 UTC"),
        ("en", "Europe/Berlin", "22 November 2026, 23:35 CET"),
        ("de", "Europe/Berlin", "22. November 2026, 23:35 MEZ"),
        ("fr", "UTC", "22 novembre 2026, 22:35 UTC"),
        ("fr", "Europe/Paris", "22 novembre 2026, 23:35 UTC+1"),
        ("fr", "Asia/Kolkata", "23 novembre 2026, 04:05 UTC+5:30"),
        ("pl", "Europe/Warsaw", "22 listopada 2026, 23:35 CET"),
        ("es", "UTC", "22 de noviembre de 2026, 22:35 UTC"),
        ("xx", "UTC", "22 November 2026, 22:35 UTC"),
    ],
)
def test_a_moment_is_told_in_the_time_zone_of_the_report(code: str, zone: str, moment: str) -> None:
    assert language(code, zone).moment(AT) == moment


def test_a_day_is_the_same_everywhere_and_a_time_is_not() -> None:
    auckland = language("en", "Pacific/Auckland")
    assert auckland.day(date(2026, 11, 22)) == "22 November 2026"
    assert auckland.day(AT) == "23 November 2026"
    assert fill("{x:day}", {"x": "2026-11-22"}, auckland) == "22 November 2026"
    assert fill("{x:day}", {"x": "2026-11-22T22:35:00Z"}, auckland) == "23 November 2026"
    assert auckland.day_of_month(AT) == "23 November"
    assert auckland.month(datetime(2026, 11, 30, 22, tzinfo=UTC)) == "December 2026"


@pytest.mark.parametrize(
    "said_there",
    [
        ("en", "12,345.5", "96%", "1.5 GiB", "a, b and c", "90 days ago"),
        ("de", "12.345,5", f"96{SPACE}%", "1,5 GiB", "a, b und c", "vor 90 Tagen"),
        ("fr", "12\u202f345,5", f"96{SPACE}%", "1,5\u00a0Gio", "a, b et c", "il y a 90 jours"),
        ("nl", "12.345,5", "96%", "1,5 GiB", "a, b en c", "90 dagen geleden"),
        ("it", "12.345,5", "96%", "1,5 GiB", "a, b e c", "90 giorni fa"),
        ("pl", f"12{SPACE}345,5", "96%", "1,5 GiB", "a, b i c", "90 dni temu"),
        ("es", "12.345,5", f"96{SPACE}%", "1,5 GiB", "a, b y c", "hace 90 días"),
    ],
)
def test_numbers_as_people_write_them_there(said_there: tuple[str, ...]) -> None:
    code, number, percent, size, listed, ago = said_there
    spoken = language(code)
    assert spoken.number(Decimal("12345.5"), 2) == number
    assert spoken.percent(96.2) == percent
    assert spoken.size(1.5 * 2**30) == size
    assert spoken.listed(["a", "b", "c"]) == listed
    assert spoken.in_days(-90) == ago


@pytest.mark.parametrize(
    ("value", "percent"),
    [(0, "0%"), (98.9, "99%"), (99.0, "99.0%"), (99.96, "99.9%"), (99.999, "99.9%"), (100, "100%"), (120.4, "120%")],
)
def test_nothing_is_rounded_up_to_a_full_disk(value: float, percent: str) -> None:
    assert ENGLISH.percent(value) == percent


@pytest.mark.parametrize(
    ("amount", "size"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 KiB"),
        (2**20, "1.0 MiB"),
        (150 * 2**20, "150 MiB"),
        (1e18, "909,495 TiB"),
    ],
)
def test_sizes(amount: float, size: str) -> None:
    assert ENGLISH.size(amount) == size


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN")])
def test_what_is_no_number_is_not_written(value: float) -> None:
    for write in (ENGLISH.number, ENGLISH.percent, ENGLISH.size):
        with pytest.raises(ValueError, match="number"):
            write(value)


def test_names_are_named_and_the_rest_counted() -> None:
    assert named(["a"], 2) == "a"
    assert named(["a", "b"], 2) == "a and b"
    assert named(["a", "{b}", "c", "d"], 2) == "a, {b} and 2 more"


def test_a_language_without_a_catalogue_has_english_sentences_and_its_own_numbers() -> None:
    danish = language("da")
    assert danish("Everything is in order.") == "Everything is in order."
    assert danish.number(1234) == "1.234"
    assert language("pt-BR").number(1234) == "1.234"


def test_a_file_outside_is_no_catalogue() -> None:
    assert language("../locales/de")("Everything is in order.") == "Everything is in order."


@pytest.mark.parametrize(
    ("number", "said_of_it"), [(1, "One thing needs action now."), (2, "2 things need action now.")]
)
def test_how_many_there_are_decides_the_sentence(number: int, said_of_it: str) -> None:
    shown = round_of(tuple(idle(f"u{one}", State.CRITICAL, item=f"{one}", kind="x") for one in range(number)))
    assert summary_sentence(shown, cards_of(shown, shown.findings)) == said_of_it


@pytest.mark.parametrize(
    ("due", "missed", "partly", "sentence"),
    [
        (0, 0, 0, "No check was due."),
        (1, 0, 0, "The one check that was due ran."),
        (3, 0, 0, "All 3 checks ran."),
        (1, 1, 0, "0 of 1 check ran."),
        (3, 1, 0, "2 of 3 checks ran."),
        (3, 0, 1, "3 of 3 checks ran. One of them could see a part only."),
        (4, 1, 2, "3 of 4 checks ran. 2 of them could see a part only."),
    ],
)
def test_how_much_was_looked_at(due: int, missed: int, partly: int, sentence: str) -> None:
    checks = [DueCheck("web1", None, str(number)) for number in range(due)]
    lost = [NotRun("web1", None, str(number), "cut") for number in range(missed)]
    part = [NotRun("web1", None, str(missed + number), "cut", partly=True) for number in range(partly)]
    assert coverage_sentence(Coverage.of(checks, lost + part)) == sentence


def test_templates_speak_whole_sentences() -> None:
    words = in_templates(ENGLISH)
    assert words["_"]("A {thing}") == "A {thing}"
    assert words["_"]("A {thing}", thing="{x}") == "A {x}"
    assert words["many"]("One of {name}", "{count} of {name}", 1200, name="n") == "1,200 of n"


def test_what_runs_the_other_way_is_kept_apart() -> None:
    assert isolated("abc") == "abc"
    assert isolated("אב") == f"{ISOLATE}אב{END}"
    assert isolated("אב 12", among_right_to_left=True) == "אב 12"
    assert isolated("abc", among_right_to_left=True) == f"{ISOLATE}abc{END}"
    hebrew = pseudo(kind="right-to-left")
    assert hebrew.right_to_left
    assert f"{ISOLATE}books.example{END}" in translate(hebrew, "all sites of {client}", client="books.example")


MARKED = pseudo(kind="marked")


def test_all_that_is_said_of_a_round_comes_from_the_catalogue() -> None:
    findings = (idle("ann"), idle("bob"), behind("Akismet"), finding(State.OK, "disk"))
    shown = round_of(findings, (NotRun("web1", "blog", "users", "permission denied"),))
    cards = cards_of(shown, findings, MARKED)
    assert cards[0].headline == "⟦Administrators' accounts that nobody uses: 2⟧"
    assert [entry.text for entry in cards[0].entries] == [
        "⟦ann, last used on 5 January 2026⟧",
        "⟦bob, last used on 5 January 2026⟧",
    ]
    parts = [cards[0].meaning, cards[0].action, label(State.OK, MARKED), hours_sentence(HARBOUR, START, MARKED)]
    assert all(part.startswith("⟦") and part.endswith("⟧") for part in parts)
    assert summary_sentence(shown, cards, MARKED) == (
        "⟦One thing to look at soon, and not everything could be checked.⟧ "
        "⟦Outside the contract, we recommend one thing.⟧"
    )
    assert coverage_sentence(shown.coverage, MARKED) == "⟦4 of 5 checks ran.⟧"


def test_the_site_by_site_part_comes_from_the_catalogue() -> None:
    shown = round_of(
        (finding(State.OK, "disk"), finding(State.OK, "users", "shop")),
        (NotRun("web1", "blog", "users", "permission denied"),),
    )
    titles = {"disk": "Disk space", "users": "People who can administer", "versions": "Core and plugin versions"}
    for place in site_checks(shown, (), INVENTORY, titles, MARKED):
        assert place.label.startswith("⟦")
        for row in place.rows:
            assert all(text.startswith("⟦") for text in (row.title, row.label, *row.lines))


@pytest.mark.parametrize("kind", ["long", "right-to-left"])
def test_languages_that_nobody_speaks_keep_what_is_filled_in(kind: Literal["long", "right-to-left"]) -> None:
    sentence = "A plugin is out of date: {name} {version}, newest {latest}"
    spoken = pseudo(kind=kind)(sentence)
    assert spoken != sentence
    assert [name for _, name, _, _ in Formatter().parse(spoken)] == ["name", "version", "latest"]
    assert pseudo(kind=kind)("not a sentence of ours") == "not a sentence of ours"


def test_a_language_of_long_words_has_longer_ones() -> None:
    for sentence in ("Should be looked at soon", "Details for your engineer", "Everything is in order."):
        assert len(pseudo()(sentence)) > 1.3 * len(sentence)


@given(
    st.sampled_from(AVAILABLE), st.sampled_from(sorted(WORDS)), st.dictionaries(st.text(), st.text() | st.integers())
)
def test_words_never_fail_in_any_language(code: str, kind: str, data: dict[str, object]) -> None:
    one = finding(State.WARNING, "disk", kind=kind, data=data)
    assert phrase_for(one, language(code)).headline
    assert (own_phrase(one, language(code)) is None) == (own_phrase(one) is None)


def test_plural_forms_follow_the_language() -> None:
    polish, one, more = language("pl"), "One thing needs action now.", "{count} things need action now."
    told = {translate_plural(polish, one, more, number).replace(str(number), "N") for number in (1, 2, 5)}
    assert len(told) == 3


def test_a_language_is_a_value() -> None:
    assert Language("de", "UTC") == language("de")
    assert len({language("de"), language("de"), language("de", "Europe/Berlin")}) == 2
