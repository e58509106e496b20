"""The last results of each host and site: when checks last ran there and what they found."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from agent.store import tables
from checks import State

HORIZONS = (timedelta(days=2), timedelta(days=9), timedelta(days=40))
"""How far back results are searched, in steps; older ones count as never."""

TargetKey = tuple[str, str | None]
"""A host and a site on it; None as the site means the host itself."""


@dataclass(frozen=True, slots=True)
class CurrentFinding:
    """One finding of the newest run of its check, without any text read on the host."""

    place: TargetKey
    check: str
    item: str
    state: State
    ours: bool  # it is about our own tools


@dataclass(frozen=True, slots=True)
class TargetStatus:
    """The newest results for a target. Times are the ends of rounds."""

    place: TargetKey
    visited_at: datetime  # the last round that covered it
    looked_at: datetime | None  # when a check last ran there; None: not within the horizons
    due: int  # number of checks
    ran: int  # number of these that ran in their newest round

    @property
    def blind(self) -> bool:
        """Whether any check did not run."""
        return self.ran < self.due


@dataclass(frozen=True, slots=True)
class LastSeen:
    """The newest results of all targets."""

    by_place: Mapping[TargetKey, TargetStatus]
    found: tuple[CurrentFinding, ...]


def last_seen(connection: sa.Connection, sites: Collection[str], at: datetime) -> LastSeen:
    """Return the newest results of every target. The search goes back by HORIZONS until all of `sites` are found."""
    newest: Mapping[_CheckKey, int] = {}
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
    missed = _not_run_at_all(connection, numbers, newest)
    seen = _by_place(newest, missed, ends)
    unseen = [place for place, one in seen.items() if one.looked_at is None]
    earlier = _earlier_runs(connection, unseen, at) if unseen else {}
    whole = {place: _with_last_run(one, earlier.get(place)) for place, one in seen.items()}
    return LastSeen(whole, tuple(_current_findings(connection, numbers, newest)))


_CheckKey = tuple[str, str | None, str]
"""A host, a site or none, and a check."""


def _first_round(connection: sa.Connection, since: datetime) -> int:
    """Return the first round that ended after a moment, or the number after the last round where none did."""
    table = tables.rounds
    found = connection.execute(sa.select(sa.func.min(table.c.id)).where(table.c.ended_at >= since)).scalar()
    last = connection.execute(sa.select(sa.func.max(table.c.id))).scalar() or 0
    return int(found if found is not None else last + 1)


def _newest(connection: sa.Connection, first: int) -> Mapping[_CheckKey, int]:
    """Return the newest round from `first` on in which each check of each target was due."""
    due = tables.due_checks
    query = sa.select(due.c.host, due.c.site, due.c.check, sa.func.max(due.c.round_id))
    rows = connection.execute(query.where(due.c.round_id >= first).group_by(due.c.host, due.c.site, due.c.check))
    return {(host, site, check): number for host, site, check, number in rows}


def _ends(connection: sa.Connection, numbers: Iterable[int]) -> Mapping[int, datetime]:
    table = tables.rounds
    rows = connection.execute(sa.select(table.c.id, table.c.ended_at).where(table.c.id.in_(tuple(numbers))))
    return {row.id: row.ended_at for row in rows}


def _not_run_at_all(
    connection: sa.Connection, numbers: Iterable[int], newest: Mapping[_CheckKey, int]
) -> set[_CheckKey]:
    """Return the checks that did not run at all in their newest round."""
    table = tables.not_run
    query = sa.select(table.c.host, table.c.site, table.c.check, table.c.round_id)
    rows = connection.execute(query.where(table.c.round_id.in_(tuple(numbers)), table.c.partly == 0))
    return {(host, site, check) for host, site, check, number in rows if newest.get((host, site, check)) == number}


def _by_place(
    newest: Mapping[_CheckKey, int], missed: Collection[_CheckKey], ends: Mapping[int, datetime]
) -> Mapping[TargetKey, TargetStatus]:
    grouped: dict[TargetKey, list[_CheckKey]] = {}
    for key in newest:
        grouped.setdefault((key[0], key[1]), []).append(key)
    found: dict[TargetKey, TargetStatus] = {}
    for place, keys_there in grouped.items():
        ran = [one for one in keys_there if one not in missed]
        looked = max((ends[newest[one]] for one in ran), default=None)
        visited = max(ends[newest[one]] for one in keys_there)
        found[place] = TargetStatus(place, visited, looked, len(keys_there), len(ran))
    return found


def _earlier_runs(
    connection: sa.Connection, places: Collection[TargetKey], at: datetime
) -> Mapping[TargetKey, datetime]:
    """Return when a check last ran on targets on which none ran in their newest round."""
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
    """Count the checks in a table for each of these targets, by (host, site, round)."""
    hosts = {host for host, _ in places}
    query = sa.select(table.c.host, table.c.site, table.c.round_id, sa.func.count(table.c.check.distinct()))
    query = query.where(table.c.round_id >= first, table.c.host.in_(hosts))
    if table is tables.not_run:
        query = query.where(table.c.partly == 0)
    rows = connection.execute(query.group_by(table.c.host, table.c.site, table.c.round_id))
    return {(host, site, number): count for host, site, number, count in rows if (host, site) in set(places)}


def _with_last_run(status: TargetStatus, looked_at: datetime | None) -> TargetStatus:
    if status.looked_at is not None or looked_at is None:
        return status
    return TargetStatus(status.place, status.visited_at, looked_at, status.due, status.ran)


def _current_findings(
    connection: sa.Connection, numbers: Iterable[int], newest: Mapping[_CheckKey, int]
) -> Iterable[CurrentFinding]:
    """Yield the findings of the newest run of each check, without what was read on the host."""
    table = tables.findings
    audience = sa.func.coalesce(sa.func.json_extract(table.c.data, "$.audience"), "")
    columns: list[Any] = [table.c[name] for name in ("host", "site", "check", "item", "state", "round_id")]
    query = sa.select(*columns, audience).where(table.c.round_id.in_(tuple(numbers)), table.c.host.is_not(None))
    for row in connection.execute(query.order_by(table.c.id)):
        host, site, check, item, state, number, whose = tuple(row)
        if newest.get((host, site, check)) == number:
            yield CurrentFinding((host, site), check, item, State(state), whose == "agency")
