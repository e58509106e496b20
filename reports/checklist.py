"""The checks and platforms there are, as a list."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter
from rich.table import Table
from rich.text import Text


@dataclass(frozen=True, slots=True)
class Listed:
    """One check or platform and where it comes from; `broken` says why it was skipped."""

    kind: str
    name: str
    title: str
    origin: str
    broken: str = ""


_checks_listed = TypeAdapter(list[Listed])


def checklist_json(listed: Sequence[Listed]) -> str:
    """The list as JSON."""
    return _checks_listed.dump_json(list(listed), indent=2).decode()


def checklist_table(listed: Sequence[Listed]) -> Table:
    """The list for a terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("Kind", "Name", "Title", "Origin"):
        table.add_column(column, overflow="fold")
    for one in listed:
        title = Text(f"skipped: {one.broken}", style="yellow") if one.broken else Text(one.title)
        table.add_row(Text(one.kind), Text(one.name), title, Text(one.origin))
    return table
