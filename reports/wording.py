"""What a finding means to somebody who is no technician: a headline, its meaning, what to do."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from checks import Cause
from checks.phrases import PhraseTemplate
from reports.format import UnfitError, fill, isolated, short
from reports.language import ENGLISH, Language
from reports.model import ReportedFinding
from reports.phrases import WORDS


@dataclass(frozen=True, slots=True)
class Phrase:
    """The words for one finding, filled."""

    headline: str
    meaning: str = ""
    action: str = ""
    entry: str = ""  # the finding as one of several
    many: str = ""  # template of the headline over several in this language, "" where it stands by itself
    overall: bool = False

    def over(self, findings: int, language: Language = ENGLISH) -> str:
        """The headline over several of its kind."""
        return fill(self.many, {"findings": language.number(findings)}, language)


def phrase_for(finding: ReportedFinding, language: Language = ENGLISH) -> Phrase:
    """The words for a finding; where none fit, it speaks by its own summary."""
    said = own_phrase(finding, language)
    if said is None:
        summary = isolated(short(finding.finding.summary, 300), language.right_to_left)
        return Phrase(summary, action="" if _has_words(finding, language) else finding.finding.remedy)
    return said


def _has_words(finding: ReportedFinding, language: Language) -> bool:
    kind = finding.finding.kind
    return kind in language.phrases.get(finding.check, {}) or kind in WORDS


def own_phrase(finding: ReportedFinding, language: Language = ENGLISH) -> Phrase | None:
    """The words made for its kind, filled from its data; None where there are none, or its data lacks a value.

    Those that its check brought, in `language.phrases`, go before ours.
    """
    values = {
        "cause": Cause.OTHER,
        **finding.finding.data,
        "item": finding.finding.item,
        "check": finding.check,
        "state": str(finding.finding.state),
    }
    brought = language.phrases.get(finding.check, {}).get(finding.finding.kind)
    if brought is not None:
        return _first(brought.in_language(language.code), values, language, _as_it_is)
    return _first(WORDS.get(finding.finding.kind, ()), values, language, language)


def _first(
    several: Iterable[PhraseTemplate], values: Mapping[str, Any], language: Language, translated: Callable[[str], str]
) -> Phrase | None:
    for words in several:
        if all(values.get(name) == wanted for name, wanted in words.when.items()):
            try:
                return _filled(words, values, language, translated)
            except UnfitError:
                continue
    return None


def _as_it_is(sentence: str) -> str:
    return sentence


def _filled(
    words: PhraseTemplate, values: Mapping[str, Any], language: Language, translated: Callable[[str], str]
) -> Phrase:
    return Phrase(
        headline=fill(translated(words.headline), values, language),
        meaning=fill(translated(words.meaning), values, language),
        action=fill(translated(words.action), values, language),
        entry=fill(translated(words.entry), values, language),
        many=translated(words.many),
        overall=words.overall,
    )
