"""Conversions between rows of the store and values, the payloads of messages included."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from agent.domain.errors import StoreError
from agent.domain.incidents import Change, Incident, Key, Phase
from agent.domain.messages import Action, Stage
from agent.domain.payloads import MailPayload, OpenTicket, Payload, PrunedMail, TimeEntryPayload, UpdateTicket
from checks import Finding, State
from reports.contract import ContractStatus
from reports.model import Location, ReportedFinding

_standing = TypeAdapter(ContractStatus)


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """One change in the history of an incident."""

    at: datetime
    round_id: int
    change: Change
    state: State
    summary: str
    evidence: Finding | None  # the finding that caused it; None: the item was no longer found


def incident_event(row: Mapping[Any, Any]) -> IncidentEvent:
    """Read a row of `changes`."""
    return IncidentEvent(
        row["at"],
        row["round_id"],
        Change(row["change"]),
        State(row["state"]),
        row["summary"],
        evidence_of(row["evidence"]),
    )


def incident_of(row: Mapping[Any, Any]) -> Incident:
    """Read a row of `incidents`."""
    return Incident(
        key=Key(row["subject"], row["check"], row["item"]),
        phase=Phase(row["phase"]),
        state=State(row["state"]),
        **{name: row[name] for name in ("kind", "summary", "since", "seen_at", "streak", "opened_at", "resolved_at")},
    )


FINDING_COLUMNS = (
    "client",
    "clients",
    "site",
    "host",
    "check",
    "in_scope",
    *(reported.name for reported in fields(Finding)),
)
"""The columns of a finding, in the order in which `finding_of` expects them."""
_LOCATION_COLUMNS = 6
_STATES = {str(state): state for state in State}


def finding_row(reported: ReportedFinding) -> dict[str, Any]:
    """Return the row of a finding."""
    place = reported.place
    location = (place.client, place.clients, place.site, place.host, reported.check, reported.in_scope)
    values = (getattr(reported.finding, name) for name in FINDING_COLUMNS[_LOCATION_COLUMNS:])
    return dict(zip(FINDING_COLUMNS, (*location, *values), strict=True))


def finding_of(row: Sequence[Any]) -> ReportedFinding:
    """Read a finding from its FINDING_COLUMNS; without pydantic, because a report reads thousands."""
    client, clients, site, host, check, in_scope, *rest = row
    values = dict(zip(FINDING_COLUMNS[_LOCATION_COLUMNS:], rest, strict=True))
    return ReportedFinding(_finding(values), Location(host, site, client, tuple(clients)), check, bool(in_scope))


def evidence_row(finding: Finding | None) -> dict[str, Any]:
    """Return the JSON of the finding that changed an incident; empty where it is None."""
    return asdict(finding) if finding else {}


def evidence_of(data: Mapping[str, Any]) -> Finding | None:
    """Read the finding that changed an incident. None: the item was no longer found. Absent fields get defaults."""
    known = {name: data[name] for name in FINDING_COLUMNS[_LOCATION_COLUMNS:] if name in data}
    return _finding(known) if known.get("kind") else None


def _finding(values: dict[str, Any]) -> Finding:
    return Finding(**(values | {"state": _STATES[values["state"]], "details": tuple(values["details"])}))


def standing_row(standing: ContractStatus) -> dict[str, Any]:
    """Return the row of a client's contract status."""
    return {"client": standing.client, "data": _standing.dump_python(standing, mode="json")}


def standing_of(row: Mapping[Any, Any]) -> ContractStatus:
    """Read a client's contract status."""
    return _standing.validate_python(row["data"])


_TYPES: Mapping[Action, type[Payload]] = {
    Action.OPEN: OpenTicket,
    Action.UPDATE: UpdateTicket,
    Action.BOOK: TimeEntryPayload,
    Action.CORRECT: TimeEntryPayload,
    Action.SEND: MailPayload,
}
_ADAPTERS: Mapping[type[Payload], TypeAdapter[Any]] = {
    one: TypeAdapter(one) for one in (*dict.fromkeys(_TYPES.values()), PrunedMail)
}


def payload_json(payload: Payload) -> dict[str, Any]:
    """Return the JSON object that a payload is stored as."""
    data: dict[str, Any] = _ADAPTERS[type(payload)].dump_python(payload, mode="json")
    return data


def payload_of_json(text: str, row: Mapping[Any, Any]) -> Payload:
    """Return the payload of a row; `row` has its `id`, `action` and `stage`.

    A mail that was delivered or dropped may be pruned. Raises StoreError, which names the row, if it is invalid.
    """
    try:
        action, stage = Action(row["action"]), Stage(row["stage"])
    except ValueError as error:
        raise _unreadable(row, str(error)) from error
    pruned = action is Action.SEND and stage in (Stage.DELIVERED, Stage.DROPPED)
    for kind in (_TYPES[action], *([PrunedMail] if pruned else [])):
        try:
            return _ADAPTERS[kind].validate_json(text)  # type: ignore[no-any-return]
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    raise _unreadable(row, f"{'.'.join(map(str, first['loc'])) or action}: {first['msg']}")


def _unreadable(row: Mapping[Any, Any], why: str) -> StoreError:
    return StoreError(
        f"message #{row['id']} in the store cannot be read ({why}): "
        f"do by hand what it is for and say `siterounds outbox drop {row['id']}`, or restore the store from its backup"
    )
