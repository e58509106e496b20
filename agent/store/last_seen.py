"""When each host and site was last looked at, and what was found then, however the rounds were cut."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from agent.store import tables
from checks import State

HORIZONS = (timedelta(days=2), timedelta(days=9), timedelta(days=40))
"""How far back is looked for a place that was not visited lately; what is older counts as never."""

TargetKey = tuple[str, str | None]
"""A host and a site on it; without the site, the host itself."""


@dataclass(frozen=True, slots=True)
class CurrentFinding:
    """One finding of the newest look, without anything that was read on the host."""

    place: TargetKey
    check: str
    item: str
    state: State
    ours: bool  # it is about our own tools


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """The newest look at a place. Times are the ends of rounds."""

    place: TargetKey
    visited_at: datetime  # when a round last was for it
    looked_at: datetime | None  # when any check last could look there; None: not within the horizon
    due: int  # checks
    ran: int  # of these, in the newest round of each

    @property
    def blind(self) -> bool:
        """Whether any check could not look."""
        return self.ran < self.due


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What is known of all places that rounds were for lately."""

    by_place: Mapping[TargetKey, TargetStatus]
    found: tuple[CurrentFinding, ...]


def last_seen(connection: sa.Connection, sites: Collection[str], at: datetime) -> LastSeen:
    """The newest look at every place; `sites` are those that one is sought for, as far back as the horizons go."""
    newest: Mapping[_Asked, int] = {}
    first = 0
    for span in HORIZONS:
        first = _first_round(connection, at - span)
        newest = _newest(connection, first)
        if {site for _, site, _ in newest} >= set(sites):
            break
    if not newest:
        return LastSeen({}, ())
    numbers = set(newest.values())
    ends = _ends(connection, numbers)
    missed = _missed(connection, numbers, newest)
    seen = _by_place(newest, missed, ends)
    dark = [place for place, one in seen.items() if one.looked_at is None]
    earlier = _looked_before(connection, dark, at) if dark else {}
    whole = {place: _with(one, earlier.get(place)) for place, one in seen.items()}
    return LastSeen(whole, tuple(_found(connection, numbers, newest)))


_Asked = tuple[str, str | None, str]
"""A host, a site or none, and a check."""


def _first_round(connection: sa.Connection, since: datetime) -> int:
    """The first round that ended after a moment; one that does not exist yet where none did."""
    table = tables.rounds
    found = connection.execute(sa.select(sa.func.min(table.c.id)).where(table.c.ended_at >= since)).scalar()
    last = connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
    return int(found if found is not None else last + 1)


def _newest(connection: sa.Connection, first: int) -> Mapping[_Asked, int]:
    """The newest round in which each check of each place was due."""
    due = tables.due_checks
    query = sa.select(due.c.host, due.c.site, due.c.check, sa.func.max(due.c.round_id))
    rows = connection.execute(query.where(due.c.round_id >= first).group_by(due.c.host, due.c.site, due.c.check))
    return {(host, site, check): number for host, site, check, number in rows}


def _ends(connection: sa.Connection, numbers: Iterable[int]) -> Mapping[int, datetime]:
    table = tables.rounds
    rows = connection.execute(sa.select(table.c.id, table.c.ended_at).where(table.c.id.in_(tuple(numbers))))
    return {row.id: row.ended_at for row in rows}


def _missed(connection: sa.Connection, numbers: Iterable[int], newest: Mapping[_Asked, int]) -> set[_Asked]:
    """The checks that could not look at all in their newest round."""
    table = tables.not_run
    query = sa.select(table.c.host, table.c.site, table.c.check, table.c.round_id)
    rows = connection.execute(query.where(table.c.round_id.in_(tuple(numbers)), table.c.partly == 0))
    return {(host, site, check) for host, site, check, number in rows if newest.get((host, site, check)) == number}


def _by_place(
    newest: Mapping[_Asked, int], missed: Collection[_Asked], ends: Mapping[int, datetime]
) -> Mapping[TargetKey, TargetStatus]:
    grouped: dict[TargetKey, list[_Asked]] = {}
    for asked in newest:
        grouped.setdefault((asked[0], asked[1]), []).append(asked)
    found: dict[TargetKey, TargetStatus] = {}
    for place, asked_there in grouped.items():
        ran = [one for one in asked_there if one not in missed]
        looked = max((ends[newest[one]] for one in ran), default=None)
        visited = max(ends[newest[one]] for one in asked_there)
        found[place] = TargetStatus(place, visited, looked, len(asked_there), len(ran))
    return found


def _looked_before(
    connection: sa.Connection, places: Collection[TargetKey], at: datetime
) -> Mapping[TargetKey, datetime]:
    """When a check last could look at places of which the newest round saw nothing."""
    found: dict[TargetKey, int] = {}
    for span in HORIZONS:
        first = _first_round(connection, at - span)
        due, missed = (_counts(connection, table, places, first) for table in (tables.due_checks, tables.not_run))
        for (host, site, number), count in due.items():
            if count > missed.get((host, site, number), 0):
                found[host, site] = max(found.get((host, site), 0), number)
        if found.keys() >= set(places):
            break
    ends = _ends(connection, set(found.values()))
    return {place: ends[number] for place, number in found.items()}


def _counts(
    connection: sa.Connection, table: sa.Table, places: Collection[TargetKey], first: int
) -> Mapping[tuple[str, str | None, int], int]:
    """How many checks of each of these places a table names, by round."""
    hosts = {host for host, _ in places}
    query = sa.select(table.c.host, table.c.site, table.c.round_id, sa.func.count(table.c.check.distinct()))
    query = query.where(table.c.round_id >= first, table.c.host.in_(hosts))
    if table is tables.not_run:
        query = query.where(table.c.partly == 0)
    rows = connection.execute(query.group_by(table.c.host, table.c.site, table.c.round_id))
    return {(host, site, number): count for host, site, number, count in rows if (host, site) in set(places)}


def _with(look: TargetStatus, looked_at: datetime | None) -> TargetStatus:
    if look.looked_at is not None or looked_at is None:
        return look
    return TargetStatus(look.place, look.visited_at, looked_at, look.due, look.ran)


def _found(connection: sa.Connection, numbers: Iterable[int], newest: Mapping[_Asked, int]) -> Iterable[CurrentFinding]:
    """What the newest look of each check found, the parts left out that tell what is on a host."""
    table = tables.findings
    audience = sa.func.coalesce(sa.func.json_extract(table.c.data, "$.audience"), "")
    columns: list[Any] = [table.c[name] for name in ("host", "site", "check", "item", "state", "round_id")]
    query = sa.select(*columns, audience).where(table.c.round_id.in_(tuple(numbers)), table.c.host.is_not(None))
    for row in connection.execute(query.order_by(table.c.id)):
        host, site, check, item, state, number, whose = tuple(row)
        if newest.get((host, site, check)) == number:
            yield CurrentFinding((host, site), check, item, State(state), whose == "agency")
