"""The facts about siterounds itself, from a real store."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from agent.self_check.check import check_itself, facts_of
from agent.store.cache import record_response
from checks import State
from checks.siterounds import SUBJECT, Unvisited
from inventory.schedule import Schedule
from inventory.services import Services
from tests.agent.client_reports.estate import AT, DAY, INVENTORY, Estate, estate
from tests.agent.self_check.test_status import ZENDESK, of, schedule
from tests.agent.store.filled import HOUR

OFF = replace(INVENTORY, settings={"siterounds": {"enabled": False}})


@pytest.fixture
def at(tmp_path: Path) -> Estate:
    return estate(tmp_path)


def test_sites_that_are_visited_right_now_are_not_late(at: Estate) -> None:
    schedule(at, AT, harbour=Schedule(), quay=Schedule())
    at.round(AT)
    known = of(at, AT + 3 * DAY)
    assert {one.site for one in facts_of(known, INVENTORY).unvisited} == {"shop", "books", "blog"}
    assert facts_of(known, INVENTORY, ["shop", "books"]).unvisited == (Unvisited("blog", AT),)


def test_nothing_is_promised_without_the_service(at: Estate) -> None:
    at.round(AT)
    facts = facts_of(of(at, AT + 30 * DAY), INVENTORY)
    assert (facts.stale, facts.unvisited) == (None, ())


def test_what_services_told_is_known(at: Estate) -> None:
    when = AT + timedelta(seconds=40.5)
    record_response(at.store.cache, "Zendesk", 401, {"Date": "Mon, 23 Nov 2026 06:00:00 GMT"}, when)
    record_response(at.store.cache, "Harvest", 200, {}, when)
    facts = facts_of(of(at, AT + HOUR), INVENTORY)
    assert (facts.refused, facts.accepted, facts.skews) == ({"Zendesk": when}, ("Harvest",), {"Zendesk": 40.0})
    assert facts_of(of(at, AT + 2 * DAY), INVENTORY).skews == {}


def test_it_is_judged_by_its_settings_and_may_be_switched_off(at: Estate) -> None:
    legacy = replace(INVENTORY, services=Services(zendesk=ZENDESK))
    strict = replace(legacy, settings={"siterounds": {"credentials": {"warning": 200}}})
    for inventory, state in ((legacy, State.OK), (strict, State.WARNING)):
        looked, _ = check_itself(at.store, inventory, (), {}, AT)
        assert looked
        assert looked.subject == SUBJECT
        assert {one.item: one.state for one in looked.findings}["credential:the API token for Zendesk"] is state
    assert check_itself(at.store, OFF, (), {"kept": 1}, AT) == (None, {"kept": 1})
