"""The dashboard of the help desk: all clients and sites at a glance, the worst first, as one page and in a terminal.

It names clients, sites, servers, checks and tickets, and no text that was read on a host: visitors see it, too.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from checks import State
from reports.cards import LABELS, SYMBOLS
from reports.contract import age
from reports.format import isolated, short
from reports.html import DARK, LIGHT
from reports.terminal.round import STYLES

OLD, OLD_SYMBOL = "Out of date", "◔"
"""The label of data that is out of date."""
ROWS = 6
"""Maximum number of rows for one client; the rest is counted."""
GROUPED = 4
"""Maximum number of places named in one row."""
NAMES = 12
"""Maximum number of OK sites of a client that are named."""
CROWD = 60
"""With more sites and servers than this, those in order are counted instead of named, to fit on one screen."""
RENEW = 60
"""Seconds after which the browser reloads the page."""


@dataclass(frozen=True, slots=True)
class TileProblem:
    """The problems of one check at a place: their number, worst state and tickets."""

    check: str  # its title
    state: State
    count: int = 1
    tickets: tuple[int, ...] = ()

    def __str__(self) -> str:
        """Return the text of the tile: "Versions (2) #35436"."""
        tickets = "".join(f" #{number}" for number in self.tickets[:2])
        return self.check + (f" ({self.count})" if self.count > 1 else "") + tickets


@dataclass(frozen=True, slots=True)
class Tile:
    """A site or a server. `state` is what was found when it was last looked at."""

    name: str
    state: State
    looked_at: datetime | None  # None: never
    troubles: tuple[TileProblem, ...] = ()
    known: int = 0  # silenced problems, which do not count
    server: bool = False

    def old(self, at: datetime, stale: timedelta) -> bool:
        """Return whether the data is out of date."""
        return self.looked_at is None or at - self.looked_at > stale


@dataclass(frozen=True, slots=True)
class ClientGroup:
    """A client with its sites and servers; servers that several clients share form a group of their own."""

    title: str
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Notice:
    """A note about siterounds itself. `grave` means that siterounds cannot work because of it."""

    text: str
    grave: bool = False


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All values that the dashboard shows, at one moment."""

    at: datetime
    zone: str
    owners: tuple[ClientGroup, ...]
    stale: timedelta
    agency: str = ""
    notes: tuple[Notice, ...] = ()
    facts: tuple[str, ...] = ()  # lines of the footer: the last round, the next one, the outbox
    running: tuple[str, ...] = ()  # what is under way

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """All sites and servers."""
        return tuple(tile for owner in self.owners for tile in owner.tiles)


Shade = str
"""The CSS class of a site or server: the name of a state, or "old"."""


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    shade: Shade
    state: State
    was: str  # the outdated state, shown struck out; "" if it is current
    age: str
    says: str
    server: bool


@dataclass(frozen=True, slots=True)
class _Card:
    title: str
    shade: Shade
    rows: tuple[_Row, ...]
    more: str
    fine: str  # the sites and servers in order


@dataclass(frozen=True, slots=True)
class _Fine:
    """A client whose sites and servers are all OK."""

    title: str
    names: tuple[str, ...]
    more: int
    age: str


@dataclass(frozen=True, slots=True)
class _Count:
    shade: Shade
    number: int
    symbol: str
    word: str


@dataclass(frozen=True, slots=True)
class _View:
    title: str
    lead: str
    shade: Shade
    day: str
    clock: str
    iso: str
    crowded: bool
    counts: tuple[_Count, ...]
    cards: tuple[_Card, ...]
    fine: tuple[_Fine, ...]
    total: str
    notes: tuple[Notice, ...] = field(default=())
    facts: tuple[str, ...] = ()
    running: tuple[str, ...] = ()


_SHADES: Sequence[Shade] = (str(State.CRITICAL), str(State.UNKNOWN), "old", str(State.WARNING), str(State.OK))
"""The worst first."""
_WORDS: Mapping[Shade, str] = {**{str(state): label for state, label in LABELS.items()}, "old": OLD}
_SIGNS: Mapping[Shade, str] = {**{str(state): sign for state, sign in SYMBOLS.items()}, "old": OLD_SYMBOL}


def shade(tile: Tile, dashboard: Dashboard) -> Shade:
    """Return the shade of a place: its state, or "old" if its data is out of date."""
    return "old" if tile.old(dashboard.at, dashboard.stale) else str(tile.state)


def dashboard_html(dashboard: Dashboard, renew: int | None = RENEW, other: str = "") -> str:
    """Return one self-contained page. `renew`: seconds until it reloads, None means never; `other`: a URL to link."""
    page = _environment().get_template("wall.html.j2")
    words = {"symbols": _SIGNS, "words": _WORDS, "dark": DARK, "light": LIGHT, "shades": _SHADES}
    return page.render(view=_view_of(dashboard), renew=renew, other=other, old_after=age(dashboard.stale), **words)


def dashboard_view(dashboard: Dashboard) -> RenderableType:
    """Return the dashboard for a terminal."""
    view = _view_of(dashboard)
    table = Table.grid(padding=(0, 2, 0, 0))
    for ratio in (None, None, None, 1):
        table.add_column(overflow="fold", ratio=ratio)
    for card in view.cards:
        table.add_row(Text(card.title, style="bold"))
        for row in card.rows:
            table.add_row(_pill(row), Text(row.name), Text(row.age, style="dim"), Text(row.says))
        for line in filter(None, (card.more, card.fine)):
            table.add_row(Text(""), Text(line, style="dim"))
    notes = [Text(f"{'✗' if n.grave else '!'} {n.text}", style="red" if n.grave else "yellow") for n in view.notes]
    counted = ", ".join(f"{one.number} {one.word.lower()}" for one in view.counts if one.number)
    parts: list[RenderableType] = [table, Text()] if view.cards else []
    parts += notes
    facts = [Text(line, style="dim") for line in (*view.facts, *(f"Under way: {one}" for one in view.running))]
    return Group(*parts, Text(f"{view.total}: {counted or 'nothing is looked after'}."), *facts)


def _pill(row: _Row) -> Text:
    text = Text(f"{_SIGNS[row.shade]} {_WORDS[row.shade]}", style="dim" if row.shade == "old" else STYLES[row.state])
    return text.append(f" {row.was}", style="dim strike") if row.was else text


def _view_of(dashboard: Dashboard) -> _View:
    tiles = dashboard.tiles
    counted = Counter(shade(tile, dashboard) for tile in tiles)
    counts = tuple(_Count(one, counted[one], _SIGNS[one], _WORDS[one]) for one in _SHADES)
    bad = [owner for owner in dashboard.owners if _worst(owner, dashboard) != str(State.OK)]
    good = [owner for owner in dashboard.owners if owner.tiles and _worst(owner, dashboard) == str(State.OK)]
    ordered = sorted(
        bad, key=lambda owner: (_SHADES.index(_worst(owner, dashboard)), -_how_many(owner, dashboard), owner.title)
    )
    at = dashboard.at.astimezone(ZoneInfo(dashboard.zone))
    worst = next((one for one in _SHADES if counted[one]), "old")
    return _View(
        title=dashboard.agency or "siterounds",
        lead=_lead(counted, len(tiles)),
        shade=worst,
        day=f"{at:%A} {at.day} {at:%B}",
        clock=f"{at:%H:%M %Z}",
        iso=at.isoformat(timespec="seconds"),
        crowded=len(tiles) > CROWD,
        counts=counts,
        cards=tuple(_card(owner, dashboard) for owner in ordered if owner.tiles),
        fine=tuple(_fine(owner, dashboard) for owner in sorted(good, key=lambda one: one.title.casefold())),
        total=_total(tiles),
        notes=tuple(sorted(dashboard.notes, key=lambda note: not note.grave)),
        facts=dashboard.facts,
        running=dashboard.running,
    )


def _lead(counted: Mapping[Shade, int], total: int) -> str:
    """Return the headline: the worst state, and how much else there is."""
    if not total:
        return "Nothing is looked after"
    bad = [one for one in _SHADES if counted.get(one) and one != str(State.OK)]
    if not bad:
        return "All in order"
    rest = sum(counted[one] for one in bad[1:])
    return f"{counted[bad[0]]} {_LEADS[bad[0]]}" + (f", {rest} more to see to" if rest else "")


_LEADS: Mapping[Shade, str] = {
    "critical": "to act on now",
    "unknown": "not checked",
    "old": "out of date",
    "warning": "to look at soon",
}


def _total(tiles: Iterable[Tile]) -> str:
    tiles = tuple(tiles)
    servers = sum(1 for tile in tiles if tile.server)
    return f"{_many(len(tiles) - servers, 'site')} and {_many(servers, 'server')}"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _worst(owner: ClientGroup, dashboard: Dashboard) -> Shade:
    return min((shade(tile, dashboard) for tile in owner.tiles), key=_SHADES.index, default=str(State.OK))


def _how_many(owner: ClientGroup, dashboard: Dashboard) -> int:
    """Return how many places of an owner have its worst shade."""
    worst = _worst(owner, dashboard)
    return sum(1 for tile in owner.tiles if shade(tile, dashboard) == worst)


def _card(owner: ClientGroup, dashboard: Dashboard) -> _Card:
    fine = [tile for tile in owner.tiles if shade(tile, dashboard) == str(State.OK)]
    bad = [tile for tile in owner.tiles if shade(tile, dashboard) != str(State.OK)]
    bad.sort(key=lambda tile: (_SHADES.index(shade(tile, dashboard)), tile.server, tile.name))
    groups: dict[object, list[Tile]] = {}
    for tile in bad:  # outdated ones mostly have one reason: those with the same last state share a row
        old = shade(tile, dashboard) == "old"
        groups.setdefault((tile.state, tile.looked_at is None) if old else tile.name, []).append(tile)
    rows = [_row(group, dashboard) for group in groups.values()]
    rest = [tile for group in list(groups.values())[ROWS:] for tile in group]
    counted = Counter(_WORDS[shade(tile, dashboard)].lower() for tile in rest)
    more = f"and {len(rest)} more: " + ", ".join(f"{n} {word}" for word, n in counted.items()) if rest else ""
    return _Card(_name(owner.title), _worst(owner, dashboard), tuple(rows[:ROWS]), more, _total_of(fine))


def _total_of(fine: Sequence[Tile]) -> str:
    """Return the text for the OK places of a client that has others."""
    if len(fine) <= 2:
        return ", ".join(_name(tile.name) for tile in fine)
    servers = sum(1 for tile in fine if tile.server)
    parts = [
        _many(count, word) for count, word in ((len(fine) - servers, "other site"), (servers, "other server")) if count
    ]
    return " and ".join(parts)


def _row(group: Sequence[Tile], dashboard: Dashboard) -> _Row:
    tile = min(group, key=lambda one: one.looked_at or dashboard.at)
    shaded = shade(tile, dashboard)
    was = f"{_SIGNS[str(tile.state)]} {_WORDS[str(tile.state)]}" if shaded == "old" and tile.looked_at else ""
    names = ", ".join(_name(one.name) for one in group[:GROUPED])
    names += f" and {len(group) - GROUPED} more" if len(group) > GROUPED else ""
    known = sum(one.known for one in group)
    troubles = dict.fromkeys(str(trouble) for one in group for trouble in one.troubles)
    says = " · ".join([*troubles, *([f"{known} known"] if known else [])])
    return _Row(names, shaded, tile.state, was, _age(tile.looked_at, dashboard.at), short(says), tile.server)


def _age(looked_at: datetime | None, at: datetime) -> str:
    return f"{age(at - looked_at)} ago" if looked_at else "never looked at"


def _short_age(looked_at: datetime | None, at: datetime) -> str:
    """Return the age in short form: "20 min", "3 h"."""
    if looked_at is None:
        return "never"
    minutes = max(0, int((at - looked_at).total_seconds())) // 60
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"


def _fine(owner: ClientGroup, dashboard: Dashboard) -> _Fine:
    oldest = min((tile.looked_at for tile in owner.tiles if tile.looked_at), default=None)
    sites = [tile for tile in owner.tiles if not tile.server] or list(owner.tiles)
    names = [_name(tile.name) for tile in sites]
    if len(dashboard.tiles) > CROWD and names:
        names = [_many(len(names), "site" if not sites[0].server else "server")]
    return _Fine(_name(owner.title), tuple(names[:NAMES]), max(0, len(names) - NAMES), _short_age(oldest, dashboard.at))


def _name(text: str) -> str:
    return isolated(short(text, 60))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
