"""What a report says of what was agreed: the hours of a client's contract, and maintenance that was announced."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from inventory.model import Inventory
from reports.filling import fill, isolated, named, said, short
from reports.language import ENGLISH, Language
from reports.model import ReportedWindow, Round
from reports.standing import Standing

FRESH = timedelta(days=1)
"""How old a count of hours may be before its day is said."""

_NAMED = 6


def hours_sentence(standing: Standing, at: datetime, language: Language = ENGLISH) -> str:
    """The hours used of those agreed as a report of `at` tells anybody; "" where none were agreed."""
    agreed, used = standing.agreed, standing.used
    if agreed is None:
        return language("We could not find out how many hours are agreed and used.") if standing.trouble else ""
    if not agreed and not used:
        return ""
    hours = {"agreed": language.number(agreed, 2)}
    if used is None:
        return said(
            language,
            "Hours agreed for a month: {agreed}. How many of them are used is not known at the moment.",
            **hours,
        )
    hours["used"] = language.number(used, 2)
    if standing.month:
        hours["last"] = language.day_of_month(standing.month[1])
    counted = fill(_used(used > agreed, bool(standing.month), language), hours, language)
    if standing.used_at is None or at - standing.used_at <= FRESH:
        return counted
    when = said(language, "This was counted on {day}.", day=language.day(standing.used_at))
    return f"{counted} {when}"


def _used(too_many: bool, until: bool, language: Language) -> str:
    if too_many and until:
        return language(
            "More hours than agreed are used in this contract month, which ends on {last}: {used} of {agreed}."
        )
    if too_many:
        return language("More hours than agreed are used in this contract month: {used} of {agreed}.")
    if until:
        return language("Hours used in this contract month, which ends on {last}: {used} of {agreed}.")
    return language("Hours used in this contract month: {used} of {agreed}.")


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Maintenance in a client's words."""

    title: str
    until: str
    places: str
    checks: str  # "" where it is for all


def under_way(
    shown: Round,
    inventory: Inventory,
    titles: Mapping[str, str],
    client: str | None = None,
    language: Language = ENGLISH,
) -> Iterator[UnderWay]:
    """The maintenance of a round; `titles` are the checks' names for people, `client` is whom it is told to."""
    for one in shown.maintenance:
        yield UnderWay(
            isolated(short(one.title), language.right_to_left),
            language.moment(one.until),
            _listed(_places(one, shown, inventory, client, language), language),
            _listed((language(titles.get(name, name)) for name in one.checks), language),
        )


def _places(
    window: ReportedWindow, shown: Round, inventory: Inventory, client: str | None, language: Language
) -> Iterator[str]:
    for name in window.clients:
        known = inventory.clients.get(name)
        if name == client:
            yield language("all your sites")
        else:
            yield said(language, "all sites of {client}", client=known.title if known else name)
    due = shown.coverage.checks
    for host in window.hosts:
        yield said(language, "server {name}", name=host)
        yield from _urls(dict.fromkeys(one.site for one in due if one.host == host and one.site), inventory)
    yield from _urls(window.sites, inventory)


def _urls(sites: Iterable[str], inventory: Inventory) -> Iterator[str]:
    yield from (inventory.sites[name].url.removeprefix("https://") for name in sites if name in inventory.sites)


def _listed(names: Iterable[str], language: Language) -> str:
    shown = [isolated(short(name, 80), language.right_to_left) for name in dict.fromkeys(names)]
    return named(shown, _NAMED, language) if shown else ""
