"""Until when makers maintain their software, and the newest release of each line, as read on a given day."""

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final


@dataclass(frozen=True, slots=True)
class ReleaseLine:
    """A release line, such as 8.2: until when its vulnerabilities are fixed, and its newest release if known."""

    name: str
    ends: date  # the last day
    newest: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What was known of a product's lines on the day `as_of`. Dates that had passed then stay true for ever."""

    product: str
    covers: tuple[str, ...]  # patterns of "kind:key"
    source: str
    as_of: date
    horizon: timedelta  # how long it may be relied on for what is new
    lines: tuple[ReleaseLine, ...]  # the newest first
    beyond: str = ""  # what no version number tells

    def line_of(self, version: str) -> ReleaseLine | None:
        """Return the line of a version; None if the catalogue does not know it."""
        return next((line for line in self.lines if _belongs(version, line.name)), None)

    def is_old(self, today: date) -> bool:
        """Whether it must not be relied on any more for what is supported, or newest."""
        return today > self.as_of + self.horizon


def catalogue_of(kind: str, key: str, catalogues: Sequence[Catalogue] | None = None) -> Catalogue | None:
    """The catalogue that covers a piece of software, if any does."""
    name = f"{kind}:{key}"
    known = CATALOGUES if catalogues is None else catalogues
    return next((one for one in known if any(fnmatch.fnmatchcase(name, pattern) for pattern in one.covers)), None)


def _belongs(version: str, line: str) -> bool:
    return version == line or (version.startswith(line) and version[len(line)] in ".-+_")


_PHP: Final = Catalogue(
    product="PHP",
    covers=("runtime:php*",),
    source="php.net/supported-versions.php and php.net/eol.php",
    as_of=date(2026, 7, 2),
    horizon=timedelta(days=540),  # a branch appears each November and lives four years
    lines=(
        ReleaseLine("8.5", date(2029, 12, 31)),
        ReleaseLine("8.4", date(2028, 12, 31)),
        ReleaseLine("8.3", date(2027, 12, 31)),
        ReleaseLine("8.2", date(2026, 12, 31)),
        ReleaseLine("8.1", date(2025, 12, 31)),
        ReleaseLine("8.0", date(2023, 11, 26)),
        ReleaseLine("7.4", date(2022, 11, 28)),
        ReleaseLine("7.3", date(2021, 12, 6)),
        ReleaseLine("7.2", date(2020, 11, 30)),
        ReleaseLine("7.1", date(2019, 12, 1)),
        ReleaseLine("7.0", date(2019, 1, 10)),
        ReleaseLine("5.6", date(2018, 12, 31)),
        ReleaseLine("5.5", date(2016, 7, 21)),
        ReleaseLine("5.4", date(2015, 9, 14)),
        ReleaseLine("5.3", date(2014, 8, 14)),
        ReleaseLine("5.2", date(2011, 1, 6)),
        ReleaseLine("5", date(2006, 8, 24)),
        ReleaseLine("4", date(2008, 8, 7)),
    ),
    beyond="a distribution may mend its own packages for longer",
)

_MAGENTO_HORIZON: Final = timedelta(days=240)  # one release of each line a year, in May
_MAGENTO_SOURCE: Final = "Adobe Commerce lifecycle policy and released versions, experienceleague.adobe.com"
_MAGENTO_BEYOND: Final = "whether Adobe's monthly isolated security patches are applied is not in the version number"
_MAGENTO_OLD: Final = (
    ReleaseLine("2.4.3", date(2022, 11, 28), "2.4.3-p3"),
    ReleaseLine("2.4.2", date(2022, 11, 28), "2.4.2-p2"),
    ReleaseLine("2.4.1", date(2022, 11, 28), "2.4.1-p1"),
    ReleaseLine("2.4.0", date(2022, 11, 28), "2.4.0-p1"),
    ReleaseLine("2.3", date(2022, 9, 8), "2.3.7-p4"),
    ReleaseLine("2.2", date(2019, 12, 31), "2.2.11"),
    ReleaseLine("2.1", date(2019, 6, 30), "2.1.18"),
    ReleaseLine("2.0", date(2018, 3, 1), "2.0.18"),
)

_MAGENTO_OPEN_SOURCE: Final = Catalogue(
    product="Magento Open Source",
    covers=("core:magento/product-community-edition",),
    source=_MAGENTO_SOURCE,
    as_of=date(2026, 10, 15),
    horizon=_MAGENTO_HORIZON,
    lines=(
        ReleaseLine("2.4.9", date(2029, 5, 31), "2.4.9"),
        ReleaseLine("2.4.8", date(2028, 5, 31), "2.4.8-p5"),
        ReleaseLine("2.4.7", date(2027, 5, 31), "2.4.7-p10"),
        ReleaseLine("2.4.6", date(2026, 8, 11), "2.4.6-p15"),
        ReleaseLine("2.4.5", date(2025, 8, 12), "2.4.5-p14"),
        ReleaseLine("2.4.4", date(2025, 4, 12), "2.4.4-p13"),
        *_MAGENTO_OLD,
    ),
    beyond=_MAGENTO_BEYOND,
)

_EXTENDED: Final = "extended support, for customers of Adobe Commerce alone"
_ADOBE_COMMERCE: Final = Catalogue(
    product="Adobe Commerce",
    covers=("core:magento/product-enterprise-edition", "core:magento/magento-cloud-metapackage"),
    source=_MAGENTO_SOURCE,
    as_of=date(2026, 10, 15),
    horizon=_MAGENTO_HORIZON,
    lines=(
        ReleaseLine("2.4.9", date(2029, 5, 31), "2.4.9"),
        ReleaseLine("2.4.8", date(2028, 5, 31), "2.4.8-p5"),
        ReleaseLine("2.4.7", date(2028, 5, 31), "2.4.7-p10", _EXTENDED),
        ReleaseLine("2.4.6", date(2027, 8, 30), "2.4.6-p15", _EXTENDED),
        ReleaseLine("2.4.5", date(2026, 8, 12), "2.4.5-p14", _EXTENDED),
        ReleaseLine("2.4.4", date(2026, 4, 14), "2.4.4-p13", _EXTENDED),
        *_MAGENTO_OLD,
    ),
    beyond=_MAGENTO_BEYOND,
)

_MAGENTO_1: Final = Catalogue(
    product="Magento 1",
    covers=("core:magento1", "core:magento/magento1"),
    source="Magento 1 software support notice, June 2020",
    as_of=date(2020, 6, 30),
    horizon=timedelta(days=36500),  # it will not live again
    lines=(ReleaseLine("1", date(2020, 6, 30), "1.9.4.5"),),
    beyond="OpenMage is the community's continuation of it",
)

CATALOGUES: Final[tuple[Catalogue, ...]] = (_PHP, _MAGENTO_OPEN_SOURCE, _ADOBE_COMMERCE, _MAGENTO_1)
