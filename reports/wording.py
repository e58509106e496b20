"""What a finding means to somebody who is no technician: a headline, its meaning, what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.filling import UnfitError, fill, isolated, short
from reports.model import ReportedFinding
from reports.words import WORDS, Words


@dataclass(frozen=True, slots=True)
class Said:
    """The words for one finding, filled."""

    headline: str
    meaning: str = ""
    action: str = ""
    entry: str = ""  # the finding as one of several
    many: str = ""  # template of the headline over several, "" where it stands by itself
    overall: bool = False

    def over(self, findings: int) -> str:
        """The headline over several of its kind."""
        return fill(self.many, {"findings": findings})


def words_for(finding: ReportedFinding) -> Said:
    """The words for a finding; where none fit, it speaks by its own summary."""
    said = own_words(finding)
    if said is None:
        return Said(isolated(short(finding.summary, 300)), action="" if finding.kind in WORDS else finding.remedy)
    return said


def own_words(finding: ReportedFinding) -> Said | None:
    """The words made for its kind, filled from its data; None where there are none, or its data lacks a value."""
    values = {**finding.data, "item": finding.item, "check": finding.check, "state": str(finding.state)}
    for words in WORDS.get(finding.kind, ()):
        if all(values.get(name) == wanted for name, wanted in words.when.items()):
            try:
                return _filled(words, values)
            except UnfitError:
                continue
    return None


def _filled(words: Words, values: Mapping[str, Any]) -> Said:
    return Said(
        headline=fill(words.headline, values),
        meaning=fill(words.meaning, values),
        action=fill(words.action, values),
        entry=fill(words.entry, values),
        many=words.many,
        overall=words.overall,
    )
