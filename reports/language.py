"""The language of a report: sentences from a gettext catalogue, numbers and dates in the locale's format."""

import gettext
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from io import BytesIO
from math import isfinite
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from checks.phrases import Phrases

if TYPE_CHECKING:  # Babel is imported at first use: it is slow to load, and most commands do not need it
    from babel import Locale
    from babel.numbers import NumberPattern

AVAILABLE = ("en", "de", "fr", "nl", "it", "pl", "es")
"""The codes of the languages with a catalogue; the sentences in the code are English."""

UNITS = ("{amount} B", "{amount} KiB", "{amount} MiB", "{amount} GiB", "{amount} TiB")


@dataclass(frozen=True, slots=True)
class Language:
    """Translates sentences and formats numbers and dates. A sentence is looked up before it is filled.

    `phrases` are those that third parties' checks brought, by check: they are in no catalogue of ours.
    """

    code: str = "en"  # as in the inventory: "de", "pt-BR"
    zone_name: str = "UTC"
    phrases: Mapping[str, Phrases] = field(default_factory=dict, compare=False, repr=False)

    @property
    def locale(self) -> "Locale":
        """The locale."""
        return _locale(self.code)

    @property
    def catalogue(self) -> gettext.NullTranslations:
        """The gettext catalogue; empty if there is none for the language."""
        return _catalogue(self.code.partition("-")[0].lower())

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of all formatted times."""
        return _zone(self.zone_name)

    @property
    def right_to_left(self) -> bool:
        """Whether the language is written from right to left."""
        return self.code != "en" and self.locale.character_order == "right-to-left"

    def __call__(self, sentence: str) -> str:
        """Return the translation of a sentence, or the sentence itself if the catalogue has none."""
        return self.catalogue.gettext(sentence) if sentence else ""

    def many(self, one: str, more: str, count: int) -> str:
        """Return the plural form for `count`, not yet filled."""
        return self.catalogue.ngettext(one, more, count)

    def day(self, at: date) -> str:
        """Format a date in long form: "3 March 2026"."""
        from babel.dates import format_date

        return format_date(self._local(at), "long", locale=self.locale)

    def day_of_month(self, at: date) -> str:
        """Format a date without its year: "14 December"."""
        from babel.dates import format_skeleton

        return format_skeleton("MMMMd", self._local(at), locale=self.locale)

    def month(self, at: date) -> str:
        """Format a month and its year: "December 2026"."""
        from babel.dates import format_skeleton

        return format_skeleton("yMMMM", self._local(at), locale=self.locale)

    def clock(self, at: datetime) -> str:
        """Format a time of day in the report's time zone: "06:29"."""
        from babel.dates import format_time

        return format_time(at.astimezone(self.zone), "short", locale=self.locale)

    def moment(self, at: datetime) -> str:
        """Format a date, time of day and time zone: "3 March 2026, 06:29 UTC"."""
        from babel.dates import get_datetime_format

        joined = get_datetime_format("medium", locale=self.locale)
        return str(joined).replace("{1}", self.day(at)).replace("{0}", f"{self.clock(at)} {self.zone_at(at)}")

    def zone_at(self, at: datetime) -> str:
        """Return the name of the time zone at a moment: "UTC", "CET"; "UTC+1" if it has no short name."""
        from babel.dates import get_timezone_name

        local = at.astimezone(self.zone)
        if self.zone_name in ("UTC", "Etc/UTC"):
            return "UTC"
        name = get_timezone_name(local, "short", locale=self.locale)
        if name[:1] not in "+-":
            return name
        return f"UTC{name[0]}{int(name[1:3])}{'' if name.endswith('00') else ':' + name[-2:]}"

    def in_days(self, days: int) -> str:
        """Format days from now, or days ago if negative: "in 6 days", "90 days ago"."""
        from babel.dates import format_timedelta

        return format_timedelta(
            timedelta(days=days), granularity="day", threshold=1e9, add_direction=True, locale=self.locale
        )

    def number(self, value: float | Decimal, digits: int = 0) -> str:
        """Format a number with at most `digits` decimals. Raises ValueError if it is not finite."""
        if not isfinite(value):
            raise ValueError("not a number that can be written")
        pattern = _pattern("#,##0" + (f".{'#' * digits}" if digits else ""))
        return str(pattern.apply(value, self.locale))

    def percent(self, value: float) -> str:
        """Format per cent, given as 0 to 100; 99.96 is "99.9%", not "100%". Raises ValueError if not finite."""
        if not isfinite(value):
            raise ValueError("not a number that can be written")
        cut = int(value * 10) / 10
        nearly = 99 <= cut < 100
        return str(_percent_pattern(self.code, nearly).apply((cut if nearly else value) / 100, self.locale))

    def size(self, amount: float) -> str:
        """Format bytes in a binary unit: "4.1 GiB". Raises ValueError if not finite."""
        if not isfinite(amount):
            raise ValueError("not a number that can be written")
        for unit in UNITS:
            if abs(amount) < 1000 or unit is UNITS[-1]:
                break
            amount /= 1024
        whole = abs(amount) >= 100 or unit is UNITS[0]
        number = self.number(amount) if whole else _pattern("#,##0.0").apply(amount, self.locale)
        return self(unit).replace("{amount}", number)

    def listed(self, names: Sequence[str]) -> str:
        """Format a list: "one, two and three"."""
        from babel.lists import format_list

        return format_list(list(names), locale=self.locale)

    def _local(self, at: date) -> date:
        return at.astimezone(self.zone) if isinstance(at, datetime) else at


def later(sentence: str) -> str:
    """Mark a sentence for the catalogues and return it; whoever renders it translates it."""
    return sentence


def language(code: str = "en", zone: str = "UTC", phrases: Mapping[str, Phrases] | None = None) -> Language:
    """Return the language of a code; English sentences with the locale's numbers and dates if it has no catalogue.

    `phrases` are those that third parties' checks brought, by check.
    """
    return Language(code, zone, phrases or {})


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def _locale(code: str) -> "Locale":
    from babel import Locale, UnknownLocaleError

    british = Locale("en", "GB")
    if code == "en":
        return british
    try:
        return Locale.parse(code, sep="-")
    except (UnknownLocaleError, ValueError):
        return british


@cache
def _pattern(pattern: str) -> "NumberPattern":
    from babel.numbers import parse_pattern

    return parse_pattern(pattern)


@cache
def _percent_pattern(code: str, nearly: bool) -> "NumberPattern":
    pattern = str(_locale(code).percent_formats[None].pattern)
    return _pattern(pattern.replace("#,##0", "#,##0.0") if nearly else pattern)


@cache
def _catalogue(code: str) -> gettext.NullTranslations:
    found = files("reports") / "locales" / f"{code}.po"
    if not code.isalpha() or not found.is_file():
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    with found.open("rb") as source:
        catalogue = read_po(source, locale=code)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


ENGLISH: Language = language()
"""The language of the source sentences."""
