"""Tickets as our own books have them, and the problems that they are about."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Literal, NamedTuple
from urllib.parse import quote

from agent.domain.incidents import Change, Incident, Key, Phase
from checks import State


class TicketKind(StrEnum):
    """What a ticket is about."""

    INCIDENT = "incident"  # one problem
    CAUSE = "cause"  # one cause on many sites of a client
    DEBT = "debt"  # what was there when we first looked
    DIGEST = "digest"  # what one round found beyond the most tickets it may open
    RECOMMENDATIONS = "recommendations"  # what a client's contract does not cover, for the account manager


LISTS = frozenset({TicketKind.DEBT, TicketKind.DIGEST})
"""Kinds that list problems once; one that gets worse or comes back leaves for a ticket of its own."""


class TicketAction(StrEnum):
    """What a message to a ticket is to bring about, beside its comment."""

    COMMENT = "comment"
    SOLVE = "solve"
    REOPEN = "reopen"


class LastNotified(NamedTuple):
    """How a problem was when its ticket last heard of it."""

    phase: Phase
    state: State


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket; `items` are the incidents it still speaks for."""

    id: int
    kind: TicketKind
    external_id: str
    client: str | None
    opened_at: datetime
    items: Mapping[int, LastNotified] = field(default_factory=dict)
    number: int | None = None  # in Zendesk
    submitter: int | None = None  # the user that we are there
    predecessor: int | None = None  # of ours
    commented_at: datetime | None = None
    solved_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether it was told that all of it is over."""
        return self.solved_at is not None


@dataclass(frozen=True, slots=True)
class Silence:
    """What a person said about telling a problem on."""

    id: int
    incident: int
    kind: "SilenceKind"
    reason: str
    by: str
    since: datetime
    until: datetime | None = None
    ended_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether it holds at this moment."""
        return self.ended_at is None and (self.until is None or at < self.until)


class SilenceKind(StrEnum):
    """How much is not told; that a problem is over is told whatever people said, but after maintenance only."""

    ACK = "ack"  # somebody knows: only that it gets worse is told. Ends with the problem
    MUTE = "mute"  # nobody wants to know until a day
    MAINTENANCE = "maintenance"  # it was announced: nothing is told until its end


_TOLD_ANYWAY: Mapping[SilenceKind, frozenset[Change]] = {
    SilenceKind.ACK: frozenset({Change.RESOLVED, Change.WORSENED}),
    SilenceKind.MUTE: frozenset({Change.RESOLVED}),
    SilenceKind.MAINTENANCE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class TicketCandidate:
    """One problem with everything by which is decided who hears of it."""

    number: int  # of the incident
    incident: Incident
    client: str | None = None  # None where several share it, or nobody
    clients: tuple[str, ...] = ()
    covered: bool = True  # by the contract of a client whom it concerns; what is not known counts as covered
    debt: bool = False  # there when its check first looked there
    silencing: SilenceKind | None = None
    cause: str = ""  # what it shares with the same problem elsewhere; "" where each is told by itself

    def suppresses(self, change: Change) -> bool:
        """Whether this change is not told now."""
        return self.silencing is not None and change not in _TOLD_ANYWAY[self.silencing]


def pending_change(told: LastNotified, incident: Incident) -> Change | None:
    """What a ticket has not heard yet of a problem: where it stands now against where it stood then."""
    if incident.phase is Phase.RESOLVED:
        return Change.RESOLVED if told.phase is Phase.OPEN else None
    if incident.phase is Phase.PENDING:
        return None  # seen again, and not confirmed
    if told.phase is Phase.RESOLVED:
        return Change.REOPENED
    if incident.state is told.state:
        return None
    return Change.WORSENED if incident.state.severity > told.state.severity else Change.EASED


LONGEST = 255
"""ASCII characters."""


def incident_external_id(environment: str, key: Key) -> str:
    """For one problem: from its key alone, so that the same problem finds the same ticket."""
    return _fit(environment, f"{key.subject}:{key.check}:{key.item}")


def cause_external_id(environment: str, client: str, cause: str) -> str:
    """For one cause on many sites of a client."""
    return _fit(environment, f"client:{client}:{TicketKind.CAUSE}:{cause}")


def recommendations_external_id(environment: str, client: str) -> str:
    """For what a client's contract does not cover."""
    return _fit(environment, f"client:{client}:{TicketKind.RECOMMENDATIONS}")


def list_external_id(environment: str, kind: TicketKind, at: datetime) -> str:
    """For a list that one round makes."""
    return _fit(environment, f"{kind}:{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")


def _fit(environment: str, name: str) -> str:
    text = re.sub("[^ -~]|%", lambda match: quote(match[0]), f"siterounds:{environment}:{name}")
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - 33]}~{hashlib.sha256(text.encode()).hexdigest()[:32]}"


Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: tuple[Priority, ...] = ("low", "normal", "high", "urgent")

_BY_KIND: Mapping[str, Mapping[State, Priority]] = {
    "standard": {State.CRITICAL: "high", State.UNKNOWN: "normal", State.WARNING: "low"},
    "extended": {State.CRITICAL: "urgent", State.UNKNOWN: "normal", State.WARNING: "normal"},
}


def priority(state: State, kinds: Iterable[str | None]) -> Priority:
    """The priority of a problem in this state for clients with contracts of these kinds; the most urgent one counts."""
    found = [_BY_KIND[kind or "standard"].get(state, "low") for kind in kinds] or [
        _BY_KIND["standard"].get(state, "low")
    ]
    return max(found, key=PRIORITIES.index)


def higher(one: str | None, other: str | None) -> bool:
    """Whether one priority is higher than another; one that is unknown is the lowest."""
    order: tuple[str | None, ...] = PRIORITIES
    rank = {name: number for number, name in enumerate(order, 1)}
    return rank.get(one, 0) > rank.get(other, 0)
