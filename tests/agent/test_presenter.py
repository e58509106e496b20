"""A round read back: what was agreed when it was made, what maintenance was under way, what no contract covered."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from agent.collect.evaluate import Evaluation
from agent.collect.plan import PlannedCheck
from agent.presenter import coverage, last_round, open_windows
from agent.record import with_scope
from agent.store.store import RoundRecord, Store
from checks import Finding, State, Target
from checks.registry import CHECKS
from inventory.maintenance import Weekly, Window
from inventory.model import Client, Host, Inventory, Site
from reports.contract import ContractStatus
from reports.model import Coverage, Location, ReportedFinding, ReportedWindow, Round, RoundInfo, round_json

START = datetime(2026, 11, 23, 6, tzinfo=UTC)
END = START + timedelta(minutes=1)
HOUR = timedelta(hours=1)
INVENTORY = Inventory(
    clients={name: Client(name, name.title()) for name in ("harbour", "quay")},
    hosts={"web1": Host("web1")},
    sites={"shop": Site("shop", "harbour", "web1", "https://shop.example", "/srv/shop")},
    maintenance={
        "now": Window("now", "The move", hosts=frozenset({"web2", "web1"}), once=(START - HOUR, END + HOUR)),
        "began": Window("began", "Begun since", sites=frozenset({"shop"}), once=(END, END + HOUR)),
        "over": Window("over", "Over by the end", sites=frozenset({"shop"}), once=(START - HOUR, END)),
        "weekly": Window(
            "weekly", "Backups", clients=frozenset({"quay"}), checks=frozenset({"users", "disk"}),
            weekly=Weekly(frozenset({0}), time(7), time(8), "Europe/Berlin"),
        ),
    },
)  # fmt: skip
HARBOUR = ContractStatus("harbour", "Harbour", agreed=Decimal(4), used=Decimal(1), in_scope=frozenset({"disk"}))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        yield opened


def test_maintenance_is_that_of_the_end_of_the_round() -> None:
    windows = list(open_windows(INVENTORY, END))
    assert windows == [
        ReportedWindow("now", "The move", START - HOUR, END + HOUR, hosts=("web1", "web2")),
        ReportedWindow("began", "Begun since", END, END + HOUR, sites=("shop",)),
        ReportedWindow("weekly", "Backups", START, START + HOUR, clients=("quay",), checks=("disk", "users")),
    ]


@pytest.mark.parametrize(
    ("data", "internal"), [({"audience": "agency"}, True), ({"audience": "client"}, False), ({}, False)]
)
def test_what_our_own_tools_could_not_see_is_internal_and_json_does_not_show_it(
    data: dict[str, str], internal: bool
) -> None:
    unseen = Finding(State.UNKNOWN, "not-checked", "", "no answer", data=data)
    due = PlannedCheck(CHECKS[0], Target(Host("web1")), None)
    counted = coverage([Evaluation(due, (unseen,))])
    assert [one.internal for one in counted.not_run] == [internal]
    shown = json.loads(round_json(Round(RoundInfo(None, START, END), counted, (), ())))
    assert not {"internal", "excused"} & shown["coverage"]["not_run"][0].keys()


def test_a_round_is_read_back_with_its_contracts_whatever_holds_by_now(store: Store) -> None:
    found = finding("users", in_scope=False)
    store.record(RoundRecord(RoundInfo(None, START, END), Coverage.of((), ()), [found], {}, [], standings=[HARBOUR]))
    shown = last_round(store, replace(INVENTORY, clients={}, sites={}))
    assert shown.contracts == (HARBOUR,)
    assert shown.findings == (found,)
    assert [one.name for one in shown.maintenance] == ["now", "began", "weekly"]


def finding(check: str, *clients: str, host: str | None = "web1", in_scope: bool = True) -> ReportedFinding:
    return ReportedFinding(
        Finding(State.WARNING, "kind", "item", "said"), Location(host, clients=clients), check, in_scope
    )


@pytest.mark.parametrize(
    ("found", "in_scope"),
    [
        (finding("disk", "harbour"), True),
        (finding("users", "harbour"), False),
        (finding("users", "harbour", "quay"), True),  # the contract of one of them covers it
        (finding("users"), True),  # nobody's host
        (finding("users", "unheard-of"), True),
        (finding("contract", "harbour", host=None), True),
    ],
)
def test_what_a_contract_covers_is_noted_with_each_finding(found: ReportedFinding, in_scope: bool) -> None:
    standings = {"harbour": HARBOUR, "quay": ContractStatus("quay", "Quay")}
    assert with_scope([found], standings) == (replace(found, in_scope=in_scope),)
