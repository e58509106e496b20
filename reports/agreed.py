"""What a report says of what was agreed: the hours of a client's contract, and maintenance that was announced."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from checks.contract import plain
from inventory.model import Inventory
from reports.filling import day_of, isolated, short
from reports.model import ReportedWindow, Round
from reports.standing import Standing

FRESH = timedelta(days=1)
"""How old a count of hours may be before its day is said."""

_NAMED = 6


def hours_sentence(standing: Standing, at: datetime) -> str:
    """The hours used of those agreed as a report of `at` tells anybody; "" where none were agreed."""
    agreed, used = standing.agreed, standing.used
    if agreed is None:
        return "We could not find out how many hours are agreed and used." if standing.trouble else ""
    if not agreed and not used:
        return ""
    if used is None:
        return f"Hours agreed for a month: {plain(agreed)}. How many of them are used is not known at the moment."
    verb, until = "is" if used == 1 else "are", _until(standing)
    if used > agreed:
        said = f"{_hours(used)} {verb} used in this contract month, more than the {_hours(agreed)} agreed{until}."
    else:
        said = f"{plain(used)} of {_hours(agreed)} of this contract month {verb} used{until}."
    if standing.used_at is not None and at - standing.used_at > FRESH:
        return f"{said} This was counted on {day_of(standing.used_at)}."
    return said


def _hours(amount: Decimal) -> str:
    return "1 hour" if amount == 1 else f"{plain(amount)} hours"


def _until(standing: Standing) -> str:
    return f" (until {day_of(standing.month[1]).rpartition(' ')[0]})" if standing.month else ""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Maintenance in a client's words."""

    title: str
    until: str
    places: str
    checks: str  # "" where it is for all


def under_way(
    shown: Round, inventory: Inventory, titles: Mapping[str, str], client: str | None = None
) -> Iterator[UnderWay]:
    """The maintenance of a round; `titles` are the checks' names for people, `client` is whom it is told to."""
    for one in shown.maintenance:
        until = one.until.astimezone(UTC)
        yield UnderWay(
            isolated(short(one.title)),
            f"{day_of(until)}, {until:%H:%M} UTC",
            _listed(_places(one, shown, inventory, client)),
            _listed(titles.get(name, name) for name in one.checks),
        )


def _places(window: ReportedWindow, shown: Round, inventory: Inventory, client: str | None) -> Iterator[str]:
    for name in window.clients:
        known = inventory.clients.get(name)
        yield "all your sites" if name == client else f"all sites of {known.title if known else name}"
    due = shown.coverage.checks
    for host in window.hosts:
        yield f"server {host}"
        yield from _urls(dict.fromkeys(one.site for one in due if one.host == host and one.site), inventory)
    yield from _urls(window.sites, inventory)


def _urls(sites: Iterable[str], inventory: Inventory) -> Iterator[str]:
    yield from (inventory.sites[name].url.removeprefix("https://") for name in sites if name in inventory.sites)


def _listed(names: Iterator[str]) -> str:
    shown = [isolated(short(name, 80)) for name in dict.fromkeys(names)]
    rest = len(shown) - _NAMED
    return ", ".join(shown[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")
