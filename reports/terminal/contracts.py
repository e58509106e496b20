"""Lists the status of all contracts, for a terminal and as JSON."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from checks import State
from checks.contract import hours
from inventory.services import PRIORITIES
from reports.contract import ContractStatus, age
from reports.format import day_of, isolated
from reports.terminal.round import STYLES, SYMBOLS

NONE_ANYWHERE = (
    "No contract is known. Write one for a client in the inventory, such as\n"
    "  contract: {kind: standard, hours_a_month: 4, start: 2026-01-15}\n"
    "or keep contracts in Teamwork and say so by `services: teamwork:`."
)
_CALENDARS = {"24x7": "around the clock", "business": "in business hours"}
_MOST_TASKS = 12
_LABEL = 11


@dataclass(frozen=True, slots=True)
class ListedContract:
    """A contract's status, and the state of its hours by the client's thresholds; None if they are not checked."""

    standing: ContractStatus
    state: State | None = None


_adapter = TypeAdapter(ContractStatus)


def contracts_json(listed: Sequence[ListedContract]) -> str:
    """Return the contracts as a JSON list; hours are decimal numbers as text, times ISO 8601."""
    return json.dumps([_document(one) for one in listed], indent=2)


def _document(one: ListedContract) -> Mapping[str, Any]:
    standing = one.standing
    document: dict[str, Any] = _adapter.dump_python(standing, mode="json")
    return document | {
        "left": None if standing.left is None else str(standing.left),
        "share": standing.share,
        "state": one.state,
        "line": standing.hours_line(),
    }


def contracts_view(listed: Sequence[ListedContract], at: datetime) -> RenderableType:
    """Return a block for each client, in the order given."""
    if not any(_known(one.standing) for one in listed):
        return Text(NONE_ANYWHERE)
    parts: list[RenderableType] = []
    for one in listed:
        parts += [*([Text()] if parts else []), *_block(one, at)]
    return Group(*parts)


def _known(standing: ContractStatus) -> bool:
    return standing.source != "none" or bool(standing.remarks) or standing.used is not None


def _block(one: ListedContract, at: datetime) -> Iterator[RenderableType]:
    standing = one.standing
    title = Text(isolated(standing.title), style="bold")
    yield title if standing.title == standing.client else title.append(f" ({standing.client})", style="default")
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=_LABEL + 2)
    table.add_column(ratio=1, overflow="fold")
    for label, text in _rows(one, at):
        table.add_row(Text("  ").append(label), text)
    yield table


def _rows(one: ListedContract, at: datetime) -> Iterator[tuple[Text, Text]]:
    standing = one.standing
    yield _state(one.state), _hours(one)
    yield Text("contract"), Text(_contract(standing, at))
    if standing.month:
        yield Text("month"), Text(f"{day_of(standing.month[0])} to {day_of(standing.month[1])}")
    yield from ((Text(label), Text(text)) for label, text in _scope(standing))
    targets = _targets(standing)
    if targets:
        yield Text("targets"), Text(targets)
    for remark in standing.remarks:
        yield Text("remark", style="yellow"), Text(isolated(remark), style="yellow")


def _state(state: State | None) -> Text:
    if state in (None, State.OK):
        return Text("hours")
    return Text(f"{SYMBOLS[state]} {state.upper()}", style=STYLES[state])


def _hours(one: ListedContract) -> Text:
    standing = one.standing
    text = Text(standing.hours_line())
    if standing.left is not None:
        over = standing.left < 0
        text.append(f"; {hours(-standing.left)} too many" if over else f"; {hours(standing.left)} left")
    elif standing.agreed is not None:
        text.append(f"; {hours(standing.agreed)} a month were agreed")
    elif standing.trouble:
        text.append(f"; hours agreed are not known: {standing.trouble}")
    if standing.trouble and standing.remedy:
        text.append(f"\n→ {standing.remedy}", style="cyan")
    return text


def _contract(standing: ContractStatus, at: datetime) -> str:
    if standing.source == "none":
        return "none is known"
    kind = standing.kind or "of a kind that is not known"
    own = standing.cap if standing.cap != standing.agreed else None
    cap = f"; routine work is booked up to {hours(own)} a month" if own is not None else ""
    if standing.source == "inventory":
        return f"{kind}, in the inventory{cap}"
    read = f", read {age(at - standing.fetched_at)} ago" if standing.fetched_at else ""
    return f"{kind}, in Teamwork{read}{cap}"


def _scope(standing: ContractStatus) -> Iterator[tuple[str, str]]:
    if standing.in_scope is None and not standing.out_of_scope:
        if standing.source != "none":
            yield "in scope", "everything"
        return
    inside = ", ".join(sorted(standing.in_scope or ())) or "nothing"
    yield "in scope", "everything else" if standing.in_scope is None else inside
    if standing.out_of_scope:
        yield "not", ", ".join(sorted(standing.out_of_scope))
    if standing.tasks:
        more = f", and {len(standing.tasks) - _MOST_TASKS} more" if len(standing.tasks) > _MOST_TASKS else ""
        yield "tasks", isolated("; ".join(standing.tasks[:_MOST_TASKS]) + more)


def _targets(standing: ContractStatus) -> str:
    targets_by_kind = [
        f"{name}: " + ", ".join(f"{one} {targets[one]:g} h" for one in PRIORITIES if one in targets)
        for name, targets in (("first response", standing.first_response), ("resolution", standing.resolution))
        if targets
    ]
    return "; ".join(targets_by_kind) + f"; counted {_CALENDARS[standing.calendar]}" if targets_by_kind else ""
