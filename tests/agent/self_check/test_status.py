"""What siterounds knows of itself, from a real store; and what of it counts as wrong."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from agent.domain.incidents import Change, Phase
from agent.domain.messages import Action, Draft
from agent.domain.schedule import AnySchedule
from agent.domain.service_state import HeartbeatKind, HeartbeatResult, ServiceSnapshot, ServiceState
from agent.integrations.harvest.integration import HarvestIntegration
from agent.self_check import rules
from agent.self_check.rules import health_problems, is_healthy, unvisited
from agent.self_check.status import AgentStatus, DiskUsage, ExpiringCredential, agent_status, budgets
from agent.store import tables
from agent.store.cache import ApiHealth, all_api_health, clock_skew, record_response, updated
from agent.store.last_seen import last_seen
from agent.store.outbox import add
from checks import State
from inventory.model import Inventory
from inventory.schedule import Daily, Schedule
from inventory.secrets import Reference
from inventory.services import Harvest, Services, Zendesk
from inventory.subject import Subject, SubjectKind
from reports.model import DueCheck, NotRun
from tests.agent.client_reports.estate import AT, DAY, DUE, INVENTORY, Estate, akismet, disk, estate
from tests.agent.outbox.office import booking, opening
from tests.agent.store.filled import HOUR, write

SHOP, BOOKS, BLOG = ("web1", "shop"), ("web2", "books"), ("web1", "blog")
ZENDESK = Zendesk("https://agency.zendesk.com", email="l2@agency.example", token=Reference("env", "T"))
HARVEST = Harvest(1, Reference("env", "H"), "l2@agency.example")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Estate]:
    made = estate(tmp_path)
    with made.store:
        yield made


def of(rounds: Estate, when: datetime, inventory: Inventory = INVENTORY, **more: Any) -> AgentStatus:
    return agent_status(rounds.store, inventory, more.pop("live", None), when, **more)


def stale(host: str, site: str | None, *checks: str) -> list[NotRun]:
    return [NotRun(host, site, check, "the host was not reached") for check in checks]


def schedule(rounds: Estate, since: datetime, **rhythms: Schedule) -> None:
    held: dict[Subject, AnySchedule] = {Subject(SubjectKind.CLIENT, name): one for name, one in rhythms.items()}
    rounds.store.schedule_runs.hold(held, since)


# What was seen of each place.


def test_a_place_is_as_its_newest_look_found_it(at: Estate) -> None:
    at.round(AT, [("site:shop", "versions", akismet("5.6"))])
    at.round(AT + DAY, [("site:shop", "versions", akismet("5.7", State.OK)), ("host:web1", "disk", disk(50))])
    seen = of(at, AT + DAY).looks
    assert seen.by_place[SHOP].looked_at == AT + DAY
    assert {(one.place, one.check, one.state) for one in seen.found} == {
        (SHOP, "versions", State.OK),
        (("web1", None), "disk", State.OK),
    }


def test_rounds_of_single_clients_and_checks_come_together(at: Estate) -> None:
    at.round(AT, [("site:blog", "versions", akismet("5.6")), ("host:web1", "disk", disk(50))])
    later = [DueCheck("web2", "books", "versions"), DueCheck("web2", None, "disk")]
    at.round(AT + HOUR, [("site:books", "versions", akismet("5.6"))], due=later, whole=["harbour"])
    at.round(AT + 2 * HOUR, [("host:web1", "disk", disk(95, State.CRITICAL))], due=[DueCheck("web1", None, "disk")])
    seen = of(at, AT + DAY).looks
    ends = {place: look.visited_at for place, look in seen.by_place.items()}
    assert ends[BLOG] == AT
    assert ends[BOOKS] == AT + HOUR
    assert ends["web1", None] == AT + 2 * HOUR
    assert [one.state for one in seen.found if one.place == ("web1", None)] == [State.CRITICAL]


def test_what_could_not_be_reached_was_visited_and_not_looked_at(at: Estate) -> None:
    at.round(AT, [("site:shop", "versions", akismet("5.6"))])
    at.round(AT + DAY, missed=stale("web1", "shop", "versions"))
    look = of(at, AT + 2 * DAY).looks.by_place[SHOP]
    assert (look.visited_at, look.looked_at, look.blind) == (AT + DAY, AT, True)


def test_what_was_seen_in_part_was_looked_at(at: Estate) -> None:
    at.round(AT, missed=[NotRun("web1", "shop", "versions", "one plugin could not be read", partly=True)])
    look = of(at, AT).looks.by_place[SHOP]
    assert (look.looked_at, look.blind) == (AT, False)


def test_one_that_was_not_seen_for_weeks_is_found_further_back(at: Estate) -> None:
    at.round(AT)
    only_blog = [DueCheck("web1", "blog", "versions")]
    for day in range(1, 31):
        at.round(AT + day * DAY, due=only_blog)
    assert of(at, AT + 30 * DAY).looks.by_place[SHOP].looked_at == AT
    assert SHOP not in of(at, AT + 41 * DAY).looks.by_place


@given(st.lists(st.sets(st.sampled_from([*range(len(DUE))])), max_size=6), st.data())
def test_looks_are_what_going_through_all_rounds_gives(made: list[set[int]], data: st.DataObject) -> None:
    engine = sa.create_engine("sqlite://")
    tables.metadata.create_all(engine)
    visited: dict[tuple[str, str | None], datetime] = {}
    looked: dict[tuple[str, str | None], datetime] = {}
    with engine.connect() as connection:
        for number, due in enumerate(made, start=1):
            missed = data.draw(st.sets(st.sampled_from(sorted(due)))) if due else set()
            when = AT + number * HOUR
            connection.execute(sa.insert(tables.rounds), {"id": number, "started_at": when, "ended_at": when})
            for index in sorted(due):
                one = DUE[index]
                row = {"round_id": number, "host": one.host, "site": one.site, "check": one.check}
                connection.execute(sa.insert(tables.due_checks), row)
                visited[one.host, one.site] = when
                if index in missed:
                    why = {"reason": "", "remedy": "", "partly": 0}
                    connection.execute(sa.insert(tables.not_run), row | why)
                else:
                    looked[one.host, one.site] = when
        found = last_seen(connection, INVENTORY.sites, AT + DAY).by_place
    assert {place: one.visited_at for place, one in found.items()} == visited
    assert {place: one.looked_at for place, one in found.items() if one.looked_at} == looked


def test_nothing_was_ever_looked_at_in_an_empty_store(at: Estate) -> None:
    known = of(at, AT)
    assert (known.last, known.looks.by_place, known.looks.found, known.outbox) == (None, {}, (), ())
    assert known.picture is None
    assert known.shelf
    assert known.shelf.used > 0
    assert known.shelf.free <= known.shelf.total


# Problems, messages, paces, clocks.


def test_problems_are_counted_by_phase_and_state(at: Estate) -> None:
    at.round(AT, changes=[("site:shop", "versions", Change.OPENED, akismet("5.6"))])
    at.round(AT, changes=[("host:web1", "disk", Change.OPENED, disk(95, State.CRITICAL))])
    at.round(AT, changes=[("host:web2", "disk", Change.RESOLVED, disk(5))])
    assert of(at, AT).incidents == {(Phase.OPEN, State.WARNING): 1, (Phase.OPEN, State.CRITICAL): 1}


def test_messages_are_counted_and_the_oldest_one_told(at: Estate) -> None:
    def post(connection: sa.Connection) -> None:
        for hours in (5, 3, 9):
            add(connection, Draft("zendesk", Action.OPEN, f"ticket:{hours}", opening()), AT - hours * HOUR)

    write(at.store, post)
    last = at.store.outbox.get(3)
    assert last
    at.store.outbox.parked(last, "no", "look", uncertain=False)
    (pile,) = of(at, AT).outbox
    assert (pile.integration, pile.waiting, pile.parked, pile.oldest) == ("zendesk", 2, 1, AT - 5 * HOUR)


def test_a_budget_is_used_up_and_comes_back(at: Estate) -> None:
    from agent.integrations.rate_limit import reserve

    services = Services(zendesk=ZENDESK, harvest=HARVEST)
    limit = HarvestIntegration(HARVEST).limits()[-1]
    name = f"Harvest {limit.bucket}"
    for _ in range(limit.burst):
        at.store.cache.reserve(name, lambda mark: reserve(limit, mark, AT))
    with at.store.reading() as (repository, _):
        spent, full = (
            {(one.service, one.bucket): one for one in budgets(repository.connection, services, when)}
            for when in (AT, AT + HOUR)
        )
    assert spent["Harvest", limit.bucket].left == 0
    assert spent["Harvest", limit.bucket].wait > 0
    assert full["Harvest", limit.bucket].left == limit.burst
    assert full["Harvest", limit.bucket].wait == 0
    assert {service for service, _ in full} == {"Zendesk", "Harvest"}


HEADER = {"Date": "Mon, 23 Nov 2026 06:00:00 GMT"}


def test_clocks_are_compared_by_the_date_of_an_answer() -> None:
    assert clock_skew(HEADER, AT + timedelta(seconds=10.5)) == pytest.approx(10)
    for broken in ({}, {"Date": "yesterday"}, {"Date": ""}):
        assert clock_skew(broken, AT) is None


def test_a_refusal_lasts_until_we_are_let_in_again() -> None:
    first = updated(None, "Zendesk", 401, HEADER, AT)
    second = updated(first, "Zendesk", 401, HEADER, AT + HOUR)
    assert second.refused_since == AT
    assert updated(second, "Zendesk", 200, HEADER, AT + 2 * HOUR).refused_since is None


def test_only_news_of_a_service_is_written(at: Estate) -> None:
    kept = at.store.cache
    for minutes in range(20):
        record_response(kept, "Zendesk", 200, HEADER, AT + timedelta(seconds=minutes / 10))
    assert _heard(at) == [(AT, None)]
    record_response(kept, "Zendesk", 401, HEADER, AT + timedelta(minutes=1))
    record_response(kept, "Zendesk", 401, HEADER, AT + timedelta(minutes=40))
    assert _heard(at) == [(AT + timedelta(minutes=40), AT + timedelta(minutes=1))]


def _heard(rounds: Estate) -> list[tuple[datetime, datetime | None]]:
    with rounds.store.reading() as (repository, _):
        return [(one.at, one.refused_since) for one in all_api_health(repository.connection)]


def test_only_the_old_token_for_zendesk_has_an_end_that_is_known(at: Estate) -> None:
    legacy = replace(INVENTORY, services=Services(zendesk=ZENDESK))
    modern = replace(ZENDESK, email=None, token=None, client_id="x", client_secret=Reference("env", "S"))
    assert [one.ends for one in of(at, AT, legacy).credentials] == [date(2027, 4, 30)]
    assert of(at, AT, replace(INVENTORY, services=Services(zendesk=modern))).credentials == ()


# What counts as wrong.


def about(known: AgentStatus, inventory: Inventory = INVENTORY) -> dict[str, bool]:
    """The reasons, with whether each is grave."""
    return {one.about: one.critical for one in health_problems(known, inventory)}


WEEKDAYS = Schedule(Daily(days=frozenset(range(5))))
FRIDAY = AT - 3 * DAY  # 06:00; AT is a Monday


def test_a_site_is_late_only_where_a_round_was_promised(at: Estate) -> None:
    at.round(AT)
    assert about(of(at, AT + 9 * DAY)) == {}
    schedule(at, AT, harbour=Schedule())
    known = of(at, AT + 3 * DAY)
    late = unvisited(known, INVENTORY, 2 * DAY)
    assert {(one.site, one.since, one.ever) for one in late} == {("shop", AT, True), ("books", AT, True)}
    assert about(known) == {"unvisited": False}


def test_nothing_is_late_over_a_weekend(at: Estate) -> None:
    workdays = replace(
        INVENTORY, clients={name: replace(one, schedule=WEEKDAYS) for name, one in INVENTORY.clients.items()}
    )
    schedule(at, FRIDAY - DAY, harbour=WEEKDAYS, quay=WEEKDAYS)
    at.round(FRIDAY + HOUR)
    assert about(of(at, AT + 2 * HOUR, workdays), workdays) == {}  # it may still be under way
    assert about(of(at, AT + 9 * HOUR, workdays), workdays) == {"unvisited": True}


def test_one_that_was_never_visited_is_late_from_when_it_was_promised(at: Estate) -> None:
    schedule(at, AT, quay=Schedule())
    assert unvisited(of(at, AT + DAY), INVENTORY, 2 * DAY) == ()
    (late,) = unvisited(of(at, AT + 3 * DAY), INVENTORY, 2 * DAY)
    assert (late.site, late.since, late.ever) == ("blog", AT, False)


def test_the_running_service_is_judged(at: Estate) -> None:
    live = ServiceState(AT)
    assert about(of(at, AT + timedelta(minutes=4), live=live)) == {}
    assert about(of(at, AT + timedelta(minutes=6), live=live)) == {"stuck": True}
    now = AT + timedelta(hours=8)
    live.change(ticked_at=now, paused=True, draining=True, mistakes=("inventory.yaml:3: no such client",))
    assert about(of(at, now, live=live)) == {"paused": False, "draining": False, "inventory": False}
    with live.running("the round of harbour", AT):
        assert about(of(at, now, live=live))["long-round"] is True


def test_what_is_outside_is_judged(at: Estate) -> None:
    known = replace(
        of(at, AT),
        installed="9.9",
        picture=ServiceSnapshot(AT),
        shelf=DiskUsage(1, 1024, 2048),
        heard=(ApiHealth("Zendesk", AT, skew=-60, refused_since=AT - HOUR), ApiHealth("Harvest", AT, skew=1)),
        credentials=(ExpiringCredential("a token", date(2026, 12, 1)), ExpiringCredential("another", date(2028, 1, 1))),
        beat=HeartbeatResult(HeartbeatKind.SUCCESS, AT, "it answered 500"),
    )
    assert about(known) == {
        "version": False, "room": True, "clock": False, "refused": False, "credential": False, "heartbeat": False,
    }  # fmt: skip


def test_messages_that_wait_too_long_are_grave(at: Estate) -> None:
    write(at.store, lambda one: add(one, Draft("harvest", Action.BOOK, "time:1", booking()), AT))
    assert about(of(at, AT + rules.OUTBOX)) == {}
    known = of(at, AT + rules.OUTBOX + HOUR)
    assert about(known) == {"outbox": True}
    assert not is_healthy(health_problems(known, INVENTORY))
