"""Shows upcoming, late, missed and failed slots of the schedule, for a terminal and as JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from inventory.subject import Subject


@dataclass(frozen=True, slots=True)
class UpcomingSlot:
    """The next slot of a subject, and the result of its last one."""

    subject: Subject
    rhythm: str  # in words
    due_at: datetime | None  # None: never, or not within years
    key: str  # of the slot that is due next; "" where none is
    last_at: datetime | None  # when the last slot started
    last: str  # its result, in words


@dataclass(frozen=True, slots=True)
class UnusualSlot:
    """A slot that was late, failed, or followed missed ones."""

    subject: Subject
    key: str
    due_at: datetime
    started_at: datetime
    late: timedelta
    skipped: int
    failures: int
    said: str

    def __str__(self) -> str:
        """Return what was unusual about it."""
        said = [f"{duration(self.late)} late"] if self.late else []
        if self.skipped:
            said.append(f"{self.skipped} before it missed")
        if self.failures:
            said.append(f"failed {'once' if self.failures == 1 else f'{self.failures} times'}")
        return ", ".join(said)


def schedule_view(
    coming: Sequence[UpcomingSlot], unusual: Sequence[UnusualSlot], zone: str, paused: bool
) -> RenderableType:
    """Return the tables for a terminal; times are in the time zone `zone`."""
    parts: list[RenderableType] = []
    if paused:
        parts.append(Text("Paused: nothing begins until `siterounds control resume`.\n", style="yellow"))
    parts.append(_table(("NEXT", "WHAT", "WHEN", "LAST", ""), (_row(one, zone) for one in coming)))
    if unusual:
        parts.append(Text("\nLate, missed or failed, the newest first:"))
        rows = (
            (_shown(one.due_at, zone), str(one.subject), str(one), _shown(one.started_at, zone), one.said)
            for one in unusual
        )
        parts.append(_table(("DUE", "WHAT", "HOW", "BEGUN", ""), rows))
    parts.append(Text(f"\nTimes are of {zone}.", style="dim"))
    return Group(*parts)


def schedule_json(coming: Iterable[UpcomingSlot], unusual: Iterable[UnusualSlot], paused: bool) -> str:
    """Return the slots as JSON; times in ISO 8601."""
    return json.dumps(
        {
            "paused": paused,
            "next": [
                {
                    "subject": str(one.subject), "schedule": one.rhythm, "due_at": _iso(one.due_at), "slot": one.key,
                    "last_at": _iso(one.last_at), "last": one.last,
                }
                for one in coming
            ],
            "unusual": [
                {
                    "subject": str(one.subject), "slot": one.key, "due_at": _iso(one.due_at),
                    "started_at": _iso(one.started_at), "late_seconds": int(one.late.total_seconds()),
                    "missed_before": one.skipped, "failures": one.failures, "said": one.said,
                }
                for one in unusual
            ],
        },
        indent=2,
    )  # fmt: skip


def duration(span: timedelta) -> str:
    """Format a duration to the minute: "7 h 05 min"."""
    minutes = int(span.total_seconds()) // 60
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02} min" if hours else f"{rest} min"


def _row(one: UpcomingSlot, zone: str) -> tuple[str, ...]:
    due = _shown(one.due_at, zone) if one.due_at else "never"
    return due, str(one.subject), one.rhythm, _shown(one.last_at, zone), one.last


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _shown(at: datetime | None, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" if at else "-"


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
