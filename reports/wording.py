"""Chooses and fills the phrases of a finding for a client: headline, meaning, action."""

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
    """The phrases of one finding, filled."""

    headline: str
    meaning: str = ""
    action: str = ""
    entry: str = ""  # the finding as one of several
    many: str = ""  # translated template of a headline over several; "" if it is never grouped
    overall: bool = False

    def over(self, findings: int, language: Language = ENGLISH) -> str:
        """Return the headline over several findings of its kind."""
        return fill(self.many, {"findings": language.number(findings)}, language)


def phrase_for(finding: ReportedFinding, language: Language = ENGLISH) -> Phrase:
    """Return the phrase for a finding; its summary if no template fits."""
    phrase = own_phrase(finding, language)
    if phrase is None:
        summary = isolated(short(finding.finding.summary, 300), language.right_to_left)
        return Phrase(summary, action="" if _has_words(finding, language) else finding.finding.remedy)
    return phrase


def _has_words(finding: ReportedFinding, language: Language) -> bool:
    kind = finding.finding.kind
    return kind in language.phrases.get(finding.check, {}) or kind in WORDS


def own_phrase(finding: ReportedFinding, language: Language = ENGLISH) -> Phrase | None:
    """Return the phrase of its kind, filled from its data; None if there is no template or its data lacks a value.

    Templates that its check declares, in `language.phrases`, take precedence over ours.
    """
    values = {
        "cause": Cause.OTHER,
        **finding.finding.data,
        "item": finding.finding.item,
        "check": finding.check,
        "state": str(finding.finding.state),
    }
    own = language.phrases.get(finding.check, {}).get(finding.finding.kind)
    if own is not None:
        return _first(own.in_language(language.code), values, language, _as_it_is)
    return _first(WORDS.get(finding.finding.kind, ()), values, language, language)


def _first(
    templates: Iterable[PhraseTemplate], values: Mapping[str, Any], language: Language, translated: Callable[[str], str]
) -> Phrase | None:
    for template in templates:
        if all(values.get(name) == wanted for name, wanted in template.when.items()):
            try:
                return _filled(template, values, language, translated)
            except UnfitError:
                continue
    return None


def _as_it_is(sentence: str) -> str:
    return sentence


def _filled(
    template: PhraseTemplate, values: Mapping[str, Any], language: Language, translated: Callable[[str], str]
) -> Phrase:
    return Phrase(
        headline=fill(translated(template.headline), values, language),
        meaning=fill(translated(template.meaning), values, language),
        action=fill(translated(template.action), values, language),
        entry=fill(translated(template.entry), values, language),
        many=translated(template.many),
        overall=template.overall,
    )
