"""Contracts on a terminal and as JSON."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from checks import State
from reports.contract import ContractStatus
from reports.terminal.contracts import NONE_ANYWHERE, ListedContract, contracts_json, contracts_view

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
FULL = ContractStatus(
    client="harbour",
    title="Harbour Books",
    kind="standard",
    source="teamwork",
    fetched_at=AT - timedelta(minutes=20),
    month=(date(2026, 11, 15), date(2026, 12, 14)),
    agreed=Decimal(4),
    used=Decimal("3.25"),
    used_at=AT,
    forecast=Decimal("11.58"),
    cap=Decimal(2),
    tasks=("Disk space", "Plugin updates"),
    in_scope=frozenset({"disk", "versions"}),
    out_of_scope=frozenset({"logs", "dnsbl"}),
    scope_is_whole=False,
    first_response={"low": 24.0, "urgent": 1.0},
    resolution={"urgent": 4.5},
    calendar="business",
    remarks=("Teamwork could not be read (Teamwork answered 503): what it said 20 minutes ago holds.",),
)


def shown(*listed: ListedContract, width: int = 80) -> str:
    console = Console(file=StringIO(), width=width, color_system=None, highlight=False, emoji=False, markup=False)
    console.print(contracts_view(listed, AT))
    written: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "".join(line.rstrip() + "\n" for line in written.splitlines())


def test_a_whole_contract() -> None:
    assert shown(ListedContract(FULL, State.WARNING)).splitlines() == [
        "Harbour Books (harbour)",
        "  ! WARNING   3.25 of 4 h used until 14 December, about 11.6 h by then; 0.75 h",
        "              left",
        "  contract    standard, in Teamwork, read 20 minutes ago; routine work is booked",
        "              up to 2 h a month",
        "  month       15 November 2026 to 14 December 2026",
        "  in scope    disk, versions",
        "  not         dnsbl, logs",
        "  tasks       Disk space; Plugin updates",
        "  targets     first response: urgent 1 h, low 24 h; resolution: urgent 4.5 h;",
        "              counted in business hours",
        "  remark      Teamwork could not be read (Teamwork answered 503): what it said",
        "              20 minutes ago holds.",
    ]


@pytest.mark.parametrize(
    ("values", "state", "lines"),
    [
        (
            {"used": Decimal(5), "agreed": Decimal(4), "source": "inventory", "kind": "extended"},
            State.CRITICAL,
            [
                "  ✗ CRITICAL  5 of 4 h used; 1 h too many",
                "  contract    extended, in the inventory",
                "  in scope    everything",
            ],
        ),
        (
            {
                "agreed": Decimal(4),
                "used_unknown": "Harvest answered 503",
                "trouble": "Harvest answered 503",
                "source": "inventory",
                "remedy": "wait",
            },
            State.UNKNOWN,
            [
                "  ? UNKNOWN   hours used are not known: Harvest answered 503; 4 h a month were",
                "              agreed",
                "              → wait",
                "  contract    of a kind that is not known, in the inventory",
                "  in scope    everything",
            ],
        ),
        (
            {"used": Decimal(1), "trouble": "it says 4 h and 5 h a month", "remedy": "mend it", "source": "teamwork"},
            None,
            [
                "  hours       1 h used; hours agreed are not known: it says 4 h and 5 h a month",
                "              → mend it",
                "  contract    of a kind that is not known, in Teamwork",
                "  in scope    everything",
            ],
        ),
        (
            {"source": "inventory", "kind": "standard", "out_of_scope": frozenset({"logs"})},
            None,
            [
                "  hours       hours used are not known: nobody counts them",
                "  contract    standard, in the inventory",
                "  in scope    everything else",
                "  not         logs",
            ],
        ),
        (
            {"source": "teamwork", "kind": "standard", "in_scope": frozenset(), "tasks": (), "remarks": ("a",)},
            None,
            [
                "  hours       hours used are not known: nobody counts them",
                "  contract    standard, in Teamwork",
                "  in scope    nothing",
                "  remark      a",
            ],
        ),
    ],
)
def test_parts_of_a_contract(values: dict[str, Any], state: State | None, lines: list[str]) -> None:
    assert shown(ListedContract(ContractStatus("quay", "quay", **values), state)).splitlines() == ["quay", *lines]


def test_blocks_are_apart_and_without_any_contract_it_is_said_how_to_write_one() -> None:
    none, one, counted = (
        ListedContract(ContractStatus("quay", "Quay")),
        ListedContract(FULL, State.OK),
        ListedContract(ContractStatus("q", "Q", used=Decimal(1))),
    )
    assert shown(one, none).count("\n\n") == 1
    assert shown(none, none) == NONE_ANYWHERE + "\n"
    assert shown() == NONE_ANYWHERE + "\n"
    assert "  contract    none is known" in shown(none, counted).splitlines()


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_no_line_is_too_long(width: int) -> None:
    tasks = tuple(f"A task with a long name that goes on and on {number}" for number in range(40))
    hostile = ContractStatus(
        "c" * 50, "T" * 90, source="teamwork", tasks=tasks, in_scope=frozenset({"x" * 64}), remarks=("r" * 500,)
    )
    text = shown(ListedContract(hostile), ListedContract(FULL, State.CRITICAL), width=width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "and 28 more" in " ".join(text.split())


def test_as_json() -> None:
    full, empty = json.loads(
        contracts_json([ListedContract(FULL, State.WARNING), ListedContract(ContractStatus("quay", "Quay"))])
    )
    assert (full["client"], full["agreed"], full["used"], full["left"], full["share"]) == (
        "harbour",
        "4",
        "3.25",
        "0.75",
        81.25,
    )
    assert (full["state"], full["month"]) == ("warning", ["2026-11-15", "2026-12-14"])
    assert (full["in_scope"], full["out_of_scope"]) == (["disk", "versions"], ["dnsbl", "logs"])
    assert full["line"] == FULL.hours_line()
    assert (empty["state"], empty["left"], empty["share"], empty["in_scope"]) == (None, None, None, None)
    assert json.loads(contracts_json([])) == []
