"""The words a client reads about a finding: whole sentences with places for the finding's data."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PhraseTemplate:
    """What a client reads about a finding, in whole sentences.

    `{name}` is filled from the finding's data, `{name:form}` in one of the forms of `reports.format`; `{item}`,
    `{check}` and `{state}` are the finding's own. A kind has one or several `Words`: the first one is said whose `when`
    holds and whose every name the data knows. Where none does, the engineer's summary is shown instead.
    """

    headline: str
    meaning: str = ""  # why it matters to somebody who runs a shop
    action: str = ""
    many: str = ""  # headline of several on one site, `{findings}` is how many; "": each is shown by itself
    entry: str = ""  # one of several, in their list
    when: Mapping[str, object] = field(default_factory=dict)  # what the data must hold
    overall: bool = False  # says it for the check as a whole


@dataclass(frozen=True, slots=True)
class KindPhrases:
    """The phrases that a third party's check brings for one of its kinds of finding.

    `translations` are by language code as the inventory writes it ("de", "pt-BR"), each with as many phrases as there
    are in English, in the same order, with the same values and the same `when`.
    """

    english: tuple[PhraseTemplate, ...]
    translations: Mapping[str, tuple[PhraseTemplate, ...]] = field(default_factory=dict)

    def in_language(self, code: str) -> tuple[PhraseTemplate, ...]:
        """The phrases in a language, those of "pt" for "pt-BR"; the English ones where there are none."""
        known = {one.lower(): phrases for one, phrases in self.translations.items()}
        whole = code.lower()
        return known.get(whole) or known.get(whole.partition("-")[0]) or self.english


Phrases = Mapping[str, KindPhrases]
"""What one check brings, by kind of finding."""


PhrasesByKind = Mapping[str, tuple[PhraseTemplate, ...]]
"""The words of one check, by the kind of finding."""


def all_well(headline: str, overall: bool = False, **when: object) -> PhraseTemplate:
    """What is said while it is in order."""
    return PhraseTemplate(headline, when={"state": "ok", **when}, overall=overall)
