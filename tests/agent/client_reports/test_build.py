"""What a report is made from, out of rounds that were really recorded."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
import sqlalchemy as sa

from agent.client_reports import changed_since, newest_whole
from agent.domain.errors import StoreError
from agent.domain.incidents import Change, Phase
from agent.domain.tickets import LastNotified, SilenceKind, TicketKind
from agent.store import tables
from agent.store.tickets import NewTicketRow, TicketRepository, Wish
from checks import Finding, State
from inventory.maintenance import Weekly, Window
from reports.contract import ContractStatus
from reports.health_report import HealthReport
from reports.model import NotRun
from tests.agent.client_reports.estate import AT, DAY, DUE, INVENTORY, Estate, akismet, disk, report
from tests.agent.store.filled import write

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
OLD, NEW = akismet("5.5"), akismet("5.7", State.OK)
SHOP = ("site:shop", "versions")


def changes(made: HealthReport) -> list[tuple[str, int]]:
    return [(one.change, one.round) for one in made.happened]


def test_without_a_round_there_is_nothing_to_tell(rounds: Estate) -> None:
    assert newest_whole(rounds.store, INVENTORY, "harbour", AT) is None
    assert changed_since(rounds.store, INVENTORY, "harbour", None, AT) is False
    with pytest.raises(StoreError, match="no round for all of harbour was recorded by 2026-12-02 06:00 UTC"):
        report(rounds)
    with pytest.raises(StoreError, match="no round for everybody"):
        report(rounds, None)


def test_a_client_is_shown_what_is_the_client_s(rounds: Estate) -> None:
    ours = Finding(State.UNKNOWN, "not-checked", "", "our feed is old", data={"audience": "agency"})
    findings = [
        ("host:web1", "disk", replace(disk(96, State.CRITICAL), remedy="rm /srv/blog/dump.sql")),
        ("host:web2", "disk", disk(50)),
        (*SHOP, OLD),
        ("site:books", "versions", ours),
        ("site:blog", "versions", OLD),
        ("client:harbour", "contract", Finding(State.WARNING, "hours-used", "hours", "90 % used")),
    ]
    missed = [
        NotRun("web2", "books", "versions", "our feed is old", internal=True),
        NotRun("web1", "blog", "versions", "why"),
    ]
    standings = [ContractStatus("harbour", "Harbour Books"), ContractStatus("quay", "Quay")]
    number = rounds.round(AT + DAY, findings, missed=missed, standings=standings)
    made = report(rounds)

    assert (made.client, made.title, made.rounds) == ("harbour", "Harbour Books", 1)
    assert (made.shown.round.id, made.shown.round.ended_at) == (number, AT + DAY)
    assert [(one.place.host, one.place.site, one.check) for one in made.shown.findings] == [
        ("web1", None, "disk"), ("web2", None, "disk"), ("web1", "shop", "versions"),
    ]  # fmt: skip
    assert made.shown.findings[0].finding.remedy == ""
    assert [(one.host, one.site) for one in made.shown.coverage.checks] == [
        ("web1", None), ("web2", None), ("web1", "shop"), ("web2", "books"),
    ]  # fmt: skip
    assert [one.site for one in made.shown.coverage.not_run] == ["books"]
    assert "our feed" not in made.shown.coverage.not_run[0].reason
    assert made.shown.contracts == (standings[0],)
    assert made.standing == standings[0]
    assert report(rounds, "quay").standing == standings[1]


def test_words_for_a_client_are_in_the_client_s_language(rounds: Estate) -> None:
    rounds.round(AT + DAY, [("host:web1", "disk", disk(96, State.CRITICAL))])
    english, german = (report(rounds, client).shown.findings[0] for client in ("harbour", "quay"))
    assert english.finding.details != german.finding.details


def test_the_newest_round_over_all_of_the_client_is_shown(rounds: Estate) -> None:
    first = rounds.round(AT + DAY, [(*SHOP, OLD)])
    rounds.round(AT + 2 * DAY, whole=["quay"])
    rounds.round(AT + 3 * DAY, whole=[])
    last = rounds.round(AT + 4 * DAY, [(*SHOP, NEW)], whole=["harbour"])
    rounds.round(AT + 20 * DAY)

    assert (report(rounds).shown.round.id, report(rounds).rounds) == (last, 2)
    assert report(rounds, until=AT + 3 * DAY).shown.round.id == first
    assert report(rounds, since=AT + DAY).rounds == 1
    found = newest_whole(rounds.store, INVENTORY, "harbour", AT + 4 * DAY)
    assert found
    assert found.id == last
    everybody = newest_whole(rounds.store, INVENTORY, None, AT + 9 * DAY)
    assert everybody
    assert everybody.id == first


def test_before_it_was_noted_a_round_over_all_sites_is_whole(rounds: Estate) -> None:
    first = rounds.round(AT + DAY, whole=[])
    rounds.round(AT + 2 * DAY, whole=[], due=[one for one in DUE if one.site != "books"])
    rounds.round(AT + 3 * DAY, whole=[], due=[one for one in DUE if one.site is None])

    assert report(rounds).shown.round.id == first
    assert report(rounds, "quay").shown.round.id == first + 1


def test_what_happened_is_told_with_its_round_and_what_was_updated(rounds: Estate) -> None:
    one = rounds.round(AT - DAY, changes=[(*SHOP, Change.OPENED, OLD)])
    worse = akismet("5.6", State.CRITICAL)
    two = rounds.round(AT + DAY, changes=[(*SHOP, Change.WORSENED, worse)])
    three = rounds.round(AT + 2 * DAY, changes=[(*SHOP, Change.RESOLVED, NEW)])
    rounds.round(AT + 20 * DAY, changes=[(*SHOP, Change.REOPENED, OLD)])
    worsened, resolved = report(rounds).happened

    assert one < two < three
    assert (worsened.change, worsened.round, worsened.at, worsened.kind) == (
        "worsened", two, AT + DAY, "version-outdated",
    )  # fmt: skip
    assert (worsened.before, worsened.incident.state, worsened.incident.phase) == (
        State.WARNING, State.CRITICAL, "open",
    )  # fmt: skip
    assert worsened.updated == ("Akismet", "5.5", "5.6")
    assert (resolved.change, resolved.round, resolved.kind) == ("resolved", three, "version-outdated")
    assert (resolved.before, resolved.incident.state, resolved.incident.phase) == (State.CRITICAL, State.OK, "resolved")
    assert resolved.incident.summary == "Akismet 5.7"
    assert resolved.updated == ("Akismet", "5.6", "5.7")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (akismet("5.7"), akismet("5.6", State.OK)),  # put back
        (akismet("5.7"), akismet("5.7", State.OK)),  # only its maker's word changed
        (OLD, Finding(State.OK, "settled", "plugin:akismet", "plugin:akismet: no longer there")),
        (OLD, replace(NEW, data={"name": "Another", "version": "9"})),
        (replace(OLD, data={}), NEW),
        (OLD, replace(NEW, data={"name": "Akismet", "version": 6})),
    ],
)
def test_what_is_no_update_is_not_told_as_one(rounds: Estate, before: Finding, after: Finding) -> None:
    rounds.round(AT + DAY, changes=[(*SHOP, Change.OPENED, before)])
    rounds.round(AT + 2 * DAY, changes=[(*SHOP, Change.RESOLVED, after)])
    assert [one.updated for one in report(rounds).happened] == [None, None]


def test_one_update_that_ends_two_problems_is_told_once(rounds: Estate) -> None:
    support = replace(OLD, item="plugin:akismet/support", kind="end-of-life", state=State.CRITICAL)
    mended = replace(NEW, item=support.item, kind="version-supported")
    rounds.round(AT + DAY, changes=[(*SHOP, Change.OPENED, OLD), (*SHOP, Change.OPENED, support)])
    rounds.round(AT + 2 * DAY, changes=[(*SHOP, Change.RESOLVED, NEW), (*SHOP, Change.RESOLVED, mended)])
    resolved = report(rounds).changes("resolved")

    assert [one.kind for one in resolved] == ["version-outdated", "end-of-life"]
    assert [one.updated for one in resolved] == [("Akismet", "5.5", "5.7"), None]


def test_only_what_is_the_client_s_happened(rounds: Estate) -> None:
    tools = Finding(State.UNKNOWN, "not-checked", "", "our feed is old", data={"audience": "agency"})
    rounds.round(
        AT + DAY,
        changes=[
            (*SHOP, Change.OPENED, OLD),
            ("site:blog", "versions", Change.OPENED, OLD),
            ("site:books", "versions", Change.OPENED, tools),
            ("client:harbour", "contract", Change.OPENED, Finding(State.WARNING, "hours-used", "hours", "90 % used")),
            ("host:web1", "disk", Change.OPENED, disk(96, State.CRITICAL)),
        ],
    )
    told = {(one.incident.site, one.incident.host): one.incident.summary for one in report(rounds).happened}
    assert told == {("shop", "web1"): "Akismet 5.5", (None, "web1"): "a problem of the server"}
    assert len(report(rounds, None).happened) == 4  # what is about our own tools is not what happened to a site


def test_the_first_report_does_not_tell_of_all_that_ever_was(rounds: Estate) -> None:
    rounds.round(AT, changes=[(*SHOP, Change.OPENED, OLD)])
    last = rounds.round(AT + 9 * DAY, changes=[("site:books", "versions", Change.OPENED, OLD)])
    made = report(rounds, since=None)
    assert changes(made) == [("opened", last)]
    assert made.period.since is None


def test_a_problem_is_new_for_the_whole_period(rounds: Estate) -> None:
    rounds.round(AT - DAY, changes=[("site:books", "versions", Change.OPENED, OLD)])
    rounds.round(AT + DAY, [(*SHOP, OLD)], [(*SHOP, Change.OPENED, akismet("5.5", State.CRITICAL))])
    rounds.round(AT + 2 * DAY, [(*SHOP, OLD)], [(*SHOP, Change.EASED, OLD)])
    rounds.round(AT + 3 * DAY, [(*SHOP, OLD)])
    assert {one.site: one.change for one in report(rounds).shown.incidents} == {"shop": "opened", "books": None}
    rounds.round(AT + 4 * DAY, [(*SHOP, NEW)], [(*SHOP, Change.RESOLVED, NEW)])
    rounds.round(AT + 5 * DAY, [(*SHOP, NEW)])
    assert {one.site: one.change for one in report(rounds).shown.incidents} == {"shop": "resolved", "books": None}
    assert {one.site for one in report(rounds, since=AT + 4 * DAY).shown.incidents} == {"books"}


def is_news(rounds: Estate, since: datetime = AT, until: datetime = AT + 9 * DAY, client: str = "harbour") -> bool:
    return changed_since(rounds.store, INVENTORY, client, since, until)


@pytest.mark.parametrize(("change", "news"), [(one, one is not Change.EASED) for one in Change])
def test_what_is_news(rounds: Estate, change: Change, news: bool) -> None:
    rounds.round(AT, changes=[(*SHOP, Change.OPENED, OLD)])
    rounds.round(AT + DAY, changes=[(*SHOP, change, OLD)])
    assert is_news(rounds) is news
    assert changed_since(rounds.store, INVENTORY, "harbour", None, AT + 9 * DAY) is news
    assert not is_news(rounds, client="quay")
    assert not is_news(rounds, since=AT + DAY)
    assert not is_news(rounds, until=AT + DAY - MINUTE)


@pytest.mark.parametrize("kind", [SilenceKind.ACK, SilenceKind.MUTE])
def test_what_is_silenced_is_shown_and_is_no_news(rounds: Estate, kind: SilenceKind) -> None:
    rounds.round(AT + DAY, [(*SHOP, OLD)], [(*SHOP, Change.OPENED, OLD)])
    rounds.store.silences.say(1, Wish(kind, "we know", "Otto"), AT + DAY + HOUR)
    made = report(rounds)
    assert not is_news(rounds)
    assert changes(made) == [("opened", 1)]
    assert str(made.happened[0].incident.silence).endswith("by Otto on 2026-11-24: we know")
    rounds.round(AT + 2 * DAY, [(*SHOP, NEW)], [(*SHOP, Change.RESOLVED, NEW)])
    assert is_news(rounds)


def maintained(start: datetime, until: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    window = Window("move", "Server move", sites=frozenset({"shop"}), once=(start, until))
    monkeypatch.setitem(INVENTORY.maintenance, "move", window)


def test_what_came_and_went_in_maintenance_is_shown_and_not_counted(
    rounds: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    maintained(AT + DAY - HOUR, AT + DAY + HOUR, monkeypatch)
    rounds.round(AT, [(*SHOP, NEW)])
    rounds.round(AT + DAY, [(*SHOP, OLD)], [(*SHOP, Change.OPENED, OLD)])
    during = report(rounds, until=AT + DAY)
    rounds.round(AT + 2 * DAY, [(*SHOP, NEW)], [(*SHOP, Change.RESOLVED, NEW)])
    made = report(rounds)

    assert [one.title for one in during.shown.maintenance] == ["Server move"]
    assert [one.change for one in during.shown.incidents] == [None]
    assert not is_news(rounds)
    assert changes(made) == [("opened", 2), ("resolved", 3)]
    assert [str(one.incident.silence or "") for one in made.happened] == [
        "maintenance until 2026-11-24 07:00 UTC: Server move"
    ] * 2
    assert made.shown.maintenance == ()
    november = made.incidents_a_month[0]
    assert (november.opened, november.resolved) == (0, 1)
    assert report(rounds, "quay", until=AT + DAY).shown.maintenance == ()


def test_what_outlives_the_maintenance_is_news_when_it_is_over(rounds: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    weekly = Weekly(frozenset({(AT + DAY).weekday()}), time(5), time(7), "UTC")
    window = Window("updates", "Updates", sites=frozenset({"shop"}), weekly=weekly)
    monkeypatch.setitem(INVENTORY.maintenance, "updates", window)
    rounds.round(AT + DAY, [(*SHOP, OLD)], [(*SHOP, Change.OPENED, OLD)])
    assert not is_news(rounds, until=AT + DAY)
    rounds.round(AT + 2 * DAY, [(*SHOP, OLD)])
    assert is_news(rounds)
    assert [one.change for one in report(rounds).shown.incidents] == ["opened"]


def test_tickets_are_named(rounds: Estate) -> None:
    rounds.round(AT + DAY, [(*SHOP, OLD)], [(*SHOP, Change.OPENED, OLD)])

    def ticket(connection: sa.Connection) -> None:
        repository = TicketRepository(connection)
        repository.set_number(repository.open(NewTicketRow(TicketKind.INCIDENT, "x", "harbour", {}), AT), 1, None)
        number = repository.open(
            NewTicketRow(TicketKind.INCIDENT, "y", "harbour", {1: LastNotified(Phase.OPEN, State.WARNING)}), AT
        )
        repository.set_number(number, 35436, None)

    write(rounds.store, ticket)
    made = report(rounds)
    assert [one.ticket for one in made.shown.incidents] == [35436]
    assert [one.incident.ticket for one in made.happened] == [35436]


def test_the_same_store_gives_the_same_report(rounds: Estate) -> None:
    rounds.round(AT + DAY, [(*SHOP, OLD), ("host:web1", "disk", disk(50))], [(*SHOP, Change.OPENED, OLD)])
    first = report(rounds)
    rounds.round(AT + 20 * DAY, [(*SHOP, NEW)])
    assert report(rounds) == first


def test_a_damaged_store_is_said_so(rounds: Estate) -> None:
    rounds.round(AT + DAY)
    write(rounds.store, lambda connection: connection.execute(sa.text("DROP TABLE whole_round")))
    for asked in (
        lambda: report(rounds),
        lambda: is_news(rounds),
        lambda: newest_whole(rounds.store, INVENTORY, None, AT),
    ):
        with pytest.raises(StoreError, match="no such table"):
            asked()


def test_a_forgotten_round_leaves_nothing_behind(rounds: Estate) -> None:
    rounds.round(AT + DAY)
    write(rounds.store, lambda connection: connection.execute(sa.delete(tables.rounds)))
    assert newest_whole(rounds.store, INVENTORY, "harbour", AT + DAY) is None
