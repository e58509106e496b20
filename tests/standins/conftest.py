"""The stand-ins, each with a client that keeps their rules."""

from collections.abc import Iterator

import pytest

from tests.standins import HandClock, Harvest, Teamwork, Zendesk
from tests.standins.calling import Caller, harvest_caller, teamwork_caller, zendesk_caller


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def zendesk(clock: HandClock) -> Iterator[Zendesk]:
    with Zendesk() as zendesk:
        zendesk.clock = clock
        yield zendesk


@pytest.fixture
def agent(zendesk: Zendesk) -> Caller:
    return zendesk_caller(zendesk)


@pytest.fixture
def harvest(clock: HandClock) -> Iterator[Harvest]:
    with Harvest() as harvest:
        harvest.clock = clock
        harvest.add_project(14, "Shop care", "Harbour Books", {81: "Support", 82: "Rounds"}, budget=10)
        yield harvest


@pytest.fixture
def booker(harvest: Harvest) -> Caller:
    return harvest_caller(harvest)


@pytest.fixture
def teamwork(clock: HandClock) -> Iterator[Teamwork]:
    with Teamwork() as teamwork:
        teamwork.clock = clock
        yield teamwork


@pytest.fixture
def reader(teamwork: Teamwork) -> Caller:
    return teamwork_caller(teamwork)
