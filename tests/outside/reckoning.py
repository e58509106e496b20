"""What the services have against what our own books say: everything once, nothing lost, no rule broken."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.outside.agency import Agency
from tests.standins import Harvest, Teamwork, Zendesk

Rows = list[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Reckoning:
    """Counts, and a sentence for each thing that is wrong."""

    rounds: int
    incidents: int
    tickets: int
    comments: int
    entries: int
    messages: int
    requests: int
    suffered: Mapping[str, int]  # faults, by kind of request
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        """All of it, for people."""
        counts = (
            f"{self.rounds} rounds recorded, {self.incidents} incidents, {self.tickets} tickets, "
            f"{self.comments} comments, {self.entries} time entries, {self.messages} messages, "
            f"{self.requests} requests\n"
            f"{sum(self.suffered.values())} faults suffered, by {len(self.suffered)} kinds of request"
        )
        return counts + "".join(f"\nWRONG: {one}" for one in self.wrong) + ("" if self.wrong else "\nnothing is wrong")


def reckon(agency: Agency) -> Reckoning:
    """Compare."""
    with closing(sqlite3.connect(agency.state / "siterounds.sqlite")) as connection:
        connection.row_factory = sqlite3.Row

        def rows(query: str) -> Rows:
            return [dict(row) for row in connection.execute(query)]

        wrong = (*_messages(rows), *_tickets(agency, rows), *_time(agency, rows), *_rules(agency))
        count = {name: len(rows(f"SELECT * FROM {name}")) for name in ("round", "incident", "message")}
    ours = agency.zendesk.ours()
    suffered = Counter(one.kind for service in _services(agency) for one in service.seen if one.fault is not None)
    return Reckoning(
        count["round"], count["incident"], len(ours), sum(len(one.comments) - 1 for one in ours),
        len(agency.harvest.entries), count["message"], len(agency.zendesk.seen) + len(agency.harvest.seen),
        suffered, wrong,
    )  # fmt: skip


def _messages(rows: Any) -> Iterator[str]:
    for row in rows("SELECT * FROM message WHERE stage NOT IN ('delivered', 'dropped')"):
        yield f"message {row['id']} ({row['action']}) is {row['stage']}: {row['trouble']}"


def _tickets(agency: Agency, rows: Any) -> Iterator[str]:
    """One ticket for each of ours, one of ours for each; every open problem has one that knows how it is."""
    zendesk = agency.zendesk
    yield from (f"{name} was opened twice" for name in zendesk.created_twice())
    yield from (f"said twice: {text}" for text in zendesk.said_twice())
    followed = Counter(one.follows for one in zendesk.ours() if one.follows is not None)
    yield from (f"#{number} is followed up {count} times" for number, count in followed.items() if count > 1)
    books = {row["number"]: row for row in rows("SELECT * FROM ticket")}
    theirs = {one.id: one for one in zendesk.ours()}
    yield from (f"ticket {number} is not in our books" for number in theirs.keys() - books.keys())
    yield from (f"ticket {number} of our books is not there" for number in books.keys() - theirs.keys())
    items = "SELECT i.*, t.number, x.phase AS told_phase, x.state AS told_state FROM incident i " \
        "JOIN ticket_item x ON x.incident_id = i.id AND x.\"left\" = 0 JOIN ticket t ON t.id = x.ticket_id"  # fmt: skip
    housed = rows(items)
    counted = Counter(row["id"] for row in housed)
    yield from (f"incident {number} stands in {count} tickets" for number, count in counted.items() if count > 1)
    for row in rows("SELECT * FROM incident WHERE phase = 'open'"):
        if row["id"] not in counted:
            yield f"incident {row['id']} is open and has no ticket"
    for row in housed:
        told = (row["told_phase"], row["told_state"] if row["told_phase"] == "open" else "")
        now = (row["phase"], row["state"] if row["phase"] == "open" else "")
        if told != now:
            yield f"ticket {row['number']} was told {told} of incident {row['id']}, which is {now}"
    comments = Counter(row["stream"] for row in rows("SELECT * FROM message WHERE outcome LIKE 'comment on%'"))
    numbers = {f"ticket:{row['id']}": row["number"] for row in rows("SELECT * FROM ticket")}
    for stream, number in numbers.items():
        made = (
            [one for one in theirs[number].comments[1:] if "siterounds message" in one.sent] if number in theirs else []
        )
        if len(made) != comments[stream]:
            yield f"ticket {number} has {len(made)} comments of ours, and {comments[stream]} were delivered"


def _time(agency: Agency, rows: Any) -> Iterator[str]:
    """One entry for each client and slot, with the hours of our own books."""
    yield from (f"{name} was booked twice" for name in agency.harvest.booked_twice())
    theirs = {one.external_reference["id"]: one for one in agency.harvest.ours() if one.external_reference}
    books = {row["reference"]: row for row in rows("SELECT * FROM time_entry WHERE withheld = ''")}
    yield from (f"{name} is booked, and not in our books" for name in theirs.keys() - books.keys())
    yield from (f"{name} is in our books, and not booked" for name in books.keys() - theirs.keys())
    for name in theirs.keys() & books.keys():
        if Decimal(str(theirs[name].hours)) != Decimal(books[name]["hours"]):
            yield f"{name} is booked with {theirs[name].hours} h instead of {books[name]['hours']} h"
    yield from (f"a timer runs: {one}" for one in agency.harvest.running)


def _rules(agency: Agency) -> Iterator[str]:
    for service in _services(agency):
        yield from service.violations
        yield from (f"credentials went elsewhere: {one}" for one in service.elsewhere.credentials)


def _services(agency: Agency) -> tuple[Zendesk | Harvest | Teamwork, ...]:
    return (agency.zendesk, agency.harvest, *([agency.teamwork] if agency.teamwork else []))
