"""Languages that nobody speaks, made from the sentences there are: what was not translated stays as it was."""

import gettext
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from reports.language import ENGLISH, Language
from tests.catalogues import messages

Kind = Literal["long", "right-to-left", "marked"]
"""Words that are half as long again, some of them joined; Hebrew letters; "⟦…⟧" around all that is translated."""

_HELD = re.compile(r"({[^}]*})")
_HEBREW = dict(zip("abcdefghijklmnopqrstuvwxyz", "אבגדהוזחטיכלמנסעפצקרשתםןףץ", strict=True))


@dataclass(frozen=True, slots=True)
class Pseudo(Language):
    """A language whose sentences are made from the English ones."""

    kind: Kind = "marked"

    @property
    def catalogue(self) -> gettext.NullTranslations:
        """The sentences, changed."""
        return _Changed(self.kind)


def pseudo(language: Language = ENGLISH, kind: Kind = "long") -> Language:
    """A language of that kind, with the numbers, days and time zone of another one; Hebrew ones from right to left."""
    return Pseudo("he" if kind == "right-to-left" else language.code, language.zone_name, kind=kind)


class _Changed(gettext.NullTranslations):
    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def gettext(self, message: str) -> str:
        return _change(message, self._kind) if message in _known() else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


@cache
def _known() -> frozenset[str]:
    return frozenset(text for one in messages() for text in (one.one, one.more) if text)


@cache
def _change(message: str, kind: Kind) -> str:
    if kind == "marked":
        return f"⟦{message}⟧"
    changed: Callable[[str], str] = _lengthened if kind == "long" else _turned
    return "".join(part if part.startswith("{") else changed(part) for part in _HELD.split(message))


def _lengthened(text: str) -> str:
    """Words that are half as long again, some of them joined as in German."""
    longer = re.sub(r"[A-Za-z]{3,}", lambda word: word[0] + word[0][: len(word[0]) * 2 // 3].lower(), text)
    return re.sub(r"\b(\w{6,}) (\w{6,})\b", r"\1\2", longer)


def _turned(text: str) -> str:
    return "".join(_HEBREW.get(letter.lower(), letter) for letter in text)


def unspoken(text: str) -> str:
    """What is left of a text of the marked language when everything that was translated is taken away."""
    before = ""
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    return text
