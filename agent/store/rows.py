"""Rows of the store as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from agent.domain.incidents import Change, Incident, Key, Phase
from checks import State
from reports.contract import Standing
from reports.model import ReportedFinding

_standing = TypeAdapter(Standing)


@dataclass(frozen=True, slots=True)
class Past:
    """A change that happened, for `why`."""

    at: datetime
    round_id: int
    change: Change
    state: State
    summary: str
    evidence: Mapping[str, Any]


def past_of(row: Mapping[Any, Any]) -> Past:
    """A change."""
    return Past(row["at"], row["round_id"], Change(row["change"]), State(row["state"]), row["summary"], row["evidence"])


def incident_of(row: Mapping[Any, Any]) -> Incident:
    """An incident."""
    return Incident(
        key=Key(row["subject"], row["check"], row["item"]),
        phase=Phase(row["phase"]),
        state=State(row["state"]),
        **{name: row[name] for name in ("kind", "summary", "since", "seen_at", "streak", "opened_at", "resolved_at")},
    )


def finding_of(row: Mapping[Any, Any]) -> ReportedFinding:
    """A finding of a round."""
    values = {name: row[name] for name in ReportedFinding.__dataclass_fields__}
    values |= {"state": State(row["state"]), "clients": tuple(row["clients"]), "details": tuple(row["details"])}
    return ReportedFinding(**(values | {"in_scope": bool(row["in_scope"])}))


def standing_row(standing: Standing) -> dict[str, Any]:
    """A client's standing as it is stored."""
    return {"client": standing.client, "data": _standing.dump_python(standing, mode="json")}


def standing_of(row: Mapping[Any, Any]) -> Standing:
    """A client's standing."""
    return _standing.validate_python(row["data"])
