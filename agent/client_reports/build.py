"""Building a report's content from the store: the newest round, and the changes since the last report."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from agent.client_reports import trends
from agent.client_reports.changes import changes_between, final_changes, is_news, visible_to_client
from agent.client_reports.periods import beginning
from agent.domain.errors import StoreError
from agent.domain.incidents import Change
from agent.presenter import IncidentContext, open_windows, reported_incident
from agent.store.history import BookedEntry, History, ReportScope, owners_of, report_scope
from agent.store.tickets import TicketRepository
from checks import State
from inventory.model import Client, Inventory
from reports.audience import is_ours, told_to_client
from reports.contract import ContractStatus
from reports.health_report import ClientLine, HealthReport, Period, ReportedChange
from reports.model import ReportedFinding, Round, RoundInfo, key_of

if TYPE_CHECKING:
    from agent.store.store import Store


def client_lines(
    clients: Iterable[Client], shown: Round, inventory: Inventory, last_sent: Mapping[str, datetime]
) -> Iterator[ClientLine]:
    """Return the states of each client's sites and hosts in a round; silenced problems do not count."""
    quiet = {key_of(one) for one in shown.incidents if one.silence}
    found: dict[str, list[ReportedFinding]] = {}
    for one in shown.findings:
        if not is_ours(one) and key_of(one) not in quiet:
            for name in one.place.clients:
                found.setdefault(name, []).append(one)
    missed = _missed(shown, inventory)
    standings: dict[str, ContractStatus] = {one.client: one for one in shown.contracts}
    for client in clients:
        bad = {
            key_of(one) for one in found.get(client.name, ()) if one.finding.state in (State.WARNING, State.CRITICAL)
        }
        states = [one.finding.state for one in found.get(client.name, ())]
        if missed[client.name] or not states:
            states.append(State.UNKNOWN)
        yield ClientLine(
            client.name,
            client.title,
            max(states, key=lambda state: state.severity),
            len(bad),
            missed[client.name],
            standings.get(client.name),
            last_sent.get(client.name),
        )


def _missed(shown: Round, inventory: Inventory) -> Counter[str]:
    """Count the checks that did not run, by client."""
    owners = owners_of(inventory)
    counts: Counter[str] = Counter()
    for host, site, _ in {(one.host, one.site, one.check) for one in shown.coverage.not_run if not one.partly}:
        if site is not None:
            counts.update([inventory.sites[site].client] if site in inventory.sites else ())
        else:
            counts.update(owners.get(host, ()))
    return counts


@dataclass(frozen=True, slots=True)
class _Inputs:
    """The inputs of one report: its scope and its newest round."""

    inventory: Inventory
    scope: ReportScope
    period: Period
    round: RoundInfo
    number: int  # number of that round
    records: History
    context: IncidentContext

    @property
    def since(self) -> datetime:
        """Return the beginning of the period that it covers."""
        return beginning(self.period, self.scope.zone)


def newest_whole(store: "Store", inventory: Inventory, client: str | None, until: datetime) -> RoundInfo | None:
    """Return the newest round, ended by `until`, over all of a client (None: of all). Raises StoreError."""
    with store.reading() as (repository, _):
        return _newest(History(repository.connection), inventory, report_scope(inventory, client), until)


def changed_since(store: "Store", inventory: Inventory, client: str, since: datetime | None, until: datetime) -> bool:
    """Whether a client has news after `since` and until `until`; silenced changes and maintenance do not count.

    None as `since` means the beginning of the newest round. Raises StoreError.
    """
    with store.reading() as (repository, _):
        records, scope = History(repository.connection), report_scope(inventory, client)
        newest = _newest(records, inventory, scope, until)
        if newest is None:
            return False
        period = Period("round", "", since or newest.started_at, until)
        context = _context(repository, inventory, newest, until)
        inputs = _Inputs(inventory, scope, period, newest, newest.id or 0, records, context)
        everything = _round(inputs, {})
        return any(is_news(one) for one in visible_to_client(_changes(inputs), everything, scope))


def build_report(
    store: "Store", inventory: Inventory, client: str | None, period: Period, at: datetime
) -> HealthReport:
    """Return a client's report of a period, or for None the agency's overview, as of `at`. Raises StoreError.

    It shows the newest round over all of the client by the period's end. Silences of problems, and their tickets, are
    as of `at`.
    """
    with store.reading() as (repository, _):
        records, scope = History(repository.connection), report_scope(inventory, client)
        newest = _newest(records, inventory, scope, period.until)
        if newest is None:
            whose = f"all of {client}" if client else "everybody"
            raise StoreError(
                f"no round for {whose} was recorded by {period.until:%Y-%m-%d %H:%M} UTC: `siterounds run`"
            )
        context = _context(repository, inventory, newest, at)
        return _report(_Inputs(inventory, scope, period, newest, newest.id or 0, records, context))


def _newest(records: History, inventory: Inventory, scope: ReportScope, until: datetime) -> RoundInfo | None:
    clients: Collection[str] = inventory.clients if scope.client is None else (scope.client,)
    return records.newest_whole(scope, clients, until)


def _context(repository: TicketRepository, inventory: Inventory, newest: RoundInfo, at: datetime) -> IncidentContext:
    return IncidentContext(inventory, repository.numbers_by_incident(), repository.silences(at), newest.ended_at)


def _report(inputs: _Inputs) -> HealthReport:
    records, scope, period = inputs.records, inputs.scope, inputs.period
    every = _changes(inputs)
    whole = _round(inputs, final_changes(every))
    shown = whole if scope.client is None else told_to_client(whole, scope.language)
    changes = every if scope.client is None else visible_to_client(every, whole, scope)
    earliest = trends.earliest_day(period.until, scope.zone)
    messages = _messages(inputs)
    hours = trends.months_of_hours(records, scope, period.until, messages)
    standing = _standing(inputs, whole, messages)
    begun = records.begun_and_ended(scope, earliest, period.until)
    months = trends.first_months(period.until, scope.zone)
    days = records.daily(scope, period.until - trends.DISK_DAYS, period.until)
    bookable = standing is not None and standing.harvest_project is not None
    return HealthReport(
        client=scope.client,
        title=inputs.inventory.clients[scope.client].title if scope.client else "",
        period=period,
        shown=shown,
        rounds=records.rounds_between(scope, inputs.since, period.until),
        happened=changes,
        hours_booked=trends.hours_booked(messages, inputs.since, period.until) if bookable else None,
        standing=standing,
        disks=trends.disk_trends(records.disks(scope.hosts, days), whole.findings, only_bad=scope.client is None),
        incidents_a_month=trends.months_of_incidents(
            begun, months, records.first_round(), inputs.inventory, scope.zone
        ),
        hours_a_month=hours,
        clients=_lines(inputs, whole) if scope.client is None else (),
    )


def _changes(inputs: _Inputs) -> tuple[ReportedChange, ...]:
    """Return the changes of the period, as the agency sees them."""
    lives = inputs.records.changed(inputs.scope, inputs.since, inputs.period.until)
    known = inputs.records.incidents(inputs.number, lives, inputs.scope)
    return changes_between(lives, known, inputs.context, inputs.since, inputs.records.first_looks())


def _round(inputs: _Inputs, changes: Mapping[int, ReportedChange]) -> Round:
    """Return the newest round; each problem has its last change of the period, not that of the round alone."""
    records, scope = inputs.records, inputs.scope
    known = records.incidents(inputs.number, changes, scope)
    incidents = (
        reported_incident(
            number, incident, inputs.context, Change(changes[number].change) if number in changes else None
        )
        for number, incident in known.items()
    )
    windows = tuple(open_windows(inputs.inventory, inputs.round.ended_at))
    found = records.findings(inputs.number, scope)
    agreed = records.standings([inputs.number], scope.client).get(inputs.number, ())
    whole = Round(inputs.round, records.coverage(inputs.number, scope), found, tuple(incidents), agreed, windows)
    return whole if scope.client is None else _of_the_client(whole, scope)


def _of_the_client(whole: Round, scope: ReportScope) -> Round:
    """Return a client's part of a round: the maintenance windows are narrowed, all else was queried for the client."""
    narrowed = (one.narrowed((scope.client or "",), scope.hosts, scope.sites) for one in whole.maintenance)
    return replace(whole, maintenance=tuple(one for one in narrowed if one.about_something))


def _messages(inputs: _Inputs) -> Sequence[BookedEntry]:
    """Return the messages of the client's time entries, from the oldest month shown on."""
    if inputs.scope.client is None:
        return ()
    first = min(inputs.since, inputs.period.until - trends.HOUR_DAYS)
    return inputs.records.booked(inputs.scope.client, first.date().isoformat())


def _standing(inputs: _Inputs, whole: Round, messages: Sequence[BookedEntry]) -> ContractStatus | None:
    """Return the contract status now, or at the end of the month that the report covers. None: there is none."""
    client = inputs.scope.client
    if client is None:
        return None
    now = next((one for one in whole.contracts if one.client == client), None)
    if inputs.period.kind == "month":
        first = inputs.period.key
        days = inputs.records.daily(inputs.scope, inputs.period.until - trends.HOUR_DAYS, inputs.period.until)
        then = [one.round for one in inputs.records.counted(client, days) if one.first == first]
        if then:
            now = inputs.records.standings(then[-1:], client)[then[-1]][0]
    return trends.with_what_was_booked_since(now, messages) if now else None


def _lines(inputs: _Inputs, whole: Round) -> tuple[ClientLine, ...]:
    """Return a line for each client from its newest complete round, in the order of the inventory."""
    inventory, records = inputs.inventory, inputs.records
    newest = records.newest_by_client(inputs.period.until)
    rounds: dict[int, list[Client]] = {}
    for client in inventory.clients.values():
        info = newest.get(client.name, inputs.round)
        rounds.setdefault(info.id or 0, []).append(client)
    infos = {info.id: info for info in newest.values()}
    sent = records.last_sent()
    lines: list[ClientLine] = []
    for number, clients in rounds.items():
        own = whole if number == inputs.number else _round(replace(inputs, round=infos[number], number=number), {})
        lines += client_lines(clients, own, inventory, sent)
    order = list(inventory.clients)
    return tuple(sorted(lines, key=lambda line: order.index(line.client)))
