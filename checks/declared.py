"""What a third party's check declares of its findings, judged: its kinds, its words for clients, its scope words."""

import re
from collections.abc import Iterable, Iterator, Mapping
from string import Formatter
from typing import Any

from checks.check import Check
from checks.findings import COMMON_KINDS, Kind
from checks.phrases import KindPhrases, PhraseTemplate

_PARTS = ("headline", "meaning", "action", "many", "entry")
_MOST_LETTERS = 2000


class InvalidPluginError(Exception):
    """What is wrong with a third party's check or platform, in a sentence."""


def reject_if(wrong: bool, sentence: str) -> None:
    """Raise UnsoundError with the sentence if something is wrong."""
    if wrong:
        raise InvalidPluginError(sentence)


def validate_kinds(check: Check[Any, Any], known: Iterable[Check[Any, Any]]) -> None:
    """Raise UnsoundError where kinds are no kinds, are declared twice, or belong to another of the checks `known`."""
    kinds = check.kinds
    reject_if(not isinstance(kinds, tuple) or not all(isinstance(one, Kind) for one in kinds), "its kinds are no Kinds")
    common = {one.name for one in COMMON_KINDS}
    taken = {one.name: other.name for other in known if other.name != check.name for one in other.kinds}
    seen: set[str] = set()
    for one in kinds:
        named = isinstance(one.name, str) and re.fullmatch(r"[a-z][a-z0-9-]{0,63}", one.name)
        reject_if(not named, f"its kind {one.name!r} is not made of small letters, digits and '-', at most 64 of them")
        reject_if(one.name in seen, f"it declares the kind {one.name!r} twice")
        reject_if(one.name in common, f"the kind {one.name!r} is every check's and is not declared")
        reject_if(one.name in taken, f"its kind {one.name!r} is one of the check {taken.get(one.name)!r}")
        seen.add(one.name)


def validate_phrases(check: Check[Any, Any]) -> None:
    """Raise UnsoundError where words for clients are of no declared kind, or could not be filled."""
    reject_if(not isinstance(check.phrases, Mapping), "its phrases are not a mapping of kinds")
    declared = {one.name for one in check.kinds}
    for kind, phrases in check.phrases.items():
        reject_if(kind not in declared, f"it has phrases for the kind {kind!r}, which it does not declare")
        reject_if(not isinstance(phrases, KindPhrases), f"its phrases for {kind!r} are no KindPhrases")
        reject_if(not isinstance(phrases.translations, Mapping), f"its translations for {kind!r} are not a mapping")
        _sound_words(phrases.english, f"its English phrases for {kind!r}")
        for code, several in phrases.translations.items():
            whose = f"its phrases for {kind!r} in {code!r}"
            coded = isinstance(code, str) and re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", code)
            reject_if(not coded, f"{whose} are of no language code")
            _sound_words(several, whose)
            alike = [_shape(one) for one in several] == [_shape(one) for one in phrases.english]
            reject_if(not alike, f"{whose} differ from the English ones in number, order, values or when they are said")


def validate_scope_words(check: Check[Any, Any]) -> None:
    """Raise UnsoundError where the words that put the check in scope are no words."""
    words = check.scope_words
    fine = isinstance(words, tuple) and all(isinstance(one, str) and one.strip() and len(one) <= 200 for one in words)
    reject_if(not fine, "its scope_words are not a tuple of words")


def _sound_words(several: object, whose: str) -> None:
    fine = isinstance(several, tuple) and several and all(isinstance(one, PhraseTemplate) for one in several)
    reject_if(not fine, f"{whose} are not a tuple of Words")
    assert isinstance(several, tuple)  # noqa: S101  # tells mypy what was made sure of above
    for one in several:
        texts = [getattr(one, part) for part in _PARTS]
        short = all(isinstance(text, str) and len(text) <= _MOST_LETTERS for text in texts)
        reject_if(not short, f"{whose} hold something else than text of at most {_MOST_LETTERS} letters")
        reject_if(not one.headline.strip(), f"{whose} have no headline")
        reject_if(bool(one.many) != bool(one.entry), f"{whose} have one of many and entry, and not the other")
        reject_if(not isinstance(one.when, Mapping), f"{whose} have a `when` that is not a mapping")
        try:
            values = [list(_values(text)) for text in texts]
        except ValueError as error:
            raise InvalidPluginError(f"{whose} cannot be filled: {error}") from error
        in_many = values[_PARTS.index("many")]
        reject_if(any(value != ("findings", "") for value in in_many), f"{whose} have more than {{findings}} in many")


def _values(text: str) -> Iterator[tuple[str, str]]:
    """The names in a phrase, with their forms. Raises ValueError where it is no template."""
    for _, name, form, _ in Formatter().parse(text):
        if name is not None:
            yield name, form or ""


def _shape(words: PhraseTemplate) -> object:
    """What a translation has in common with the English phrase."""
    values = [sorted(set(_values(getattr(words, part)))) for part in _PARTS]
    return values, bool(words.many), dict(words.when), words.overall
