"""The sentences of a report's summary: state, coverage, number of changes, hours, maintenance."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks import State
from inventory.model import Inventory
from reports.cards import Card
from reports.contract import ContractStatus
from reports.format import fill, isolated, named, short, translate, translate_plural
from reports.language import ENGLISH, Language
from reports.model import Coverage, ReportedWindow, Round


def summary_sentence(shown: Round, cards: Iterable[Card], language: Language = ENGLISH) -> str:
    """Return one sentence on the state under contract, and one on what is recommended outside it.

    What could not be checked is never called in order.
    """
    cards = tuple(cards)
    outside = Counter(card.state for card in cards if not card.in_scope)
    counts = Counter(card.state for card in cards if card.in_scope)
    unseen = bool(counts[State.UNKNOWN] or outside[State.UNKNOWN])
    unseen = unseen or any(not one.excused or not one.partly for one in shown.coverage.not_run)
    recommended = _recommended(outside, language)
    agreed = _wrong(counts, unseen, language)
    if not agreed:
        agreed = (_nothing_wrong_agreed if recommended else _nothing_wrong)(shown, unseen, language)
    return " ".join(sentence for sentence in (agreed, recommended) if sentence)


def _recommended(counts: Mapping[State, int], language: Language) -> str:
    urgent, soon = counts[State.CRITICAL], counts[State.WARNING]
    if urgent:
        return translate_plural(
            language,
            "Outside the contract, one thing is urgent.",
            "Outside the contract, {count} things are urgent.",
            urgent,
        )
    if soon:
        return translate_plural(
            language,
            "Outside the contract, we recommend one thing.",
            "Outside the contract, we recommend {count} things.",
            soon,
        )
    return ""


def _wrong(counts: Mapping[State, int], unseen: bool, language: Language) -> str:
    """Return the sentence on problems under contract; "" if there are none."""
    urgent, soon = counts[State.CRITICAL], counts[State.WARNING]
    if urgent:
        return translate_plural(language, "One thing needs action now.", "{count} things need action now.", urgent)
    if soon and unseen:
        return translate_plural(
            language,
            "One thing to look at soon, and not everything could be checked.",
            "{count} things to look at soon, and not everything could be checked.",
            soon,
        )
    if soon:
        return translate_plural(language, "One thing to look at soon.", "{count} things to look at soon.", soon)
    return ""


def _nothing_wrong(shown: Round, unseen: bool, language: Language) -> str:
    if not shown.coverage.due:
        return language("Nothing was due.")
    if not shown.coverage.ran or not shown.findings:
        return language("Nothing could be checked.")
    if unseen:
        return language("What we could check is in order, but not everything could be checked.")
    if shown.coverage.not_run:
        return language("Everything we checked is in order.")
    return language("Everything is in order.")


def _nothing_wrong_agreed(shown: Round, unseen: bool, language: Language) -> str:
    """Return the sentence for no problem under contract while there are some outside it."""
    if not any(one.in_scope for one in shown.findings):
        return language("Not everything could be checked.") if unseen else ""
    if unseen:
        return language("What we could check under contract is in order, but not everything could be checked.")
    if shown.coverage.not_run:
        return language("Everything we checked under contract is in order.")
    return language("Everything under contract is in order.")


def coverage_sentence(coverage: Coverage, language: Language = ENGLISH) -> str:
    """Return the sentence on how many checks ran, and how many of them only in part."""
    if not coverage.due:
        return language("No check was due.")
    if coverage.ran == coverage.due and not coverage.partly:
        return translate_plural(language, "The one check that was due ran.", "All {count} checks ran.", coverage.due)
    ran = translate_plural(
        language,
        "{ran} of {count} check ran.",
        "{ran} of {count} checks ran.",
        coverage.due,
        ran=language.number(coverage.ran),
    )
    if not coverage.partly:
        return ran
    partly = translate_plural(
        language, "One of them could see a part only.", "{count} of them could see a part only.", coverage.partly
    )
    return f"{ran} {partly}"


@dataclass(frozen=True, slots=True)
class ChangeCount:
    """How many problems changed in one way."""

    label: str
    count: int
    state: State


CHANGES: Sequence[tuple[str, str, State]] = (
    ("New problems", "opened", State.CRITICAL),
    ("Back again", "reopened", State.CRITICAL),
    ("Worse than before", "worsened", State.WARNING),
    ("Better than before", "eased", State.OK),
    ("Solved", "resolved", State.OK),
)
"""For each kind of change: its label, its internal name and its colour."""


def change_counts(shown: Round, language: Language = ENGLISH) -> tuple[ChangeCount, ...]:
    """Count the changes of this round; none for the first round, in which everything is new."""
    if shown.round.id in (None, 1):
        return ()
    changed = Counter(str(one.change) for one in shown.incidents)
    return tuple(
        ChangeCount(language(label), changed[change], state) for label, change, state in CHANGES if changed[change]
    )


FRESH = timedelta(days=1)
"""A count of hours older than this is shown with its date."""

_NAMED = 6


def hours_sentence(standing: ContractStatus, at: datetime, language: Language = ENGLISH) -> str:
    """Return the sentence on used and agreed hours as of `at`; "" if no hours are agreed or used."""
    agreed, used = standing.agreed, standing.used
    if agreed is None:
        return language("We could not find out how many hours are agreed and used.") if standing.trouble else ""
    if not agreed and not used:
        return ""
    hours = {"agreed": language.number(agreed, 2)}
    if used is None:
        return translate(
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
    when = translate(language, "This was counted on {day}.", day=language.day(standing.used_at))
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
    """The maintenance of a round; `titles` are the checks' names for people, `client` is the reader."""
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
            yield translate(language, "all sites of {client}", client=known.title if known else name)
    due = shown.coverage.checks
    for host in window.hosts:
        yield translate(language, "server {name}", name=host)
        yield from _urls(dict.fromkeys(one.site for one in due if one.host == host and one.site), inventory)
    yield from _urls(window.sites, inventory)


def _urls(sites: Iterable[str], inventory: Inventory) -> Iterator[str]:
    yield from (inventory.sites[name].url.removeprefix("https://") for name in sites if name in inventory.sites)


def _listed(names: Iterable[str], language: Language) -> str:
    shown = [isolated(short(name, 80), language.right_to_left) for name in dict.fromkeys(names)]
    return named(shown, _NAMED, language) if shown else ""
