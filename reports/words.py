"""The words for each kind of finding; `{name}` is filled from the finding's data, `{item}` with its item."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What a client reads about a finding."""

    headline: str
    meaning: str = ""
    action: str = ""


WORDS: dict[str, Words] = {
    "not-checked": Words(
        "Something could not be checked",
        "We could not look at this: {reason}.",
        "We ask whoever runs the server for the missing access; until then nobody can say whether all is well here.",
    ),
}
