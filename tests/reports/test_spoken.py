"""Every word of a report comes from the catalogue, or is a name, a day, or the engineer's evidence."""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date
from html import unescape

import pytest

from reports.health_report import ReportBrand
from reports.html import health_html
from tests.reports import healths
from tests.reports.healths import Case
from tests.reports.pseudo import pseudo, unspoken

MARKED = pseudo(kind="marked")
_MONTHS = {f"{date(2026, number, 1):%B}" for number in range(1, 13)}
CASES = (
    healths.all_well,
    healths.mixed,
    healths.all_bad,
    healths.one_site,
    healths.missing_data,
    healths.overview,
)


def words(text: str) -> set[str]:
    return {word for word in re.split(r"[\s·,:;()]+", text) if re.search(r"[^\W\d]{2}", word)}


def texts(value: object) -> Iterator[str]:
    """Every text that stands in a value, at whatever depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for pair in value.items() for one in pair for text in texts(one))
    elif isinstance(value, list | tuple | set | frozenset):
        yield from (text for one in value for text in texts(one))


@pytest.mark.parametrize("made", CASES, ids=lambda made: made.__name__)
def test_nothing_is_said_beside_the_catalogue(made: Callable[[], Case]) -> None:
    case = made()
    html = health_html(case.report, case.inventory, healths.TITLES, ReportBrand(), MARKED)
    assert "⟦" in html
    bare = re.sub(r"(?s)<!--.*?-->|<style.*?</style>|<head.*?</head>", "", html)
    shown = words(unspoken(unescape(re.sub(r"<[^>]*>", "\n", bare))))
    assert shown - {word for text in texts(_given(case)) for word in words(text)} - _MONTHS - {"UTC", "GiB"} == set()


def _given(case: Case) -> list[object]:
    """What a report is given to show: names, and what the checks wrote for engineers."""
    report, inventory = case.report, case.inventory
    shown = report.shown
    return [
        healths.TITLES,
        [site.url.removeprefix("https://") for site in inventory.sites.values()],
        [one.title for one in inventory.clients.values()],
        [one.title for one in report.clients],
        [one.title for one in shown.maintenance],
        asdict(report)["shown"]["findings"],
        asdict(report)["shown"]["incidents"],
        asdict(report)["happened"],
    ]
