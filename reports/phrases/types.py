"""What is said about one kind of finding."""

from collections.abc import Mapping

from checks.phrases import PhraseTemplate

Kinds = Mapping[str, tuple[PhraseTemplate, ...]]
"""The words of one check, by the kind of finding."""


def all_well(headline: str, overall: bool = False, **when: object) -> PhraseTemplate:
    """What is said while it is in order."""
    return PhraseTemplate(headline, when={"state": "ok", **when}, overall=overall)
