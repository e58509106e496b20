"""Small builders of problems and tickets."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from agent.domain.incidents import Incident, Key, Phase
from agent.domain.tickets import LastNotified, SilenceKind, Ticket, TicketCandidate, TicketKind
from checks import State
from inventory.subject import Subject

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
OPEN, RESOLVED, PENDING = Phase.OPEN, Phase.RESOLVED, Phase.PENDING
OK, WARNING, UNKNOWN, CRITICAL = State.OK, State.WARNING, State.UNKNOWN, State.CRITICAL


def case(
    number: int = 1,
    phase: Phase = OPEN,
    state: State = CRITICAL,
    *,
    site: str = "shop",
    item: str = "/var",
    client: str | None = "harbour",
    covered: bool = True,
    debt: bool = False,
    silencing: SilenceKind | None = None,
    cause: str = "",
) -> TicketCandidate:
    """A problem of a site; over ones are so since a day."""
    incident = Incident(
        Key(Subject.parse(f"site:{site}"), "disk", item), phase, state, "disk-space", "it is full", NOW - DAY, NOW,
        resolved_at=NOW - DAY if phase is RESOLVED else None,
    )  # fmt: skip
    return TicketCandidate(number, incident, client, (client,) if client else (), covered, debt, silencing, cause)


def ticket(
    items: Mapping[int, LastNotified],
    kind: TicketKind = TicketKind.INCIDENT,
    *,
    number: int = 7,
    name: str = "x",
    solved: bool = False,
) -> Ticket:
    """A ticket of the client harbour, opened two days ago."""
    return Ticket(
        number, kind, name, "harbour", NOW - 2 * DAY, items, 35436, 900, solved_at=NOW - DAY if solved else None
    )
