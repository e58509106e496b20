"""Tickets as the store keeps them: kinds, silences, external ids, priorities, and changes that are not yet reported."""

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
    """What a ticket covers."""

    INCIDENT = "incident"  # one problem
    CAUSE = "cause"  # one cause on many sites of a client
    DEBT = "debt"  # problems that existed when their check first ran
    DIGEST = "digest"  # problems of one round beyond the number of tickets that it may open
    RECOMMENDATIONS = "recommendations"  # problems out of a contract's scope, for the account manager


LISTS = frozenset({TicketKind.DEBT, TicketKind.DIGEST})
"""Kinds that list problems once; a problem that worsens or reopens moves to a ticket of its own."""


class TicketAction(StrEnum):
    """What an update of a ticket does in addition to its comment."""

    COMMENT = "comment"
    SOLVE = "solve"
    REOPEN = "reopen"


class LastNotified(NamedTuple):
    """The phase and state of a problem at the last notification of its ticket."""

    phase: Phase
    state: State


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket. `items` are the incidents that belong to it, by number, as last notified."""

    id: int
    kind: TicketKind
    external_id: str
    client: str | None
    opened_at: datetime
    items: Mapping[int, LastNotified] = field(default_factory=dict)
    number: int | None = None  # in Zendesk; None: not opened there yet
    submitter: int | None = None  # our user id in Zendesk
    predecessor: int | None = None  # the id of the closed ticket that this one follows
    commented_at: datetime | None = None
    solved_at: datetime | None = None

    @property
    def over(self) -> bool:
        """Whether the ticket was solved by us."""
        return self.solved_at is not None


@dataclass(frozen=True, slots=True)
class Silence:
    """An acknowledgement, a mute or a maintenance window that keeps changes of an incident from being reported."""

    id: int
    incident: int
    kind: "SilenceKind"
    reason: str
    by: str
    since: datetime
    until: datetime | None = None
    ended_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the silence is in force at a moment."""
        return self.ended_at is None and (self.until is None or at < self.until)


class SilenceKind(StrEnum):
    """How much is silenced. A resolution is always reported, but not before the end of maintenance."""

    ACK = "ack"  # acknowledged: only worsening is reported; ends with the incident
    MUTE = "mute"  # nothing but the resolution is reported until a day
    MAINTENANCE = "maintenance"  # an announced window: nothing is reported until its end


_REPORTED_ANYWAY: Mapping[SilenceKind, frozenset[Change]] = {
    SilenceKind.ACK: frozenset({Change.RESOLVED, Change.WORSENED}),
    SilenceKind.MUTE: frozenset({Change.RESOLVED}),
    SilenceKind.MAINTENANCE: frozenset(),
}


@dataclass(frozen=True, slots=True)
class TicketCandidate:
    """One incident with everything that decides which ticket it belongs to."""

    number: int  # of the incident
    incident: Incident
    client: str | None = None  # None: shared by several clients, or by none
    clients: tuple[str, ...] = ()
    covered: bool = True  # by the contract of a client that it affects; unknown counts as covered
    debt: bool = False  # existed when its check first ran on the subject
    silencing: SilenceKind | None = None
    cause: str = ""  # the cause that it shares with other incidents; "": it has a ticket of its own

    def suppresses(self, change: Change) -> bool:
        """Whether the silence keeps this change from being reported now."""
        return self.silencing is not None and change not in _REPORTED_ANYWAY[self.silencing]


def pending_change(notified: LastNotified, incident: Incident) -> Change | None:
    """Return the change between the last notification and the incident now. None means that there is none to report."""
    if incident.phase is Phase.RESOLVED:
        return Change.RESOLVED if notified.phase is Phase.OPEN else None
    if incident.phase is Phase.PENDING:
        return None  # seen again, and not confirmed
    if notified.phase is Phase.RESOLVED:
        return Change.REOPENED
    if incident.state is notified.state:
        return None
    return Change.WORSENED if incident.state.severity > notified.state.severity else Change.EASED


LONGEST = 255
"""Characters of an external id; Zendesk accepts 255 of ASCII."""


def incident_external_id(environment: str, key: Key) -> str:
    """Return the external id for one problem, made of its key alone, so that the same problem finds the same ticket."""
    return _fit(environment, f"{key.subject}:{key.check}:{key.item}")


def cause_external_id(environment: str, client: str, cause: str) -> str:
    """Return the external id for one cause on many sites of a client."""
    return _fit(environment, f"client:{client}:{TicketKind.CAUSE}:{cause}")


def recommendations_external_id(environment: str, client: str) -> str:
    """Return the external id for the problems that a client's contract does not cover."""
    return _fit(environment, f"client:{client}:{TicketKind.RECOMMENDATIONS}")


def list_external_id(environment: str, kind: TicketKind, at: datetime) -> str:
    """Return the external id for a list of problems that one round writes."""
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
    """Return the most urgent priority of a state among contracts of these kinds; None means the standard kind."""
    candidates = [_BY_KIND[kind or "standard"].get(state, "low") for kind in kinds] or [
        _BY_KIND["standard"].get(state, "low")
    ]
    return max(candidates, key=PRIORITIES.index)


def higher(one: str | None, other: str | None) -> bool:
    """Whether one priority is higher than another. None, and an unknown name, is the lowest."""
    order: tuple[str | None, ...] = PRIORITIES
    rank = {name: number for number, name in enumerate(order, 1)}
    return rank.get(one, 0) > rank.get(other, 0)
