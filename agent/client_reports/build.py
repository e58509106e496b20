"""Everything that a report says, from the store: the newest round as it is now, and the time since the last report."""

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
    """How each client's sites and hosts are in a round; what nobody is called for does not count."""
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
    """How many checks could not look, by client."""
    owners = owners_of(inventory)
    counts: Counter[str] = Counter()
    for host, site, _ in {(one.host, one.site, one.check) for one in shown.coverage.not_run if not one.partly}:
        if site is not None:
            counts.update([inventory.sites[site].client] if site in inventory.sites else ())
        else:
            counts.update(owners.get(host, ()))
    return counts


@dataclass(frozen=True, slots=True)
class _Scope:
    """One report that is being gathered: what it is about, and its newest round."""

    inventory: Inventory
    concern: ReportScope
    period: Period
    round: RoundInfo
    number: int  # of that round
    records: History
    around: IncidentContext

    @property
    def since(self) -> datetime:
        """From when on it tells."""
        return beginning(self.period, self.concern.zone)


def newest_whole(store: "Store", inventory: Inventory, client: str | None, until: datetime) -> RoundInfo | None:
    """The newest round that was for all of a client, or of every one, and over by a moment; raises StoreError."""
    with store.reading() as (repository, _):
        return _newest(History(repository.connection), inventory, report_scope(inventory, client), until)


def changed_since(store: "Store", inventory: Inventory, client: str, since: datetime | None, until: datetime) -> bool:
    """Whether there is news for a client after one moment, until another: not silenced, and not of maintenance.

    Without `since`, the news are those of the newest round. Raises StoreError.
    """
    with store.reading() as (repository, _):
        records, concern = History(repository.connection), report_scope(inventory, client)
        newest = _newest(records, inventory, concern, until)
        if newest is None:
            return False
        period = Period("round", "", since or newest.started_at, until)
        around = _around(repository, inventory, newest, until)
        scene = _Scope(inventory, concern, period, newest, newest.id or 0, records, around)
        everything = _round(scene, {})
        return any(is_news(one) for one in visible_to_client(_happened(scene), everything, concern))


def build_report(
    store: "Store", inventory: Inventory, client: str | None, period: Period, at: datetime
) -> HealthReport:
    """A client's report of a period, or the agency's overview (None), as things stand at `at`; raises StoreError.

    It shows the newest round that was for all of the client by the period's end. What people said of problems, and
    their tickets, are as at `at`.
    """
    with store.reading() as (repository, _):
        records, concern = History(repository.connection), report_scope(inventory, client)
        newest = _newest(records, inventory, concern, period.until)
        if newest is None:
            whose = f"all of {client}" if client else "everybody"
            raise StoreError(
                f"no round for {whose} was recorded by {period.until:%Y-%m-%d %H:%M} UTC: `siterounds run`"
            )
        around = _around(repository, inventory, newest, at)
        return _gathered(_Scope(inventory, concern, period, newest, newest.id or 0, records, around))


def _newest(records: History, inventory: Inventory, concern: ReportScope, until: datetime) -> RoundInfo | None:
    clients: Collection[str] = inventory.clients if concern.client is None else (concern.client,)
    return records.newest_whole(concern, clients, until)


def _around(repository: TicketRepository, inventory: Inventory, newest: RoundInfo, at: datetime) -> IncidentContext:
    return IncidentContext(inventory, repository.numbers_by_incident(), repository.silences(at), newest.ended_at)


def _gathered(scene: _Scope) -> HealthReport:
    records, concern, period = scene.records, scene.concern, scene.period
    every = _happened(scene)
    whole = _round(scene, final_changes(every))
    shown = whole if concern.client is None else told_to_client(whole, concern.language)
    changes = every if concern.client is None else visible_to_client(every, whole, concern)
    earliest = trends.earliest_day(period.until, concern.zone)
    messages = _messages(scene)
    hours = trends.months_of_hours(records, concern, period.until, messages)
    standing = _standing(scene, whole, messages)
    begun = records.begun_and_ended(concern, earliest, period.until)
    months = trends.first_months(period.until, concern.zone)
    days = records.daily(concern, period.until - trends.DISK_DAYS, period.until)
    bookable = standing is not None and standing.harvest_project is not None
    return HealthReport(
        client=concern.client,
        title=scene.inventory.clients[concern.client].title if concern.client else "",
        period=period,
        shown=shown,
        rounds=records.rounds_between(concern, scene.since, period.until),
        happened=changes,
        hours_booked=trends.hours_booked(messages, scene.since, period.until) if bookable else None,
        standing=standing,
        disks=trends.disk_trends(records.disks(concern.hosts, days), whole.findings, only_bad=concern.client is None),
        incidents_a_month=trends.months_of_incidents(
            begun, months, records.first_round(), scene.inventory, concern.zone
        ),
        hours_a_month=hours,
        clients=_lines(scene, whole) if concern.client is None else (),
    )


def _happened(scene: _Scope) -> tuple[ReportedChange, ...]:
    """What happened in the period, as the agency knows it."""
    lives = scene.records.changed(scene.concern, scene.since, scene.period.until)
    known = scene.records.incidents(scene.number, lives, scene.concern)
    return changes_between(lives, known, scene.around, scene.since, scene.records.first_looks())


def _round(scene: _Scope, changes: Mapping[int, ReportedChange]) -> Round:
    """The newest round; each problem with what the period, and not the round alone, made of it."""
    records, concern = scene.records, scene.concern
    known = records.incidents(scene.number, changes, concern)
    incidents = (
        reported_incident(number, incident, scene.around, Change(changes[number].change) if number in changes else None)
        for number, incident in known.items()
    )
    windows = tuple(open_windows(scene.inventory, scene.round.ended_at))
    found = records.findings(scene.number, concern)
    agreed = records.standings([scene.number], concern.client).get(scene.number, ())
    whole = Round(scene.round, records.coverage(scene.number, concern), found, tuple(incidents), agreed, windows)
    return whole if concern.client is None else _of_the_client(whole, concern)


def _of_the_client(whole: Round, concern: ReportScope) -> Round:
    """The windows that are about the client; the rest was asked for by itself."""
    narrowed = (one.narrowed((concern.client or "",), concern.hosts, concern.sites) for one in whole.maintenance)
    return replace(whole, maintenance=tuple(one for one in narrowed if one.about_something))


def _messages(scene: _Scope) -> Sequence[BookedEntry]:
    """What became of the client's time entries, from the oldest month on that is shown."""
    if scene.concern.client is None:
        return ()
    first = min(scene.since, scene.period.until - trends.HOUR_DAYS)
    return scene.records.booked(scene.concern.client, first.date().isoformat())


def _standing(scene: _Scope, whole: Round, messages: Sequence[BookedEntry]) -> ContractStatus | None:
    """Where the contract stands, or stood at the end of the month that the report is about."""
    client = scene.concern.client
    if client is None:
        return None
    now = next((one for one in whole.contracts if one.client == client), None)
    if scene.period.kind == "month":
        first = scene.period.key
        days = scene.records.daily(scene.concern, scene.period.until - trends.HOUR_DAYS, scene.period.until)
        then = [one.round for one in scene.records.counted(client, days) if one.first == first]
        if then:
            now = scene.records.standings(then[-1:], client)[then[-1]][0]
    return trends.with_what_was_booked_since(now, messages) if now else None


def _lines(scene: _Scope, whole: Round) -> tuple[ClientLine, ...]:
    """Each client as its own newest whole round saw it, in the order of the inventory."""
    inventory, records = scene.inventory, scene.records
    newest = records.newest_by_client(scene.period.until)
    rounds: dict[int, list[Client]] = {}
    for client in inventory.clients.values():
        info = newest.get(client.name, scene.round)
        rounds.setdefault(info.id or 0, []).append(client)
    infos = {info.id: info for info in newest.values()}
    sent = records.last_sent()
    lines: list[ClientLine] = []
    for number, clients in rounds.items():
        own = whole if number == scene.number else _round(replace(scene, round=infos[number], number=number), {})
        lines += client_lines(clients, own, inventory, sent)
    order = list(inventory.clients)
    return tuple(sorted(lines, key=lambda line: order.index(line.client)))
