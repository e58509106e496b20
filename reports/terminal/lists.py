"""Lists reports, and checks with platforms, for a terminal and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter
from rich.table import Table
from rich.text import Text

STYLES = {"prepared": "yellow", "approved": "cyan", "sent": "green", "skipped": "dim"}
WORDS = {"prepared": "to approve"}


@dataclass(frozen=True, slots=True)
class ListedReport:
    """One line of the list of reports."""

    id: int
    client: str | None
    kind: str
    period: str
    stage: Literal["prepared", "approved", "sent", "skipped"]
    made_at: datetime
    subject: str
    to: tuple[str, ...]


_reports_listed = TypeAdapter(tuple[ListedReport, ...])


def archive_json(listed: Sequence[ListedReport]) -> str:
    """Return the list as JSON."""
    return _reports_listed.dump_json(tuple(listed), indent=2).decode()


def archive_table(listed: Sequence[ListedReport]) -> Table | Text:
    """Return the list for a terminal, in the order given."""
    if not listed:
        return Text("No report was made yet.")
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("#", "Stage", "Made", "For", "What"):
        table.add_column(column, overflow="fold", no_wrap=column in ("#", "Stage", "Made"))
    for one in listed:
        what = Text(one.subject)
        if one.to:
            what.append(f"\nto {', '.join(one.to)}", style="dim")
        stage = Text(WORDS.get(one.stage, one.stage), style=STYLES[one.stage])
        table.add_row(str(one.id), stage, f"{one.made_at:%Y-%m-%d}", Text(one.client or "the agency"), what)
    return table


@dataclass(frozen=True, slots=True)
class ListedCheck:
    """A check or platform and its origin; `broken`: why it was skipped, "" if it was not."""

    kind: str
    name: str
    title: str
    origin: str
    broken: str = ""


_checks_listed = TypeAdapter(list[ListedCheck])


def checklist_json(listed: Sequence[ListedCheck]) -> str:
    """Return the list as JSON."""
    return _checks_listed.dump_json(list(listed), indent=2).decode()


def checklist_table(listed: Sequence[ListedCheck]) -> Table:
    """Return the list for a terminal."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in ("Kind", "Name", "Title", "Origin"):
        table.add_column(column, overflow="fold")
    for one in listed:
        title = Text(f"skipped: {one.broken}", style="yellow") if one.broken else Text(one.title)
        table.add_row(Text(one.kind), Text(one.name), title, Text(one.origin))
    return table
