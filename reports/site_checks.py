"""The checks of each site and its server: lines in a client's words, and all findings for an engineer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from checks import State
from inventory.model import Inventory, Site
from reports.audience import OURS
from reports.cards import SYMBOLS, Card, label
from reports.format import translate
from reports.language import ENGLISH, Language
from reports.model import DueCheck, NotRun, ReportedFinding, Round
from reports.phrases import ANY_WELL, CAUSES, WELL
from reports.wording import phrase_for

NOTHING_THERE = "There is nothing here that this check looks at."
OUTSIDE = "outside the contract"
ALSO = "more is recommended"
_LINES = 4
_EVIDENCE = 100


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check of a site or server: its state, lines in a client's words, and its findings."""

    title: str
    lines: tuple[str, ...]
    state: State
    evidence: tuple[ReportedFinding, ...]
    more: int = 0  # findings that are not shown
    outside: bool = False  # the contract
    counted: State = State.OK  # the state that counts for the place: findings out of scope count as OK
    label: str = ""  # the state in a client's words

    @property
    def symbol(self) -> str:
        """The symbol of the state, shown next to its colour."""
        return SYMBOLS[self.state]


@dataclass(frozen=True, slots=True)
class PlaceView:
    """One site with the checks of its server, or a server without a site."""

    client: str
    name: str
    url: str
    host: str
    state: State
    rows: tuple[CheckRow, ...]
    owner: str = ""  # the client's name
    remark: str = ""  # next to the state: what the state does not show
    label: str = ""  # the worst state in a client's words

    @property
    def symbol(self) -> str:
        """The symbol of the worst state, shown next to its colour."""
        return SYMBOLS[self.state]


T = TypeVar("T", Card, ReportedFinding, NotRun)


@dataclass(frozen=True, slots=True)
class _GroupedRound:
    """A round with its cards, findings and missed checks grouped by due check."""

    shown: Round
    cards: Mapping[DueCheck, Sequence[Card]]
    findings: Mapping[DueCheck, Sequence[ReportedFinding]]
    missed: Mapping[DueCheck, Sequence[NotRun]]
    titles: Mapping[str, str]
    language: Language


def site_checks(
    shown: Round,
    cards: Sequence[Card],
    inventory: Inventory,
    titles: Mapping[str, str],
    language: Language = ENGLISH,
) -> Iterator[PlaceView]:
    """Yield the sites by client, then the servers without a site."""
    grouped = _GroupedRound(
        shown, _by_due(cards), _by_due(shown.findings), _by_due(shown.coverage.not_run), titles, language
    )
    names = dict.fromkeys(one.site for one in shown.coverage.checks if one.site)
    sites = [inventory.sites[name] for name in names if name in inventory.sites]
    for site in sorted(sites, key=lambda one: (inventory.clients[one.client].title.casefold(), one.client)):
        yield _place(inventory.clients[site.client].title, site.host, site, grouped)
    standing = {site.host for site in sites}
    for host in dict.fromkeys(one.host for one in shown.coverage.checks if one.host not in standing):
        yield _place("", host, None, grouped)


def _by_due(things: Iterable[T]) -> Mapping[DueCheck, Sequence[T]]:
    grouped: dict[DueCheck, list[T]] = {}
    for one in things:
        place = one.place if isinstance(one, ReportedFinding) else one
        if place.host is not None:  # what is about a contract is of no site and no server
            grouped.setdefault(DueCheck(place.host, place.site, one.check), []).append(one)
    return grouped


def _place(client: str, host: str, site: Site | None, grouped: _GroupedRound) -> PlaceView:
    name = site.name if site else None
    due = [one for one in grouped.shown.coverage.checks if one.host == host and one.site in (None, name)]
    due.sort(key=lambda one: one.site is None)
    rows = tuple(_row(one, grouped) for one in due)
    whole = not any(row.evidence and not row.outside for row in rows)  # then nothing else can be said of it
    states = (row.state if whole else row.counted for row in rows)
    state = max(states, key=lambda one: one.severity, default=State.UNKNOWN)
    owner = site.client if site else ""
    bad = any(row.outside and row.state in (State.WARNING, State.CRITICAL) for row in rows)
    remark = grouped.language("" if not bad else OUTSIDE if whole else ALSO)
    url = site.url if site else ""
    return PlaceView(client, name or host, url, host, state, rows, owner, remark, label(state, grouped.language))


def _row(due: DueCheck, grouped: _GroupedRound) -> CheckRow:
    language = grouped.language
    findings = sorted(grouped.findings.get(due, ()), key=lambda one: -one.finding.state.severity)
    cards, missed = grouped.cards.get(due, ()), grouped.missed.get(due, ())
    state = findings[0].finding.state if findings else State.UNKNOWN if missed else State.OK
    if state.severity < State.UNKNOWN.severity and any(not one.excused for one in missed):
        state = State.UNKNOWN
    lines = [card.headline for card in cards] or _in_order(due.check, findings, not missed, language)
    lines += [_not_run(one, language) for one in missed if one.excused or not cards]
    lines = list(dict.fromkeys(lines))
    if len(lines) > _LINES:
        lines = [*lines[: _LINES - 1], translate(language, "More of this: {count}", count=len(lines) - _LINES + 1)]
    more = max(0, len(findings) - _EVIDENCE)
    outside = bool(findings) and not any(one.in_scope for one in findings)
    unseen = any(not one.excused for one in missed) or any(one.finding.state is State.UNKNOWN for one in findings)
    counted = state if not outside else State.UNKNOWN if unseen else State.OK
    return CheckRow(
        language(grouped.titles.get(due.check, due.check)),
        tuple(lines),
        state,
        tuple(findings[:_EVIDENCE]),
        more,
        outside,
        counted,
        label(state, language),
    )


def _in_order(check: str, findings: Sequence[ReportedFinding], whole: bool, language: Language) -> list[str]:
    if not findings:
        return [language(NOTHING_THERE)] if whole else []
    phrases = [phrase_for(one, language) for one in findings]
    overall = [one.headline for one in phrases if one.overall]
    if not whole:
        return [language("What we could look at is in order."), *overall]
    if check not in WELL and len(findings) == 1:
        return [phrases[0].headline, *overall]
    return [language(WELL.get(check, ANY_WELL)), *overall]


def _not_run(missed: NotRun, language: Language) -> str:
    if not missed.excused:
        return language(CAUSES[missed.cause])
    unseen = language("A part could not be looked at." if missed.partly else "This could not be looked at.")
    return f"{unseen} {language(OURS)}"
