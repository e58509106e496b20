"""Every sentence of the reports in every language: none is missing, none has lost or gained a value."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

import checks
from reports.format import FORMS
from reports.phrases import SOURCES
from tests.catalogues import LOCALES, TRANSLATED, brought_up_to_date, catalogue, messages, template

ENDINGS = {".": ".", "?": "?", "!": "!", ":": ":", "…": "…"}
_ALIKE = 24  # letters that the same sentence may have in two languages

IDS = [one.id for one in template() if one.id]


def values(text: str) -> list[str]:
    """The names in a sentence with their forms, without the count, which a plural form need not name."""
    parts = Formatter().parse(text)
    return sorted(f"{name}:{form}" for _, name, form, _ in parts if name is not None and name != "count")


def ending(text: str) -> str:
    return ENDINGS.get(text.rstrip("”“»\"')")[-1:], "")


def pairs(code: str) -> Iterator[tuple[str, str, bool]]:
    """Each English sentence with its translation, and whether it is said of one thing alone."""
    for one in catalogue(code):
        if isinstance(one.id, tuple | list):
            for number, text in enumerate(one.string or ()):
                yield one.id[1], text, number == 0
        elif one.id:
            assert isinstance(one.string, str)
            yield one.id, one.string, False


def test_sentences_are_whole() -> None:
    for one in messages():
        for text in filter(None, (one.one, one.more)):
            assert text == text.strip(), one
            assert "  " not in text, one
            assert not re.search(r"<[a-z/]|&\w+;|%[sd(]", text), one
            assert {form or "" for _, name, form, _ in Formatter().parse(text) if name is not None} <= set(FORMS), one


def test_the_sources_of_updates_are_called_as_the_platforms_call_them() -> None:
    asked = "".join(path.read_text(encoding="utf-8") for path in Path(checks.__file__).parent.rglob("*.php"))
    assert [one for one in SOURCES if f'"{one}"' not in asked] == []
    named = set(re.findall(r"'known_from' => \"(.*?)\"", asked)) | set(re.findall(r"\"(WordPress' .*?)\"", asked))
    assert {one for one in named if "check" in one} <= set(SOURCES)


def test_a_plural_names_the_same_values() -> None:
    for one in messages():
        if one.more:
            assert "{" in one.more, one
            assert values(one.one) == values(one.more), one


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_translated(code: str) -> None:
    made = catalogue(code)
    known = {one.id: one for one in made if one.id}
    assert [one for one in IDS if one not in known] == []
    assert [one for one in known if one not in set(IDS)] == []
    assert [one.id for one in known.values() if one.fuzzy] == []
    assert [one for one, text, _ in pairs(code) if not text] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_plural_has_as_many_forms_as_the_language(code: str) -> None:
    made = catalogue(code)
    assert made.num_plurals == {"pl": 3}.get(code, 2)
    for one in made:
        if isinstance(one.id, tuple | list):
            assert len(one.string or ()) == made.num_plurals, one.id


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_keeps_what_is_filled_in_and_how_it_ends(code: str) -> None:
    wrong = []
    for english, text, single in pairs(code):
        fine = (
            values(english) == values(text)
            and (single or ("{count}" in english) == ("{count}" in text))
            and ending(english) == ending(text)
            and text == text.strip()
            and "  " not in text
            and not re.search(r"<[a-z/]|&\w+;", text)
        )
        if text and not fine:
            wrong.append((english, text))
    assert wrong == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_translation_is_none_of_the_english(code: str) -> None:
    same = [english for english, text, _ in pairs(code) if english == text]
    assert [one for one in same if len(re.sub(r"{.*?}|\W", "", one)) > _ALIKE] == []


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_catalogue_is_as_the_tool_writes_it(code: str) -> None:
    assert (LOCALES / f"{code}.po").read_bytes() == brought_up_to_date(code)
