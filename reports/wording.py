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
    """The words for a finding, from its kind and data; where none fit, it speaks by its own summary."""
    values = {**finding.data, "item": finding.item, "check": finding.check, "state": str(finding.state)}
    for words in WORDS.get(finding.kind, ()):
        if all(values.get(name) == wanted for name, wanted in words.when.items()):
            try:
                return _filled(words, values)
            except UnfitError:
                continue
    return Said(isolated(short(finding.summary, 300)), action=finding.remedy if finding.kind not in WORDS else "")


def _filled(words: Words, values: Mapping[str, Any]) -> Said:
    return Said(
        headline=fill(words.headline, values),
        meaning=fill(words.meaning, values),
        action=fill(words.action, values),
        entry=fill(words.entry, values),
        many=words.many,
        overall=words.overall,
    )
