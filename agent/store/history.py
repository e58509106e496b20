"""Queries over recorded rounds for the reports: few, each by an index."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from agent.domain.incidents import Incident, Phase
from agent.domain.messages import Stage
from agent.store import tables
from agent.store.rows import FINDING_COLUMNS, IncidentEvent, finding_of, incident_event, incident_of, standing_of
from agent.store.tickets import TicketRepository
from checks import Cause
from inventory.model import Inventory
from inventory.subject import Subject, SubjectKind
from reports.contract import ContractStatus
from reports.language import Language
from reports.language import language as language_of
from reports.model import Coverage, DueCheck, NotRun, ReportedFinding, RoundInfo


@dataclass(frozen=True, slots=True)
class ReportScope:
    """The recipient of a report and its part of the inventory. `client` None means the agency's overview."""

    client: str | None
    hosts: tuple[str, ...]
    sites: tuple[str, ...]
    language: Language
    zone: str

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """Return the subjects of the incidents in scope."""
        own = (Subject(SubjectKind.CLIENT, self.client),) if self.client else ()
        hosts = (Subject(SubjectKind.HOST, host) for host in self.hosts)
        return (*own, *hosts, *(Subject(SubjectKind.SITE, site) for site in self.sites))

    def rows_in_scope(self, table: sa.Table) -> sa.ColumnElement[bool]:
        """Return the condition for the rows in scope of a table with columns for host and site."""
        if self.client is None:
            return sa.true()
        of_a_host = sa.and_(table.c.site.is_(None), table.c.host.in_(self.hosts))
        places = [table.c.site.in_(self.sites), of_a_host]
        if "client" in table.c:
            places.append(sa.and_(table.c.site.is_(None), table.c.host.is_(None), table.c.client == self.client))
        return sa.or_(*places)

    def incidents_in_scope(self) -> sa.ColumnElement[bool]:
        """Return the condition for the incidents in scope."""
        return sa.true() if self.client is None else tables.incidents.c.subject.in_(self.subjects)


def report_scope(inventory: Inventory, client: str | None) -> ReportScope:
    """Return the scope of a client's report, or for None of the agency's overview."""
    if client is None:
        zone = inventory.services.zone
        return ReportScope(None, tuple(inventory.hosts), tuple(inventory.sites), Language("en", zone), zone)
    settings, owners = inventory.clients[client], owners_of(inventory)
    zone = settings.report.zone
    return ReportScope(
        client,
        tuple(name for name in inventory.hosts if client in owners[name]),
        tuple(site.name for site in inventory.sites.values() if site.client == client),
        language_of(settings.language, zone),
        zone,
    )


def owners_of(inventory: Inventory) -> dict[str, set[str]]:
    """Return the clients of each host: its own, and those of its sites."""
    owners = {name: {host.client} if host.client else set() for name, host in inventory.hosts.items()}
    for site in inventory.sites.values():
        owners[site.host].add(site.client)
    return owners


_SEARCHED_ROUNDS = 30
"""How many rounds are searched where no round is recorded as complete for a client."""


@dataclass(frozen=True, slots=True)
class DiskReading:
    """The usage of one disk in one round, in percent."""

    host: str
    mount: str
    at: datetime
    value: float
    round: int


@dataclass(frozen=True, slots=True)
class CountedRound:
    """A client's hours in one round. `first` is the first day of the contract month, ISO 8601."""

    round: int
    first: str
    used: bool  # whether the hours used were known


@dataclass(frozen=True, slots=True)
class IncidentTurn:
    """The beginning or end of a problem."""

    subject: Subject
    check: str
    change: str
    at: datetime


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """A time entry and one of its messages."""

    entry: int
    spent_on: str
    hours: Decimal
    said: Decimal  # the hours in the message
    stage: Stage
    created_at: datetime
    ended_at: datetime | None


class History:
    """Queries within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        """Use the transaction of this connection."""
        self._connection = connection

    def newest_whole(self, scope: ReportScope, clients: Collection[str], until: datetime) -> RoundInfo | None:
        """Return the newest round, ended by `until`, that covered all of these clients. None means there is none.

        Rounds of an early version do not record which clients they covered; of these, one over all sites counts.
        """
        rounds, whole = tables.rounds, tables.whole_rounds
        over = rounds.c.ended_at <= until
        query = sa.select(rounds).where(over).order_by(rounds.c.id.desc()).limit(1)
        if len(clients) == 1:
            recorded = query.join(whole, whole.c.round_id == rounds.c.id).where(whole.c.client.in_(clients))
        else:
            for_all = sa.select(whole.c.round_id).where(whole.c.client.in_(clients)).group_by(whole.c.round_id)
            recorded = query.where(rounds.c.id.in_(for_all.having(sa.func.count() == len(clients))))
        row = self._connection.execute(recorded).first()
        row = row or self._connection.execute(self._covering_all_sites(query, scope)).first()
        if row is None and scope.client is None:  # each client may have rounds of its own
            row = self._connection.execute(query).first()
        return RoundInfo(row.id, row.started_at, row.ended_at) if row else None

    def newest_by_client(self, until: datetime) -> Mapping[str, RoundInfo]:
        """Return the newest round, ended by `until`, that covered all of a client, by client."""
        rounds, whole = tables.rounds, tables.whole_rounds
        last = sa.select(whole.c.client, sa.func.max(whole.c.round_id).label("number"))
        last = last.join(rounds, rounds.c.id == whole.c.round_id).where(rounds.c.ended_at <= until)
        newest = last.group_by(whole.c.client).subquery()
        query = sa.select(newest.c.client, rounds).join(rounds, rounds.c.id == newest.c.number)
        return {name: RoundInfo(*info) for name, *info in self._connection.execute(query)}

    def _covering_all_sites(self, query: sa.Select[Any], scope: ReportScope) -> sa.Select[Any]:
        due, rounds = tables.due_checks, tables.rounds
        newest = (
            sa.select(rounds.c.id)
            .where(_before_coverage_was_recorded())
            .order_by(rounds.c.id.desc())
            .limit(_SEARCHED_ROUNDS)
        )
        of_sites = sa.select(due.c.round_id).where(due.c.site.in_(scope.sites), due.c.round_id.in_(newest))
        complete = of_sites.group_by(due.c.round_id).having(sa.func.count(due.c.site.distinct()) == len(scope.sites))
        return query.where(rounds.c.id.in_(complete) if scope.sites else _before_coverage_was_recorded())

    def first_looks(self) -> Mapping[tuple[Subject, str], datetime]:
        """Return when each check first ran on each subject."""
        return TicketRepository(self._connection).first_looks()

    def first_round(self) -> datetime | None:
        """Return when the oldest round in the store began. None means that there is none."""
        query = sa.select(tables.rounds.c.started_at).order_by(tables.rounds.c.id).limit(1)
        return self._connection.execute(query).scalar()

    def rounds_between(self, scope: ReportScope, since: datetime, until: datetime) -> int:
        """Count the rounds with `since` < end ≤ `until` that covered all of the client."""
        query = sa.select(sa.func.count()).select_from(self._whole(scope, since, until).subquery())
        return int(self._connection.execute(query).scalar_one())

    def daily(self, scope: ReportScope, since: datetime, until: datetime) -> Mapping[int, datetime]:
        """Return the last round of each UTC day that covered all of the client, with its end, oldest first."""
        found = self._whole(scope, since, until).subquery()
        last = sa.select(sa.func.max(found.c.id)).group_by(sa.func.date(found.c.ended_at))
        query = sa.select(tables.rounds.c.id, tables.rounds.c.ended_at).where(tables.rounds.c.id.in_(last))
        return {row.id: row.ended_at for row in self._connection.execute(query.order_by(tables.rounds.c.id))}

    def _whole(self, scope: ReportScope, since: datetime, until: datetime) -> sa.Select[Any]:
        rounds, whole = tables.rounds, tables.whole_rounds
        recorded = sa.exists().where(whole.c.round_id == rounds.c.id)
        of_client = recorded if scope.client is None else recorded.where(whole.c.client == scope.client)
        query = sa.select(rounds.c.id, rounds.c.ended_at)
        return query.where(
            rounds.c.ended_at > since, rounds.c.ended_at <= until, sa.or_(of_client, _before_coverage_was_recorded())
        )

    def coverage(self, round_id: int, scope: ReportScope) -> Coverage:
        """Return the checks that were due in a round, and those that did not run."""
        due, missed = tables.due_checks, tables.not_run
        due_query = sa.select(due.c.host, due.c.site, due.c.check).where(
            due.c.round_id == round_id, scope.rows_in_scope(due)
        )
        names = [
            missed.c[name] for name in ("host", "site", "check", "reason", "remedy", "partly", "cause", "internal")
        ]
        not_run_query = sa.select(*names).where(missed.c.round_id == round_id, scope.rows_in_scope(missed))
        return Coverage.of(
            (DueCheck(*row) for row in self._connection.execute(due_query.order_by(due.c.id))),
            (_not_run(row) for row in self._connection.execute(not_run_query.order_by(missed.c.id))),
        )

    def findings(self, round_id: int, scope: ReportScope) -> tuple[ReportedFinding, ...]:
        """Return the findings of a round, in the round's order."""
        table = tables.findings
        columns = [table.c[name] for name in FINDING_COLUMNS]
        query = sa.select(*columns).where(table.c.round_id == round_id, scope.rows_in_scope(table)).order_by(table.c.id)
        return tuple(finding_of(row) for row in self._connection.execute(query))

    def incidents(self, round_id: int, also: Collection[int], scope: ReportScope) -> Mapping[int, Incident]:
        """Return incidents by number: the unresolved ones, those that a round changed, and those of `also`."""
        table, change = tables.incidents, tables.changes
        changed = sa.select(change.c.incident_id).where(change.c.round_id == round_id)
        selected = sa.or_(table.c.phase != Phase.RESOLVED, table.c.id.in_(changed), table.c.id.in_(also))
        rows = self._connection.execute(
            sa.select(table).where(scope.incidents_in_scope(), selected).order_by(table.c.id)
        )
        return {row["id"]: incident_of(row) for row in rows.mappings()}

    def changed(self, scope: ReportScope, since: datetime, until: datetime) -> Mapping[int, tuple[IncidentEvent, ...]]:
        """Return all changes up to `until`, oldest first, of the incidents that changed since `since`, by number."""
        change, table = tables.changes, tables.incidents
        changed_incidents = sa.select(change.c.incident_id).join(table, table.c.id == change.c.incident_id)
        changed_incidents = changed_incidents.where(
            change.c.at > since, change.c.at <= until, scope.incidents_in_scope()
        )
        query = (
            sa.select(change)
            .where(change.c.incident_id.in_(changed_incidents), change.c.at <= until)
            .order_by(change.c.id)
        )
        lives: dict[int, list[IncidentEvent]] = {}
        for row in self._connection.execute(query).mappings():
            lives.setdefault(row["incident_id"], []).append(incident_event(row))
        return {number: tuple(life) for number, life in lives.items()}

    def begun_and_ended(self, scope: ReportScope, since: datetime, until: datetime) -> Sequence[IncidentTurn]:
        """Return each beginning and end of a problem, oldest first, without those of contracts and of our own tools."""
        change, table = tables.changes, tables.incidents
        audience = sa.func.coalesce(sa.func.json_extract(change.c.evidence, "$.data.audience"), "")
        query = sa.select(table.c.subject, table.c.check, change.c.change, change.c.at)
        query = query.join(table, table.c.id == change.c.incident_id).where(
            change.c.at >= since,
            change.c.at <= until,
            change.c.change.in_(("opened", "reopened", "resolved")),
            audience != "agency",
            scope.incidents_in_scope(),
        )
        turns = (IncidentTurn(*row) for row in self._connection.execute(query.order_by(change.c.id)))
        return [one for one in turns if one.subject.kind is not SubjectKind.CLIENT]

    def disks(self, hosts: Collection[str], rounds: Mapping[int, datetime]) -> Sequence[DiskReading]:
        """Return the usage of the disks of these hosts in these rounds, oldest first."""
        table = tables.findings
        query = sa.select(table.c.host, table.c.item, table.c.value, table.c.round_id).where(
            table.c.check == "disk",
            table.c.host.in_(hosts),
            table.c.round_id.in_(rounds),
            table.c.site.is_(None),
            table.c.kind.in_(("disk-space", "disk-forecast")),
            table.c.value.is_not(None),
        )
        rows = self._connection.execute(query.order_by(table.c.round_id))
        return [DiskReading(host, item, rounds[number], value, number) for host, item, value, number in rows]

    def counted(self, client: str, rounds: Collection[int]) -> Sequence[CountedRound]:
        """Return which of these rounds recorded the client's hours, oldest first."""
        table = tables.standings
        first, used = (sa.func.json_extract(table.c.data, path) for path in ("$.month[0]", "$.used"))
        query = sa.select(table.c.round_id, first, used).where(table.c.client == client, table.c.round_id.in_(rounds))
        rows = self._connection.execute(query.order_by(table.c.round_id))
        return [CountedRound(number, month, hours is not None) for number, month, hours in rows if month]

    def standings(self, rounds: Collection[int], client: str | None) -> Mapping[int, tuple[ContractStatus, ...]]:
        """Return the contract status of a client, or of all for None, as of these rounds, by round."""
        table = tables.standings
        of_client = sa.true() if client is None else table.c.client == client
        query = sa.select(table).where(table.c.round_id.in_(rounds), of_client).order_by(table.c.id)
        found: dict[int, tuple[ContractStatus, ...]] = {}
        for row in self._connection.execute(query).mappings():
            found[row["round_id"]] = (*found.get(row["round_id"], ()), standing_of(row))
        return found

    def booked(self, client: str, first: str) -> Sequence[BookedEntry]:
        """Return the messages of a client's time entries since a day (ISO 8601). Withheld entries have none."""
        entry, message = tables.time_entries, tables.messages
        stream = sa.literal("time:") + sa.cast(entry.c.id, sa.Text)
        query = sa.select(
            entry.c.id, entry.c.spent_on, entry.c.hours, sa.func.json_extract(message.c.payload, "$.hours"),
            message.c.stage, message.c.created_at, message.c.ended_at,
        ).join(message, message.c.stream == stream)  # fmt: skip
        query = query.where(entry.c.client == client, entry.c.withheld == "", entry.c.spent_on >= first)
        rows = self._connection.execute(query.order_by(message.c.id))
        return [
            BookedEntry(number, day, Decimal(hours), Decimal(str(said or 0)), Stage(stage), created, ended)
            for number, day, hours, said, stage, created, ended in rows
        ]

    def last_sent(self) -> Mapping[str, datetime]:
        """Return when the newest report of each client was sent."""
        table = tables.reports
        query = sa.select(table.c.client, sa.func.max(table.c.staged_at)).where(table.c.stage == "sent")
        return {client: at for client, at in self._connection.execute(query.group_by(table.c.client))}  # noqa: C416


def _before_coverage_was_recorded() -> sa.ColumnElement[bool]:
    """Return the condition for rounds of an early version, which do not record which clients they covered."""
    first = sa.select(sa.func.min(tables.whole_rounds.c.round_id)).scalar_subquery()
    return sa.or_(first.is_(None), tables.rounds.c.id < first)


def _not_run(row: Sequence[Any]) -> NotRun:
    host, site, check, reason, remedy, partly, cause, internal = row
    return NotRun(host, site, check, reason, remedy, bool(partly), Cause.of(cause), bool(internal))
