"""What a finding means to somebody who is no technician: a headline, its meaning, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checks import Cause
from reports.format import UnfitError, fill, isolated, short
from reports.language import ENGLISH, Language
from reports.model import ReportedFinding
from reports.phrases import WORDS, PhraseTemplate


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
        return Phrase(summary, action="" if finding.finding.kind in WORDS else finding.finding.remedy)
    return said


def own_phrase(finding: ReportedFinding, language: Language = ENGLISH) -> Phrase | None:
    """The words made for its kind, filled from its data; None where there are none, or its data lacks a value."""
    values = {
        "cause": Cause.OTHER,
        **finding.finding.data,
        "item": finding.finding.item,
        "check": finding.check,
        "state": str(finding.finding.state),
    }
    for words in WORDS.get(finding.finding.kind, ()):
        if all(values.get(name) == wanted for name, wanted in words.when.items()):
            try:
                return _filled(words, values, language)
            except UnfitError:
                continue
    return None


def _filled(words: PhraseTemplate, values: Mapping[str, Any], language: Language) -> Phrase:
    return Phrase(
        headline=fill(language(words.headline), values, language),
        meaning=fill(language(words.meaning), values, language),
        action=fill(language(words.action), values, language),
        entry=fill(language(words.entry), values, language),
        many=language(words.many),
        overall=words.overall,
    )
