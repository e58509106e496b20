"""Rows of the store as values."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from agent.domain.incidents import Change, Incident, Key, Phase
from checks import Finding, State
from reports.contract import ContractStatus
from reports.model import Location, ReportedFinding

_standing = TypeAdapter(ContractStatus)


@dataclass(frozen=True, slots=True)
class IncidentEvent:
    """A change that happened, for `why`."""

    at: datetime
    round_id: int
    change: Change
    state: State
    summary: str
    evidence: Finding | None  # that changed it; None where the item was gone


def incident_event(row: Mapping[Any, Any]) -> IncidentEvent:
    """A change."""
    return IncidentEvent(
        row["at"],
        row["round_id"],
        Change(row["change"]),
        State(row["state"]),
        row["summary"],
        evidence_of(row["evidence"]),
    )


def incident_of(row: Mapping[Any, Any]) -> Incident:
    """An incident."""
    return Incident(
        key=Key(row["subject"], row["check"], row["item"]),
        phase=Phase(row["phase"]),
        state=State(row["state"]),
        **{name: row[name] for name in ("kind", "summary", "since", "seen_at", "streak", "opened_at", "resolved_at")},
    )


FINDING_COLUMNS = ("client", "clients", "site", "host", "check", "in_scope", *(one.name for one in fields(Finding)))
"""The columns of a finding, in the order that `finding_of` takes them."""
_PLACED = 6
_STATES = {str(state): state for state in State}


def finding_row(one: ReportedFinding) -> dict[str, Any]:
    """A finding as it is stored."""
    place = one.place
    placed = (place.client, place.clients, place.site, place.host, one.check, one.in_scope)
    said = (getattr(one.finding, name) for name in FINDING_COLUMNS[_PLACED:])
    return dict(zip(FINDING_COLUMNS, (*placed, *said), strict=True))


def finding_of(row: Sequence[Any]) -> ReportedFinding:
    """A finding from its FINDING_COLUMNS; quickly, for a report has thousands."""
    client, clients, site, host, check, in_scope, *said = row
    values = dict(zip(FINDING_COLUMNS[_PLACED:], said, strict=True))
    return ReportedFinding(_said(values), Location(host, site, client, tuple(clients)), check, bool(in_scope))


def evidence_row(finding: Finding | None) -> dict[str, Any]:
    """The finding that changed a problem as it is stored; empty where the item was gone."""
    return asdict(finding) if finding else {}


def evidence_of(data: Mapping[str, Any]) -> Finding | None:
    """The finding that changed a problem; None where the item was gone. What is left out has its default."""
    known = {name: data[name] for name in FINDING_COLUMNS[_PLACED:] if name in data}
    return _said(known) if known.get("kind") else None


def _said(values: dict[str, Any]) -> Finding:
    return Finding(**(values | {"state": _STATES[values["state"]], "details": tuple(values["details"])}))


def standing_row(standing: ContractStatus) -> dict[str, Any]:
    """A client's standing as it is stored."""
    return {"client": standing.client, "data": _standing.dump_python(standing, mode="json")}


def standing_of(row: Mapping[Any, Any]) -> ContractStatus:
    """A client's standing."""
    return _standing.validate_python(row["data"])
