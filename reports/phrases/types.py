"""What is said about one kind of finding."""

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
    many: str = ""  # headline of several on one site, `{findings}` is how many; "": each is told by itself
    entry: str = ""  # one of several, in their list
    when: Mapping[str, object] = field(default_factory=dict)  # what the data must hold
    overall: bool = False  # says it for the check as a whole


Kinds = Mapping[str, tuple[PhraseTemplate, ...]]
"""The words of one check, by the kind of finding."""


def all_well(headline: str, overall: bool = False, **when: object) -> PhraseTemplate:
    """What is said while it is in order."""
    return PhraseTemplate(headline, when={"state": "ok", **when}, overall=overall)
