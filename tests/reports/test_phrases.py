"""Words for everything the checks say: none is missing, each can be filled with what the checks really give."""

import re
from contextlib import suppress
from string import Formatter
from typing import Any

import pytest

from agent.collect.evaluate import clean_finding
from checks import Cause, State
from checks.findings import COMMON_KINDS
from checks.phrases import PhraseTemplate
from checks.registry import CHECKS
from reports.format import FORMS, UnfitError, fill
from reports.language import AVAILABLE, Language, language
from reports.model import Location, ReportedFinding
from reports.phrases import CAUSES, WORDS
from reports.wording import own_phrase, phrase_for
from tests.checks.examples import EXAMPLES
from tests.reports.rounds import finding

ALL = [(kind, words) for kind, several in WORDS.items() for words in several]
LANGUAGES = [language(code) for code in AVAILABLE]
GIVEN = [
    ReportedFinding(clean_finding(one), Location("web1", None, None, ("harbour",)), check)
    for check, examples in EXAMPLES.items()
    for one in examples()
]
"""What the checks really say, as it is recorded."""
INTERNAL = {kind.name for check in CHECKS for kind in check.kinds if kind.internal}


def test_every_declared_kind_has_words_and_no_words_are_left_over() -> None:
    declared = {kind.name for check in CHECKS for kind in check.kinds}
    assert declared | {kind.name for kind in COMMON_KINDS} == set(WORDS)
    assert {kind for kind, words in WORDS.items() if not words} == INTERNAL


@pytest.mark.parametrize("spoken", LANGUAGES, ids=lambda spoken: spoken.code)
def test_what_the_checks_really_say_fills_the_words_in_every_language(spoken: Language) -> None:
    told = [one for one in GIVEN if one.finding.kind not in INTERNAL]
    mute = {(one.finding.kind, one.finding.state) for one in told if own_phrase(one, spoken) is None}
    assert mute == set()
    assert {one.finding.kind for one in told} == set(WORDS) - INTERNAL


@pytest.mark.parametrize(("kind", "words"), ALL)
def test_words_keep_their_own_rules(kind: str, words: PhraseTemplate) -> None:
    parts = (words.headline, words.meaning, words.action, words.many, words.entry)
    for _, name, form, _ in Formatter().parse(" ".join(parts)):
        assert name != ""
        assert form is None or form in FORMS
    assert bool(words.many) == bool(words.entry)
    if words.many:
        assert re.findall(r"{(.*?)}", words.many) == ["findings"]
        assert "{" not in words.meaning + words.action  # they are said once, for all of them
    if words.when.get("state") != "ok":
        assert words.meaning
        assert words.action


JARGON = re.compile(r"\b(inode|mount|CVE|cron|SSH|DNS|UNKNOWN|regex|stderr|null|daemon|kernel|iptables|root)\b", re.I)


@pytest.mark.parametrize(("kind", "words"), ALL)
def test_words_need_no_technician(kind: str, words: PhraseTemplate) -> None:
    said = re.sub(r"{.*?}", "", " ".join((words.headline, words.meaning, words.action, words.many)))
    assert not JARGON.search(said)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{bytes:size} of {share:percent}", "1.5 GiB of 96%"),
        ("{nearly:percent}, {hours:decimal}", "99.9%, 1.25"),
        ("{many:number}", "1,234,567"),
        ("{at:day}", "22 November 2026"),
        ("{iso:day}", "3 March 2026"),
        ("{at:moment}", "22 November 2026, 22:35 UTC"),
        ("{night:day}", "23 November 2026"),
        ("{naive:moment}", "3 March 2026, 12:00 UTC"),
        ("{names:names}: {names:count}", "a, b, c, d, e, f, g, h and 2 more: 10"),
        ("{some:names}", "a, b and c"),
        ("{range:from} to {range:to} days", "6 to 9 days"),
        ("{open:earliest}", "in 6 days"),
        ("{far:earliest}", "in 6 days"),
        ("{about:in}", "in 1 day"),
        ("{count:ago}", "90 days ago"),
        ("{hebrew}!", "\N{FIRST STRONG ISOLATE}\N{HEBREW LETTER ALEF}\N{POP DIRECTIONAL ISOLATE}!"),
    ],
)
def test_values_are_put_as_people_write_them(template: str, said: str) -> None:
    values = {
        "bytes": 1.5 * 2**30,
        "share": 96.2,
        "many": 1234567,
        "at": 1795386900,
        "iso": "2026-03-03",
        "names": list("abcdefghij"),
        "some": ["a", "b", "c"],
        "nearly": 99.96,
        "hours": "1.250",
        "night": "2026-11-22T23:30:00-05:00",
        "naive": "2026-03-03T12:00:00",
        "range": [6, 9],
        "open": [6, None],
        "far": [6, 400],
        "about": [1, 1],
        "count": 90,
        "hebrew": "\N{HEBREW LETTER ALEF}",
    }
    assert fill(template, values) == said


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("{range:in}", [6, 9]), ("{range:in}", [6, None]), ("{range:from}", [6, 6]), ("{range:to}", [6, None]),
        ("{range:to}", [6, 400]), ("{range:earliest}", [6, 9]), ("{range:earliest}", [6, 6]), ("{range:in}", [6.5, 9]),
    ],
)  # fmt: skip
def test_each_kind_of_forecast_has_a_sentence_of_its_own(template: str, values: list[object]) -> None:
    with pytest.raises(UnfitError):
        fill(template, {"range": values})


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([1, 1], "will be full in 1 day if it goes on like this"),
        ([6, 9], "will be full in 6 to 9 days if it goes on like this"),
        ([6, 900], "will be full if it goes on like this: in 6 days or later"),
        ([6, None], "will be full if it goes on like this: in 6 days or later"),
    ],
)
def test_when_a_disk_will_be_full(days: list[object], said: str) -> None:
    full = finding(State.WARNING, "disk", kind="disk-forecast", data={"mount": "/", "full_in_days": days})
    assert phrase_for(full).headline == f"The server's disk / {said}"


@pytest.mark.parametrize("value", [None, "", [], {}, True, "x" * 10, 1e300, -1, float("nan"), [1], [None, None]])
@pytest.mark.parametrize("form", list(FORMS))
def test_a_value_that_does_not_fit_is_said_to_be_unfit(value: object, form: str) -> None:
    with suppress(UnfitError):
        assert fill(f"{{x:{form}}}", {"x": value})


def test_a_kind_that_is_not_known_or_not_complete_speaks_by_its_summary() -> None:
    for kind in ("of-a-third-party", "disk-space"):
        shown = finding(State.WARNING, "disk", kind=kind, summary="the summary", data={})
        assert phrase_for(shown).headline == "the summary"


@pytest.mark.parametrize("code", list(AVAILABLE))
@pytest.mark.parametrize("cause", list(Cause))
def test_every_cause_has_a_sentence_in_every_language(cause: Cause, code: str) -> None:
    sentence = language(code)(CAUSES[cause])
    assert sentence
    assert (sentence == CAUSES[cause]) == (code == "en")


def test_no_two_causes_are_said_alike() -> None:
    assert len(set(CAUSES.values())) == len(Cause)


@pytest.mark.parametrize("code", list(AVAILABLE))
@pytest.mark.parametrize("data", [{}, {"cause": "of-tomorrow"}, {"cause": None}, {"cause": "other"}])
def test_a_reason_without_a_known_cause_is_not_quoted(data: dict[str, Any], code: str) -> None:
    """Findings of old rounds have no cause, those of a newer revision one that is not known here."""
    shown = finding(State.UNKNOWN, "disk", kind="not-checked", summary="exit 3", data={"reason": "exit 3", **data})
    said = phrase_for(shown, language(code))
    assert language(code)(CAUSES[Cause.OTHER]) in said.meaning
    assert "exit 3" not in f"{said.headline} {said.meaning} {said.action}"
